use rustc_hash::FxHashSet;
use stats::{EndToEnd, Histogram, Percentiles, Rules, mean, percentile};
use trace::{Call, CallId, Phase, Phases, Trace};
use units::Nanos;

use super::{filter::select, overview::percentiles};
use crate::{
    protocol::{Band, Column, Filter, Latency, LatencyOrder, PhaseRow},
    session::Session,
};

/// Columns of the picture of all requests at most.
const COLUMNS: usize = 300;
/// Bins of a histogram at most.
const BINS: usize = 76;

/// Everything the latency screen shows.
pub(crate) fn latency(session: &Session, filter: &Filter, order: LatencyOrder) -> Latency {
    let trace = session.trace();
    let ids = select(trace, filter);
    let chosen: FxHashSet<CallId> = ids.iter().copied().collect();
    let mut requests = stats::end_to_end(trace, &Rules::default(), |id, _| chosen.contains(&id));
    requests.sort_by_key(|request| request.phases.total());
    let sorted: Vec<Phases> = requests.iter().map(|request| request.phases).collect();
    let sums: Phases = sorted.iter().copied().sum();
    let mut bottlenecks = [0; Phase::COUNT];
    for phases in &sorted {
        bottlenecks[phases.bottleneck() as usize] += 1;
    }
    let (durations, histogram) = distribution(sorted.iter().map(|phases| phases.total().as_ms()));
    let finished = || ids.iter().map(|&id| trace.call(id)).filter(|call| call.is_finished());
    let (call_durations, call_histogram) =
        distribution(finished().filter_map(|c| c.duration.map(Nanos::as_ms)));
    let (ttft, ttft_histogram) = distribution(finished().filter_map(|c| c.ttft.map(Nanos::as_ms)));
    if order == LatencyOrder::Time {
        requests.sort_by_key(|request| (request.start.is_none(), request.start, request.call));
    }
    Latency {
        requests: requests.len() as u64,
        calls: (ids.len() as u64, trace.calls().count() as u64),
        columns: columns(trace, &requests, order),
        bands: if sorted.is_empty() {
            Vec::new()
        } else {
            [0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999].map(|p| band(&sorted, p)).to_vec()
        },
        durations,
        histogram,
        call_durations,
        call_histogram,
        ttft,
        ttft_histogram,
        itl: percentiles(finished().filter_map(Call::itl_ms)),
        phases: if sorted.is_empty() {
            Vec::new()
        } else {
            Phase::ALL.map(|p| phase_row(&sorted, &sums, p)).to_vec()
        },
        bottleneck: (!sorted.is_empty()).then(|| sums.bottleneck()),
        bottlenecks,
    }
}

fn distribution(values: impl Iterator<Item = f64>) -> (Option<Percentiles>, Option<Histogram>) {
    let mut values: Vec<f64> = values.collect();
    (Percentiles::of(&mut values), Histogram::of(&values, BINS))
}

/// Requests one by one, or where there are too many, neighbours together.
///
/// By duration, the slowest tenth gets half the columns and the slowest hundredth 15% of them: that is where
/// the surprises are. By time, each column has as many requests.
fn columns(trace: &Trace, requests: &[EndToEnd], order: LatencyOrder) -> Vec<Column> {
    let n = requests.len();
    let count = n.min(COLUMNS);
    let edge = |i: usize| match order {
        LatencyOrder::Duration if n > COLUMNS => {
            (shrink(i as f64 / count as f64) * n as f64).round() as usize
        }
        _ => i * n / count,
    };
    (0..count)
        .filter_map(|i| {
            let group = &requests[edge(i)..edge(i + 1).max(edge(i))];
            let first = group.first()?;
            let phases = mean(group.iter().map(|request| &request.phases))?;
            Some(Column {
                n: group.len() as u32,
                bottleneck: Some(phases.bottleneck()),
                phases,
                name: trace.str(first.name).to_owned(),
                start: first.start,
                call: Some(first.call),
            })
        })
        .collect()
}

/// From a place on the widened axis to the share of requests left of it.
fn shrink(at: f64) -> f64 {
    const KNEES: [(f64, f64); 4] = [(0.0, 0.0), (0.5, 0.9), (0.85, 0.99), (1.0, 1.0)];
    let i = KNEES.iter().position(|knee| at <= knee.0).unwrap_or(3).max(1);
    let ((from, low), (to, high)) = (KNEES[i - 1], KNEES[i]);
    low + (at - from) / (to - from) * (high - low)
}

/// What the requests around a percentile are made of; none has a bottleneck where there are no requests.
pub(crate) fn band(sorted: &[Phases], p: f64) -> Band {
    match stats::Band::around(sorted, p) {
        Some(band) => Band { p, bottleneck: Some(band.bottleneck()), phases: band.phases, n: band.n },
        None => Band { p, ..Band::default() },
    }
}

fn phase_row(all: &[Phases], sums: &Phases, phase: Phase) -> PhaseRow {
    let mut values: Vec<f64> = all.iter().map(|phases| phases.get(phase).as_ms()).collect();
    values.sort_unstable_by(f64::total_cmp);
    let (sum, total) = (sums.get(phase), sums.total());
    PhaseRow {
        phase,
        percentiles: [0.5, 0.95, 0.99].map(|q| percentile(&values, q)),
        sum,
        share: if total > Nanos::ZERO { sum.0 as f64 / total.0 as f64 } else { 0.0 },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widened_axis_covers_every_request_once() {
        let edges: Vec<f64> = (0..=COLUMNS).map(|i| shrink(i as f64 / COLUMNS as f64)).collect();
        assert_eq!((edges[0], edges[COLUMNS]), (0.0, 1.0));
        assert!(edges.is_sorted());
        assert!((shrink(0.5) - 0.9).abs() < 1e-12);
    }
}
