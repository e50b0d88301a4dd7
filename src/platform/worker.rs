//! Starting workers.

use js_sys::Array;
use wasm_bindgen::JsValue;
use web_sys::{Blob, BlobPropertyBag, Url, Worker, WorkerOptions, WorkerType};

/// Starts a worker, in the page or in another worker, with the module at `script`, a whole address.
///
/// From a blob that imports it, so that the policy of the page holds in the worker too: a worker from a file is
/// under the headers of that file, and a plain static server sends none.
///
/// # Errors
/// If the browser refuses; some have no workers in workers.
pub fn start(script: &str, name: &str) -> Result<Worker, JsValue> {
    let kind = BlobPropertyBag::new();
    kind.set_type("text/javascript");
    let code = Array::of1(&format!("import {};", js_sys::JSON::stringify(&script.into())?).into());
    let url = Url::create_object_url_with_blob(&Blob::new_with_str_sequence_and_options(&code, &kind)?)?;
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    options.set_name(name);
    Worker::new_with_options(&url, &options)
}
