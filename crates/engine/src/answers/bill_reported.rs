//! Why the cost that a file reports is not the one that is computed: what each reason would have billed is worked
//! out, and a reason stands for a call only if it leads to what the file says.

use pricing::{Basis, Billable, Price, Service, Terms};
use rustc_hash::FxHashMap;
use std::rc::Rc;
use trace::Operation;
use units::{Money, Timestamp};

use super::bill::{Item, is_unbilled};
use units::order::sort;

use crate::{
    bill::{Priced, cost},
    protocol::BridgeRow,
    session::Session,
};

/// Floats in files miss by less than a billionth of a dollar.
const NEAR: i128 = 1_000;
/// With fewer decimals a reported cost says too little.
const DECIMALS: u32 = 4;

const ROUNDED: &str = "Rounded in the file";
const EMBEDDINGS: &str = "Embedding calls left out";
const SILENT: &str = "Calls without a cost in the file";
const UNPRICED: &str = "Calls that have no price here";
const UNEXPLAINED: &str = "Not explained";

/// From the computed total to the reported one: each call's difference is in exactly one row. Nothing where the
/// files report nothing.
pub(crate) fn bridge(session: &Session, items: &[Item<'_>]) -> Vec<BridgeRow> {
    if items.iter().all(|item| item.call.reported_cost.is_none()) {
        return Vec::new();
    }
    let mut rows: FxHashMap<&'static str, (u64, Money)> = FxHashMap::default();
    for item in items {
        let reported = item.call.reported_cost;
        let difference = reported.unwrap_or_default() - item.cost().unwrap_or_default();
        let reason = match (&item.priced, reported) {
            (None, None) => continue,
            (Some(_), None) if difference == Money::ZERO || is_unbilled(item.call) => continue,
            (Some(_), None) if item.call.operation == Operation::Embed => EMBEDDINGS,
            (Some(_), None) => SILENT,
            (None, Some(_)) => UNPRICED,
            (Some(_), Some(_)) if difference == Money::ZERO => continue,
            (Some(priced), Some(reported)) => reason(session, item, priced, reported),
        };
        let row = rows.entry(reason).or_default();
        row.0 += 1;
        row.1 += difference;
    }
    let mut rows: Vec<BridgeRow> = rows
        .into_iter()
        .map(|(reason, (calls, amount))| BridgeRow {
            reason: reason.to_owned(),
            calls,
            amount,
            explained: reason != UNEXPLAINED,
        })
        .collect();
    sort(&mut rows, |a, b| {
        let key = |row: &BridgeRow| (!row.explained, -row.amount.picos().abs());
        key(a).cmp(&key(b)).then_with(|| a.reason.cmp(&b.reason))
    });
    if rows.iter().all(|row| row.explained) {
        let reason = UNEXPLAINED.to_owned();
        rows.push(BridgeRow { reason, calls: 0, amount: Money::ZERO, explained: false });
    }
    rows
}

fn reason(session: &Session, item: &Item<'_>, priced: &Priced, reported: Money) -> &'static str {
    if is_same(priced.cost.total, reported) {
        return ROUNDED;
    }
    let Priced { price, tokens, terms, .. } = priced;
    let (t, with) = (*tokens, |tokens: Billable| cost(price, tokens, terms).total);
    let writes = t.cache_write_5m + t.cache_write_30m + t.cache_write_1h;
    let unwritten = Billable { cache_write_5m: 0, cache_write_30m: 0, cache_write_1h: 0, ..t };
    let cached = t.cache_read + writes;
    let both = t.cache_read > 0 && writes > 0;
    let in_service = |service| cost(price, t, &Terms { service, ..*terms }).total;
    let simple = |input, output| Billable { total_input: t.total_input, ..Billable::uncached(input, output) };
    let candidates: [(&'static str, bool, &dyn Fn() -> Money); 14] = [
        ("Cache reads priced as fresh input", t.cache_read > 0, &|| {
            with(Billable { fresh: t.fresh + t.cache_read, cache_read: 0, ..t })
        }),
        ("Cached tokens counted twice", cached > 0, &|| with(Billable { fresh: t.fresh + cached, ..t })),
        ("Cache reads counted twice", both, &|| with(Billable { fresh: t.fresh + t.cache_read, ..t })),
        ("Cached tokens priced as fresh input", both, &|| {
            with(Billable { fresh: t.fresh + cached, cache_read: 0, ..unwritten })
        }),
        ("1-hour cache writes priced as 5-minute ones", t.cache_write_1h > 0, &|| {
            with(Billable { cache_write_5m: writes - t.cache_write_30m, cache_write_1h: 0, ..t })
        }),
        ("1-hour cache writes left out", t.cache_write_1h > 0, &|| with(Billable { cache_write_1h: 0, ..t })),
        ("Cache writes priced as fresh input", writes > 0, &|| {
            with(Billable { fresh: t.fresh + writes, ..unwritten })
        }),
        ("Cache writes left out", writes > 0, &|| with(unwritten)),
        ("Cache reads left out", t.cache_read > 0, &|| with(Billable { cache_read: 0, ..t })),
        ("Cached tokens left out", both, &|| with(Billable { cache_read: 0, ..unwritten })),
        ("Reasoning left out", t.reasoning > 0, &|| with(Billable { reasoning: 0, ..t })),
        ("Reasoning counted twice", t.reasoning > 0, &|| {
            with(Billable { output: t.output + t.reasoning, ..t })
        }),
        ("Web searches left out", t.web_searches > 0, &|| with(Billable { web_searches: 0, ..t })),
        ("Sound and pictures priced as text", t.total_input > 0, &|| {
            with(simple(t.total_input, t.output + t.reasoning + t.audio_out + t.image_out))
        }),
    ];
    let explains = |(name, there, total): &(&'static str, bool, &dyn Fn() -> Money)| {
        (*there && is_same(total(), reported)).then_some(*name)
    };
    if let Some(name) = candidates.iter().find_map(explains) {
        return name;
    }
    if terms.service != Service::Standard && is_same(in_service(Service::Standard), reported) {
        return "Priced in the standard service tier";
    }
    for (service, name) in [
        (Service::Batch, "Priced as a batch"),
        (Service::Flex, "Priced in the flex service tier"),
        (Service::Priority, "Priced in the priority service tier"),
    ] {
        if service != terms.service && is_same(in_service(service), reported) {
            return name;
        }
    }
    let small = Billable { total_input: 0, ..t };
    if priced.cost.tier_above().is_some() && is_same(with(small), reported) {
        return "The price for large prompts left out";
    }
    if is_other_source(price, priced, reported) {
        return "Another source's price";
    }
    let of_day = |at: Option<Timestamp>| {
        let other = session.bill.price_at(session.trace(), item.call, at);
        other.is_some_and(|other| {
            !Rc::ptr_eq(&other, price) && is_same(cost(&other, t, terms).total, reported)
        })
    };
    let earlier = || {
        let same = |other: &&Price| (&other.provider, &other.model) == (&price.provider, &price.model);
        session
            .bill
            .book()
            .history()
            .iter()
            .filter(same)
            .any(|other| is_same(cost(&session.bill.tariff(other), t, terms).total, reported))
    };
    if of_day(None) || earlier() {
        return "The price of another day";
    }
    UNEXPLAINED
}

/// Whether the prices on which the sources do not agree lead to the reported cost.
fn is_other_source(price: &Price, priced: &Priced, reported: Money) -> bool {
    let mut total = Money::ZERO;
    let mut differs = false;
    for row in priced.cost.rows() {
        let conflict = price.conflicts.iter().find(|conflict| {
            (conflict.class, conflict.peak, conflict.above) == (row.class, row.peak, row.above)
                && row.basis == Basis::Listed
        });
        differs |= conflict.is_some();
        total += conflict.map_or(row.amount, |conflict| conflict.value.times(row.tokens));
    }
    differs && is_same(total, reported)
}

/// Whether a reported cost is this amount, as exactly as it says: to its last decimal, or but for the noise of a
/// float.
fn is_same(amount: Money, reported: Money) -> bool {
    let difference = (amount - reported).picos().abs();
    if difference <= NEAR {
        return true;
    }
    let mut unit = 1i128;
    let mut decimals = 12;
    while decimals > 0 && reported.picos() % (unit * 10) == 0 {
        unit *= 10;
        decimals -= 1;
    }
    decimals >= DECIMALS && difference * 2 <= unit
}
