//! Calls over time.

use engine::protocol::{Latency, OverTime};
use yew::prelude::*;

use crate::{
    charts::{Chart, over_time as chart, timeline},
    format,
    widgets::{Empty, IconName, Panel, TableTwin},
};

/// The panel of calls in flight and what they yield.
pub fn flow(data: &Latency) -> Html {
    let Some(times) = &data.over_time else { return html! {} };
    let throughput = match times.throughput {
        Some(rate) => {
            format!("; {} output tokens per second from the first start to the last end", format::rate(rate))
        }
        None => "; no call tells its tokens".to_owned(),
    };
    let most = times.most.iter().copied().max().unwrap_or(0);
    let caption = format!(
        "model calls per {}, at most {} at once{throughput}",
        timeline::length(times.step),
        format::int(most.into())
    );
    let drawn = times.clone();
    let draw = Callback::from(move |width| chart::flow(&drawn, width));
    html! {
        <Panel title="In flight and throughput" caption={html! { caption }} twin={flow_twin(times)}>
            <Chart label="Model calls in flight, ended, and their tokens per second over time" {draw} />
            if times.undated > 0 {
                <p class="small dim note">{ format!("{} without a date are left out.", format::plural(times.undated, "call")) }</p>
            }
        </Panel>
    }
}

/// The panel of durations over time.
pub fn heat(data: &Latency) -> Html {
    const TITLE: &str = "Latency over time";
    let Some(times) = data.over_time.as_ref().filter(|times| times.edges.len() > 1) else {
        return html! {
            <Panel title={TITLE}>
                <Empty icon={IconName::Clock} title="No times of day in these files">
                    <p>{ "For this a finished call has to tell when it began and when it ended." }</p>
                </Empty>
            </Panel>
        };
    };
    let most = times.heat.iter().copied().max().unwrap_or(0);
    let caption = format!(
        "finished calls by start and duration; the darkest is {}",
        format::plural(most.into(), "call")
    );
    let drawn = times.clone();
    let draw = Callback::from(move |width| chart::heat(&drawn, width));
    html! {
        <Panel title={TITLE} caption={html! { caption }} twin={heat_twin(times)}>
            <Chart label="How many calls of each duration began when" {draw} />
        </Panel>
    }
}

fn flow_twin(times: &OverTime) -> TableTwin {
    let Some(start) = times.start else { return TableTwin::default() };
    let row = |i: usize| {
        vec![
            timeline::span(start, times.step, i),
            format!("{:.3}", times.in_flight[i]).into(),
            format::int(times.most[i].into()).into(),
            format::int(times.ended[i].into()).into(),
            format!("{:.3}", times.tokens[i]).into(),
        ]
    };
    TableTwin {
        columns: ["Time", "In flight, mean", "In flight, most", "Ended", "Output tokens/s"]
            .map(AttrValue::from)
            .to_vec(),
        rows: (0..times.in_flight.len()).map(row).collect(),
        numeric: vec![false, true, true, true, true],
    }
}

fn heat_twin(times: &OverTime) -> TableTwin {
    let Some(start) = times.start else { return TableTwin::default() };
    let height = times.edges.len() - 1;
    let mut columns: Vec<AttrValue> = vec!["Began".into()];
    columns.extend((0..height).map(|i| AttrValue::from(chart::range(&times.edges, i))));
    let row = |(i, counts): (usize, &[u32])| {
        let mut row = vec![timeline::span(start, times.step, i)];
        row.extend(counts.iter().map(|&n| AttrValue::from(format::int(n.into()))));
        row
    };
    let rows = times.heat.chunks(height).enumerate().map(row).collect();
    let numeric = (0..columns.len()).map(|i| i > 0).collect();
    TableTwin { columns, rows, numeric }
}
