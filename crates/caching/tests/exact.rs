//! Caches of the same prompt, against plain ones.

mod common;

use std::collections::HashMap;

use caching::{
    Answer, Evict, Request, Worth,
    exact::{self, Exact, Keep, Normalise, Scope},
    tally,
};
use common::Owned;
use proptest::prelude::*;
use units::{Nanos, Timestamp};

const SECOND: i64 = 1_000_000_000;

fn traffic(prompts: &[u64]) -> Owned {
    let request = |(second, hash): (usize, &u64)| Request {
        at: Some(Timestamp(second as i64 * SECOND)),
        prompt_hash: Some(*hash),
        ..Request::default()
    };
    Owned { requests: prompts.iter().enumerate().map(request).collect(), ..Owned::default() }
}

fn hits(owned: &Owned, keep: Keep) -> u64 {
    let answers = exact::replay(&owned.traffic(), &Exact { keep, ..Exact::default() });
    tally(&owned.requests, &answers, &Worth::default()).hits
}

/// What is kept: prompt, when it was kept, uses, and the last of them. Written for clarity.
fn plain(prompts: &[u64], ttl: Option<i64>, room: usize, evict: Evict) -> u64 {
    let mut kept: HashMap<u64, (i64, u64, i64)> = HashMap::new();
    let mut hits = 0;
    for (now, prompt) in prompts.iter().enumerate() {
        let now = now as i64;
        match kept.get_mut(prompt) {
            Some(entry) if ttl.is_none_or(|ttl| now - entry.0 <= ttl) => {
                hits += 1;
                (entry.1, entry.2) = (entry.1 + 1, now);
                continue;
            }
            _ => kept.remove(prompt),
        };
        if room == 0 {
            continue;
        }
        if kept.len() == room {
            let rank = |entry: &(i64, u64, i64)| match evict {
                Evict::Lru => (0, entry.2),
                Evict::Lfu => (entry.1, entry.2),
                _ => (0, entry.0),
            };
            let first = kept.iter().min_by_key(|(_, entry)| rank(entry)).map(|(prompt, _)| *prompt);
            kept.remove(&first.unwrap());
        }
        kept.insert(*prompt, (now, 1, now));
    }
    hits
}

/// The most hits of all, by trying each choice.
fn best(prompts: &[u64], kept: &mut Vec<u64>, room: usize) -> u64 {
    let Some((first, rest)) = prompts.split_first() else { return 0 };
    if kept.contains(first) {
        return 1 + best(rest, kept, room);
    }
    let mut most = best(rest, kept, room);
    if kept.len() < room {
        kept.push(*first);
        most = most.max(best(rest, kept, room));
        kept.pop();
    } else {
        for slot in 0..kept.len() {
            let old = std::mem::replace(&mut kept[slot], *first);
            most = most.max(best(rest, kept, room));
            kept[slot] = old;
        }
    }
    most
}

proptest! {
    #[test]
    fn each_order_evicts_as_a_plain_cache_does(
        prompts in prop::collection::vec(0..12u64, 0..120),
        room in 0..14u32,
        ttl in prop::option::of(0..40i64),
    ) {
        let owned = traffic(&prompts);
        for evict in [Evict::Lru, Evict::Lfu, Evict::Fifo] {
            let keep = Keep { ttl: ttl.map(|ttl| Nanos(ttl * SECOND)), capacity: Some(room), evict };
            prop_assert_eq!(hits(&owned, keep), plain(&prompts, ttl, room as usize, evict), "{:?}", evict);
        }
    }

    #[test]
    fn no_order_beats_the_bound(prompts in prop::collection::vec(0..30u64, 0..200), room in 0..32u32) {
        let owned = traffic(&prompts);
        let run = |evict| hits(&owned, Keep { ttl: None, capacity: Some(room), evict });
        let all: Vec<u64> = Evict::ALL.into_iter().map(run).collect();
        prop_assert!(all.iter().all(|hits| *hits <= all[4]), "{:?}", all);
    }

    #[test]
    fn the_bound_is_reached(prompts in prop::collection::vec(0..5u64, 0..12), room in 0..4u32) {
        let keep = Keep { ttl: None, capacity: Some(room), evict: Evict::Belady };
        prop_assert_eq!(hits(&traffic(&prompts), keep), best(&prompts, &mut vec![], room as usize));
    }

    #[test]
    fn the_curve_is_one_run_per_size(
        prompts in prop::collection::vec(0..20u64, 0..150),
        ttl in prop::option::of(0..60i64),
    ) {
        let owned = traffic(&prompts);
        let sizes: Vec<Option<u32>> = (0..22).map(Some).chain([None]).collect();
        for evict in Evict::ALL {
            let keep = Keep { ttl: ttl.map(|ttl| Nanos(ttl * SECOND)), capacity: None, evict };
            let exact = Exact { keep, ..Exact::default() };
            let curve = exact::curve(&owned.traffic(), &exact, &Worth::default(), &sizes);
            for (capacity, tally) in sizes.iter().zip(curve) {
                prop_assert_eq!(tally.hits, hits(&owned, Keep { capacity: *capacity, ..keep }));
            }
        }
    }
}

#[test]
fn small_queue_of_s3_fifo_lets_a_scan_pass() {
    // Ten prompts that come again and again, with a long row of prompts that come once between.
    let mut prompts = Vec::new();
    for round in 0..40 {
        prompts.extend((0..10).flat_map(|prompt| [prompt; 3]));
        prompts.extend((0..25).map(|new| 1_000 + round * 25 + new));
    }
    let owned = traffic(&prompts);
    let run = |evict| hits(&owned, Keep { ttl: None, capacity: Some(20), evict });
    assert!(run(Evict::S3Fifo) > run(Evict::Lru), "{} {}", run(Evict::S3Fifo), run(Evict::Lru));
}

#[test]
fn prompts_are_the_same_by_choice() {
    let texts = ["What is  it? ", "What is it?", "what is it?"];
    let mut owned = Owned { text_refs: texts.to_vec(), models: vec!["a", "b"], ..Owned::default() };
    for (prompt, model, parameters) in [(0, 0, 0), (1, 0, 0), (2, 0, 0), (2, 1, 0), (2, 1, 7)] {
        let prompt = Some(prompt);
        owned.requests.push(Request { prompt, model, parameters, ..Request::default() });
    }
    owned.requests.push(Request { prompt_hash: Some(3), ..Request::default() });
    let run = |normalise, scope| {
        let answers = exact::replay(&owned.traffic(), &Exact { normalise, scope, ..Exact::default() });
        answers.iter().map(|answer| matches!(answer, Answer::Exact(_))).collect::<Vec<_>>()
    };
    let all = Scope::default();
    let none = Scope { model: false, system: false, context: false, parameters: false };
    assert_eq!(run(Normalise::AsSent, all), [false; 6]);
    assert_eq!(run(Normalise::AsSent, none), [false, false, false, true, true, false]);
    assert_eq!(run(Normalise::Blanks, all), [false, true, false, false, false, false]);
    assert_eq!(run(Normalise::BlanksAndCase, all), [false, true, true, false, false, false]);
    let same_parameters = Scope { parameters: true, ..none };
    assert_eq!(run(Normalise::BlanksAndCase, same_parameters), [false, true, true, true, false, false]);
    // A hash cannot be brought to another form.
    let answers =
        exact::replay(&owned.traffic(), &Exact { normalise: Normalise::Blanks, ..Exact::default() });
    assert_eq!(answers[5], Answer::Unknown);
}
