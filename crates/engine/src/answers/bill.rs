use pricing::{Basis, Billable, Class, CostRow, Price, Rule, Service, Tariff};
use rustc_hash::FxHashMap;
use std::rc::Rc;
use trace::{Call, CallId, StrId, Trace};
use units::{Money, Nanos, show};

use super::{bill_reported, components, filter::select, findings, flags, timeline::timeline};
use units::order::{first, sort};

use crate::{
    bill::{self, Plan, Priced, Target, class_key, class_name, cost, day, day_of, priced},
    counts::Method,
    protocol::{
        BillAsk, BillGroup, BillLine, BillSheet, CostTimeline, CostlyCall, Filter, GroupBy, Unpriced, Waste,
    },
    session::Session,
};

/// How many of the dearest calls are shown.
const DEAREST: usize = 20;
/// The group of all groups for which there is no room.
pub(super) const OTHERS: &str = "all others";
const HOUR: i64 = 3_600_000_000_000;
/// The traffic of a trace is brought to this length.
const MONTH: i64 = 30 * 24 * HOUR;

/// A call with its price.
pub(crate) struct Item<'a> {
    pub id: CallId,
    pub call: &'a Call,
    /// `None` where it cannot be priced.
    pub priced: Option<Priced>,
}

impl Item<'_> {
    /// What it costs.
    pub fn cost(&self) -> Option<Money> {
        self.priced.as_ref().map(|priced| priced.cost.total)
    }

    /// The call as a row, with its cost or a part of it.
    pub fn row(&self, trace: &Trace, amount: Option<Money>) -> CostlyCall {
        let call = self.call;
        CostlyCall {
            call: self.id,
            name: trace.str(call.name.or(call.model)).to_owned(),
            model: trace.str(call.model).to_owned(),
            start: call.start,
            input: call.usage.input.or_zero(),
            output: call.usage.output.or_zero(),
            amount,
        }
    }
}

/// Everything the bill shows.
pub(crate) fn bill(session: &Session, ask: &BillAsk) -> Result<BillSheet, String> {
    let trace = session.trace();
    let plan = plan(session, &ask.as_of, &ask.model, &ask.service)?;
    let ids = select(trace, &ask.filter);
    let items: Vec<Item<'_>> = ids.iter().map(|&id| item(session, id, &plan)).collect();
    let priced = || items.iter().filter_map(|item| item.priced.as_ref());
    let total = priced().map(|priced| priced.cost.total).reduce(|a, b| a + b);
    let groups = groups(session, ask, &items, &plan);
    let fields = flags::fields(trace, &ids);
    let costs: Vec<Option<Money>> = items.iter().map(Item::cost).collect();
    let dearest = first(DEAREST, items.len(), &|a, b| costs[b].cmp(&costs[a]));
    Ok(BillSheet {
        requests: ids.len() as u64,
        of: trace.calls().count() as u64,
        priced: priced().count() as u64,
        from: priced().map(|priced| priced.from).max().unwrap_or_default(),
        unpriced: unpriced(trace, &items),
        groups,
        reported: items.iter().filter_map(|item| item.call.reported_cost).reduce(|a, b| a + b),
        bridge: bill_reported::bridge(session, &items),
        cache: priced()
            .map(cache)
            .fold((Money::ZERO, Money::ZERO), |sum, one| (sum.0 + one.0, sum.1 + one.1)),
        successes: match fields.iter().find(|(name, ..)| *name == ask.success_field) {
            Some((_, yes, _)) => *yes,
            None if !ask.success_field.is_empty() => 0,
            None if ask.success == Filter::default() => {
                items.iter().filter(|item| item.call.is_finished()).count() as u64
            }
            None => select(trace, &ask.success)
                .iter()
                .filter(|id| trace.call(**id).is_finished() && ids.binary_search(id).is_ok())
                .count() as u64,
        },
        fields,
        waste: waste(&items),
        over_time: over_time(trace, &ids, &items),
        month: month(&items, total),
        dearest: dearest
            .into_iter()
            .map(|place| &items[place])
            .filter(|item| item.priced.is_some())
            .map(|item| item.row(trace, item.cost()))
            .collect(),
        findings: findings::findings(session, &items, f64::from(ask.wasteful) / 1000.0),
        total,
    })
}

/// A plan as it was asked for.
pub(crate) fn plan(session: &Session, as_of: &str, model: &str, service: &str) -> Result<Plan, String> {
    let as_of = if as_of.trim().is_empty() { None } else { Some(day(as_of)?) };
    let service = match service.trim() {
        "" => None,
        word => Some(Service::ALL.into_iter().find(|service| service.as_str() == word).ok_or_else(|| {
            format!("There is no service tier {word:?}; there are standard, batch, flex, priority and fast.")
        })?),
    };
    let target = match model.trim() {
        "" => None,
        name => {
            let price = session.bill.find(None, name, as_of);
            let price =
                price.ok_or_else(|| format!("The price book has no price for the model {name:?}."))?;
            Some(Target { method: Method::of_model(&price.model), price })
        }
    };
    Ok(Plan { as_of, service, target })
}

