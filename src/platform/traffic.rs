//! Counting the requests this page or worker has made, as the browser itself records them.

use wasm_bindgen::prelude::*;
use web_sys::{PerformanceObserver, PerformanceObserverEntryList, PerformanceObserverInit};

/// Tells each request made since the page or worker started, and each to come: whether it went to `origin`.
/// Works in the page and in a worker. Never stops.
pub fn watch(origin: String, mut seen: impl FnMut(bool) + 'static) {
    let heard = Closure::<dyn FnMut(PerformanceObserverEntryList)>::new(
        move |entries: PerformanceObserverEntryList| {
            for entry in entries.get_entries() {
                let Ok(name) = js_sys::Reflect::get(&entry, &"name".into()) else { continue };
                // blob: and data: are no requests; nothing travels.
                let name = name.as_string().unwrap_or_default();
                if name.starts_with("http:") || name.starts_with("https:") || name.starts_with("ws") {
                    seen(name.strip_prefix(&origin).is_some_and(|path| path.starts_with('/')));
                }
            }
        },
    );
    if let Ok(observer) = PerformanceObserver::new(heard.as_ref().unchecked_ref()) {
        // The bindings know only the older form, which leaves out what was before.
        let what = js_sys::Object::new();
        let _ = js_sys::Reflect::set(&what, &"type".into(), &"resource".into());
        let _ = js_sys::Reflect::set(&what, &"buffered".into(), &true.into());
        let what: PerformanceObserverInit = what.unchecked_into();
        observer.observe(&what);
        heard.forget();
    }
}
