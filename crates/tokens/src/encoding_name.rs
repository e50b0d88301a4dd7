//! The encodings by name, and what tells one from another.

use std::ops::RangeInclusive;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::pretokenize::Pattern;

/// The encodings whose exact tokens we know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EncodingName {
    /// GPT-4o and later, and the o series.
    O200kBase,
    /// gpt-oss: the tokens of o200k_base with the special tokens of the harmony format.
    O200kHarmony,
    /// GPT-4, GPT-3.5 and the embedding models.
    Cl100kBase,
    /// Codex models and text-davinci-002 and -003.
    P50kBase,
    /// The edit models: p50k_base with special tokens to fill in the middle.
    P50kEdit,
    /// GPT-3.
    R50kBase,
    /// GPT-2: the same tokens as r50k_base.
    Gpt2,
    /// Qwen 2, 2.5 and 3.
    Qwen2,
    /// Mistral's Tekken (version 3): Nemo, Small 3, Pixtral, Ministral.
    Tekken,
}

/// A vocabulary, which several encodings may share.
pub(crate) struct Vocabulary {
    pub name: &'static str,
    /// Number of tokens.
    pub tokens: usize,
    /// Id of the token of rank 0; what lies below is special tokens.
    pub first_id: u32,
    /// Checksum of the asset, which is a part of its file name as well.
    pub checksum: u64,
}

/// What tells one encoding from another. A new encoding is a new one of these, and its asset.
pub(crate) struct Spec {
    pub name: &'static str,
    pub vocabulary: &'static Vocabulary,
    pub pattern: Pattern,
    /// Whether text is brought into Unicode's normal form C first.
    pub composes: bool,
    pub special: &'static [(&'static str, u32)],
    /// Special tokens called `<|reserved_ID|>`.
    pub reserved: RangeInclusive<u32>,
}

static O200K: Vocabulary =
    Vocabulary { name: "o200k_base", tokens: 199_998, first_id: 0, checksum: 0x632b_8b17_3134_b41b };
static CL100K: Vocabulary =
    Vocabulary { name: "cl100k_base", tokens: 100_256, first_id: 0, checksum: 0x1962_92d7_7213_fcdd };
static P50K: Vocabulary =
    Vocabulary { name: "p50k_base", tokens: 50_280, first_id: 0, checksum: 0xedc5_4bec_b1ab_ce94 };
static R50K: Vocabulary =
    Vocabulary { name: "r50k_base", tokens: 50_256, first_id: 0, checksum: 0x2b8d_4367_45c4_323a };
static QWEN2: Vocabulary =
    Vocabulary { name: "qwen2", tokens: 151_643, first_id: 0, checksum: 0x9869_2083_6588_cb81 };
static TEKKEN: Vocabulary =
    Vocabulary { name: "tekken", tokens: 130_072, first_id: 1000, checksum: 0x0c3e_fe81_c589_31a8 };

#[allow(clippy::reversed_empty_ranges, reason = "a range without end points has to be written somehow")]
const NO_RESERVED: RangeInclusive<u32> = 1..=0;