pub(crate) fn item<'a>(session: &'a Session, id: CallId, plan: &Plan) -> Item<'a> {
    let call = session.trace().call(id);
    Item { id, call, priced: priced(session, call, plan) }
}

/// Whether nobody was billed: the call failed before any token was counted.
pub(crate) fn is_unbilled(call: &Call) -> bool {
    !call.is_finished() && !call.usage.input.is_known()
}

/// What belongs to one line: all but the tokens.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    model: StrId,
    price: *const Tariff,
    class: Class,
    above: u64,
    service: Service,
    peak: bool,
    regional: bool,
    basis: Basis,
    unit: Money,
}

#[derive(Default)]
struct Group {
    calls: u64,
    amount: Money,
    lines: FxHashMap<Key, (u64, Money, Option<Rc<Tariff>>)>,
}

impl Group {
    fn add(&mut self, model: StrId, price: &Rc<Tariff>, row: &CostRow) {
        let key = Key {
            model,
            price: Rc::as_ptr(price),
            class: row.class,
            above: row.above,
            service: row.service,
            peak: row.peak,
            regional: row.regional,
            basis: row.basis,
            unit: row.price,
        };
        let line = self.lines.entry(key).or_insert_with(|| (0, Money::ZERO, Some(price.clone())));
        line.0 = line.0.saturating_add(row.tokens);
        line.1 += row.amount;
        self.amount += row.amount;
    }

    fn absorb(&mut self, other: Group) {
        self.calls += other.calls;
        self.amount += other.amount;
        for (key, (tokens, amount, price)) in other.lines {
            let line = self.lines.entry(key).or_insert((0, Money::ZERO, price));
            line.0 = line.0.saturating_add(tokens);
            line.1 += amount;
        }
    }
}

