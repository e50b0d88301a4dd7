//! What the latency screen shows.

use serde::{Deserialize, Serialize};
use stats::{Histogram, Percentiles};
use trace::{CallId, Phase, Phases};
use units::{Nanos, Timestamp};

/// Everything the latency screen shows. All charts but the distributions are over end-to-end requests.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Latency {
    /// End-to-end requests with a duration.
    pub requests: u64,
    /// Model calls that the filter lets through, and calls in all.
    pub calls: (u64, u64),
    /// Requests or means of neighbouring requests, at most 300 columns. Sorted by duration, columns of the
    /// slowest tenth hold fewer requests each.
    pub columns: Vec<Column>,
    /// What each percentile is made of.
    pub bands: Vec<Band>,
    /// Duration of end-to-end requests, ms.
    pub durations: Option<Percentiles>,
    /// The histogram of these durations.
    pub histogram: Option<Histogram>,
    /// Duration of finished calls, ms.
    pub call_durations: Option<Percentiles>,
    /// The histogram of these.
    pub call_histogram: Option<Histogram>,
    /// Time to first token of finished calls, ms.
    pub ttft: Option<Percentiles>,
    /// The histogram of these.
    pub ttft_histogram: Option<Histogram>,
    /// Mean gap between tokens of finished calls, ms.
    pub itl: Option<Percentiles>,
    /// Each phase over all requests.
    pub phases: Vec<PhaseRow>,
    /// The largest phase of the whole set.
    pub bottleneck: Option<Phase>,
    /// In how many requests each phase is the largest, in the order of [`Phase::ALL`].
    pub bottlenecks: [u64; Phase::COUNT],
}

/// One end-to-end request, or the mean of some.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// How many requests.
    pub n: u32,
    /// Its phases; the mean of each where there are several.
    pub phases: Phases,
    /// The largest phase.
    pub bottleneck: Option<Phase>,
    /// Its name and start; of the first where there are several.
    pub name: String,
    /// When it began, if known.
    pub start: Option<Timestamp>,
    /// A call of it, to open.
    pub call: Option<CallId>,
}

/// What the requests around a percentile are made of.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Band {
    /// The percentile, 0 to 1.
    pub p: f64,
    /// Mean phases of the requests around it.
    pub phases: Phases,
    /// The largest of them.
    pub bottleneck: Option<Phase>,
    /// How many requests were averaged.
    pub n: u32,
}

/// One phase over all requests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PhaseRow {
    /// The phase.
    pub phase: Phase,
    /// p50, p95 and p99, ms.
    pub percentiles: [f64; 3],
    /// The sum over all requests.
    pub sum: Nanos,
    /// Its share of all time.
    pub share: f64,
}
