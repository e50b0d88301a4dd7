//! Files dragged over the page, dropped on it or pasted into it.

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, DataTransfer, DragEvent, Event, EventTarget, File, FileList};

/// What is held over the page.
pub enum Drag {
    /// This many files; 0 where the browser does not say before they are dropped.
    Over(u32),
    /// Nothing any more.
    Left,
    /// These files were let go.
    Dropped(Vec<File>),
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
    let (over, left, dropped) = (heard.clone(), heard.clone(), heard);
    [
        on(
            "dragover",
            Box::new(move |_, data| {
                data.set_drop_effect("copy");
                let items = data.items();
                let files =
                    (0..items.length()).filter_map(|i| items.get(i)).filter(|item| item.kind() == "file");
                over(Drag::Over(files.count() as u32));
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
        on("drop", Box::new(move |_, data| dropped(Drag::Dropped(list(data.files()))))),
    ]
}

/// The files of a list.
pub fn list(files: Option<FileList>) -> Vec<File> {
    files.map(|files| (0..files.length()).filter_map(|i| files.get(i)).collect()).unwrap_or_default()
}

/// What was pasted: files, or a text.
pub fn pasted(event: &ClipboardEvent) -> (Vec<File>, String) {
    let Some(data) = event.clipboard_data() else { return Default::default() };
    (list(data.files()), data.get_data("text").unwrap_or_default())
}

/// A text as a file.
pub fn text_file(name: &str, text: &str) -> Option<File> {
    File::new_with_str_sequence(&js_sys::Array::of1(&text.into()), name).ok()
}
