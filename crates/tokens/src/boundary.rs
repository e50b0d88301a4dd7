//! Places where a text may be cut without changing its tokens.
//!
//! No pattern has a piece that goes on after a letter or a number with a symbol or a blank (but for the
//! apostrophe of a contraction), and nothing behind such a place looks back across it. So whatever the encoding,
//! the tokens of the two parts are those of the whole. There is one after nearly every word.

use crate::pretokenize::{ends_word, starts_anew};

/// The last certain boundary at or before `at`, in bytes; 0 if there is none, and the end at or past the end.
#[must_use]
pub fn boundary_before(text: &str, at: usize) -> usize {
    if at >= text.len() { text.len() } else { boundary_between(text, 0, at).unwrap_or(0) }
}

/// The first certain boundary at or after `at`, in bytes; the end if there is none.
pub(crate) fn boundary_after(text: &str, at: usize) -> usize {
    let from = text.floor_char_boundary(at.max(1));
    (from..text.len()).find(|&i| i >= at && is_boundary(text, i)).unwrap_or(text.len())
}

/// The last certain boundary after `after` and at or before `at`.
pub(crate) fn boundary_between(text: &str, after: usize, at: usize) -> Option<usize> {
    (after + 1..=at).rev().find(|&i| is_boundary(text, i))
}

fn is_boundary(text: &str, at: usize) -> bool {
    text.is_char_boundary(at) && starts_anew(text.as_bytes(), at) && ends_word(text, at)
}
