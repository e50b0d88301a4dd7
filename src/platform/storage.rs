//! What is remembered between visits: settings and the user's own prices, never data.

fn storage() -> Option<web_sys::Storage> {
    // An error where the browser blocks storage: then nothing is remembered.
    gloo::utils::window().local_storage().ok().flatten()
}

/// What was remembered under a name.
pub fn read(name: &str) -> Option<String> {
    storage()?.get_item(name).ok().flatten()
}

/// Remembers a value, or forgets it; false where the browser has no room or does not allow it.
pub fn write(name: &str, value: Option<&str>) -> bool {
    let done = storage().map(|storage| match value {
        Some(value) => storage.set_item(name, value),
        None => storage.remove_item(name),
    });
    matches!(done, Some(Ok(())))
}
