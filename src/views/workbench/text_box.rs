//! A box to type a text into, which is counted as it changes.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use engine::protocol::{Answer, Command, Slot, Tokenizer};
use js_sys::{JsString, Reflect};
use wasm_bindgen::JsCast;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use super::draft;
use crate::client::{Client, use_client};

/// Properties of [`TextBox`].
#[derive(Properties, PartialEq)]
pub struct TextBoxProps {
    /// Which box.
    pub slot: Slot,
    /// Its name.
    pub label: AttrValue,
    /// What to type.
    pub placeholder: AttrValue,
    /// The tokenizer.
    pub tokenizer: Tokenizer,
    /// Called after each count.
    pub changed: Callback<()>,
}

/// A text area that keeps its own text: re-rendering a megabyte with every key would stop the page.
#[component]
pub fn TextBox(props: &TextBoxProps) -> Html {
    let client = use_client();
    let area = use_node_ref();
    let counter = use_memo((), |()| {
        Rc::new(Counter {
            slot: props.slot,
            area: area.clone(),
            busy: Cell::new(false),
            again: Cell::new(false),
            now: RefCell::new((client.clone(), props.tokenizer, props.changed.clone())),
        })
    });
    *counter.now.borrow_mut() = (client, props.tokenizer, props.changed.clone());
    // The text of a former visit, or of a request; then a first count.
    use_effect_with(props.tokenizer, {
        let (counter, area, slot) = (counter.clone(), area.clone(), props.slot);
        move |_| {
            if let Some(area) = area.cast::<HtmlTextAreaElement>()
                && area.text_length() == 0
            {
                let _ = Reflect::set(&area, &"value".into(), &draft::text(slot));
            }
            counter.count();
        }
    });
    // With its part the engine forgets the text.
    use_effect_with((), {
        let (counter, slot) = (counter.clone(), props.slot);
        move |()| {
            move || {
                if draft::forget(slot) {
                    let (client, tokenizer, _) = counter.now.borrow().clone();
                    client.ask_about(Command::Count { slot, tokenizer }, JsString::default(), |_| {});
                }
            }
        }
    });
    html! {
        <textarea ref={area} id={format!("text-{}", props.slot.0)} aria-label={&props.label} placeholder={&props.placeholder} spellcheck="false"
            autocomplete="off" oninput={move |_| counter.count()} />
    }
}

/// Counts the newest text, one count at a time: while one is under way, the keys only leave a note.
struct Counter {
    slot: Slot,
    area: NodeRef,
    busy: Cell<bool>,
    again: Cell<bool>,
    now: RefCell<(Client, Tokenizer, Callback<()>)>,
}

impl Counter {
    fn count(self: &Rc<Self>) {
        let Some(text) = self.text() else { return };
        // Also while a count is under way: the box may be gone when it ends.
        draft::keep_text(self.slot, text.clone());
        if self.busy.get() {
            self.again.set(true);
            return;
        }
        self.busy.set(true);
        let (client, tokenizer, _) = self.now.borrow().clone();
        let counter = self.clone();
        client.ask_about(Command::Count { slot: self.slot, tokenizer }, text, move |reply| {
            let count = match reply {
                Ok(Answer::Count(count)) => Ok(count),
                Ok(_) => Err("The engine answered something else".to_owned()),
                Err(error) => Err(error),
            };
            let changed = counter.now.borrow().2.clone();
            draft::change(&changed, |draft| draft.take_count(counter.slot, count.clone()));
            counter.busy.set(false);
            if counter.again.take() {
                counter.count();
            }
        });
    }

    /// The text as a JavaScript string, not copied through Rust.
    fn text(&self) -> Option<JsString> {
        let area = self.area.cast::<HtmlTextAreaElement>()?;
        Reflect::get(&area, &"value".into()).ok()?.dyn_into().ok()
    }
}
