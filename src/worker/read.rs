//! Reading files: slice by slice, so that the worker can answer and be stopped in between.

use std::rc::Rc;

use engine::protocol::{Answer, Event, Progress, Reply};
use js_sys::{ArrayBuffer, Promise, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::File;

use super::{Worker, now};
use crate::wire::Note;

/// Bytes read and parsed at a time: a few milliseconds of work. Of smaller slices the browser reads no more than
/// 130 MB/s.
const SLICE: u64 = 1024 * 1024;
/// Time between two progress events, ms.
const PROGRESS: f64 = 100.0;

/// Files opened at once, and the question to answer when they are read.
pub struct Opening {
    /// The question's number.
    pub id: u32,
    /// The files.
    pub files: Vec<File>,
}

/// When the page hears of the reading.
struct Beat {
    progress: f64,
    /// The page draws what has been read so far: soon at first, then ever more seldom, because each picture
    /// costs more than the last.
    picture: f64,
    began: f64,
}

impl Worker {
    /// Reads these files after those that wait already.
    pub fn open(self: Rc<Self>, opening: Opening) {
        self.queue.borrow_mut().push_back(opening);
        if !self.reading.replace(true) {
            spawn_local(async move {
                loop {
                    let next = self.queue.borrow_mut().pop_front();
                    let Some(Opening { id, files }) = next else { break };
                    let reply = self.read_all(files).await;
                    self.reply(id, &reply);
                    self.tell_pulse();
                }
                self.reading.set(false);
                self.count_texts();
            });
        }
    }

    /// Stops the reading, also of files that wait.
    pub fn stop(&self) {
        self.stops.set(self.stops.get() + 1);
        self.tokenizers.stop();
        let info = self.session.borrow().info();
        for Opening { id, .. } in self.queue.take() {
            self.reply(id, &Ok(Answer::Session(info.clone())));
        }
    }

    async fn read_all(self: &Rc<Self>, files: Vec<File>) -> Reply {
        // Who has nothing yet wants to see something; who has much waits for the answer in between.
        let first = if self.session.borrow().trace().calls().next().is_none() { 300.0 } else { 3_000.0 };
        let mut beat = Beat { progress: 0.0, picture: first, began: now() };
        let mut progress = Progress {
            files: files.len() as u32,
            total_bytes: files.iter().map(|file| file.size() as u64).sum(),
            ..Progress::default()
        };
        let (mut failed, mut refused) = (Vec::new(), Vec::new());
        let stops = self.stops.get();
        for file in files {
            progress.file += 1;
            progress.name = file.name();
            let before = progress.clone();
            let tokenizer = self.open_tokenizer(&file, stops).await;
            if self.stops.get() != stops {
                break;
            }
            if tokenizer != Ok(false) {
                refused.extend(tokenizer.err());
                progress.bytes += file.size() as u64;
                continue;
            }
            self.session.borrow_mut().begin_file(&file.name(), file.size() as u64);
            self.files.borrow_mut().push(file.clone());
            if self.read(&file, &mut progress, &mut beat, stops).await.is_err() {
                failed.push(file.name());
            }
            if self.stops.get() != stops {
                break;
            }
            self.session.borrow_mut().end_file();
            progress.bytes = before.bytes + file.size() as u64;
        }
        if !failed.is_empty() {
            refused.push(format!(
                "{} could not be read to the end: it was changed, moved or removed, or the browser may not read \
                 it. Choose it again.",
                failed.join(", ")
            ));
        }
        if refused.is_empty() {
            return Ok(Answer::Session(self.session.borrow().info()));
        }
        self.tell_session();
        Err(refused.join(" "))
    }

    async fn read(
        &self,
        file: &File,
        progress: &mut Progress,
        beat: &mut Beat,
        stops: u32,
    ) -> Result<(), JsValue> {
        let size = file.size() as u64;
        let records = progress.records;
        let mut from = 0;
        // The browser reads the next slice while this one is parsed.
        let mut next = slice(file, 0, size)?;
        while from < size {
            let buffer = JsFuture::from(next).await?;
            if self.stops.get() != stops {
                // After Clear the session knows nothing of this file; else what was read stays.
                self.session.borrow_mut().stop_file();
                break;
            }
            let bytes = Uint8Array::new(&buffer.unchecked_into::<ArrayBuffer>()).to_vec();
            from += SLICE.min(size - from);
            next = slice(file, from, size)?;
            let wants_more = self.session.borrow_mut().push(&bytes);
            progress.bytes += bytes.len() as u64;
            progress.records = records + self.session.borrow().records();
            self.tell_progress(progress, beat);
            if !wants_more {
                break;
            }
        }
        Ok(())
    }

    fn tell_progress(&self, progress: &Progress, beat: &mut Beat) {
        let elapsed = now() - beat.began;
        if elapsed >= beat.progress {
            beat.progress = elapsed + PROGRESS;
            self.tell(&Note::Event(Event::Progress(progress.clone())));
        }
        if elapsed >= beat.picture && progress.records > 0 {
            beat.picture = elapsed * 3.0;
            self.tell_session();
        }
    }
}

/// A promise of the bytes from a place on.
fn slice(file: &File, from: u64, size: u64) -> Result<Promise, JsValue> {
    let to = (from + SLICE).min(size);
    Ok(file.slice_with_f64_and_f64(from as f64, to as f64)?.array_buffer())
}
