//! From the bytes of a file to a trace.
//!
//! ```text
//! bytes ─▶ unzip ─▶ decode (gz, zstd, text) ─▶ split into records ─▶ sniff ─▶ one Reader ─▶ TraceBuilder
//! ```
//!
//! Everything is pushed: the caller hands over chunks as they arrive from disk, so that the same code runs
//! in a worker that must stay responsive and in a terminal. A format is one file of this crate, one line in
//! [`FORMATS`], and one folder of fixtures.

mod archive;
mod csv;
mod decode;
mod format;
mod import;
pub mod json;
mod registry;
mod split;
mod sse;
mod tokenizer;
mod unknown;
mod unzip;
mod unzstd;
mod values;
mod yaml;

mod aider;
mod atif;
mod batch;
mod bench;
mod braintrust;
mod chatgpt;
mod chats;
mod chrome_trace;
mod claude_code;
mod cline;
mod codex;
mod conversation;
mod copilot_chat;
mod fields;
mod gemini_cli;
mod genai;
mod har;
mod helicone;
mod http;
mod inspect_eval;
mod jaeger;
mod langfuse;
mod langsmith;
mod litellm;
mod mini_swe_agent;
mod mlflow;
mod opencode;
mod openinference;
mod otel_spans;
mod otlp;
mod parts;
mod path;
mod pi_agent;
mod portkey;
mod profile;
mod provider;
mod python;
mod records;
mod span_json;
mod vcr;
mod weave;
mod zipkin;

pub use decode::RangeDecoder;
pub use format::{Confidence, Container, Format, Head, Output, Reader, Record};
pub use import::Import;
pub use registry::FORMATS;
pub use tokenizer::is_tokenizer;
