//! A cache of answers to similar prompts.
//!
//! ```text
//! texts ──measure──▶ Space (a set or a vector for each prompt) ──join──▶ sweep over thresholds
//! ```

mod carried;
mod join;
mod literal;
mod model;
mod ngrams;
mod postings;
mod scan;
mod space;
mod sweep;
mod tfidf;
mod words;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::{Traffic, exact::Scope};

pub use join::{Pair, pairs};
pub use literal::literal;
pub use model::{ModelError, StaticModel};
pub use space::Space;
pub use sweep::{Hit, Similarity, Sweep, default_thresholds, nearest};

/// How alike two prompts are.
#[derive(Clone, Copy, Debug)]
pub enum Measure<'a> {
    /// Jaccard similarity of the sets of lower-cased words.
    Words,
    /// Jaccard similarity of the sets of so many letters that stand side by side.
    Ngrams(u32),
    /// Cosine of the counts of words, each weighted by how rare it is.
    TfIdf,
    /// Cosine of the embeddings that the trace carries.
    Carried,
    /// Cosine of the mean vectors of a static embedding model.
    Model(&'a StaticModel),
}

/// The prompts of a traffic, each once, and which request has which.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Prompts {
    /// The prompt of each request; `None` where it cannot be compared.
    pub of: Vec<Option<u32>>,
    /// For each prompt, the first request that has it.
    pub first: Vec<u32>,
    /// For each prompt, the number of all that has to be the same beside it.
    pub(crate) scope: Vec<u32>,
}

impl Prompts {
    /// The two prompts of a hit, in the order in which they first appeared.
    pub fn pair(&self, hit: &Hit) -> (Option<u32>, Option<u32>) {
        let [one, other] = [hit.request, hit.source].map(|request| self.of[request as usize]);
        (one.min(other), one.max(other))
    }
}

/// Finds the distinct prompts, numbered by first appearance, and puts them where they can be compared.
pub fn prompts(traffic: &Traffic, measure: Measure, scope: Scope) -> (Prompts, Space) {
    let mut prompts = Prompts::default();
    let mut numbers: FxHashMap<(u64, u64), u32> = FxHashMap::default();
    let mut scopes: FxHashMap<u64, u32> = FxHashMap::default();
    for (number, request) in traffic.requests.iter().enumerate() {
        let vector = || request.vector.and_then(|vector| traffic.vectors.get(vector as usize));
        let text = traffic.text(request.prompt);
        let hash = match measure {
            // The text decides what is the very same prompt, and the vector does where there is no text.
            Measure::Carried => vector().map(|vector| match (text, request.prompt_hash) {
                (Some(text), _) => xxh3_64(text.as_bytes()),
                (None, Some(hash)) => hash,
                (None, None) => xxh3_64(&vector.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>()),
            }),
            _ => text.map(|text| xxh3_64(text.as_bytes())),
        };
        let outside = scope.of(request);
        prompts.of.push(hash.map(|hash| {
            let next = numbers.len() as u32;
            *numbers.entry((outside, hash)).or_insert_with(|| {
                let scope = scopes.len() as u32;
                prompts.scope.push(*scopes.entry(outside).or_insert(scope));
                prompts.first.push(number as u32);
                next
            })
        }));
    }
    let request = |first: &u32| &traffic.requests[*first as usize];
    let text = |first: &u32| traffic.text(request(first).prompt).unwrap_or_default();
    let texts: Vec<&str> = match measure {
        Measure::Carried => vec![],
        _ => prompts.first.iter().map(text).collect(),
    };
    let space = match measure {
        Measure::Words => Space::sets(&texts, words::words),
        Measure::Ngrams(n) => Space::sets(&texts, |text, into| ngrams::ngrams(text, n, into)),
        Measure::TfIdf => tfidf::space(&texts),
        Measure::Carried => carried::space(prompts.first.iter().map(|first| {
            request(first)
                .vector
                .and_then(|vector| traffic.vectors.get(vector as usize))
                .copied()
                .unwrap_or_default()
        })),
        Measure::Model(model) => model.space(&texts),
    };
    (prompts, space)
}
