//! Special tokens: written out in a text, they are one token where the caller says so.

use crate::encoding_name::Spec;

/// An encoding's special tokens, sorted by their text. None begins with another.
pub(crate) struct SpecialTokens(Vec<(String, u32)>);

impl SpecialTokens {
    pub(crate) fn new(spec: &Spec) -> SpecialTokens {
        let named = spec.special.iter().map(|&(text, id)| (text.to_owned(), id));
        let reserved = spec.reserved.clone().map(|id| (format!("<|reserved_{id}|>"), id));
        let mut all: Vec<_> = named.chain(reserved).collect();
        all.sort();
        SpecialTokens(all)
    }

    /// The first special token in the text: where it is, its text and its id.
    pub(crate) fn find(&self, text: &str) -> Option<(usize, &str, u32)> {
        memchr::memchr2_iter(b'<', b'[', text.as_bytes()).find_map(|at| {
            let rest = &text[at..];
            // What the rest begins with sorts right before the rest, as none begins with another.
            let before = self.0.partition_point(|(special, _)| special.as_str() <= rest);
            let (special, id) = &self.0[before.checked_sub(1)?];
            rest.starts_with(special.as_str()).then_some((at, special.as_str(), *id))
        })
    }

    pub(crate) fn text(&self, id: u32) -> Option<&str> {
        self.0.iter().find(|special| special.1 == id).map(|special| special.0.as_str())
    }
}
