//! The steps before the model. Those with a pattern are done here: the original takes a pattern that gives up for
//! one that finds nothing more, and counts on.

use std::sync::Mutex;

use fancy_regex::Regex;
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;
use tokenizers::{
    Decoder, Encoding, NormalizedString, Normalizer, NormalizerWrapper, PostProcessor, PreTokenizedString,
    PreTokenizer, PreTokenizerWrapper, Result, SplitDelimiterBehavior, normalizers::Precompiled,
    pattern::Invert, pre_tokenizers::byte_level::ByteLevel,
};

/// GPT-2's pattern, which byte-level tokenizers use unless they bring their own.
const GPT2: &str = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

/// What is done to the text as a whole.
pub(crate) struct Cleaner {
    step: Clean,
    /// The original does not look at the result of a normalizer, so it waits here.
    failed: Mutex<Option<tokenizers::Error>>,
}

enum Clean {
    Several(Vec<Clean>),
    Replace { regex: Regex, content: String },
    Other(NormalizerWrapper),
}

/// How the text is divided into words.
pub(crate) enum Splitter {
    Several(Vec<Splitter>),
    Split {
        regex: Regex,
        behavior: SplitDelimiterBehavior,
        invert: bool,
    },
    /// GPT-2's pattern, with or without a space put before the text.
    Gpt2 {
        regex: Regex,
        prefix: bool,
    },
    Other(PreTokenizerWrapper),
}

impl Cleaner {
    /// Whether a pattern is among the steps.
    pub fn has_pattern(&self) -> bool {
        self.step.has_pattern()
    }

    /// Whether bytes are written as GPT-2's characters.
    pub fn is_byte_level(&self) -> bool {
        self.step.is_byte_level()
    }

    /// Why a text could not be normalised since this was last asked.
    pub fn take_failure(&self) -> Option<tokenizers::Error> {
        self.failed.lock().expect("nobody panics with it").take()
    }
}

impl Clean {
    fn read(value: Value) -> std::result::Result<Clean, String> {
        if let Some(parts) = value.get("normalizers") {
            return several(parts, Clean::read).map(Clean::Several);
        }
        if let (Some(pattern), Some(content)) = (value.get("pattern"), value.get("content")) {
            return Ok(Clean::Replace { regex: regex(pattern)?, content: read(content.clone())? });
        }
        // The original panics where it cannot read this one.
        if value.get("type").and_then(Value::as_str) == Some("Precompiled") {
            let map: Precompiled =
                serde_json::from_str(&value.to_string()).map_err(|error| error.to_string())?;
            return Ok(Clean::Other(map.into()));
        }
        read(value).map(Clean::Other)
    }

    fn has_pattern(&self) -> bool {
        match self {
            Clean::Several(parts) => parts.iter().any(Clean::has_pattern),
            Clean::Replace { .. } => true,
            Clean::Other(_) => false,
        }
    }

    fn is_byte_level(&self) -> bool {
        match self {
            Clean::Several(parts) => parts.iter().any(Clean::is_byte_level),
            Clean::Other(other) => matches!(other, NormalizerWrapper::ByteLevel(_)),
            Clean::Replace { .. } => false,
        }
    }

    fn run(&self, text: &mut NormalizedString) -> Result<()> {
        match self {
            Clean::Several(parts) => parts.iter().try_for_each(|part| part.run(text)),
            Clean::Replace { regex, content } => text.replace(regex, content),
            Clean::Other(other) => other.normalize(text),
        }
    }
}

impl Splitter {
    fn read(value: Value) -> std::result::Result<Splitter, String> {
        if let Some(parts) = value.get("pretokenizers") {
            return several(parts, Splitter::read).map(Splitter::Several);
        }
        if let (Some(pattern), Some(behavior)) = (value.get("pattern"), value.get("behavior")) {
            return Ok(Splitter::Split {
                regex: regex(pattern)?,
                behavior: read(behavior.clone())?,
                invert: value.get("invert").and_then(Value::as_bool).unwrap_or_default(),
            });
        }
        match read(value)? {
            PreTokenizerWrapper::ByteLevel(bytes) if bytes.use_regex => Ok(Splitter::Several(vec![
                Splitter::Gpt2 { regex: compiled(GPT2)?, prefix: bytes.add_prefix_space },
                Splitter::Other(ByteLevel::new(false, bytes.trim_offsets, false).into()),
            ])),
            PreTokenizerWrapper::FixedLength(fixed) if fixed.length == 0 => {
                Err("words of a fixed length of 0".to_owned())
            }
            other => Ok(Splitter::Other(other)),
        }
    }

