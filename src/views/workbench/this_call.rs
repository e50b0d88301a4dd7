//! What one call of this size costs, at the model's price or at one typed by hand.

use engine::protocol::Quote;
use units::{Figure, Money};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::{
    draft::Form,
    price::{Unit, all_decimals, typed_number, typed_price},
};
use crate::{
    format,
    widgets::{Fig, Panel, Seg},
};

/// Days of a month, for the bill of a month.
const DAYS: u64 = 30;

/// Properties of [`ThisCall`].
#[derive(Properties, PartialEq)]
pub struct ThisCallProps {
    /// The fields.
    pub form: Form,
    /// The chosen model, once the price book has answered.
    pub quote: Option<Quote>,
    /// Prompt tokens by the chosen tokenizer.
    pub prompt: Figure,
    /// Response tokens.
    pub response: Figure,
    /// Called with the changed fields.
    pub onchange: Callback<Form>,
}

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

/// The panel.
#[component]
pub fn ThisCall(props: &ThisCallProps) -> Html {
    let ThisCallProps { form, quote, prompt, response, onchange } = props;
    let unit = form.unit;
    let (input, output) = (typed_price(&form.input_price), typed_price(&form.output_price));
    let typed = |price: &Result<Option<Money>, String>| price.as_ref().ok().copied().flatten();
    let lines = [
        Line::new(
            ("Prompt", "prompt"),
            unit,
            typed(&input),
            *prompt,
            quote.as_ref().filter(|_| prompt.is_known()).map(|q| (q.input, q.input_price, q.input_cost)),
        ),
        Line::new(
            ("Response", "response"),
            unit,
            typed(&output),
            *response,
            quote
                .as_ref()
                .filter(|_| response.is_known())
                .map(|q| (q.output, q.output_price, q.cost - q.input_cost)),
        ),
    ];
    let from =
        lines.iter().map(|line| line.tokens.from()).max().unwrap_or_default().max(units::Provenance::Counted);
    let call = lines.iter().map(|line| line.cost).sum::<Option<Money>>();
    let calls = typed_number(&form.calls);
    let month =
        calls.as_ref().ok().copied().flatten().zip(call).map(|(calls, call)| call.times(calls).times(DAYS));
    let by_hand = (typed(&input).is_some(), typed(&output).is_some());
    let caption = match (by_hand, quote) {
        ((true, true), _) => "prices typed by hand".to_owned(),
        ((false, false), Some(quote)) => quote.model.clone(),
        (_, Some(quote)) => format!("{}, one price typed by hand", quote.model),
        (_, None) => String::new(),
    };
    let set_unit = {
        let (form, onchange) = (form.clone(), onchange.clone());
        Callback::from(move |i| {
            let to = if i == 0 { Unit::Thousand } else { Unit::Million };
            // The typed prices stay the same money, told for the other number of tokens.
            let convert = |text: &str| match typed_price(text) {
                Ok(Some(price)) => form.unit.convert(price, to).to_string(),
                _ => text.to_owned(),
            };
            onchange.emit(Form {
                input_price: convert(&form.input_price),
                output_price: convert(&form.output_price),
                unit: to,
                ..form.clone()
            });
        })
    };
    let set_price = |set: fn(&mut Form, String)| {
        let (form, onchange) = (form.clone(), onchange.clone());
        Callback::from(move |event: InputEvent| {
            let mut form = form.clone();
            set(&mut form, event.target_unchecked_into::<HtmlInputElement>().value());
            onchange.emit(form);
        })
    };
    let price_field = |line: &Line, text: &str, oninput: Callback<InputEvent>| {
        let label = format!("{} price: dollars per {} tokens", line.name, unit.label());
        let hint = line.price.map_or_else(|| "price".to_owned(), |price| price.to_string());
        html! {
            <label class="field price-field">
                { "$" }
                <input value={text.to_owned()} placeholder={hint} inputmode="decimal" autocomplete="off"
                    aria-label={label} data-field={format!("{}_price", line.key)} {oninput} />
            </label>
        }
    };
    let prices = [
        price_field(&lines[0], &form.input_price, set_price(|form, text| form.input_price = text)),
        price_field(&lines[1], &form.output_price, set_price(|form, text| form.output_price = text)),
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
                </tbody>
                <tfoot>
                    { sum("Per call", "cost_call", call) }
                    { sum("Per 1,000 calls", "cost_1000", call.map(|call| call.times(1_000))) }
                    if month.is_some() {
                        { sum("Per month of 30 days", "cost_month", month) }
                    }
                </tfoot>
            </table>
            { for [input.err(), output.err(), calls.err()].into_iter().flatten().map(|error| html! {
                <p class="error small" role="alert">{ error }</p>
            }) }
            if let Some(quote) = quote.as_ref().filter(|_| by_hand != (true, true)) {
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
