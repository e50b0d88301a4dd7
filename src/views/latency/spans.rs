//! Time by the names of spans: with all inside them, of their own, and on the critical path.

use engine::protocol::{Latency, SpanRow};
use units::Nanos;
use yew::prelude::*;

use crate::{
    charts::mark::share,
    format,
    widgets::{Panel, TableTwin},
};

/// The panel.
pub fn spans(data: &Latency) -> Html {
    if data.spans.is_empty() {
        return html! {};
    }
    let part = |time: Nanos| share(time.0 as f64 / data.wall.0.max(1) as f64);
    let row = |row: &SpanRow| {
        html! {
            <tr>
                <th scope="row">{ name(row) }</th>
                <td class="num">{ format::int(row.n) }</td>
                { for [row.total, row.own, row.critical].map(|time| html! { <td class="num">{ format::nanos(time) }</td> }) }
                <td class="num">{ part(row.critical) }</td>
            </tr>
        }
    };
    let critical: Nanos = data.spans.iter().map(|row| row.critical).sum();
    html! {
        <Panel title="Time by span" caption={html! { "most time of its own first" }} twin={twin(&data.spans)} class="spans">
            <div class="scrollx" tabindex="0" role="region" aria-label="Time by span">
                <table class="tight">
                    <thead><tr>
                        <th scope="col">{ "Name" }</th>
                        { for ["n", "total", "self", "critical path", "share"].map(|name| html! { <th scope="col" class="num">{ name }</th> }) }
                    </tr></thead>
                    <tbody>{ for data.spans.iter().map(row) }</tbody>
                    <tfoot><tr>
                        <th scope="row" colspan="4">{ "Critical path: the time of all roots" }</th>
                        <td class="num" data-fig="critical_path" data-value={critical.0.to_string()}>{ format::nanos(critical) }</td>
                        <td class="num">{ part(critical) }</td>
                    </tr></tfoot>
                </table>
            </div>
            <p class="small dim note">{ "Self is the time in which nothing inside a span ran, children side by side counted once. On the critical path is what the end of the request waited for." }</p>
        </Panel>
    }
}

fn name(row: &SpanRow) -> String {
    if row.name.is_empty() { "not named".to_owned() } else { row.name.clone() }
}

fn twin(rows: &[SpanRow]) -> TableTwin {
    let ms = |time: Nanos| AttrValue::from(format!("{:.6}", time.as_ms()));
    let row = |row: &SpanRow| {
        vec![name(row).into(), format::int(row.n).into(), ms(row.total), ms(row.own), ms(row.critical)]
    };
    TableTwin {
        columns: ["Name", "n", "Total, ms", "Self, ms", "Critical path, ms"].map(AttrValue::from).to_vec(),
        rows: rows.iter().map(row).collect(),
        numeric: vec![false, true, true, true, true],
    }
}
