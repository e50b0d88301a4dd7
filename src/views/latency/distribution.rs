//! How durations are spread.

use engine::protocol::{Histogram, Percentiles};
use yew::prelude::*;

use crate::{
    charts::{Chart, histogram},
    format,
    widgets::{Empty, IconName, Panel, Seg, TableTwin},
};

/// A set of values: percentiles and histogram, if there are any.
type Set = Option<(Percentiles, Histogram)>;

/// What [`Distribution`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Durations of end-to-end requests.
    pub end_to_end: Set,
    /// Durations of finished calls.
    pub calls: Set,
    /// Times to first token of finished calls.
    pub ttft: Set,
}

/// The panel, with a switch for what is measured.
#[component]
pub fn Distribution(props: &Props) -> Html {
    let chosen = use_state_eq(|| 0usize);
    let sets = [
        ("End to end", &props.end_to_end),
        ("Model calls", &props.calls),
        ("Time to first token", &props.ttft),
    ];
    let (name, set) = sets[*chosen];
    let options = sets
        .iter()
        .enumerate()
        .map(|(i, (name, _))| (AttrValue::from(*name), i == *chosen))
        .collect::<Vec<_>>();
    let onchange = Callback::from(move |i| chosen.set(i));
    let actions = html! { <Seg label="What is measured" {options} {onchange} small=true /> };
    let Some((percentiles, bins)) = set else {
        return html! {
            <Panel title="Latency distribution" {actions}>
                <Empty icon={IconName::Clock} title={format!("{name}: not in these files")}>
                    <p>{ "No finished request here says how long that took." }</p>
                </Empty>
            </Panel>
        };
    };
    let axis = if bins.logarithmic { "; logarithmic axis" } else { "" };
    let caption = format!("n {}, linear interpolation{axis}", format::int(percentiles.n));
    let (drawn, p) = (bins.clone(), *percentiles);
    let draw = Callback::from(move |width| histogram::histogram(&drawn, &p, width));
    html! {
        <Panel title="Latency distribution" caption={html! { caption }} {actions} twin={twin(bins)}>
            <Chart label={format!("Histogram: {name}")} {draw} />
        </Panel>
    }
}

fn twin(histogram: &Histogram) -> TableTwin {
    let row = |bin: &engine::protocol::Bin| {
        [format::ms(bin.low), format::ms(bin.high), format::int(bin.n)].map(AttrValue::from).to_vec()
    };
    TableTwin {
        columns: ["From", "To", "n"].map(AttrValue::from).to_vec(),
        rows: histogram.bins.iter().map(row).collect(),
        numeric: vec![true; 3],
    }
}
