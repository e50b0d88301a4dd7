use serde::{Deserialize, Serialize};
use units::Money;

use crate::{
    Tally,
    false_hits::Finding,
    prompt::{Provider, Saving},
};

/// What a replay tells. What there was nothing to work out from is `None`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Requests that were replayed.
    pub requests: u64,
    /// The figures at the settings that were asked for.
    pub metrics: Metrics,
    /// The figures over thresholds or capacities, rising.
    pub curve: Vec<Point>,
    /// Rules that tell nothing of some requests: which, and of how many.
    pub abstained: Vec<(String, u64)>,
    /// What to know about the figures.
    pub notes: Vec<String>,
    /// The document's cache to the letter.
    pub literal: Option<Metrics>,
    /// Each provider on the same traffic.
    pub providers: Vec<ProviderRow>,
    /// What providers reported against what their rules predict.
    pub observed: Vec<Observed>,
    /// The requests whose beginning was another than before, dearest first.
    pub breaks: Vec<Break>,
    /// What each layer saves.
    pub layers: Vec<LayerRow>,
    /// What all requests cost without any cache.
    pub cost: Option<Money>,
}

/// Hits and misses and what they are worth. Rates are from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    /// Requests that hit.
    pub hits: u64,
    /// Of these: with the very same prompt.
    pub exact: u64,
    /// Requests that missed.
    pub misses: u64,
    /// Hits of all requests.
    pub by_request: Option<f64>,
    /// Tokens that were not worked out anew, of all tokens.
    pub by_token: Option<f64>,
    /// Dollars of the hits, or that are saved, of all dollars.
    pub by_dollar: Option<f64>,
    /// Milliseconds of a hit.
    pub hit_ms: Option<f64>,
    /// Milliseconds of a miss.
    pub miss_ms: Option<f64>,
    /// (miss − hit) / miss.
    pub improvement: Option<f64>,
    /// What is saved, at least.
    pub saved: Option<Money>,
    /// What is saved, at most; the same where the rules leave nothing open.
    pub saved_most: Option<Money>,
    /// Seconds that hits save.
    pub seconds_saved: Option<f64>,
    /// Requests whose cost or saving is not known.
    pub unpriced: u64,
}

/// The figures at one threshold or capacity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// The threshold.
    pub threshold: Option<f64>,
    /// The capacity, in answers or tokens; `None` without a bound, too.
    pub capacity: Option<u64>,
    /// Hits and what they are worth.
    pub metrics: Metrics,
    /// Similar hits that detectors looked at, and those with a sign of being wrong.
    pub looked: u64,
    /// Of these: with a sign of being wrong.
    pub suspicious: u64,
    /// The most that any order of eviction could reach: the hit rate by request, or by token for prefix caches.
    pub bound: Option<f64>,
    /// Blocks that were held, and all, for prefix caches.
    pub blocks: Option<(u64, u64)>,
}

/// What one provider's cache would have done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProviderRow {
    /// Whose rules.
    pub provider: Provider,
    /// The model whose rules stand for those that the provider does not sell; empty where it sells all.
    pub stand_in: String,
    /// What it saves.
    pub saving: Saving,
    /// All tokens of the prompts that it predicts.
    pub tokens: u64,
}

/// Predicted and observed tokens of one model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Observed {
    /// The model.
    pub model: String,
    /// Whose rules; `None` where no provider is known for the model.
    pub provider: Option<Provider>,
    /// Requests with both.
    pub requests: u64,
    /// Tokens read by the rules, at least and at most.
    pub predicted: (u64, u64),
    /// Tokens that the provider reported.
    pub reported: u64,
    /// Why, and how many requests and tokens: reported less the nearest predicted.
    pub reasons: Vec<(String, u64, i64)>,
}

/// A request whose beginning was another than before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Break {
    /// What the request is called elsewhere.
    pub id: u32,
    /// The model.
    pub model: String,
    /// The part of the prompt, from 0, that differs.
    pub part: u32,
    /// The first byte of it that does.
    pub byte: Option<u32>,
    /// What stood there before, from a little before that byte on.
    pub before: String,
    /// What stands there.
    pub after: String,
    /// Tokens behind the break that could have been read.
    pub tokens: u64,
    /// What they cost more than a read.
    pub cost: Option<Money>,
}

/// What a layer of a stack saves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LayerRow {
    /// `exact`, `similar` or `prompt`.
    pub layer: String,
    /// Requests that it answered, or of which it read something.
    pub requests: u64,
    /// What it saves, at least and at most.
    pub saved: (Money, Money),
    /// What is left to pay behind it.
    pub left: Money,
    /// Seconds that it saves.
    pub seconds: Option<f64>,
}

/// A run of words of a pair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Whether the other prompt has it not.
    pub differs: bool,
    /// The words.
    pub text: String,
}

/// Two prompts of which one would have got the answer to the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairView {
    /// What the request is called elsewhere whose answer was kept.
    pub source: u32,
    /// What the request is called elsewhere that would have got it.
    pub request: u32,
    /// How similar they are.
    pub similarity: f64,
    /// The kept prompt.
    pub first: Vec<Run>,
    /// The new one.
    pub second: Vec<Run>,
    /// Signs that the answer is wrong.
    pub findings: Vec<Finding>,
    /// How alike the two answers are, where the trace has both.
    pub answers_alike: Option<f64>,
}

impl Metrics {
    pub(super) fn of(tally: &Tally) -> Metrics {
        let told = tally.metrics();
        let priced = tally.hits + tally.misses > tally.unpriced;
        let saved = priced.then_some(tally.cost_saved);
        Metrics {
            hits: told.hits,
            exact: tally.hits - tally.similar,
            misses: told.misses,
            by_request: told.hit_rate,
            by_token: told.token_hit_rate,
            by_dollar: told.dollar_hit_rate,
            hit_ms: told.avg_hit_latency,
            miss_ms: told.avg_miss_latency,
            improvement: told.latency_improvement,
            saved,
            saved_most: saved,
            seconds_saved: Some(tally.time_saved.as_ms() / 1e3),
            unpriced: tally.unpriced,
        }
    }
}

/// A part of a whole that is there.
pub(super) fn share(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}
