//! Unicode's normal form C, which some encodings bring text into before they cut it.

use std::borrow::Cow;
use std::ops::Deref;

use unicode_normalization::char::canonical_combining_class;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// A text as it is encoded, and where its parts come from.
pub(crate) struct Composed<'a> {
    text: Cow<'a, str>,
    original: &'a str,
}

impl<'a> Composed<'a> {
    /// The text itself.
    pub(crate) fn as_is(text: &'a str) -> Self {
        Composed { text: Cow::Borrowed(text), original: text }
    }

    /// The text in normal form C.
    pub(crate) fn new(text: &'a str) -> Self {
        if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
            return Composed::as_is(text);
        }
        Composed { text: Cow::Owned(text.nfc().collect()), original: text }
    }

    /// The places in the original of places in the composed text, both in bytes; `places` must not fall.
    ///
    /// Within characters that were composed, a place is as far in as it can be.
    pub(crate) fn places(&self) -> Places<'_> {
        Places { rest: self.original, composed: 0, original: 0, same: matches!(self.text, Cow::Borrowed(_)) }
    }
}

impl Deref for Composed<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

/// Walks along a composed text and its original in step.
pub(crate) struct Places<'a> {
    rest: &'a str,
    composed: usize,
    original: usize,
    same: bool,
}

impl Places<'_> {
    /// The place in the original of `at` in the composed text, which is not before the one asked for last.
    pub(crate) fn original(&mut self, at: usize) -> usize {
        if self.same {
            return at;
        }
        // Composition never reaches across a character that combines with nothing before it.
        loop {
            let next = self.rest.char_indices().skip(1).find(|&(_, c)| stands_alone(c));
            let part = &self.rest[..next.map_or(self.rest.len(), |(end, _)| end)];
            let length: usize = part.nfc().map(char::len_utf8).sum();
            if part.is_empty() || at < self.composed + length {
                return self.original + (at - self.composed).min(part.len());
            }
            self.composed += length;
            self.original += part.len();
            self.rest = &self.rest[part.len()..];
        }
    }
}

fn stands_alone(c: char) -> bool {
    canonical_combining_class(c) == 0 && is_nfc_quick(std::iter::once(c)) == IsNormalized::Yes
}
