use stats::{Concurrency, Histogram};
use trace::{CallId, Trace};
use units::{Nanos, Timestamp};

use super::timeline::step_over;
use crate::protocol::OverTime;

/// Bins of duration in the heat map, at most.
const HEIGHT: usize = 14;

/// Calls in flight, what they yield, and how long they take, over time.
pub(super) fn over_time(trace: &Trace, ids: &[CallId]) -> Option<OverTime> {
    let calls = ids.iter().map(|&id| trace.call(id));
    let mut timed: Vec<_> = calls.filter_map(|call| Some((call.start?.0, call.end()?.0, call))).collect();
    let all = timed.len();
    if timed.iter().any(|(start, ..)| Timestamp(*start).is_dated()) {
        timed.retain(|(start, ..)| Timestamp(*start).is_dated());
    }
    let first = timed.iter().map(|(start, ..)| *start).min()?;
    let last = timed.iter().map(|(_, end, _)| *end).max()?;
    let step = step_over(last.saturating_sub(first));
    let origin = first.div_euclid(step) * step;
    let count = ((last.saturating_sub(origin)) / step + 1) as usize;
    let place = |at: i64| (((at - origin) / step).max(0) as usize).min(count - 1);

    let ends: Vec<i64> = timed.iter().map(|(_, end, _)| *end).collect();
    let running = Concurrency::of(timed.iter().map(|(start, end, _)| (*start, *end)));
    let to = origin.saturating_add(step.saturating_mul(count as i64));
    let bins = running.bins(origin, to, count, &ends);

    let mut tokens = vec![0.0; count];
    let mut told = None;
    let mut durations = Vec::new();
    for (start, end, call) in timed.iter().filter(|(.., call)| call.is_finished()) {
        durations.push(Nanos(end - start).as_ms());
        if let Some(output) = call.usage.output.get() {
            tokens[place(*end)] += output as f64;
            *told.get_or_insert(0.0) += output as f64;
        }
    }
    let seconds = |ns: i64| ns as f64 / 1e9;
    tokens.iter_mut().for_each(|tokens| *tokens /= seconds(step));
    units::order::sort_floats(&mut durations);
    let heights = Histogram::of(&durations, HEIGHT).unwrap_or_default().bins;
    let mut heat = vec![0; count * heights.len()];
    for (start, end, _) in timed.iter().filter(|(.., call)| call.is_finished()) {
        let ms = Nanos(end - start).as_ms();
        let height = heights.partition_point(|bin| bin.high <= ms).min(heights.len() - 1);
        heat[place(*start) * heights.len() + height] += 1;
    }
    Some(OverTime {
        start: Some(Timestamp(origin)),
        step: Nanos(step),
        undated: (all - timed.len()) as u64,
        in_flight: bins.iter().map(|bin| bin.mean).collect(),
        most: bins.iter().map(|bin| bin.max).collect(),
        ended: bins.iter().map(|bin| bin.ended).collect(),
        tokens,
        throughput: told.filter(|_| last > first).map(|told: f64| told / seconds(last - first)),
        edges: heights.iter().map(|bin| bin.low).chain(heights.last().map(|bin| bin.high)).collect(),
        heat,
    })
}
