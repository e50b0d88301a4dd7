//! The ways by which files come in: chosen, dropped, pasted, samples.

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{ClipboardEvent, HtmlElement, HtmlInputElement};

use super::Client;
use crate::platform::{drop, fetch};

/// The id of the hidden field that shows the dialog. It stands in the page all the time: some browsers forget one
/// that does not before the dialog is answered.
pub const CHOOSER: &str = "choose-files";

impl Client {
    /// Shows the browser's dialog for files; what is chosen there is opened by [`chosen`](Self::chosen).
    pub fn choose(&self) {
        let field = gloo::utils::document().get_element_by_id(CHOOSER);
        if let Some(field) = field.and_then(|field| field.dyn_into::<HtmlElement>().ok()) {
            field.click();
        }
    }

    /// Opens what was chosen in the field of the id [`CHOOSER`].
    pub fn chosen(&self, field: &HtmlInputElement) {
        self.open(drop::list(field.files()));
        // So that the same file can be chosen again.
        field.set_value("");
    }

    /// Opens files that are pasted, or a pasted text that looks like JSON.
    pub fn paste(&self, event: &ClipboardEvent) {
        let (files, text) = drop::pasted(event);
        if !files.is_empty() {
            event.prevent_default();
            self.open(files);
        } else if text.trim_start().starts_with(['{', '[']) {
            event.prevent_default();
            self.open(drop::text_file("pasted text", &text).into_iter().collect());
        }
    }

    /// Opens a file that comes with the page.
    pub fn open_sample(&self, path: &'static str) {
        let client = self.clone();
        spawn_local(async move {
            match fetch::file(path).await {
                Ok(file) => client.open(vec![file]),
                Err(why) => client.refuse(why),
            }
        });
    }
}
