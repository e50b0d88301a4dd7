//! The port to the engine, and the worker behind it.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use gloo::events::EventListener;
use js_sys::{Array, JsString};
use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, MessageChannel, MessageEvent, MessagePort, Url, Worker};

use crate::platform::{file::NamedFile, worker};
use crate::wire::Envelope;

/// What waits for the reply to a question. It gets the reply as it came, or why there is none.
pub type Then = Box<dyn FnOnce(Result<JsValue, String>)>;

/// A port with an engine at its other end.
pub struct Transport {
    /// The worker with the engine, and who hears of its end; `None` where somebody else holds it.
    worker: Option<(Worker, EventListener)>,
    port: MessagePort,
    next: Cell<u32>,
    waiting: Rc<RefCell<HashMap<u32, Then>>>,
    _heard: Closure<dyn FnMut(MessageEvent)>,
}

impl Transport {
    /// Starts a worker. Commands may be sent at once: they wait in the port until the engine is there.
    /// `heard` gets what the engine says unasked, or why the worker ended.
    pub fn start(heard: impl Fn(Result<JsValue, String>) + Clone + 'static) -> Result<Transport, String> {
        let worker = start_worker().map_err(|error| format!("The engine could not be started: {error:?}"))?;
        let channel = MessageChannel::new().map_err(|error| format!("{error:?}"))?;
        let sent = worker.post_message_with_transfer(&JsValue::NULL, &Array::of1(&channel.port2()));
        sent.map_err(|error| format!("{error:?}"))?;
        let mut transport = Transport::over(channel.port1(), heard.clone());
        // What ends the worker without a word of the engine: no memory, files of the page that are missing.
        let failed = EventListener::new(&worker, "error", move |event| {
            let why = event.dyn_ref::<ErrorEvent>().map(ErrorEvent::message).unwrap_or_default();
            heard(Err(why));
        });
        transport.worker = Some((worker, failed));
        Ok(transport)
    }

    /// Talks over a port that somebody else passes on to an engine.
    pub fn over(port: MessagePort, heard: impl Fn(Result<JsValue, String>) + 'static) -> Transport {
        let waiting = Rc::<RefCell<HashMap<u32, Then>>>::default();
        let replies = waiting.clone();
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let Envelope { id, body, .. } = Envelope::unpack(&event.data());
            match id {
                // The entry is gone before its owner hears, who may ask on.
                Some(id) => {
                    let then = replies.borrow_mut().remove(&id);
                    if let Some(then) = then {
                        then(Ok(body));
                    }
                }
                None => heard(Ok(body)),
            }
        });
        port.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        Transport { worker: None, port, next: Cell::new(1), waiting, _heard: on_message }
    }

    /// Sends an encoded command and what lies beside it.
    pub fn send(&self, body: JsValue, files: Vec<NamedFile>, text: Option<JsString>, then: Then) {
        let id = self.next.get();
        self.next.set(id.wrapping_add(1));
        self.waiting.borrow_mut().insert(id, then);
        let posted = self.port.post_message(&Envelope { id: Some(id), body, files, text }.pack());
        if posted.is_err()
            && let Some(then) = self.waiting.borrow_mut().remove(&id)
        {
            then(Err("The browser could not hand this to the engine.".to_owned()));
        }
    }

    /// Whether the worker is its own.
    pub fn holds_worker(&self) -> bool {
        self.worker.is_some()
    }

    /// Ends the worker. Those who still wait for a reply are handed back.
    pub fn stop(self) -> Vec<Then> {
        self.port.set_onmessage(None);
        if let Some((worker, _)) = &self.worker {
            worker.terminate();
        }
        self.waiting.borrow_mut().drain().map(|(_, then)| then).collect()
    }
}

fn start_worker() -> Result<Worker, JsValue> {
    let base = gloo::utils::document().base_uri()?.unwrap_or_default();
    worker::start(&Url::new_with_base("worker-boot.js", &base)?.href(), "engine")
}
