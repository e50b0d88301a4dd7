use super::{Ask, Point, Report, report::Metrics, requests};
use crate::{
    Evict, Owned, Tally,
    exact::{Exact, curve, keys, replay},
    tally,
};

/// Sizes on a curve: powers of two up to what all prompts need.
pub(super) fn capacities(distinct: usize) -> Vec<Option<u32>> {
    let most = u32::try_from(distinct).unwrap_or(u32::MAX);
    let powers = (0..32).map(|power| 1u32 << power).take_while(move |size| *size < most);
    powers.chain([most]).map(Some).chain([None]).collect()
}

pub(super) fn report(owned: &Owned, ask: &Ask) -> Report {
    let refs = owned.refs();
    let (traffic, exact, worth) = (refs.traffic(), ask.exact(), ask.worth());
    let sum = tally(traffic.requests, &replay(&traffic, &exact), &worth);
    let (_, distinct) = keys(&traffic, ask.normalise, ask.scope);
    let sizes = capacities(distinct);
    let tallies = curve(&traffic, &exact, &worth, &sizes);
    let best = Exact { keep: crate::exact::Keep { evict: Evict::Belady, ..exact.keep }, ..exact };
    let bounds = curve(&traffic, &best, &worth, &sizes);
    let point = |((size, tally), bound): ((&Option<u32>, &Tally), &Tally)| Point {
        capacity: size.map(u64::from),
        metrics: Metrics::of(tally),
        bound: bound.metrics().hit_rate,
        ..Point::default()
    };
    let mut report = Report {
        requests: traffic.requests.len() as u64,
        metrics: Metrics::of(&sum),
        curve: sizes.iter().zip(&tallies).zip(&bounds).map(point).collect(),
        ..Report::default()
    };
    note_unknown(&mut report, &sum);
    if !traffic.requests.iter().any(|request| request.parameters != 0) {
        report
            .notes
            .push("The trace tells no sampling parameters: they keep no two requests apart.".to_owned());
    }
    report
}

/// Says what could not be compared or priced.
pub(super) fn note_unknown(report: &mut Report, sum: &Tally) {
    if sum.unknown > 0 {
        report.abstained.push(("no prompt text".to_owned(), sum.unknown));
        report.notes.push(format!(
            "{} tell neither their prompt nor a hash of it that could be compared; they are in no figure.",
            requests(sum.unknown)
        ));
    }
    if sum.unpriced > 0 {
        report.notes.push(format!("{} have no known cost: dollars leave them out.", requests(sum.unpriced)));
    }
    if sum.uncounted > 0 {
        report.notes.push(format!(
            "{} have no known tokens: the rate by token leaves them out.",
            requests(sum.uncounted)
        ));
    }
}
