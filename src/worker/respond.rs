//! Answering commands; those that need a file or a text are answered here, all others by the engine.

use std::rc::Rc;

use engine::protocol::{
    Answer, CallId, Command, EncodingName, FileId, RAW_RECORDS, RawRecord, Reply, Slot, Tokenizer,
};
use engine::{Choices, Session};
use js_sys::{ArrayBuffer, JsString, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::File;

use super::{
    Worker, now,
    read::{Files, Opening},
};
use crate::wire::{self, Envelope};

/// Bytes shown of a raw record: what a person can look through.
const RAW_BYTES: u64 = 1024 * 1024;
/// Bytes of a file searched for a record at a time.
const SLICE: u64 = 1024 * 1024;
/// Bytes of a decoded file in which a mapping is tried.
const HEAD: u64 = 256 * 1024;

const GONE: &str = "The file cannot be read any more: it was changed, moved or removed. Open it again.";

impl Worker {
    /// Takes a message of the page.
    pub fn respond(self: Rc<Self>, message: Envelope) {
        let Some(id) = message.id else { return };
        let command = match wire::decode::<Command>(message.body) {
            Ok(command) => command,
            Err(error) => {
                return self.reply(id, &Err(format!("The engine does not know this command: {error}")));
            }
        };
        match command {
            Command::Open => self.open(Opening { id, files: Files::New(message.files) }),
            Command::Reopen(files) => {
                let choices = Choices { files: files.into_iter().collect(), ..Choices::default() };
                self.open(Opening { id, files: Files::Again(choices) });
            }
            Command::Map { file, ask } => spawn_local(async move {
                let reply = match self.head(file).await {
                    Ok(head) => Session::map(&head, &ask),
                    Err(_) => Err(GONE.to_owned()),
                };
                self.reply(id, &reply);
            }),
            Command::Count { slot, tokenizer } => spawn_local(async move {
                let text = message.text.unwrap_or_default();
                let reply = match tokenizer {
                    Tokenizer::BuiltIn(encoding) => self.count(slot, encoding, text).await,
                    Tokenizer::Opened(number) => self.count_opened(slot, number, text).await,
                };
                self.reply(id, &reply);
            }),
            Command::Caches(filter) => spawn_local(self.replay(id, filter, message.text)),
            Command::Split => {
                let text = String::from(message.text.unwrap_or_default());
                self.reply(id, &Session::split(&text));
            }
            Command::Raw(call, from) => spawn_local(async move {
                let records = self.raw(call, from).await;
                self.reply(id, &Ok(Answer::Raw(records)));
            }),
            Command::OwnPrices if message.text.is_some() => {
                let list = String::from(message.text.unwrap_or_default());
                let reply = self.session.borrow_mut().add_prices(&list, engine::TYPED);
                self.tell_session();
                self.reply(id, &reply);
            }
            command => {
                match command {
                    Command::Cancel if self.reading.get() => self.stop(),
                    Command::Cancel => self.stop_counting(),
                    Command::Clear => {
                        self.stop();
                        self.files.borrow_mut().clear();
                        self.tokenizers.clear();
                        self.caches.stop();
                    }
                    Command::CountTexts => self.count_texts(),
                    _ => {}
                }
                let clears = command == Command::Clear;
                let prices = matches!(command, Command::ForgetPrice(_));
                let counts = matches!(command, Command::Reprice(_));
                let reply = self.session.borrow_mut().answer(command);
                if clears {
                    // After the texts are gone: then none is left that was not counted.
                    self.stop_counting();
                }
                if prices {
                    self.tell_session();
                }
                if counts && reply.is_ok() {
                    self.count_texts();
                }
                self.reply(id, &reply);
            }
        }
    }

    async fn count(&self, slot: Slot, encoding: EncodingName, text: JsString) -> Reply {
        self.load_vocabulary(encoding).await?;
        let began = now();
        let mut reply = self.session.borrow_mut().count(slot, encoding, &String::from(text));
        if let Ok(Answer::Count(count)) = &mut reply {
            count.ms = now() - began;
        }
        reply
    }

    /// The beginning of a file of the session, decoded.
    async fn head(&self, file: FileId) -> Result<String, JsValue> {
        let (number, entry) = self.session.borrow().trace().on_disk(file);
        let file = self.files.borrow().get(number).cloned();
        read_packed(&file.ok_or(JsValue::UNDEFINED)?, entry, 0, HEAD).await
    }

    async fn raw(&self, call: CallId, from: u32) -> Vec<RawRecord> {
        let refs = self.session.borrow().raw_records(call);
        let mut records = Vec::new();
        for at in refs.iter().skip(from as usize).take(RAW_RECORDS as usize) {
            let mut place = self.session.borrow().place(*at);
            let (file, entry, plain) = {
                let session = self.session.borrow();
                let trace = session.trace();
                let (number, entry) = trace.on_disk(at.file);
                let plain = entry.is_none() && {
                    let file = trace.files.get(at.file.0 as usize);
                    file.is_some_and(|file| file.bytes == file.decoded_bytes)
                };
                (self.files.borrow().get(number).cloned(), entry, plain)
            };
            let len = u64::from(at.len).min(RAW_BYTES);
            if len < u64::from(at.len) {
                place += &format!(" (the first {} of {} bytes)", len, at.len);
            }
            let text = match file {
                Some(file) if plain => read_plain(&file, at.offset, len).await,
                Some(file) => read_packed(&file, entry, at.offset, len).await,
                None => Err(JsValue::UNDEFINED),
            };
            let text = text.unwrap_or_else(|_| GONE.to_owned());
            // A picture or a copy of the record must not give keys away.
            let (text, secrets) = engine::redact(&text);
            if secrets > 0 {
                place += &format!(" (without {secrets} keys or cookies)");
            }
            records.push(RawRecord { place, text });
        }
        records
    }
}

/// The text of a range of the file.
async fn read_plain(file: &File, offset: u64, len: u64) -> Result<String, JsValue> {
    Ok(String::from_utf8_lossy(&read_bytes(file, offset, len).await?).into_owned())
}

/// The text of a range of the decoded file, or of an entry of an archive, which have to be read from their
/// beginning.
async fn read_packed(file: &File, entry: Option<u32>, offset: u64, len: u64) -> Result<String, JsValue> {
    let mut decoder = match entry {
        Some(entry) => engine::RangeDecoder::in_archive(entry, offset, len),
        None => engine::RangeDecoder::new(offset, len),
    };
    let mut from = 0;
    while from < file.size() as u64 && decoder.push(&read_bytes(file, from, SLICE).await?) {
        from += SLICE;
    }
    Ok(decoder.finish())
}

async fn read_bytes(file: &File, from: u64, len: u64) -> Result<Vec<u8>, JsValue> {
    let slice = file.slice_with_f64_and_f64(from as f64, (from + len) as f64)?;
    let buffer = JsFuture::from(slice.array_buffer()).await?;
    Ok(Uint8Array::new(&buffer.unchecked_into::<ArrayBuffer>()).to_vec())
}
