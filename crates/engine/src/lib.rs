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
mod calibration;
mod counts;
mod ledger;
pub mod protocol;
mod reprice;
mod session;
mod shard;
mod summary;
mod traffic;

pub use counts::Method;
pub use formats::{Choices, RangeDecoder, is_tokenizer, redact};
pub use session::Session;
pub use shard::Shard;
pub use summary::{Distribution, PhaseSums, ProblemCount, Records, Summary, Tokens, sentence, summary};
pub use tokens::Encoding;

/// Writes the spans of all files as a file of another profiler; returns how many have no place in time and are left
/// out.
///
/// # Errors
/// Those of `out`.
pub fn export(
    session: &Session,
    to: protocol::FlameFile,
    out: &mut dyn std::io::Write,
) -> std::io::Result<u64> {
    answers::export(session, to, out)
}

/// Where a price is from that the user typed.
pub const TYPED: &str = pricing::Price::TYPED;

/// Whether a file begins as a price list does: LiteLLM's, models.dev's, or one that was exported. Its first entry is a
/// model with prices, or a seller with models.
pub fn is_price_list(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(&head[..head.len().min(4096)]);
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let first = compact.trim_start_matches('\u{feff}').strip_prefix("{\"");
    let entry = first.and_then(|text| text.split_once("\":{\"")).filter(|(key, _)| !key.contains('"'));
    entry.is_some_and(|(_, entry)| {
        ["litellm_provider\":", "input_cost_per_token\":"].iter().any(|field| entry.contains(field))
            || (entry.contains("npm\":") && entry.contains("models\":{"))
    })
}

/// The keys of all formats.
pub fn format_keys() -> impl Iterator<Item = &'static str> {
    formats::FORMATS.iter().map(|format| format.about().key)
}

/// Takes over the price table, before the first session. Anywhere else it is part of the program.
#[cfg(target_arch = "wasm32")]
pub fn load_prices(table: String) {
    pricing::PriceBook::load(table);
}
