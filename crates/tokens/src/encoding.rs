//! An encoding and what it does with text.

use std::cell::RefCell;
use std::ops::Range;

use crate::boundary::{boundary_after, boundary_before};
use crate::compose::Composed;
use crate::encoding_name::EncodingName;
use crate::memo::{Key, LongMemo, Memo};
use crate::merge::Merger;
use crate::pretokenize::each_piece;
use crate::special::SpecialTokens;
use crate::vocab::{NONE, Vocab, VocabError, checksum};

/// An id that is no token of the encoding.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is no token of this encoding")]
pub struct UnknownToken(pub u32);

/// A token and the bytes of the text it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The token.
    pub id: u32,
    /// Bytes of the text. A token may be a part of a character, so these need not be character boundaries.
    pub bytes: Range<usize>,
}

/// An encoding with its vocabulary loaded. Text is encoded as plain text: what looks like a special token,
/// such as `<|endoftext|>`, is text like any other but for [`Encoding::encode_with_special`].
///
/// It remembers the tokens of recent pieces (in bounded memory, about 4 MB), so it cannot be shared
/// between threads; each loads its own.
pub struct Encoding {
    name: EncodingName,
    vocab: Vocab,
    special: SpecialTokens,
    work: RefCell<Work>,
}

struct Work {
    short: Memo,
    long: LongMemo,
    merger: Merger,
    ids: Vec<u32>,
}

impl Encoding {
    /// Reads an encoding's asset (`www/vocab/`[`EncodingName::asset`]).
    ///
    /// # Errors
    /// If the bytes are not exactly those of that asset.
    pub fn load(name: EncodingName, asset: &[u8]) -> Result<Encoding, VocabError> {
        let spec = name.spec();
        let vocabulary = spec.vocabulary;
        let seen = checksum(asset);
        if seen != vocabulary.checksum {
            let (length, expected) = (asset.len(), vocabulary.checksum);
            return Err(VocabError::Checksum { vocabulary: vocabulary.name, length, seen, expected });
        }
        let vocab = Vocab::parse(asset, vocabulary.tokens)
            .ok_or(VocabError::Layout { vocabulary: vocabulary.name })?;
        let work =
            Work { short: Memo::new(), long: LongMemo::new(), merger: Merger::new(&vocab), ids: Vec::new() };
        Ok(Encoding { name, vocab, special: SpecialTokens::new(spec), work: RefCell::new(work) })
    }

    /// Which encoding this is.
    #[must_use]
    pub fn name(&self) -> EncodingName {
        self.name
    }

    /// Number of tokens of the text.
    #[must_use]
    pub fn count(&self, text: &str) -> u64 {
        let text = &*self.composed(text);
        let work = &mut *self.work.borrow_mut();
        let mut all = 0;
        each_piece(self.name.spec().pattern, text, |piece| {
            let key = Key::of(text.as_bytes(), piece.start, piece.end);
            let known = key.map_or(0, |key| work.short.count(key));
            all += if known > 0 { known } else { work.find(self, &text.as_bytes()[piece], key).len() as u64 };
        });
        all
    }

    /// The tokens of the text.
    #[must_use]
    pub fn encode(&self, text: &str) -> Vec<u32> {
        let mut all = Vec::with_capacity(text.len() / 4);
        self.append(text, &mut all);
        all
    }

    /// The tokens of the text, where each special token of the encoding that is written out in it is one
    /// token.
    #[must_use]
    pub fn encode_with_special(&self, text: &str) -> Vec<u32> {
        let mut all = Vec::with_capacity(text.len() / 4);
        let mut rest = text;
        while let Some((at, written, id)) = self.special.find(rest) {
            self.append(&rest[..at], &mut all);
            all.push(id);
            rest = &rest[at + written.len()..];
        }
        self.append(rest, &mut all);
        all
    }

