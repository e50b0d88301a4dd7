//! Replays through caches. They run in a worker of their own, from a wasm that nobody else needs: a long one can be ended,
//! and the session goes on. What is asked and answered there is passed on as it is.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use engine::protocol::{Answer, Event, Filter};
use js_sys::{JsString, Uint8Array};
use wasm_bindgen::JsValue;

use super::{
    Worker,
    runner::{Aside, Runner},
};
use crate::platform::traffic;
use crate::wire::Note;

/// The longest that a replay may take, ms.
const LONGEST: u32 = 3_600_000;

/// The worker of replays.
pub struct Caches {
    base: String,
    runner: RefCell<Option<Rc<Runner>>>,
    /// Of which calls it has the traffic: of this generation of the session, by this filter.
    has: RefCell<Option<(u32, Filter)>>,
    /// Bytes of its memory.
    pub memory: Cell<f64>,
}

impl Caches {
    pub fn new(base: &str) -> Caches {
        Caches {
            base: base.to_owned(),
            runner: RefCell::default(),
            has: RefCell::default(),
            memory: Cell::default(),
        }
    }

    /// Ends what is under way.
    pub fn stop(&self) {
        self.has.replace(None);
        self.memory.set(0.0);
        if let Some(runner) = self.runner.take() {
            runner.end("The replay was stopped.");
        }
    }
}

impl Worker {
    /// Asks the worker of replays about the calls of a filter.
    pub async fn replay(self: Rc<Self>, id: u32, filter: Filter, question: Option<JsString>) {
        let Some(question) = question else {
            self.caches.stop();
            self.tell_pulse();
            let info = self.session.borrow().info();
            return self.reply(id, &Ok(Answer::Session(info)));
        };
        match self.ask_caches(filter, &question).await {
            Ok(answer) => self.post(Some(id), Ok(answer)),
            Err(why) => self.reply(id, &Err(why)),
        }
        self.tell_pulse();
    }

    async fn ask_caches(self: &Rc<Self>, filter: Filter, question: &JsString) -> Result<JsValue, String> {
        let running = self.caches.runner.borrow().clone().filter(|runner| !runner.is_over());
        let runner = match running {
            Some(runner) => runner,
            None => {
                self.caches.has.replace(None);
                let runner = self.hire(&format!("{}caches-boot.js", self.caches.base), "replay")?;
                self.caches.runner.replace(Some(runner.clone()));
                runner
            }
        };
        let wanted = Some((self.session.borrow().generation(), filter));
        if *self.caches.has.borrow() != wanted {
            let filter = wanted.as_ref().map(|(_, filter)| filter.clone()).unwrap_or_default();
            let packed = self.session.borrow_mut().traffic(&filter).pack()?;
            let buffer = Uint8Array::from(&packed[..]).buffer();
            drop(packed);
            // Before it has them: who asks meanwhile is answered after this.
            self.caches.has.replace(wanted);
            runner.ask("traffic", &buffer, LONGEST).await?;
        }
        runner.ask("question", question, LONGEST).await
    }

    /// Starts a worker; takes note of what it fetches, and tells how far it is.
    pub fn hire(self: &Rc<Self>, script: &str, name: &'static str) -> Result<Rc<Runner>, String> {
        let worker = Rc::downgrade(self);
        let aside = move |aside| {
            let Some(worker) = worker.upgrade() else { return };
            match aside {
                Aside::Asked(address) => {
                    let own = traffic::is_own(&address, &worker.origin);
                    own.into_iter().for_each(|own| worker.count_request(own));
                }
                Aside::Progress { done, of, memory } => {
                    worker.caches.memory.set(memory);
                    worker.tell(&Note::Event(Event::Replaying(done, of)));
                }
            }
        };
        let runner = Runner::start(script, name, Box::new(aside));
        runner.map(Rc::new).map_err(|error| format!("it could not be started: {error:?}"))
    }
}
