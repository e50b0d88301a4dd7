//! From the bytes of a file to a trace.
//!
//! ```text
//! bytes ─▶ containers: unzip ─▶ decode ─▶ split into records ─▶ sniff ─▶ one Reader ─▶ TraceBuilder
//! ```
//!
//! Everything is pushed: the caller hands over chunks as they arrive from disk, so that the same code runs
//! in a worker that must stay responsive and in a terminal. A format is one file of this crate, one line in
//! [`FORMATS`], and one folder of fixtures.

mod archive;
mod choice;
mod format;
mod guess;
mod import;
pub mod json;
mod mapping;
mod mixed;
mod outline;
mod readers;
mod tokenizer;
mod unknown;

mod conversation;
mod curl;
mod fields;
mod genai;
mod http;
mod parts;
mod path;
mod profile;
mod python;
mod request;
mod sampling;
mod secrets;
mod span_json;

pub use containers::{Inner, RangeDecoder};

pub use choice::{Choice, Choices};
pub use format::{About, Confidence, Container, Family, Format, Head, Output, Reader, Record};
pub use import::Import;
pub use json::{Unit, stamp};
pub use mapping::{Fields, Mapping, Part, Source};
pub use outline::{Ask, Outline, outline, preview};
pub use readers::FORMATS;
pub use request::Request;
pub use secrets::redact;
pub use tokenizer::is_tokenizer;
