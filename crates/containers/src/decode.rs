use std::{borrow::Cow, io::Write, mem, ops::Range};

use flate2::write::MultiGzDecoder;

use crate::{
    eventstream::{self, EventStream},
    unzip::{Part, Unzip},
    unzstd::Unzstd,
};

/// Compressed input is handed on in blocks of this size, however it arrives: so that what is saved from a
/// damaged file does not depend on how it was read.
const BLOCK: usize = 16 * 1024;
/// Text is handed on in pieces of at most this size: what is split next is then still near the processor, and
/// no buffer grows with the size of what is pushed.
const PIECE: usize = 64 * 1024;
/// Bytes that tell a kind of file.
const MAGIC: usize = 16;
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// How much more comes out of compressed data than goes in.
#[derive(Default)]
pub struct Growth {
    taken: u64,
    given: u64,
}

impl Growth {
    /// As much may come out of anything.
    const FREE: u64 = if cfg!(test) { 1 << 20 } else { 1 << 30 };
    /// Beyond that, as many times what went in. Logs shrink to a tenth, the dullest ones to a hundredth.
    const TIMES: u64 = 200;

    /// Counts. The answer is why decompression must not go on.
    pub fn add(&mut self, taken: usize, given: usize) -> Option<String> {
        self.taken += taken as u64;
        self.given += given as u64;
        self.is_over()
            .then(|| format!("it unpacks to more than {} times its size, which no trace does", Growth::TIMES))
    }

    /// Whether it must not go on.
    pub fn is_over(&self) -> bool {
        self.given > Growth::FREE && self.given / Growth::TIMES > self.taken
    }
}

/// From the bytes of a file to its text: takes off gzip, Zstandard or Amazon's event stream, the byte order mark and UTF-16, and
/// replaces what is not UTF-8.
#[derive(Default)]
pub struct Decoder {
    shape: Shape,
    text: Text,
    growth: Growth,
    /// What is wrong with the compressed data. Everything before it was decoded.
    pub damage: Option<String>,
}

#[derive(Default)]
enum Shape {
    /// Fewer bytes than tell.
    #[default]
    Empty,
    First(Vec<u8>),
    Plain,
    Packed(Packing, Vec<u8>),
}

enum Packing {
    Gzip(Box<MultiGzDecoder<Vec<u8>>>),
    Zstd(Box<Unzstd>),
    Events(EventStream),
}

impl Decoder {
    /// Takes the next bytes and hands on their text, in pieces of any size.
    pub fn push(&mut self, mut chunk: &[u8], sink: &mut dyn FnMut(&str)) {
        while let (Shape::Empty | Shape::First(_), Some((&byte, rest))) = (&self.shape, chunk.split_first()) {
            let first = match mem::take(&mut self.shape) {
                Shape::First(mut first) => {
                    first.push(byte);
                    first
                }
                _ => vec![byte],
            };
            self.shape = if first.starts_with(&GZIP) {
                let gzip = Packing::Gzip(Box::new(MultiGzDecoder::new(Vec::new())));
                Shape::Packed(gzip, first)
            } else if first == Unzstd::MAGIC {
                Shape::Packed(Packing::Zstd(Box::new(Unzstd::new())), first)
            } else if eventstream::is_eventstream(&first) {
                Shape::Packed(Packing::Events(EventStream::default()), first)
            } else if first[0] == 0 && first.len() < eventstream::PRELUDE
                || GZIP.starts_with(&first)
                || Unzstd::MAGIC.starts_with(&first)
            {
                Shape::First(first)
            } else {
                self.text.push(&first, sink);
                Shape::Plain
            };
            chunk = rest;
        }
        if let Shape::Plain = self.shape {
            self.text.push(chunk, sink);
        }
        while let (Shape::Packed(_, block), None, false) = (&mut self.shape, &self.damage, chunk.is_empty()) {
            let (now, later) = chunk.split_at(chunk.len().min(BLOCK - block.len()));
            block.extend_from_slice(now);
            chunk = later;
            if block.len() == BLOCK {
                self.unpack(false, sink);
            }
        }
    }

    /// The file has ended.
    pub fn finish(&mut self, sink: &mut dyn FnMut(&str)) {
        if let Shape::First(first) = &self.shape {
            self.text.push(first, sink);
        }
        if self.damage.is_none() {
            self.unpack(true, sink);
        }
        self.text.finish(sink);
    }

