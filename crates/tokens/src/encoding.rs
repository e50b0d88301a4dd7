//! The encodings and what they do with text.

use std::cell::RefCell;
use std::ops::Range;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::memo::Memo;
use crate::merge::Merger;
use crate::pretokenize::{Pattern, Pretokens, boundary_before};
use crate::vocab::{NONE, Vocab, VocabError, checksum};

/// The encodings whose exact tokens we know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EncodingName {
    /// GPT-4o and later, and the o series.
    O200kBase,
    /// GPT-4, GPT-3.5 and the embedding models.
    Cl100kBase,
}

/// What tells one encoding from another. A new encoding is a new one of these, and its asset.
struct Spec {
    name: &'static str,
    pattern: Pattern,
    tokens: usize,
    checksum: u64,
}

impl EncodingName {
    /// All of them.
    pub const ALL: [EncodingName; 2] = [EncodingName::O200kBase, EncodingName::Cl100kBase];

    fn spec(self) -> Spec {
        match self {
            EncodingName::O200kBase => Spec {
                name: "o200k_base",
                pattern: Pattern::O200k,
                tokens: 199_998,
                checksum: 0x632b_8b17_3134_b41b,
            },
            EncodingName::Cl100kBase => Spec {
                name: "cl100k_base",
                pattern: Pattern::Cl100k,
                tokens: 100_256,
                checksum: 0x1962_92d7_7213_fcdd,
            },
        }
    }

    /// The encoding's usual name, which is also the stem of its asset's file name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.spec().name
    }
}

impl std::fmt::Display for EncodingName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that is none of [`EncodingName::ALL`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no encoding is called {0:?}; there are o200k_base and cl100k_base")]
pub struct UnknownEncoding(String);

impl FromStr for EncodingName {
    type Err = UnknownEncoding;

    fn from_str(name: &str) -> Result<Self, UnknownEncoding> {
        let found = EncodingName::ALL.into_iter().find(|encoding| encoding.as_str() == name);
        found.ok_or_else(|| UnknownEncoding(name.to_owned()))
    }
}

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
/// such as `<|endoftext|>`, is text like any other.
///
/// It remembers the tokens of recent pieces (in bounded memory, about 2 MB), so it cannot be shared
/// between threads; each loads its own.
pub struct Encoding {
    name: EncodingName,
    pattern: Pattern,
    vocab: Vocab,
    work: RefCell<Work>,
}

struct Work {
    memo: Memo,
    merger: Merger,
    ids: Vec<u32>,
}

impl Encoding {
    /// Reads an encoding's asset (`www/vocab/<name>.bin`).
    ///
    /// # Errors
    /// If the bytes are not exactly those of that asset.
    pub fn load(name: EncodingName, asset: &[u8]) -> Result<Encoding, VocabError> {
        let spec = name.spec();
        let seen = checksum(asset);
        if seen != spec.checksum {
            let (encoding, length, expected) = (spec.name, asset.len(), spec.checksum);
            return Err(VocabError::Checksum { encoding, length, seen, expected });
        }
        let vocab = Vocab::parse(asset, spec.tokens).ok_or(VocabError::Layout { encoding: spec.name })?;
        let work = Work { memo: Memo::new(), merger: Merger::default(), ids: Vec::new() };
        Ok(Encoding { name, pattern: spec.pattern, vocab, work: RefCell::new(work) })
    }

    /// Which encoding this is.
    #[must_use]
    pub fn name(&self) -> EncodingName {
        self.name
    }

    /// Number of tokens of the text.
    #[must_use]
    pub fn count(&self, text: &str) -> u64 {
        let mut count = 0;
        self.each(text, 0, |_, ids| {
            count += ids.len() as u64;
            true
        });
        count
    }

    /// The tokens of the text.
    #[must_use]
    pub fn encode(&self, text: &str) -> Vec<u32> {
        let mut all = Vec::with_capacity(text.len() / 4);
        self.each(text, 0, |_, ids| {
            all.extend_from_slice(ids);
            true
        });
        all
    }

    /// The tokens of the text with their places; the places follow on each other and cover the text.
    #[must_use]
    pub fn pieces(&self, text: &str) -> Vec<Piece> {
        self.pieces_in(text, 0..text.len())
    }

    /// Those of [`Encoding::pieces`] that overlap `range` (in bytes of the text), at about the cost of
    /// the range: encoding starts at the last [`Encoding::boundary_before`] it.
    #[must_use]
    pub fn pieces_in(&self, text: &str, range: Range<usize>) -> Vec<Piece> {
        let mut pieces = Vec::new();
        if range.is_empty() {
            return pieces;
        }
        self.each(text, boundary_before(text, range.start), |piece, ids| {
            if piece.end > range.start {
                let mut start = piece.start;
                for &id in ids {
                    let end = start + self.vocab.token(id).map_or(0, <[u8]>::len);
                    if end > range.start && start < range.end {
                        pieces.push(Piece { id, bytes: start..end });
                    }
                    start = end;
                }
            }
            piece.end < range.end
        });
        pieces
    }

    /// The last place at or before `at` (in bytes) where the text may be cut without changing its tokens:
    /// the tokens of the two parts are those of the whole. It is the start of a line that does not begin
    /// with whitespace or a slash, or else 0; at or past the end it is the end. Use it to count a long
    /// text in steps.
    #[must_use]
    pub fn boundary_before(&self, text: &str, at: usize) -> usize {
        boundary_before(text, at)
    }

    /// The bytes that the tokens stand for, which need not be UTF-8.
    ///
    /// # Errors
    /// If an id is no token of the encoding. Special tokens are not.
    pub fn decode(&self, ids: &[u32]) -> Result<Vec<u8>, UnknownToken> {
        let mut bytes = Vec::with_capacity(ids.len() * 4);
        for &id in ids {
            bytes.extend_from_slice(self.token_bytes(id).ok_or(UnknownToken(id))?);
        }
        Ok(bytes)
    }

    /// The bytes of a token; `None` if there is no such token.
    #[must_use]
    pub fn token_bytes(&self, id: u32) -> Option<&[u8]> {
        self.vocab.token(id)
    }

    /// Hands each piece and its tokens to `take` until that returns false.
    fn each(&self, text: &str, from: usize, mut take: impl FnMut(Range<usize>, &[u32]) -> bool) {
        let Work { memo, merger, ids } = &mut *self.work.borrow_mut();
        for piece in Pretokens::new(self.pattern, text, from) {
            let whole = self.vocab.id_within(text.as_bytes(), piece.start, piece.end);
            let go_on = if whole != NONE {
                take(piece, &[whole])
            } else {
                let bytes = &text.as_bytes()[piece.clone()];
                if let Some(known) = memo.get(bytes) {
                    take(piece, known)
                } else {
                    ids.clear();
                    merger.merge(&self.vocab, bytes, ids);
                    memo.put(bytes, ids);
                    take(piece, ids)
                }
            };
            if !go_on {
                return;
            }
        }
    }
}
