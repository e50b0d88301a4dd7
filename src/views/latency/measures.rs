//! Everything that is measured, as figures.

use engine::protocol::{Latency, Measure};
use yew::prelude::*;

use crate::{
    charts::histogram::shown,
    format,
    widgets::{Panel, TableTwin},
};

const NAMES: [&str; 5] = ["p50", "p90", "p95", "p99", "p99.9"];

fn values(measure: &Measure) -> [f64; 5] {
    let p = &measure.percentiles;
    [p.p50, p.p90, p.p95, p.p99, p.p999]
}

/// The panel: one row per measure.
pub fn measures(data: &Latency) -> Html {
    let row = |measure: &Measure| {
        let [p50, _, p95, p99, _] = values(measure);
        html! {
            <tr title={measure.formula.clone()}>
                <th scope="row">{ &measure.name }</th>
                if measure.percentiles.n > 0 {
                    { for [p50, p95, p99].map(|v| html! { <td class="num">{ shown(measure, v) }</td> }) }
                } else {
                    <td colspan="3" class="num u-unknown">{ "unknown" }</td>
                }
                <td class="num dim">{ format::int(measure.percentiles.n) }</td>
            </tr>
        }
    };
    html! {
        <Panel title="Percentiles" caption={html! { "linear interpolation" }} twin={twin(data)}>
            <table class="tight">
                <thead><tr>
                    <th scope="col">{ "Measure" }</th>
                    { for ["p50", "p95", "p99", "n"].map(|name| html! { <th scope="col" class="num">{ name }</th> }) }
                </tr></thead>
                <tbody>{ for data.measures.iter().map(row) }</tbody>
            </table>
            <p class="small dim note">{ "All but the first are of finished model calls. The table of this panel says how each is computed." }</p>
        </Panel>
    }
}

fn twin(data: &Latency) -> TableTwin {
    let mut columns = vec![AttrValue::from("Measure"), "Unit".into()];
    columns.extend(NAMES.map(AttrValue::from));
    columns.extend(["n", "How"].map(AttrValue::from));
    let row = |measure: &Measure| {
        let unit = if measure.is_rate() { "tokens/s" } else { "ms" };
        let mut row: Vec<AttrValue> = vec![measure.name.clone().into(), unit.into()];
        row.extend(values(measure).map(|v| match measure.percentiles.n {
            0 => AttrValue::from("unknown"),
            _ => format!("{v:.6}").into(),
        }));
        row.push(format::int(measure.percentiles.n).into());
        row.push(measure.formula.clone().into());
        row
    };
    let numeric = (0..columns.len()).map(|i| (2..8).contains(&i)).collect();
    TableTwin { columns, rows: data.measures.iter().map(row).collect(), numeric }
}
