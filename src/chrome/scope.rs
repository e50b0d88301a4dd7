use engine::protocol::{Answer, Command, Filter, Sort, StatusFilter};
use yew::prelude::*;

use crate::client::{use_client, use_query};
use crate::format;
use crate::route::View;
use crate::state::{use_session, use_view};
use crate::widgets::{Icon, IconName};

/// As many files are named when the pointer rests on their number.
const TITLED: usize = 30;

/// What every figure below it counts: files, time, filters, and how many requests that leaves.
#[component]
pub fn ScopeBar() -> Html {
    let (session, view, client) = (use_session(), use_view(), use_client());
    let info = &session.info;
    let filter = &view.view().filter;
    // The rows of the table that the filter leaves; a window of none costs no rows.
    let filtered = *filter != Filter::default();
    let count = use_query(filtered.then(|| Command::Table {
        filter: filter.clone(),
        sort: Sort::default(),
        from: 0,
        count: 0,
    }));
    let left = match count.answer.as_deref() {
        Some(Answer::Table(table)) => Some(u64::from(table.rows)),
        _ if filtered => None,
        _ => Some(info.requests),
    };
    let clear = {
        let view = view.clone();
        Callback::from(move |_: MouseEvent| {
            client.clear();
            view.set(View::default());
        })
    };
    html! {
        <div class="scope" role="region" aria-label="Scope">
            if let Some((first, others)) = info.files.split_first() {
                <span class="chip file" title={first.name.clone()}>
                    <Icon name={IconName::File} /><span class="name">{ &first.name }</span>
                    <span class="dim">{ format::bytes(first.bytes) }</span>
                </span>
                if !others.is_empty() {
                    <span class="chip" title={others.iter().take(TITLED).map(|file| &*file.name).collect::<Vec<_>>().join("\n")}>
                        { format!("and {} more", format::int(others.len() as u64)) }
                        <span class="dim">{ format::bytes(others.iter().map(|file| file.bytes).sum()) }</span>
                    </span>
                }
            }
            <button type="button" class="btn quiet sm" title="Clear session: forget all files" onclick={clear}>
                <Icon name={IconName::Close} /><span class="vh">{ "Clear session" }</span>
            </button>
            <span class="sep wide" />
            <span class="nowrap wide">
                { info.range.map_or_else(|| "no times".to_owned(), |(from, to)| format::date_range(from, to)) }
            </span>
            if filtered {
                <span class="sep" />
                { for chips(filter).into_iter().map(|(word, remove)| {
                    let view = view.clone();
                    let onclick = Callback::from(move |_: MouseEvent| view.update(|view| remove(&mut view.filter)));
                    html! {
                        <button type="button" class="chip filter" title={format!("Remove the filter {word}")} {onclick}>
                            <span class="name">{ &word }</span><Icon name={IconName::Close} />
                            <span class="vh">{ "Remove this filter" }</span>
                        </button>
                    }
                }) }
            }
            <span class="grow" />
            <span class={classes!("nowrap", (count.stale || left.is_none()).then_some("stale"))} role="status">
                if let Some(left) = left {
                    <b>{ format::int(left) }</b>
                    { format!(" of {}", format::plural(info.requests, "request")) }
                } else {
                    { format::plural(info.requests, "request") }
                }
            </span>
        </div>
    }
}

/// A part of the filter in words, and what removes it.
type Chip = (String, fn(&mut Filter));

/// The parts of the filter in words, and how each is removed.
fn chips(filter: &Filter) -> Vec<Chip> {
    let mut chips: Vec<Chip> = Vec::new();
    let or_none = |name: &str| if name.is_empty() { "not named".to_owned() } else { name.to_owned() };
    if let Some(model) = &filter.model {
        chips.push((format!("model: {}", or_none(model)), |filter| filter.model = None));
    }
    if let Some(component) = &filter.component {
        chips.push((format!("component: {}", or_none(component)), |filter| filter.component = None));
    }
    if let Some(status) = filter.status {
        let word = match status {
            StatusFilter::Ok => "ok",
            StatusFilter::Error => "failed",
            StatusFilter::Retried => "retried",
        };
        chips.push((format!("status: {word}"), |filter| filter.status = None));
    }
    if !filter.text.is_empty() {
        chips.push((format!("text: {}", filter.text), |filter| filter.text.clear()));
    }
    chips
}
