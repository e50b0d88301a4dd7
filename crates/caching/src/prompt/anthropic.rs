use rustc_hash::FxHashMap;

use super::{
    Prediction, Why,
    path::{Paths, Seen},
    rule,
};
use crate::{Lifetime, Traffic};

/// At most so many breakpoints; a fifth is an error. platform.claude.com, prompt caching.
pub(super) const BREAKPOINTS: usize = 4;
/// A breakpoint finds what ends at most so many blocks before it.
pub(super) const LOOK_BACK: usize = 20;
/// An entry of five minutes was measured to die between these seconds (cacheeconomics, 2026-07-28).
const DIES: (i64, i64) = (300, 420);

/// The least tokens that are kept: surely not below the first, surely from the second on. They differ where
/// sources do, or where none tells.
pub(super) fn minimum(model: &str) -> Option<(u64, u64)> {
    // cacheeconomics `providers.json` of 2026-07-29; mxchat-promptcache 0.7.0 of 2026-06-09.
    const RULES: [(&str, (u64, u64)); 6] = [
        ("opus-5 fable-5 mythos-5", (512, 512)),
        // Users saw 2,048 on Sonnet 4.6 (anthropic-sdk-python#1194).
        ("sonnet-4-6", (1_024, 2_048)),
        ("opus-4-8 sonnet-5 sonnet-4-5 sonnet-4 opus-4-1 opus-4", (1_024, 1_024)),
        // An older sheet has Opus 4.7 at 4,096.
        ("opus-4-7", (2_048, 4_096)),
        ("haiku-3-5 3-5-haiku mythos", (2_048, 2_048)),
        ("opus-4-6 opus-4-5 haiku-4-5", (4_096, 4_096)),
    ];
    // No source tells it of these: it is one of the others'.
    const UNKNOWN: [(&str, (u64, u64)); 1] =
        [("opus-5-5 sonnet-5-5 fable-5-1 fable-5-2 mythos-5-1", (512, 4_096))];
    rule(model, &RULES).or_else(|| rule(model, &UNKNOWN))
}

#[derive(Clone, Copy)]
pub(super) struct Entry {
    pub used: i64,
    pub lifetime: Lifetime,
    /// Whether it is there for sure.
    pub sure: bool,
}

/// Entries by the hash of what they end.
pub(super) type Entries = FxHashMap<u64, Entry>;

/// Where the breakpoints of a request stand, given what is kept when it comes.
pub(super) type Marks<'a> = dyn Fn(usize, &Entries) -> Vec<(usize, Lifetime)> + 'a;

/// Whether an entry lives: surely, perhaps (`false`), or not.
pub(super) fn lives(paths: &Paths, entry: &Entry, now: i64) -> Option<bool> {
    let idle = paths.idle(entry.used, now);
    let length = entry.lifetime.length().0 / 1_000_000_000;
    let dead = if entry.lifetime == Lifetime::Minutes5 { DIES.1 } else { length };
    (idle <= dead).then_some(entry.sure && idle <= length)
}

/// Entries are written at breakpoints and found from breakpoints, looking back some blocks; a hit renews them. The
/// clock starts when the request does. What is shorter than the minimum is not kept, without an error.
pub(super) fn replay(
    traffic: &Traffic,
    paths: &Paths,
    minimum: impl Fn(&str) -> Option<(u64, u64)>,
    marks: &Marks,
) -> Vec<Prediction> {
    let minimum: &dyn Fn(&str) -> Option<(u64, u64)> = &minimum;
    let (mut entries, mut seen) = (Entries::default(), Seen::default());
    let mut out = Vec::with_capacity(traffic.requests.len());
    for (number, request) in traffic.requests.iter().enumerate() {
        let (path, now) = (paths.get(number), paths.times[number]);
        let minimum = match (path.last(), minimum(traffic.model(request))) {
            (None, _) => Err(Why::NoParts),
            (_, None) => Err(Why::UnknownRule),
            (_, Some(minimum)) => Ok(minimum),
        };
        let marks = marks(number, &entries);
        let minimum = match minimum {
            Ok(_) if marks.len() > BREAKPOINTS => Err(Why::TooManyBreakpoints),
            other => other,
        };
        let minimum = match minimum {
            Ok(minimum) => minimum,
            Err(why) => {
                out.push(Prediction::nothing(why));
                continue;
            }
        };
        let shared = seen.shared(traffic, request, path);
        let without = seen.why(&shared, path);
        seen.add(request, path, now);
        let reach = |sure: bool| {
            marks.iter().rev().find_map(|&(mark, _)| {
                (0..=mark.min(path.len() - 1)).rev().take(LOOK_BACK + 1).find(|&at| {
                    let lives = entries.get(&path[at].key).and_then(|entry| lives(paths, entry, now));
                    lives == Some(true) || (!sure && lives.is_some())
                })
            })
        };
        let (least, most) = (reach(true), reach(false));
        let end = |at: Option<usize>| at.map_or(0, |at| path[at].end);
        let read = (end(least).min(end(most)), end(least).max(end(most)));
        let mut prediction = Prediction { read, broke: shared.broke, ..Prediction::nothing(Why::Read) };

        let mut from = read.0;
        for &(mark, lifetime) in &marks {
            let Some(node) = path.get(mark) else { continue };
            if node.end < minimum.0 {
                continue;
            }
            let sure = node.end >= minimum.1;
            if node.end > from && sure {
                match lifetime {
                    Lifetime::Hour => prediction.write_1h += node.end - from,
                    _ => prediction.write += node.end - from,
                }
                from = node.end;
            }
            let before = entries.get(&node.key).filter(|entry| lives(paths, entry, now).is_some());
            let lifetime = before.map_or(lifetime, |entry| entry.lifetime.max(lifetime));
            entries.insert(node.key, Entry { used: now, lifetime, sure });
        }
        if let Some(entry) = least.or(most).and_then(|at| entries.get_mut(&path[at].key)) {
            entry.used = now;
        }

        let longest = marks.last().and_then(|mark| path.get(mark.0)).map_or(0, |node| node.end);
        if marks.is_empty() {
            prediction.why = Why::NoBreakpoint;
        } else if longest < minimum.1 && read.1 == 0 {
            prediction.why = Why::BelowMinimum;
        } else if read.0 == 0 {
            let idle = shared.at.map_or(0, |at| paths.idle(at, now));
            prediction.why = match without {
                // What is gone is gone, wherever the prompts part.
                Why::Read | Why::PrefixChanged if idle > DIES.0 => Why::Expired,
                Why::Read => Why::NoBreakpoint,
                why => why,
            };
        } else if read.0 < shared.tokens {
            prediction.why = Why::PrefixChanged;
        }
        out.push(prediction);
    }
    out
}
