//! `cargo xtask vocab`: writes the vocabularies in `www/vocab` and the Unicode table of `crates/tokens`, and compares
//! every token with the reference.

use crate::shell::{cargo, run};

/// Runs the generator, which lives with the crate whose data it writes, then the tests of what it wrote.
///
/// # Errors
/// If cargo cannot be started, the generator fails, or a token is not that of the reference.
pub fn write() -> Result<(), String> {
    run(&mut cargo("run --package tokenflame-tokens --example generate"))?;
    let tests = "every_token special_tokens tricky_strings";
    run(&mut cargo(&format!("test --package tokenflame-tokens --features bundled --test reference -- {tests}")))
        .map_err(|error| {
            format!("{error}\nA vocabulary that changed has a new checksum: `crates/tokens/src/encoding_name.rs` needs it.")
        })
}
