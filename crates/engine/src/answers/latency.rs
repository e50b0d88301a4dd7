use rustc_hash::{FxHashMap, FxHashSet};
use stats::{Goodput, Percentiles, Request, Rules, Sample, Served, Slo, mean};
use trace::{CallId, Phase, Phases, Trace};
use units::Nanos;

use super::{
    bill::{OTHERS, group_name, group_of},
    filter::select,
    latency_measures::{Measures, clouds},
    latency_spans::spans,
    latency_spread::spread,
    latency_times::over_time,
    latency_words::words,
};
use units::order::sort;

use crate::{
    protocol::{Band, Column, Filter, GroupBy, Latency, LatencyAsk, LatencyOrder, PhaseRow},
    session::Session,
};

/// Columns of the picture of all requests at most.
const COLUMNS: usize = 300;
/// Groups at most; the last one holds all others.
const GROUPS: usize = 12;
/// The percentiles of which it is told what they are made of.
const BANDS: [f64; 8] = [0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999];
/// Relative errors of p95 of which it is told how many requests suffice.
const ERRORS: [f64; 5] = [0.01, 0.02, 0.05, 0.1, 0.2];

/// A request that came to an end, and where its time went.
type Timed<'a> = (&'a Request, Phases);

/// Everything the latency screen shows.
///
/// # Errors
/// A sentence if the rules cannot be read.
pub(crate) fn latency(session: &Session, ask: &LatencyAsk) -> Result<Latency, String> {
    let trace = session.trace();
    let ids = select(trace, &ask.filter);
    let all = requests(trace, &ids, ask)?;
    let mut timed: Vec<Timed<'_>> = all
        .iter()
        .filter(|request| request.ok)
        .filter_map(|request| Some((request, request.phases?)))
        .collect();
    sort(&mut timed, |a, b| a.1.total().cmp(&b.1.total()));
    let sorted: Vec<Phases> = timed.iter().map(|(_, phases)| *phases).collect();
    let durations: Vec<f64> = sorted.iter().map(|phases| phases.total().as_ms()).collect();
    let sums: Phases = sorted.iter().copied().sum();
    let mut bottlenecks = [0; Phase::COUNT];
    for phases in &sorted {
        bottlenecks[phases.bottleneck() as usize] += 1;
    }
    let told = told(trace, &timed, &sums);
    let groups = groups(trace, &timed, ask.by);
    if ask.order == LatencyOrder::Time {
        sort(&mut timed, |(a, _), (b, _)| {
            let key = |one: &Request| (one.start.is_none(), one.start, one.calls[0]);
            key(a).cmp(&key(b))
        });
    }
    let measures = Measures { trace, ids: &ids };
    let (ttft_by_prompt, duration_by_output) = clouds(&measures);
    let surroundings =
        |(request, _): &&Timed<'_>| request.root.is_some() || trace.call(request.calls[0]).profile.is_some();
    let (prompts, repeated, spread) = spread(trace, &ids);
    // Where no filter holds, spans around no call count as well.
    let (spans, wall) = spans(trace, (ask.filter != Filter::default()).then_some(ids.as_slice()));
    let sample = |error| Some((error, Sample::for_error(&durations, 0.95, error)?));
    let mut latency = Latency {
        requests: sorted.len() as u64,
        with_surroundings: timed.iter().filter(surroundings).count() as u64,
        calls: (ids.len() as u64, trace.calls().count() as u64),
        verdicts: Vec::new(),
        columns: columns(trace, &timed, ask.order),
        bands: BANDS.iter().filter_map(|&p| around(&sorted, p)).collect(),
        groups,
        measures: measures.all(durations.clone()),
        phases: phase_rows(&sorted, &sums, told),
        bottleneck: (!sorted.is_empty()).then(|| sums.bottleneck()),
        bottlenecks,
        ttft_by_prompt,
        duration_by_output,
        over_time: over_time(trace, &ids),
        prompts,
        repeated,
        spread,
        samples: ERRORS.into_iter().filter_map(sample).collect(),
        spans,
        wall,
    };
    latency.verdicts = words(&latency);
    Ok(latency)
}

/// What became of the promises.
///
/// # Errors
/// A sentence if the promises or the rules cannot be read.
pub(crate) fn goodput(session: &Session, ask: &LatencyAsk) -> Result<Goodput, String> {
    let trace = session.trace();
    let slo: Slo = ask.slo.parse()?;
    let all = requests(trace, &select(trace, &ask.filter), ask)?;
    let served: Vec<Served> = all.iter().map(|request| Served::of(trace, request)).collect();
    Ok(slo.goodput(&served))
}

