//! What one call of this size costs, at the model's price or at one typed by hand.

use engine::protocol::Quote;
use units::{Figure, Money};
use yew::prelude::*;

use super::{
    bar::{Look, field},
    draft::{self, Draft, Field},
    price::{Unit, all_decimals, typed_number, typed_price},
};
use crate::{
    format,
    widgets::{Fig, Panel, Seg},
};

/// Days of a month, for the bill of a month.
const DAYS: u64 = 30;

/// One class of tokens times its price.
struct Line {
    name: &'static str,
    key: &'static str,
    tokens: Figure,
    /// Dollars per unit, where there is a price.
    price: Option<Money>,
    cost: Option<Money>,
}

impl Line {
    /// A typed price counts the tokens as typed or counted; the model's price counts them its own way.
    fn new(
        (name, key): (&'static str, &'static str),
        unit: Unit,
        typed: Option<Money>,
        tokens: Figure,
        of_model: Option<(Figure, Money, Money)>,
    ) -> Line {
        match (typed, of_model) {
            (Some(price), _) => Line {
                name,
                key,
                tokens,
                price: Some(price),
                cost: tokens.get().map(|n| unit.cost(price, n)),
            },
            (None, Some((tokens, per_million, cost))) => {
                let price = Unit::Million.convert(per_million, unit);
                Line { name, key, tokens, price: Some(price), cost: Some(cost) }
            }
            (None, None) => Line { name, key, tokens, price: None, cost: None },
        }
    }
}

