use std::collections::BTreeSet;

use super::Policy;

const NEVER: u32 = u32::MAX;

/// The most hits that any order of eviction can have with this much room. A new key that is used again later than
/// all others is not kept at all.
pub(super) struct Belady {
    /// For each request, the next one with the same key.
    nexts: Vec<u32>,
    order: BTreeSet<(u32, u32)>,
    next: Vec<u32>,
}

impl Belady {
    pub fn new(keys: usize, accesses: &[Option<u32>]) -> Belady {
        let mut coming = vec![NEVER; keys];
        let mut nexts = vec![NEVER; accesses.len()];
        for (request, key) in accesses.iter().enumerate().rev() {
            if let Some(key) = key {
                nexts[request] = std::mem::replace(&mut coming[*key as usize], request as u32);
            }
        }
        Belady { nexts, order: BTreeSet::new(), next: vec![NEVER; keys] }
    }
}

impl Policy for Belady {
    fn insert(&mut self, key: u32, now: u32) {
        self.remove(key);
        self.next[key as usize] = self.nexts[now as usize];
        self.order.insert((self.next[key as usize], key));
    }
    fn touch(&mut self, key: u32, now: u32) {
        self.insert(key, now);
    }
    fn remove(&mut self, key: u32) {
        self.order.remove(&(self.next[key as usize], key));
    }
    fn make_room(&mut self, incoming: u32, now: u32) -> Option<u32> {
        match self.order.last() {
            Some(&(next, key)) if next > self.nexts[now as usize] => {
                self.remove(key);
                Some(key)
            }
            _ => Some(incoming),
        }
    }
    fn len(&self) -> usize {
        self.order.len()
    }
}
