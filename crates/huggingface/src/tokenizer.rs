use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::de::IgnoredAny;
use tokenizers::{Encoding, ModelWrapper, TokenizerImpl};

use crate::{
    Error, Kind, Piece,
    pieces::{self, Alphabet},
    steps::{Cleaner, Splitter, Unread},
};

/// The tokenizer that a `tokenizer.json` describes.
pub struct Tokenizer {
    inner: TokenizerImpl<ModelWrapper, Cleaner, Splitter, Unread, Unread>,
    kind: Kind,
    alphabet: Alphabet,
}

impl Tokenizer {
    /// Reads a file.
    ///
    /// # Errors
    /// When it is not JSON, not a tokenizer, or one with parts that are not known.
    pub fn from_json(json: &[u8]) -> Result<Tokenizer, Error> {
        check_keys(json)?;
        let mut inner: TokenizerImpl<ModelWrapper, Cleaner, Splitter, Unread, Unread> =
            caught(|| serde_json::from_slice(json))?
                .map_err(|error| Error::Unsupported(error.to_string()))?;
        let refused = |error: tokenizers::Error| Error::Unsupported(error.to_string());
        inner.with_truncation(None).map_err(refused)?;
        inner.with_padding(None);
        inner.with_post_processor(None::<Unread>);
        if let Some(error) = inner.get_normalizer().and_then(Cleaner::take_failure) {
            return Err(refused(error));
        }
        let byte_level = inner.get_pre_tokenizer().is_some_and(Splitter::is_byte_level)
            || inner.get_normalizer().is_some_and(Cleaner::is_byte_level);
        let kind = match inner.get_model() {
            ModelWrapper::BPE(bpe) if bpe.dropout.is_some_and(|dropout| dropout > 0.0) => {
                return Err(Error::Unsupported(
                    "it leaves merges out by chance (dropout), so that the same text has other tokens each time"
                        .to_owned(),
                ));
            }
            ModelWrapper::BPE(_) if byte_level => Kind::ByteLevelBpe,
            ModelWrapper::BPE(_) => Kind::Bpe,
            ModelWrapper::Unigram(_) => Kind::Unigram,
            ModelWrapper::WordPiece(_) => Kind::WordPiece,
            ModelWrapper::WordLevel(_) => Kind::WordLevel,
        };
        let alphabet = if byte_level { Alphabet::byte_level() } else { Alphabet::Fallback };
        Ok(Tokenizer { inner, kind, alphabet })
    }

    /// How it finds its tokens.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Tokens in its vocabulary, added ones included.
    pub fn vocabulary(&self) -> usize {
        self.inner.get_vocab_size(true)
    }

    /// Whether the text runs through a regex engine first, which takes most of the time.
    pub fn has_pattern(&self) -> bool {
        self.inner.get_pre_tokenizer().is_some_and(Splitter::has_pattern)
            || self.inner.get_normalizer().is_some_and(Cleaner::has_pattern)
    }

    /// A token's text as the vocabulary has it.
    pub fn token(&self, id: u32) -> Option<String> {
        self.inner.id_to_token(id)
    }

    /// The tokens of a text.
    ///
    /// # Errors
    /// When a pattern gives up, or there is no token for a part of the text.
    pub fn count(&self, text: &str) -> Result<u64, Error> {
        let encoding = self.checked(caught(|| self.inner.encode_fast(text, false))?)?;
        Ok(encoding.get_ids().len() as u64)
    }

    /// The tokens of a text, in order, with what they stand for: together all of the text.
    ///
    /// # Errors
    /// When a pattern gives up, or there is no token for a part of the text.
    pub fn encode(&self, text: &str) -> Result<Vec<Piece>, Error> {
        let encoding = self.checked(caught(|| self.inner.encode(text, false))?)?;
        Ok(pieces::lay(text, &encoding, &self.alphabet))
    }

    fn checked(&self, encoding: tokenizers::Result<Encoding>) -> Result<Encoding, Error> {
        match self.inner.get_normalizer().and_then(Cleaner::take_failure) {
            Some(error) => Err(explain(&*error)),
            None => encoding.map_err(|error| explain(&*error)),
        }
    }
}

/// Tells what is no tokenizer from what is a broken one.
fn check_keys(json: &[u8]) -> Result<(), Error> {
    let keys: BTreeMap<String, IgnoredAny> = match serde_json::from_slice(json) {
        Ok(keys) => keys,
        Err(error) if error.is_data() => return Err(Error::NotTokenizer("no object".to_owned())),
        Err(error) => return Err(Error::NotJson(error.to_string())),
    };
    if keys.contains_key("model") {
        return Ok(());
    }
    let seen: Vec<String> = keys.keys().take(5).map(|key| format!("{key:?}")).collect();
    Err(Error::NotTokenizer(if seen.is_empty() { "nothing".to_owned() } else { seen.join(", ") }))
}

/// The original panics on some files that contradict themselves, such as a map of characters that points outside
/// itself. Where panics end the program (in wasm), whoever runs it has to start it anew.
fn caught<T>(work: impl FnOnce() -> T) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| Error::Fault)
}

fn explain(error: &(dyn std::error::Error + 'static)) -> Error {
    match error.downcast_ref::<fancy_regex::Error>() {
        Some(error) => Error::Pattern(error.to_string()),
        None => Error::Encode(error.to_string()),
    }
}
