//! Files and folders dragged over the page, files dropped on it or pasted into it.

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::{
    ClipboardEvent, DataTransfer, DataTransferItem, DragEvent, Event, EventTarget, File, FileList,
    FileSystemDirectoryEntry,
};

use super::file::NamedFile;

/// What is held over the page.
pub enum Drag {
    /// This many files and folders; 0 where the browser does not say before they are dropped.
    Over(u32),
    /// Nothing any more.
    Left,
    /// These were let go.
    Dropped(Dropped),
}

/// What was dropped.
#[derive(Default)]
pub struct Dropped {
    /// Files by themselves.
    pub files: Vec<NamedFile>,
    /// Folders, whose files have yet to be listed.
    pub folders: Vec<FileSystemDirectoryEntry>,
}

type Act = Box<dyn Fn(&DragEvent, &DataTransfer)>;

/// Hears of files held over or dropped anywhere on the page, until the listeners are dropped. Text and other
/// things that are dragged are left alone.
pub fn listen(heard: impl Fn(Drag) + Clone + 'static) -> [EventListener; 3] {
    let on = |name: &'static str, act: Act| {
        let target: EventTarget = gloo::utils::document().into();
        let options = EventListenerOptions::enable_prevent_default();
        EventListener::new_with_options(&target, name, options, move |event: &Event| {
            if let Some(event) = event.dyn_ref::<DragEvent>()
                && let Some(data) = event.data_transfer()
                && data.types().includes(&"Files".into(), 0)
            {
                event.prevent_default();
                act(event, &data);
            }
        })
    };
    let (over, left) = (heard.clone(), heard.clone());
    [
        on(
            "dragover",
            Box::new(move |_, data| {
                data.set_drop_effect("copy");
                over(Drag::Over(items(data).count() as u32));
            }),
        ),
        on(
            "dragleave",
            Box::new(move |event, _| {
                // Leaving one element for another is not leaving the page.
                if event.related_target().is_none() {
                    left(Drag::Left);
                }
            }),
        ),
        on("drop", Box::new(move |_, data| heard(Drag::Dropped(dropped(data))))),
    ]
}

fn items(data: &DataTransfer) -> impl Iterator<Item = DataTransferItem> {
    let items = data.items();
    (0..items.length()).filter_map(move |i| items.get(i)).filter(|item| item.kind() == "file")
}

/// What was dropped; can be asked only while the event lasts.
fn dropped(data: &DataTransfer) -> Dropped {
    let mut dropped = Dropped::default();
    for item in items(data) {
        match item.webkit_get_as_entry() {
            Ok(Some(entry)) if entry.is_directory() => dropped.folders.push(entry.unchecked_into()),
            _ => dropped.files.extend(item.get_as_file().ok().flatten().map(NamedFile::from)),
        }
    }
    dropped
}

/// The files of a list.
pub fn list(files: Option<FileList>) -> Vec<NamedFile> {
    let files = files.map(|files| (0..files.length()).filter_map(move |i| files.get(i)));
    files.into_iter().flatten().map(NamedFile::from).collect()
}

/// What was pasted: files, or a text.
pub fn pasted(event: &ClipboardEvent) -> (Vec<NamedFile>, String) {
    let Some(data) = event.clipboard_data() else { return Default::default() };
    (list(data.files()), data.get_data("text").unwrap_or_default())
}

/// A text as a file.
pub fn text_file(name: &str, text: &str) -> Option<NamedFile> {
    File::new_with_str_sequence(&js_sys::Array::of1(&text.into()), name).ok().map(NamedFile::from)
}
