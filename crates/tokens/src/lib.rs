//! Tokens of a text: exact for the encodings whose vocabulary is public, and for other models an estimate that
//! says how it was made.
//!
//! [`encoding_for_model`] tells which [`Encoding`] counts a model's tokens and how exactly; [`ChatRules`]
//! adds what a chat model puts around each message. Vocabularies are assets the caller brings; with the
//! feature `bundled` they are compiled in.

#[cfg(feature = "bundled")]
mod assets;
mod boundary;
#[cfg(feature = "bundled")]
mod bundled;
mod chat;
mod compose;
mod counter;
mod encoding;
mod encoding_name;
mod memo;
mod merge;
mod model;
mod pretokenize;
mod short_tokens;
mod special;
mod unicode;
mod vocab;

pub use boundary::boundary_before;
#[cfg(feature = "bundled")]
pub use bundled::{bundled, bundled_asset};
pub use chat::{ChatMessage, ChatRules};
pub use counter::Counter;
pub use encoding::{Encoding, Piece, UnknownToken};
pub use encoding_name::{EncodingName, UnknownEncoding};
pub use model::{Exactness, encoding_for_model};
pub use unicode::UNICODE_VERSION;
pub use vocab::{VocabError, checksum};