    fn unpack(&mut self, last: bool, sink: &mut dyn FnMut(&str)) {
        let Shape::Packed(packing, block) = &mut self.shape else { return };
        let block = mem::replace(block, Vec::with_capacity(BLOCK));
        let result = match packing {
            Packing::Gzip(gzip) => {
                let written = gzip.write_all(&block);
                // After damage, this hands out what was decoded before it; that it fails again is known.
                let finished = if last || written.is_err() { gzip.try_finish() } else { Ok(()) };
                let bytes = mem::take(gzip.get_mut());
                self.text.push(&bytes, sink);
                let over = self.growth.add(block.len(), bytes.len());
                written.and(finished).map_err(|error| error.to_string()).and(over.map_or(Ok(()), Err))
            }
            Packing::Events(events) => events.push(&block, last, &mut |bytes| self.text.push(bytes, sink)),
            Packing::Zstd(zstd) => {
                zstd.push(&block, last, &mut self.growth, &mut |bytes| self.text.push(bytes, sink))
            }
        };
        self.damage = result.err();
    }

    /// Whether the file was compressed.
    pub fn is_packed(&self) -> bool {
        matches!(self.shape, Shape::Packed(..))
    }

    /// What the file's text was packed in, for a sentence.
    pub fn packing(&self) -> &'static str {
        match self.shape {
            Shape::Packed(Packing::Events(_), _) => "event stream",
            _ => "compressed data",
        }
    }

    /// The first bytes after decompression.
    pub fn magic(&self) -> &[u8] {
        &self.text.magic
    }

    /// How many sequences of bytes were no character, and where in the text the first of them stood.
    pub fn replaced(&self) -> (u64, u64) {
        (self.text.replaced, self.text.first_replaced)
    }
}

/// From bytes to text.
#[derive(Default)]
struct Text {
    encoding: Encoding,
    magic: Vec<u8>,
    /// Bytes that wait for more: a byte order mark, a character, a surrogate pair.
    carry: Vec<u8>,
    /// Bytes of text handed on.
    bytes: u64,
    replaced: u64,
    first_replaced: u64,
}

#[derive(Clone, Copy, Default)]
enum Encoding {
    #[default]
    Unknown,
    Utf8,
    Utf16(fn([u8; 2]) -> u16),
}

impl Text {
    fn push(&mut self, chunk: &[u8], sink: &mut dyn FnMut(&str)) {
        self.magic.extend_from_slice(&chunk[..chunk.len().min(MAGIC - self.magic.len())]);
        self.convert(chunk, false, sink);
    }

    fn finish(&mut self, sink: &mut dyn FnMut(&str)) {
        self.convert(&[], true, sink);
    }

    fn convert(&mut self, chunk: &[u8], last: bool, sink: &mut dyn FnMut(&str)) {
        let joined = match mem::take(&mut self.carry) {
            carry if carry.is_empty() => Cow::Borrowed(chunk),
            carry => Cow::Owned([&carry, chunk].concat()),
        };
        let mut bytes = &joined[..];
        if let Encoding::Unknown = self.encoding {
            (self.encoding, bytes) = match bytes {
                [0xef, 0xbb, 0xbf, rest @ ..] => (Encoding::Utf8, rest),
                [0xff, 0xfe, rest @ ..] => (Encoding::Utf16(u16::from_le_bytes), rest),
                [0xfe, 0xff, rest @ ..] => (Encoding::Utf16(u16::from_be_bytes), rest),
                _ if bytes.len() < 3 && !last => {
                    self.carry = bytes.to_vec();
                    return;
                }
                _ => (Encoding::Utf8, bytes),
            };
        }
        match self.encoding {
            Encoding::Utf16(unit) => self.utf16(bytes, unit, last, sink),
            _ => self.utf8(bytes, last, sink),
        }
    }

    fn utf8(&mut self, mut bytes: &[u8], last: bool, sink: &mut dyn FnMut(&str)) {
        while let Err(error) = str::from_utf8(bytes) {
            let (valid, rest) = bytes.split_at(error.valid_up_to());
            self.hand_on(str::from_utf8(valid).unwrap_or_default(), sink);
            let bad = match error.error_len() {
                Some(len) => len,
                None if last => rest.len(),
                None => {
                    self.carry = rest.to_vec();
                    return;
                }
            };
            self.replace(sink);
            bytes = &rest[bad..];
        }
        self.hand_on(str::from_utf8(bytes).unwrap_or_default(), sink);
    }

