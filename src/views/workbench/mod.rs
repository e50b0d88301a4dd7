//! The workbench: type a request, in parts or in one box, and see its tokens and what it costs.

mod bar;
pub mod draft;
mod growth;
mod models;
mod parts;
mod paste;
mod pieces;
mod price;
mod text_box;
mod this_call;
mod tip;
mod tokens;
mod wasteful;

use engine::protocol::{Answer, Command, Component, Inquiry, Quote, Role, Sheet, Slot};
use gloo::events::EventListener;
use units::Figure;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use self::{
    bar::{LINK, Look, field},
    draft::{Draft, Field},
    price::{typed_number, typed_percent, typed_range},
    text_box::TextBox,
    tokens::Tokens,
};
use crate::{
    client::{use_client, use_query},
    format,
    platform::{focus::focus, pack},
    state::{self, use_session},
    widgets::{Panel, Swatch, underline},
    wire,
};

/// The workbench screen.
#[component]
pub fn Workbench() -> Html {
    // A prompt from the landing page or of a request; before the boxes look for their texts.
    use_memo((), |()| state::draft::take().inspect(|(prompt, response)| draft::put(prompt, response)));
    let (client, session) = (use_client(), use_session());
    let redraw = use_force_update();
    let changed = use_callback((), move |(), ()| redraw.force_update());
    use_effect_with((), {
        let changed = changed.clone();
        move |()| {
            let open = move || open_link(&changed);
            open();
            let listener = EventListener::new(&gloo::utils::window(), "hashchange", move |_| open());
            move || drop(listener)
        }
    });
    use_effect_with(session.info.tokenizers.clone(), {
        let changed = changed.clone();
        move |opened| draft::change(&changed, |draft| draft.follow(opened))
    });
    let draft = draft::get();
    use_effect_with(draft.focus.clone(), {
        let changed = changed.clone();
        move |id| {
            if let Some(id) = id {
                focus(&format!("#{id}"));
                draft::change(&changed, |draft| draft.focus = None);
            }
        }
    });

    let sums = [draft.sum(false), draft.sum(true)];
    let prompt = match typed_number(draft.typed(Field::Prompt)) {
        Ok(Some(tokens)) if !draft.in_parts => Figure::reported(tokens),
        _ => sums[0],
    };
    let typed_answer = typed_range(draft.typed(Field::Answer)).ok().flatten();
    let response = typed_answer.map_or(sums[1], |(from, _)| Figure::reported(from));
    let longest = typed_answer.map_or(sums[1].or_zero(), |(_, to)| to);
    let percent = |field: Field, usual| typed_percent(draft.typed(field)).ok().flatten().unwrap_or(usual);
    let question = draft.parts.iter().rfind(|part| part.component == Component::User);
    let query = use_query(Some(Command::Quote(Inquiry {
        input: prompt.or_zero(),
        output: (response.or_zero(), longest),
        tokenizer: draft.tokenizer,
        messages: if draft.in_parts { messages(&draft) } else { Vec::new() },
        cached_percent: percent(Field::Cached, 0.0).round() as u32,
        batch: draft.batch,
        models: draft.models(),
        model: draft.typed(Field::Model).to_owned(),
        order: draft.order,
        turn: question.filter(|_| draft.in_parts).map_or(prompt.or_zero(), |part| draft.tokens(part.slot)),
        stable: draft.in_parts.then(|| stable(&draft)),
    })));
    let words = draft.typed(Field::Search).to_owned();
    let search = use_query((words.trim().len() > 1).then_some(Command::Models(words)));
    let found = match search.answer.as_deref() {
        Some(Answer::Models(found)) => &found[..],
        _ => &[],
    };
    let quotes = match query.answer.as_deref() {
        Some(Answer::Quotes(quotes)) => &quotes[..],
        _ => &[],
    };
    let place = quotes.iter().position(|quote| !quote.window_facts.is_empty()).unwrap_or_default();
    let quote = quotes.get(place);
    let chosen = quote.map(Quote::name).unwrap_or_default();
    let template = quote.map_or(Figure::UNKNOWN, |quote| quote.template);
    let threshold = percent(Field::Threshold, 30.0) / 100.0;
    let figures = [prompt, response];
    let this_call = this_call::this_call(&draft, quote, figures, longest, &changed);
    let models = models::models(&draft, quotes, &chosen, found, &changed);
    html! {
        <div class={classes!("workbench", draft.in_parts.then_some("in-parts"))}>
            { bar::bar(&draft, &session.info.tokenizers, quotes, place, &changed) }
            if draft.in_parts {
                { parts::parts(&draft, template, threshold, &changed) }
            } else {
                { boxes(&draft, figures, &changed) }
            }
            <Tokens draft={draft.clone()} template={template.get()} />
            <div class="costs">
                { for draft.trouble.iter().chain(query.error.as_deref().map(str::to_owned).iter()).map(|why| html! {
                    <p class="panel error" role="alert">{ why }</p>
                }) }
                if draft.in_parts {
                    { models }
                    { wasteful::wasteful(&draft, quote, threshold, &changed) }
                } else {
                    { this_call.clone() }
                    { models }
                }
                if let Some(quote) = quote {
                    if quote.input.or_zero() > 0 {
                        { growth::growth(quote) }
                    }
                    { facts("Context window", quote, &quote.window_facts) }
                    { facts("Prompt cache", quote, &quote.cache_facts) }
                }
                if draft.in_parts { { this_call } }
            </div>
            if let Some(why) = &draft.pasting {
                { paste::paste(why, &client, &changed) }
            }
        </div>
    }
}

