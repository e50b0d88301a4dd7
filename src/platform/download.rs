//! Saving a file.

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// Gives a text to the browser to be saved as a file.
///
/// # Errors
/// If the browser refuses.
pub fn save(name: &str, text: &str) -> Result<(), JsValue> {
    save_as(name, "application/json", &text.into())
}

/// The same for content of another type: a text or bytes.
///
/// # Errors
/// If the browser refuses.
pub fn save_as(name: &str, kind: &str, content: &JsValue) -> Result<(), JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    save_blob(name, &Blob::new_with_blob_sequence_and_options(&Array::of1(content), &options)?)
}

/// The same for what the browser made itself.
///
/// # Errors
/// If the browser refuses.
pub fn save_blob(name: &str, blob: &Blob) -> Result<(), JsValue> {
    let url = Url::create_object_url_with_blob(blob)?;
    let link: HtmlAnchorElement = gloo::utils::document().create_element("a")?.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    link.click();
    Url::revoke_object_url(&url)
}
