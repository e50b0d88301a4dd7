//! The trace as files of other profilers.

mod chrome;
mod speedscope;
mod tracks;

use std::io::{self, Write};

pub use chrome::chrome;
pub use speedscope::speedscope;

/// What a span is called and what else is told of it.
pub struct Labels<'a> {
    /// The string of a name.
    pub name: &'a dyn Fn(u32) -> &'a str,
    /// What is told of a row beside its name and times.
    pub facts: &'a dyn Fn(u32) -> Vec<(&'static str, Fact)>,
}

/// Something that is told of a span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// Words.
    Text(String),
    /// A whole number.
    Whole(u64),
}

/// Writes a text as a JSON string.
fn text(out: &mut dyn Write, text: &str) -> io::Result<()> {
    serde_json::to_writer(out, text).map_err(io::Error::from)
}
