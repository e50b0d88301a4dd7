//! Scrolling to a part of the page.

use gloo::utils::document;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Brings the element with this id into view and moves the focus there, so that the keyboard goes on from it.
pub fn to(id: &str) {
    if let Some(element) = document().get_element_by_id(id).and_then(|e| e.dyn_into::<HtmlElement>().ok()) {
        element.scroll_into_view();
        // A section takes focus only when told so; it is no tab stop.
        element.set_tab_index(-1);
        let _ = element.focus();
    }
}
