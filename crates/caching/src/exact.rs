//! A cache of answers to the very same prompt.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use units::Nanos;
use xxhash_rust::xxh3::xxh3_64;

use crate::{
    Answer, Distances, Request, Tally, Traffic, Worth,
    evict::{Evict, policy},
    metrics::tally,
    prefix::chain,
};

/// How prompts are brought to one form before they are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Normalise {
    /// Not at all.
    #[default]
    AsSent,
    /// Blanks at the ends are cut off, those between words become one space.
    Blanks,
    /// That, and all letters are lower case.
    BlanksAndCase,
}

/// What has to be the same beside the prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// The model.
    pub model: bool,
    /// The system prompt.
    pub system: bool,
    /// The messages around the text that is compared.
    pub context: bool,
    /// The sampling parameters.
    pub parameters: bool,
}

impl Default for Scope {
    fn default() -> Scope {
        Scope { model: true, system: true, context: true, parameters: true }
    }
}

impl Scope {
    /// The hash of all that has to be the same.
    pub(crate) fn of(self, request: &Request) -> u64 {
        let model = if self.model { u64::from(request.model) + 1 } else { 0 };
        let system = if self.system { request.system.map_or(1, |hash| chain(2, hash)) } else { 0 };
        let context = if self.context { request.context } else { 0 };
        chain(chain(chain(model, system), context), if self.parameters { request.parameters } else { 0 })
    }
}

/// How long and how much a cache of answers keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keep {
    /// An answer is given again for so long after it was kept; use does not prolong it. What has run out stays
    /// and takes room until it is replaced or evicted.
    pub ttl: Option<Nanos>,
    /// Answers that have room.
    pub capacity: Option<u32>,
    /// What leaves a full cache.
    pub evict: Evict,
}

/// A cache of answers to the same prompt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exact {
    /// Which prompts are the same.
    pub normalise: Normalise,
    /// What else has to be the same.
    pub scope: Scope,
    /// How long and how much is kept.
    pub keep: Keep,
}

/// The key of each request, numbered by first appearance; `None` where neither text nor hash is known, or where a
/// hash would have to be brought to another form.
pub fn keys(traffic: &Traffic, normalise: Normalise, scope: Scope) -> (Vec<Option<u32>>, usize) {
    let mut numbers: FxHashMap<(u64, u64), u32> = FxHashMap::default();
    let mut key = |request: &Request| {
        let hash = match (traffic.text(request.prompt), normalise) {
            (Some(text), Normalise::AsSent) => xxh3_64(text.as_bytes()),
            (Some(text), _) => xxh3_64(normalised(text, normalise).as_bytes()),
            (None, Normalise::AsSent) => request.prompt_hash?,
            (None, _) => return None,
        };
        let next = numbers.len() as u32;
        Some(*numbers.entry((scope.of(request), hash)).or_insert(next))
    };
    let keys = traffic.requests.iter().map(&mut key).collect();
    (keys, numbers.len())
}

fn normalised(text: &str, normalise: Normalise) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    if normalise == Normalise::BlanksAndCase { out.to_lowercase() } else { out }
}

/// When each request arrived. One without a time comes with the one before it.
pub(crate) fn times(traffic: &Traffic) -> Vec<i64> {
    let mut now = i64::MIN;
    let time = |request: &Request| {
        now = request.at.map_or(now, |at| at.0);
        now
    };
    traffic.requests.iter().map(time).collect()
}

/// Whether what was kept at one time may be given again at another.
pub(crate) fn is_live(ttl: Option<Nanos>, kept: i64, now: i64) -> bool {
    ttl.is_none_or(|ttl| now.saturating_sub(kept) <= ttl.0)
}

/// Replays the traffic through one cache.
pub fn replay(traffic: &Traffic, exact: &Exact) -> Vec<Answer> {
    let (keys, count) = keys(traffic, exact.normalise, exact.scope);
    replay_keys(&keys, count, &times(traffic), &exact.keep)
}

fn replay_keys(keys: &[Option<u32>], count: usize, times: &[i64], keep: &Keep) -> Vec<Answer> {
    let room = keep.capacity.map(|capacity| capacity as usize).filter(|&room| room < count);
    let mut policy = room.map(|room| policy(keep.evict, count, room, keys));
    let mut kept_by: Vec<Option<u32>> = vec![None; count];
    let mut answers = Vec::with_capacity(keys.len());
    for (number, key) in keys.iter().enumerate() {
        let now = number as u32;
        let Some(key) = *key else {
            answers.push(Answer::Unknown);
            continue;
        };
        if let Some(source) = kept_by[key as usize] {
            if is_live(keep.ttl, times[source as usize], times[number]) {
                if let Some(policy) = &mut policy {
                    policy.touch(key, now);
                }
                answers.push(Answer::Exact(source));
                continue;
            }
            kept_by[key as usize] = None;
            if let Some(policy) = &mut policy {
                policy.remove(key);
            }
        }
        answers.push(Answer::Miss);
        if let Some((policy, room)) = policy.as_mut().zip(room) {
            if policy.len() >= room {
                let gone = policy.make_room(key, now).filter(|_| room > 0).unwrap_or(key);
                if gone == key {
                    continue;
                }
                kept_by[gone as usize] = None;
            }
            policy.insert(key, now);
        }
        kept_by[key as usize] = Some(now);
    }
    answers
}

/// Caches of these sizes, all else being equal. Of the least-recently-used order one pass answers for all sizes,
/// unless answers run out: when they do depends on the size. Else each size is replayed.
pub fn curve(traffic: &Traffic, exact: &Exact, worth: &Worth, capacities: &[Option<u32>]) -> Vec<Tally> {
    let (keys, count) = keys(traffic, exact.normalise, exact.scope);
    if exact.keep.evict != Evict::Lru || exact.keep.ttl.is_some() {
        let times = times(traffic);
        let run = |&capacity: &Option<u32>| {
            let keep = Keep { capacity, ..exact.keep };
            tally(traffic.requests, &replay_keys(&keys, count, &times, &keep), worth)
        };
        return capacities.iter().map(run).collect();
    }
    let mut distances = Distances::new(keys.len());
    let mut distance = |key: &Option<u32>| {
        let above = distances.above(u64::from((*key)?));
        distances.touch(u64::from((*key)?), 1);
        Some(above)
    };
    let above: Vec<Option<Option<u64>>> = keys.iter().map(&mut distance).collect();
    let at = |&capacity: &Option<u32>| {
        let room = capacity.map_or(u64::MAX, u64::from);
        let mut sum = Tally::default();
        for (request, above) in traffic.requests.iter().zip(&above) {
            let answer = match above {
                None => Answer::Unknown,
                Some(Some(above)) if *above < room => Answer::Exact(0),
                Some(_) => Answer::Miss,
            };
            sum.add(request, answer, worth);
        }
        sum
    };
    capacities.iter().map(at).collect()
}