    /// The tokens of the text with their places; the places follow on each other and cover the text.
    #[must_use]
    pub fn pieces(&self, text: &str) -> Vec<Piece> {
        self.pieces_in(text, 0..text.len())
    }

    /// Those of [`Encoding::pieces`] that overlap `range` (in bytes of the text), at about the cost of
    /// the range: only what lies between the certain boundaries around it is encoded.
    #[must_use]
    pub fn pieces_in(&self, text: &str, range: Range<usize>) -> Vec<Piece> {
        let mut pieces = Vec::new();
        if range.is_empty() {
            return pieces;
        }
        let from = boundary_before(text, range.start);
        let around = &text[from..boundary_after(text, range.end)];
        let composed = self.composed(around);
        let mut places = composed.places();
        let first_id = self.first_id();
        self.each(&composed, |piece, ids| {
            let mut start = piece.start;
            for &id in ids {
                let end = start + self.vocab.token(id - first_id).map_or(0, <[u8]>::len);
                let bytes = from + places.original(start)..from + places.original(end);
                // What composition made longer than it was may lie at the very end.
                if bytes.end > range.start && (bytes.start < range.end || range.end >= text.len()) {
                    pieces.push(Piece { id, bytes });
                }
                start = end;
            }
        });
        pieces
    }

    /// The bytes that the tokens stand for, which need not be UTF-8.
    ///
    /// # Errors
    /// If an id is no token of the encoding.
    pub fn decode(&self, ids: &[u32]) -> Result<Vec<u8>, UnknownToken> {
        let mut bytes = Vec::with_capacity(ids.len() * 4);
        for &id in ids {
            bytes.extend_from_slice(self.token_bytes(id).ok_or(UnknownToken(id))?);
        }
        Ok(bytes)
    }

    /// The bytes of a token, special tokens included; `None` if there is no such token.
    #[must_use]
    pub fn token_bytes(&self, id: u32) -> Option<&[u8]> {
        let plain = id.checked_sub(self.first_id()).and_then(|rank| self.vocab.token(rank));
        plain.or_else(|| Some(self.special.text(id)?.as_bytes()))
    }

    fn first_id(&self) -> u32 {
        self.name.spec().vocabulary.first_id
    }

    fn composed<'a>(&self, text: &'a str) -> Composed<'a> {
        if self.name.spec().composes { Composed::new(text) } else { Composed::as_is(text) }
    }

    fn append(&self, text: &str, all: &mut Vec<u32>) {
        self.each(&self.composed(text), |_, ids| all.extend_from_slice(ids));
    }

    /// Hands each piece of the text and its tokens to `take`.
    fn each(&self, text: &str, mut take: impl FnMut(Range<usize>, &[u32])) {
        let work = &mut *self.work.borrow_mut();
        each_piece(self.name.spec().pattern, text, |piece| {
            let key = Key::of(text.as_bytes(), piece.start, piece.end);
            match key.and_then(|key| work.short.get(key)) {
                Some(known) => take(piece, known),
                None => take(piece.clone(), work.find(self, &text.as_bytes()[piece], key)),
            }
        });
    }
}

impl Work {
    /// The tokens of a piece that is not among the short ones known.
    #[inline(never)]
    fn find(&mut self, encoding: &Encoding, piece: &[u8], key: Option<Key>) -> &[u32] {
        let Work { short, long, merger, ids } = self;
        ids.clear();
        let whole = encoding.vocab.id(piece);
        if whole != NONE {
            ids.push(whole);
        } else if let Some(known) = key.is_none().then(|| long.get(piece)).flatten() {
            ids.extend_from_slice(known);
            return ids;
        } else {
            merger.merge(&encoding.vocab, piece, ids);
        }
        let first_id = encoding.first_id();
        ids.iter_mut().for_each(|id| *id += first_id);
        match key {
            Some(key) => short.put(key, ids),
            None => long.put(piece, ids),
        }
        ids
    }
}
