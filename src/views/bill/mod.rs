//! The bill: every dollar as tokens times price, against what the files report, and what to save on.

mod dearest;
pub mod field;
mod findings;
mod head;
mod over_time;
mod prices;
mod reported;
mod reprice;
mod rows;

use engine::protocol::{Answer, BillAsk, Command, Filter};
use yew::prelude::*;

use self::{prices::Prices, reprice::Reprice};
use crate::{
    client::use_query,
    state::use_view,
    widgets::{Empty, ErrorState, IconName},
};

/// What a person changes about the bill beside filter and grouping.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// What a success says.
    pub success: String,
    /// The field that is true of a success; empty where it is what did not fail.
    pub field: String,
    /// In thousandths of all tokens.
    pub wasteful: u16,
}

/// The bill screen.
#[component]
pub fn Bill() -> Html {
    let view = use_view();
    let options = use_state_eq(|| Options { success: String::new(), field: String::new(), wasteful: 300 });
    let ask = BillAsk {
        filter: view.view().filter.clone(),
        by: view.view().by,
        as_of: view.view().as_of.clone(),
        success_field: options.field.clone(),
        success: Filter { text: options.success.clone(), ..Filter::default() },
        wasteful: options.wasteful,
        ..BillAsk::default()
    };
    let query = use_query(Some(Command::Bill(Box::new(ask))));
    if let Some(error) = &query.error {
        let onclick = {
            let view = view.clone();
            Callback::from(move |_: MouseEvent| view.update(|v| v.as_of.clear()))
        };
        return html! {
            <ErrorState title="The bill could not be worked out">
                <p>{ error }</p>
                <button type="button" class="btn" {onclick}>{ "Use the price of each request's day" }</button>
            </ErrorState>
        };
    }
    let Some(Answer::Bill(data)) = query.answer.as_deref() else {
        return html! { <div class="state" role="status">{ "Adding up the bill…" }</div> };
    };
    if data.requests == 0 {
        let onclick = Callback::from(move |_: MouseEvent| view.update(|v| v.filter = Filter::default()));
        return html! {
            <Empty icon={IconName::Search} title="No request matches the filter">
                <p>{ format!("{} requests are loaded. Remove a filter to see more.", crate::format::int(data.of)) }</p>
                <button type="button" class="btn" {onclick}>{ "Clear the filters" }</button>
            </Empty>
        };
    }
    html! {
        <div class={classes!("bill", query.stale.then_some("stale"))} aria-busy={query.stale.to_string()}>
            <div class="sheet">
                { head::head(data, &view, &options) }
                <div class="sheet bill-cols">
                    <div class="bill-stack">
                        { rows::rows(data, &view) }
                        <div class="sheet bill-pair">
                            { reported::reported(data) }
                            { over_time::over_time(data) }
                        </div>
                        { dearest::dearest(data, &view) }
                        <Reprice />
                        <Prices />
                    </div>
                    { findings::findings(data, &view, &options) }
                </div>
            </div>
        </div>
    }
}