    fn utf16(&mut self, bytes: &[u8], unit: fn([u8; 2]) -> u16, last: bool, sink: &mut dyn FnMut(&str)) {
        let mut units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        // The first half of a pair waits for the second one.
        if !last && units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit)) {
            units.pop();
        }
        let rest = &bytes[units.len() * 2..];
        for result in char::decode_utf16(units) {
            match result {
                Ok(char) => self.hand_on(char.encode_utf8(&mut [0; 4]), sink),
                Err(_) => self.replace(sink),
            }
        }
        match last {
            true if !rest.is_empty() => self.replace(sink),
            true => {}
            false => self.carry = rest.to_vec(),
        }
    }

    fn hand_on(&mut self, mut text: &str, sink: &mut dyn FnMut(&str)) {
        self.bytes += text.len() as u64;
        while !text.is_empty() {
            let (now, later) = text.split_at(text.floor_char_boundary(PIECE));
            sink(now);
            text = later;
        }
    }

    fn replace(&mut self, sink: &mut dyn FnMut(&str)) {
        if self.replaced == 0 {
            self.first_replaced = self.bytes;
        }
        self.replaced += 1;
        self.hand_on("\u{fffd}", sink);
    }
}

/// Finds a record again: fed with the bytes of the file from its beginning, it keeps the text of one range of
/// the decoded file.
pub struct RangeDecoder {
    decoder: Decoder,
    /// The archive that the file is an entry of, and how many entries it has to pass over.
    archive: Option<(Unzip, usize)>,
    kept: Kept,
}

struct Kept {
    range: Range<u64>,
    at: u64,
    text: Vec<u8>,
}

impl Kept {
    fn take(&mut self, text: &str) {
        let place = |offset: u64| offset.saturating_sub(self.at).min(text.len() as u64) as usize;
        self.text.extend_from_slice(&text.as_bytes()[place(self.range.start)..place(self.range.end)]);
        self.at += text.len() as u64;
    }
}

impl RangeDecoder {
    /// A decoder that keeps `len` bytes from `offset` on, both in bytes of the decoded file as a
    /// [`RecordRef`](trace::RecordRef) has them.
    pub fn new(offset: u64, len: u64) -> RangeDecoder {
        let range = offset..offset.saturating_add(len);
        let kept = Kept { range, at: 0, text: Vec::new() };
        RangeDecoder { decoder: Decoder::default(), archive: None, kept }
    }

    /// The same for the entry of an archive, counted from 0: then it is fed with the archive's bytes.
    pub fn in_archive(entry: u32, offset: u64, len: u64) -> RangeDecoder {
        RangeDecoder { archive: Some((Unzip::default(), entry as usize)), ..RangeDecoder::new(offset, len) }
    }

    /// Takes the next bytes of the file. The answer is whether more are needed.
    pub fn push(&mut self, chunk: &[u8]) -> bool {
        match &mut self.archive {
            None => self.decoder.push(chunk, &mut |text| self.kept.take(text)),
            Some((unzip, entry)) => {
                let mut now = unzip.entries();
                let result = unzip.push(chunk, &mut |part| {
                    match part {
                        Part::Begin(..) => now += 1,
                        Part::Data(bytes) if now == *entry + 1 => {
                            self.decoder.push(bytes, &mut |text| self.kept.take(text));
                        }
                        _ => {}
                    }
                    now == *entry + 1
                });
                if result.is_err() || unzip.entries() > *entry + 1 {
                    return false;
                }
            }
        }
        self.decoder.damage.is_none() && self.kept.at < self.kept.range.end
    }

    /// The text of the range, or as much of it as there is.
    pub fn finish(mut self) -> String {
        self.decoder.finish(&mut |text| self.kept.take(text));
        String::from_utf8_lossy(&self.kept.text).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_unpacks_without_end_is_stopped() {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gzip.write_all(&vec![b' '; 100 << 20]).unwrap();
        // A frame of blocks that repeat one byte.
        let mut zstd = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58];
        zstd.extend([[0x02, 0x35, 0x0c, b' ']; 1000].concat());
        for bytes in [gzip.finish().unwrap(), zstd] {
            let (mut decoder, mut len) = (Decoder::default(), 0);
            decoder.push(&bytes, &mut |text| len += text.len());
            decoder.finish(&mut |text| len += text.len());
            assert!(decoder.damage.is_some_and(|why| why.contains("200 times")));
            assert!(len < 32 << 20, "{len}");
        }
    }
}
