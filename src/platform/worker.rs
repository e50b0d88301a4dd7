//! Starting workers.

use js_sys::Array;
use wasm_bindgen::JsValue;
use web_sys::{Blob, BlobPropertyBag, Url, Worker, WorkerOptions, WorkerType};

/// The address of a script that imports the module at `boot`.
///
/// Workers are started from such a blob, so that the policy of the page holds in them too: a worker from a file is
/// under the headers of that file, and a plain static server sends none.
///
/// # Errors
/// If the browser refuses.
pub fn script(boot: &str) -> Result<String, JsValue> {
    let kind = BlobPropertyBag::new();
    kind.set_type("text/javascript");
    let code = Array::of1(&format!("import {};", js_sys::JSON::stringify(&boot.into())?).into());
    Url::create_object_url_with_blob(&Blob::new_with_str_sequence_and_options(&code, &kind)?)
}

/// Starts a worker from such a script, in the page or in another worker.
///
/// # Errors
/// If the browser refuses; some have no workers in workers.
pub fn start(script: &str, name: &str) -> Result<Worker, JsValue> {
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    options.set_name(name);
    Worker::new_with_options(script, &options)
}
