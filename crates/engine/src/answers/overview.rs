use std::collections::BTreeSet;

use rustc_hash::FxHashMap;
use stats::{Percentiles, Rules};
use trace::{Call, CallId, Operation, Phases, Status, StrId, Trace};
use units::{Figure, Money, Nanos, order};

use super::{components, filter::select, timeline, verdicts};
use crate::{
    bill,
    protocol::{CostSums, Filter, ModelRow, Overview, PhaseSummary, TokenSums},
    session::Session,
};

/// Everything the overview shows.
pub(crate) fn overview(session: &Session, filter: &Filter) -> Overview {
    let trace = session.trace();
    let ids = select(trace, filter);
    let calls = || ids.iter().map(|&id| trace.call(id));
    let finished = || calls().filter(|call| call.is_finished());
    let (models, cost) = model_rows(session, &ids);
    let mut overview = Overview {
        requests: ids.len() as u64,
        of: trace.calls().count() as u64,
        traces: traces(&ids, trace),
        errors: calls().filter(|call| call.status.is_error()).count() as u64,
        rate_limited: calls().filter(|call| call.status == Status::RateLimited).count() as u64,
        cancelled: calls().filter(|call| call.status == Status::Cancelled).count() as u64,
        retried: calls().filter(|call| call.retries > 0).count() as u64,
        tokens: token_sums(calls()),
        cost,
        latency: percentiles_ms(finished().filter_map(|call| call.duration)),
        ttft: percentiles_ms(finished().filter_map(|call| call.ttft)),
        itl: percentiles(finished().filter_map(Call::itl_ms)),
        rate: percentiles(finished().filter_map(Call::output_rate)),
        timeline: timeline::timeline(trace, &ids),
        models,
        components: components::components(session, &ids),
        phases: phase_summary(trace, &ids),
        verdicts: Vec::new(),
    };
    overview.verdicts = verdicts::verdicts(&overview);
    overview
}

pub(crate) fn percentiles(values: impl Iterator<Item = f64>) -> Option<Percentiles> {
    Percentiles::of(&mut values.filter(|v| v.is_finite()).collect::<Vec<f64>>())
}

pub(crate) fn percentiles_ms(lengths: impl Iterator<Item = Nanos>) -> Option<Percentiles> {
    percentiles(lengths.map(Nanos::as_ms))
}

/// Sums by class. Calls whose input or output nobody knows are counted beside the sums, and whether a class is
/// told at all: what no record mentions is not known to be 0.
fn token_sums<'a>(calls: impl Iterator<Item = &'a Call>) -> TokenSums {
    let mut sums = TokenSums { from: units::Provenance::Reported, ..TokenSums::default() };
    for call in calls {
        let usage = &call.usage;
        if !usage.input.is_known() && !usage.output.is_known() {
            sums.unknown_calls += 1;
            continue;
        }
        for figure in [usage.input, usage.output].iter().filter(|figure| figure.is_known()) {
            sums.from = sums.from.max(figure.from());
        }
        sums.unknown_input += u64::from(!usage.input.is_known());
        sums.unknown_output += u64::from(!usage.output.is_known() && call.operation == Operation::Generate);
        sums.cache_read_told |= usage.cache_read.is_known();
        sums.cache_write_told |= usage.cache_write.is_known();
        sums.reasoning_told |= usage.reasoning.is_known();
        add(&mut sums.input, usage.input);
        add(&mut sums.fresh, usage.fresh());
        add(&mut sums.cache_read, usage.cache_read);
        add(&mut sums.cache_write, usage.cache_write);
        add(&mut sums.output, usage.output);
        add(&mut sums.reasoning, usage.reasoning);
    }
    sums
}

/// A file may claim any number of tokens; a sum beyond what fits stays at the largest number.
fn add(sum: &mut u64, figure: Figure) {
    *sum = sum.saturating_add(figure.or_zero());
}

