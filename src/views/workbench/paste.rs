//! Pasting a request, which splits itself.

use engine::protocol::{Answer, Command};
use js_sys::{JsString, Reflect};
use wasm_bindgen::JsCast;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use super::draft;
use crate::{client::Client, widgets::Dialog};

/// A box over the page that closes as soon as a request is in it.
pub fn paste(why: &str, client: &Client, changed: &Callback<()>) -> Html {
    let oninput = {
        let (client, changed) = (client.clone(), changed.clone());
        Callback::from(move |event: InputEvent| {
            let area = event.target_unchecked_into::<HtmlTextAreaElement>();
            let text =
                Reflect::get(&area, &"value".into()).ok().and_then(|text| text.dyn_into::<JsString>().ok());
            let changed = changed.clone();
            client.ask_about(Command::Split, text.unwrap_or_default(), move |reply| {
                draft::change(&changed, |draft| match &reply {
                    Ok(Answer::Sheet(sheet)) => {
                        draft.pasting = None;
                        draft.take(sheet.clone());
                    }
                    Ok(_) => {}
                    // It may have been closed meanwhile.
                    Err(why) => draft.pasting = draft.pasting.take().map(|_| why.clone()),
                });
            });
        })
    };
    let onclose = {
        let changed = changed.clone();
        Callback::from(move |()| draft::change(&changed, |draft| draft.pasting = None))
    };
    html! {
        <Dialog label="Paste a request or curl" class="dialog-paste" {onclose}>
            <h2>{ "Paste a request or a curl command" }</h2>
            <p class="small dim">
                { "The body of a request to OpenAI, Anthropic, Gemini or Bedrock, or the command that sends it. It is split \
                   into parts here, in this page." }
            </p>
            <textarea aria-label="Request" autofocus=true spellcheck="false" autocomplete="off" {oninput} />
            <p class="small error" role="alert">{ why }</p>
        </Dialog>
    }
}