static SPECS: [Spec; 9] = [
    Spec {
        name: "o200k_base",
        vocabulary: &O200K,
        pattern: Pattern::O200k,
        composes: false,
        special: &[("<|endoftext|>", 199_999), ("<|endofprompt|>", 200_018)],
        reserved: NO_RESERVED,
    },
    Spec {
        name: "o200k_harmony",
        vocabulary: &O200K,
        pattern: Pattern::O200k,
        composes: false,
        special: &[
            ("<|startoftext|>", 199_998),
            ("<|endoftext|>", 199_999),
            ("<|reserved_200000|>", 200_000),
            ("<|reserved_200001|>", 200_001),
            ("<|return|>", 200_002),
            ("<|constrain|>", 200_003),
            ("<|reserved_200004|>", 200_004),
            ("<|channel|>", 200_005),
            ("<|start|>", 200_006),
            ("<|end|>", 200_007),
            ("<|message|>", 200_008),
            ("<|reserved_200009|>", 200_009),
            ("<|reserved_200010|>", 200_010),
            ("<|reserved_200011|>", 200_011),
            ("<|call|>", 200_012),
        ],
        reserved: 200_013..=201_087,
    },
    Spec {
        name: "cl100k_base",
        vocabulary: &CL100K,
        pattern: Pattern::Cl100k,
        composes: false,
        special: &[
            ("<|endoftext|>", 100_257),
            ("<|fim_prefix|>", 100_258),
            ("<|fim_middle|>", 100_259),
            ("<|fim_suffix|>", 100_260),
            ("<|endofprompt|>", 100_276),
        ],
        reserved: NO_RESERVED,
    },
    Spec {
        name: "p50k_base",
        vocabulary: &P50K,
        pattern: Pattern::Gpt2,
        composes: false,
        special: &[("<|endoftext|>", 50_256)],
        reserved: NO_RESERVED,
    },
    Spec {
        name: "p50k_edit",
        vocabulary: &P50K,
        pattern: Pattern::Gpt2,
        composes: false,
        special: &[
            ("<|endoftext|>", 50_256),
            ("<|fim_prefix|>", 50_281),
            ("<|fim_middle|>", 50_282),
            ("<|fim_suffix|>", 50_283),
        ],
        reserved: NO_RESERVED,
    },
    Spec {
        name: "r50k_base",
        vocabulary: &R50K,
        pattern: Pattern::Gpt2,
        composes: false,
        special: &[("<|endoftext|>", 50_256)],
        reserved: NO_RESERVED,
    },
    Spec {
        name: "gpt2",
        vocabulary: &R50K,
        pattern: Pattern::Gpt2,
        composes: false,
        special: &[("<|endoftext|>", 50_256)],
        reserved: NO_RESERVED,
    },
    Spec {
        name: "qwen2",
        vocabulary: &QWEN2,
        pattern: Pattern::Qwen2,
        composes: true,
        // Those of every version; later versions have a few more.
        special: &[("<|endoftext|>", 151_643), ("<|im_start|>", 151_644), ("<|im_end|>", 151_645)],
        reserved: NO_RESERVED,
    },
    Spec {
        name: "tekken",
        vocabulary: &TEKKEN,
        pattern: Pattern::Tekken,
        composes: false,
        special: &[
            ("<unk>", 0),
            ("<s>", 1),
            ("</s>", 2),
            ("[INST]", 3),
            ("[/INST]", 4),
            ("[AVAILABLE_TOOLS]", 5),
            ("[/AVAILABLE_TOOLS]", 6),
            ("[TOOL_RESULTS]", 7),
            ("[/TOOL_RESULTS]", 8),
            ("[TOOL_CALLS]", 9),
        ],
        reserved: NO_RESERVED,
    },
];

impl EncodingName {
    /// All of them.
    pub const ALL: [EncodingName; 9] = [
        EncodingName::O200kBase,
        EncodingName::O200kHarmony,
        EncodingName::Cl100kBase,
        EncodingName::P50kBase,
        EncodingName::P50kEdit,
        EncodingName::R50kBase,
        EncodingName::Gpt2,
        EncodingName::Qwen2,
        EncodingName::Tekken,
    ];

    pub(crate) fn spec(self) -> &'static Spec {
        &SPECS[self as usize]
    }

    /// The encoding's usual name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.spec().name
    }

    /// Name of its vocabulary's file in `www/vocab`. Encodings that differ in special tokens only share one.
    /// The name changes with the content, so that a file of this name may be kept for ever.
    #[must_use]
    pub fn asset(self) -> String {
        let Vocabulary { name, checksum, .. } = self.spec().vocabulary;
        format!("{name}.{checksum:016x}.bin")
    }
}

impl std::fmt::Display for EncodingName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that is none of [`EncodingName::ALL`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no encoding is called {0:?}; there are {names}", names = EncodingName::ALL.map(EncodingName::as_str).join(", "))]
pub struct UnknownEncoding(String);

impl FromStr for EncodingName {
    type Err = UnknownEncoding;

    fn from_str(name: &str) -> Result<Self, UnknownEncoding> {
        let found = EncodingName::ALL.into_iter().find(|encoding| encoding.as_str() == name);
        found.ok_or_else(|| UnknownEncoding(name.to_owned()))
    }
}