fn groups(session: &Session, ask: &BillAsk, items: &[Item<'_>], plan: &Plan) -> Vec<BillGroup> {
    let trace = session.trace();
    // A group is found by a number: of a string, or of a day.
    let mut groups: FxHashMap<i64, Group> = FxHashMap::default();
    let mut named: FxHashMap<&str, Group> = FxHashMap::default();
    for item in items {
        let Some(Priced { price, cost, .. }) = &item.priced else { continue };
        let call = item.call;
        let number = match ask.by {
            GroupBy::Component => {
                let parts = components::parts(session, call);
                for part in &parts {
                    named.entry(part.name).or_default();
                }
                let mut seen: Vec<&str> = Vec::new();
                for row in cost.rows() {
                    for (part, row) in components::divided(&parts, &row) {
                        let name = part.map_or(components::FEES, |part| parts[part].name);
                        let group = named.entry(name).or_default();
                        group.add(call.model, price, &row);
                        if !seen.contains(&name) {
                            seen.push(name);
                            group.calls += 1;
                        }
                    }
                }
                continue;
            }
            by => group_of(by, call),
        };
        let group = groups.entry(number).or_default();
        group.calls += 1;
        for row in cost.rows() {
            group.add(call.model, price, &row);
        }
    }
    let mut all: Vec<(String, Group)> =
        groups.into_iter().map(|(number, group)| (group_name(trace, ask.by, number), group)).collect();
    all.extend(
        named.into_iter().filter(|(_, group)| group.calls > 0).map(|(name, group)| (name.to_owned(), group)),
    );
    sort(&mut all, |(name, group), (other_name, other)| {
        other.amount.cmp(&group.amount).then_with(|| name.cmp(other_name))
    });
    let top = ask.top as usize;
    if all.len() > top {
        let mut rest = Group::default();
        all.drain(top.max(1) - 1..).for_each(|(_, group)| rest.absorb(group));
        all.push((OTHERS.to_owned(), rest));
    }
    if ask.by == GroupBy::Day {
        sort(&mut all, |(name, _), (other, _)| (name == OTHERS, name).cmp(&(other == OTHERS, other)));
    }
    let target = plan.target.as_ref().map(|target| target.price.model.as_ref());
    let finish = |(name, group): (String, Group)| {
        let lines = group.lines.into_iter();
        let mut lines: Vec<(Class, BillLine)> = lines
            .filter_map(|(key, (tokens, amount, price))| {
                let model = target.unwrap_or_else(|| trace.str(key.model)).to_owned();
                Some((key.class, line(session, key, model, tokens, amount, &*price?)))
            })
            .collect();
        sort(&mut lines, |(class, a), (other, b)| {
            (&a.model, class, a.above, &a.service, &a.since, a.price)
                .cmp(&(&b.model, other, b.above, &b.service, &b.since, b.price))
        });
        let lines = lines.into_iter().map(|(_, line)| line).collect();
        BillGroup { name, calls: group.calls, amount: group.amount, lines }
    };
    all.into_iter().map(finish).collect()
}

/// The number of the group that a call belongs to as a whole.
pub(super) fn group_of(by: GroupBy, call: &Call) -> i64 {
    match by {
        GroupBy::Model => i64::from(call.model.0),
        GroupBy::Component => i64::from(call.component.0),
        GroupBy::Session => i64::from(call.session.or(call.trace).0),
        GroupBy::User => i64::from(call.user.0),
        GroupBy::Day => {
            let dated = call.start.filter(|start| start.is_dated());
            dated.map_or(i64::MAX, |start| start.0.div_euclid(24 * HOUR))
        }
    }
}

/// The name of a group by its number.
pub(super) fn group_name(trace: &Trace, by: GroupBy, number: i64) -> String {
    match by {
        GroupBy::Day if number == i64::MAX => "no date".to_owned(),
        GroupBy::Day => day_of(units::Timestamp(number.saturating_mul(24 * HOUR))),
        by => match trace.str(StrId(number as u32)) {
            "" => format!("no {}", by.key()),
            name => name.to_owned(),
        },
    }
}

/// The model of the book whose price it is, where that has another name, and what led from one to the other.
fn matched(session: &Session, price: &Price, model: &str) -> String {
    let provider = Some(price.provider.as_ref()).filter(|provider| !provider.is_empty());
    match session.bill.book().lookup(provider, model) {
        Some(found) if found.rule != Rule::Typed && price.model != model => {
            format!("{}/{}: {}", price.provider, price.model, found.rule.describe())
        }
        _ => String::new(),
    }
}

fn line(session: &Session, key: Key, model: String, tokens: u64, amount: Money, price: &Price) -> BillLine {
    let own = price.rows().find(|row| {
        let lane = (row.lane.peak, row.lane.above);
        let service = key.basis == Basis::Listed && row.lane.service == key.service;
        row.class == key.class
            && lane == (key.peak, key.above)
            && (service || row.lane.service == Service::Standard)
    });
    let source = own.map_or(price.source.as_ref(), |row| row.source);
    let mut notes = Vec::new();
    if key.above > 0 {
        notes.push(format!("requests above {} input tokens", show::int(key.above)));
    }
    if key.service != Service::Standard {
        notes.push(key.service.as_str().to_owned());
    }
    if key.peak {
        notes.push("peak hours".to_owned());
    }
    if key.regional {
        notes.push("answered in one region, which costs more".to_owned());
    }
    if key.basis != Basis::Listed {
        notes.push(key.basis.describe().to_owned());
    }
    if let (Some(conflict), Some(other)) = (own.and_then(|row| row.conflict), &price.other_source) {
        notes.push(format!("{other} says ${}", bill::per_million(conflict.value)));
    }
    if price.is_stale(session.bill.book().checked()) {
        notes.push(format!("last checked more than {} days ago", Price::FRESH_DAYS));
    }
    let version = if source == price.source { price.source_version.as_ref() } else { "" };
    BillLine {
        matched: matched(session, price, &model),
        model,
        class: class_key(key.class).to_owned(),
        label: class_name(key.class).to_owned(),
        above: key.above,
        service: key.service.as_str().to_owned(),
        tokens,
        price: key.unit,
        amount,
        source: format!("{source} {version}").trim_end().to_owned(),
        since: price.from.as_deref().unwrap_or_default().to_owned(),
        checked: price.checked.to_string(),
        notes,
    }
}

fn unpriced(trace: &Trace, items: &[Item<'_>]) -> Vec<Unpriced> {
    let mut rows: FxHashMap<(StrId, &str), Unpriced> = FxHashMap::default();
    for item in items {
        let usage = &item.call.usage;
        let (why, tokens) = match &item.priced {
            Some(priced) if priced.cost.unpriced().next().is_none() => continue,
            Some(priced) => {
                let of_classes = priced.cost.unpriced().filter(|(class, _)| !class.is_fee());
                ("no price for some classes", Some(of_classes.map(|(_, tokens)| tokens).sum()))
            }
            None if is_unbilled(item.call) => continue,
            None if bill::billable(item.call, usage).is_none() => {
                ("tokens not known", usage.input.get().or(usage.output.get()))
            }
            None => {
                ("no price for this name", Some(usage.input.or_zero().saturating_add(usage.output.or_zero())))
            }
        };
        let row = rows.entry((item.call.model, why)).or_insert_with(|| Unpriced {
            model: trace.str(item.call.model).to_owned(),
            requests: 0,
            tokens: None,
            why: why.to_owned(),
        });
        row.requests += 1;
        if let Some(tokens) = tokens {
            row.tokens = Some(row.tokens.unwrap_or_default().saturating_add(tokens));
        }
    }
    let mut rows: Vec<Unpriced> = rows.into_values().collect();
    sort(&mut rows, |a, b| {
        b.requests.cmp(&a.requests).then_with(|| (&a.model, &a.why).cmp(&(&b.model, &b.why)))
    });
    rows
}

/// What reading from caches saved against plain input, and what writing to them cost more than that.
fn cache(priced: &Priced) -> (Money, Money) {
    let tokens = priced.tokens;
    let writes = tokens.cache_write_5m + tokens.cache_write_30m + tokens.cache_write_1h;
    let reads = tokens.cache_read + tokens.audio_read + tokens.image_read;
    if writes + reads == 0 || priced.cost.rows().next().is_none() {
        return (Money::ZERO, Money::ZERO);
    }
    let total = |tokens: Billable| cost(&priced.price, tokens, &priced.terms).total;
    if reads == tokens.cache_read {
        // Then one price of plain input says it all.
        let one = Billable { fresh: 1, total_input: tokens.total_input, ..Billable::default() };
        let plain = cost(&priced.price, one, &priced.terms);
        if let Some(plain) = plain.rows().find(|row| row.class == Class::Input) {
            let of = |class: fn(Class) -> bool| -> Money {
                priced.cost.rows().filter(|row| class(row.class)).map(|row| row.amount).sum()
            };
            let read = of(|class| class == Class::CacheRead);
            let written = of(|class| (Class::CacheWrite5m..=Class::CacheWrite1h).contains(&class));
            return (plain.price.times(reads) - read, written - plain.price.times(writes));
        }
    }
    let unwritten = Billable {
        fresh: tokens.fresh + writes,
        cache_write_5m: 0,
        cache_write_30m: 0,
        cache_write_1h: 0,
        ..tokens
    };
    let unread = Billable {
        fresh: unwritten.fresh + tokens.cache_read,
        cache_read: 0,
        audio_in: tokens.audio_in + tokens.audio_read,
        audio_read: 0,
        image_in: tokens.image_in + tokens.image_read,
        image_read: 0,
        ..unwritten
    };
    (total(unread) - total(unwritten), total(tokens) - total(unwritten))
}

fn waste(items: &[Item<'_>]) -> Waste {
    let mut waste = Waste::default();
    for item in items {
        let (call, usage) = (item.call, &item.call.usage);
        let time = call.duration.unwrap_or(Nanos::ZERO);
        waste.of_time += time;
        waste.retried += u64::from(call.retries > 0);
        if call.is_finished() {
            continue;
        }
        waste.attempts += 1;
        waste.time += time;
        match usage.input.get().or(usage.output.get()) {
            Some(_) => {
                let tokens = usage.input.or_zero().saturating_add(usage.output.or_zero());
                waste.tokens = waste.tokens.saturating_add(tokens);
            }
            None => waste.untold += 1,
        }
        if let Some(cost) = item.cost() {
            waste.cost = Some(waste.cost.unwrap_or_default() + cost);
        }
    }
    waste
}

fn over_time(trace: &Trace, ids: &[CallId], items: &[Item<'_>]) -> Option<CostTimeline> {
    let frame = timeline(trace, ids)?;
    let start = frame.start?;
    let last = frame.models.len().checked_sub(1)?;
    let lanes: FxHashMap<Option<StrId>, usize> =
        frame.models.iter().enumerate().map(|(lane, model)| (trace.strings.find(model), lane)).collect();
    let mut steps = vec![vec![Money::ZERO; frame.models.len()]; frame.buckets.len()];
    for item in items {
        let (Some(cost), Some(at)) = (item.cost(), item.call.start) else { continue };
        let lane = lanes.get(&Some(item.call.model)).copied().unwrap_or(last);
        let step = usize::try_from(at.0.saturating_sub(start.0) / frame.step.0.max(1));
        if let Some(step) = step.ok().filter(|_| at >= start).and_then(|step| steps.get_mut(step)) {
            step[lane] += cost;
        }
    }
    Some(CostTimeline { start: Some(start), step: frame.step, models: frame.models, steps })
}

fn month(items: &[Item<'_>], total: Option<Money>) -> Option<Money> {
    let dated = || items.iter().filter_map(|item| item.call.start.filter(|start| start.is_dated()));
    let span = dated().max()?.0 - dated().min()?.0;
    // Whole hours keep the product in range.
    let times = MONTH / HOUR;
    (span >= HOUR).then_some(())?;
    let minutes = i128::from(span / 60_000_000_000);
    Some(Money::from_picos(total?.picos().checked_mul(i128::from(times) * 60)? / minutes))
}
