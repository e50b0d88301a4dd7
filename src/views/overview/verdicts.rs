//! What to look at first, in words.

use engine::protocol::{Overview, StatusFilter, Verdict, VerdictKind};
use yew::prelude::*;

use crate::{
    platform::scroll,
    route::Screen,
    state::ViewHandle,
    widgets::{Icon, IconName},
};

/// Up to four findings, each leading to where its figures are.
pub fn verdicts(data: &Overview, view: &ViewHandle) -> Html {
    if data.verdicts.is_empty() {
        return html! {};
    }
    html! {
        <section class="verdicts" aria-label="Verdict">
            { for data.verdicts.iter().take(4).map(|v| verdict(v, view)) }
        </section>
    }
}

fn verdict(verdict: &Verdict, view: &ViewHandle) -> Html {
    let (icon, class, to) = match verdict.kind {
        VerdictKind::Time => (IconName::Clock, "mid", "Latency"),
        VerdictKind::Tokens => (IconName::Stack, "warn", "Components"),
        VerdictKind::Money => (IconName::Coin, "warn", "Cost by model"),
        VerdictKind::Errors => (IconName::Error, "error", "Failed requests"),
    };
    let inside = html! {
        <>
            <Icon name={icon} class={class} />
            <strong>{ &verdict.head }</strong>
            <p>{ &verdict.body }{ " " }<em>{ to }</em></p>
        </>
    };
    let href = match verdict.kind {
        VerdictKind::Time => view.view().at(Screen::Latency).to_hash(),
        VerdictKind::Errors => {
            let mut view = view.view().at(Screen::Requests);
            view.filter.status = Some(StatusFilter::Error);
            view.to_hash()
        }
        // These figures are on this screen, and the address's fragment is taken by the view.
        VerdictKind::Tokens | VerdictKind::Money => {
            let panel = if verdict.kind == VerdictKind::Tokens { "components" } else { "costs" };
            let onclick = move |_: MouseEvent| scroll::to(panel);
            return html! { <button type="button" class="verdict" {onclick}>{ inside }</button> };
        }
    };
    html! { <a class="verdict" {href}>{ inside }</a> }
}
