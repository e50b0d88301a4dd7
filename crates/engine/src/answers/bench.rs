use rustc_hash::FxHashMap;
use tokens::{Encoding, EncodingName};

use crate::{
    counts::Counts,
    protocol::{Count, Piece, Slot},
};

/// The texts last counted in the workbench, with their tokens, so that the visible part can be shown piece
/// by piece without counting again.
#[derive(Default)]
pub(crate) struct Bench(FxHashMap<Slot, Counted>);

struct Counted {
    encoding: EncodingName,
    ids: Vec<u32>,
}

impl Bench {
    pub fn count(&mut self, slot: Slot, encoding: &Encoding, text: &str) -> Count {
        let ids = encoding.encode(text);
        let count = Count {
            tokens: ids.len() as u64,
            bytes: text.len() as u64,
            chars: text.chars().count() as u64,
            ms: 0.0,
        };
        self.0.insert(slot, Counted { encoding: encoding.name(), ids });
        count
    }

    pub fn pieces(&self, counts: &Counts, slot: Slot, from: u32, count: u32) -> Result<Vec<Piece>, String> {
        let counted = self.0.get(&slot).ok_or("No text has been counted yet.")?;
        let encoding = counts.encoding(counted.encoding).ok_or("The vocabulary has not been loaded.")?;
        let ids = counted.ids.iter().skip(from as usize).take(count as usize);
        Ok(ids
            .map(|&id| {
                let bytes = encoding.token_bytes(id).unwrap_or_default();
                Piece { id, text: String::from_utf8_lossy(bytes).into_owned(), bytes: bytes.to_vec() }
            })
            .collect())
    }
}
