//! Counting texts for which the files give no numbers: a few by the engine's worker itself, many by the pool.

use std::rc::Rc;

use engine::protocol::{Counting, EncodingName, Event};
use wasm_bindgen_futures::spawn_local;

use super::pool::{Lost, News};
use super::{Worker, breathe, now};
use crate::format;
use crate::wire::Note;

/// Bytes that the engine's worker counts at a time: a few milliseconds of work.
const STEP: usize = 128 * 1024;
/// Bytes that a counting worker counts at a time.
const SHARD: usize = 512 * 1024;
/// From this many bytes on counting workers are worth their start, each.
const LARGE: u64 = 1 << 20;
/// Time between two progress events, ms.
const PROGRESS: f64 = 100.0;
/// When the page first shows figures with the counts so far, ms; then ever more seldom.
const PICTURE: f64 = 500.0;

/// When the page hears of the counting.
struct Beat {
    began: f64,
    progress: f64,
    picture: f64,
    /// Bytes counted before.
    base: u64,
}

impl Worker {
    /// Counts the texts of the files that have been read, beside whatever else is done.
    pub fn count_texts(self: &Rc<Self>) {
        self.wants.set(true);
        if self.counting.get().is_some() {
            return self.pool.ring();
        }
        let run = self.runs.get().wrapping_add(1);
        self.runs.set(run);
        self.counting.set(Some(run));
        let worker = self.clone();
        spawn_local(async move {
            worker.count_all(run).await;
            if worker.counting.get() == Some(run) {
                worker.end_counting();
                let owner = worker.clone();
                worker.pool.rest(move || owner.tell_pulse());
            }
        });
    }

    /// Stops the counting; what is counted stays.
    pub fn stop_counting(&self) {
        // Also when nothing is counted: workers that rest are not needed any more.
        self.pool.stop();
        if self.counting.get().is_some() {
            self.session.borrow_mut().take_back_shards();
            self.end_counting();
        }
        self.tell_pulse();
    }

    fn end_counting(&self) {
        self.counting.set(None);
        let left = {
            let mut session = self.session.borrow_mut();
            session.show_counts();
            session.uncounted()
        };
        self.tell(&Note::Event(Event::Counting(Counting { left, over: true, ..Counting::default() })));
        self.tell_session();
    }

    async fn count_all(&self, run: u32) {
        let base = self.session.borrow_mut().counting().0;
        let mut beat = Beat { began: now(), progress: PROGRESS, picture: PICTURE, base };
        while self.counting.get() == Some(run) {
            if self.wants.replace(false) {
                let wants = self.session.borrow().info().wants;
                for encoding in wants {
                    if let Err(why) = self.load_vocabulary(encoding).await {
                        // The counts stay unknown, and the figures say so.
                        self.tell(&Note::Refused(why));
                    }
                }
                // Meanwhile it may have been stopped.
                continue;
            }
            let (counted, left) = self.session.borrow_mut().counting();
            self.tell_counting(&mut beat, counted, &left);
            let left = left.iter().map(|(_, bytes)| bytes).sum::<u64>();
            if left > LARGE {
                self.pool.start(left / LARGE);
            }
            self.hand_out();
            if self.pool.is_busy() {
                self.pool.heard().await;
            } else if self.pool.len() > 0 {
                // All workers wait, and there is nothing to give them.
                break;
            } else if self.session.borrow_mut().work(STEP) {
                breathe().await;
            } else {
                break;
            }
            if self.counting.get() == Some(run) {
                self.take_news();
            }
        }
    }

    fn hand_out(&self) {
        while self.pool.has_room() {
            let shard = self.session.borrow_mut().next_shard(SHARD);
            let Some(shard) = shard else { break };
            let vocabulary = self.vocabularies.kept(shard.encoding).expect("the engine has it from there");
            if !self.pool.give(&shard, &vocabulary) {
                self.session.borrow_mut().lose_shard(shard.number);
            }
        }
    }

    fn take_news(&self) {
        for news in self.pool.news() {
            match news {
                News::Counts(shard, counts) => self.session.borrow_mut().settle_shard(shard, &counts),
                News::Lost(lost) => self.lose(&lost),
            }
        }
    }

    fn lose(&self, lost: &Lost) {
        let mut session = self.session.borrow_mut();
        let given_up: u64 = lost.shards.iter().map(|shard| session.lose_shard(*shard)).sum();
        drop(session);
        let why = &lost.why;
        if given_up > 0 {
            self.tell(&Note::Refused(format!(
                "Two counting workers have stopped over the same text, of {} ({why}). Its tokens stay unknown; all \
                 other texts are counted.",
                format::bytes(given_up)
            )));
        } else if lost.started {
            self.tell(&Note::Refused(format!(
                "A counting worker has stopped ({why}). What it was counting is counted by another one, so no \
                 figure is wrong for it."
            )));
        }
        self.tell_pulse();
    }

    fn tell_counting(&self, beat: &mut Beat, counted: u64, left: &[(EncodingName, u64)]) {
        let elapsed = now() - beat.began;
        if elapsed >= beat.progress {
            beat.progress = elapsed + PROGRESS;
            let left = left.iter().filter(|(_, bytes)| *bytes > 0);
            self.tell(&Note::Event(Event::Counting(Counting {
                bytes: counted.saturating_sub(beat.base),
                left: left.clone().map(|(_, bytes)| bytes).sum(),
                encodings: left.map(|(encoding, _)| *encoding).collect(),
                workers: self.pool.len(),
                over: false,
            })));
        }
        if elapsed >= beat.picture {
            beat.picture = elapsed * 2.0;
            if self.session.borrow_mut().show_counts() {
                self.tell_session();
            }
        }
    }
}
