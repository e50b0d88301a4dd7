//! The same call on each model that is compared.

use engine::protocol::{Quote, QuoteOrder};
use units::{Money, Provenance};
use yew::prelude::*;

use super::{
    bar::{Look, choose, field},
    draft::{self, Draft, Field},
    price::typed_number,
};
use crate::{
    charts::mark::rect,
    format,
    widgets::{Fig, Icon, IconName, Panel, Swatch, TableTwin},
};

/// From the shortest answer to the longest; one amount where they are the same.
fn range(quote: &Quote, times: u64, decimals: u32) -> String {
    let [from, to] = [quote.cost, quote.cost_to].map(|cost| format::money_exact(cost.times(times), decimals));
    if from == to { from } else { format!("{from}–{}", to.trim_start_matches('$')) }
}

/// The panel. `found` are models of the price book that hold the words looked for.
pub fn models(
    draft: &Draft,
    quotes: &[Quote],
    chosen: &str,
    found: &[(String, String)],
    changed: &Callback<()>,
) -> Html {
    let (order, descending) = draft.order;
    let dearest = quotes.iter().map(|quote| quote.cost_to).max().unwrap_or_default();
    let calls = typed_number(draft.typed(Field::Calls)).ok().flatten();
    let month = |quote: &Quote| calls.map(|calls| range(quote, calls * 30, 0));
    // Below ten cents two decimals say too little.
    let small = |quote: &Quote| quote.cost.times(1_000) < Money::from_picos(100_000_000_000);
    let decimals = if quotes.iter().any(small) { 4 } else { 2 };
    let window = |quote: &Quote| match (quote.window, quote.input.get()) {
        (Some(window), Some(input)) if window > 0 => {
            format::percent((input + quote.output_to.or_zero()) as f64 / window as f64, 2)
        }
        _ => "unknown".to_owned(),
    };
    let tokens = |quote: &Quote| quote.input.get().map_or("unknown".to_owned(), format::int);
    let mut columns: Vec<AttrValue> =
        ["Model", "Provider", "Prompt tokens", "Window", "Input cost", "Per call", "Per 1,000"]
            .map(AttrValue::from)
            .to_vec();
    if calls.is_some() {
        columns.push("Per month".into());
    }
    let twin = TableTwin {
        numeric: (0..columns.len()).map(|i| i > 1).collect(),
        rows: quotes
            .iter()
            .map(|quote| {
                let cells = [
                    quote.model.clone(),
                    quote.provider.clone(),
                    tokens(quote),
                    window(quote),
                    format::money_exact(quote.input_cost, 6),
                    range(quote, 1, 6),
                    range(quote, 1_000, decimals),
                ];
                cells.into_iter().chain(month(quote)).map(AttrValue::from).collect()
            })
            .collect(),
        columns,
    };
    let head = |name: &'static str, of: QuoteOrder, num: bool| {
        let (is_sorted, changed) = (of == order, changed.clone());
        let onclick = move |_: MouseEvent| {
            draft::change(&changed, |draft| draft.order = (of, is_sorted && !descending));
        };
        let sorted = is_sorted.then_some(if descending { "descending" } else { "ascending" });
        html! {
            <th scope="col" class={num.then_some("num")} aria-sort={sorted}>
                <button type="button" class="sort" {onclick}>{ name }</button>
            </th>
        }
    };
    let names: Vec<String> = quotes.iter().map(Quote::name).collect();
    let set = |models: Vec<String>, model: Option<String>| {
        let (models, changed) = (models.join(" "), changed.clone());
        Callback::from(move |_: MouseEvent| {
            draft::change(&changed, |draft| {
                draft.set(Field::Models, models.clone());
                model.iter().for_each(|model| draft.set(Field::Model, model.clone()));
            });
        })
    };
    let remove = |name: &String| {
        let others: Vec<String> = names.iter().filter(|other| *other != name).cloned().collect();
        let model = others.first().filter(|_| name == chosen).cloned();
        set(others, model)
    };
    let search = Look { label: "Add a model", placeholder: "Add a model".into(), ..Look::default() };
    let methods = methods(quotes);
    html! {
        <Panel title="Cost on each model" caption={caption(quotes, calls.is_some())} {twin}>
            <div class="scrollx" tabindex="0" role="region" aria-label="Table of models">
                <table class="models-table">
                    <thead>
                        <tr>
                            { head("Model", QuoteOrder::Model, false) }
                            { head("Tokens", QuoteOrder::Tokens, true) }
                            { head("Window", QuoteOrder::Window, true) }
                            { head("Per call", QuoteOrder::Cost, true) }
                            <th scope="col"><span class="vh">{ "Input and answer" }</span></th>
                            <th scope="col" class="num">{ "Per 1,000" }</th>
                            if calls.is_some() {
                                <th scope="col" class="num">{ "Per month" }</th>
                            }
                        </tr>
                    </thead>
                    <tbody>
                        { for quotes.iter().map(|quote| {
                            let name = quote.name();
                            let is_chosen = name == chosen;
                            html! {
                                <tr key={name.clone()} class={is_chosen.then_some("sel")}>
                                    <td class="nowrap">
                                        <button type="button" class="link" aria-pressed={is_chosen.to_string()}
                                            title={format!("{name}: {}", quote.source)}
                                            onclick={
                                                let (name, encoding, changed) = (name.clone(), quote.encoding, changed.clone());
                                                move |_| choose(&name, encoding, &changed)
                                            }>
                                            { &quote.model }
                                        </button>
                                        if quote.is_batch { <span class="tag">{ "batch" }</span> }
                                        if quotes.len() > 1 {
                                            <button type="button" class="btn quiet" title={format!("Leave {name} out")}
                                                aria-label={format!("Leave {name} out")} onclick={remove(&name)}>
                                                <Icon name={IconName::Close} />
                                            </button>
                                        }
                                    </td>
                                    <td class="num">
                                        <Fig text={tokens(quote)} from={quote.input.from()} note={quote.method.clone()} />
                                    </td>
                                    <td class="num dim">{ window(quote) }</td>
                                    <td class="num nowrap">{ range(quote, 1, 6) }</td>
                                    <td>{ split(quote, dearest) }</td>
                                    <td class="num nowrap">{ range(quote, 1_000, decimals) }</td>
                                    if let Some(month) = month(quote) {
                                        <td class="num nowrap">{ month }</td>
                                    }
                                </tr>
                            }
                        }) }
                    </tbody>
                </table>
            </div>
            <div class="models-add">
                <span class="add-model">
                    { field(draft, Field::Search, search, changed) }
                    { for found.iter().take(6).map(|(name, price)| {
                        let models: Vec<String> = names.iter().chain([name]).cloned().collect();
                        html! {
                            <button type="button" class="btn quiet sm" title={price.clone()} onclick={set(models, None)}>
                                <Icon name={IconName::Plus} />{ name }
                            </button>
                        }
                    }) }
                </span>
                if !draft.typed(Field::Models).is_empty() {
                    <button type="button" class="link" onclick={set(Vec::new(), None)}>{ "The usual models" }</button>
                }
                <div class="legend">
                    <span><Swatch fill="var(--text-2)" />{ "input" }</span>
                    <span><Swatch fill="var(--kind-output)" />{ "answer" }</span>
                </div>
            </div>
            { for quotes.iter().filter(|quote| !quote.fitted.is_empty()).map(|quote| html! {
                <p class="small mid">{ format!("{} {}", quote.model, quote.fitted) }</p>
            }) }
            <details class="methods small">
                <summary>{ "How estimates are made" }</summary>
                { for methods.into_iter().map(|method| html! { <p>{ method }</p> }) }
            </details>
        </Panel>
    }
}

