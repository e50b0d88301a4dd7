//! What a call cost: each class of tokens times its price.

use engine::protocol::{BillRow, Detail};
use units::{Figure, Money};
use yew::prelude::*;

use super::{
    columns::{cost_from, unknown},
    price::PriceForm,
};
use crate::{
    format,
    widgets::{Fig, Prov},
};

/// Properties of [`BillPanel`].
#[derive(Properties, PartialEq)]
pub struct BillProps {
    /// The call.
    pub detail: Detail,
}

/// The drawer's section on tokens and cost.
#[component]
pub fn BillPanel(BillProps { detail }: &BillProps) -> Html {
    let Detail { row, bill, reported_cost, price_source, convention, .. } = detail;
    html! {
        <section>
            <div class="phead">
                <h3>{ "Tokens and cost" }</h3>
                if !price_source.is_empty() {
                    <span class="cap" title={price_source.clone()}>{ price_source }</span>
                }
            </div>
            <table class="tight bill">
                <thead class="vh">
                    <tr><th>{ "Class" }</th><th>{ "Tokens" }</th><th>{ "Price" }</th><th>{ "Cost" }</th></tr>
                </thead>
                <tbody>{ for bill.iter().map(class) }</tbody>
                <tfoot>
                    <tr>
                        <td>{ "Request" }</td>
                        <td class="num" data-fig="tokens">{ total(row.input, row.output) }</td>
                        <td class="num"></td>
                        <td class="num" data-fig="cost">
                            { match row.cost {
                                Some(cost) => html! {
                                    <Fig text={format::money_exact(cost, 6)} from={cost_from(row)} />
                                },
                                None => unknown("unpriced"),
                            } }
                        </td>
                    </tr>
                </tfoot>
            </table>
            if let Some(reported) = reported_cost {
                <p class="small mid" data-fig="reported_cost">
                    { compare(*reported, row.cost) }
                </p>
            }
            if !convention.is_empty() && row.input.is_known() {
                <p class="small dim">{ sentence(convention) }</p>
            }
            if row.cost.is_none() && !row.model.is_empty() && bill.iter().any(|row| row.per_million.is_none()) {
                <PriceForm model={row.model.clone()} />
            }
        </section>
    }
}

/// One class of tokens.
fn class(row: &BillRow) -> Html {
    let price = |price: Money| format!("× {}", format::money_exact(price, decimals(price)));
    html! {
        <>
            <tr>
                <td>{ &row.class }</td>
                <td class="num" data-fig={row.class.to_lowercase().replace(' ', "_")}>{ tokens(row.tokens) }</td>
                <td class="num dim" title="dollars per million tokens">
                    { row.per_million.map_or_else(|| unknown("unpriced"), |p| price(p).into()) }
                </td>
                <td class="num">
                    { match row.cost {
                        Some(cost) => html! { <>{ format::money_exact(cost, 6) }</> },
                        None => unknown(if row.tokens.is_known() { "unpriced" } else { "unknown" }),
                    } }
                </td>
            </tr>
            if !row.note.is_empty() {
                <tr class="note"><td colspan="4" class="small dim">{ &row.note }</td></tr>
            }
        </>
    }
}

/// A number of tokens with the glyph of its provenance.
fn tokens(figure: Figure) -> Html {
    match figure.get() {
        Some(tokens) => html! {
            <><Fig text={format::int(tokens)} from={figure.from()} />{ " " }<Prov from={figure.from()} /></>
        },
        None => unknown("unknown"),
    }
}

/// Prompt and answer together, if both are known.
fn total(input: Figure, output: Figure) -> Html {
    match (input.get(), output.get()) {
        (Some(prompt), Some(answer)) => tokens(Figure::new(prompt + answer, input.from().max(output.from()))),
        _ => unknown("unknown"),
    }
}

/// As many decimals as a price has, and two at least.
fn decimals(price: Money) -> u32 {
    let text = price.to_string();
    text.split_once('.').map_or(0, |(_, part)| part.len() as u32).max(2)
}

/// The cost in the file against ours.
fn compare(reported: Money, computed: Option<Money>) -> String {
    let says = format!("The file says {}", format::money_exact(reported, 6));
    match computed {
        None => format!("{says}."),
        Some(computed) if computed == reported => format!("{says}: the same."),
        Some(computed) if reported > computed => {
            format!("{says}: {} more than tokens times price.", format::money_exact(reported - computed, 6))
        }
        Some(computed) => {
            format!("{says}: {} less than tokens times price.", format::money_exact(computed - reported, 6))
        }
    }
}

/// With a capital letter and a full stop.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}{}", chars.as_str(), if text.ends_with('.') { "" } else { "." })
}
