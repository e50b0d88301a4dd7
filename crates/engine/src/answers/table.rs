use std::cmp::Ordering;

use rustc_hash::FxHashMap;
use trace::{Call, CallId, StrId, Trace};
use units::{Nanos, order};

use super::filter::select;
use crate::{
    protocol::{Facets, Filter, Row, Sort, SortKey, Table},
    session::Session,
};

/// The order last asked for: scrolling asks for windows of the same one again and again.
#[derive(Default)]
pub(crate) struct OrderCache(Option<Ordered>);

struct Ordered {
    filter: Filter,
    sort: Sort,
    ids: Vec<CallId>,
    scale: Nanos,
    facets: Facets,
    of: u32,
    /// The number of each record's call.
    numbers: Vec<u32>,
}

impl OrderCache {
    pub fn clear(&mut self) {
        self.0 = None;
    }
}

/// A window of the table of calls.
pub(crate) fn table(session: &mut Session, filter: &Filter, sort: Sort, from: u32, count: u32) -> Table {
    let known = session.order.0.take().filter(|known| known.filter == *filter && known.sort == sort);
    let ordered = known.unwrap_or_else(|| order(session, filter, sort));
    let numbers = from as usize..(from.saturating_add(count) as usize).min(ordered.ids.len());
    let window = ordered
        .ids
        .get(numbers)
        .unwrap_or_default()
        .iter()
        .map(|&id| Row { number: ordered.numbers[id.0 as usize], ..row(session, id) })
        .collect();
    let table = Table {
        rows: ordered.ids.len() as u32,
        of: ordered.of,
        from,
        window,
        scale: ordered.scale,
        facets: ordered.facets.clone(),
    };
    session.order.0 = Some(ordered);
    table
}

fn order(session: &Session, filter: &Filter, sort: Sort) -> Ordered {
    let trace = session.trace();
    let mut ids = select(trace, filter);
    match sort.by {
        SortKey::Start => by(&mut ids, sort, |id| trace.call(id).start),
        SortKey::Name => by(&mut ids, sort, |id| said(trace, trace.call(id).name)),
        SortKey::Model => by(&mut ids, sort, |id| said(trace, trace.call(id).model)),
        SortKey::Status => by(&mut ids, sort, |id| Some((trace.call(id).status, trace.call(id).retries))),
        SortKey::Duration => by(&mut ids, sort, |id| trace.call(id).duration),
        SortKey::Ttft => by(&mut ids, sort, |id| trace.call(id).ttft),
        SortKey::Input => by(&mut ids, sort, |id| trace.call(id).usage.input.get()),
        SortKey::Cached => by(&mut ids, sort, |id| trace.call(id).usage.cache_read.get()),
        SortKey::Output => by(&mut ids, sort, |id| trace.call(id).usage.output.get()),
        SortKey::Rate => by(&mut ids, sort, |id| trace.call(id).output_rate().map(Float)),
        SortKey::Cost => by(&mut ids, sort, |id| {
            let call = trace.call(id);
            session.bill.cost(trace, call, &call.usage).map(|cost| cost.total)
        }),
    }
    let mut durations: Vec<i64> = ids.iter().filter_map(|&id| Some(trace.call(id).duration?.0)).collect();
    order::sort_whole(&mut durations);
    let scale = durations.get(durations.len() * 9 / 10).copied().map(Nanos).unwrap_or_default();
    let of = trace.calls().count() as u32;
    Ordered { filter: filter.clone(), sort, ids, scale, facets: facets(trace), of, numbers: numbers(trace) }
}

/// Sorts by a key computed once per call; equal keys keep the order of the files, unknown ones come last.
fn by<K: Ord>(ids: &mut Vec<CallId>, sort: Sort, key: impl Fn(CallId) -> Option<K>) {
    let mut keyed: Vec<(Option<K>, CallId)> = ids.iter().map(|&id| (key(id), id)).collect();
    order::sort(&mut keyed, |(a, _), (b, _)| match (a, b) {
        (Some(a), Some(b)) if sort.descending => b.cmp(a),
        (Some(a), Some(b)) => a.cmp(b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    });
    *ids = keyed.into_iter().map(|(_, id)| id).collect();
}

/// A float in its total order.
struct Float(f64);

impl PartialEq for Float {
    fn eq(&self, other: &Float) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Float {}

impl PartialOrd for Float {
    fn partial_cmp(&self, other: &Float) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Float {
    fn cmp(&self, other: &Float) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

fn said(trace: &Trace, id: StrId) -> Option<&str> {
    (!id.is_none()).then(|| trace.str(id))
}

fn facets(trace: &Trace) -> Facets {
    let mut facets = Facets::default();
    let (mut models, mut components): (FxHashMap<StrId, u64>, FxHashMap<StrId, u64>) = Default::default();
    for (_, call) in trace.calls() {
        *models.entry(call.model).or_default() += 1;
        *components.entry(call.component).or_default() += 1;
        facets.statuses[usize::from(call.status.is_error())] += 1;
        facets.statuses[2] += u64::from(call.retries > 0);
    }
    let list = |counts: FxHashMap<StrId, u64>| {
        let mut list: Vec<(String, u64)> = counts
            .into_iter()
            .filter(|(id, _)| !id.is_none())
            .map(|(id, n)| (trace.str(id).to_owned(), n))
            .collect();
        order::sort(&mut list, |a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        list
    };
    (facets.models, facets.components) = (list(models), list(components));
    facets
}

/// The calls numbered from 1 in the order of the files; a merged record has the number of the call before it.
fn numbers(trace: &Trace) -> Vec<u32> {
    let mut n = 0;
    let number = |call: &Call| {
        n += u32::from(call.merged_into.is_none());
        n
    };
    trace.records.iter().map(number).collect()
}

/// A call as the table shows it, all but its number.
pub(crate) fn row(session: &Session, id: CallId) -> Row {
    let trace = session.trace();
    let call = trace.call(id);
    let str = |id| trace.str(id).to_owned();
    Row {
        call: id,
        number: 0,
        start: call.start,
        name: str(call.name),
        component: str(call.component),
        model: str(call.model),
        provider: str(call.provider),
        operation: call.operation,
        status: call.status,
        error: str(call.error),
        retries: call.retries,
        duration: call.duration,
        ttft: call.ttft,
        input: call.usage.input,
        cached: call.usage.cache_read,
        output: call.usage.output,
        rate: call.output_rate().filter(|rate| rate.is_finite()),
        cost: session.bill.cost(trace, call, &call.usage).map(|cost| cost.total),
        phases: stats::of_call(call),
    }
}
