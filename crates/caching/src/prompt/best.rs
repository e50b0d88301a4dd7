use rustc_hash::FxHashMap;

use super::{
    Prediction,
    anthropic::{self, BREAKPOINTS, Entries, lives},
    path::Paths,
};
use crate::{Lifetime, Traffic};

/// Breakpoints where a later request, while the entry lives, begins the same and then goes another way. The longest
/// of them are taken, and one for what can be read. Each pays, because one read saves more than a write costs more
/// than fresh input. This is a good placing by what will come, not a proven best one.
pub(super) fn replay(traffic: &Traffic, paths: &Paths, lifetime: Lifetime) -> Vec<Prediction> {
    let nexts = next_uses(traffic, paths);
    let length = lifetime.length().0;
    anthropic::replay(traffic, paths, anthropic::minimum, &|number, entries: &Entries| {
        let (path, next, now) = (paths.get(number), &nexts[number], paths.times[number]);
        let least =
            anthropic::minimum(traffic.model(&traffic.requests[number])).map_or(0, |minimum| minimum.0);
        let mut marks: Vec<usize> = Vec::with_capacity(BREAKPOINTS);
        let found =
            |at: &usize| entries.get(&path[*at].key).is_some_and(|entry| lives(paths, entry, now).is_some());
        marks.extend((0..path.len()).rev().find(found));
        for at in (0..path.len()).rev().filter(|at| path[*at].end >= least) {
            let used = next[at].is_some_and(|next| paths.times[next as usize].saturating_sub(now) <= length);
            // The same request uses a longer beginning than this.
            let longer = next.get(at + 1).is_some_and(|longer| *longer == next[at]);
            if used && !longer && !marks.contains(&at) && marks.len() < BREAKPOINTS {
                marks.push(at);
            }
        }
        marks.sort_unstable();
        marks.into_iter().map(|at| (at, lifetime)).collect()
    })
}

/// For each beginning of each request: the request that has it next.
fn next_uses(traffic: &Traffic, paths: &Paths) -> Vec<Vec<Option<u32>>> {
    let mut coming: FxHashMap<u64, u32> = FxHashMap::default();
    let mut nexts: Vec<Vec<Option<u32>>> = (0..traffic.requests.len())
        .rev()
        .map(|number| paths.get(number).iter().map(|node| coming.insert(node.key, number as u32)).collect())
        .collect();
    nexts.reverse();
    nexts
}
