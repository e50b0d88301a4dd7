//! The session as the page knows it: what the engine last said of it.

use std::rc::Rc;

use engine::protocol::{Counting, Progress, SessionInfo};
use yew::prelude::*;

use crate::wire::Pulse;

/// What the engine last said.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Session {
    /// Files and totals. Its generation is the page's own count of changes: it grows over restarts of the engine
    /// and while files are read.
    pub info: Rc<SessionInfo>,
    /// Files are being read; [`use_reading`] says how far.
    pub reading: bool,
    /// Texts are being counted; [`use_reading`] says how far.
    pub counting: bool,
    /// Bytes of texts that were left when the counting ended, because it was stopped or a vocabulary was missing.
    pub uncounted: u64,
    /// Why the engine had to be started anew.
    pub fault: Option<String>,
    /// Why something asked for did not happen.
    pub refused: Option<String>,
    /// What to know of the files that were opened last: which of a folder were left out.
    pub note: Option<String>,
    /// How long the files took to read, all together, ms.
    pub took: Option<f64>,
    /// The worker; `None` until it has started.
    pub pulse: Option<Pulse>,
    /// Requests that the page has made: to its own origin, and to others.
    pub asked: (u32, u32),
    /// So much of so much was replayed through caches.
    pub replaying: (u32, u32),
    /// How many times files were opened.
    pub openings: u32,
    /// The generation the engine itself gave last.
    engine_generation: u32,
}

/// How far the reading of files has come, and the counting of their texts. A context of its own, because it changes ten times a second and no
/// screen has to be drawn again for it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// What the engine last said of it.
    pub progress: Progress,
    /// What the engine last said of the counting.
    pub counting: Counting,
    /// When the reading began, ms.
    began: f64,
    /// When the counting began, ms.
    counting_began: f64,
}

impl Reading {
    /// How long it has taken, ms.
    pub fn elapsed(&self) -> f64 {
        js_sys::Date::now() - self.began
    }

    /// How long the counting has taken, ms.
    pub fn counting_elapsed(&self) -> f64 {
        js_sys::Date::now() - self.counting_began
    }
}

/// Both, and what nobody but [`Change`] needs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// What the screens see.
    pub session: Session,
    /// What the load bar sees.
    pub reading: Reading,
    /// Openings that the engine has not finished.
    pending: u32,
}

/// What changes the session.
#[derive(Clone, Debug)]
pub enum Change {
    /// Files and totals are these now.
    Info(SessionInfo),
    /// Files have been given to the engine.
    Opening,
    /// So far the reading has come.
    Progress(Progress),
    /// So far the counting has come.
    Counting(Counting),
    /// So much of so much was replayed through caches.
    Replaying(u32, u32),
    /// The reading is over.
    Opened,
    /// The engine had to be started anew.
    Fault(String),
    /// Something asked for did not happen.
    Refused(String),
    /// There is something to know of the files opened last.
    Noted(String),
    /// The messages have been read.
    Dismissed,
    /// The worker lives.
    Pulse(Pulse),
    /// The page has made a request.
    PageAsked {
        /// To its own origin.
        own: bool,
    },
}

impl Session {
    /// Requests that page and worker have made: to their own origin, and to others.
    pub fn traffic(&self) -> (u32, u32) {
        let pulse = self.pulse.unwrap_or_default();
        (self.asked.0 + pulse.own, self.asked.1 + pulse.foreign)
    }

    fn set_info(&mut self, mut info: SessionInfo) {
        let engine_generation = info.generation;
        info.generation = self.info.generation;
        if engine_generation != self.engine_generation || info != *self.info {
            info.generation += 1;
            self.engine_generation = engine_generation;
            if info.files.is_empty() {
                (self.took, self.uncounted) = (None, 0);
            }
            self.info = Rc::new(info);
        }
    }
}

impl Reducible for State {
    type Action = Change;

    fn reduce(self: Rc<Self>, change: Change) -> Rc<Self> {
        let mut next = (*self).clone();
        let session = &mut next.session;
        match change {
            Change::Info(info) => session.set_info(info),
            Change::Opening => {
                if next.pending == 0 {
                    next.reading.began = js_sys::Date::now();
                    next.reading.progress = Progress::default();
                }
                next.pending += 1;
                session.openings += 1;
                (session.refused, session.note) = (None, None);
            }
            Change::Progress(progress) => next.reading.progress = progress,
            Change::Counting(counting) => {
                if !session.counting {
                    next.reading.counting_began = js_sys::Date::now();
                }
                session.counting = !counting.over;
                session.uncounted = if counting.over { counting.left } else { 0 };
                next.reading.counting = counting;
            }
            Change::Replaying(done, of) => session.replaying = (done, of),
            Change::Opened => {
                next.pending = next.pending.saturating_sub(1);
                if next.pending == 0 {
                    session.took = Some(session.took.unwrap_or_default() + next.reading.elapsed());
                }
            }
            Change::Fault(why) => {
                next.pending = 0;
                session.pulse = None;
                session.counting = false;
                session.fault = Some(why);
                session.set_info(SessionInfo::default());
            }
            Change::Refused(why) => session.refused = Some(why),
            Change::Noted(what) => session.note = Some(what),
            Change::Dismissed => (session.fault, session.refused, session.note) = (None, None, None),
            Change::Pulse(pulse) => session.pulse = Some(pulse),
            Change::PageAsked { own: true } => session.asked.0 += 1,
            Change::PageAsked { own: false } => session.asked.1 += 1,
        }
        next.session.reading = next.pending > 0;
        Rc::new(next)
    }
}

/// The session as the engine last told it.
#[hook]
pub fn use_session() -> Session {
    use_context().expect("the app provides the session to every component")
}

/// How far the reading of files has come.
#[hook]
pub fn use_reading() -> Reading {
    use_context().expect("the app provides the reading to every component")
}
