use std::collections::BTreeMap;

use serde::Serialize;
use stats::Percentiles;
use trace::{Phase, Phases, Problem};
use units::Money;

use crate::{answers::overview, protocol::Filter, session::Session};

/// The figures of a session on one page, for the terminal and for programs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// Files opened.
    pub files: u64,
    /// Formats recognised, each once, in the order of the files.
    pub formats: Vec<String>,
    /// Records of all files.
    pub records: Records,
    /// Spans.
    pub spans: u64,
    /// Model calls, failed and cancelled ones included.
    pub requests: u64,
    /// Failed and cancelled calls.
    pub errors: u64,
    /// Tokens by class.
    pub tokens: Tokens,
    /// Tokens times price; `None` if no call could be priced.
    pub cost_usd: Option<String>,
    /// What the files say; `None` if they say nothing.
    pub reported_cost_usd: Option<String>,
    /// Calls that `cost_usd` leaves out.
    pub unpriced_requests: u64,
    /// Duration of finished calls.
    pub latency_ms: Option<Distribution>,
    /// Time to first token of finished calls.
    pub ttft_ms: Option<Distribution>,
    /// Mean gap between tokens per finished call.
    pub itl_ms: Option<Distribution>,
    /// Each phase over all end-to-end requests: root spans that hold calls, and calls that stand alone.
    pub phases_ms: Option<PhaseSums>,
    /// Calls by model.
    pub models: BTreeMap<String, u64>,
    /// What is wrong with the files.
    pub problems: Vec<ProblemCount>,
}

/// What became of the records: `read = kept + merged + dropped`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Records {
    /// Read.
    pub read: u64,
    /// Standing in the tables.
    pub kept: u64,
    /// Telling of something that another record told.
    pub merged: u64,
    /// Left out, with a reason.
    pub dropped: u64,
}

/// Tokens by class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tokens {
    /// All prompt tokens, cached ones included.
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
}

/// Percentiles by linear interpolation, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Distribution {
    /// How many values.
    pub n: u64,
    /// 50th percentile.
    pub p50: f64,
    /// 90th percentile.
    pub p90: f64,
    /// 95th percentile.
    pub p95: f64,
    /// 99th percentile.
    pub p99: f64,
    /// All together.
    pub sum: f64,
}

impl From<Percentiles> for Distribution {
    fn from(p: Percentiles) -> Distribution {
        Distribution { n: p.n, p50: p.p50, p90: p.p90, p95: p.p95, p99: p.p99, sum: p.sum }
    }
}

/// Milliseconds in each phase; they sum to the duration of all end-to-end requests, except where a record's
/// parts contradict its total, which is reported.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the fields are the phases")]
pub struct PhaseSums {
    pub preprocessing: f64,
    pub embedding_lookup: f64,
    pub llm_queue_wait: f64,
    pub time_to_first_token: f64,
    pub token_generation: f64,
    pub postprocessing: f64,
    pub unattributed: f64,
}

impl From<&Phases> for PhaseSums {
    fn from(phases: &Phases) -> PhaseSums {
        let ms = |phase| phases.get(phase).as_ms();
        PhaseSums {
            preprocessing: ms(Phase::Preprocessing),
            embedding_lookup: ms(Phase::EmbeddingLookup),
            llm_queue_wait: ms(Phase::QueueWait),
            time_to_first_token: ms(Phase::TimeToFirstToken),
            token_generation: ms(Phase::TokenGeneration),
            postprocessing: ms(Phase::Postprocessing),
            unattributed: ms(Phase::Unattributed),
        }
    }
}

/// A problem and how often it was met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProblemCount {
    /// Its code: `truncated`.
    pub code: &'static str,
    /// How often it was met.
    pub count: u64,
    /// The sentence for a person, with the file and the place where it was met first.
    pub message: String,
}

/// A problem as one text: what was seen, and what to do.
pub fn sentence(problem: &Problem) -> String {
    let stop = if problem.message.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{}{stop} {}", problem.message, problem.hint).trim_end().to_owned()
}

/// The figures of everything a session has read.
pub fn summary(session: &Session) -> Summary {
    let trace = session.trace();
    let overview = overview(session, &Filter::default());
    let mut records = Records::default();
    let mut formats: Vec<String> = Vec::new();
    let mut problems = Vec::new();
    for file in &trace.files {
        records.read += file.read;
        records.kept += file.kept();
        records.merged += file.merged_total();
        records.dropped += file.dropped_total();
        if !file.format.is_empty() && !formats.contains(&file.format) {
            formats.push(file.format.clone());
        }
        for problem in &file.problems {
            let place = match problem.line {
                0 => file.name.clone(),
                line => format!("{}, line {line}", file.name),
            };
            let message = format!("{place}: {}", sentence(problem));
            problems.push(ProblemCount { code: problem.code.key(), count: problem.count, message });
        }
    }
    let (tokens, cost) = (overview.tokens, overview.cost);
    let mut models = BTreeMap::new();
    for (_, call) in trace.calls() {
        *models.entry(model_name(trace.str(call.model))).or_default() += 1;
    }
    Summary {
        files: trace.files.len() as u64,
        formats,
        records,
        spans: trace.spans.len() as u64,
        requests: overview.requests,
        errors: overview.errors,
        tokens: Tokens {
            input: tokens.input,
            fresh: tokens.fresh,
            cache_read: tokens.cache_read,
            cache_write: tokens.cache_write,
            output: tokens.output,
            reasoning: tokens.reasoning,
        },
        cost_usd: cost.computed.map(|money: Money| money.to_string()),
        reported_cost_usd: cost.reported.map(|money| money.to_string()),
        unpriced_requests: cost.unpriced_calls,
        latency_ms: overview.latency.map(Distribution::from),
        ttft_ms: overview.ttft.map(Distribution::from),
        itl_ms: overview.itl.map(Distribution::from),
        phases_ms: overview.phases.map(|phases| PhaseSums::from(&phases.sums)),
        models,
        problems,
    }
}

/// A call whose model nobody says is counted under this name.
fn model_name(name: &str) -> String {
    if name.is_empty() { "unknown".to_owned() } else { name.to_owned() }
}
