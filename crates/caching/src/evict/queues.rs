const NONE: u32 = u32::MAX;

/// Up to three queues of keys. A key stands in one of them at most, and leaves it from anywhere at once.
pub(crate) struct Queues {
    /// Towards the front and towards the back.
    links: Vec<(u32, u32)>,
    /// In which queue a key stands, from 1; 0 for none.
    at: Vec<u8>,
    /// Front, back and length of each.
    ends: [(u32, u32, usize); 3],
}

impl Queues {
    pub fn new(keys: usize) -> Queues {
        Queues { links: vec![(NONE, NONE); keys], at: vec![0; keys], ends: [(NONE, NONE, 0); 3] }
    }

    pub fn len(&self, queue: usize) -> usize {
        self.ends[queue].2
    }

    pub fn queue_of(&self, key: u32) -> Option<usize> {
        usize::from(self.at[key as usize]).checked_sub(1)
    }

    /// The key that has stood longest.
    pub fn front(&self, queue: usize) -> Option<u32> {
        Some(self.ends[queue].0).filter(|&key| key != NONE)
    }

    /// Puts a key at the back of a queue, taking it from where it stands.
    pub fn push(&mut self, queue: usize, key: u32) {
        self.remove(key);
        let (front, back, len) = self.ends[queue];
        self.links[key as usize] = (back, NONE);
        match back {
            NONE => self.ends[queue] = (key, key, 1),
            _ => {
                self.links[back as usize].1 = key;
                self.ends[queue] = (front, key, len + 1);
            }
        }
        self.at[key as usize] = queue as u8 + 1;
    }

    pub fn pop(&mut self, queue: usize) -> Option<u32> {
        let key = self.front(queue)?;
        self.remove(key);
        Some(key)
    }

    pub fn remove(&mut self, key: u32) {
        let Some(queue) = self.queue_of(key) else { return };
        self.at[key as usize] = 0;
        let (before, after) = self.links[key as usize];
        let ends = &mut self.ends[queue];
        ends.2 -= 1;
        match before {
            NONE => ends.0 = after,
            _ => self.links[before as usize].1 = after,
        }
        match after {
            NONE => ends.1 = before,
            _ => self.links[after as usize].0 = before,
        }
    }
}
