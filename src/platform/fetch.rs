//! Getting files of the page's own origin.

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File, Response};

async fn get(path: &str) -> Result<Response, String> {
    let answer = JsFuture::from(gloo::utils::window().fetch_with_str(path)).await;
    let response: Response = answer
        .map_err(|_| format!("{path} could not be fetched: is the server still there?"))?
        .unchecked_into();
    if response.ok() {
        Ok(response)
    } else {
        Err(format!("{path} could not be fetched: the server answered {}", response.status()))
    }
}

/// A file at a path relative to the page, under the last part of its path as name.
pub async fn file(path: &str) -> Result<File, String> {
    let response = get(path).await?;
    let broken = |_: JsValue| format!("{path} broke off while it was fetched: try again");
    let blob: Blob = JsFuture::from(response.blob().map_err(broken)?).await.map_err(broken)?.unchecked_into();
    let name = path.rsplit('/').next().unwrap_or(path);
    File::new_with_blob_sequence(&js_sys::Array::of1(&blob), name).map_err(broken)
}
