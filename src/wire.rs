//! How commands and answers cross the port between page and worker.
//!
//! A message is a JS object: `id` pairs an answer with its question, `body` is a command, a reply or a note,
//! `files` with their `names`, and `text` are what lies beside a command and is not copied through Rust.

use js_sys::{Array, JsString, Object, Reflect};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use wasm_bindgen::{JsCast, JsValue};

use engine::protocol::{Event, SessionInfo};

use crate::platform::file::NamedFile;

/// What the worker says unasked: messages without an `id`.
#[derive(Serialize, Deserialize)]
pub enum Note {
    /// From the engine.
    Event(Event),
    /// The session has changed by itself: files are being read, a vocabulary has come.
    Session(SessionInfo),
    /// Something that the worker was to do by itself could not be done.
    Refused(String),
    /// How the worker itself is.
    Pulse(Pulse),
}

/// How the worker is, together with the counting workers it has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pulse {
    /// Requests they have made to the origin of the page.
    pub own: u32,
    /// Requests they have made to any other origin: 0 as long as the policy of the page holds.
    pub foreign: u32,
    /// Bytes of memory they hold.
    pub memory: f64,
    /// How many counting workers there are.
    pub workers: u32,
}

impl Pulse {
    /// After one more request, to the worker's own origin or to another.
    pub fn with_request(mut self, own: bool) -> Pulse {
        *if own { &mut self.own } else { &mut self.foreign } += 1;
        self
    }

    /// Both together.
    pub fn plus(self, other: Pulse) -> Pulse {
        Pulse {
            own: self.own + other.own,
            foreign: self.foreign + other.foreign,
            memory: self.memory + other.memory,
            workers: self.workers + other.workers,
        }
    }
}

/// A message as it crosses the port.
#[derive(Clone, Default)]
pub struct Envelope {
    /// Pairs an answer with its question; `None` for notes.
    pub id: Option<u32>,
    /// A command, a reply or a note.
    pub body: JsValue,
    /// The files that lie beside [`Command::Open`](engine::protocol::Command::Open).
    pub files: Vec<NamedFile>,
    /// The text that lies beside [`Command::Count`](engine::protocol::Command::Count).
    pub text: Option<JsString>,
}

impl Envelope {
    /// The object that is posted.
    pub fn pack(&self) -> JsValue {
        let object = Object::new();
        let set = |key: &str, value: &JsValue| {
            // Cannot fail: a fresh object takes any property.
            let _ = Reflect::set(&object, &key.into(), value);
        };
        if let Some(id) = self.id {
            set("id", &id.into());
        }
        set("body", &self.body);
        if !self.files.is_empty() {
            set("files", &self.files.iter().map(|named| &named.file).collect::<Array>());
            set("names", &self.files.iter().map(|named| JsValue::from(&named.name)).collect::<Array>());
        }
        if let Some(text) = &self.text {
            set("text", text);
        }
        object.into()
    }

    /// Reads what was posted; what is missing stays empty.
    pub fn unpack(object: &JsValue) -> Envelope {
        let get = |key: &str| Reflect::get(object, &key.into()).unwrap_or(JsValue::UNDEFINED);
        let list = |key: &str| get(key).dyn_into::<Array>().unwrap_or_default().into_iter();
        let named = |(file, name): (JsValue, JsValue)| {
            Some(NamedFile { name: name.as_string()?, file: file.dyn_into().ok()? })
        };
        Envelope {
            id: get("id").as_f64().map(|id| id as u32),
            body: get("body"),
            files: list("files").zip(list("names")).filter_map(named).collect(),
            text: get("text").dyn_into().ok(),
        }
    }
}

/// A value as JS: whole numbers of 64 and 128 bits become BigInts, so that money and times keep their digits.
///
/// # Errors
/// If the value has a shape that JS cannot hold; no type of the protocol has.
pub fn encode<T: Serialize>(value: &T) -> Result<JsValue, serde_wasm_bindgen::Error> {
    value.serialize(&serde_wasm_bindgen::Serializer::new().serialize_large_number_types_as_bigints(true))
}

/// The value that [`encode`] made.
///
/// # Errors
/// If it is not of that type: the page and the worker are of different builds.
pub fn decode<T: DeserializeOwned>(value: JsValue) -> Result<T, serde_wasm_bindgen::Error> {
    serde_wasm_bindgen::from_value(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::protocol::Command;
    use units::{Money, Nanos, Timestamp};
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    fn money_and_times_keep_all_their_digits() {
        for picos in [0, -1, i128::from(i64::MAX) * 1_000, i128::MAX, i128::MIN] {
            let command = Command::SetPrice {
                model: "m".to_owned(),
                input: Money::from_picos(picos),
                output: Money::from_picos(1),
            };
            assert_eq!(decode::<Command>(encode(&command).unwrap()).unwrap(), command);
        }
        let times = (Timestamp(i64::MAX), Nanos(i64::MIN), u64::MAX);
        assert_eq!(decode::<(Timestamp, Nanos, u64)>(encode(&times).unwrap()).unwrap(), times);
    }

    #[wasm_bindgen_test]
    fn what_lies_beside_a_command_arrives_as_it_is() {
        let text = JsString::from("a\u{1f525}");
        let sent = Envelope { id: Some(3), text: Some(text.clone()), ..Envelope::default() };
        let got = Envelope::unpack(&sent.pack());
        assert_eq!((got.id, got.text, got.files.is_empty()), (Some(3), Some(text), true));
        assert_eq!(Envelope::unpack(&Envelope::default().pack()).id, None);
    }
}
