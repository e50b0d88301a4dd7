use rustc_hash::FxHashMap;
use xxhash_rust::xxh3::xxh3_128;

use crate::TextId;

/// Prompts and responses, each distinct text once: a chat history that is sent again with every turn costs
/// its new part only.
///
/// Equal content is found by its 128-bit xxh3 hash; two different texts of one trace meet with a chance
/// below 10⁻²⁶ even for a billion texts, so the bytes are not compared again.
#[derive(Debug, Default)]
pub struct Texts {
    texts: Vec<Box<str>>,
    by_hash: FxHashMap<u128, TextId>,
}

impl Texts {
    /// Keeps a text, or finds it.
    pub fn add(&mut self, text: &str) -> TextId {
        let next = TextId(self.texts.len() as u32);
        let id = *self.by_hash.entry(xxh3_128(text.as_bytes())).or_insert(next);
        if id == next {
            self.texts.push(text.into());
        }
        id
    }

    /// The text of an id.
    pub fn get(&self, id: TextId) -> &str {
        &self.texts[id.0 as usize]
    }

    /// How many distinct texts there are; ids count from 0.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether no text is kept.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// Bytes of all distinct texts.
    pub fn bytes(&self) -> u64 {
        self.texts.iter().map(|t| t.len() as u64).sum()
    }
}
