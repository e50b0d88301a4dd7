//! Counts tokens with a Hugging Face `tokenizer.json`.
//!
//! ```text
//! tokenizer.json ─▶ Tokenizer ─▶ ids, and the part of the text that each stands for
//! ```
//!
//! The work is done by the crate `tokenizers`. Here it is held to what a page needs: a sentence for every file
//! that it cannot use, an error where a pattern gives up, and pieces that show every byte of the text.
//!
//! A text is encoded as it stands: what the file's post-processor would put around it (`[CLS]`, `<s>`) is not
//! counted, nor is the text cut or padded to a length. Special tokens that are *written* in the text are found, as
//! in the original.

mod error;
mod kind;
mod pieces;
mod steps;
mod tokenizer;

pub use error::Error;
pub use kind::Kind;
pub use pieces::Piece;
pub use tokenizer::Tokenizer;
