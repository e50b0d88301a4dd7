use std::fmt;

use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::Space;

mod accents;
mod safetensors;
mod wordpiece;

/// A static embedding model in model2vec's format: a vector for each word piece, of which a text's vector is the
/// mean. It knows no order of words and no negation.
pub struct StaticModel {
    pieces: FxHashMap<Box<str>, u32>,
    unknown: Option<u32>,
    prefix: String,
    longest: usize,
    lowercase: bool,
    size: usize,
    /// The vector of each piece, weights included.
    vectors: Vec<f32>,
}

impl fmt::Debug for StaticModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StaticModel({} pieces, {} dimensions)", self.pieces.len(), self.size)
    }
}

/// Why two files are no static embedding model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelError {
    /// `model.safetensors` does not hold together: what is wrong with it.
    Tensors(&'static str),
    /// `tokenizer.json` is not JSON, or has no vocabulary.
    Tokenizer(String),
    /// The tokenizer is of another kind than `WordPiece`: which.
    Kind(String),
    /// The tokenizer knows a piece that has no vector.
    Vocabulary {
        /// The number of the piece.
        piece: u32,
        /// How many vectors there are.
        vectors: usize,
    },
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ModelError::Tensors(what) => write!(f, "model.safetensors cannot be read: {what}"),
            ModelError::Tokenizer(what) => write!(f, "tokenizer.json cannot be read: {what}"),
            ModelError::Kind(kind) => {
                write!(f, "the tokenizer is of the kind {kind}; only WordPiece can be used here")
            }
            ModelError::Vocabulary { piece, vectors } => {
                write!(f, "the tokenizer has a piece {piece}, but the model has only {vectors} vectors")
            }
        }
    }
}

impl std::error::Error for ModelError {}

#[derive(Deserialize)]
struct Tokenizer {
    model: Vocabulary,
    normalizer: Option<Normalizer>,
}

#[derive(Deserialize)]
struct Normalizer {
    lowercase: Option<bool>,
}

#[derive(Deserialize)]
struct Vocabulary {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    unk_token: String,
    #[serde(default)]
    continuing_subword_prefix: String,
    #[serde(default)]
    max_input_chars_per_word: usize,
    #[serde(default)]
    vocab: serde_json::Value,
}

impl StaticModel {
    /// Reads `model.safetensors` and `tokenizer.json`.
    ///
    /// # Errors
    /// If one of them is something else, or they do not belong together.
    pub fn read(tensors: &[u8], tokenizer: &[u8]) -> Result<StaticModel, ModelError> {
        let tokenizer: Tokenizer =
            serde_json::from_slice(tokenizer).map_err(|error| ModelError::Tokenizer(error.to_string()))?;
        let model = tokenizer.model;
        if model.kind != "WordPiece" {
            return Err(ModelError::Kind(model.kind));
        }
        let vocab = model.vocab.as_object();
        let vocab = vocab.ok_or_else(|| ModelError::Tokenizer("it has no vocabulary".to_owned()))?;
        let number = |value: &serde_json::Value| value.as_u64().and_then(|number| u32::try_from(number).ok());
        let pieces: FxHashMap<Box<str>, u32> =
            vocab.iter().filter_map(|(piece, value)| Some((piece.as_str().into(), number(value)?))).collect();
        let (size, vectors) = safetensors::vectors(tensors).map_err(ModelError::Tensors)?;
        let count = vectors.len() / size;
        if let Some(&piece) = pieces.values().max().filter(|piece| **piece as usize >= count) {
            return Err(ModelError::Vocabulary { piece, vectors: count });
        }
        Ok(StaticModel {
            unknown: pieces.get(model.unk_token.as_str()).copied(),
            pieces,
            prefix: model.continuing_subword_prefix,
            longest: model.max_input_chars_per_word,
            lowercase: tokenizer.normalizer.and_then(|normalizer| normalizer.lowercase).unwrap_or(true),
            size,
            vectors,
        })
    }

    /// The mean of the vectors of a text's pieces; all 0 where it has none that are known.
    pub fn embed(&self, text: &str) -> Vec<f32> {
        let mut sum = vec![0f32; self.size];
        let mut count = 0f32;
        wordpiece::pieces(self, text, &mut |piece| {
            let at = piece as usize * self.size;
            sum.iter_mut().zip(&self.vectors[at..at + self.size]).for_each(|(sum, x)| *sum += x);
            count += 1.0;
        });
        if count > 0.0 {
            sum.iter_mut().for_each(|x| *x /= count);
        }
        sum
    }

    /// The numbers of a text's pieces, unknown ones left out.
    pub fn pieces(&self, text: &str) -> Vec<u32> {
        let mut out = Vec::new();
        wordpiece::pieces(self, text, &mut |piece| out.push(piece));
        out
    }

    pub(super) fn space(&self, texts: &[&str]) -> Space {
        Space::dense(self.size, texts.iter().map(|text| self.embed(text)))
    }
}
