use std::collections::BTreeSet;

use super::Policy;

/// Least often used since it was kept, then least recently.
pub(super) struct Lfu {
    /// Uses, the last of them, and the key.
    order: BTreeSet<(u32, u32, u32)>,
    uses: Vec<(u32, u32)>,
}

impl Lfu {
    pub fn new(keys: usize) -> Lfu {
        Lfu { order: BTreeSet::new(), uses: vec![(0, 0); keys] }
    }

    fn put(&mut self, key: u32, uses: u32, now: u32) {
        self.remove(key);
        self.uses[key as usize] = (uses, now);
        self.order.insert((uses, now, key));
    }
}

impl Policy for Lfu {
    fn insert(&mut self, key: u32, now: u32) {
        self.put(key, 1, now);
    }
    fn touch(&mut self, key: u32, now: u32) {
        let uses = self.uses[key as usize].0;
        self.put(key, uses.saturating_add(1), now);
    }
    fn remove(&mut self, key: u32) {
        let (uses, last) = self.uses[key as usize];
        self.order.remove(&(uses, last, key));
    }
    fn make_room(&mut self, _: u32, _: u32) -> Option<u32> {
        self.order.pop_first().map(|(_, _, key)| key)
    }
    fn len(&self) -> usize {
        self.order.len()
    }
}
