//! The bar of the workbench: what counts, what is priced, how much of it.

use engine::protocol::{EncodingName, OpenedTokenizer, Quote, Tokenizer};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::{
    draft::{self, Draft, FIELDS, Field},
    price::{typed_number, typed_percent, typed_range},
};
use crate::{
    format,
    platform::pack,
    widgets::{Icon, IconName, Seg, Select},
    wire,
};

/// From this many bytes on programs are known to cut a link.
const LONG_LINK: usize = 8_000;

/// Stands before the packed workbench in an address.
pub const LINK: &str = "w=";

/// What a field looks like.
#[derive(Default)]
pub struct Look {
    /// What it is, for screen readers.
    pub label: &'static str,
    /// Shown where nothing is typed.
    pub placeholder: AttrValue,
    /// Stands before the text.
    pub before: &'static str,
    /// The unit.
    pub after: &'static str,
    /// Why the text cannot be used.
    pub wrong: Option<String>,
}

/// A text field.
pub fn field(draft: &Draft, field: Field, look: Look, changed: &Callback<()>) -> Html {
    let oninput = {
        let changed = changed.clone();
        Callback::from(move |event: InputEvent| {
            let text = event.target_unchecked_into::<HtmlInputElement>().value();
            draft::change(&changed, |draft| draft.set(field, text.clone()));
        })
    };
    let is_wrong = look.wrong.is_some();
    html! {
        <span class={classes!("field", "sm", is_wrong.then_some("bad"))} title={look.wrong}>
            { look.before }
            <input value={draft.typed(field).to_owned()} placeholder={look.placeholder} inputmode="decimal"
                autocomplete="off" aria-label={look.label} aria-invalid={is_wrong.then_some("true")}
                data-field={FIELDS[field as usize]} {oninput} />
            { look.after }
        </span>
    }
}

/// Editor, tokenizer, model and traffic.
pub fn bar(
    draft: &Draft,
    opened: &[OpenedTokenizer],
    quotes: &[Quote],
    chosen: usize,
    changed: &Callback<()>,
) -> Html {
    let tokenizers: Vec<(Tokenizer, AttrValue)> = EncodingName::ALL
        .iter()
        .map(|&encoding| (Tokenizer::BuiltIn(encoding), encoding.as_str().into()))
        .chain(opened.iter().map(|opened| (Tokenizer::Opened(opened.number), label(opened).into())))
        .collect();
    let options: Vec<AttrValue> = tokenizers.iter().map(|(_, label)| label.clone()).collect();
    let counting =
        tokenizers.iter().position(|(tokenizer, _)| *tokenizer == draft.tokenizer).unwrap_or_default();
    let ontokenizer = {
        let changed = changed.clone();
        Callback::from(move |place: usize| {
            draft::change(&changed, |draft| draft.tokenizer = tokenizers[place].0);
        })
    };
    let onmodel = {
        let changed = changed.clone();
        let models: Vec<(String, EncodingName)> =
            quotes.iter().map(|quote| (quote.name(), quote.encoding)).collect();
        Callback::from(move |place: usize| choose(&models[place].0, models[place].1, &changed))
    };
    let oneditor = {
        let changed = changed.clone();
        Callback::from(move |place: usize| draft::change(&changed, |draft| draft.switch(place == 0)))
    };
    let onbatch = {
        let changed = changed.clone();
        Callback::from(move |_: MouseEvent| draft::change(&changed, |draft| draft.batch = !draft.batch))
    };
    let onpaste = {
        let changed = changed.clone();
        Callback::from(move |_: MouseEvent| {
            draft::change(&changed, |draft| draft.pasting = Some(String::new()));
        })
    };
    let number = |which: Field, label, placeholder: &'static str, after, wrong| {
        let look = Look { label, placeholder: placeholder.into(), after, wrong, before: "" };
        field(draft, which, look, changed)
    };
    html! {
        <div class="wbar">
            <Seg label="Editor" small=true onchange={oneditor}
                options={vec![("Parts".into(), draft.in_parts), ("One box".into(), !draft.in_parts)]} />
            <label>{ "Model" }
                <span class="field sm">
                    <Select field="model" onchange={onmodel} {chosen}
                        options={quotes.iter().map(|quote| AttrValue::from(quote.model.clone())).collect::<Vec<_>>()} />
                </span>
            </label>
            <label>{ "Tokenizer" }
                <span class="field sm">
                    <Select field="encoding" onchange={ontokenizer} chosen={counting} {options} />
                </span>
            </label>
            <label title="A number, or a range such as 100-500">{ "Answer" }
                { number(Field::Answer, "Expected answer tokens instead of the text", "of the text", "tokens",
                    typed_range(draft.typed(Field::Answer)).err()) }
            </label>
            <label>{ "Calls a day" }
                { number(Field::Calls, "Calls a day", "none", "", typed_number(draft.typed(Field::Calls)).err()) }
            </label>
            <label title="How much of the prompt is read from a prompt cache">{ "Cached" }
                { number(Field::Cached, "Share of the prompt that is read from a cache, per cent", "0", "%",
                    typed_percent(draft.typed(Field::Cached)).err()) }
            </label>
            <button type="button" class="btn sm" aria-pressed={draft.batch.to_string()} onclick={onbatch}
                title="Answered within a day: half the price at OpenAI, Anthropic and Google">{ "Batch" }</button>
            <span class="grow"></span>
            <button type="button" class="btn sm" onclick={onpaste}>{ "Paste a request or curl" }</button>
            <button type="button" class="btn sm" onclick={copy_link(changed)}>
                <Icon name={IconName::Copy} />{ "Copy link" }
            </button>
            <span class={classes!("link-said", draft.link.0.then_some("warn"))} role="status">{ &draft.link.1 }</span>
        </div>
    }
}

