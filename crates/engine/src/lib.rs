//! Sessions and queries.
//!
//! ```text
//! bytes ─▶ Session::push ─▶ formats ─▶ Trace      (append-only)
//! Command ─▶ Session::answer ─▶ answers::* ─▶ Reply   (pure functions of trace, prices, counts and filter)
//! ```
//!
//! What may be asked stands in [`protocol`]. There is no browser here, no clock and no randomness: the same
//! session runs in the worker, in the tests and in the terminal.

mod answers;
mod bill;
mod cache_rules;
mod calibration;
mod counts;
mod ledger;
pub mod protocol;
mod reprice;
mod session;
mod shard;
mod summary;

pub use formats::{Choices, RangeDecoder, is_tokenizer, redact};
pub use session::Session;
pub use shard::Shard;
pub use summary::{Distribution, PhaseSums, ProblemCount, Records, Summary, Tokens, sentence, summary};
pub use tokens::Encoding;

/// The keys of all formats.
pub fn format_keys() -> impl Iterator<Item = &'static str> {
    formats::FORMATS.iter().map(|format| format.about().key)
}
