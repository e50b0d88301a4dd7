//! What money may be saved on. Each finding says how much is at stake, how that was worked out and how to see for
//! oneself, and shows its dearest calls. Savings overlap, so they have no sum.

use std::cmp::Ordering;

use caching::prompt::minimum;
use pricing::{Billable, Class, Terms};
use rustc_hash::FxHashMap;
use trace::{Component, Message, StrId, Trace};
use units::{Money, Provenance, show};

use super::{bill::Item, components};
use units::order::{first, sort};

use crate::{
    bill::cost,
    counts::Method,
    protocol::{CostlyCall, Finding},
    session::Session,
};

/// So many calls prove a finding.
const PROOF: usize = 8;
/// How long a cache keeps what nobody reads, in nanoseconds: 5 minutes, or an hour if asked for.
const SHORT: i64 = 300_000_000_000;
const LONG: i64 = 3_600_000_000_000;
/// A prompt is just under a cache's minimum from this share of it on.
const NEARLY: f64 = 0.8;
/// Reasoning dominates an output from this share on.
const DOMINATES: f64 = 0.5;
/// A prompt is large from this share of the context window on.
const LARGE: f64 = 0.5;

/// All findings, dearest first.
pub(crate) fn findings(session: &Session, items: &[Item<'_>], wasteful: f64) -> Vec<Finding> {
    let trace = session.trace();
    let mut found = components_above(session, items, wasteful);
    found.extend(prefixes(session, items));
    found.extend(long_writes(trace, items));
    found.extend(reasoning(trace, items));
    found.extend(oversized(trace, items));
    found.extend(failures(trace, items));
    found.extend(duplicates(trace, items));
    found.retain(|finding| finding.amount > Money::ZERO);
    sort(&mut found, |a, b| {
        b.amount.cmp(&a.amount).then_with(|| (&a.kind, &a.head).cmp(&(&b.kind, &b.head)))
    });
    found
}

/// Calls with what of each is at stake.
#[derive(Default)]
struct Stake<'a>(Vec<(&'a Item<'a>, Money)>);

impl<'a> Stake<'a> {
    fn of(items: impl Iterator<Item = (&'a Item<'a>, Money)>) -> Stake<'a> {
        Stake(items.collect())
    }

    fn amount(&self) -> Money {
        self.0.iter().map(|(_, amount)| *amount).sum()
    }

    fn proof(self, trace: &Trace) -> (u64, Vec<CostlyCall>) {
        let dearest = first(PROOF, self.0.len(), &|a, b| {
            let ((item, amount), (other, more)) = (&self.0[a], &self.0[b]);
            more.cmp(amount).then(item.id.cmp(&other.id))
        });
        let row = |place: usize| self.0[place].0.row(trace, Some(self.0[place].1));
        (self.0.len() as u64, dearest.into_iter().map(row).collect())
    }
}

/// A finding over calls.
fn finding(
    trace: &Trace,
    kind: &str,
    (head, body, verify): (String, String, &str),
    (amount, from): (Money, Provenance),
    stake: Stake<'_>,
) -> Finding {
    let (calls, proof) = stake.proof(trace);
    Finding { kind: kind.to_owned(), head, body, verify: verify.to_owned(), amount, from, calls, proof }
}

fn half(amount: Money) -> Money {
    Money::from_picos(amount.picos() / 2)
}

fn by_time(a: &&Item<'_>, b: &&Item<'_>) -> Ordering {
    (a.call.start, a.id).cmp(&(b.call.start, b.id))
}

/// `1 call`, `12 calls`.
fn calls(n: usize) -> String {
    format!("{} call{}", show::int(n as u64), if n == 1 { "" } else { "s" })
}

