//! The request in parts: added, removed, named and put in order.

use engine::protocol::Component;
use units::Figure;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::{
    draft::{self, Draft, KINDS},
    figure_class,
    text_box::TextBox,
};
use crate::{
    charts::mark::share,
    format,
    widgets::{Icon, IconName, Select, Swatch},
};

/// What is done to a part.
#[derive(Clone)]
enum Edit {
    Up,
    Down,
    Remove,
    Name(String),
    Kind(Component),
}

fn edit(at: usize, edit: &Edit, changed: &Callback<()>) {
    draft::change(changed, |draft| {
        let count = draft.parts.len();
        let to = match edit {
            Edit::Up => at.saturating_sub(1),
            Edit::Down => at + 1,
            _ => at,
        };
        if at.max(to) >= count {
            return;
        }
        match edit {
            Edit::Up | Edit::Down => {
                draft.parts.swap(at, to);
                draft.said = format!("{} is part {} of {count}", draft.parts[to].label(), to + 1);
                draft.focus = gloo::utils::document().active_element().map(|element| element.id());
            }
            Edit::Remove => {
                let gone = draft.parts.remove(at);
                draft.said = format!("{} is removed", gone.label());
                draft.focus = Some(ADD.to_owned());
            }
            Edit::Name(name) => draft.parts[at].name.clone_from(name),
            Edit::Kind(component) => draft.turn_into(at, *component),
        }
    });
}

/// The id of the list that adds a part.
const ADD: &str = "add-part";

/// The column of parts, with the chat template of the chosen model. From a share of `threshold` on a part is marked.
pub fn parts(draft: &Draft, template: Figure, threshold: f64, changed: &Callback<()>) -> Html {
    let texts: u64 = draft.parts.iter().map(|part| draft.tokens(part.slot)).sum();
    let onadd = {
        let changed = changed.clone();
        Callback::from(move |place: usize| {
            // The first entry is the name of the list.
            if place > 0 {
                draft::change(&changed, |draft| draft.add(KINDS[place - 1]));
            }
        })
    };
    let kinds: Vec<AttrValue> = KINDS.map(|kind| draft::label(kind).into()).to_vec();
    let options: Vec<AttrValue> = std::iter::once("Add part".into()).chain(kinds.iter().cloned()).collect();
    html! {
        <div class="parts">
            { for (0..draft.parts.len()).map(|at| part(draft, at, texts, threshold, &kinds, changed)) }
            // All have keys: what is moved between siblings without one is made anew.
            <div class="part" key="template">
                <span></span>
                <header title="What a chat puts around the messages, by the rule of the model's provider">
                    <Swatch fill="var(--text-3)" hatch=true />
                    <b>{ "Chat template" }</b>
                    <span class={figure_class(template)} data-fig="part_template">
                        { template.get().map_or("unknown".to_owned(), format::int) }
                    </span>
                    <span class="dim num"></span><span class="gone"></span>
                </header>
            </div>
            <div class="part" key="add">
                <span></span>
                <header>
                    <label class="field sm add-part" id={ADD} tabindex="-1">
                        <Icon name={IconName::Plus} />
                        <span class="vh">{ "Add part" }</span>
                        <Select field="add_part" {options} chosen={0} onchange={onadd} />
                    </label>
                    <span class="grow"></span>
                    <b data-fig="parts_total">{ format::plural(texts + template.or_zero(), "token") }</b>
                </header>
            </div>
            <p key="said" class="vh" role="status">{ &draft.said }</p>
        </div>
    }
}

fn part(
    draft: &Draft,
    at: usize,
    texts: u64,
    threshold: f64,
    kinds: &[AttrValue],
    changed: &Callback<()>,
) -> Html {
    let part = &draft.parts[at];
    let (label, tokens) = (part.label().to_owned(), draft.tokens(part.slot));
    let of_all = tokens as f64 / texts.max(1) as f64;
    let button = |what: &str, class: &'static str, name: IconName, is_off: bool, how: Edit| {
        let (title, changed) = (format!("{what} {label}"), changed.clone());
        html! {
            <button type="button" class={classes!("btn", "quiet", class)} title={title.clone()} aria-label={title}
                id={format!("part-{}-{class}", part.slot.0)} aria-disabled={is_off.then_some("true")}
                onclick={move |_: MouseEvent| edit(at, &how, &changed)}>
                <Icon {name} />
            </button>
        }
    };
    let onkeydown = {
        let changed = changed.clone();
        Callback::from(move |event: KeyboardEvent| {
            let how = match event.key().as_str() {
                "ArrowUp" if event.alt_key() => Edit::Up,
                "ArrowDown" if event.alt_key() => Edit::Down,
                _ => return,
            };
            event.prevent_default();
            edit(at, &how, &changed);
        })
    };
    let onname = {
        let changed = changed.clone();
        Callback::from(move |event: InputEvent| {
            edit(at, &Edit::Name(event.target_unchecked_into::<HtmlInputElement>().value()), &changed);
        })
    };
    let onkind = {
        let changed = changed.clone();
        Callback::from(move |place: usize| edit(at, &Edit::Kind(KINDS[place]), &changed))
    };
    html! {
        <section class="part" key={part.slot.0} aria-label={label.clone()} {onkeydown}>
            <div class="part-move">
                { button("Move up", "up", IconName::Down, at == 0, Edit::Up) }
                { button("Move down", "down", IconName::Down, at + 1 == draft.parts.len(), Edit::Down) }
            </div>
            <header>
                <label class="part-kind" title="What this part is for">
                    <Swatch fill={part.fill()} />
                    <span class="vh">{ format!("What {label} is for") }</span>
                    <Select options={kinds.to_vec()} onchange={onkind}
                        chosen={KINDS.iter().position(|kind| *kind == part.component).unwrap_or_default()} />
                </label>
                <input class="part-name" value={part.name.clone()} placeholder={label.clone()}
                    id={format!("part-{}-name", part.slot.0)} autocomplete="off" spellcheck="false"
                    aria-label={format!("Name of {label}")} oninput={onname} />
                if of_all > threshold {
                    <span class="tag warn">{ format!("over {}", format::percent(threshold, 0)) }</span>
                }
                <span class="u-counted" data-fig={format!("part_{}", part.key())}>{ format::int(tokens) }</span>
                <span class="dim num">{ if tokens > 0 { share(of_all) } else { String::new() } }</span>
                { button("Remove", "gone", IconName::Close, false, Edit::Remove) }
            </header>
            <TextBox slot={part.slot} label={label.clone()} placeholder={hint(part.component)}
                tokenizer={draft.tokenizer} {changed} />
            { error(draft, part.slot) }
        </section>
    }
}

/// Why a text could not be counted.
pub fn error(draft: &Draft, slot: engine::protocol::Slot) -> Html {
    match draft.counted(slot).and_then(|counted| counted.error.clone()) {
        Some(error) => html! { <p class="small error" role="alert">{ error }</p> },
        None => Html::default(),
    }
}

/// What belongs into a part.
fn hint(component: Component) -> &'static str {
    match component {
        Component::System => "Instructions",
        Component::Tools => "Definitions of tools, as JSON",
        Component::FewShot => "Worked examples",
        Component::Retrieved => "Context that is looked up",
        Component::History => "Earlier turns",
        Component::User => "The question at hand",
        Component::Output | Component::Reasoning => "The answer that is expected",
    }
}
