use ruzstd::decoding::{
    BlockDecodingStrategy, FrameDecoder,
    errors::{FrameDecoderError, ReadFrameHeaderError},
};

use crate::decode::Growth;

/// The longest frame header with its mark, and the longest header of a frame to pass over.
const HEADER: usize = 18;

/// Decompresses Zstandard data as it comes, block by block.
pub struct Unzstd {
    frames: FrameDecoder,
    /// Bytes that wait for the rest of their block.
    pending: Vec<u8>,
    inside: bool,
    /// Bytes of a skippable frame that are still to come.
    skip: u64,
}

impl Unzstd {
    pub const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

    pub fn new() -> Unzstd {
        Unzstd { frames: FrameDecoder::new(), pending: Vec::new(), inside: false, skip: 0 }
    }

    /// Takes the next bytes; what could be decoded comes out even where an error follows.
    pub fn push(
        &mut self,
        bytes: &[u8],
        last: bool,
        growth: &mut Growth,
        sink: &mut dyn FnMut(&[u8]),
    ) -> Result<(), String> {
        let mut all = std::mem::take(&mut self.pending);
        all.extend_from_slice(bytes);
        let mut rest = &all[..];
        let result = loop {
            let before = rest.len();
            let step = self.step(&mut rest, last, sink);
            let (more, given) = match step {
                Ok(step) => step,
                Err(why) => break Err(why),
            };
            if let Some(why) = growth.add(before - rest.len(), given) {
                break Err(why);
            }
            if !more {
                break Ok(());
            }
        };
        self.pending = rest.to_vec();
        if result.is_err() && self.inside {
            // What was decoded waits for later blocks that may repeat it: an empty last one sets it free.
            let end = [1, 0, 0, 0, 0, 0, 0];
            if self.frames.decode_blocks(&end[..], BlockDecodingStrategy::UptoBlocks(1)).is_ok() {
                sink(&self.frames.collect().unwrap_or_default());
            }
        }
        result
    }

    /// One header or one block. The answer is whether there was one, and how many bytes came out.
    fn step(
        &mut self,
        rest: &mut &[u8],
        last: bool,
        sink: &mut dyn FnMut(&[u8]),
    ) -> Result<(bool, usize), String> {
        if self.skip > 0 {
            let now = self.skip.min(rest.len() as u64);
            *rest = &rest[now as usize..];
            self.skip -= now;
            return match (self.skip, last) {
                (0, _) => Ok((true, 0)),
                (_, false) => Ok((false, 0)),
                _ => Err("the data ends early".to_owned()),
            };
        }
        if !self.inside {
            if rest.is_empty() || rest.len() < HEADER && !last {
                return Ok((false, 0));
            }
            match self.frames.reset(&mut *rest) {
                Ok(()) => self.inside = true,
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => self.skip = length.into(),
                Err(error) => return Err(error.to_string()),
            }
            return Ok((true, 0));
        }
        // A block needs its header, its content, and the checksum that may follow the last one.
        let needed = match **rest {
            [a, b, c, ..] => {
                let header = u32::from_le_bytes([a, b, c, 0]);
                let size = if header >> 1 & 3 == 1 { 1 } else { header >> 3 };
                3 + size as usize + 4
            }
            _ => 3,
        };
        if rest.len() < needed && !last {
            return Ok((false, 0));
        }
        let done = self.frames.decode_blocks(&mut *rest, BlockDecodingStrategy::UptoBlocks(1));
        let out = self.frames.collect().unwrap_or_default();
        sink(&out);
        if done.map_err(|error| error.to_string())? {
            self.inside = false;
            let (said, made) = (self.frames.get_checksum_from_data(), self.frames.get_calculated_checksum());
            if said.is_some() && said != made {
                return Err("the checksum is wrong".to_owned());
            }
        }
        Ok((true, out.len()))
    }
}
