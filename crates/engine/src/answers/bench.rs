use rustc_hash::FxHashMap;
use tokens::{Encoding, EncodingName};

use crate::{
    counts::Counts,
    protocol::{Count, Piece, Slot},
};

/// The texts last counted in the workbench, with their tokens, so that the visible part can be shown piece
/// by piece without counting again. An empty text is forgotten, and so is one whose part was removed.
#[derive(Default)]
pub(crate) struct Bench(FxHashMap<Slot, Counted>);

enum Counted {
    /// By an encoding, which knows the bytes of each id.
    BuiltIn { encoding: EncodingName, ids: Vec<u32> },
    /// By a tokenizer that normalises, so that its vocabulary does not tell what stands in the text: of each
    /// token the id, and the byte at which its part of the text ends.
    Opened { text: String, tokens: Vec<(u32, u32)> },
}

impl Bench {
    pub fn count(&mut self, slot: Slot, encoding: &Encoding, text: &str) -> Count {
        let ids = encoding.encode(text);
        let count = size(text, ids.len());
        self.keep(slot, text.is_empty(), Counted::BuiltIn { encoding: encoding.name(), ids });
        count
    }

    pub fn take(&mut self, slot: Slot, text: String, tokens: Vec<(u32, u32)>) -> Count {
        let count = size(&text, tokens.len());
        self.keep(slot, text.is_empty(), Counted::Opened { text, tokens });
        count
    }

    fn keep(&mut self, slot: Slot, is_empty: bool, counted: Counted) {
        if is_empty {
            self.0.remove(&slot);
        } else {
            self.0.insert(slot, counted);
        }
    }

    pub fn pieces(&self, counts: &Counts, slot: Slot, from: u32, count: u32) -> Result<Vec<Piece>, String> {
        let (from, count) = (from as usize, count as usize);
        Ok(match self.0.get(&slot).ok_or("No text has been counted yet.")? {
            Counted::BuiltIn { encoding, ids } => {
                let encoding = counts.encoding(*encoding).ok_or("The vocabulary has not been loaded.")?;
                let ids = ids.iter().skip(from).take(count);
                ids.map(|&id| piece(id, encoding.token_bytes(id).unwrap_or_default())).collect()
            }
            Counted::Opened { text, tokens } => {
                let starts = std::iter::once(0).chain(tokens.iter().map(|&(_, end)| end));
                let tokens = tokens.iter().zip(starts).skip(from).take(count);
                let bytes =
                    |from: u32, to: u32| text.as_bytes().get(from as usize..to as usize).unwrap_or_default();
                tokens.map(|(&(id, end), start)| piece(id, bytes(start, end))).collect()
            }
        })
    }
}

fn size(text: &str, tokens: usize) -> Count {
    Count { tokens: tokens as u64, bytes: text.len() as u64, chars: text.chars().count() as u64, ms: 0.0 }
}

fn piece(id: u32, bytes: &[u8]) -> Piece {
    Piece { id, text: String::from_utf8_lossy(bytes).into_owned(), bytes: bytes.to_vec() }
}
