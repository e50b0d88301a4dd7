//! Hands a `MessagePort` to the engine.

use wasm_bindgen::prelude::*;

/// Takes the port the page sent, and the address of the folder the page lies in.
#[wasm_bindgen]
pub fn start(port: web_sys::MessagePort, base: String) {
    tokenflame::worker::start(port, base);
}

/// Counts texts for the engine at the other end of this port.
#[wasm_bindgen]
pub fn count(port: web_sys::MessagePort) {
    tokenflame::worker::count(port);
}

fn main() {}
