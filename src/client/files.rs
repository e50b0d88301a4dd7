//! The ways by which files come in: chosen, dropped, pasted, samples; alone or in folders.

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{ClipboardEvent, HtmlElement, HtmlInputElement};

use super::Client;
use crate::format;
use crate::platform::drop::{self, Dropped};
use crate::platform::{fetch, folder::Listing};
use crate::state::session::Change;

/// The ids of the hidden fields that show the dialogs. They stand in the page all the time: some browsers forget one
/// that does not before the dialog is answered.
pub const CHOOSER: &str = "choose-files";
/// Of the dialog for a folder.
pub const FOLDER_CHOOSER: &str = "choose-folder";
/// As many names stand in a sentence.
const NAMED: usize = 4;

impl Client {
    /// Shows the browser's dialog for files; what is chosen there is opened by [`chosen`](Self::chosen).
    pub fn choose(&self) {
        click(CHOOSER);
    }

    /// Shows the browser's dialog for a folder; what is in it is opened by [`chosen`](Self::chosen).
    pub fn choose_folder(&self) {
        click(FOLDER_CHOOSER);
    }

    /// Opens what was chosen in the field of the id [`CHOOSER`] or [`FOLDER_CHOOSER`].
    pub fn chosen(&self, field: &HtmlInputElement) {
        let files = drop::list(field.files());
        if field.webkitdirectory() {
            self.open_listing(Listing::of_chosen(files));
        } else {
            self.open(files);
        }
        // So that the same file can be chosen again.
        field.set_value("");
    }

    /// Opens what was dropped; folders as soon as the browser has listed them.
    pub fn open_dropped(&self, Dropped { files, folders }: Dropped) {
        if folders.is_empty() {
            return self.open(files);
        }
        let client = self.clone();
        client.0.session.dispatch(Change::Opening);
        let stops = client.0.stops.get();
        spawn_local(async move {
            let mut listing = Listing::of_dropped(folders, || client.0.stops.get() == stops).await;
            client.0.session.dispatch(Change::Opened);
            if client.0.stops.get() == stops {
                listing.files.splice(0..0, files);
                client.open_listing(listing);
            }
        });
    }

    /// Opens the files of folders and says what was left out.
    fn open_listing(&self, Listing { files, left_out, unreadable }: Listing) {
        let mut notes = Vec::new();
        if files.is_empty() {
            notes.push("The folder holds no file that can be read.".to_owned());
        }
        if !left_out.is_empty() {
            let what = match left_out.values().sum::<u64>() {
                1 => "1 file or folder was".to_owned(),
                n => format!("{} files and folders were", format::int(n)),
            };
            notes.push(format!("{what} left out, because no traces lie there: {}.", names(left_out.keys())));
        }
        if !unreadable.is_empty() {
            let names = names(unreadable.iter());
            notes.push(format!(
                "{names} could not be read: removed meanwhile, or the browser may not read it."
            ));
        }
        self.open(files);
        if !notes.is_empty() {
            self.0.session.dispatch(Change::Noted(notes.join(" ")));
        }
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
                Ok(file) => client.open(vec![file.into()]),
                Err(why) => client.refuse(why),
            }
        });
    }
}

/// Clicks the field of this id.
fn click(id: &str) {
    let field = gloo::utils::document().get_element_by_id(id);
    if let Some(field) = field.and_then(|field| field.dyn_into::<HtmlElement>().ok()) {
        field.click();
    }
}

/// The first of these names, and how many more there are.
fn names<'a>(mut names: impl Iterator<Item = &'a String>) -> String {
    let first: Vec<&str> = names.by_ref().take(NAMED).map(String::as_str).collect();
    match names.count() {
        0 => first.join(", "),
        n => format!("{} and {} more", first.join(", "), format::int(n as u64)),
    }
}
