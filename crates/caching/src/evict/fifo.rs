use super::{Policy, Queues};

/// First in, first out: use changes nothing.
pub(super) struct Fifo(pub Queues);

impl Policy for Fifo {
    fn insert(&mut self, key: u32, _: u32) {
        self.0.push(0, key);
    }
    fn touch(&mut self, _: u32, _: u32) {}
    fn remove(&mut self, key: u32) {
        self.0.remove(key);
    }
    fn make_room(&mut self, _: u32, _: u32) -> Option<u32> {
        self.0.pop(0)
    }
    fn len(&self) -> usize {
        self.0.len(0)
    }
}
