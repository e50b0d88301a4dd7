//! `cargo xtask exact`: compares tokens with the reference on far more text than the tests do.

use crate::bench::corpora;
use crate::shell::{cargo, run};

/// Compares a million random strings and the benchmark's texts, in every encoding.
pub fn run_all() -> Result<(), String> {
    corpora::ensure()?;
    let tests =
        "test -p tokenflame-tokens --features bundled --test reference -- --nocapture random_strings corpora";
    run(cargo(tests).env("TOKENFLAME_STRINGS", "1000000").env("TOKENFLAME_CORPORA", corpora::folder()))
}
