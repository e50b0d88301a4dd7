//! `cargo xtask exact`: compares tokens with the reference on far more text than the tests do.

use crate::bench;
use crate::shell::{cargo, run};

/// Compares a million random strings and the benchmark's texts, in every encoding.
///
/// # Errors
/// If the texts cannot be made, or where a token differs; what was compared has then been printed.
pub fn exact() -> Result<(), String> {
    let texts = bench::corpora()?;
    run(cargo("test -p tokenflame-tokens --features bundled --test reference -- --nocapture random_strings corpora")
        .env("TOKENFLAME_STRINGS", "1000000")
        .env("TOKENFLAME_CORPORA", texts))
}
