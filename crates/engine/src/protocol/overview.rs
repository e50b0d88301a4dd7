//! What the overview shows.

use serde::{Deserialize, Serialize};
use stats::Percentiles;
use trace::{Component, Phase, Phases};
use units::{Money, Nanos, Provenance, Timestamp};

/// Sums of tokens over calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenSums {
    /// All prompt tokens.
    pub input: u64,
    /// Neither read from nor written to a cache.
    pub fresh: u64,
    /// Read from a cache.
    pub cache_read: u64,
    /// Written to a cache.
    pub cache_write: u64,
    /// Generated, reasoning included.
    pub output: u64,
    /// Reasoning.
    pub reasoning: u64,
    /// Calls that are not in the sums because neither their input nor their output is known.
    pub unknown_calls: u64,
    /// Calls whose output is in the sums and whose input is not known.
    pub unknown_input: u64,
    /// Calls whose input is in the sums and whose output is not known, though they have one.
    pub unknown_output: u64,
    /// Whether any call tells its cache reads; else the sum of 0 says nothing.
    pub cache_read_told: bool,
    /// Whether any call tells its cache writes.
    pub cache_write_told: bool,
    /// Whether any call tells its reasoning tokens.
    pub reasoning_told: bool,
    /// The weakest provenance among the summands.
    pub from: Provenance,
}

impl TokenSums {
    /// Input and output.
    pub const fn total(&self) -> u64 {
        self.input.saturating_add(self.output)
    }
}

/// Sums of money over calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostSums {
    /// Tokens times price, of the calls that have both. `None` if no call has.
    pub computed: Option<Money>,
    /// Calls in that sum.
    pub priced_calls: u64,
    /// Calls whose model has no price, or whose tokens are unknown; without those that failed before any
    /// token was counted.
    pub unpriced_calls: u64,
    /// What the files say. `None` if they say nothing.
    pub reported: Option<Money>,
    /// Calls in that sum.
    pub reported_calls: u64,
}

/// Everything the overview shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Overview {
    /// Calls that the filter lets through.
    pub requests: u64,
    /// Calls in all.
    pub of: u64,
    /// Distinct traces or sessions among them.
    pub traces: u64,
    /// Failed, refused and cancelled calls.
    pub errors: u64,
    /// Of these: refused with 429 or 529.
    pub rate_limited: u64,
    /// Of these: cancelled by the caller.
    pub cancelled: u64,
    /// Calls that came through after failed attempts.
    pub retried: u64,
    /// Tokens.
    pub tokens: TokenSums,
    /// Money.
    pub cost: CostSums,
    /// Duration of finished calls, ms.
    pub latency: Option<Percentiles>,
    /// Time to first token of finished calls, ms.
    pub ttft: Option<Percentiles>,
    /// Mean gap between tokens per finished call, ms.
    pub itl: Option<Percentiles>,
    /// Output tokens per second per finished call.
    pub rate: Option<Percentiles>,
    /// Calls over time, where there are times.
    pub timeline: Option<Timeline>,
    /// By model, dearest first, then most tokens.
    pub models: Vec<ModelRow>,
    /// By component, most tokens first.
    pub components: Vec<ComponentRow>,
    /// Where the time goes, where phases are known.
    pub phases: Option<PhaseSummary>,
    /// What to look at first.
    pub verdicts: Vec<Verdict>,
}

/// Calls over time in equal steps.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Timeline {
    /// The first bucket's start.
    pub start: Option<Timestamp>,
    /// A bucket's length.
    pub step: Nanos,
    /// The models told apart, most calls first; the last entry may stand for all others.
    pub models: Vec<String>,
    /// The buckets.
    pub buckets: Vec<Bucket>,
    /// Calls left out because their files tell times since their own beginning only, while others have dates.
    pub undated: u64,
}

/// One step of the timeline.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bucket {
    /// Calls by model, in the order of [`Timeline::models`].
    pub calls: Vec<u32>,
    /// Failed, refused and cancelled calls.
    pub failed: u32,
    /// p50, p95 and p99 of the duration of finished calls, ms.
    pub latency: Option<[f64; 3]>,
}

/// A model's part of the traffic.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ModelRow {
    /// As the trace names it; empty where it does not.
    pub model: String,
    /// The provider, where the trace says it.
    pub provider: String,
    /// Calls.
    pub calls: u64,
    /// Tokens.
    pub tokens: TokenSums,
    /// Computed cost; `None` is "unpriced".
    pub cost: Option<Money>,
    /// Where the price is from: source and date, or "typed by you".
    pub price_source: String,
}

/// A component's part of the tokens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComponentRow {
    /// Its name: `few_shot_examples`, or the name the trace gives.
    pub name: String,
    /// The part of the prompt it is, for its colour.
    pub kind: Option<Component>,
    /// Its tokens, prompt and completion.
    pub tokens: u64,
    /// Of these: prompt tokens.
    pub prompt: u64,
    /// Of these: completion tokens.
    pub completion: u64,
    /// Where the figure is from.
    pub from: Provenance,
    /// Share of all tokens.
    pub share: f64,
    /// Whether the share is above the threshold of waste.
    pub wasteful: bool,
    /// Its part of the computed cost.
    pub cost: Option<Money>,
}

/// Where the time goes, over end-to-end requests.
///
/// An end-to-end request is a root span that holds model calls, or a call or profile that stands alone: the
/// phases around the model call only exist there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PhaseSummary {
    /// End-to-end requests.
    pub requests: u64,
    /// The sum of each phase.
    pub sums: Phases,
    /// The largest phase of the sums.
    pub bottleneck: Option<Phase>,
    /// Mean phases of the requests around the median.
    pub p50: Phases,
    /// Mean phases of the requests around p99.
    pub p99: Phases,
}

/// One finding in words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// What it is about: decides icon and colour.
    pub kind: VerdictKind,
    /// The finding: "Queue wait is 80% of p99".
    pub head: String,
    /// The figures behind it.
    pub body: String,
}

/// What a verdict is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum VerdictKind {
    /// Where the time goes; leads to the latency screen.
    Time,
    /// Where the tokens go.
    Tokens,
    /// Where the money goes.
    Money,
    /// Errors and retries; leads to the failed requests.
    Errors,
}
