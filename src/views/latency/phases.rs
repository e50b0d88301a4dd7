//! Each phase over all requests, as a table.

use engine::protocol::{Latency, PhaseRow};
use units::Nanos;
use yew::prelude::*;

use super::{each::key, of};
use crate::{
    charts::mark::share,
    format,
    widgets::{Panel, TableTwin},
};

const COLUMNS: [&str; 9] =
    ["Phase", "p50, ms", "p90, ms", "p95, ms", "p99, ms", "p99.9, ms", "n", "Sum, ms", "Share"];

/// What stands where nobody knows: 0 would be a time.
pub const UNKNOWN: &str = "–";

/// The panel.
pub fn phases(data: &Latency) -> Html {
    if data.phases.is_empty() {
        return html! {};
    }
    let whole = of(data, "e2e_ms").map(|measure| &measure.percentiles);
    let sum: Nanos = data.phases.iter().map(|row| row.sum).sum();
    let row = |row: &PhaseRow| {
        if !row.told {
            return html! {
                <tr title="The files do not tell of this phase">
                    <th scope="row"><span class="legend">{ key(row.phase) }</span></th>
                    { for (0..5).map(|_| html! { <td class="num u-unknown">{ UNKNOWN }</td> }) }
                </tr>
            };
        }
        html! {
            <tr class={(data.bottleneck == Some(row.phase)).then_some("sel")}>
                <th scope="row"><span class="legend">{ key(row.phase) }</span></th>
                { for [row.percentiles.p50, row.percentiles.p95, row.percentiles.p99].map(|p| html! { <td class="num">{ cell(p) }</td> }) }
                <td class="num" data-fig={format!("phase_{}", row.phase.key())} data-value={row.sum.0.to_string()}>{ long(row.sum) }</td>
                <td class="num">{ share(row.share) }</td>
            </tr>
        }
    };
    html! {
        <Panel title="Phases" caption={html! { format!("percentiles in ms, n {}", format::int(data.requests)) }} twin={twin(data)} class="phases">
            <table class="tight">
                <thead><tr>
                    <th scope="col">{ "Phase" }</th>
                    { for ["p50", "p95", "p99", "sum", "share"].map(|name| html! { <th scope="col" class="num">{ name }</th> }) }
                </tr></thead>
                <tbody>{ for data.phases.iter().map(row) }</tbody>
                <tfoot><tr>
                    <th scope="row">{ "Whole request" }</th>
                    if let Some(p) = whole {
                        { for [p.p50, p.p95, p.p99].map(|p| html! { <td class="num">{ cell(p) }</td> }) }
                    } else {
                        <td colspan="3" class="num u-unknown">{ "unknown" }</td>
                    }
                    <td class="num">{ long(sum) }</td>
                    <td class="num">{ "100%" }</td>
                </tr></tfoot>
            </table>
        </Panel>
    }
}

/// A sum over many requests: hours where minutes would be thousands.
fn long(sum: Nanos) -> String {
    match sum.as_ms() {
        0.0 => "0".to_owned(),
        ms if ms >= 6e6 => format!("{:.1}\u{202f}h", ms / 3.6e6),
        ms => format::ms(ms),
    }
}

/// Milliseconds in a column of milliseconds.
fn cell(ms: f64) -> String {
    match ms {
        0.0 => "0".to_owned(),
        m if m < 0.05 => "<0.1".to_owned(),
        m if m < 9.95 => format!("{m:.1}"),
        m => format::int(m.round() as u64),
    }
}

fn twin(data: &Latency) -> TableTwin {
    let row = |row: &PhaseRow| {
        let mut cells: Vec<AttrValue> = vec![row.phase.label().into()];
        if !row.told {
            cells.resize(COLUMNS.len(), UNKNOWN.into());
            return cells;
        }
        let p = &row.percentiles;
        cells.extend([p.p50, p.p90, p.p95, p.p99, p.p999].map(|p| AttrValue::from(format!("{p:.6}"))));
        cells.push(format::int(p.n).into());
        cells.push(format!("{:.6}", row.sum.as_ms()).into());
        cells.push(format::percent(row.share, 2).into());
        cells
    };
    TableTwin {
        columns: COLUMNS.map(AttrValue::from).to_vec(),
        rows: data.phases.iter().map(row).collect(),
        numeric: (0..COLUMNS.len()).map(|i| i > 0).collect(),
    }
}
