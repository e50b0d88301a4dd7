//! Tokens of a text: exact for the encodings OpenAI published, and for other models an estimate that says how
//! it was made.
//!
//! [`encoding_for_model`] tells which [`Encoding`] counts a model's tokens and how exactly; [`ChatRules`]
//! adds what a chat model puts around each message. Vocabularies are assets the caller brings.

mod chat;
mod encoding;
mod memo;
mod merge;
mod model;
mod pretokenize;
mod unicode;
mod vocab;

pub use chat::{ChatMessage, ChatRules};
pub use encoding::{Encoding, EncodingName, Piece, UnknownEncoding, UnknownToken};
pub use model::{Exactness, encoding_for_model};
pub use unicode::UNICODE_VERSION;
pub use vocab::{VocabError, checksum};
