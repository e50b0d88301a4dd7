//! The reading of a file, for the browser.

use crate::{Figures, Reading};
use wasm_bindgen::prelude::wasm_bindgen;

/// A file being read in the browser.
#[wasm_bindgen]
pub struct Reader(Reading);

/// What it came to.
#[wasm_bindgen(getter_with_clone)]
pub struct Found {
    /// Model calls.
    pub calls: f64,
    /// Rows of spans.
    pub spans: f64,
    /// Bytes of distinct prompts and answers.
    pub texts: f64,
    /// Bytes of distinct names and ids.
    pub strings: f64,
}

#[wasm_bindgen]
impl Reader {
    /// Begins a file of so many bytes.
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: f64) -> Reader {
        Reader(Reading::begin(bytes as u64))
    }

    /// Takes the next bytes.
    pub fn push(&mut self, chunk: &[u8]) {
        self.0.push(chunk);
    }

    /// The file has ended.
    pub fn finish(self) -> Found {
        let Figures { calls, spans, texts, strings } = crate::figures(&self.0.finish());
        Found { calls: calls as f64, spans: spans as f64, texts: texts as f64, strings: strings as f64 }
    }
}
