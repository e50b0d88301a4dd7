//! Hands a `MessagePort` to the engine.

use wasm_bindgen::prelude::*;

/// Takes the port the page sent, the address of the folder the page lies in, and the text of the price table.
#[wasm_bindgen]
pub fn start(port: web_sys::MessagePort, base: String, prices: String) {
    tokenflame::worker::start(port, base, prices);
}

/// Counts texts for the engine at the other end of this port.
#[wasm_bindgen]
pub fn count(port: web_sys::MessagePort) {
    tokenflame::worker::count(port);
}

fn main() {}
