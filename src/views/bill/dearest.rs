//! The dearest calls, and the calls that prove a finding.

use engine::protocol::{BillSheet, CostlyCall};
use yew::prelude::*;

use crate::{
    format::{self, int},
    route::Screen,
    state::ViewHandle,
    widgets::{Panel, TableTwin},
};

/// The panel.
pub fn dearest(data: &BillSheet, view: &ViewHandle) -> Html {
    if data.dearest.is_empty() {
        return html! {
            <Panel title="Most expensive requests"><p class="mid">{ "No request has a price." }</p></Panel>
        };
    }
    html! {
        <Panel title="Most expensive requests" caption={html! { format!("the first {}", data.dearest.len()) }} twin={twin(&data.dearest)}>
            <div class="scrollx tall" tabindex="0" role="region" aria-label="Most expensive requests">{ calls(&data.dearest, view) }</div>
        </Panel>
    }
}

/// A small table of calls, each of which opens.
pub fn calls(calls: &[CostlyCall], view: &ViewHandle) -> Html {
    let row = |one: &CostlyCall| {
        let (view, call) = (view.clone(), one.call);
        let onclick = Callback::from(move |_: MouseEvent| {
            let mut next = view.view().at(Screen::Requests);
            next.call = Some(call);
            view.set(next);
        });
        html! {
            <tr>
                <td class="clip" title={format!("{}, {}", one.name, one.model)}><button type="button" class="link" {onclick}>{ &one.name }</button></td>
                <td>{ one.start.map(|start| if start.is_dated() { format!("{} {}", format::date(start), format::time(start)) } else { format::time(start) }) }</td>
                <td class="num">{ int(one.input) }</td>
                <td class="num">{ int(one.output) }</td>
                <td class="num">{ one.amount.map_or("unpriced".to_owned(), format::money) }</td>
            </tr>
        }
    };
    html! {
        <table class="tight bill-calls">
            <thead><tr>
                <th scope="col">{ "Request" }</th><th scope="col">{ "Start, UTC" }</th>
                <th scope="col" class="num">{ "Input" }</th><th scope="col" class="num">{ "Output" }</th><th scope="col" class="num">{ "Dollars" }</th>
            </tr></thead>
            <tbody>{ for calls.iter().map(row) }</tbody>
        </table>
    }
}

fn twin(calls: &[CostlyCall]) -> TableTwin {
    let cells = |one: &CostlyCall| -> Vec<AttrValue> {
        vec![
            one.name.clone().into(),
            one.model.clone().into(),
            one.start.map_or(String::new(), format::moment).into(),
            int(one.input).into(),
            int(one.output).into(),
            one.amount.map_or("unpriced".to_owned(), |amount| amount.to_string()).into(),
        ]
    };
    TableTwin {
        columns: ["Request", "Model", "Start", "Input", "Output", "USD"].map(AttrValue::from).to_vec(),
        rows: calls.iter().map(cells).collect(),
        numeric: vec![false, false, false, true, true, true],
    }
}
