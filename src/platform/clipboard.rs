//! Copying text.

use wasm_bindgen_futures::{JsFuture, spawn_local};

/// Copies a text and says whether the browser allowed it.
pub fn copy(text: &str, then: impl FnOnce(bool) + 'static) {
    let copied = gloo::utils::window().navigator().clipboard().write_text(text);
    spawn_local(async move { then(JsFuture::from(copied).await.is_ok()) });
}
