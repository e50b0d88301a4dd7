//! Amazon's event streams (`application/vnd.amazon.eventstream`), in which Bedrock answers: binary messages, each of
//! which becomes a line of JSON.
//!
//! ```text
//! length of all │ of the headers │ CRC of both │ headers │ payload │ CRC of all before
//!       4       │       4        │      4      │         │         │        4
//! ```

use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::Crc;
use serde::Deserialize;

/// What stands in front of each message, and so tells an event stream.
pub const PRELUDE: usize = 12;
/// The prelude and the checksum at the end.
const AROUND: usize = PRELUDE + 4;
/// Amazon's own limit is 16 MB and headers.
const MAX_MESSAGE: usize = 32 << 20;

/// Takes messages apart as their bytes come.
#[derive(Default)]
pub struct EventStream {
    /// Bytes that wait for the rest of their message.
    pending: Vec<u8>,
}

/// Whether bytes begin with a prelude whose checksum is right.
pub fn is_eventstream(bytes: &[u8]) -> bool {
    bytes.get(8..PRELUDE).is_some_and(|sum| crc(&bytes[..8]) == sum)
}

fn crc(bytes: &[u8]) -> [u8; 4] {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum().to_be_bytes()
}

fn length(bytes: &[u8]) -> Option<usize> {
    let bytes: [u8; 4] = bytes.get(..4)?.try_into().ok()?;
    usize::try_from(u32::from_be_bytes(bytes)).ok()
}

impl EventStream {
    /// Takes the next bytes and hands on a line for each message that is whole. `Err` says why no further one
    /// can be read.
    pub fn push(&mut self, bytes: &[u8], last: bool, sink: &mut dyn FnMut(&[u8])) -> Result<(), String> {
        self.pending.extend_from_slice(bytes);
        let pending = std::mem::take(&mut self.pending);
        let mut rest = &pending[..];
        while rest.len() >= PRELUDE {
            let (Some(all), Some(headers)) = (length(rest), length(&rest[4..])) else { break };
            if !is_eventstream(rest) {
                return Err("the checksum of a message's length is wrong".to_owned());
            }
            if !(AROUND..=MAX_MESSAGE).contains(&all) || headers > all - AROUND {
                return Err("a message has an impossible length".to_owned());
            }
            let Some(message) = rest.get(..all) else { break };
            let (told, sum) = message.split_at(all - 4);
            if crc(told) != sum {
                return Err("the checksum of a message is wrong".to_owned());
            }
            let (headers, payload) = told[PRELUDE..].split_at(headers);
            if let Some(line) = line(headers, payload) {
                sink(&line);
            }
            rest = &rest[all..];
        }
        self.pending = rest.to_vec();
        if last && !self.pending.is_empty() {
            Err("the data ends inside a message".to_owned())
        } else {
            Ok(())
        }
    }
}

/// The part of a model's own stream that an event holds.
#[derive(Deserialize)]
struct Chunk {
    bytes: String,
}

/// What a message says: the model's own event, or the payload under the event's name. A message without a name
/// says nothing.
fn line(headers: &[u8], payload: &[u8]) -> Option<Vec<u8>> {
    let kinds = [":event-type", ":exception-type", ":error-code"];
    let kind = kinds.into_iter().find_map(|name| header(headers, name))?;
    let own = || STANDARD.decode(serde_json::from_slice::<Chunk>(payload).ok()?.bytes).ok();
    let mut line = match own().filter(|_| kind == "chunk") {
        Some(own) => own,
        None => {
            let payload = if payload.is_empty() { b"{}" } else { payload };
            let name = serde_json::to_string(kind).ok()?;
            [b"{", name.as_bytes(), b":", payload, b"}"].concat()
        }
    };
    line.push(b'\n');
    Some(line)
}

/// The text of a header.
fn header<'a>(mut rest: &'a [u8], wanted: &str) -> Option<&'a str> {
    while let Some((&len, after)) = rest.split_first() {
        let (name, after) = after.split_at_checked(usize::from(len))?;
        let (&kind, after) = after.split_first()?;
        let (skip, len) = match kind {
            0 | 1 => (0, 0),
            2 => (0, 1),
            3 => (0, 2),
            4 => (0, 4),
            5 | 8 => (0, 8),
            9 => (0, 16),
            6 | 7 => (2, usize::from(u16::from_be_bytes([*after.first()?, *after.get(1)?]))),
            _ => return None,
        };
        let value = after.get(skip..skip + len)?;
        if kind == 7 && name == wanted.as_bytes() {
            return str::from_utf8(value).ok();
        }
        rest = &after[skip + len..];
    }
    None
}
