//! What is remembered between visits: settings, never data.

fn storage() -> Option<web_sys::Storage> {
    // An error where the browser blocks storage: then nothing is remembered.
    gloo::utils::window().local_storage().ok().flatten()
}

/// What was remembered under a name.
pub fn read(name: &str) -> Option<String> {
    storage()?.get_item(name).ok().flatten()
}

/// Remembers a value, or forgets it.
pub fn write(name: &str, value: Option<&str>) {
    if let Some(storage) = storage() {
        let _ = match value {
            Some(value) => storage.set_item(name, value),
            None => storage.remove_item(name),
        };
    }
}