/// The panel, for the chosen model once the price book has answered. `tokens` are those of prompt and shortest answer by
/// the chosen tokenizer, `longest` those of the longest answer.
pub fn this_call(
    draft: &Draft,
    quote: Option<&Quote>,
    [prompt, response]: [Figure; 2],
    longest_tokens: u64,
    changed: &Callback<()>,
) -> Html {
    let unit = draft.unit;
    let (input, output) =
        (typed_price(draft.typed(Field::InputPrice)), typed_price(draft.typed(Field::OutputPrice)));
    let typed = |price: &Result<Option<Money>, String>| price.as_ref().ok().copied().flatten();
    // A typed price is for all of the prompt.
    let cached = quote.filter(|q| q.cached > 0 && prompt.is_known() && typed(&input).is_none());
    let cached = cached.and_then(|q| Some((q.cached, q.read_price?)));
    let cached_cost = cached.map_or(Money::ZERO, |(tokens, price)| Unit::Million.cost(price, tokens));
    let lines = [
        Line::new(
            ("Prompt", "prompt"),
            unit,
            typed(&input),
            prompt,
            quote.filter(|_| prompt.is_known()).map(|q| {
                let fresh = Figure::new(q.input.or_zero() - q.cached, q.input.from());
                (fresh, q.input_price, q.input_cost - cached_cost)
            }),
        ),
        Line::new(
            ("Response", "response"),
            unit,
            typed(&output),
            response,
            quote.filter(|_| response.is_known()).map(|q| (q.output, q.output_price, q.cost - q.input_cost)),
        ),
    ];
    let from =
        lines.iter().map(|line| line.tokens.from()).max().unwrap_or_default().max(units::Provenance::Counted);
    let call = lines.iter().map(|line| line.cost).sum::<Option<Money>>().map(|call| call + cached_cost);
    let longest = {
        let answer = match (typed(&output), quote) {
            (Some(price), _) => Some(unit.cost(price, longest_tokens)),
            (None, quote) => quote.map(|q| q.cost_to - q.input_cost),
        };
        call.zip(lines[1].cost).zip(answer).map(|((call, shortest), answer)| call - shortest + answer)
    };
    let has_range = response.get().is_some_and(|response| response < longest_tokens);
    let calls = typed_number(draft.typed(Field::Calls));
    let month =
        calls.as_ref().ok().copied().flatten().zip(call).map(|(calls, call)| call.times(calls).times(DAYS));
    let by_hand = (typed(&input).is_some(), typed(&output).is_some());
    let caption = match (by_hand, quote) {
        ((true, true), _) => "prices typed by hand".to_owned(),
        ((false, false), Some(quote)) if quote.is_batch => format!("{}, in a batch", quote.model),
        ((false, false), Some(quote)) => quote.model.clone(),
        (_, Some(quote)) => format!("{}, one price typed by hand", quote.model),
        (_, None) => String::new(),
    };
    let set_unit = {
        let changed = changed.clone();
        Callback::from(move |i| {
            let to = if i == 0 { Unit::Thousand } else { Unit::Million };
            // The typed prices stay the same money, told for the other number of tokens.
            draft::change(&changed, |draft| {
                for field in [Field::InputPrice, Field::OutputPrice] {
                    if let Ok(Some(price)) = typed_price(draft.typed(field)) {
                        draft.set(field, draft.unit.convert(price, to).to_string());
                    }
                }
                draft.unit = to;
            });
        })
    };
    let price_field = |line: &Line, which: Field, label: &'static str| {
        let hint = line.price.map_or_else(|| "price".to_owned(), |price| price.to_string());
        let look = Look { label, placeholder: hint.into(), before: "$", ..Look::default() };
        html! { <span class="price-field">{ field(draft, which, look, changed) }</span> }
    };
    let prices = [
        price_field(&lines[0], Field::InputPrice, "Prompt price, dollars"),
        price_field(&lines[1], Field::OutputPrice, "Response price, dollars"),
    ];
    let unit_switch = html! {
        <Seg label="Prices are for" small=true onchange={set_unit}
            options={vec![("per 1K".into(), unit == Unit::Thousand), ("per 1M".into(), unit == Unit::Million)]} />
    };
    let sum = |name: &'static str, key: &'static str, amount: Option<Money>| {
        html! {
            <tr>
                <td colspan="3">{ name }</td>
                <td class="num" data-fig={key}>{ money(amount, from) }</td>
            </tr>
        }
    };
    html! {
        <Panel title="Cost of this call" {caption} actions={unit_switch}>
            <table class="tight this-call">
                <thead>
                    <tr>
                        <th scope="col">{ "Class" }</th>
                        <th scope="col" class="num">{ "Tokens" }</th>
                        <th scope="col" class="num">{ format!("Price per {}", unit.label()) }</th>
                        <th scope="col" class="num">{ "Cost" }</th>
                    </tr>
                </thead>
                <tbody>
                    { for lines.iter().zip(prices).map(|(line, price)| html! {
                        <tr key={line.key}>
                            <td>{ line.name }</td>
                            <td class="num">
                                <Fig text={line.tokens.get().map_or("unknown".to_owned(), format::int)}
                                    from={line.tokens.from()} />
                            </td>
                            <td class="num">{ "× " }{ price }</td>
                            <td class="num" data-fig={format!("cost_{}", line.key)}>{ money(line.cost, from) }</td>
                        </tr>
                    }) }
                    if let Some((tokens, price)) = cached {
                        <tr key="cached">
                            <td>{ "Prompt, from a cache" }</td>
                            <td class="num"><Fig text={format::int(tokens)} from={units::Provenance::Estimated} /></td>
                            <td class="num">
                                { format!("× {}", all_decimals(Unit::Million.convert(price, unit))) }
                            </td>
                            <td class="num" data-fig="cost_cached">{ money(Some(cached_cost), from) }</td>
                        </tr>
                    }
                </tbody>
                <tfoot>
                    { sum(if has_range { "Per call, shortest answer" } else { "Per call" }, "cost_call", call) }
                    if has_range {
                        { sum("Per call, longest answer", "cost_longest", longest) }
                    }
                    { sum("Per 1,000 calls", "cost_1000", call.map(|call| call.times(1_000))) }
                    if month.is_some() {
                        { sum("Per month of 30 days", "cost_month", month) }
                    }
                </tfoot>
            </table>
            { for [input.err(), output.err(), calls.err()].into_iter().flatten().map(|error| html! {
                <p class="error small" role="alert">{ error }</p>
            }) }
            if let Some(quote) = quote.filter(|_| by_hand != (true, true)) {
                <p class="small dim">{ &quote.source }</p>
            }
        </Panel>
    }
}

/// All decimals: this is where they are checked.
fn money(amount: Option<Money>, from: units::Provenance) -> Html {
    match amount {
        Some(amount) => html! { <Fig text={all_decimals(amount)} {from} /> },
        None => html! { <span class="u-unknown">{ "unpriced" }</span> },
    }
}