fn requests(trace: &Trace, ids: &[CallId], ask: &LatencyAsk) -> Result<Vec<Request>, String> {
    let rules = ask.rules.as_deref().map_or(Ok(Rules::default()), str::parse)?;
    let chosen: FxHashSet<CallId> = ids.iter().copied().collect();
    Ok(stats::requests(trace, &rules, &|id, _| chosen.contains(&id)))
}

/// Requests one by one, or where there are too many, neighbours together.
///
/// By duration, the slowest tenth gets half the columns and the slowest hundredth 15% of them: that is where
/// the surprises are. By time, each column has as many requests.
fn columns(trace: &Trace, requests: &[Timed<'_>], order: LatencyOrder) -> Vec<Column> {
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
            let (first, _) = group.first()?;
            let phases = mean(group.iter().map(|(_, phases)| phases))?;
            Some(Column {
                n: group.len() as u32,
                bottleneck: Some(phases.bottleneck()),
                phases,
                name: trace.str(first.name).to_owned(),
                start: first.start,
                call: first.calls.first().copied(),
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

/// What the requests around a percentile are made of.
fn around(sorted: &[Phases], p: f64) -> Option<Band> {
    let band = stats::Band::around(sorted, p)?;
    let name = format!("p{}", (p * 1000.0).round() / 10.0);
    Some(Band { name, bottleneck: Some(band.bottleneck()), phases: band.phases, n: band.n })
}

/// What the requests of each group are made of, the largest group first.
fn groups(trace: &Trace, requests: &[Timed<'_>], by: GroupBy) -> Vec<Band> {
    let mut members: FxHashMap<i64, Vec<&Phases>> = FxHashMap::default();
    for (request, phases) in requests {
        members.entry(group_of(by, trace.call(request.calls[0]))).or_default().push(phases);
    }
    let named = members.into_iter().map(|(number, members)| (group_name(trace, by, number), members));
    let mut groups: Vec<(String, Vec<&Phases>)> = named.collect();
    sort(&mut groups, |(name, members), (other, others)| {
        others.len().cmp(&members.len()).then_with(|| name.cmp(other))
    });
    if groups.len() > GROUPS {
        let rest = groups.drain(GROUPS - 1..).flat_map(|(_, members)| members).collect();
        groups.push((OTHERS.to_owned(), rest));
    }
    let band = |(name, members): (String, Vec<&Phases>)| {
        let n = members.len() as u32;
        let phases = mean(members)?;
        Some(Band { name, phases, bottleneck: Some(phases.bottleneck()), n })
    };
    groups.into_iter().filter_map(band).collect()
}

/// Of each phase, whether anything tells of it. Around the calls of a root span it is seen that nothing ran.
fn told(trace: &Trace, requests: &[Timed<'_>], sums: &Phases) -> [bool; Phase::COUNT] {
    let mut told = Phase::ALL.map(|phase| phase == Phase::Unattributed || sums.get(phase) > Nanos::ZERO);
    for (request, _) in requests {
        let mut tell =
            |phases: &[Phase], so: bool| phases.iter().for_each(|&phase| told[phase as usize] |= so);
        tell(&[Phase::Preprocessing, Phase::Postprocessing], request.root.is_some());
        for call in request.calls.iter().map(|&id| trace.call(id)) {
            tell(&[Phase::QueueWait], call.queue.is_some());
            tell(&[Phase::ModelLoad], call.model_load.is_some());
            tell(&[Phase::TimeToFirstToken, Phase::TokenGeneration], call.ttft.is_some());
        }
    }
    told
}

/// Each phase; none of no requests.
fn phase_rows(all: &[Phases], sums: &Phases, told: [bool; Phase::COUNT]) -> Vec<PhaseRow> {
    let row = |phase| {
        let mut values: Vec<f64> = all.iter().map(|phases| phases.get(phase).as_ms()).collect();
        let (sum, total) = (sums.get(phase), sums.total());
        Some(PhaseRow {
            phase,
            told: told[phase as usize],
            percentiles: Percentiles::of(&mut values)?,
            sum,
            share: if total > Nanos::ZERO { sum.0 as f64 / total.0 as f64 } else { 0.0 },
        })
    };
    Phase::ALL.into_iter().filter_map(row).collect()
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
