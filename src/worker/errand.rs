//! What the engine's worker sends to a counting worker, and what comes back.
//!
//! Both are [`Envelope`]s: a shard and its counts have the shard's number, a vocabulary and what a counting worker
//! says of itself have none. Texts and counts move as buffers, without a copy on the way.

use engine::Shard;
use engine::protocol::EncodingName;
use js_sys::{Array, ArrayBuffer, Uint8Array, Uint32Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::MessagePort;

use crate::wire::Envelope;

/// What a counting worker is asked to do.
pub enum Errand {
    /// Learn an encoding.
    Vocabulary(EncodingName, Vec<u8>),
    /// Count.
    Shard(Shard),
}

/// Sends a vocabulary. The buffer is copied by the browser.
///
/// # Errors
/// If the browser cannot.
pub fn send_vocabulary(port: &MessagePort, name: EncodingName, bytes: &ArrayBuffer) -> Result<(), JsValue> {
    let body = Array::of2(&name.as_str().into(), bytes).into();
    port.post_message(&Envelope { body, ..Envelope::default() }.pack())
}

/// Sends a shard.
///
/// # Errors
/// If the browser cannot.
pub fn send_shard(port: &MessagePort, shard: &Shard) -> Result<(), JsValue> {
    let text = Uint8Array::from(shard.text.as_bytes()).buffer();
    let ends = Uint32Array::from(&shard.ends[..]).buffer();
    let body = Array::of3(&shard.encoding.as_str().into(), &text, &ends).into();
    let message = Envelope { id: Some(shard.number), body, ..Envelope::default() }.pack();
    port.post_message_with_transferable(&message, &Array::of2(&text, &ends))
}

/// Sends the counts of a shard.
///
/// # Errors
/// If the browser cannot.
pub fn send_counts(port: &MessagePort, shard: u32, counts: &[u32]) -> Result<(), JsValue> {
    let counts = Uint32Array::from(counts).buffer();
    let message = Envelope { id: Some(shard), body: counts.clone().into(), ..Envelope::default() }.pack();
    port.post_message_with_transferable(&message, &Array::of1(&counts))
}

/// The counts that [`send_counts`] sent.
pub fn counts(body: &JsValue) -> Vec<u32> {
    Uint32Array::new(body).to_vec()
}

impl Errand {
    /// What was sent; `None` if it was something else.
    pub fn unpack(message: Envelope) -> Option<Errand> {
        let body: Array = message.body.dyn_into().ok()?;
        let encoding = body.get(0).as_string()?.parse().ok()?;
        let [text, ends] = [1, 2].map(|i| body.get(i));
        let bytes = Uint8Array::new(&text).to_vec();
        let Some(number) = message.id else { return Some(Errand::Vocabulary(encoding, bytes)) };
        let ends = Uint32Array::new(&ends).to_vec();
        Some(Errand::Shard(Shard { number, encoding, text: String::from_utf8(bytes).ok()?, ends }))
    }
}
