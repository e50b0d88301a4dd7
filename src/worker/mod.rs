//! The engine's side of the port: reads files piece by piece, and answers in between.

mod bell;
mod caches;
mod count;
mod counter;
mod errand;
mod huggingface;
mod pool;
mod read;
mod respond;
mod runner;
mod vocabulary;

pub use counter::count;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use engine::Session;
use engine::protocol::{Event, Reply};
use js_sys::WebAssembly::Memory;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, MessageChannel, MessageEvent, MessagePort, WorkerGlobalScope};

use crate::platform::traffic;
use crate::wire::{self, Envelope, Note, Pulse};

thread_local! {
    /// For the panic hook, which has to be `Send` and so cannot hold the port itself.
    static PORT: RefCell<Option<MessagePort>> = const { RefCell::new(None) };
}

/// Serves the port until the page ends the worker. `base` is the folder the page lies in, `prices` the price table.
pub fn start(port: MessagePort, base: String, prices: String) {
    report_faults(&port);
    engine::load_prices(prices);
    let worker = Rc::new(Worker {
        port: port.clone(),
        session: RefCell::default(),
        files: RefCell::default(),
        queue: RefCell::default(),
        reading: Cell::new(false),
        stops: Cell::new(0),
        wants: Cell::new(false),
        counting: Cell::new(None),
        runs: Cell::new(0),
        pool: pool::Pool::new(&base),
        vocabularies: vocabulary::Vocabularies::new(&base),
        tokenizers: huggingface::Tokenizers::new(&base),
        caches: caches::Caches::new(&base),
        origin: origin_of(&base),
        pulse: Cell::default(),
    });
    let watcher = worker.clone();
    traffic::watch(worker.origin.clone(), move |own| watcher.count_request(own));
    worker.tell_pulse();

    let heard = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        worker.clone().respond(Envelope::unpack(&event.data()));
    });
    // What waits in the port is delivered from now on.
    port.set_onmessage(Some(heard.as_ref().unchecked_ref()));
    heard.forget();
}

/// The engine and what it needs of the browser.
struct Worker {
    port: MessagePort,
    session: RefCell<Session>,
    /// The files of the session in the order in which they were opened.
    files: RefCell<Vec<File>>,
    /// Files that are still to be read.
    queue: RefCell<VecDeque<read::Opening>>,
    reading: Cell<bool>,
    /// Grows when the page stops the reading.
    stops: Cell<u32>,
    /// Files have been read since the counting last looked for the vocabularies they need.
    wants: Cell<bool>,
    /// Which counting is under way. One that was stopped finds another number here, or none.
    counting: Cell<Option<u32>>,
    /// How many countings there were.
    runs: Cell<u32>,
    pool: Rc<pool::Pool>,
    vocabularies: vocabulary::Vocabularies,
    tokenizers: huggingface::Tokenizers,
    caches: caches::Caches,
    /// Where the page is from.
    origin: String,
    pulse: Cell<Pulse>,
}

impl Worker {
    fn reply(&self, id: u32, reply: &Reply) {
        self.post(Some(id), wire::encode(reply));
    }

    fn tell(&self, note: &Note) {
        self.post(None, wire::encode(note));
    }

    fn post(&self, id: Option<u32>, body: Result<JsValue, serde_wasm_bindgen::Error>) {
        let body = body.expect("JS can hold every type of the protocol");
        let message = Envelope { id, body, ..Envelope::default() }.pack();
        self.port.post_message(&message).expect("plain objects can be posted");
    }

    fn tell_session(&self) {
        let info = self.session.borrow().info();
        self.tell(&Note::Session(info));
        self.tell_pulse();
    }

    /// Takes note of a request by this worker or one that it started.
    fn count_request(&self, own: bool) {
        self.pulse.set(self.pulse.get().with_request(own));
        self.tell_pulse();
    }

    fn tell_pulse(&self) {
        let own = Pulse { memory: memory() + self.caches.memory.get(), ..self.pulse.get() };
        self.tell(&Note::Pulse(own.plus(self.pool.pulse())));
    }
}

/// Lets whoever is at the other end of the port know of a panic, which ends this worker.
fn report_faults(port: &MessagePort) {
    PORT.set(Some(port.clone()));
    std::panic::set_hook(Box::new(|fault| {
        PORT.with_borrow(|port| {
            let note = wire::encode(&Note::Event(Event::Fault(fault.to_string())));
            if let (Some(port), Ok(body)) = (port, note) {
                let _ = port.post_message(&Envelope { body, ..Envelope::default() }.pack());
            }
        });
    }));
}

/// Bytes of this worker's memory.
fn memory() -> f64 {
    let buffer = wasm_bindgen::memory().unchecked_into::<Memory>().buffer();
    f64::from(buffer.unchecked_into::<js_sys::ArrayBuffer>().byte_length())
}

/// The clock of this worker, ms.
fn now() -> f64 {
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    scope.performance().map_or_else(js_sys::Date::now, |clock| clock.now())
}

/// Lets messages that have come meanwhile be heard. By a message of its own: a timer would wait for 4 ms.
async fn breathe() {
    let Ok(channel) = MessageChannel::new() else { return };
    let turn = js_sys::Promise::new(&mut |go_on, _| {
        channel.port1().set_onmessage(Some(&go_on));
        let _ = channel.port2().post_message(&JsValue::NULL);
    });
    let _ = JsFuture::from(turn).await;
    channel.port1().close();
}

/// Scheme, host and port of an address.
fn origin_of(url: &str) -> String {
    let host = url.find("://").map_or(0, |scheme| scheme + 3);
    url[host..].find('/').map_or(url, |path| &url[..host + path]).to_owned()
}
