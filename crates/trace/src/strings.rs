use std::hash::BuildHasher;

use crate::StrId;

/// Each distinct string once. Ids are given in the order of first sight, the empty string first.
///
/// Keys come from files, so the hash is seeded per table (foldhash) and cannot be flooded by a file made
/// for it.
#[derive(Debug)]
pub struct Interner {
    bytes: String,
    ends: Vec<u32>,
    slots: Vec<u32>,
    hasher: foldhash::fast::FixedState,
}

impl Default for Interner {
    fn default() -> Interner {
        let mut interner = Interner {
            bytes: String::new(),
            ends: Vec::new(),
            slots: vec![u32::MAX; 64],
            hasher: Default::default(),
        };
        interner.intern("");
        interner
    }
}

impl Interner {
    /// The id of a string, given now if it is new.
    pub fn intern(&mut self, text: &str) -> StrId {
        if self.ends.len() * 2 >= self.slots.len() {
            self.grow();
        }
        let slot = self.slot(text);
        if self.slots[slot] == u32::MAX {
            self.slots[slot] = self.ends.len() as u32;
            self.bytes.push_str(text);
            self.ends.push(self.bytes.len() as u32);
        }
        StrId(self.slots[slot])
    }

    /// The id of a string that was seen before.
    pub fn find(&self, text: &str) -> Option<StrId> {
        Some(self.slots[self.slot(text)]).filter(|&id| id != u32::MAX).map(StrId)
    }

    /// The string of an id.
    pub fn get(&self, id: StrId) -> &str {
        let end = self.ends[id.0 as usize] as usize;
        let start = if id.0 == 0 { 0 } else { self.ends[id.0 as usize - 1] as usize };
        &self.bytes[start..end]
    }

    /// How many distinct strings there are, the empty one included; ids count from 0.
    #[expect(clippy::len_without_is_empty, reason = "the empty string is always there")]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Bytes of all distinct strings.
    pub fn bytes(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// Where the string is, or the free place where it belongs.
    fn slot(&self, text: &str) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = self.hasher.hash_one(text) as usize & mask;
        while self.slots[slot] != u32::MAX && self.get(StrId(self.slots[slot])) != text {
            slot = (slot + 1) & mask;
        }
        slot
    }

    fn grow(&mut self) {
        self.slots = vec![u32::MAX; self.slots.len() * 2];
        for id in 0..self.ends.len() as u32 {
            let slot = self.slot(self.get(StrId(id)));
            self.slots[slot] = id;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn equal_strings_share_an_id_and_come_back(texts in proptest::collection::vec(".{0,6}", 0..200)) {
            let mut interner = Interner::default();
            let ids: Vec<StrId> = texts.iter().map(|t| interner.intern(t)).collect();
            for (text, id) in texts.iter().zip(&ids) {
                prop_assert_eq!(interner.get(*id), text);
                prop_assert_eq!(interner.find(text), Some(*id));
                prop_assert_eq!(id.is_none(), text.is_empty());
            }
        }
    }
}
