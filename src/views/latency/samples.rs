//! How many requests have to be recorded to know p95.

use engine::protocol::Latency;
use yew::prelude::*;

use crate::{
    charts::mark::share,
    format,
    widgets::{Panel, TableTwin},
};

/// The panel.
pub fn samples(data: &Latency) -> Html {
    if data.samples.is_empty() {
        return html! {};
    }
    let cells = |(error, sample): &(f64, engine::protocol::Sample)| {
        [
            format!("± {}", format::percent(*error, 0)),
            share(sample.share()),
            format::int(sample.size),
            format!("{} to {}", format::ms(sample.low), format::ms(sample.high)),
        ]
    };
    let row = |one| {
        let [error, part, size, interval] = cells(one);
        html! {
            <tr>
                <th scope="row">{ error }</th>
                { for [part, size, interval].map(|text| html! { <td class="num">{ text }</td> }) }
            </tr>
        }
    };
    let n = data.samples.first().map_or(0, |(_, sample)| sample.n);
    let twin = TableTwin {
        columns: ["Error of p95", "Share", "Requests", "95% interval"].map(AttrValue::from).to_vec(),
        rows: data.samples.iter().map(|one| cells(one).map(AttrValue::from).to_vec()).collect(),
        numeric: vec![false, true, true, true],
    };
    html! {
        <Panel title="Sampling" caption={html! { format!("of {}", format::plural(n, "request")) }} {twin}>
            <table class="tight">
                <thead><tr>
                    <th scope="col">{ "Error of p95" }</th>
                    { for ["share", "requests", "95% interval"].map(|name| html! { <th scope="col" class="num">{ name }</th> }) }
                </tr></thead>
                <tbody>{ for data.samples.iter().map(row) }</tbody>
            </table>
            <p class="small dim note">{ "Recording a request takes time as well. This share, drawn at random, knows the end-to-end p95 within the error in 19 of 20 cases: an interval between order statistics, corrected for a finite set." }</p>
        </Panel>
    }
}