    /// Whether a pattern is among the steps.
    pub fn has_pattern(&self) -> bool {
        match self {
            Splitter::Several(parts) => parts.iter().any(Splitter::has_pattern),
            Splitter::Split { .. } | Splitter::Gpt2 { .. } => true,
            Splitter::Other(_) => false,
        }
    }

    /// Whether bytes are written as GPT-2's characters.
    pub fn is_byte_level(&self) -> bool {
        match self {
            Splitter::Several(parts) => parts.iter().any(Splitter::is_byte_level),
            Splitter::Other(other) => matches!(other, PreTokenizerWrapper::ByteLevel(_)),
            Splitter::Split { .. } | Splitter::Gpt2 { .. } => false,
        }
    }
}

impl Normalizer for Cleaner {
    fn normalize(&self, text: &mut NormalizedString) -> Result<()> {
        if let Err(error) = self.step.run(text) {
            *self.failed.lock().expect("nobody panics with it") = Some(error);
        }
        Ok(())
    }
}

impl PreTokenizer for Splitter {
    fn pre_tokenize(&self, text: &mut PreTokenizedString) -> Result<()> {
        match self {
            Splitter::Several(parts) => parts.iter().try_for_each(|part| part.pre_tokenize(text)),
            Splitter::Split { regex, behavior, invert: false } => {
                text.split(|_, part| part.split(regex, *behavior))
            }
            Splitter::Split { regex, behavior, invert: true } => {
                text.split(|_, part| part.split(Invert(regex), *behavior))
            }
            Splitter::Gpt2 { regex, prefix } => text.split(|_, mut part| {
                if *prefix && !part.get().starts_with(' ') {
                    part.prepend(" ");
                }
                part.split(regex, SplitDelimiterBehavior::Isolated)
            }),
            Splitter::Other(other) => other.pre_tokenize(text),
        }
    }
}

impl<'de> Deserialize<'de> for Cleaner {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Cleaner, D::Error> {
        let step = Clean::read(Value::deserialize(deserializer)?).map_err(serde::de::Error::custom)?;
        Ok(Cleaner { step, failed: Mutex::default() })
    }
}

impl<'de> Deserialize<'de> for Splitter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Splitter, D::Error> {
        Splitter::read(Value::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

fn several<T>(
    parts: &Value,
    read: fn(Value) -> std::result::Result<T, String>,
) -> std::result::Result<Vec<T>, String> {
    parts.as_array().ok_or("steps that are no list")?.iter().cloned().map(read).collect()
}

fn read<T: DeserializeOwned>(value: Value) -> std::result::Result<T, String> {
    serde_json::from_value(value).map_err(|error| error.to_string())
}

/// `{"Regex": "\\s+"}` or `{"String": " "}`.
fn regex(pattern: &Value) -> std::result::Result<Regex, String> {
    match (pattern.get("Regex").and_then(Value::as_str), pattern.get("String").and_then(Value::as_str)) {
        (Some(pattern), _) => compiled(pattern),
        (_, Some(text)) => compiled(&fancy_regex::escape(text)),
        _ => Err("a pattern that is neither a Regex nor a String".to_owned()),
    }
}

fn compiled(pattern: &str) -> std::result::Result<Regex, String> {
    let shown: String = pattern.chars().take(60).collect();
    Regex::new(pattern).map_err(|error| format!("the pattern {shown} ({error})"))
}

/// A part of the file that counting does not need and so does not read.
pub(crate) struct Unread;

impl<'de> Deserialize<'de> for Unread {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Unread, D::Error> {
        serde::de::IgnoredAny::deserialize(deserializer).map(|_| Unread)
    }
}

impl PostProcessor for Unread {
    fn added_tokens(&self, _: bool) -> usize {
        0
    }

    fn process_encodings(&self, encodings: Vec<Encoding>, _: bool) -> Result<Vec<Encoding>> {
        Ok(encodings)
    }
}

impl Decoder for Unread {
    fn decode_chain(&self, tokens: Vec<String>) -> Result<Vec<String>> {
        Ok(tokens)
    }
}
