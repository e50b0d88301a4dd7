//! Where the keys go.

use gloo::utils::{body, document};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Moves the focus to the first element of this selector; false where there is none.
pub fn focus(selector: &str) -> bool {
    let found = document().query_selector(selector).ok().flatten();
    found.and_then(|found| found.dyn_into::<HtmlElement>().ok()).is_some_and(|found| found.focus().is_ok())
}

/// Whether what had the focus went away, so that keys go nowhere.
pub fn nothing_has_focus() -> bool {
    document().active_element().is_none_or(|at| at == *body())
}

/// Whether the focus is in an element of this selector.
pub fn is_in(selector: &str) -> bool {
    document().active_element().is_some_and(|at| at.closest(selector).is_ok_and(|found| found.is_some()))
}
