//! The selected span, and those that were pinned beside it.

use std::rc::Rc;

use engine::protocol::{CallId, FlameItem, FlameMark};
use yew::prelude::*;

use super::surface::swatch;
use super::{Chosen, Options, stage::Stage};
use crate::format;
use crate::widgets::{Icon, IconName, Prov, Swatch, underline};

/// What lies under the picture once a span was chosen.
pub fn drawer(
    stage: &Rc<Stage>,
    chosen: &Chosen,
    options: &UseStateHandle<Options>,
    pinned: &UseStateHandle<Vec<Rc<FlameItem>>>,
    open: &Callback<CallId>,
) -> Html {
    let spoken = chosen.item.as_ref().map_or(String::new(), |item| {
        let fields = item.fields.iter().take(3).map(|field| format!(", {} {}", field.name, field.value));
        item.name.clone() + &fields.collect::<String>()
    });
    if chosen.item.is_none() && chosen.pinned.is_empty() {
        return html! { <p class="vh" role="status">{ spoken }</p> };
    }
    let others = chosen.pinned.iter().filter(|item| chosen.item.as_ref() != Some(*item));
    html! {
        <section class="flame-drawer" aria-label="Selected span">
            <p class="vh" role="status">{ spoken }</p>
            if let Some(item) = &chosen.item {
                { one(item, false, stage, options, pinned, open) }
            }
            { for others.map(|item| one(item, true, stage, options, pinned, open)) }
        </section>
    }
}

fn one(
    item: &Rc<FlameItem>,
    is_pinned: bool,
    stage: &Rc<Stage>,
    options: &UseStateHandle<Options>,
    pinned: &UseStateHandle<Vec<Rc<FlameItem>>>,
    open: &Callback<CallId>,
) -> Html {
    let set = |change: fn(&mut Options, (u32, String))| {
        let (options, name) = (options.clone(), (item.name_id, item.name.clone()));
        Callback::from(move |_: MouseEvent| {
            let mut next = (*options).clone();
            change(&mut next, name.clone());
            options.set(next);
        })
    };
    let pin = {
        let (pinned, item) = (pinned.clone(), item.clone());
        Callback::from(move |_: MouseEvent| {
            let mut next = (*pinned).clone();
            match next.iter().position(|other| *other == item) {
                Some(i) => drop(next.remove(i)),
                None => next.push(item.clone()),
            }
            pinned.set(next);
        })
    };
    let close = {
        let stage = stage.clone();
        Callback::from(move |_: MouseEvent| stage.select(None))
    };
    let held = pinned.contains(item);
    // A part of a call has no name of its own to look for, and all of it holds no other.
    let is_span = !(FlameMark::PART..=FlameMark::NOT_SHOWN).contains(&item.style) && !item.path.is_empty()
        || item.start.is_some() && !(FlameMark::PART..=FlameMark::NOT_SHOWN).contains(&item.style);
    let act = |name: &'static str, title: &'static str, onclick: Callback<MouseEvent>| {
        html! { <button type="button" class="btn quiet sm" {title} {onclick}>{ name }</button> }
    };
    html! {
        <div class="flame-item">
            <header>
                <Swatch fill={swatch(item.style)} />
                <h2 title={item.name.clone()}>{ &item.name }</h2>
                <span class="dim small clip">{ item.path.join(" › ") }</span>
                <span class="grow" />
                if is_span {
                    { act("Only this", "Only spans of this name and what they hold", set(|options, name| options.focus = Some(name))) }
                    { act("Fold", "What lies inside becomes its own", set(|options, name| options.collapse.push(name))) }
                    { act("Leave out", "Without spans of this name", set(|options, name| options.drop.push(name))) }
                }
                <button type="button" class="btn quiet sm" aria-pressed={held.to_string()} title="Keep beside the next one" onclick={pin}>
                    <Icon name={IconName::Pin} />{ if held { "Unpin" } else { "Pin" } }
                </button>
                if let Some(call) = item.call {
                    <button type="button" class="btn sm" onclick={open.reform(move |_: MouseEvent| call)}>{ "Open request" }</button>
                }
                if !is_pinned {
                    <button type="button" class="btn quiet sm" title="Close (Esc)" onclick={close}>
                        <Icon name={IconName::Close} /><span class="vh">{ "Close" }</span>
                    </button>
                }
            </header>
            <dl class="flame-fields">
                if let Some(start) = item.start {
                    <div><dt>{ "Start" }</dt><dd>{ format::moment(start) }</dd></div>
                }
                { for item.fields.iter().map(|field| html! {
                    <div data-fig={field.name.clone()} title={field.note.clone()}>
                        <dt>{ &field.name }</dt>
                        <dd><span class={underline(field.from)}>{ &field.value }</span>{ " " }<Prov from={field.from} /></dd>
                    </div>
                }) }
            </dl>
        </div>
    }
}
