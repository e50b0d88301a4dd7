//! Keys pressed anywhere in the page.

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement, KeyboardEvent};

/// Hears every key that no part of the page has used up, until the listener is dropped.
pub fn listen(pressed: impl Fn(&KeyboardEvent) + 'static) -> EventListener {
    EventListener::new_with_options(
        &gloo::utils::document(),
        "keydown",
        EventListenerOptions::enable_prevent_default(),
        move |event| {
            if let Some(event) = event.dyn_ref::<KeyboardEvent>()
                && !event.default_prevented()
            {
                pressed(event);
            }
        },
    )
}

/// Whether the key goes into a field.
pub fn is_typing(event: &KeyboardEvent) -> bool {
    let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else {
        return false;
    };
    match target.tag_name().as_str() {
        "TEXTAREA" | "SELECT" => true,
        "INPUT" => target.dyn_into::<HtmlInputElement>().is_ok_and(|input| {
            !matches!(input.type_().as_str(), "checkbox" | "radio" | "button" | "range" | "file")
        }),
        _ => target.has_attribute("contenteditable"),
    }
}
