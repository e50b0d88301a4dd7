//! A worker of the engine's worker, with a wasm of its own: for a tokenizer, or for replays.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use js_sys::{Array, ArrayBuffer, Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{ErrorEvent, Event, MessageEvent, Worker};

use crate::platform::worker;

/// What a runner says beside its answers.
pub enum Aside {
    /// It has fetched an address.
    Asked(String),
    /// How far it is, and how many bytes of memory it holds.
    Progress {
        /// Done.
        done: u32,
        /// Of so many.
        of: u32,
        /// Bytes.
        memory: f64,
    },
}

/// Is asked one thing after another and answers in that order; ends with the first fault.
pub struct Runner {
    state: Rc<State>,
    _heard: Closure<dyn FnMut(MessageEvent)>,
    _failed: EventListener,
}

struct State {
    worker: Worker,
    /// What settles the promises of those who wait.
    waiting: RefCell<VecDeque<(Function, Function)>>,
    over: Cell<bool>,
}

impl Runner {
    /// Starts one by a script in the folder of the page, under a name for people. `aside` hears what it says beside its
    /// answers: the addresses that it fetches as `{ asked }`, how far it is as `{ progress }`.
    pub fn start(script: &str, name: &'static str, aside: Box<dyn Fn(Aside)>) -> Result<Runner, JsValue> {
        let worker = worker::start(script, name)?;
        let state = Rc::new(State { worker, waiting: RefCell::default(), over: Cell::new(false) });
        let heard = {
            let state = state.clone();
            Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
                let data = event.data();
                let list =
                    |key: &str| Reflect::get(&data, &key.into()).and_then(|list| list.dyn_into::<Array>());
                if let Ok(addresses) = list("asked") {
                    addresses
                        .iter()
                        .filter_map(|address| address.as_string())
                        .for_each(|it| aside(Aside::Asked(it)));
                    return;
                }
                if let Ok(progress) = list("progress") {
                    let [done, of, memory] = [0, 1, 2].map(|at| progress.get(at).as_f64().unwrap_or(0.0));
                    return aside(Aside::Progress { done: done as u32, of: of as u32, memory });
                }
                let first = state.waiting.borrow_mut().pop_front();
                if let Some((resolve, reject)) = first {
                    let settle = if data.is_string() { reject } else { resolve };
                    let _ = settle.call1(&JsValue::NULL, &data);
                }
            })
        };
        state.worker.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        let failed = {
            let state = state.clone();
            let handled = gloo::events::EventListenerOptions::enable_prevent_default();
            EventListener::new_with_options(&state.worker.clone(), "error", handled, move |event: &Event| {
                // Else it would count as a fault of the engine.
                event.prevent_default();
                let why = event.dyn_ref::<ErrorEvent>().map(ErrorEvent::message).unwrap_or_default();
                state.end(&format!("the {name} broke off ({why}). The next question starts it anew."));
            })
        };
        Ok(Runner { state, _heard: heard, _failed: failed })
    }

    /// Whether it has ended.
    pub fn is_over(&self) -> bool {
        self.state.over.get()
    }

    /// Sends `{ key: value }` and waits for the answer, `limit` ms at most. A buffer moves there, without a copy.
    pub async fn ask(&self, key: &str, value: &JsValue, limit: u32) -> Result<JsValue, String> {
        let message = Object::new();
        // Cannot fail: a fresh object takes any property.
        let _ = Reflect::set(&message, &key.into(), value);
        let state = self.state.clone();
        let moved = match value.is_instance_of::<ArrayBuffer>() {
            true => Array::of1(value),
            false => Array::new(),
        };
        let answer = Promise::new(&mut |resolve, reject| match state
            .worker
            .post_message_with_transfer(&message, &moved)
        {
            Ok(()) if !state.over.get() => state.waiting.borrow_mut().push_back((resolve, reject)),
            _ => drop(reject.call1(&JsValue::NULL, &"it has ended. Try again.".into())),
        });
        let _timer = Timeout::new(limit, move || {
            let seconds = limit / 1000;
            state.end(&format!(
                "not done within {seconds} seconds, so it was stopped. Less at a time may do."
            ));
        });
        let refused = |why: JsValue| why.as_string().unwrap_or_else(|| format!("{why:?}"));
        JsFuture::from(answer).await.map_err(refused)
    }

    /// Ends it; those who wait hear why.
    pub fn end(&self, why: &str) {
        self.state.end(why);
    }
}

impl State {
    fn end(&self, why: &str) {
        self.over.set(true);
        self.worker.terminate();
        for (_, reject) in self.waiting.take() {
            let _ = reject.call1(&JsValue::NULL, &why.into());
        }
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        self.state.worker.set_onmessage(None);
        self.state.end("the session was cleared.");
    }
}
