//! The counting workers, from the side of the engine's worker that has them.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

use engine::Shard;
use engine::protocol::EncodingName;
use gloo::events::{EventListener, EventListenerOptions};
use gloo::timers::callback::Timeout;
use js_sys::{Array, ArrayBuffer};
use serde::Deserialize;
use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, MessageChannel, MessageEvent, MessagePort, WorkerGlobalScope};

use super::bell::Bell;
use super::errand;
use crate::platform::worker;
use crate::wire::{self, Envelope, Pulse};

/// Shards a worker has at once: one that it counts, and one so that it need not wait for the next.
const AT_ONCE: usize = 2;
/// A worker that has not started after so long never will, ms.
const START: u32 = 10_000;
/// So long workers are kept when there is nothing to count, ms.
const IDLE: u32 = 30_000;
/// After so many lost workers no others are started: the engine's worker counts by itself.
const LOSSES: u32 = 8;

/// What has happened.
pub enum News {
    /// A shard is counted.
    Counts(u32, Vec<u32>),
    /// A worker is lost.
    Lost(Lost),
}

/// What a counting worker says of the [`Note`](crate::wire::Note)s: to read them all is for the page.
#[derive(Deserialize)]
enum Said {
    Pulse(Pulse),
    Event(Broken),
}

/// That it has broken off, and why.
#[derive(Deserialize)]
enum Broken {
    Fault(String),
}

/// A worker that is no more.
pub struct Lost {
    /// The shards it had.
    pub shards: VecDeque<u32>,
    /// What it said in the end.
    pub why: String,
    /// Whether it had started at all.
    pub started: bool,
    // What heard of the loss is a part of it, and must outlive that.
    _hand: Hand,
}

/// The counting workers.
pub struct Pool {
    base: String,
    /// For what the workers call back.
    me: Weak<Pool>,
    hands: RefCell<Vec<Hand>>,
    news: RefCell<VecDeque<News>>,
    bell: Bell,
    next: Cell<u32>,
    losses: Cell<u32>,
    /// Requests of workers that are gone.
    gone: Cell<Pulse>,
    timer: RefCell<Option<Timeout>>,
}

/// A counting worker.
struct Hand {
    key: u32,
    worker: web_sys::Worker,
    port: MessagePort,
    /// What it says of itself; `None` until it has started.
    pulse: Option<Pulse>,
    knows: Vec<EncodingName>,
    has: VecDeque<u32>,
    _heard: Closure<dyn FnMut(MessageEvent)>,
    _failed: EventListener,
}

impl Pool {
    /// A pool without workers; `base` is the folder the page lies in.
    pub fn new(base: &str) -> Rc<Pool> {
        Rc::new_cyclic(|me| Pool {
            base: base.to_owned(),
            me: me.clone(),
            hands: RefCell::default(),
            news: RefCell::default(),
            bell: Bell::default(),
            next: Cell::default(),
            losses: Cell::default(),
            gone: Cell::default(),
            timer: RefCell::default(),
        })
    }

    /// Sees to it that there are as many workers as `useful`, or as the machine has cores beside that of the
    /// engine's worker. Where the browser has no workers in workers, there are none.
    pub fn start(&self, useful: u64) {
        let cores = js_sys::global().unchecked_into::<WorkerGlobalScope>().navigator().hardware_concurrency();
        let wanted = useful.min((cores as u64).saturating_sub(1).max(1)) as usize;
        let mut started = false;
        while self.hands.borrow().len() < wanted && self.losses.get() < LOSSES {
            match self.hire() {
                Ok(hand) => self.hands.borrow_mut().push(hand),
                Err(_) => return self.losses.set(LOSSES),
            }
            started = true;
        }
        if started {
            let pool = self.me.clone();
            self.set_timer(START, move || {
                if let Some(pool) = pool.upgrade() {
                    pool.lose_if(|hand| hand.pulse.is_none(), "it did not start");
                }
            });
        }
    }

    /// How many workers there are, those included that have not started yet.
    pub fn len(&self) -> u32 {
        self.hands.borrow().len() as u32
    }

    /// Whether a worker could take a shard now.
    pub fn has_room(&self) -> bool {
        self.hands.borrow().iter().any(Hand::has_room)
    }

    /// Whether something will come of waiting: counts, or a worker.
    pub fn is_busy(&self) -> bool {
        self.hands.borrow().iter().any(|hand| hand.pulse.is_none() || !hand.has.is_empty())
    }

    /// Gives a shard to the worker with the least to do. False if none has room.
    pub fn give(&self, shard: &Shard, vocabulary: &ArrayBuffer) -> bool {
        let mut hands = self.hands.borrow_mut();
        let free = hands.iter_mut().filter(|hand| hand.has_room()).min_by_key(|hand| hand.has.len());
        let Some(hand) = free else { return false };
        hand.has.push_back(shard.number);
        let (key, sent) = (hand.key, hand.send(shard, vocabulary));
        drop(hands);
        if let Err(error) = sent {
            self.lose_if(|hand| hand.key == key, &format!("{error:?}"));
        }
        true
    }

