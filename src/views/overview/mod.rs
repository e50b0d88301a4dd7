//! The overview: what to look at first, the key figures, and one picture each of time, money and tokens.

mod classes;
mod components;
pub mod figures;
mod models;
pub mod price;
mod shares;
mod timeline;
mod verdicts;

use engine::protocol::{Answer, Command, Filter, Overview as Data};
use yew::prelude::*;

use super::import::ImportReport;
use crate::{
    client::use_query,
    state::use_view,
    widgets::{Empty, ErrorState, IconName},
};

/// The overview screen.
#[component]
pub fn Overview() -> Html {
    let view = use_view();
    let query = use_query(Some(Command::Overview(view.view().filter.clone())));
    if let Some(error) = &query.error {
        return html! { <ErrorState title="The overview could not be computed"><p>{ error }</p></ErrorState> };
    }
    let Some(Answer::Overview(data)) = query.answer.as_deref() else {
        return html! { <div class="state" role="status">{ "Adding up the requests…" }</div> };
    };
    let clear = {
        let view = view.clone();
        Callback::from(move |_: MouseEvent| view.update(|v| v.filter = Filter::default()))
    };
    html! {
        <div class={classes!("sheet", "overview", query.stale.then_some("stale"))} aria-busy={query.stale.to_string()}>
            if data.requests > 0 {
                { verdicts::verdicts(data, &view) }
                { figures::figures(data) }
                { timeline::timeline(data) }
                { classes::classes(data) }
                <div class="sheet three">
                    { models::models(data) }
                    { components::components(data) }
                    { shares::shares(data) }
                </div>
            } else {
                { nothing(data, clear) }
            }
            <ImportReport />
        </div>
    }
}

/// Why there is nothing to show.
fn nothing(data: &Data, clear: Callback<MouseEvent>) -> Html {
    if data.of == 0 {
        return html! {
            <Empty icon={IconName::Search} title="No model calls in these files">
                <p>{ "The import report below says what was read and what became of each record. Open a file with requests to a model: OTLP, Langfuse, Claude Code, HAR and others." }</p>
            </Empty>
        };
    }
    html! {
        <Empty icon={IconName::Search} title="No request matches the filter">
            <p>{ format!("{} requests are loaded. Remove a filter to see more.", crate::format::int(data.of)) }</p>
            <button type="button" class="btn" onclick={clear}>{ "Clear the filters" }</button>
        </Empty>
    }
}
