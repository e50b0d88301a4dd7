//! The latency screen: where the time goes, per request, per percentile and over all.

mod bands;
mod bottleneck;
mod distribution;
mod each;
mod list;
mod percentiles;
mod phases;

use engine::protocol::{Answer, Command, Filter, Latency as Data};
use yew::prelude::*;

use crate::{
    client::use_query,
    format,
    state::use_view,
    widgets::{Empty, ErrorState, IconName},
};

/// The latency screen.
#[component]
pub fn Latency() -> Html {
    let view = use_view();
    let (filter, order) = (view.view().filter.clone(), view.view().order);
    let query = use_query(Some(Command::Latency { filter, order }));
    if let Some(error) = &query.error {
        return html! { <ErrorState title="The latency could not be computed"><p>{ error }</p></ErrorState> };
    }
    let Some(Answer::Latency(data)) = query.answer.as_deref() else {
        return html! { <div class="state" role="status">{ "Measuring the requests…" }</div> };
    };
    if data.calls.0 == 0 || (data.requests == 0 && data.call_durations.is_none()) {
        let clear = {
            let view = view.clone();
            Callback::from(move |_: MouseEvent| view.update(|v| v.filter = Filter::default()))
        };
        return nothing(data, view.view().filter != Filter::default(), clear);
    }
    html! {
        <div class={classes!("sheet", "latency", query.stale.then_some("stale"))} aria-busy={query.stale.to_string()}>
            <div class="sheet left">
                { each::each(data, order, &view) }
                { bands::bands(data) }
                <distribution::Distribution end_to_end={data.durations.zip(data.histogram.clone())}
                    calls={data.call_durations.zip(data.call_histogram.clone())}
                    ttft={data.ttft.zip(data.ttft_histogram.clone())} />
            </div>
            <aside class="side" aria-label="Figures of all requests">
                { bottleneck::bottleneck(data) }
                { phases::phases(data) }
                { percentiles::percentiles(data) }
            </aside>
        </div>
    }
}

/// Why there is nothing to show.
fn nothing(data: &Data, filtered: bool, clear: Callback<MouseEvent>) -> Html {
    let clear = filtered.then(|| {
        html! {
            <button type="button" class="btn" onclick={clear}>{ "Clear the filters" }</button>
        }
    });
    match data.calls {
        (0, 0) => html! {
            <Empty icon={IconName::Search} title="No model calls in these files">
                <p>{ "The import report on the overview says what became of each record." }</p>
            </Empty>
        },
        (0, of) => html! {
            <Empty icon={IconName::Search} title="No request matches the filter">
                <p>{ format!("{} requests are loaded. Remove a filter to see more.", format::int(of)) }</p>
                { clear }
            </Empty>
        },
        (n, _) => html! {
            <Empty icon={IconName::Clock} title="No durations in these files">
                <p>{ format!("None of the {} requests here says both when it began and when it ended. Claude Code and other chat logs record one time per message only; OTLP traces, Langfuse exports and records of LLMMetrics or LatencyProfile have durations.", format::int(n)) }</p>
                { clear }
            </Empty>
        },
    }
}