    /// Waits for news. There may be none: then something else has happened that the counting has to look at.
    pub async fn heard(&self) {
        self.bell.heard().await;
    }

    /// Wakes who waits for news.
    pub fn ring(&self) {
        self.bell.ring();
    }

    /// What has happened since.
    pub fn news(&self) -> VecDeque<News> {
        self.news.take()
    }

    /// There is nothing to count; the workers stay for a while. `stopped` is called if they are ended then.
    pub fn rest(&self, stopped: impl FnOnce() + 'static) {
        let pool = self.me.clone();
        self.set_timer(IDLE, move || {
            if let Some(pool) = pool.upgrade().filter(|pool| !pool.is_busy()) {
                pool.stop();
                stopped();
            }
        });
    }

    /// Ends all workers, with what they have.
    pub fn stop(&self) {
        for hand in self.hands.take() {
            self.let_go(&hand);
        }
        self.bell.ring();
    }

    /// Memory of the workers, their number, and the requests they have made.
    pub fn pulse(&self) -> Pulse {
        let hands = self.hands.borrow();
        let pulses = hands.iter().filter_map(|hand| hand.pulse);
        let sum = pulses.fold(self.gone.get(), Pulse::plus);
        Pulse { workers: hands.len() as u32, ..sum }
    }

    fn set_timer(&self, ms: u32, then: impl FnOnce() + 'static) {
        // Dropping the former one stops it.
        self.timer.replace(Some(Timeout::new(ms, then)));
    }

    fn hire(&self) -> Result<Hand, JsValue> {
        let key = self.next.get();
        self.next.set(key.wrapping_add(1));
        let worker = worker::start(&format!("{}counter-boot.js", self.base), "counter")?;
        let channel = MessageChannel::new()?;
        worker.post_message_with_transfer(&wasm_bindgen::module(), &Array::of1(&channel.port2()))?;

        let port = channel.port1();
        let pool = self.me.clone();
        let heard = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(pool) = pool.upgrade() {
                pool.hear(key, Envelope::unpack(&event.data()));
            }
        });
        port.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        let pool = self.me.clone();
        let options = EventListenerOptions::enable_prevent_default();
        let failed = EventListener::new_with_options(&worker, "error", options, move |event| {
            // Else the browser takes it for a fault of the engine's worker as well.
            event.prevent_default();
            let why = event.dyn_ref::<ErrorEvent>().map(ErrorEvent::message).unwrap_or_default();
            if let Some(pool) = pool.upgrade() {
                pool.lose_if(|hand| hand.key == key, &why);
            }
        });
        Ok(Hand {
            key,
            worker,
            port,
            pulse: None,
            knows: Vec::new(),
            has: VecDeque::new(),
            _heard: heard,
            _failed: failed,
        })
    }

    fn hear(&self, key: u32, message: Envelope) {
        let Envelope { id, body, .. } = message;
        if let Some(shard) = id {
            if let Some(hand) = self.hands.borrow_mut().iter_mut().find(|hand| hand.key == key) {
                hand.has.retain(|has| *has != shard);
            }
            self.news.borrow_mut().push_back(News::Counts(shard, errand::counts(&body)));
            return self.bell.ring();
        }
        match wire::decode(body) {
            Ok(Said::Pulse(pulse)) => {
                if let Some(hand) = self.hands.borrow_mut().iter_mut().find(|hand| hand.key == key) {
                    hand.pulse = Some(pulse);
                }
                self.bell.ring();
            }
            Ok(Said::Event(Broken::Fault(why))) => self.lose_if(|hand| hand.key == key, &why),
            _ => self.lose_if(|hand| hand.key == key, "it said something nobody understands"),
        }
    }

    fn lose_if(&self, lost: impl Fn(&Hand) -> bool, why: &str) {
        let lost: Vec<Hand> = self.hands.borrow_mut().extract_if(.., |hand| lost(hand)).collect();
        for mut hand in lost {
            self.let_go(&hand);
            let (shards, started) = (std::mem::take(&mut hand.has), hand.pulse.is_some());
            // Where one does not start, none does.
            self.losses.set(if started { self.losses.get() + 1 } else { LOSSES });
            let lost = Lost { shards, why: why.to_owned(), started, _hand: hand };
            self.news.borrow_mut().push_back(News::Lost(lost));
        }
        self.bell.ring();
    }

    fn let_go(&self, hand: &Hand) {
        hand.port.set_onmessage(None);
        hand.worker.terminate();
        let requests = Pulse { memory: 0.0, ..hand.pulse.unwrap_or_default() };
        self.gone.set(self.gone.get().plus(requests));
    }
}

impl Hand {
    fn has_room(&self) -> bool {
        self.pulse.is_some() && self.has.len() < AT_ONCE
    }

    fn send(&mut self, shard: &Shard, vocabulary: &ArrayBuffer) -> Result<(), JsValue> {
        if !self.knows.contains(&shard.encoding) {
            errand::send_vocabulary(&self.port, shard.encoding, vocabulary)?;
            self.knows.push(shard.encoding);
        }
        errand::send_shard(&self.port, shard)
    }
}
