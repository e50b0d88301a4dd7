use rustc_hash::FxHashMap;
use stats::{Ecdf, Fit, Histogram, Line, Percentiles};
use trace::{Call, CallId, Operation, Trace};
use units::Nanos;

use crate::protocol::{Cloud, Measure};

/// Bins of a histogram at most.
const BINS: usize = 76;
/// Points of a curve, about.
const POINTS: usize = 120;
/// Points of clouds that are drawn, at most.
const DRAWN: usize = 480;
/// Models told apart; there are four colours without a meaning.
const MODELS: usize = 3;

/// Key, name, formula, and the value of a call.
type Of = (&'static str, &'static str, &'static str, fn(&Call) -> Option<f64>);

const CALLS: [Of; 8] = [
    ("call_ms", "Model call", "from the start of a call to its end", |call| Some(call.duration?.as_ms())),
    ("ttft_ms", "Time to first token", "from the start of a call to its first token", |call| {
        Some(call.ttft?.as_ms())
    }),
    (
        "itl_ms",
        "Inter-token latency",
        "mean of a call: (duration − TTFT) / (output tokens − 1); AIPerf's ITL, inference-perf's TPOT",
        Call::itl_ms,
    ),
    (
        "ntpot_ms",
        "Time per output token",
        "duration / output tokens, the first one included; inference-perf's NTPOT",
        |call| Some(call.duration?.as_ms() / tokens(call)?),
    ),
    (
        "output_tokens_per_second",
        "Tokens/s",
        "output tokens / (duration − TTFT); as the file says, where it tells no times",
        Call::output_rate,
    ),
    (
        "user_tokens_per_second",
        "Tokens/s, per user",
        "1 / inter-token latency; AIPerf's output token throughput per user",
        |call| Some(1e3 / call.itl_ms().filter(|itl| *itl > 0.0)?),
    ),
    (
        "call_tokens_per_second",
        "Tokens/s, whole call",
        "output tokens / duration, the wait for the first one included",
        |call| Some(tokens(call)? * 1e3 / length(call.duration)?),
    ),
    (
        "prefill_tokens_per_second",
        "Prefill tokens/s",
        "prompt tokens / TTFT, cached ones included; AIPerf's prefill throughput",
        |call| Some(call.usage.input.get()? as f64 * 1e3 / length(call.ttft)?),
    ),
];

fn tokens(call: &Call) -> Option<f64> {
    call.usage.output.get().filter(|&tokens| tokens > 0).map(|tokens| tokens as f64)
}

fn length(time: Option<Nanos>) -> Option<f64> {
    time.filter(|time| *time > Nanos::ZERO).map(Nanos::as_ms)
}

/// The calls that are measured.
pub(super) struct Measures<'a> {
    pub trace: &'a Trace,
    pub ids: &'a [CallId],
}

impl<'a> Measures<'a> {
    fn finished(&self) -> impl Iterator<Item = &'a Call> {
        let trace = self.trace;
        self.ids.iter().map(|&id| trace.call(id)).filter(|call| call.is_finished())
    }

    fn answers(&self) -> impl Iterator<Item = &'a Call> {
        self.finished().filter(|call| call.operation == Operation::Generate)
    }

    /// Everything that is measured; `durations` are those of end-to-end requests.
    pub fn all(&self, durations: Vec<f64>) -> Vec<Measure> {
        let of = "from the start of a root span to its end, or of a call that stands alone";
        let mut all = vec![measure(("e2e_ms", "End to end", of), durations)];
        for (key, name, formula, value) in CALLS {
            // Embedding and ranking are calls that take their time, but they write no tokens.
            let values: Vec<f64> = match key {
                "call_ms" => self.finished().filter_map(value).collect(),
                _ => self.answers().filter_map(value).collect(),
            };
            all.push(measure((key, name, formula), values));
        }
        let gaps = |call| self.trace.gaps(call).map(Nanos::as_ms);
        let of = "each gap between two chunks of an answer; a chunk may hold several tokens";
        let each = self.answers().flat_map(gaps).collect();
        all.insert(4, measure(("chunk_gap_ms", "Inter-chunk latency", of), each));
        let of = "from the first chunk of an answer to the second; AIPerf's TTST";
        let first = self.answers().filter_map(|call| gaps(call).next()).collect();
        all.insert(5, measure(("second_chunk_ms", "Time to second token", of), first));
        all
    }
}

#[inline(never)]
fn measure((key, name, formula): (&str, &str, &str), mut values: Vec<f64>) -> Measure {
    values.retain(|value| value.is_finite());
    Measure {
        key: key.to_owned(),
        name: name.to_owned(),
        formula: formula.to_owned(),
        percentiles: Percentiles::of(&mut values).unwrap_or_default(),
        histogram: Histogram::of(&values, BINS).unwrap_or_default(),
        ecdf: Ecdf::of(&values, POINTS).unwrap_or_default(),
    }
}

/// Time to first token against prompt tokens, and duration against output tokens.
pub(super) fn clouds(measures: &Measures<'_>) -> (Vec<Cloud>, Vec<Cloud>) {
    let states = ["nothing from the cache", "read from the cache", "cache not told"];
    let first = measures.answers().filter_map(|call| {
        let state = match call.usage.cache_read.get() {
            Some(0) => 0,
            Some(_) => 1,
            None => 2,
        };
        Some((state, (call.usage.input.get()? as f64, call.ttft?.as_ms())))
    });
    let by_prompt = group(first.collect(), &states);
    // The models with the most calls, and all others.
    let mut calls_of: FxHashMap<&str, usize> = FxHashMap::default();
    let model = |call: &Call| match measures.trace.str(call.model) {
        "" => "no model named",
        model => model,
    };
    let timed = || measures.answers().filter(|call| tokens(call).is_some() && call.duration.is_some());
    for call in timed() {
        *calls_of.entry(model(call)).or_default() += 1;
    }
    let mut models: Vec<&str> = calls_of.keys().copied().collect();
    units::order::sort(&mut models, |a, b| calls_of[b].cmp(&calls_of[a]).then_with(|| a.cmp(b)));
    if models.len() > MODELS + 1 {
        models.truncate(MODELS);
        models.push("all others");
    }
    let last = models.len().saturating_sub(1);
    let whole = timed().filter_map(|call| {
        let place = models.iter().position(|known| *known == model(call)).unwrap_or(last);
        Some((place, (tokens(call)?, call.duration?.as_ms())))
    });
    (by_prompt, group(whole.collect(), &models))
}

/// Points by their group, those of an empty one left out.
fn group(points: Vec<(usize, (f64, f64))>, names: &[&str]) -> Vec<Cloud> {
    let stride = points.len().div_ceil(DRAWN).max(1);
    let cloud = |(i, name): (usize, &&str)| {
        let of = || points.iter().enumerate().filter(move |(_, (group, _))| *group == i);
        let all: Vec<(f64, f64)> = of().map(|(_, (_, point))| *point).collect();
        Cloud {
            name: (*name).to_owned(),
            n: all.len() as u64,
            points: of().filter(|(nth, _)| nth % stride == 0).map(|(_, (_, point))| *point).collect(),
            line: Line::through(&all, Fit::TheilSen),
        }
    };
    names.iter().enumerate().map(cloud).filter(|cloud| cloud.n > 0).collect()
}
