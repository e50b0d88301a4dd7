//! The key figures of the bill, and what may be changed about it.

use engine::protocol::BillSheet;
use units::{Money, Nanos, Provenance};
use yew::prelude::*;

use super::{Options, field::field};
use crate::{
    format::{self, int, money, money_exact, plural},
    state::ViewHandle,
    views::overview::figures::fig,
    widgets::{Fig, Select, underline},
};

/// The row of key figures.
pub fn head(data: &BillSheet, view: &ViewHandle, options: &UseStateHandle<Options>) -> Html {
    let left_out: u64 = data.unpriced.iter().map(|row| row.requests).sum();
    let per = |n: u64, times: i128| {
        let total = data.total.filter(|_| n > 0)?;
        Some(Money::from_picos(total.picos().checked_mul(times)? / i128::from(n)))
    };
    let dollars = |amount: Option<Money>, from: Provenance| match amount {
        Some(amount) => html! { <Fig text={money(amount)} {from} /> },
        None => html! { <span class="u-unknown">{ "unknown" }</span> },
    };
    let (reads, writes) = data.cache;
    let waste = &data.waste;
    html! {
        <section class="bill-head" aria-label="Key figures">
            { item("Computed", computed(data), &plural(data.priced, "priced call")) }
            { item("Reported in the files", dollars(data.reported, Provenance::Reported), &difference(data)) }
            { item("Unpriced", fig("unpriced_calls", left_out, html! { plural(left_out, "call") }), &match left_out {
                0 => "every call has a price".to_owned(),
                _ => format!("of {}; not in the total, and not 0", plural(data.unpriced.len() as u64, "model")),
            }) }
            { item("Per 1,000 requests", dollars(per(data.requests, 1000), Provenance::Counted), &format!("n {}", int(data.requests))) }
            { item("Per success", dollars(per(data.successes, 1), Provenance::Counted), &match &*options.field {
                "" if options.success.is_empty() => format!("{} did not fail", int(data.successes)),
                "" => format!("{} did not fail and say so", int(data.successes)),
                field => format!("{field} is true of {}", int(data.successes)),
            }) }
            { item("Caches save already", dollars(data.total.map(|_| reads - writes), Provenance::Counted), &match data.cache {
                _ if data.total.is_none() => "no call has a price".to_owned(),
                (Money::ZERO, Money::ZERO) => "no priced call tells of a cache".to_owned(),
                _ => format!("{} on reads, {} write premium", money(reads), money(writes)),
            }) }
            { item("Failed attempts", html! { int(waste.attempts) }, &match waste.attempts {
                0 => "nothing was lost on any".to_owned(),
                _ => format!(
                    "{} tokens, {}, {}{}",
                    int(waste.tokens),
                    waste.cost.map_or("no cost known".to_owned(), money),
                    match waste.of_time {
                        Nanos::ZERO => "no time known".to_owned(),
                        all => format!("{} of {}", format::nanos(waste.time), format::nanos(all)),
                    },
                    if waste.untold > 0 { format!("; {} without tokens", int(waste.untold)) } else { String::new() },
                ),
            }) }
            if let Some(month) = data.month {
                { item("30 days like these", dollars(Some(month), Provenance::Estimated), "in proportion to the time") }
            }
            { controls(data, view, options) }
        </section>
    }
}

fn item(title: &'static str, value: Html, small: &str) -> Html {
    html! { <div><h2 class="small dim">{ title }</h2><p class="v">{ value }</p><p class="small mid">{ small }</p></div> }
}

/// The total with eight decimals, the last of them lighter.
fn computed(data: &BillSheet) -> Html {
    let Some(total) = data.total else {
        return html! { <span class="u-unknown">{ "unpriced" }</span> };
    };
    let text = money_exact(total, 8);
    let (large, small) = text.split_at(text.len().saturating_sub(6));
    fig(
        "total",
        total,
        html! { <><b class={underline(data.from.max(Provenance::Counted))}>{ large }</b><span class="dim">{ small }</span></> },
    )
}

fn difference(data: &BillSheet) -> String {
    let (Some(reported), Some(total)) = (data.reported, data.total) else { return String::new() };
    match reported - total {
        Money::ZERO => "the same".to_owned(),
        more if more > Money::ZERO => format!("{} more, explained below", money(more)),
        less => format!("{} less, explained below", money(-less)),
    }
}

fn controls(data: &BillSheet, view: &ViewHandle, options: &UseStateHandle<Options>) -> Html {
    let as_of = {
        let view = view.clone();
        move |day| view.update(|v| v.as_of = day)
    };
    let success = {
        let options = options.clone();
        move |success| options.set(Options { success, ..(*options).clone() })
    };
    let named =
        |(name, yes, no): &(String, u64, u64)| format!("{name}: {} true, {} false", int(*yes), int(*no));
    let means: Vec<AttrValue> = std::iter::once("what did not fail".to_owned())
        .chain(data.fields.iter().map(named))
        .map(AttrValue::from)
        .collect();
    let chosen = data.fields.iter().position(|(name, ..)| *name == options.field).map_or(0, |at| at + 1);
    let choose = {
        let (options, fields) = (options.clone(), data.fields.clone());
        Callback::from(move |at: usize| {
            let field = at.checked_sub(1).and_then(|at| fields.get(at)).map(|(name, ..)| name.clone());
            options.set(Options { field: field.unwrap_or_default(), ..(*options).clone() });
        })
    };
    html! {
        <div class="bill-controls">
            { field("Prices as of", "date", view.view().as_of.clone().into(), "", as_of) }
            if !data.fields.is_empty() {
                <label>
                    <span class="small dim">{ "A success is" }</span>
                    <span class="field"><Select options={means} {chosen} onchange={choose} /></span>
                </label>
            }
            { field("A success holds the text", "text", options.success.clone().into(), "any that did not fail", success) }
        </div>
    }
}
