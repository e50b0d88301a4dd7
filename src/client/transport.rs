//! The worker and the port to it.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use engine::protocol::{Command, Event, Reply};
use gloo::events::EventListener;
use js_sys::{Array, JsString};
use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, MessageChannel, MessageEvent, MessagePort, Url, Worker};

use crate::platform::{file::NamedFile, worker};
use crate::wire::{self, Envelope, Note};

/// What waits for the reply to a question.
pub type Then = Box<dyn FnOnce(Reply)>;

/// One worker with an engine in it.
pub struct Transport {
    worker: Worker,
    port: MessagePort,
    next: Cell<u32>,
    waiting: Rc<RefCell<HashMap<u32, Then>>>,
    _heard: Closure<dyn FnMut(MessageEvent)>,
    _failed: EventListener,
}

impl Transport {
    /// Starts a worker. Commands may be sent at once: they wait in the port until the engine is there.
    pub fn start(heard: impl Fn(Note) + Clone + 'static) -> Result<Transport, String> {
        let worker = start_worker().map_err(|error| format!("The engine could not be started: {error:?}"))?;
        let channel = MessageChannel::new().map_err(|error| format!("{error:?}"))?;
        let port = channel.port1();
        let sent = worker.post_message_with_transfer(&JsValue::NULL, &Array::of1(&channel.port2()));
        sent.map_err(|error| format!("{error:?}"))?;

        let waiting = Rc::<RefCell<HashMap<u32, Then>>>::default();
        let (replies, tell) = (waiting.clone(), heard.clone());
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let Envelope { id, body, .. } = Envelope::unpack(&event.data());
            match id {
                // The entry is gone before its owner hears, who may ask on.
                Some(id) => {
                    let then = replies.borrow_mut().remove(&id);
                    if let Some(then) = then {
                        then(wire::decode(body).unwrap_or_else(|error| Err(other_build(&error))));
                    }
                }
                None => match wire::decode(body) {
                    Ok(note) => tell(note),
                    Err(error) => tell(Note::Event(Event::Fault(other_build(&error)))),
                },
            }
        });
        port.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        // What ends the worker without a word of the engine: no memory, files of the page that are missing.
        let failed = EventListener::new(&worker, "error", move |event| {
            let why = event.dyn_ref::<ErrorEvent>().map(ErrorEvent::message).unwrap_or_default();
            heard(Note::Event(Event::Fault(why)));
        });
        Ok(Transport { worker, port, next: Cell::new(1), waiting, _heard: on_message, _failed: failed })
    }

    /// Sends a command and what lies beside it.
    pub fn send(&self, command: &Command, files: &[NamedFile], text: Option<JsString>, then: Then) {
        let id = self.next.get();
        self.next.set(id.wrapping_add(1));
        match wire::encode(command) {
            Ok(body) => {
                self.waiting.borrow_mut().insert(id, then);
                let posted = self
                    .port
                    .post_message(&Envelope { id: Some(id), body, files: files.to_vec(), text }.pack());
                if posted.is_err()
                    && let Some(then) = self.waiting.borrow_mut().remove(&id)
                {
                    then(Err("The browser could not hand this to the engine.".to_owned()));
                }
            }
            Err(error) => then(Err(error.to_string())),
        }
    }

    /// Ends the worker. Those who still wait for a reply are handed back.
    pub fn stop(self) -> Vec<Then> {
        self.port.set_onmessage(None);
        self.worker.terminate();
        self.waiting.borrow_mut().drain().map(|(_, then)| then).collect()
    }
}

fn other_build(error: &serde_wasm_bindgen::Error) -> String {
    format!("The page and its engine do not understand each other ({error}). Reload the page.")
}

fn start_worker() -> Result<Worker, JsValue> {
    let base = gloo::utils::document().base_uri()?.unwrap_or_default();
    worker::start(&Url::new_with_base("worker-boot.js", &base)?.href(), "engine")
}
