use flate2::{Crc, Decompress, FlushDecompress, Status};

use crate::{decode::Growth, unzstd::Unzstd};

const LOCAL: [u8; 4] = *b"PK\x03\x04";
/// Bytes of a local header before the name.
const HEADER: usize = 30;
/// The longest data descriptor and the mark of what follows it.
const DESCRIPTOR: usize = 24 + 4;
/// As many entries are read: each becomes a file of the session.
const MAX_ENTRIES: usize = 10_000;
/// What is inflated at once.
const BLOCK: usize = 64 * 1024;

/// What comes out of an archive.
pub enum Part<'a> {
    /// A file begins: its name and its packed size, where the archive says it this early.
    Begin(&'a str, Option<u64>),
    /// The next bytes of the file.
    Data(&'a [u8]),
    /// The file has ended, or cannot be read for this reason.
    End(Option<String>),
}

/// Takes the parts; the answer is whether more of the file is wanted.
pub type Sink<'a> = &'a mut dyn FnMut(Part<'_>) -> bool;

/// Takes a zip archive apart as its bytes come, without its directory at the end: what lies in front of each
/// entry and the deflate data itself tell where it ends.
#[derive(Default)]
pub struct Unzip {
    state: State,
    /// Bytes that wait for more.
    pending: Vec<u8>,
    entries: usize,
    growth: Growth,
}

#[derive(Default)]
enum State {
    /// In front of an entry.
    #[default]
    Header,
    Entry(Entry),
    /// Behind an entry whose checksum and size follow it.
    Descriptor(Entry),
    /// The directory begins, or nothing more can be read.
    Done,
}

struct Entry {
    packing: Packing,
    /// Packed bytes that are still to come, where they are known.
    left: Option<u64>,
    crc: Crc,
    /// The checksum, where it stands in front.
    sum: Option<u32>,
    /// Nothing of it is handed on any more: a folder, or what nobody wants.
    silent: bool,
}

enum Packing {
    Stored,
    Deflated(Box<Decompress>),
    Zstd(Box<Unzstd>),
    /// Passed over.
    Skipped,
}

impl Unzip {
    /// Whether bytes begin an archive.
    pub fn is_zip(magic: &[u8]) -> bool {
        magic.starts_with(&LOCAL) || magic.starts_with(b"PK\x05\x06")
    }

    /// How many files have begun.
    pub fn entries(&self) -> usize {
        self.entries
    }

    /// Whether more bytes can change anything.
    pub fn wants_more(&self) -> bool {
        !matches!(self.state, State::Done)
    }

    /// Takes the next bytes. `Err` says why the archive cannot be read any further.
    pub fn push(&mut self, mut chunk: &[u8], sink: Sink<'_>) -> Result<(), String> {
        loop {
            match &mut self.state {
                State::Done => return Ok(()),
                State::Header | State::Descriptor(_) => {
                    self.pending.extend_from_slice(chunk);
                    chunk = &[];
                    if !self.header(false, sink)? {
                        return Ok(());
                    }
                }
                State::Entry(_) if !self.pending.is_empty() => {
                    let pending = std::mem::take(&mut self.pending);
                    let used = self.data(&pending, sink)?;
                    self.pending = pending[used..].to_vec();
                }
                State::Entry(_) => {
                    let used = self.data(chunk, sink)?;
                    chunk = &chunk[used..];
                    if chunk.is_empty() && matches!(self.state, State::Entry(_)) {
                        return Ok(());
                    }
                }
            }
        }
    }

    /// The archive has ended.
    pub fn finish(&mut self, sink: Sink<'_>) -> Result<(), String> {
        while self.header(true, sink)? {}
        match std::mem::take(&mut self.state) {
            State::Done => Ok(()),
            State::Entry(entry) if !entry.silent => {
                sink(Part::End(Some("the archive ends inside it".to_owned())));
                Err("it is cut off".to_owned())
            }
            _ => Err("it is cut off".to_owned()),
        }
    }

    /// Reads what stands between two entries. False if more bytes are needed.
    fn header(&mut self, last: bool, sink: Sink<'_>) -> Result<bool, String> {
        let bytes = &self.pending;
        if let State::Descriptor(entry) = &self.state {
            if bytes.len() < DESCRIPTOR && !last {
                return Ok(false);
            }
            // With a mark or without, sizes of 4 or 8 bytes: what follows tells.
            let len = [12, 16, 20, 24].into_iter().find(|&len| bytes.get(len..len + 2) == Some(b"PK"));
            let at = if bytes.starts_with(b"PK\x07\x08") { 4 } else { 0 };
            let sum = bytes.get(at..at + 4).map(|sum| u32::from_le_bytes([sum[0], sum[1], sum[2], sum[3]]));
            let damage = (sum != Some(entry.crc.sum())).then(|| "its checksum is wrong".to_owned());
            if !entry.silent {
                sink(Part::End(damage));
            }
            let len = len.ok_or("what follows an entry is no entry")?;
            self.pending.drain(..len);
            self.state = State::Header;
            return Ok(true);
        }
        let State::Header = self.state else { return Ok(false) };
        if bytes.len() < 4 {
            return Ok(false);
        }
        if !bytes.starts_with(&LOCAL) {
            self.state = State::Done;
            let known = [b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x08"];
            let directory = known.iter().any(|mark| bytes.starts_with(*mark));
            return if directory { Ok(false) } else { Err("what follows an entry is no entry".to_owned()) };
        }
        if bytes.len() < HEADER {
            return Ok(false);
        }
        let u16_at = |at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
        let u32_at = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let (flags, method, sum) = (u16_at(6), u16_at(8), u32_at(14));
        let (mut packed, plain) = (u64::from(u32_at(18)), u32_at(22));
        let name_end = HEADER + usize::from(u16_at(26));
        let end = name_end + usize::from(u16_at(28));
        if bytes.len() < end {
            return Ok(false);
        }
        if packed == u64::from(u32::MAX) {
            packed = long_size(&bytes[name_end..end], plain == u32::MAX).unwrap_or(packed);
        }
        let name = String::from_utf8_lossy(&bytes[HEADER..name_end]).into_owned();
        self.pending.drain(..end);
        let follows = flags & 8 != 0;
        let left = (!follows || packed > 0).then_some(packed);
        let packing = match (flags & 1, method, left) {
            (0, 0, Some(_)) => Ok(Packing::Stored),
            (0, 8, _) => Ok(Packing::Deflated(Box::new(Decompress::new(false)))),
            (0, 93, Some(_)) => Ok(Packing::Zstd(Box::new(Unzstd::new()))),
            (0, 0 | 93, None) => Err("it stands there without its size".to_owned()),
            (0, ..) => Err(format!("it is packed by method {method}; only deflate and Zstandard are read")),
            _ => Err("it is encrypted".to_owned()),
        };
        // Folders, and what macOS adds, are no files.
        let mut silent = name.ends_with('/') || name.starts_with("__MACOSX/");
        if !silent {
            if self.entries == MAX_ENTRIES {
                self.state = State::Done;
                return Err(format!("it holds more than {MAX_ENTRIES} files; the others were not read"));
            }
            self.entries += 1;
            sink(Part::Begin(&name, left));
        }
        let packing = packing.or_else(|why| {
            if !silent {
                sink(Part::End(Some(why.clone())));
            }
            silent = true;
            match left {
                Some(_) => Ok(Packing::Skipped),
                None => {
                    self.state = State::Done;
                    Err(format!("where ‹{name}› ends cannot be told: {why}"))
                }
            }
        })?;
        let sum = (!follows).then_some(sum);
        self.state = State::Entry(Entry { packing, left, crc: Crc::new(), sum, silent });
        Ok(true)
    }

    /// Reads data of the current entry. The answer is how many bytes it took.
    fn data(&mut self, bytes: &[u8], sink: Sink<'_>) -> Result<usize, String> {
        let State::Entry(entry) = &mut self.state else { return Ok(0) };
        let most = entry.left.unwrap_or(u64::MAX).min(bytes.len() as u64) as usize;
        let (mut used, mut ended, mut damage) = (most, false, None);
        match &mut entry.packing {
            Packing::Skipped => {}
            Packing::Stored => {
                entry.crc.update(&bytes[..most]);
                if !entry.silent && most > 0 {
                    entry.silent = !sink(Part::Data(&bytes[..most]));
                }
            }
            Packing::Zstd(unpack) => {
                let last = entry.left == Some(most as u64);
                let (crc, silent) = (&mut entry.crc, &mut entry.silent);
                let result = unpack.push(&bytes[..most], last, &mut self.growth, &mut |out| {
                    crc.update(out);
                    *silent = *silent || !out.is_empty() && !sink(Part::Data(out));
                });
                damage = result.err();
            }
            Packing::Deflated(inflate) => {
                used = 0;
                let mut block = vec![0; BLOCK];
                while !ended && damage.is_none() && !(entry.silent && entry.left.is_some()) {
                    let (before_in, before_out) = (inflate.total_in(), inflate.total_out());
                    let status = inflate.decompress(&bytes[used..most], &mut block, FlushDecompress::None);
                    let taken = (inflate.total_in() - before_in) as usize;
                    let given = (inflate.total_out() - before_out) as usize;
                    used += taken;
                    entry.crc.update(&block[..given]);
                    if !entry.silent && given > 0 {
                        entry.silent = !sink(Part::Data(&block[..given]));
                    }
                    damage = self.growth.add(taken, given);
                    match status {
                        Ok(Status::StreamEnd) => ended = true,
                        Ok(_) if taken == 0 && given == 0 => break,
                        Ok(_) => {}
                        Err(_) => damage = Some("its compressed data is damaged".to_owned()),
                    }
                }
            }
        }
        entry.left = entry.left.map(|left| left - used as u64);
        if entry.silent && entry.left.is_some() && damage.is_none() && !ended {
            entry.packing = Packing::Skipped;
        }
        if entry.left == Some(0) && !ended && damage.is_none() {
            ended = true;
            damage = match entry.packing {
                Packing::Deflated(_) => Some("its compressed data ends early".to_owned()),
                _ => None,
            };
        }
        if let Some(why) = damage {
            let silent = std::mem::replace(&mut entry.silent, true);
            if !silent {
                sink(Part::End(Some(why.clone())));
            }
            entry.packing = Packing::Skipped;
            if entry.left.is_none() || self.growth.is_over() {
                self.state = State::Done;
                return Err(why);
            }
            if entry.left == Some(0) {
                self.state = State::Header;
            }
            return Ok(used);
        }
        if ended {
            let State::Entry(entry) = std::mem::take(&mut self.state) else { return Ok(used) };
            let skipped = matches!(entry.packing, Packing::Skipped);
            match entry.sum {
                None => self.state = State::Descriptor(entry),
                Some(sum) if !entry.silent => {
                    let wrong = sum != entry.crc.sum() && !skipped;
                    sink(Part::End(wrong.then(|| "its checksum is wrong".to_owned())));
                }
                Some(_) => {}
            }
        }
        Ok(used)
    }
}

/// The packed size of more than 4 GB, from the fields behind the name.
fn long_size(mut extra: &[u8], plain_too: bool) -> Option<u64> {
    while extra.len() >= 4 {
        let (id, len) = (u16::from_le_bytes([extra[0], extra[1]]), u16::from_le_bytes([extra[2], extra[3]]));
        let field = extra.get(4..4 + usize::from(len))?;
        if id == 1 {
            let at = if plain_too { 8 } else { 0 };
            return Some(u64::from_le_bytes(field.get(at..at + 8)?.try_into().ok()?));
        }
        extra = &extra[4 + usize::from(len)..];
    }
    None
}
