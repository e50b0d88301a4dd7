//! All percentiles as figures.

use engine::protocol::{Latency, Percentiles};
use yew::prelude::*;

use crate::{
    format,
    widgets::{Panel, TableTwin},
};

const NAMES: [&str; 5] = ["p50", "p90", "p95", "p99", "p99.9"];

fn of(p: &Percentiles) -> [f64; 5] {
    [p.p50, p.p90, p.p95, p.p99, p.p999]
}

/// The panel: one column per measure.
pub fn percentiles(data: &Latency) -> Html {
    let sets = [
        ("End to end", data.durations.as_ref()),
        ("Model calls", data.call_durations.as_ref()),
        ("TTFT", data.ttft.as_ref()),
        ("ITL", data.itl.as_ref()),
    ];
    let cell = |p: Option<&Percentiles>, i: usize| match p {
        Some(p) => html! { <td class="num">{ format::ms(of(p)[i]) }</td> },
        None => html! { <td class="num u-unknown">{ "unknown" }</td> },
    };
    let mut columns = vec![AttrValue::from("")];
    columns.extend(sets.map(|(name, _)| AttrValue::from(name)));
    let mut rows: Vec<Vec<AttrValue>> =
        NAMES
            .iter()
            .enumerate()
            .map(|(i, name)| {
                let mut row = vec![AttrValue::from(*name)];
                row.extend(sets.map(|(_, p)| {
                    p.map_or("unknown".into(), |p| AttrValue::from(format!("{:.6}", of(p)[i])))
                }));
                row
            })
            .collect();
    let mut counts = vec![AttrValue::from("n")];
    counts.extend(sets.map(|(_, p)| AttrValue::from(format::int(p.map_or(0, |p| p.n)))));
    rows.push(counts);
    let twin = TableTwin { columns, rows, numeric: vec![false, true, true, true, true] };
    html! {
        <Panel title="Percentiles" caption={html! { "linear interpolation" }} {twin}>
            <table class="tight">
                <thead><tr>
                    <th scope="col"><span class="vh">{ "Percentile" }</span></th>
                    { for sets.map(|(name, _)| html! { <th scope="col" class="num">{ name }</th> }) }
                </tr></thead>
                <tbody>
                    { for NAMES.into_iter().enumerate().map(|(i, name)| html! {
                        <tr><th scope="row">{ name }</th>{ for sets.map(|(_, p)| cell(p, i)) }</tr>
                    }) }
                </tbody>
                <tfoot><tr>
                    <th scope="row">{ "n" }</th>
                    { for sets.map(|(_, p)| html! { <td class="num">{ format::int(p.map_or(0, |p| p.n)) }</td> }) }
                </tr></tfoot>
            </table>
            <p class="small dim note">{ "TTFT is the time to first token, ITL the mean gap between tokens; both of finished calls." }</p>
        </Panel>
    }
}
