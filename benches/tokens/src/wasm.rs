//! The one contestant of a module, for the browser.

use crate::{CONTESTANTS, Tokenizer};
use wasm_bindgen::prelude::wasm_bindgen;

/// The module's contestant, ready for an encoding.
#[wasm_bindgen]
pub struct Loaded(Box<dyn Tokenizer>);

#[wasm_bindgen]
impl Loaded {
    /// Makes it ready.
    #[wasm_bindgen(constructor)]
    pub fn new(encoding: &str, asset: &[u8]) -> Result<Loaded, String> {
        let contestant = CONTESTANTS.first().ok_or("this module was built without a contestant")?;
        (contestant.load)(encoding, asset).map(Loaded)
    }

    /// Number of tokens.
    pub fn count(&self, text: &str) -> usize {
        self.0.count(text)
    }

    /// Number of tokens of text that comes as UTF-8.
    pub fn count_bytes(&self, text: &[u8]) -> Result<usize, String> {
        Ok(self.0.count(std::str::from_utf8(text).map_err(|error| error.to_string())?))
    }

    /// The tokens.
    pub fn encode(&self, text: &str) -> Vec<u32> {
        self.0.encode(text)
    }
}