/// How long the answers are, and of what the sums are.
fn caption(quotes: &[Quote], has_month: bool) -> String {
    let Some(quote) = quotes.first() else { return String::new() };
    let days = if has_month { ", 30 days" } else { "" };
    match (quote.output.or_zero(), quote.output_to.or_zero()) {
        (0, 0) => format!("prompt alone, no answer{days}"),
        (from, to) if from == to => format!("{} answer tokens{days}", format::int(from)),
        (from, to) => format!("{} to {} answer tokens{days}", format::int(from), format::int(to)),
    }
}

/// Input, answer and what a longer answer adds as parts of one bar, the dearest model's being the longest.
fn split(quote: &Quote, dearest: Money) -> Html {
    const WIDTH: f64 = 36.0;
    let wide = |cost: Money| cost.to_f64() / dearest.to_f64().max(f64::MIN_POSITIVE) * WIDTH;
    let (input, cost, cost_to) = (wide(quote.input_cost), wide(quote.cost), wide(quote.cost_to));
    html! {
        <svg width="36" height="10" aria-hidden="true">
            { rect(0.0, 0.0, input, 10.0, "var(--text-2)") }
            { rect(input, 0.0, cost - input, 10.0, "var(--kind-output)") }
            <g opacity=".45">{ rect(cost, 0.0, cost_to - cost, 10.0, "var(--kind-output)") }</g>
        </svg>
    }
}

/// The methods of the estimates, each once.
fn methods(quotes: &[Quote]) -> Vec<String> {
    let mut methods: Vec<String> = Vec::new();
    for quote in quotes {
        if quote.input.from() == Provenance::Estimated && !methods.contains(&quote.method) {
            methods.push(quote.method.clone());
        }
    }
    methods
}
