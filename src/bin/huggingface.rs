//! A Hugging Face tokenizer: a wasm of its own, in a worker of its own, fetched when such a file is opened.

use wasm_bindgen::prelude::*;

/// The tokenizer of a `tokenizer.json`.
#[wasm_bindgen]
pub struct Tokenizer(huggingface::Tokenizer);

#[wasm_bindgen]
impl Tokenizer {
    /// Reads a file; throws a sentence if it is no tokenizer.
    #[wasm_bindgen(constructor)]
    pub fn new(json: &[u8]) -> Result<Tokenizer, String> {
        // A fault is thrown as an Error, which tells it from a sentence.
        std::panic::set_hook(Box::new(|fault| {
            let why = fault.payload_as_str().unwrap_or("for no reason it gives");
            wasm_bindgen::throw_val(js_sys::Error::new(why).into());
        }));
        huggingface::Tokenizer::from_json(json).map(Tokenizer).map_err(|error| error.to_string())
    }

    /// How it finds tokens.
    #[wasm_bindgen(getter)]
    pub fn kind(&self) -> String {
        self.0.kind().to_string()
    }

    /// Tokens in its vocabulary.
    #[wasm_bindgen(getter)]
    pub fn vocabulary(&self) -> u32 {
        self.0.vocabulary() as u32
    }

    /// Whether texts run through a regex engine first.
    #[wasm_bindgen(getter, js_name = hasPattern)]
    pub fn has_pattern(&self) -> bool {
        self.0.has_pattern()
    }

    /// Of each token its id and the byte at which its part of the text ends; throws a sentence if there is none.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, String> {
        let pieces = self.0.encode(text).map_err(|error| error.to_string())?;
        Ok(pieces.into_iter().flat_map(|piece| [piece.id, piece.bytes.end as u32]).collect())
    }
}

fn main() {}
