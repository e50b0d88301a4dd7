//! Vocabularies: fetched from beside the page when a text is to be counted, once each.

use std::cell::RefCell;
use std::collections::HashMap;

use engine::protocol::EncodingName;
use js_sys::{ArrayBuffer, Promise, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{RequestCache, RequestInit, Response, WorkerGlobalScope};

use super::Worker;

/// The vocabularies that are on their way.
pub struct Vocabularies {
    folder: String,
    /// Promises, so that several may wait for the same.
    coming: RefCell<HashMap<EncodingName, Promise>>,
    /// Those that have come, for the counting workers.
    kept: RefCell<HashMap<EncodingName, ArrayBuffer>>,
}

impl Vocabularies {
    pub fn new(base: &str) -> Vocabularies {
        Vocabularies { folder: format!("{base}vocab/"), coming: RefCell::default(), kept: RefCell::default() }
    }

    /// The bytes of a vocabulary that the engine has loaded.
    pub fn kept(&self, name: EncodingName) -> Option<ArrayBuffer> {
        self.kept.borrow().get(&name).cloned()
    }

    /// The bytes of a vocabulary.
    async fn bytes(&self, name: EncodingName) -> Result<Vec<u8>, String> {
        let url = format!("{}{}", self.folder, name.asset());
        let promise =
            self.coming.borrow_mut().entry(name).or_insert_with(|| future_to_promise(fetch(url))).clone();
        let bytes = JsFuture::from(promise).await;
        // Failed or done: the next who asks begins anew.
        self.coming.borrow_mut().remove(&name);
        match bytes {
            Ok(bytes) => {
                let plain = Uint8Array::new(&bytes).to_vec();
                self.kept.borrow_mut().insert(name, bytes.unchecked_into());
                Ok(plain)
            }
            Err(_) => Err(format!(
                "The vocabulary {name} could not be fetched: is the server of this page still there?"
            )),
        }
    }
}

async fn fetch(url: String) -> Result<JsValue, JsValue> {
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    let init = RequestInit::new();
    // Vocabularies do not change: what the browser has of one is as good as new.
    init.set_cache(RequestCache::ForceCache);
    let response: Response =
        JsFuture::from(scope.fetch_with_str_and_init(&url, &init)).await?.unchecked_into();
    if !response.ok() {
        return Err(response.status().into());
    }
    JsFuture::from(response.array_buffer()?).await
}

impl Worker {
    /// Sees to it that the engine has a vocabulary.
    pub async fn load_vocabulary(&self, name: EncodingName) -> Result<(), String> {
        if self.session.borrow().has_vocabulary(name) {
            return Ok(());
        }
        let bytes = self.vocabularies.bytes(name).await?;
        // Another one may have waited for the same.
        if self.session.borrow().has_vocabulary(name) {
            return Ok(());
        }
        self.session.borrow_mut().set_vocabulary(name, &bytes)
    }
}
