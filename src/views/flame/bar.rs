//! What stands over the picture: mode, weight, search, what was left out.

use std::rc::Rc;

use engine::protocol::{FlameMode, FlameStep, FlameWeight};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::place::{MODES, Place, WEIGHTS};
use super::save::SaveMenu;
use super::stage::{Info, Stage};
use super::{Options, picture::Handle};
use crate::format::{int, plural};
use crate::state::ViewHandle;
use crate::widgets::{Icon, IconName, Seg};

/// The id of where the stage says what is in view.
pub const TOLD: &str = "flame-told";

/// The bar.
pub fn bar(
    stage: &Rc<Stage>,
    view: &ViewHandle,
    place: &Place,
    options: &UseStateHandle<Options>,
    info: &Info,
) -> Html {
    let go = |change: fn(&mut Place, usize)| {
        let (view, place) = (view.clone(), place.clone());
        Callback::from(move |i: usize| {
            let mut next = place.clone();
            change(&mut next, i);
            view.update(|view| view.flame = next.write());
        })
    };
    let set = |change: fn(&mut Options)| {
        let options = options.clone();
        Callback::from(move |_: MouseEvent| {
            let mut next = (*options).clone();
            change(&mut next);
            options.set(next);
        })
    };
    let on_stage = |act: fn(&Rc<Stage>)| {
        let stage = stage.clone();
        Callback::from(move |_: MouseEvent| act(&stage))
    };
    let weights = WEIGHTS.map(|(weight, _, name)| (name.into(), weight == place.weight)).to_vec();
    let by_time = place.mode == FlameMode::Time && place.weight == FlameWeight::Time;
    let toggle = |name: &'static str, title: &'static str, pressed: bool, change: fn(&mut Options)| {
        html! {
            <button type="button" class="btn quiet" aria-pressed={pressed.to_string()} {title} onclick={set(change)}>{ name }</button>
        }
    };
    let oninput = {
        let options = options.clone();
        Callback::from(move |event: InputEvent| {
            let search = event.target_unchecked_into::<HtmlInputElement>().value();
            options.set(Options { search, ..(*options).clone() });
        })
    };
    let onkeydown = {
        let stage = stage.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Enter" {
                stage.step(if event.shift_key() { FlameStep::Previous } else { FlameStep::Next });
                event.prevent_default();
            }
        })
    };
    let (all, seen) = info.found;
    html! {
        <div class="flame-bar">
            <div class="seg" role="group" aria-label="Mode">
                { for MODES.into_iter().enumerate().map(|(i, (mode, _, name))| html! {
                    <button type="button" aria-pressed={(mode == place.mode).to_string()}
                        onclick={go(|place, i| place.mode = MODES[i.min(2)].0).reform(move |_: MouseEvent| i)}>
                        { name }<kbd aria-hidden="true">{ i + 1 }</kbd>
                    </button>
                }) }
            </div>
            <Seg label="Weight" options={weights} onchange={go(|place, i| place.weight = WEIGHTS[i.min(2)].0)} />
            if by_time {
                { toggle("Critical path", "Mark what each request waited for", options.critical, |options| options.critical = !options.critical) }
                { toggle("Idle time", "Show idle gaps as long as they were", options.idle, |options| options.idle = !options.idle) }
            }
            if place.mode == FlameMode::LeftHeavy {
                { toggle("Invert", "From the leaves up: who spends, and below it who called", options.invert, |options| options.invert = !options.invert) }
            }
            <span class="dim small nowrap" id={TOLD}></span>
            { chips(options) }
            if let Some(range) = place.range.filter(|_| !by_time) {
                { chip(format!("range: {}", crate::format::nanos(units::Nanos(range.1.saturating_sub(range.0)))), go(|place, _| place.range = None).reform(|_: MouseEvent| 0)) }
            }
            <label class="field search">
                <Icon name={IconName::Search} />
                <input type="search" aria-label="Search spans" placeholder="Search names" value={options.search.clone()} {oninput} {onkeydown} />
                if !options.search.trim().is_empty() {
                    <span class="nowrap small" role="status">{ format!("{} in view, {} in all", int(seen), int(all)) }</span>
                }
            </label>
            if all > 0 {
                <button type="button" class="btn quiet sm" title="Previous match (Shift N)" onclick={on_stage(|stage| stage.step(FlameStep::Previous))}>{ "‹" }<span class="vh">{ "Previous match" }</span></button>
                <button type="button" class="btn quiet sm" title="Next match (n)" onclick={on_stage(|stage| stage.step(FlameStep::Next))}>{ "›" }<span class="vh">{ "Next match" }</span></button>
            }
            <div class="flame-acts">
                <button type="button" class="btn quiet sm" title="Show all of it (0)" onclick={on_stage(Stage::fit)}>{ "Fit " }<kbd>{ "0" }</kbd></button>
                <button type="button" class="btn quiet sm" title="Bring the selected span to the whole width (f)" onclick={on_stage(Stage::focus)}>{ "Focus " }<kbd>{ "f" }</kbd></button>
                if place.mode == FlameMode::Time {
                    <button type="button" class="btn quiet sm" title="Show as table (t)" aria-pressed={options.twin.to_string()} onclick={set(|options| options.twin = !options.twin)}>
                        <Icon name={IconName::Table} /><span class="vh">{ "Show as table" }</span>
                    </button>
                }
                <SaveMenu stage={Handle(stage.clone())} />
            </div>
            { for info.notes.iter().map(|note| html! { <span class="tag">{ note }</span> }) }
        </div>
    }
}

fn chip(text: String, onclick: Callback<MouseEvent>) -> Html {
    html! {
        <button type="button" class="chip filter" {onclick}>
            <span class="name">{ text }</span><Icon name={IconName::Close} /><span class="vh">{ "Undo" }</span>
        </button>
    }
}

/// What was done to the picture, each with its undoing.
fn chips(options: &UseStateHandle<Options>) -> Html {
    let mut all = Vec::new();
    let mut add = |text: String, undo: Box<dyn Fn(&mut Options)>| {
        let options = options.clone();
        all.push(chip(
            text,
            Callback::from(move |_: MouseEvent| {
                let mut next = (*options).clone();
                undo(&mut next);
                options.set(next);
            }),
        ));
    };
    if let Some((_, name)) = &options.focus {
        add(format!("only: {name}"), Box::new(|options| options.focus = None));
    }
    for (i, (_, name)) in options.drop.iter().enumerate() {
        add(format!("without: {name}"), Box::new(move |options| drop(options.drop.remove(i))));
    }
    for (i, (_, name)) in options.collapse.iter().enumerate() {
        add(format!("folded: {name}"), Box::new(move |options| drop(options.collapse.remove(i))));
    }
    all.into_iter().collect()
}

/// How many spans a mark stands for beside the one it shows.
pub fn more(n: u32) -> String {
    format!("and {} too narrow to show", plural(n.into(), "other"))
}
