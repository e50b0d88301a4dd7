//! Counting the requests this page or worker has made, as the browser itself records them.

use wasm_bindgen::prelude::*;
use web_sys::{PerformanceObserver, PerformanceObserverEntryList, PerformanceObserverInit};

/// Whether an address belongs to `origin`. `None` for blob: and data:, which are no requests; nothing travels.
pub fn is_own(address: &str, origin: &str) -> Option<bool> {
    let travels = ["http:", "https:", "ws"].iter().any(|scheme| address.starts_with(scheme));
    travels.then(|| address.strip_prefix(origin).is_some_and(|path| path.starts_with('/')))
}

/// Tells each request made since the page or worker started, and each to come: whether it went to `origin`.
/// Works in the page and in a worker. Never stops.
pub fn watch(origin: String, mut seen: impl FnMut(bool) + 'static) {
    let heard = Closure::<dyn FnMut(PerformanceObserverEntryList)>::new(
        move |entries: PerformanceObserverEntryList| {
            for entry in entries.get_entries() {
                let Ok(name) = js_sys::Reflect::get(&entry, &"name".into()) else { continue };
                name.as_string().and_then(|name| is_own(&name, &origin)).into_iter().for_each(&mut seen);
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