fn components_above(session: &Session, items: &[Item<'_>], wasteful: f64) -> Vec<Finding> {
    let priced = items.iter().map(|item| (item.call, item.priced.as_ref().map(|priced| &priced.cost)));
    let rows = components::of_priced(session, priced).into_iter().filter(|row| {
        let own = row.name != components::NOT_SHOWN && !row.kind.is_some_and(Component::is_output);
        row.share > wasteful && own
    });
    let one = |row: crate::protocol::ComponentRow| {
        let of_call = |item: &Item<'_>| -> Option<Money> {
            let parts = components::parts(session, item.call);
            parts.iter().any(|part| part.name == row.name).then_some(())?;
            let rows = item.priced.as_ref()?.cost.rows();
            let shares = rows.flat_map(|row| components::divided(&parts, &row));
            Some(
                shares
                    .filter(|(part, _)| part.is_some_and(|part| parts[part].name == row.name))
                    .map(|(_, row)| row.amount)
                    .sum(),
            )
        };
        let stake = Stake::of(items.iter().filter_map(|item| Some((item, of_call(item)?))));
        let words = (
            format!("{}: {} of total tokens", row.name, show::percent(row.share, 1)),
            format!(
                "{} carry {} tokens of it and cost {}. Half of them would save this much; check answers before you cut.",
                calls(stake.0.len()),
                show::int(row.tokens),
                show::money(stake.amount())
            ),
            "Group the bill by component, then open the calls below and read what the part holds.",
        );
        let amount = (half(stake.amount()), Provenance::Estimated);
        finding(session.trace(), "wasteful_component", words, amount, stake)
    };
    rows.map(one).collect()
}

/// Instructions, tools and examples that several calls begin with and that no cache holds.
fn prefixes(session: &Session, items: &[Item<'_>]) -> Vec<Finding> {
    let trace = session.trace();
    let mut groups: FxHashMap<(StrId, &[Message]), Vec<&Item<'_>>> = FxHashMap::default();
    for item in items.iter().filter(|item| item.priced.is_some() && item.call.is_finished()) {
        let messages = trace.messages(item.call);
        let fixed = |message: &&Message| {
            matches!(message.component, Component::System | Component::Tools | Component::FewShot)
        };
        let prefix = &messages[..messages.iter().take_while(fixed).count()];
        if !prefix.is_empty() {
            groups.entry((item.call.model, prefix)).or_default().push(item);
        }
    }
    let mut found = Vec::new();
    for ((model, prefix), mut items) in groups {
        let cached = |item: &&Item<'_>| {
            let usage = &item.call.usage;
            usage.cache_read.or_zero() + usage.cache_write.or_zero() > 0
        };
        if items.len() < 2 || items.iter().any(cached) {
            continue;
        }
        let Some(price) = items[0].priced.as_ref().map(|priced| priced.price.clone()) else { continue };
        let name = trace.str(model);
        let method = Method::of_model(name);
        let counted: Option<u64> =
            prefix.iter().map(|message| session.counts.of(method, message.text).get()).sum();
        let (Some(tokens), Some((surely_not, least))) = (counted, minimum(&price.provider, &price.model))
        else {
            continue;
        };
        let under = tokens < least;
        // Where sources differ on the minimum, nobody knows what is just under it.
        if under && (surely_not < least || (tokens as f64) < least as f64 * NEARLY) {
            continue;
        }
        let Some(input) = price.rate(Class::Input, 0) else { continue };
        let (Some(read), Some(write)) = (
            price.rate(Class::CacheRead, 0).filter(|read| *read < input),
            price.rate(Class::CacheWrite5m, 0),
        ) else {
            continue;
        };
        // Without times nobody knows whether a cache would still have it.
        if items.iter().any(|item| item.call.start.is_none()) {
            continue;
        }
        sort(&mut items, by_time);
        let starts: Vec<i64> = items.iter().filter_map(|item| Some(item.call.start?.0)).collect();
        let reads = starts.windows(2).filter(|pair| pair[1].saturating_sub(pair[0]) <= SHORT).count();
        let writes = items.len() - reads;
        let kept = tokens.max(least);
        let now = input.times(tokens);
        let gain = |price: Money, n: usize| (now - price.times(kept)).picos().saturating_mul(n as i128);
        let amount = Money::from_picos(gain(read, reads).saturating_add(gain(write, writes)));
        let per_call = Money::from_picos(amount.picos() / items.len() as i128);
        let (n, million) = (items.len(), |price: Money| show::money(price.times(1_000_000)));
        let stake = Stake::of(items.into_iter().map(|item| (item, per_call)));
        let (kind, head, lead) = match under {
            false => (
                "uncached_prefix",
                format!("System prompt, tools and examples never cached on {name}"),
                format!(
                    "{} open with the same {} tokens, and no cache holds them.",
                    calls(n),
                    show::int(tokens)
                ),
            ),
            true => (
                "under_cache_minimum",
                format!("Prompts on {name} are just too short to be cached"),
                format!(
                    "{} open with the same {} tokens; from {} on they are cached. With that many:",
                    calls(n),
                    show::int(tokens),
                    show::int(least)
                ),
            ),
        };
        let body = format!(
            "{lead} {} would read at {} instead of {}, and {} would write at {}.",
            show::int(reads as u64),
            million(read),
            million(input),
            show::int(writes as u64),
            million(write)
        );
        let verify = "Open two of the calls below and compare how they begin; then look at their cache reads. A cache \
                      keeps a beginning for 5 minutes after its last use.";
        found.push(finding(trace, kind, (head, body, verify), (amount, Provenance::Simulated), stake));
    }
    found
}

