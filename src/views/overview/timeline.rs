//! Requests, failures and latency over time.

use engine::protocol::{Overview, Timeline};
use yew::prelude::*;

use crate::{
    charts::{
        Chart,
        mark::series_fill,
        timeline::{self as chart, LINES, model_name},
    },
    format,
    widgets::{Empty, IconName, Panel, Swatch, TableTwin},
};

/// The panel.
pub fn timeline(data: &Overview) -> Html {
    const TITLE: &str = "Requests over time";
    let Some(timeline) = data.timeline.as_ref().filter(|t| t.start.is_some() && !t.buckets.is_empty()) else {
        return html! {
            <Panel title={TITLE} class="low">
                <Empty icon={IconName::Clock} title="No start times in these files">
                    <p>{ "Requests can be placed in time only if the file says when each began." }</p>
                </Empty>
            </Panel>
        };
    };
    let latency = timeline.buckets.iter().any(|b| b.latency.is_some());
    let tail = if latency { "; duration of finished calls on the same time axis" } else { "" };
    let dated = timeline.start.is_some_and(units::Timestamp::is_dated);
    let zone = if dated { "UTC" } else { "from the beginning, as these files tell no dates" };
    let mut caption = format!("per {}, by model{tail}; {zone}", chart::length(timeline.step));
    if timeline.undated > 0 {
        let requests = format::plural(timeline.undated, "request");
        // First, where it is not cut off.
        caption = format!("{requests} without a date left out; {caption}");
    }
    let legend = html! {
        <>
            { for timeline.models.iter().enumerate().map(|(i, model)| html! {
                <span><Swatch fill={series_fill(i)} />{ model_name(model) }</span>
            }) }
            if timeline.buckets.iter().any(|b| b.failed > 0) {
                <span><Swatch fill="var(--error)" />{ "failed" }</span>
            }
        </>
    };
    let drawn = timeline.clone();
    let draw = Callback::from(move |width| chart::timeline(&drawn, width));
    let label = format!(
        "Requests{} over time, {} steps",
        if latency { ", failures and latency" } else { "" },
        timeline.buckets.len()
    );
    html! {
        <Panel title={TITLE} caption={html! { caption }} {legend} twin={twin(timeline)}>
            <Chart {label} {draw} />
        </Panel>
    }
}

fn twin(timeline: &Timeline) -> TableTwin {
    let Some(start) = timeline.start else { return TableTwin::default() };
    let mut columns: Vec<AttrValue> = vec!["From".into(), "Time".into()];
    columns.extend(timeline.models.iter().map(|m| AttrValue::from(model_name(m))));
    columns.push("Failed".into());
    columns.extend(LINES.map(|(name, _)| AttrValue::from(name)));
    let rows =
        timeline.buckets.iter().enumerate().map(|(i, bucket)| {
            let at = start + units::Nanos(timeline.step.0 * i as i64);
            let mut row: Vec<AttrValue> = vec![format::date(at).into(), chart::span(start, timeline.step, i)];
            row.extend(bucket.calls.iter().map(|&n| AttrValue::from(format::int(n.into()))));
            row.push(format::int(bucket.failed.into()).into());
            row.extend((0..LINES.len()).map(|p| {
                bucket.latency.map_or("none finished".into(), |l| AttrValue::from(format::ms(l[p])))
            }));
            row
        });
    let rows = rows.collect();
    let numeric = (0..columns.len()).map(|i| i > 1).collect();
    TableTwin { columns, rows, numeric }
}
