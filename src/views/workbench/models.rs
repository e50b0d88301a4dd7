//! The same call on each model of the price book.

use engine::protocol::Quote;
use units::Money;
use yew::prelude::*;

use super::price::typed_number;
use crate::{
    charts::mark::rect,
    format,
    widgets::{Fig, Panel, Swatch, TableTwin},
};

/// Properties of [`Models`].
#[derive(Properties, PartialEq)]
pub struct ModelsProps {
    /// The quotes.
    pub quotes: Vec<Quote>,
    /// Response tokens.
    pub response: u64,
    /// Calls a day, as typed.
    pub calls: String,
    /// The chosen model.
    pub chosen: String,
    /// Called with the model that is to be chosen.
    pub onchoose: Callback<String>,
}

/// The panel, cheapest first.
#[component]
pub fn Models(props: &ModelsProps) -> Html {
    let ModelsProps { quotes, response, calls, chosen, onchoose } = props;
    let mut quotes: Vec<&Quote> = quotes.iter().collect();
    quotes.sort_by_key(|quote| quote.cost);
    let dearest = quotes.last().map_or(Money::ZERO, |quote| quote.cost);
    let month = |quote: &Quote| {
        let calls = typed_number(calls).ok().flatten()?;
        Some(format::money_exact(quote.cost.times(calls).times(30), 0))
    };
    // Below ten cents two decimals say too little.
    let decimals = if quotes.iter().any(|quote| quote.cost.times(1_000) < Money::from_picos(100_000_000_000))
    {
        4
    } else {
        2
    };
    let thousand = |quote: &Quote| format::money_exact(quote.cost.times(1_000), decimals);
    let has_month = quotes.first().is_some_and(|quote| month(quote).is_some());
    let window = |quote: &Quote| match (quote.window, quote.input.get()) {
        (Some(window), Some(input)) if window > 0 => {
            format::percent((input + response) as f64 / window as f64, 2)
        }
        _ => "unknown".to_owned(),
    };
    let tokens = |quote: &Quote| quote.input.get().map_or("unknown".to_owned(), format::int);
    let mut columns: Vec<AttrValue> =
        ["Model", "Provider", "Prompt tokens", "Window", "Input cost", "Per call", "Per 1,000"]
            .map(AttrValue::from)
            .to_vec();
    if has_month {
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
                    format::money_exact(quote.cost, 6),
                    thousand(quote),
                ];
                cells.into_iter().chain(month(quote)).map(AttrValue::from).collect()
            })
            .collect(),
        columns,
    };
    let caption = match response {
        0 => "prompt alone, no response".to_owned(),
        n => format!("{} response tokens{}", format::int(*n), if has_month { ", 30 days" } else { "" }),
    };
    html! {
        <Panel title="Cost on each model" {caption} {twin}>
            <div class="scrollx" tabindex="0" role="region" aria-label="Table of models">
                <table class="models-table">
                    <thead>
                        <tr>
                            <th scope="col">{ "Model" }</th>
                            <th scope="col" class="num">{ "Tokens" }</th>
                            <th scope="col" class="num">{ "Window" }</th>
                            <th scope="col" class="num" aria-sort="ascending">{ "Per call" }</th>
                            <th scope="col"><span class="vh">{ "Input and answer" }</span></th>
                            <th scope="col" class="num">{ "Per 1,000" }</th>
                            if has_month {
                                <th scope="col" class="num">{ "Per month" }</th>
                            }
                        </tr>
                    </thead>
                    <tbody>
                        { for quotes.iter().map(|quote| {
                            let model = quote.model.clone();
                            let is_chosen = model == *chosen;
                            html! {
                                <tr key={format!("{}/{model}", quote.provider)} class={is_chosen.then_some("sel")}>
                                    <td class="nowrap">
                                        <button type="button" class="link" aria-pressed={is_chosen.to_string()}
                                            title={quote.source.clone()}
                                            onclick={onchoose.reform({let model = model.clone(); move |_| model.clone()})}>
                                            { &model }
                                        </button>
                                    </td>
                                    <td class="num">
                                        <Fig text={tokens(quote)} from={quote.input.from()} note={quote.method.clone()} />
                                    </td>
                                    <td class="num dim">{ window(quote) }</td>
                                    <td class="num">{ format::money_exact(quote.cost, 6) }</td>
                                    <td>{ split(quote, dearest) }</td>
                                    <td class="num">{ thousand(quote) }</td>
                                    if let Some(month) = month(quote) {
                                        <td class="num">{ month }</td>
                                    }
                                </tr>
                            }
                        }) }
                    </tbody>
                </table>
            </div>
            <div class="legend models-legend">
                <span><Swatch fill="var(--text-2)" />{ "input" }</span>
                <span><Swatch fill="var(--kind-output)" />{ "answer" }</span>
                { for methods(&quotes).into_iter().map(|method| html! { <span>{ method }</span> }) }
            </div>
        </Panel>
    }
}

/// Input and answer as parts of one bar, the dearest model's being the longest.
fn split(quote: &Quote, dearest: Money) -> Html {
    const WIDTH: f64 = 44.0;
    let wide = |cost: Money| cost.to_f64() / dearest.to_f64().max(f64::MIN_POSITIVE) * WIDTH;
    let input = wide(quote.input_cost);
    html! {
        <svg width="44" height="10" aria-hidden="true">
            { rect(0.0, 0.0, input, 10.0, "var(--text-2)") }
            { rect(input, 0.0, wide(quote.cost - quote.input_cost), 10.0, "var(--kind-output)") }
        </svg>
    }
}

/// The methods of the estimates, each once.
fn methods(quotes: &[&Quote]) -> Vec<String> {
    let mut methods: Vec<String> = Vec::new();
    for quote in quotes {
        if quote.input.from() == units::Provenance::Estimated && !methods.contains(&quote.method) {
            methods.push(quote.method.clone());
        }
    }
    methods
}
