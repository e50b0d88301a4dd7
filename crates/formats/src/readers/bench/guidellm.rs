//! GuideLLM: a report of benchmarks, whose requests may have been left out.

use serde_json::Value;
use trace::{Call, Convention, Fate, Identity, RecordRef, Status, StrId};
use units::{Figure, Nanos};

use super::{Fields, body, intern, messages, summary};
use crate::{
    About, Confidence, Family, Format, Head, Output, Reader, Record,
    json::{self, Unit},
};

/// GuideLLM's reports, as JSON.
pub struct GuideLlm;

impl Format for GuideLlm {
    fn about(&self) -> &'static About {
        &About {
            key: "guidellm",
            name: "GuideLLM report",
            family: Family::Benchmarks,
            origin: "guidellm benchmark --output-path FILE.json.",
        }
    }

    fn sniff(&self, head: &Head) -> Confidence {
        let is_report = |record: &Value| {
            let benchmark = &record["benchmarks"][0];
            record["metadata"]["guidellm_version"].is_string()
                || ["scheduler_state", "scheduler_metrics", "run_stats", "request_loader", "worker"]
                    .iter()
                    .any(|name| benchmark[*name].is_object())
        };
        match head.records.iter().any(is_report) {
            true => Confidence::Certain,
            false => Confidence::No,
        }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(Report)
    }
}

/// The groups of a benchmark's requests.
const GROUPS: [(&str, Status); 3] =
    [("successful", Status::Ok), ("errored", Status::Failed), ("incomplete", Status::Cancelled)];

struct Report;

impl Reader for Report {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        let report = Fields::of(record.text);
        let benchmarks = report.list("benchmarks");
        if benchmarks.is_empty() {
            return out.count(Fate::Dropped("not a report with benchmarks"));
        }
        let spec = report.object("config").object("spec").value("backend");
        let mut places = record.places();
        for raw in benchmarks {
            let at = places.next(raw.get());
            let benchmark = Fields::of(raw.get());
            let worker = benchmark.value("worker");
            let model = [&spec["model"], &worker["backend_model"]].map(|name| intern(name, out));
            let requests = benchmark.object("requests");
            let groups = GROUPS.map(|(name, status)| (requests.list(name), status));
            if groups.iter().all(|(list, _)| list.is_empty()) {
                left_out(&benchmark.value("metrics"), at, out);
            }
            for (list, status) in groups {
                for raw in list {
                    let request: Value = serde_json::from_str(raw.get()).unwrap_or_default();
                    let at = places.next(raw.get());
                    one(&request, model[0].or(model[1]), status, at, out);
                }
            }
        }
    }
}

/// A benchmark whose requests are not in the report.
fn left_out(metrics: &Value, at: RecordRef, out: &mut Output<'_>) {
    let totals = &metrics["request_totals"];
    let count = |name: &str| totals[name].as_u64().unwrap_or(0);
    let holds = format!(
        "This benchmark is a summary of {} successful, {} failed and {} incomplete requests; the report leaves the \
         requests out",
        count("successful"),
        count("errored"),
        count("incomplete")
    );
    let instead = "Let GuideLLM keep its requests in the report: its sample of requests (--sample-requests) must not be 0.";
    summary(holds, instead, at, out);
}

fn one(request: &Value, model: StrId, status: Status, at: RecordRef, out: &mut Output<'_>) {
    if !request.is_object() {
        return out.count(Fate::Dropped("not a request of GuideLLM"));
    }
    out.count(Fate::Kept);
    let timings = &request["info"]["timings"];
    let mut call = Call { model, status, ..Call::at(at) };
    let stamp = |values: [&Value; 2], name: &str, out: &mut Output<'_>| {
        let value = values.into_iter().find(|value| !value.is_null()).unwrap_or(&Value::Null);
        out.known(json::timestamp(value), name, at)
    };
    // Older reports have the times beside the counts.
    call.start = stamp([&timings["request_start"], &request["start_time"]], "request_start", out);
    let end = stamp([&timings["request_end"], &request["end_time"]], "request_end", out);
    let between = call.start.zip(end).map(|(start, end)| end - start).filter(|t| *t >= Nanos::ZERO);
    call.duration =
        out.known(json::nanos(&request["request_latency"], Unit::S), "request_latency", at).or(between);
    let ttft = json::nanos(&request["time_to_first_token_ms"], Unit::Ms);
    call.ttft = out.known(ttft, "time_to_first_token_ms", at);

    let tokens = |names: [&str; 2], part: &str, out: &mut Output<'_>| {
        let values = [&request[names[0]], &request[names[1]], &request[part]["total_tokens"]];
        match values.into_iter().find(|value| !value.is_null()) {
            Some(value) => out.known(json::tokens(value), names[0], at),
            None => Figure::UNKNOWN,
        }
    };
    let input = tokens(["prompt_tokens", "prompt_token_count"], "input_metrics", out);
    call.usage.output = tokens(["output_tokens", "output_token_count"], "output_metrics", out);
    call.usage.set_input(input, Convention::Inclusive);

    let error = json::text(&request["error"]).or(json::text(&request["info"]["error"]));
    if let Some(error) = error {
        call.error = out.builder.intern(error.lines().next().unwrap_or_default());
    }
    call.response = intern(&request["response_id"], out);
    let id = intern(&request["request_id"], out);
    let identity = match (call.response, id) {
        (StrId::NONE, StrId::NONE) => None,
        (StrId::NONE, id) => Some(Identity::Own(out.builder.intern("guidellm"), id)),
        (response, _) => Some(Identity::Response(response)),
    };
    // The arguments of a request also hold its headers; only the body is read.
    let arguments = body(&request["request_args"]);
    let asked = if arguments["body"].is_null() { &request["prompt"] } else { &arguments["body"] };
    let messages = messages(asked, json::text(&request["output"]), out);
    out.builder.add_call(call, identity, &messages);
}
