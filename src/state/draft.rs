//! A prompt and its answer on their way to the workbench. In memory, never in the address.
//!
//! A property of the window: who sends them there and the workbench lie in two wasm modules.

use js_sys::{Array, Reflect};
use wasm_bindgen::{JsCast, JsValue};

const NAME: &str = "tokenflameDraft";

/// Leaves a prompt and an answer for the workbench.
pub fn put(prompt: &str, response: &str) {
    set(&Array::of2(&prompt.into(), &response.into()));
}

/// Takes the prompt and the answer, if there are any.
pub fn take() -> Option<(String, String)> {
    let texts = Reflect::get(&gloo::utils::window(), &NAME.into()).ok()?.dyn_into::<Array>().ok()?;
    set(&JsValue::UNDEFINED);
    Some((texts.get(0).as_string()?, texts.get(1).as_string()?))
}

fn set(texts: &JsValue) {
    // Cannot fail: the window takes any property.
    let _ = Reflect::set(&gloo::utils::window(), &NAME.into(), texts);
}
