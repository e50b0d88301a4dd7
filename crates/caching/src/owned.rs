use serde::{Deserialize, Serialize};
use units::Money;

use crate::{Part, Rates, Request, Traffic};

/// A [`Traffic`] with its tables: what whoever replays it is sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Owned {
    /// The requests, in the order in which they arrived.
    pub requests: Vec<Request>,
    /// What each of them would have cost without any prompt cache; the cost in the request is what it did.
    pub uncached: Vec<Option<Money>>,
    /// What each of them is called elsewhere.
    pub ids: Vec<u32>,
    /// The parts of all prompts.
    pub parts: Vec<Part>,
    /// Tokens of a part, where the trace tells prompts in blocks; 0 where it tells messages.
    pub block_tokens: u32,
    /// Texts, each once.
    pub texts: Vec<String>,
    /// The names of models.
    pub models: Vec<String>,
    /// What tokens cost.
    pub rates: Vec<Rates>,
    /// Embeddings.
    pub vectors: Vec<Vec<f32>>,
}

/// Tables of references, as a [`Traffic`] wants them.
pub(crate) struct Refs<'a> {
    owned: &'a Owned,
    texts: Vec<&'a str>,
    models: Vec<&'a str>,
    vectors: Vec<&'a [f32]>,
}

impl Owned {
    /// As bytes.
    ///
    /// # Errors
    /// If there is no memory for them.
    pub fn pack(&self) -> Result<Vec<u8>, String> {
        postcard::to_allocvec(self).map_err(|error| error.to_string())
    }

    /// From the bytes that [`pack`](Self::pack) made.
    ///
    /// # Errors
    /// If they are other bytes.
    pub fn unpack(bytes: &[u8]) -> Result<Owned, String> {
        postcard::from_bytes(bytes).map_err(|error| format!("The traffic cannot be read: {error}."))
    }

    pub(crate) fn refs(&self) -> Refs<'_> {
        Refs {
            owned: self,
            texts: self.texts.iter().map(String::as_str).collect(),
            models: self.models.iter().map(String::as_str).collect(),
            vectors: self.vectors.iter().map(Vec::as_slice).collect(),
        }
    }
}

impl Refs<'_> {
    pub fn traffic(&self) -> Traffic<'_> {
        Traffic {
            requests: &self.owned.requests,
            parts: &self.owned.parts,
            texts: &self.texts,
            models: &self.models,
            rates: &self.owned.rates,
            vectors: &self.vectors,
        }
    }
}
