use rustc_hash::FxHashMap;

/// Stack distances (Mattson): how much was touched since a key was touched last. A least-recently-used cache of
/// any size holds exactly the keys above that size, so one pass answers for all sizes.
///
/// The touches lie in a row, the last one of each key with its weight, and a Fenwick tree sums the row.
#[derive(Debug)]
pub struct Distances {
    sums: Vec<u64>,
    last: FxHashMap<u64, (usize, u32)>,
    next: usize,
    total: u64,
}

impl Distances {
    /// For at most so many touches.
    pub fn new(touches: usize) -> Distances {
        Distances { sums: vec![0; touches + 1], last: FxHashMap::default(), next: 1, total: 0 }
    }

    /// The weight of all keys that were touched after this one was; `None` for a key never touched.
    pub fn above(&self, key: u64) -> Option<u64> {
        let &(slot, _) = self.last.get(&key)?;
        let (mut up_to, mut slot) = (0, slot);
        while slot > 0 {
            up_to += self.sums[slot];
            slot &= slot - 1;
        }
        Some(self.total - up_to)
    }

    /// Puts a key on top. Touches beyond those announced are left out.
    pub fn touch(&mut self, key: u64, weight: u32) {
        if self.next >= self.sums.len() {
            return;
        }
        if let Some((slot, old)) = self.last.insert(key, (self.next, weight)) {
            self.add(slot, u64::from(old).wrapping_neg());
        }
        self.add(self.next, weight.into());
        self.next += 1;
    }

    fn add(&mut self, mut slot: usize, weight: u64) {
        self.total = self.total.wrapping_add(weight);
        while slot < self.sums.len() {
            self.sums[slot] = self.sums[slot].wrapping_add(weight);
            slot += slot & slot.wrapping_neg();
        }
    }
}
