use std::fmt;

/// How a tokenizer finds its tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Byte pair encoding over bytes, as GPT-2 and most since.
    ByteLevelBpe,
    /// Byte pair encoding over characters, as SentencePiece has it.
    Bpe,
    /// The likeliest division, as SentencePiece has it.
    Unigram,
    /// The longest known beginning, as BERT has it.
    WordPiece,
    /// Whole words.
    WordLevel,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::ByteLevelBpe => "byte-level BPE",
            Kind::Bpe => "BPE",
            Kind::Unigram => "Unigram",
            Kind::WordPiece => "WordPiece",
            Kind::WordLevel => "WordLevel",
        })
    }
}
