use super::{Policy, Queues};

const SMALL: usize = 0;
const MAIN: usize = 1;
const GHOST: usize = 2;

/// S3-FIFO: new keys wait in a small queue of a tenth of the room. Those used more than once there move to the
/// main queue, the others leave and are remembered by name for a while: if they come again, they go to the main
/// queue at once.
pub(super) struct S3Fifo {
    queues: Queues,
    /// Uses of a key, 3 at most.
    uses: Vec<u8>,
    small: usize,
    ghosts: usize,
}

impl S3Fifo {
    pub fn new(keys: usize, capacity: usize) -> S3Fifo {
        let small = (capacity / 10).max(1);
        S3Fifo {
            queues: Queues::new(keys),
            uses: vec![0; keys],
            small,
            ghosts: capacity.saturating_sub(small),
        }
    }

    fn leave_small(&mut self) -> Option<u32> {
        while let Some(key) = self.queues.front(SMALL) {
            if self.uses[key as usize] > 1 {
                self.uses[key as usize] = 0;
                self.queues.push(MAIN, key);
                continue;
            }
            self.queues.push(GHOST, key);
            while self.queues.len(GHOST) > self.ghosts {
                self.queues.pop(GHOST);
            }
            return Some(key);
        }
        None
    }

    fn leave_main(&mut self) -> Option<u32> {
        loop {
            let key = self.queues.front(MAIN)?;
            match self.uses[key as usize].checked_sub(1) {
                Some(left) => {
                    self.uses[key as usize] = left;
                    self.queues.push(MAIN, key);
                }
                None => return self.queues.pop(MAIN),
            }
        }
    }
}

impl Policy for S3Fifo {
    fn insert(&mut self, key: u32, _: u32) {
        let queue = if self.queues.queue_of(key) == Some(GHOST) { MAIN } else { SMALL };
        self.uses[key as usize] = 0;
        self.queues.push(queue, key);
    }
    fn touch(&mut self, key: u32, _: u32) {
        let uses = &mut self.uses[key as usize];
        *uses = (*uses + 1).min(3);
    }
    fn remove(&mut self, key: u32) {
        if self.queues.queue_of(key) != Some(GHOST) {
            self.queues.remove(key);
        }
    }
    fn make_room(&mut self, _: u32, _: u32) -> Option<u32> {
        let full = self.queues.len(SMALL) >= self.small;
        let first = if full { self.leave_small() } else { None };
        first.or_else(|| self.leave_main()).or_else(|| self.leave_small())
    }
    fn len(&self) -> usize {
        self.queues.len(SMALL) + self.queues.len(MAIN)
    }
}