/// Writes for an hour which no later call of the session reads.
fn long_writes(trace: &Trace, items: &[Item<'_>]) -> Option<Finding> {
    let mut sessions: FxHashMap<(StrId, StrId), Vec<&Item<'_>>> = FxHashMap::default();
    for item in items.iter().filter(|item| item.call.start.is_some()) {
        let call = item.call;
        sessions.entry((call.session.or(call.trace), call.model)).or_default().push(item);
    }
    let mut stake = Stake::default();
    for mut items in sessions.into_values() {
        sort(&mut items, by_time);
        for (i, item) in items.iter().enumerate() {
            let (Some(priced), Some(start)) = (&item.priced, item.call.start) else { continue };
            let tokens = priced.tokens;
            if tokens.cache_write_1h == 0 {
                continue;
            }
            let later = items[i + 1..]
                .iter()
                .take_while(|later| later.call.start.is_some_and(|at| at.0.saturating_sub(start.0) <= LONG));
            if later.clone().any(|later| later.call.usage.cache_read.or_zero() > tokens.cache_read) {
                continue;
            }
            let plain = Billable { fresh: tokens.fresh + tokens.cache_write_1h, cache_write_1h: 0, ..tokens };
            stake.0.push((item, priced.cost.total - cost(&priced.price, plain, &priced.terms).total));
        }
    }
    let n = stake.0.len();
    let words = (
        "1-hour cache writes that nothing reads again".to_owned(),
        format!(
            "{} wrote to a cache for an hour, and no later call of the session read it within that hour. Plain input \
             would have cost this much less.",
            calls(n)
        ),
        "Sort the requests of one session by time: after the call below, cache reads do not grow beyond its own.",
    );
    let amount = (stake.amount(), Provenance::Counted);
    (n > 0).then(|| finding(trace, "unread_long_writes", words, amount, stake))
}

/// Models whose output is mostly reasoning.
fn reasoning(trace: &Trace, items: &[Item<'_>]) -> Vec<Finding> {
    let mut models: FxHashMap<StrId, Vec<&Item<'_>>> = FxHashMap::default();
    for item in items.iter().filter(|item| item.call.usage.reasoning.is_known() && item.priced.is_some()) {
        models.entry(item.call.model).or_default().push(item);
    }
    let one = |(model, items): (StrId, Vec<&'_ Item<'_>>)| {
        let sum =
            |figure: fn(&Item<'_>) -> u64| items.iter().map(|item| figure(item)).fold(0, u64::saturating_add);
        let thought = sum(|item| item.call.usage.reasoning.or_zero());
        let output = sum(|item| item.call.usage.output.or_zero());
        let share = thought as f64 / output.max(1) as f64;
        let at_stake = items.iter().filter_map(|item| {
            let priced = item.priced.as_ref()?;
            let rest = Billable { reasoning: 0, ..priced.tokens };
            let amount = priced.cost.total - cost(&priced.price, rest, &priced.terms).total;
            (priced.tokens.reasoning > 0).then_some((*item, amount))
        });
        let stake = Stake::of(at_stake);
        let words = (
            format!("Reasoning is {} of {} output", show::percent(share, 0), trace.str(model)),
            "Upper bound: what reasoning costs today. Try a lower effort where answers stay good.".to_owned(),
            "Open the calls below: reasoning tokens stand beside output tokens.",
        );
        let amount = (stake.amount(), Provenance::Counted);
        (share > DOMINATES).then(|| finding(trace, "reasoning", words, amount, stake))
    };
    models.into_iter().filter_map(one).collect()
}

/// Prompts that are dear for their size, or fill much of the window.
fn oversized(trace: &Trace, items: &[Item<'_>]) -> Vec<Finding> {
    let (mut tier, mut large) = (Stake::default(), Stake::default());
    for item in items {
        let Some(priced) = &item.priced else { continue };
        let total = |tokens: Billable, terms: &Terms| cost(&priced.price, tokens, terms).total;
        if priced.cost.tier_above().is_some() {
            let small = Billable { total_input: 0, ..priced.tokens };
            tier.0.push((item, priced.cost.total - total(small, &priced.terms)));
        }
        let fills = |window: u64| priced.tokens.total_input as f64 > window as f64 * LARGE;
        if priced.price.context_window.is_some_and(fills) {
            let answer = priced.cost.rows().filter(|row| row.class >= Class::Output).map(|row| row.amount);
            large.0.push((item, half(priced.cost.total - answer.sum())));
        }
    }
    let mut found = Vec::new();
    if !tier.0.is_empty() {
        let words = (
            "Prompts above the size from which all their tokens cost more".to_owned(),
            format!(
                "{} are billed at the price for large prompts. Below that size the same tokens cost this much less.",
                calls(tier.0.len())
            ),
            "Rows of the bill with such a price name the size. Open the calls below and see what fills their prompts.",
        );
        found.push(finding(trace, "large_prompts", words, (tier.amount(), Provenance::Counted), tier));
    }
    if !large.0.is_empty() {
        let words = (
            "Prompts that fill more than half of the context window".to_owned(),
            format!("{} carry that much. Half of their prompts would save this much.", calls(large.0.len())),
            "Open the calls below and see which part of the prompt the answer needs.",
        );
        found.push(finding(
            trace,
            "oversized_context",
            words,
            (large.amount(), Provenance::Estimated),
            large,
        ));
    }
    found
}

/// Attempts that failed after tokens were billed.
fn failures(trace: &Trace, items: &[Item<'_>]) -> Option<Finding> {
    let failed = items.iter().filter(|item| !item.call.is_finished());
    let stake = Stake::of(failed.filter_map(|item| Some((item, item.cost()?))));
    let retried = items.iter().filter(|item| item.call.retries > 0).count();
    let words = (
        "Attempts that failed after tokens were billed".to_owned(),
        format!(
            "{} failed, were refused or were cancelled and have tokens; {} came through after failed attempts.",
            calls(stake.0.len()),
            calls(retried)
        ),
        "Filter the requests by the status \"failed\" and look at their tokens. Providers differ in whether they bill these.",
    );
    let amount = (stake.amount(), Provenance::Counted);
    (!stake.0.is_empty()).then(|| finding(trace, "failed_attempts", words, amount, stake))
}

/// Prompts that were sent to the same model before.
fn duplicates(trace: &Trace, items: &[Item<'_>]) -> Option<Finding> {
    let mut prompts: FxHashMap<(StrId, &[Message]), Vec<&Item<'_>>> = FxHashMap::default();
    for item in items.iter().filter(|item| item.call.is_finished() && item.priced.is_some()) {
        let messages = trace.messages(item.call);
        let prompt = messages.iter().take_while(|message| !message.component.is_output()).count();
        if prompt > 0 {
            prompts.entry((item.call.model, &messages[..prompt])).or_default().push(item);
        }
    }
    let mut groups = 0;
    let mut stake = Stake::default();
    for mut items in prompts.into_values().filter(|items| items.len() > 1) {
        groups += 1;
        sort(&mut items, by_time);
        stake.0.extend(items.into_iter().skip(1).filter_map(|item| Some((item, item.cost()?))));
    }
    let words = (
        "Prompts that were sent more than once".to_owned(),
        format!(
            "{} repeat {} to the same model word for word. An exact cache in the application would answer them.",
            calls(stake.0.len()),
            match groups {
                1 => "1 prompt".to_owned(),
                n => format!("{} prompts", show::int(n)),
            }
        ),
        "Search the requests for a sentence of such a prompt. Whether the same answer would do, only you know.",
    );
    let amount = (stake.amount(), Provenance::Simulated);
    (!stake.0.is_empty()).then(|| finding(trace, "duplicate_prompts", words, amount, stake))
}
