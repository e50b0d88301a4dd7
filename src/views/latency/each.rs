//! Each request and its phases.

use engine::protocol::{Column, Latency, LatencyOrder, Phase};
use yew::prelude::*;

use super::{list::RequestList, of, phases::UNKNOWN};
use crate::{
    charts::{Chart, columns},
    format,
    route::Screen,
    state::ViewHandle,
    widgets::{Empty, IconName, Panel, Seg, Swatch, TableTwin},
};

/// Up to so many requests are drawn as named bars, above as columns.
const NAMED: usize = 40;

/// The panel.
pub fn each(data: &Latency, order: LatencyOrder, view: &ViewHandle) -> Html {
    const TITLE: &str = "Phases of each request";
    if data.columns.is_empty() {
        return html! {
            <Panel title={TITLE}>
                <Empty icon={IconName::Clock} title="No finished request with a duration">
                    <p>{ "The calls below failed or belong to traces that have no end." }</p>
                </Empty>
            </Panel>
        };
    }
    let single = data.columns.iter().all(|c| c.n == 1);
    let named = single && data.columns.len() <= NAMED;
    let uneven =
        data.columns.iter().map(|c| c.n).max() > data.columns.iter().map(|c| c.n).min().map(|n| 2 * n + 1);
    let mut caption = format!("{} end-to-end", format::plural(data.requests, "request"));
    if !single {
        caption += ", each column the mean of its neighbours";
        if uneven && order == LatencyOrder::Duration {
            caption += "; the axis widens for the slow ones";
        }
    }
    let onchange = {
        let view = view.clone();
        Callback::from(move |i| {
            view.update(|v| v.order = if i == 0 { LatencyOrder::Duration } else { LatencyOrder::Time })
        })
    };
    let by_duration = order == LatencyOrder::Duration;
    let options = vec![("By duration".into(), by_duration), ("By time".into(), !by_duration)];
    let actions = html! { <Seg label="Order of the requests" {options} {onchange} small=true /> };
    let onpick = {
        let (view, calls) = (view.clone(), data.columns.iter().map(|c| c.call).collect::<Vec<_>>());
        Callback::from(move |i: usize| {
            if let Some(&call) = calls.get(i).filter(|call| call.is_some()) {
                view.update(|v| (v.screen, v.call) = (Screen::Requests, call));
            }
        })
    };
    let title = "A root span that holds model calls, or a call that stands alone";
    html! {
        <Panel title={TITLE} caption={html! { <span {title}>{ caption }</span> }} {actions} twin={twin(data)}>
            <div class="legend phase-legend">
                { for Phase::ALL.into_iter().map(key) }
            </div>
            if named {
                <RequestList requests={data.columns.clone()} {onpick} />
            } else {
                { drawn(data, order, single.then_some(onpick)) }
            }
            <p class="small dim note">
                { "An end-to-end request is a root span that holds model calls, or a call that stands alone." }
                if unexplained(data) {
                    { " These files tell neither a time to first token nor steps around the call, so its time cannot be divided." }
                }
            </p>
        </Panel>
    }
}

/// A mean has no request to open.
fn drawn(data: &Latency, order: LatencyOrder, onpick: Option<Callback<usize>>) -> Html {
    let (all, percentiles) = (data.columns.clone(), of(data, "e2e_ms").map(|measure| measure.percentiles));
    let draw = Callback::from(move |width| columns::columns(&all, order, percentiles.as_ref(), width));
    let sorted =
        if order == LatencyOrder::Duration { "sorted by duration" } else { "in the order of their start" };
    html! { <Chart label={format!("Phases of each request, {sorted}")} {draw} {onpick} /> }
}

fn unexplained(data: &Latency) -> bool {
    data.phases.iter().any(|row| row.phase == Phase::Unattributed && row.share > 0.999)
}

/// A phase and its colour.
pub fn key(phase: Phase) -> Html {
    let hatch = phase == Phase::Unattributed;
    html! { <span><Swatch fill={format!("var(--phase-{})", phase.token())} {hatch} />{ phase.label() }</span> }
}

fn twin(data: &Latency) -> TableTwin {
    let mut columns: Vec<AttrValue> = ["Request", "n", "Start", "Duration"].map(AttrValue::from).to_vec();
    columns.extend(Phase::ALL.map(|p| AttrValue::from(p.label())));
    columns.push("Bottleneck".into());
    let row = |c: &Column| {
        let name = if c.n == 1 { c.name.clone() } else { "mean".to_owned() };
        let mut row: Vec<AttrValue> = vec![
            name.into(),
            format::int(c.n.into()).into(),
            c.start.map_or("unknown".into(), |at| format::time(at).into()),
            format::nanos(c.phases.total()).into(),
        ];
        let time = |phase| data.told(phase, &c.phases).map_or(UNKNOWN.to_owned(), format::nanos);
        row.extend(Phase::ALL.map(|phase| AttrValue::from(time(phase))));
        row.push(c.bottleneck.map_or("none", Phase::label).into());
        row
    };
    let numeric = (0..columns.len()).map(|i| (1..11).contains(&i)).collect();
    TableTwin { columns, rows: data.columns.iter().map(row).collect(), numeric }
}
