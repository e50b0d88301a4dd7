use std::{
    cmp::Reverse,
    collections::{BTreeSet, BinaryHeap},
};

/// Puts intervals that overlap into different lanes, each into the lowest that is free. As many lanes as ever run at
/// once, and no more. Intervals come by their start.
#[derive(Default)]
pub(crate) struct Lanes {
    busy: BinaryHeap<Reverse<(i64, u32)>>,
    free: BTreeSet<u32>,
    count: u32,
}

impl Lanes {
    /// The lane of the next interval. One of no length takes its place for a nanosecond.
    pub fn place(&mut self, from: i64, to: i64) -> u32 {
        while let Some(&Reverse((end, lane))) = self.busy.peek()
            && end <= from
        {
            self.busy.pop();
            self.free.insert(lane);
        }
        let lane = self.free.pop_first().unwrap_or(self.count);
        self.count = self.count.max(lane + 1);
        self.busy.push(Reverse((to.max(from.saturating_add(1)), lane)));
        lane
    }

    /// How many lanes there are.
    pub fn count(&self) -> u32 {
        self.count
    }
}
