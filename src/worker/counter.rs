//! A counting worker: counts what the engine's worker sends it, and knows nothing else.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use engine::Encoding;
use engine::protocol::EncodingName;
use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, MessagePort, WorkerGlobalScope};

use super::errand::{self, Errand};
use super::{memory, report_faults};
use crate::platform::traffic;
use crate::wire::{self, Envelope, Note, Pulse};

/// Counts what comes through the port until the engine's worker ends this one. A fault ends it; the engine's worker
/// hears of that and gives the shard to another one.
pub fn count(port: MessagePort) {
    report_faults(&port);
    let counter =
        Rc::new(Counter { port: port.clone(), encodings: RefCell::default(), pulse: Cell::default() });
    let watcher = counter.clone();
    let origin = js_sys::global().unchecked_into::<WorkerGlobalScope>().origin();
    traffic::watch(origin, move |own| {
        watcher.pulse.set(watcher.pulse.get().with_request(own));
        watcher.tell_pulse();
    });
    // That it is ready.
    counter.tell_pulse();
    let heard = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let errand = Errand::unpack(Envelope::unpack(&event.data()));
        counter.run(errand.expect("the engine's worker is of the same build"));
    });
    port.set_onmessage(Some(heard.as_ref().unchecked_ref()));
    heard.forget();
}

struct Counter {
    port: MessagePort,
    encodings: RefCell<HashMap<EncodingName, Encoding>>,
    pulse: Cell<Pulse>,
}

impl Counter {
    fn run(&self, errand: Errand) {
        match errand {
            Errand::Vocabulary(name, bytes) => {
                let encoding = Encoding::load(name, &bytes).expect("the engine has loaded the same bytes");
                self.encodings.borrow_mut().insert(name, encoding);
            }
            Errand::Shard(shard) => {
                let encodings = self.encodings.borrow();
                let encoding = encodings.get(&shard.encoding).expect("the vocabulary comes first");
                let sent = errand::send_counts(&self.port, shard.number, &shard.count(encoding));
                sent.expect("a buffer can be moved");
                if memory() != self.pulse.get().memory {
                    self.tell_pulse();
                }
            }
        }
    }

    fn tell_pulse(&self) {
        self.pulse.set(Pulse { memory: memory(), ..self.pulse.get() });
        let body =
            wire::encode(&Note::Pulse(self.pulse.get())).expect("JS can hold every type of the protocol");
        let sent = self.port.post_message(&Envelope { body, ..Envelope::default() }.pack());
        sent.expect("plain objects can be posted");
    }
}