/// Sums of money. What cannot be priced is counted, never taken for 0.
fn cost_sums(session: &Session, calls: &[&Call]) -> CostSums {
    let mut sums = CostSums::default();
    for call in calls {
        match session.bill.cost(session.trace(), call, &call.usage) {
            Some(cost) => {
                sums.computed = Some(sums.computed.unwrap_or_default() + cost.total);
                sums.priced_calls += 1;
            }
            // Nobody bills a call that failed before any token was counted.
            None if !call.is_finished() && !call.usage.input.is_known() => {}
            None => sums.unpriced_calls += 1,
        }
        if let Some(reported) = call.reported_cost {
            sums.reported = Some(sums.reported.unwrap_or_default() + reported);
            sums.reported_calls += 1;
        }
    }
    sums
}

/// Distinct traces; calls without one count by their session, and those without either as one each.
fn traces(ids: &[CallId], trace: &Trace) -> u64 {
    let mut named = BTreeSet::new();
    let mut alone = 0;
    for call in ids.iter().map(|&id| trace.call(id)) {
        match call.trace.or(call.session) {
            StrId::NONE => alone += 1,
            id => _ = named.insert(id),
        }
    }
    named.len() as u64 + alone
}

/// Both sums together.
fn both(a: CostSums, b: CostSums) -> CostSums {
    let plus = |a: Option<Money>, b: Option<Money>| match (a, b) {
        (Some(a), Some(b)) => Some(a + b),
        (a, b) => a.or(b),
    };
    CostSums {
        computed: plus(a.computed, b.computed),
        priced_calls: a.priced_calls + b.priced_calls,
        unpriced_calls: a.unpriced_calls + b.unpriced_calls,
        reported: plus(a.reported, b.reported),
        reported_calls: a.reported_calls + b.reported_calls,
    }
}

/// Models, and the money of all of them: pricing is most of the work, and done once.
fn model_rows(session: &Session, ids: &[CallId]) -> (Vec<ModelRow>, CostSums) {
    let trace = session.trace();
    let mut groups: FxHashMap<StrId, Vec<&Call>> = FxHashMap::default();
    for call in ids.iter().map(|&id| trace.call(id)) {
        groups.entry(call.model).or_default().push(call);
    }
    let mut all = CostSums::default();
    let row = |(model, calls): (StrId, Vec<&Call>)| {
        let cost = cost_sums(session, &calls);
        all = both(all, cost);
        ModelRow {
            model: trace.str(model).to_owned(),
            provider: trace.str(calls[0].provider).to_owned(),
            calls: calls.len() as u64,
            tokens: token_sums(calls.iter().copied()),
            cost: cost.computed,
            price_source: session
                .bill
                .price(trace, calls[0])
                .map(|price| bill::source(&price))
                .unwrap_or_default(),
        }
    };
    let mut rows: Vec<ModelRow> = groups.into_iter().map(row).collect();
    order::sort(&mut rows, |a, b| {
        let key = |row: &ModelRow| (row.cost.unwrap_or(Money::from_picos(-1)), row.tokens.total(), row.calls);
        key(b).cmp(&key(a)).then_with(|| a.model.cmp(&b.model))
    });
    (rows, all)
}

fn phase_summary(trace: &Trace, ids: &[CallId]) -> Option<PhaseSummary> {
    let mut chosen = vec![false; trace.records.len()];
    ids.iter().for_each(|id| chosen[id.0 as usize] = true);
    let mut all: Vec<Phases> = stats::end_to_end(trace, &Rules::default(), |id, _| chosen[id.0 as usize])
        .into_iter()
        .map(|request| request.phases)
        .collect();
    order::sort_by_key(&mut all, Phases::total);
    let sums: Phases = all.iter().copied().sum();
    let around = |p| stats::Band::around(&all, p).map(|band| band.phases);
    Some(PhaseSummary {
        requests: all.len() as u64,
        bottleneck: Some(sums.bottleneck()),
        sums,
        p50: around(0.5)?,
        p99: around(0.99)?,
    })
}
