//! `cargo xtask vocab`: writes the vocabularies in `www/vocab` and the Unicode table of `crates/tokens`.

use std::process::Command;

/// Runs the generator, which lives with the crate whose data it writes.
///
/// # Errors
/// If cargo cannot be started or the generator fails; it has then said why.
pub fn run() -> Result<(), String> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let status = Command::new(cargo)
        .args(["run", "--package", "tokenflame-tokens", "--example", "generate"])
        .status()
        .map_err(|error| format!("cargo did not start: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("the generator of the vocabularies failed ({status})"))
    }
}
