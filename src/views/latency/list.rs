//! A few requests, each as a named bar.

use engine::protocol::Column;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use crate::{charts::columns::phase_bar, format, widgets::Swatch};

/// What [`RequestList`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The requests in order.
    pub requests: Vec<Column>,
    /// Told the place of the one that was chosen.
    pub onpick: Callback<usize>,
}

/// One row per request: its name, its phases, its duration and what it waited for most. One tab stop; the
/// arrow keys go from row to row.
#[component]
pub fn RequestList(props: &Props) -> Html {
    let stop = use_state_eq(|| 0usize);
    let scale = props.requests.iter().map(|r| r.phases.total().as_ms()).fold(0.0, f64::max);
    let last = props.requests.len().saturating_sub(1);
    let now = (*stop).min(last);
    let onkeydown = {
        let stop = stop.clone();
        Callback::from(move |event: KeyboardEvent| {
            let to = match event.key().as_str() {
                "ArrowDown" => (now + 1).min(last),
                "ArrowUp" => now.saturating_sub(1),
                "Home" => 0,
                "End" => last,
                _ => return,
            };
            event.prevent_default();
            stop.set(to);
            focus(&event, to);
        })
    };
    let row = |(i, request): (usize, &Column)| {
        let (onpick, stop) = (props.onpick.clone(), stop.clone());
        let onclick = move |_: MouseEvent| {
            stop.set(i);
            onpick.emit(i);
        };
        let whole = request.phases.total();
        let name = if request.name.is_empty() { "not named".to_owned() } else { request.name.clone() };
        html! {
            <li>
                <button type="button" {onclick} tabindex={if i == now { "0" } else { "-1" }} title="Open this request">
                    <span class="name" title={name.clone()}>{ name }</span>
                    <span class="bar">{ phase_bar(&request.phases, 14, scale) }</span>
                    <span class="num">{ format::nanos(whole) }</span>
                    if let Some(phase) = request.bottleneck.filter(|_| whole.0 > 0) {
                        <span class="why">
                            <Swatch fill={format!("var(--phase-{})", phase.token())} hatch={phase == engine::protocol::Phase::Unattributed} />
                            <span>{ phase.label() }</span>
                            <b>{ format::percent(request.phases.get(phase).0 as f64 / whole.0 as f64, 0) }</b>
                        </span>
                    } else {
                        <span class="why dim">{ "took no time" }</span>
                    }
                </button>
            </li>
        }
    };
    html! {
        <ul class="requests-bars" aria-label="Requests and their phases" {onkeydown}>
            { for props.requests.iter().enumerate().map(row) }
        </ul>
    }
}

fn focus(event: &KeyboardEvent, row: usize) {
    let list = event.current_target().and_then(|list| list.dyn_into::<Element>().ok());
    let row =
        list.and_then(|list| list.children().item(row as u32)).and_then(|row| row.first_element_child());
    if let Some(button) = row.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
        let _ = button.focus();
    }
}
