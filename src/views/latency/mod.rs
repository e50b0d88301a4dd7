//! The latency screen: where the time goes, per request, per group, per percentile and over all.

mod bands;
mod bottleneck;
mod distribution;
mod each;
mod list;
mod measures;
mod over_time;
mod phases;
mod rules;
mod samples;
mod scatter;
mod slo;
mod spans;
mod spread;

use std::rc::Rc;

use engine::protocol::{Answer, Command, Filter, Latency as Data, LatencyAsk, Measure};
use yew::prelude::*;

use crate::{
    client::use_query,
    format,
    platform::storage,
    state::use_view,
    widgets::{Empty, ErrorState, IconName, Panel},
};

/// The name under which the user's own rules are remembered.
const RULES: &str = "tokenflame.phase-rules";

/// The latency screen.
#[component]
pub fn Latency() -> Html {
    let view = use_view();
    // Rules that cannot be read are those of another version: the standard ones hold.
    let rules =
        use_state_eq(|| storage::read(RULES).filter(|text| text.parse::<engine::protocol::Rules>().is_ok()));
    let ask = LatencyAsk {
        filter: view.view().filter.clone(),
        order: view.view().order,
        by: view.view().by,
        rules: (*rules).clone(),
        slo: String::new(),
    };
    let query = use_query(Some(Command::Latency(Box::new(ask.clone()))));
    if let Some(error) = &query.error {
        return html! { <ErrorState title="The latency could not be computed"><p>{ error }</p></ErrorState> };
    }
    let Some(Answer::Latency(data)) = query.answer.as_deref() else {
        return html! { <div class="state" role="status">{ "Measuring the requests…" }</div> };
    };
    if data.calls.0 == 0 || (data.requests == 0 && of(data, "call_ms").is_none()) {
        let clear = {
            let view = view.clone();
            Callback::from(move |_: MouseEvent| view.update(|v| v.filter = Filter::default()))
        };
        return nothing(data, view.view().filter != Filter::default(), clear);
    }
    let changed = {
        let rules = rules.clone();
        Callback::from(move |text: Option<String>| {
            storage::write(RULES, text.as_deref());
            rules.set(text);
        })
    };
    html! {
        <div class={classes!("sheet", "latency", query.stale.then_some("stale"))} aria-busy={query.stale.to_string()}>
            <div class="sheet left">
                { verdicts(data) }
                { each::each(data, ask.order, &view) }
                { bands::percentiles(data) }
                { bands::groups(data, ask.by, &view) }
                <div class="sheet pair">
                    <distribution::Distribution measures={Rc::new(data.measures.clone())} />
                    { scatter::ttft(data) }
                    { scatter::duration(data) }
                    { over_time::heat(data) }
                </div>
                { over_time::flow(data) }
                { spread::spread(data, &view) }
                { spans::spans(data) }
                { rules::rules((*rules).as_deref(), &changed) }
            </div>
            <aside class="side" aria-label="Figures of all requests">
                <slo::ServiceLevel {ask} measures={limits(data)} />
                { bottleneck::bottleneck(data) }
                { phases::phases(data) }
                { measures::measures(data) }
                { samples::samples(data) }
            </aside>
        </div>
    }
}

/// What is measured under a key, if the files tell it.
fn of<'a>(data: &'a Data, key: &str) -> Option<&'a Measure> {
    data.measures.iter().find(|measure| measure.key == key && measure.percentiles.n > 0)
}

/// The smallest and the largest of what promises are about: first token, gap between tokens, whole request.
fn limits(data: &Data) -> [Option<(f64, f64)>; 3] {
    ["ttft_ms", "itl_ms", "e2e_ms"].map(|key| {
        let measure = of(data, key)?;
        Some((measure.percentiles.min, measure.percentiles.max))
    })
}

/// What to look at, in sentences.
fn verdicts(data: &Data) -> Html {
    let Some((first, rest)) = data.verdicts.split_first() else { return html! {} };
    html! {
        <Panel title="Verdict" class="says">
            <p class="main" data-fig="verdict">{ first }</p>
            { for rest.iter().map(|sentence| html! { <p class="mid">{ sentence }</p> }) }
        </Panel>
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
