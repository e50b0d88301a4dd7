//! Counting the texts of calls, on as many threads as the machine has.

use std::collections::{HashMap, hash_map::Entry};
use std::thread;

use engine::{Encoding, Session, Shard, protocol::EncodingName};

/// Bytes that a thread counts at a time: long enough that nobody waits much for the slowest.
const SHARD: usize = 4 << 20;

/// Counts all texts and brings the counts into the figures.
pub fn count(session: &mut Session) -> Result<(), String> {
    for name in session.info().wants {
        session.set_vocabulary(name, tokens::bundled_asset(name))?;
    }
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let mut counters: Vec<Counter> = (0..threads).map(|_| Counter::default()).collect();
    loop {
        let shards: Vec<Shard> = counters.iter().map_while(|_| session.next_shard(SHARD)).collect();
        if shards.is_empty() {
            break;
        }
        let counts: Vec<_> = thread::scope(|scope| {
            let works = counters.iter_mut().zip(&shards);
            let works: Vec<_> =
                works.map(|(counter, shard)| scope.spawn(move || counter.count(shard))).collect();
            works.into_iter().map(|work| work.join().expect("counting does not panic")).collect()
        });
        for (shard, counts) in shards.iter().zip(counts) {
            session.settle_shard(shard.number, &counts?);
        }
    }
    session.show_counts();
    Ok(())
}

/// The encodings of one thread: each remembers words as it goes, so they are not shared.
#[derive(Default)]
struct Counter(HashMap<EncodingName, Encoding>);

impl Counter {
    fn count(&mut self, shard: &Shard) -> Result<Vec<u32>, String> {
        let encoding = match self.0.entry(shard.encoding) {
            Entry::Occupied(there) => there.into_mut(),
            Entry::Vacant(free) => {
                let encoding = Encoding::load(shard.encoding, tokens::bundled_asset(shard.encoding));
                free.insert(encoding.map_err(|error| error.to_string())?)
            }
        };
        Ok(shard.count(encoding))
    }
}
