//! What the set of requests waits for most.

use engine::protocol::{Latency, Phase};
use yew::prelude::*;

use crate::{
    charts::mark::phase_fill,
    format,
    widgets::{Panel, TableTwin},
};

/// The panel.
pub fn bottleneck(data: &Latency) -> Html {
    let Some(phase) = data.bottleneck else { return html! {} };
    let share = data.phases.iter().find(|row| row.phase == phase).map_or(0.0, |row| row.share);
    let mut counts: Vec<(Phase, u64)> =
        Phase::ALL.into_iter().zip(data.bottlenecks).filter(|(_, n)| *n > 0).collect();
    counts.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let most = counts.first().map_or(1, |(_, n)| *n) as f64;
    let bar = |(phase, n): &(Phase, u64)| {
        html! {
            <li>
                <span>{ phase.label() }</span>
                <svg width="100%" height="14" aria-hidden="true">
                    <rect class="mark" width={format!("{:.2}%", *n as f64 / most * 100.0)} height="14" fill={phase_fill(*phase)} />
                </svg>
                <b class="num">{ format::int(*n) }</b>
            </li>
        }
    };
    let twin = TableTwin {
        columns: ["Phase", "Largest in"].map(AttrValue::from).to_vec(),
        rows: counts.iter().map(|(p, n)| vec![p.label().into(), format::int(*n).into()]).collect(),
        numeric: vec![false, true],
    };
    html! {
        <Panel title="Bottleneck" caption={html! { "largest phase of all time together" }} {twin}>
            <p class="most" data-fig="bottleneck" data-value={phase.key()}>{ phase.label() }</p>
            <p class="mid">{ format!("Bottleneck: {}, {} of all time", phase.label().to_lowercase(), format::percent(share, 0)) }</p>
            <h3>{ "How often each phase is the largest" }</h3>
            <p class="small dim">{ format!("of {}", format::plural(data.requests, "request")) }</p>
            <ul class="often">{ for counts.iter().map(bar) }</ul>
        </Panel>
    }
}
