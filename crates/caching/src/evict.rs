//! What leaves a full cache.

mod belady;
mod fifo;
mod lfu;
mod lru;
mod queues;
mod s3fifo;

use queues::Queues;

/// The order of eviction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Evict {
    /// The least recently used first.
    #[default]
    Lru,
    /// The least often used first; of several, the least recently used.
    Lfu,
    /// The oldest first.
    Fifo,
    /// Three queues: what is used once leaves early (S3-FIFO).
    S3Fifo,
    /// What is used again last leaves first. Needs to know what comes: a bound, not a cache.
    Belady,
}

impl Evict {
    /// All of them.
    pub const ALL: [Evict; 5] = [Evict::Lru, Evict::Lfu, Evict::Fifo, Evict::S3Fifo, Evict::Belady];
}

/// An order of eviction over keys that are numbered from 0. `now` is the number of the request.
pub(crate) trait Policy {
    /// Keeps a key that is not kept.
    fn insert(&mut self, key: u32, now: u32);
    /// A kept key was used.
    fn touch(&mut self, key: u32, now: u32);
    /// Forgets a kept key.
    fn remove(&mut self, key: u32);
    /// Makes room for a key that is not kept: forgets one and names it, or names the new one, which is then
    /// better not kept at all.
    fn make_room(&mut self, incoming: u32, now: u32) -> Option<u32>;
    /// How many keys are kept.
    fn len(&self) -> usize;
}

/// A policy for so many keys and so much room. `accesses` are the keys in the order of requests, for those that
/// must know what comes.
pub(crate) fn policy(
    evict: Evict,
    keys: usize,
    capacity: usize,
    accesses: &[Option<u32>],
) -> Box<dyn Policy> {
    match evict {
        Evict::Lru => Box::new(lru::Lru(Queues::new(keys))),
        Evict::Fifo => Box::new(fifo::Fifo(Queues::new(keys))),
        Evict::Lfu => Box::new(lfu::Lfu::new(keys)),
        Evict::S3Fifo => Box::new(s3fifo::S3Fifo::new(keys, capacity)),
        Evict::Belady => Box::new(belady::Belady::new(keys, accesses)),
    }
}