/// Takes over what stands in the address, and takes it out there: the address holds no text that is worked on.
fn open_link(changed: &Callback<()>) {
    let hash = gloo::utils::window().location().hash().unwrap_or_default();
    let Some((_, packed)) = hash.split_once(LINK).filter(|(before, _)| before.ends_with('?')) else { return };
    if let Ok(history) = gloo::utils::window().history() {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some("#/workbench"));
    }
    let (changed, packed) = (changed.clone(), packed.to_owned());
    spawn_local(async move {
        let sheet = pack::unpack(&packed).await.and_then(|value| Ok(wire::decode::<Sheet>(value)?));
        draft::change(&changed, |draft| match &sheet {
            Ok(sheet) => {
                draft.trouble = None;
                (draft.batch, draft.unit) = (false, price::Unit::Million);
                draft.take(sheet.clone());
            }
            Err(_) => draft.trouble = Some(BROKEN.to_owned()),
        });
    });
}

const BROKEN: &str =
    "This link is not whole: a part of it was lost on the way, or another version made it. Ask for it again.";

/// Who speaks in each message of the chat: texts of one speaker that follow each other are one message, and
/// definitions of tools are none.
fn messages(draft: &Draft) -> Vec<Role> {
    let mut roles = Vec::new();
    for part in &draft.parts {
        let is_message = part.component != Component::Tools && !part.component.is_output();
        if is_message && draft.tokens(part.slot) > 0 && roles.last() != Some(&part.role) {
            roles.push(part.role);
        }
    }
    roles
}

/// Tokens of the parts at the beginning that stay the same from call to call.
fn stable(draft: &Draft) -> u64 {
    let same = [Component::System, Component::Tools, Component::FewShot];
    let filled = draft.parts.iter().filter(|part| draft.tokens(part.slot) > 0);
    filled.take_while(|part| same.contains(&part.component)).map(|part| draft.tokens(part.slot)).sum()
}

fn figure_class(figure: Figure) -> &'static str {
    underline(figure.from())
}

/// A panel of names and values.
fn facts(title: &'static str, quote: &Quote, facts: &[(String, String)]) -> Html {
    html! {
        <Panel {title} caption={quote.model.clone()}>
            <dl class="kv">
                { for facts.iter().map(|(name, value)| html! {
                    <><dt>{ name }</dt><dd title={value.clone()}>{ value }</dd></>
                }) }
            </dl>
        </Panel>
    }
}

/// The column of the two boxes.
fn boxes(draft: &Draft, tokens: [Figure; 2], changed: &Callback<()>) -> Html {
    html! {
        <div class="boxes">
            { for draft.shown().iter().zip(tokens).map(|(part, tokens)| {
                let is_prompt = part.slot == Slot::PROMPT;
                let (key, placeholder) = match is_prompt {
                    true => ("prompt", "Paste a prompt to see its tokens and what it costs"),
                    false => ("response", "The answer, or type its expected number of tokens above"),
                };
                let look = Look {
                    label: "Prompt tokens instead of the text",
                    placeholder: "number".into(),
                    before: "or",
                    after: "",
                    wrong: typed_number(draft.typed(Field::Prompt)).err(),
                };
                html! {
                    <section class="box" {key}>
                        <header>
                            <Swatch fill={part.fill()} />
                            <h2>{ part.label() }</h2>
                            <span class="grow"></span>
                            <b><span class={figure_class(tokens)} data-fig={format!("{key}_tokens")}>
                                { tokens.get().map_or("…".to_owned(), format::int) }
                            </span></b>
                            { " tokens" }
                            if is_prompt { { field(draft, Field::Prompt, look, changed) } }
                        </header>
                        <TextBox key={draft.epoch} slot={part.slot} label={part.label().to_owned()} {placeholder}
                            tokenizer={draft.tokenizer} {changed} />
                        <p class="small dim" data-fig={format!("{key}_size")}>{ size(draft, part.slot) }</p>
                        { parts::error(draft, part.slot) }
                    </section>
                }
            }) }
        </div>
    }
}

/// How large a text is, and how long counting took.
fn size(draft: &Draft, slot: Slot) -> String {
    let Some(count) = draft.counted(slot).and_then(|counted| counted.count) else { return String::new() };
    let (size, bytes) = (tokens::size(count.chars, count.ms), format::plural(count.bytes, "byte"));
    size.replacen(", counted", &format!(", {bytes}, counted"), 1)
}
