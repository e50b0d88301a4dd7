//! Hands a `MessagePort` to the engine.

use wasm_bindgen::prelude::*;

/// Takes the port the page sent; what waits in it is delivered once its handler is set.
#[wasm_bindgen]
pub fn start(port: web_sys::MessagePort) {
    let echo = port.clone();
    let answer = Closure::<dyn FnMut(web_sys::MessageEvent)>::new(move |message: web_sys::MessageEvent| {
        echo.post_message(&message.data()).expect("a received value can be sent back");
    });
    port.set_onmessage(Some(answer.as_ref().unchecked_ref()));
    answer.forget();
}

fn main() {}
