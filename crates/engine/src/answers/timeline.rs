use stats::percentile;
use trace::{CallId, StrId, Trace};
use units::{Nanos, Timestamp, order};

use crate::protocol::{Bucket, Timeline};

/// Models told apart in the timeline; there are four colours without a meaning, and the last is for the rest.
const MODELS: usize = 4;
/// Buckets aimed at: about one for each 12 pixels of a wide screen.
const BUCKETS: i64 = 96;

const SECOND: i64 = 1_000_000_000;
/// Lengths of a bucket that people read easily.
const STEPS: [i64; 26] = [
    1_000_000,
    2_000_000,
    5_000_000,
    10_000_000,
    20_000_000,
    50_000_000,
    100_000_000,
    200_000_000,
    500_000_000,
    SECOND,
    2 * SECOND,
    5 * SECOND,
    10 * SECOND,
    15 * SECOND,
    30 * SECOND,
    60 * SECOND,
    120 * SECOND,
    300 * SECOND,
    600 * SECOND,
    900 * SECOND,
    1_800 * SECOND,
    3_600 * SECOND,
    7_200 * SECOND,
    21_600 * SECOND,
    43_200 * SECOND,
    86_400 * SECOND,
];

/// A length of steps that people read easily, for about a hundred of them over a time (ns).
pub(super) fn step_over(span: i64) -> i64 {
    // Beyond days, whole days: years of a log must not become millions of buckets.
    STEPS.into_iter().find(|step| span / step < BUCKETS).unwrap_or_else(|| {
        let days = span / (86_400 * SECOND) / BUCKETS + 1;
        days * 86_400 * SECOND
    })
}

/// Calls over time, by the model and the moment they began.
pub(crate) fn timeline(trace: &Trace, ids: &[CallId]) -> Option<Timeline> {
    let mut timed: Vec<_> =
        ids.iter().map(|&id| trace.call(id)).filter_map(|call| Some((call.start?.0, call))).collect();
    let all = timed.len();
    if timed.iter().any(|(start, _)| Timestamp(*start).is_dated()) {
        timed.retain(|(start, _)| Timestamp(*start).is_dated());
    }
    let undated = (all - timed.len()) as u64;
    let first = timed.iter().map(|(start, _)| *start).min()?;
    let last = timed.iter().map(|(start, _)| *start).max()?;
    let step = step_over(last.saturating_sub(first));
    let origin = first.div_euclid(step) * step;
    let count = (last - origin) / step + 1;

    let mut calls_of: rustc_hash::FxHashMap<StrId, u64> = Default::default();
    for (_, call) in &timed {
        *calls_of.entry(call.model).or_default() += 1;
    }
    let mut models: Vec<StrId> = calls_of.keys().copied().collect();
    order::sort(&mut models, |a, b| calls_of[b].cmp(&calls_of[a]).then(a.cmp(b)));
    let named = if models.len() > MODELS { MODELS - 1 } else { models.len() };
    let mut names: Vec<String> = models[..named].iter().map(|&model| trace.str(model).to_owned()).collect();
    if models.len() > named {
        names.push(format!("{} others", models.len() - named));
    }

    let mut buckets = vec![Bucket { calls: vec![0; names.len()], ..Bucket::default() }; count as usize];
    let mut durations: Vec<Vec<f64>> = vec![Vec::new(); count as usize];
    for (start, call) in timed {
        let at = ((start - origin) / step) as usize;
        let lane = models[..named].iter().position(|&model| model == call.model).unwrap_or(named);
        buckets[at].calls[lane] += 1;
        buckets[at].failed += u32::from(call.status.is_error());
        if let Some(duration) = call.duration.filter(|_| call.is_finished()) {
            durations[at].push(duration.as_ms());
        }
    }
    for (bucket, mut values) in buckets.iter_mut().zip(durations) {
        order::sort_floats(&mut values);
        bucket.latency = (!values.is_empty()).then(|| [0.5, 0.95, 0.99].map(|q| percentile(&values, q)));
    }
    Some(Timeline { start: Some(Timestamp(origin)), step: Nanos(step), models: names, buckets, undated })
}
