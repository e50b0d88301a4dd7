//! Reading files: slice by slice, so that the worker can answer and be stopped in between.

use std::collections::VecDeque;
use std::rc::Rc;

use engine::Choices;
use engine::protocol::{Answer, Event, Progress, Reply};
use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::File;

use super::{Worker, now};
use crate::platform::file::NamedFile;
use crate::wire::Note;

/// Bytes read and parsed at a time: some milliseconds of work. Of slices of 256 KB the browser reads no more than
/// 130 MB/s.
const SLICE: u64 = 2 * 1024 * 1024;
/// Slices of one file that are asked for ahead. With only the next one, the engine waits for the browser.
const IN_FLIGHT: usize = 3;
/// Files whose first slices are asked for at once: of a small file, waiting for the browser takes longest.
const AHEAD: usize = 8;
/// The largest price list that is read, in bytes; LiteLLM's has 2 MB.
const LARGEST_LIST: f64 = 50e6;
/// Time between two progress events, ms.
const PROGRESS: f64 = 100.0;

/// Files opened at once, and the question to answer when they are read.
pub struct Opening {
    /// The question's number.
    pub id: u32,
    /// The files.
    pub files: Files,
}

/// What is to be read.
pub enum Files {
    /// These, added to the session.
    New(Vec<NamedFile>),
    /// Those of the session once more, as was chosen for them.
    Again(Choices),
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
                    let reply = match files {
                        Files::New(files) => self.read_all(files, Choices::default()).await,
                        Files::Again(choices) => self.read_all(self.forget_files(), choices).await,
                    };
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

    /// Takes the files out of the session.
    fn forget_files(&self) -> Vec<NamedFile> {
        let mut session = self.session.borrow_mut();
        let opened = session.trace().files.iter().filter(|file| file.archive.is_none());
        let files = opened.map(|file| file.name.clone()).zip(self.files.take());
        let files = files.map(|(name, file)| NamedFile { name, file }).collect();
        session.forget_files();
        drop(session);
        // After the texts are gone: then none is left that was not counted.
        self.stop_counting();
        files
    }

    async fn read_all(self: &Rc<Self>, files: Vec<NamedFile>, choices: Choices) -> Reply {
        let choices = Rc::new(choices);
        // Who has nothing yet wants to see something; who has much waits for the answer in between.
        let first = if self.session.borrow().trace().calls().next().is_none() { 300.0 } else { 3_000.0 };
        let mut beat = Beat { progress: 0.0, picture: first, began: now() };
        let mut progress = Progress {
            files: files.len() as u32,
            total_bytes: files.iter().map(|named| named.file.size() as u64).sum(),
            ..Progress::default()
        };
        let (mut failed, mut refused) = (Vec::new(), Vec::new());
        let stops = self.stops.get();
        let mut to_ask = files.iter();
        let mut asked = VecDeque::new();
        for NamedFile { name, file } in &files {
            asked.extend(to_ask.by_ref().take(AHEAD - asked.len()).map(|named| slice(&named.file, 0)));
            progress.file += 1;
            progress.name.clone_from(name);
            let before = progress.clone();
            let head = match asked.pop_front() {
                Some(Ok(head)) => bytes(head).await,
                _ => Err(JsValue::UNDEFINED),
            };
            if engine::is_price_list(head.as_deref().unwrap_or_default()) {
                refused.extend(self.open_prices(name, file).await.err());
                progress.bytes += file.size() as u64;
                continue;
            }
            // What cannot be read is reported as a trace.
            let tokenizer = self.open_tokenizer(name, file, head.as_deref().unwrap_or_default(), stops).await;
            if self.stops.get() != stops {
                break;
            }
            if tokenizer != Ok(false) {
                refused.extend(tokenizer.err());
                progress.bytes += file.size() as u64;
                continue;
            }
            let number = self.session.borrow().trace().files.len();
            self.session.borrow_mut().begin_file_as(name, file.size() as u64, &choices);
            self.files.borrow_mut().push(file.clone());
            if self.read(file, head, &mut progress, &mut beat, stops).await.is_err() {
                failed.push(name.as_str());
            }
            if self.stops.get() != stops {
                break;
            }
            self.session.borrow_mut().end_file();
            progress.bytes = before.bytes + file.size() as u64;
            let told: u64 = self.session.borrow().trace().files[number..].iter().map(|file| file.read).sum();
            progress.records = before.records + told;
            self.tell_progress(&progress, &mut beat);
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

    /// Takes a price list.
    async fn open_prices(&self, name: &str, file: &File) -> Result<(), String> {
        if file.size() > LARGEST_LIST {
            return Err(format!("{name} is too large for a price list: at most 50 MB are read."));
        }
        let text = JsFuture::from(file.text()).await.ok().and_then(|text| text.as_string());
        let text = text.ok_or_else(|| format!("{name} could not be read."))?;
        self.session.borrow_mut().add_prices(&text, name).map_err(|why| format!("{name}: {why}"))?;
        self.tell_session();
        Ok(())
    }

    async fn read(
        &self,
        file: &File,
        head: Result<Vec<u8>, JsValue>,
        progress: &mut Progress,
        beat: &mut Beat,
        stops: u32,
    ) -> Result<(), JsValue> {
        let size = file.size() as u64;
        let records = progress.records;
        let (mut part, mut from, mut asked) = (head?, SLICE, VecDeque::new());
        loop {
            // The browser reads the next slices while this one is parsed.
            while asked.len() < IN_FLIGHT && from < size {
                asked.push_back(slice(file, from)?);
                from += SLICE;
            }
            let wants_more = self.session.borrow_mut().push(&part);
            progress.bytes += part.len() as u64;
            progress.records = records + self.session.borrow().records();
            self.tell_progress(progress, beat);
            let Some(next) = asked.pop_front().filter(|_| wants_more) else { break };
            part = bytes(next).await?;
            if self.stops.get() != stops {
                // After Clear the session knows nothing of this file; else what was read stays.
                self.session.borrow_mut().stop_file();
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

/// Asks for the bytes from a place on.
fn slice(file: &File, from: u64) -> Result<JsFuture, JsValue> {
    let to = (from + SLICE).min(file.size() as u64);
    Ok(file.slice_with_f64_and_f64(from as f64, to as f64)?.array_buffer().into())
}

/// The bytes that were asked for.
async fn bytes(asked: JsFuture) -> Result<Vec<u8>, JsValue> {
    Ok(Uint8Array::new(&asked.await?.unchecked_into::<ArrayBuffer>()).to_vec())
}