/// Prices a model, and counts with its encoding.
pub fn choose(model: &str, encoding: EncodingName, changed: &Callback<()>) {
    draft::change(changed, |draft| {
        draft.set(Field::Model, model.to_owned());
        draft.tokenizer = Tokenizer::BuiltIn(encoding);
    });
}

/// What an opened tokenizer is called.
fn label(opened: &OpenedTokenizer) -> String {
    let OpenedTokenizer { name, kind, vocabulary, has_pattern, .. } = opened;
    let why = if *has_pattern { ": runs through a regex engine" } else { "" };
    format!("{name} · {kind}, {} · slower{why}", format::plural(*vocabulary, "token"))
}

/// Puts all of the workbench into a link. The part of an address behind `#` is never sent to a server.
fn copy_link(changed: &Callback<()>) -> Callback<MouseEvent> {
    let changed = changed.clone();
    Callback::from(move |_: MouseEvent| {
        let changed = changed.clone();
        spawn_local(async move {
            let (bad, text) = match link().await {
                Ok(said) => said,
                Err(_) => (true, "The link could not be made".to_owned()),
            };
            draft::change(&changed, |draft| draft.link = (bad, text.clone()));
        });
    })
}

/// Copies the link. What is to be said of it, and whether that is worth a look.
async fn link() -> Result<(bool, String), JsValue> {
    let sheet = wire::encode(&draft::get().sheet())?;
    let packed = pack::pack(&sheet).await?.as_string().unwrap_or_default();
    let window = gloo::utils::window();
    let address = window.location().href()?;
    let page = address.split('#').next().unwrap_or_default();
    let link = format!("{page}#/workbench?{LINK}{packed}");
    let size = format::bytes(link.len() as u64);
    if JsFuture::from(window.navigator().clipboard().write_text(&link)).await.is_err() {
        return Ok((true, "The browser did not allow copying".to_owned()));
    }
    Ok(match link.len() > LONG_LINK {
        true => (true, format!("Copied, but {size} is long: some programs cut a link above 8 kB")),
        false => (false, format!("Copied, {size}. The texts are in the link and on no server")),
    })
}
