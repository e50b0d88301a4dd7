//! What the latency screen shows.

use serde::{Deserialize, Serialize};
use stats::{Ecdf, Histogram, Line, Percentiles, Sample, Spread};
use trace::{CallId, Phase, Phases};
use units::{Nanos, Timestamp};

use super::{Filter, GroupBy, LatencyOrder};

/// What is to be known of latencies.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LatencyAsk {
    /// Which calls.
    pub filter: Filter,
    /// In which order the single requests stand.
    pub order: LatencyOrder,
    /// What the groups are of: those of a request are those of its first call.
    pub by: GroupBy,
    /// Which spans are a phase, a line for each rule, as [`stats::Rules`] reads them; `None` for the rules that
    /// hold if nobody says others.
    pub rules: Option<String>,
    /// What was promised, as [`stats::Slo`] reads it; only for [`Command::Goodput`](super::Command::Goodput).
    pub slo: String,
}

/// Everything the latency screen shows. Phases are those of end-to-end requests; what is measured of calls says so.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Latency {
    /// End-to-end requests with a duration.
    pub requests: u64,
    /// Of these, the ones in which something beside the model calls is told.
    pub with_surroundings: u64,
    /// Model calls that the filter lets through, and calls in all.
    pub calls: (u64, u64),
    /// What to look at, in sentences.
    pub verdicts: Vec<String>,
    /// Requests or means of neighbouring requests, at most 300 columns. Sorted by duration, columns of the
    /// slowest tenth hold fewer requests each.
    pub columns: Vec<Column>,
    /// What each percentile is made of.
    pub bands: Vec<Band>,
    /// What the requests of each group are made of, the largest group first.
    pub groups: Vec<Band>,
    /// Everything that is measured; the durations of end-to-end requests first.
    pub measures: Vec<Measure>,
    /// Each phase over all requests.
    pub phases: Vec<PhaseRow>,
    /// The largest phase of the whole set.
    pub bottleneck: Option<Phase>,
    /// In how many requests each phase is the largest, in the order of [`Phase::ALL`].
    pub bottlenecks: [u64; Phase::COUNT],
    /// Time to first token (ms) against prompt tokens, by what the prompt cache did.
    pub ttft_by_prompt: Vec<Cloud>,
    /// Duration (ms) against output tokens, by model.
    pub duration_by_output: Vec<Cloud>,
    /// Calls over time; `None` where none has a place in time.
    pub over_time: Option<OverTime>,
    /// Calls whose prompt the files tell.
    pub prompts: u64,
    /// Prompts that were sent to a model twice or more, and their calls.
    pub repeated: (u64, u64),
    /// Of these prompts, those with the widest p99/p50.
    pub spread: Vec<SpreadRow>,
    /// Errors of p95 of the durations of end-to-end requests, and how many requests suffice for each.
    pub samples: Vec<(f64, Sample)>,
    /// Spans by name, those with the most time of their own first.
    pub spans: Vec<SpanRow>,
    /// The time of all root spans and of calls that stand alone; the critical path is exactly as long.
    pub wall: Nanos,
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

/// What some requests are made of.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Band {
    /// The percentile they are around (`p99.9`), or the group they are of.
    pub name: String,
    /// Their mean phases.
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
    /// Whether the files tell of it, be it that it took no time. What they do not tell of is unknown, not 0.
    pub told: bool,
    /// ms.
    pub percentiles: Percentiles,
    /// The sum over all requests.
    pub sum: Nanos,
    /// Its share of all time.
    pub share: f64,
}

/// Something that is measured of requests or of finished calls.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Measure {
    /// Its name for programs: `ttft_ms`, `prefill_tokens_per_second`.
    pub key: String,
    /// Its name on screen.
    pub name: String,
    /// How it is computed, because names like TPOT have several meanings.
    pub formula: String,
    /// Of how many values; n is 0 where the files do not tell it.
    pub percentiles: Percentiles,
    /// The values in bins.
    pub histogram: Histogram,
    /// What share of the values is no larger.
    pub ecdf: Ecdf,
}

impl Latency {
    /// The time of a phase, where the files tell of it.
    pub fn told(&self, phase: Phase, phases: &Phases) -> Option<Nanos> {
        let told = self.phases.iter().any(|row| row.phase == phase && row.told);
        told.then(|| phases.get(phase))
    }
}

impl Measure {
    /// Whether it is in tokens per second; else it is in ms.
    pub fn is_rate(&self) -> bool {
        self.key.ends_with("per_second")
    }
}

/// Points of one sort, and the line through all of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cloud {
    /// What they have in common.
    pub name: String,
    /// How many there are.
    pub n: u64,
    /// Every so-many-th of them in the order of the files, as (tokens, ms).
    pub points: Vec<(f64, f64)>,
    /// Through all of them: ms at no tokens, ms per token. `None` of too few, or if all have as many tokens.
    pub line: Option<Line>,
}

/// Model calls over time, in steps of equal length.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OverTime {
    /// Where the first step begins.
    pub start: Option<Timestamp>,
    /// How long a step is.
    pub step: Nanos,
    /// Calls whose time of day is not known, beside others with one: not here.
    pub undated: u64,
    /// Of each step, the mean number of calls in flight.
    pub in_flight: Vec<f64>,
    /// Of each step, the most that were in flight.
    pub most: Vec<u32>,
    /// Of each step, how many calls ended in it.
    pub ended: Vec<u32>,
    /// Of each step, the output tokens per second of the calls that ended in it.
    pub tokens: Vec<f64>,
    /// The output tokens of all these calls per second, from the first start to the last end. `None` where no call
    /// tells its tokens.
    pub throughput: Option<f64>,
    /// The ends of the bins of duration (ms), one more than there are bins.
    pub edges: Vec<f64>,
    /// Of each step after the other, how many finished calls of each bin of duration began in it.
    pub heat: Vec<u32>,
}

/// Finished calls of one model with the same prompt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpreadRow {
    /// The beginning of the prompt's last message.
    pub prompt: String,
    /// The model.
    pub model: String,
    /// One of them, to open.
    pub call: CallId,
    /// Of their durations, ms.
    pub spread: Spread,
}

/// The spans of one name, or calls without a span.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpanRow {
    /// The name.
    pub name: String,
    /// How many there are that tell their time.
    pub n: u64,
    /// Their durations. What lies inside another of the same name counts once.
    pub total: Nanos,
    /// The time in which nothing inside them ran.
    pub own: Nanos,
    /// The time in which somebody waited for them, and not for something inside them.
    pub critical: Nanos,
}
