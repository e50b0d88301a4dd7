//! What only a browser can tell: the parts of the app that stand on browser APIs.

#![cfg(target_arch = "wasm32")]

use js_sys::{ArrayBuffer, Promise, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{MessageChannel, MessageEvent, MessagePort};

wasm_bindgen_test_configure!(run_in_browser);

/// The data of the next message; setting the handler also starts the port.
async fn next_message(port: &MessagePort) -> JsValue {
    let arrived = Promise::new(&mut |resolve, _| port.set_onmessage(Some(&resolve)));
    JsFuture::from(arrived).await.unwrap().unchecked_into::<MessageEvent>().data()
}

/// The transport rests on two promises of the platform: a message sent before anyone listens
/// waits in the port, and a transferred buffer moves instead of being copied.
#[wasm_bindgen_test]
async fn a_port_keeps_early_messages_and_moves_transferred_buffers() {
    let channel = MessageChannel::new().unwrap();
    let sent = ArrayBuffer::new(3);
    Uint8Array::new(&sent).copy_from(&[1, 2, 3]);
    channel.port1().post_message_with_transferable(&sent, &js_sys::Array::of1(&sent)).unwrap();
    assert_eq!(sent.byte_length(), 0, "a transferred buffer is empty on the sender's side");

    let received = next_message(&channel.port2()).await;
    assert_eq!(Uint8Array::new(&received).to_vec(), [1, 2, 3]);
}
