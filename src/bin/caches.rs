//! The cache lab: a wasm of its own, in a worker of its own, fetched when a replay is first asked for.

use caching::{
    Owned,
    lab::{Question, Reply},
};
use js_sys::Function;
use wasm_bindgen::prelude::*;

/// The traffic of a session, and what is asked of it.
#[wasm_bindgen]
pub struct Lab(caching::lab::Lab);

#[wasm_bindgen]
impl Lab {
    /// Takes packed traffic; throws a sentence if it is none.
    #[wasm_bindgen(constructor)]
    pub fn new(packed: &[u8]) -> Result<Lab, String> {
        // A fault is thrown as an Error, which tells it from a sentence.
        std::panic::set_hook(Box::new(|fault| {
            let why = fault.payload_as_str().unwrap_or("for no reason it gives");
            wasm_bindgen::throw_val(js_sys::Error::new(why).into());
        }));
        Owned::unpack(packed).map(|owned| Lab(caching::lab::Lab::new(owned)))
    }

    /// Answers a question, both as the page sends them. `progress` is called with how much of how much is done.
    pub fn answer(&mut self, question: &str, progress: &Function) -> Result<JsValue, String> {
        let question: Result<Question, _> = serde_json::from_str(question);
        let reply: Result<Reply, String> = match question {
            Ok(question) => self.0.answer(&question, &mut |done, of| {
                // What it throws would be a fault of the page, which shows itself elsewhere.
                let _ = progress.call2(&JsValue::NULL, &(done as f64).into(), &(of as f64).into());
            }),
            Err(error) => Err(format!("The lab does not know this question: {error}")),
        };
        tokenflame::encode(&reply).map_err(|error| error.to_string())
    }
}

fn main() {}
