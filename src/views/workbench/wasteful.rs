//! Which parts take more of the tokens than they should.

use engine::protocol::{Component, Quote};
use units::Money;
use yew::prelude::*;

use super::{
    bar::{Look, field},
    draft::{Draft, Field},
    price::{Unit, all_decimals, typed_percent, typed_price},
};
use crate::{
    charts::mark::share,
    format,
    widgets::{Icon, IconName, Panel, TableTwin},
};

/// A part by its name in figures: tokens of its prompt and of its completion.
struct Row {
    name: String,
    tokens: [u64; 2],
}

impl Row {
    fn total(&self) -> u64 {
        self.tokens[0] + self.tokens[1]
    }
}

/// The parts by name, in their order. The answer belongs to the part that asks for it: the last one of the user.
fn rows(draft: &Draft) -> Vec<Row> {
    let asks = draft.parts.iter().rfind(|part| part.component == Component::User);
    let mut rows: Vec<Row> = Vec::new();
    for part in &draft.parts {
        let is_output = part.component.is_output();
        let name = asks.filter(|_| is_output).unwrap_or(part).key();
        let place = rows.iter().position(|row| row.name == name).unwrap_or(rows.len());
        if place == rows.len() {
            rows.push(Row { name: name.to_owned(), tokens: [0, 0] });
        }
        rows[place].tokens[usize::from(is_output)] += draft.tokens(part.slot);
    }
    rows.retain(|row| row.total() > 0);
    rows
}

/// What tokens of a prompt and of an answer cost. Typed prices count them as they are, those of the model in its own
/// way: `factor` tokens for each.
fn costs(draft: &Draft, quote: Option<&Quote>, factor: f64, tokens: [u64; 2]) -> [Option<Money>; 2] {
    let one = |field: Field, per_million: Option<Money>, tokens: u64| match typed_price(draft.typed(field)) {
        Ok(Some(price)) => Some(draft.unit.cost(price, tokens)),
        _ => Some(Unit::Million.cost(per_million?, (tokens as f64 * factor).round() as u64)),
    };
    [
        one(Field::InputPrice, quote.map(|quote| quote.input_price), tokens[0]),
        one(Field::OutputPrice, quote.map(|quote| quote.output_price), tokens[1]),
    ]
}

/// The panel.
pub fn wasteful(draft: &Draft, quote: Option<&Quote>, threshold: f64, changed: &Callback<()>) -> Html {
    let rows = rows(draft);
    let all = rows.iter().map(Row::total).sum::<u64>().max(1) as f64;
    let factor = quote.map_or(1.0, |quote| {
        let texts = quote.input.or_zero().saturating_sub(quote.template.or_zero()) as f64;
        draft.sum(false).get().filter(|&counted| counted > 0).map_or(1.0, |counted| texts / counted as f64)
    });
    let model = quote.map_or("", |quote| quote.model.as_str());
    let priced = |cost: Option<Money>| cost.map_or("unpriced".to_owned(), all_decimals);
    let mut wasteful = Vec::new();
    let mut twin = TableTwin {
        columns: [
            "Part",
            "Prompt tokens",
            "Completion tokens",
            "Total tokens",
            "Share",
            "Prompt cost",
            "Completion cost",
            "Total cost",
        ]
        .map(AttrValue::from)
        .to_vec(),
        numeric: (0..8).map(|i| i > 0).collect(),
        rows: Vec::new(),
    };
    for row in &rows {
        let [prompt, completion] = costs(draft, quote, factor, row.tokens);
        let cost = prompt.zip(completion).map(|(prompt, completion)| prompt + completion);
        let of_all = row.total() as f64 / all;
        let cells = [
            row.name.clone(),
            format::int(row.tokens[0]),
            format::int(row.tokens[1]),
            format::int(row.total()),
            share(of_all),
            priced(prompt),
            priced(completion),
            priced(cost),
        ];
        twin.rows.push(cells.map(AttrValue::from).to_vec());
        if of_all > threshold {
            let cost = match cost {
                Some(cost) => format!("{} per 1,000 calls on {model}", format::money(cost.times(1_000))),
                None => "unpriced".to_owned(),
            };
            wasteful.push((
                format!("{}: {} of total tokens", row.name, share(of_all)),
                format!("{}, {cost}", format::plural(row.total(), "token")),
            ));
        }
    }
    let look = Look {
        label: "Share of all tokens above which a part is wasteful, per cent",
        after: "%",
        wrong: typed_percent(draft.typed(Field::Threshold)).err(),
        ..Look::default()
    };
    let caption = html! {
        <label class="threshold">
            { "over" }{ field(draft, Field::Threshold, look, changed) }{ "of all tokens but the chat template's" }
        </label>
    };
    let none = match rows.is_empty() {
        true => "No part has a text yet.".to_owned(),
        false => format!("No part is above {}.", format::percent(threshold, 0)),
    };
    html! {
        <Panel title="Wasteful parts" {caption} {twin} id="wasteful">
            if wasteful.is_empty() {
                <p class="small dim">{ none }</p>
            }
            { for wasteful.into_iter().map(|(head, body)| html! {
                <div class="callout">
                    <Icon name={IconName::Warn} />
                    <div><p><b>{ head }</b></p><p class="small mid">{ body }</p></div>
                </div>
            }) }
        </Panel>
    }
}
