//! What was typed into the workbench, kept while another screen is looked at. In memory only.

use std::cell::RefCell;

use engine::protocol::{EncodingName, OpenedTokenizer, Slot, Tokenizer};
use js_sys::JsString;

use super::price::Unit;

/// The fields of the workbench as they were typed.
#[derive(Clone, Debug, PartialEq)]
pub struct Form {
    /// The tokenizer.
    pub tokenizer: Tokenizer,
    /// The model.
    pub model: String,
    /// Prompt tokens that count instead of the text's.
    pub prompt_tokens: String,
    /// Response tokens that count instead of the text's.
    pub response_tokens: String,
    /// Calls a day.
    pub calls: String,
    /// A price of input tokens that counts instead of the model's.
    pub input_price: String,
    /// A price of output tokens that counts instead of the model's.
    pub output_price: String,
    /// What the typed prices are for.
    pub unit: Unit,
}

struct Draft {
    // As JavaScript strings: a text of a megabyte is never copied through Rust.
    prompt: JsString,
    response: JsString,
    form: Form,
    /// The number of the newest opened tokenizer that has been chosen.
    newest: u32,
}

/// The tokenizer that counts until another one is chosen.
const FIRST_TOKENIZER: Tokenizer = Tokenizer::BuiltIn(EncodingName::O200kBase);

/// The model that is priced until another one is chosen.
const FIRST_MODEL: &str = "gpt-5";

thread_local! {
    static DRAFT: RefCell<Draft> = RefCell::new(Draft {
        prompt: "".into(),
        response: "".into(),
        form: Form {
            tokenizer: FIRST_TOKENIZER,
            model: FIRST_MODEL.to_owned(),
            prompt_tokens: String::new(),
            response_tokens: String::new(),
            calls: String::new(),
            input_price: String::new(),
            output_price: String::new(),
            unit: Unit::Million,
        },
        newest: 0,
    });
}

/// Puts texts from elsewhere into the boxes.
pub fn put(prompt: &str, response: &str) {
    DRAFT.with_borrow_mut(|draft| {
        draft.prompt = prompt.into();
        draft.response = response.into();
        draft.form.prompt_tokens.clear();
        draft.form.response_tokens.clear();
    });
}

/// The text of a box.
pub fn text(slot: Slot) -> JsString {
    DRAFT.with_borrow(|draft| match slot {
        Slot::Prompt => draft.prompt.clone(),
        Slot::Response => draft.response.clone(),
    })
}

/// Keeps the text of a box.
pub fn keep_text(slot: Slot, text: JsString) {
    DRAFT.with_borrow_mut(|draft| match slot {
        Slot::Prompt => draft.prompt = text,
        Slot::Response => draft.response = text,
    });
}

/// The fields.
pub fn form() -> Form {
    DRAFT.with_borrow(|draft| draft.form.clone())
}

/// Keeps the fields.
pub fn keep_form(form: &Form) {
    DRAFT.with_borrow_mut(|draft| draft.form = form.clone());
}

/// Chooses a tokenizer that has been opened since this was last asked, and leaves one that is open no more. `None` if
/// the choice stands.
pub fn follow(opened: &[OpenedTokenizer]) -> Option<Form> {
    DRAFT.with_borrow_mut(|draft| {
        let newest = opened.last().map_or(0, |tokenizer| tokenizer.number);
        let is_new = newest > std::mem::replace(&mut draft.newest, newest);
        let is_gone = matches!(draft.form.tokenizer, Tokenizer::Opened(number) if number > newest);
        let choice = if is_new { Tokenizer::Opened(newest) } else { FIRST_TOKENIZER };
        (is_new || is_gone).then(|| {
            draft.form.tokenizer = choice;
            draft.form.clone()
        })
    })
}
