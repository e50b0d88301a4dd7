//! The same traffic on other models and in other service tiers, side by side.

use engine::protocol::{Answer, Command, RepriceAsk, Repriced};
use units::Money;
use yew::prelude::*;

use super::{field::field, rows::dollars};
use crate::{
    client::use_query,
    format::{self, int, plural},
    state::use_view,
    widgets::{Fig, Panel, Select, TableTwin},
};

/// Service tiers, and their words.
const SERVICES: [(&str, &str); 5] = [
    ("", "as each request was sold"),
    ("standard", "standard"),
    ("batch", "all as batches"),
    ("flex", "all flex"),
    ("priority", "all priority"),
];

/// The panel.
#[component]
pub fn Reprice() -> Html {
    let view = use_view();
    let models = use_state_eq(Vec::<String>::new);
    let service = use_state_eq(|| 0usize);
    let asked = !models.is_empty() || *service > 0;
    let ask = RepriceAsk {
        filter: view.view().filter.clone(),
        models: (*models).clone(),
        as_of: view.view().as_of.clone(),
        service: SERVICES[(*service).min(SERVICES.len() - 1)].0.to_owned(),
    };
    let query = use_query(asked.then(|| Command::Reprice(Box::new(ask))));
    let add = {
        let models = models.clone();
        move |text: String| {
            let mut next = (*models).clone();
            let named = text.split(',').map(|name| name.trim().to_owned());
            let fresh: Vec<String> = named.filter(|name| !name.is_empty() && !next.contains(name)).collect();
            next.extend(fresh);
            models.set(next);
        }
    };
    let rows: &[Repriced] = match query.answer.as_deref() {
        Some(Answer::Repriced(rows)) => rows,
        _ => &[],
    };
    html! {
        <Panel id="reprice" title="On other models" caption="the same requests, with tokens as each model counts them" twin={(!rows.is_empty()).then(|| twin(rows))}>
            <div class="bill-controls">
                { field("Add models, by name", "text", AttrValue::default(), "gpt-5-mini, claude-haiku-4-5", add) }
                <label>
                    <span class="small dim">{ "Service tier" }</span>
                    <span class="field"><Select options={SERVICES.map(|(_, words)| AttrValue::from(words)).to_vec()} chosen={*service} onchange={service_to(&service)} /></span>
                </label>
                { for models.iter().enumerate().map(|(i, model)| {
                    let models = models.clone();
                    let onclick = Callback::from(move |_: MouseEvent| {
                        let mut rest = (*models).clone();
                        rest.remove(i);
                        models.set(rest);
                    });
                    html! { <button type="button" class="chip" {onclick} title={format!("Remove {model}")}>{ model }{ " ×" }</button> }
                }) }
            </div>
            if let Some(error) = &query.error {
                <p class="small error" role="alert">{ error }</p>
            }
            if rows.is_empty() {
                <p class="mid">{ "Add a model, or choose a service tier, to see what these requests would cost." }</p>
            } else {
                <div class={classes!("scrollx", query.stale.then_some("stale"))} tabindex="0" role="region" aria-label="Cost on other models">
                    <table class="tight">
                        <thead><tr>
                            <th scope="col">{ "Model" }</th>
                            { for ["Input", "Output", "Dollars", "Difference", "Over the window"].map(|name| html! { <th scope="col" class="num">{ name }</th> }) }
                            <th scope="col">{ "Tokens and prices" }</th>
                        </tr></thead>
                        <tbody>{ for rows.iter().map(row) }</tbody>
                    </table>
                </div>
            }
        </Panel>
    }
}

fn service_to(service: &UseStateHandle<usize>) -> Callback<usize> {
    let service = service.clone();
    Callback::from(move |to| service.set(to))
}

fn name(row: &Repriced) -> String {
    if row.model.is_empty() { "Each request's own model".to_owned() } else { row.model.clone() }
}

/// What to know about a row.
fn notes(row: &Repriced) -> Vec<String> {
    let mut notes: Vec<String> =
        [&row.method, &row.source].into_iter().filter(|text| !text.is_empty()).cloned().collect();
    if row.scaled > 0 {
        notes.push(format!("{} scaled", plural(row.scaled, "call")));
    }
    if row.unpriced > 0 {
        notes.push(format!("{} unpriced", plural(row.unpriced, "call")));
    }
    notes.extend(row.notes.iter().cloned());
    notes
}

fn difference(row: &Repriced) -> Option<Money> {
    Some(row.total? - row.before?)
}

fn row(row: &Repriced) -> Html {
    let difference = difference(row);
    let share = difference.zip(row.before.filter(|before| *before > Money::ZERO));
    let share = share.map(|(difference, before)| {
        format!(" ({}%)", format_signed(difference.to_f64() / before.to_f64() * 100.0))
    });
    html! {
        <tr>
            <td>{ name(row) }</td>
            <td class="num"><Fig text={format::tokens(row.input)} from={row.from} note={int(row.input)} /></td>
            <td class="num"><Fig text={format::tokens(row.output)} from={row.from} note={int(row.output)} /></td>
            <td class="num" data-fig="repriced" data-value={row.total.map(|total| total.to_string())}>
                if let Some(total) = row.total {
                    <Fig text={dollars(total)} from={row.from} />
                } else {
                    <span class="u-unknown">{ "unpriced" }</span>
                }
            </td>
            <td class="num">{ difference.map(format::money) }{ share }</td>
            <td class="num">
                if row.overflows > 0 {
                    <span class="tag warn" title={row.window.map(|window| format!("Its window has {} tokens", int(window)))}>{ plural(row.overflows, "call") }</span>
                } else if row.window.is_some() {
                    { "none" }
                } else if !row.model.is_empty() {
                    <span class="u-unknown">{ "unknown" }</span>
                }
            </td>
            <td class="small dim">{ notes(row).join("; ") }</td>
        </tr>
    }
}

fn format_signed(percent: f64) -> String {
    format!("{percent:+.0}").replace('-', "−")
}

fn twin(rows: &[Repriced]) -> TableTwin {
    let cells = |row: &Repriced| -> Vec<AttrValue> {
        vec![
            name(row).into(),
            int(row.input).into(),
            int(row.output).into(),
            row.total.map_or("unpriced".to_owned(), |total| total.to_string()).into(),
            difference(row).map_or(String::new(), |money| money.to_string()).into(),
            int(row.overflows).into(),
            notes(row).join("; ").into(),
        ]
    };
    TableTwin {
        columns: ["Model", "Input", "Output", "USD", "Difference", "Over the window", "Notes"]
            .map(AttrValue::from)
            .to_vec(),
        rows: rows.iter().map(cells).collect(),
        numeric: vec![false, true, true, true, true, true, false],
    }
}
