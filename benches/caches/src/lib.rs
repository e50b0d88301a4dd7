//! Traffic replayed through caches, as the page's worker does it: a question to the lab, and its whole answer.

pub mod data;
pub mod naive;

use caching::{
    Owned, Traffic, Worth,
    exact::Scope,
    lab::{Alike, Ask, Cache, Lab, Question, Reply},
    similarity::{self, Measure, Prompts, Similarity, Space, Sweep, default_thresholds},
};

/// The least similarity that is joined or swept.
pub const LEAST: f64 = 0.5;

/// What is replayed: sweeps over 51 thresholds by measure, and all layers at once.
pub const REPLAYS: [(&str, Cache, Alike); 4] = [
    ("words", Cache::Similarity, Alike::Jaccard),
    ("tfidf", Cache::Similarity, Alike::Tfidf),
    ("ngrams", Cache::Similarity, Alike::Ngrams),
    ("stacked", Cache::Stacked, Alike::Jaccard),
];

/// The traffic of a replay. A sweep compares any two prompts; the layers keep applications apart.
pub fn owned(requests: usize, name: &str) -> Owned {
    data::traffic(&data::calls(requests), name == "stacked")
}

/// Asks a new lab. The answer is what of the requests hit at each threshold; of layers, what each answered.
///
/// # Errors
/// If there is no such replay, or the lab has a sentence about it.
pub fn replay(owned: Owned, name: &str) -> Result<Vec<u64>, String> {
    let (_, cache, measure) =
        REPLAYS.into_iter().find(|(known, ..)| *known == name).ok_or("there is no such replay")?;
    let question = Question::Replay(Box::new(Ask { cache, measure, ..Ask::default() }));
    match Lab::new(owned).answer(&question, &mut |_, _| ())? {
        Reply::Report(report) if cache == Cache::Stacked => {
            Ok(report.layers.iter().map(|layer| layer.requests).collect())
        }
        Reply::Report(report) => Ok(report.curve.iter().map(|point| point.metrics.hits).collect()),
        Reply::Pairs(_) => Err("pairs were not asked for".to_owned()),
    }
}

/// The distinct prompts of a sweep's traffic, and where they are compared.
///
/// # Errors
/// If there is no such sweep.
pub fn prompts(owned: &Owned, name: &str) -> Result<(Prompts, Space), String> {
    let measure = match name {
        "words" => Measure::Words,
        "tfidf" => Measure::TfIdf,
        "ngrams" => Measure::Ngrams(3),
        _ => return Err(format!("there is no measure `{name}`")),
    };
    let texts: Vec<&str> = owned.texts.iter().map(String::as_str).collect();
    let traffic = Traffic { requests: &owned.requests, texts: &texts, ..Traffic::default() };
    Ok(similarity::prompts(&traffic, measure, Scope::default()))
}

/// Hits at each of the 51 thresholds.
pub fn sweep(owned: &Owned, prompts: &Prompts, space: &Space) -> Vec<u64> {
    let traffic = Traffic { requests: &owned.requests, ..Traffic::default() };
    let mut sweep = Sweep::new(&traffic, prompts, space, &Similarity::default(), &default_thresholds());
    while sweep.advance(1_000) {}
    sweep.tallies(&traffic, &Worth::default()).iter().map(|tally| tally.hits).collect()
}

#[cfg(target_arch = "wasm32")]
mod wasm {
    use caching::Owned;
    use wasm_bindgen::prelude::wasm_bindgen;

    /// Traffic that was not replayed yet.
    #[wasm_bindgen]
    pub struct Traffic(Owned);

    #[wasm_bindgen]
    impl Traffic {
        /// So many requests for a replay.
        #[wasm_bindgen(constructor)]
        pub fn new(requests: usize, name: &str) -> Traffic {
            Traffic(super::owned(requests, name))
        }

        /// Replays it; the answer is what of it hit.
        pub fn replay(self, name: &str) -> Result<Vec<u64>, String> {
            super::replay(self.0, name)
        }
    }
}
