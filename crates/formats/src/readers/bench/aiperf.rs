//! AIPerf: `profile_export.jsonl`, one request a line, and the summary of a run.
//!
//! Each metric carries its unit. Older files name some of them differently: `ttft`, `timestamp_ns`,
//! `credit_phase`.

use serde_json::Value;
use trace::{Call, Convention, Fate, Identity, ProblemCode, RecordRef, Status};
use units::{Figure, Nanos};

use super::{failure, gaps, intern, summary};
use crate::{
    About, Confidence, Family, Format, Head, Output, Reader, Record,
    json::{self, Unit},
};

/// AIPerf's requests and summaries.
pub struct AiPerf;

impl Format for AiPerf {
    fn about(&self) -> &'static About {
        &About {
            key: "aiperf",
            name: "AIPerf profile export",
            family: Family::Benchmarks,
            origin: "AIPerf: profile_export.jsonl.",
        }
    }

    fn sniff(&self, head: &Head) -> Confidence {
        match head.records.iter().any(|record| is_request(record) || is_summary(record) || is_row(record)) {
            true => Confidence::Certain,
            false => Confidence::No,
        }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(Requests)
    }
}

fn is_request(record: &Value) -> bool {
    let (metadata, metrics) = (&record["metadata"], &record["metrics"]);
    let ids = ["x_request_id", "request_start_ns", "timestamp_ns", "session_num"];
    // The metrics of a failed request may be null.
    ids.iter().filter(|id| !metadata[**id].is_null()).count() >= 2
        && (metrics.is_object() || record["error"].is_object())
}

/// The metrics of a summary, in the older form inside `records`.
fn is_summary(record: &Value) -> bool {
    summarised(record).is_some()
}

/// A row of the summary as a table.
fn is_row(record: &Value) -> bool {
    ["Metric", "avg", "min", "max", "p99"].iter().all(|name| record.get(name).is_some())
}

fn summarised(record: &Value) -> Option<&Value> {
    let has = |metrics: &Value| {
        ["request_latency", "time_to_first_token", "ttft", "request_throughput"]
            .iter()
            .any(|name| metrics[name]["unit"].is_string() && metrics[name]["avg"].is_number())
    };
    [record, &record["records"]].into_iter().find(|metrics| has(metrics))
}

const INSTEAD: &str = "Open profile_export.jsonl of the same run: it has one request a line.";

struct Requests;

impl Reader for Requests {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        let value: Value = serde_json::from_str(record.text).unwrap_or_default();
        if let Some(metrics) = summarised(&value) {
            let holds = match metrics["request_count"]["avg"].as_f64() {
                Some(n) => format!("This is AIPerf's summary of {n} requests, without the requests"),
                None => "This is AIPerf's summary of a run, without the requests".to_owned(),
            };
            return summary(holds, INSTEAD, record.at, out);
        }
        if is_row(&value) || value["Metric"].is_string() {
            let holds = "This is AIPerf's summary of a run as a table, without the requests".to_owned();
            return summary(holds, INSTEAD, record.at, out);
        }
        if !is_request(&value) {
            return out.count(Fate::Dropped("not a request of AIPerf"));
        }
        let metadata = &value["metadata"];
        let phase = json::text(&metadata["benchmark_phase"]).or(json::text(&metadata["credit_phase"]));
        if phase.is_some_and(|phase| phase != "profiling") {
            return out.count(Fate::Dropped("a request before the measurement (warm-up)"));
        }
        out.count(Fate::Kept);
        let call = call(&value, record.at, out);
        let request = intern(&metadata["x_request_id"], out);
        let identity = (!request.is_none()).then(|| Identity::Own(out.builder.intern("aiperf"), request));
        out.builder.add_call(call, identity, &[]);
    }
}

fn call(value: &Value, at: RecordRef, out: &mut Output<'_>) -> Call {
    let metrics = Metrics { metrics: &value["metrics"], at };
    let metadata = &value["metadata"];
    let stamp = |name: &str, out: &mut Output<'_>| out.known(json::timestamp(&metadata[name]), name, at);
    let start = stamp("request_start_ns", out).or_else(|| stamp("timestamp_ns", out));
    let end = stamp("request_end_ns", out);
    let mut call = Call { start, session: intern(&metadata["x_correlation_id"], out), ..Call::at(at) };

    let whole = metrics.time(&["request_latency"], out);
    let between = start.zip(end).map(|(start, end)| end - start).filter(|length| *length >= Nanos::ZERO);
    call.duration = whole.or(between);
    call.ttft = metrics.time(&["time_to_first_token", "ttft"], out);
    if let Some((list, unit)) = metrics.find(&["inter_chunk_latency"], out) {
        let gaps = gaps(list, unit, "inter_chunk_latency", at, out);
        call.gaps = out.builder.gaps(gaps);
    }

    let input = metrics.tokens(&["input_sequence_length", "error_isl"], out);
    call.usage.reasoning = metrics.tokens(&["reasoning_token_count"], out);
    let said = metrics.tokens(&["output_token_count"], out);
    call.usage.output = metrics.tokens(&["output_sequence_length"], out).or(match said.get() {
        // It leaves the reasoning out.
        Some(said) => Figure::counted(said.saturating_add(call.usage.reasoning.or_zero())),
        None => Figure::UNKNOWN,
    });
    call.usage.set_input(input, Convention::Inclusive);

    let error = &value["error"];
    if error.is_object() {
        let code = out.known(json::whole(&error["code"]), "error.code", at);
        (call.status, call.error) = (failure(code), intern(&error["type"], out));
    }
    if metadata["was_cancelled"] == true {
        call.status = Status::Cancelled;
    }
    call
}

struct Metrics<'a> {
    metrics: &'a Value,
    at: RecordRef,
}

impl<'a> Metrics<'a> {
    /// The value of the first metric that is there, and its unit of time.
    fn find(&self, names: &[&str], out: &mut Output<'_>) -> Option<(&'a Value, Unit)> {
        let metric = names.iter().map(|name| &self.metrics[*name]).find(|metric| !metric.is_null())?;
        let unit = match metric["unit"].as_str() {
            Some("ns") => Unit::Ns,
            Some("us") => Unit::Us,
            Some("sec" | "s") => Unit::S,
            Some("ms" | "tokens") | None => Unit::Ms,
            Some(other) => {
                let message = format!("The unit {other} is not known; milliseconds were taken");
                out.problem(ProblemCode::BadValue, self.at, message, "");
                Unit::Ms
            }
        };
        Some((&metric["value"], unit))
    }

    fn time(&self, names: &[&str], out: &mut Output<'_>) -> Option<Nanos> {
        let (value, unit) = self.find(names, out)?;
        out.known(json::nanos(value, unit), names[0], self.at)
    }

    fn tokens(&self, names: &[&str], out: &mut Output<'_>) -> Figure {
        match self.find(names, out) {
            Some((value, _)) => out.known(json::tokens(value), names[0], self.at),
            None => Figure::UNKNOWN,
        }
    }
}
