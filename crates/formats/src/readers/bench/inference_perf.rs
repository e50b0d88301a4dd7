//! inference-perf: the summaries of a run and of its stages, and one record a request where the tool was
//! asked for them. Times are seconds of a clock that does not count from 1970.

use serde_json::Value;
use trace::{Call, Convention, Fate, RecordRef};
use units::{Figure, Nanos, Timestamp};

use super::{body, clock, failure, intern, is_undated, messages, note_undated, summary};
use crate::{
    About, Confidence, Family, Format, Head, Output, Reader, Record,
    json::{self, Unit},
};

/// inference-perf's reports.
pub struct InferencePerf;

impl Format for InferencePerf {
    fn about(&self) -> &'static About {
        &About {
            key: "inference-perf",
            name: "inference-perf report",
            family: Family::Benchmarks,
            origin: "inference-perf: the per-request report and the summaries beside it.",
        }
    }

    fn sniff(&self, head: &Head) -> Confidence {
        match head.records.iter().any(|record| is_request(record) || is_summary(record)) {
            true => Confidence::Certain,
            false => Confidence::No,
        }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(Requests::default())
    }
}

fn is_request(record: &Value) -> bool {
    ["start_time", "end_time", "info", "error", "request"].iter().all(|name| record.get(name).is_some())
}

fn is_summary(record: &Value) -> bool {
    record["successes"].is_object() && record["failures"].is_object() && record.get("load_summary").is_some()
}

#[derive(Default)]
struct Requests {
    undated: bool,
}

impl Reader for Requests {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        let value: Value = serde_json::from_str(record.text).unwrap_or_default();
        if is_summary(&value) {
            let count = |part: &str| value[part]["count"].as_u64().unwrap_or(0);
            let holds = format!(
                "This is inference-perf's summary of {} successful and {} failed requests, without the requests",
                count("successes"),
                count("failures")
            );
            let instead = "Set report.request_lifecycle.per_request to true and open \
                           per_request_lifecycle_metrics.json.";
            return summary(holds, instead, record.at, out);
        }
        if !is_request(&value) {
            return out.count(Fate::Dropped("not a request of inference-perf"));
        }
        out.count(Fate::Kept);
        self.one(&value, record.at, out);
    }
}

impl Requests {
    fn one(&mut self, value: &Value, at: RecordRef, out: &mut Output<'_>) {
        let mut call = Call::at(at);
        let stamp =
            |value: &Value, name: &str, out: &mut Output<'_>| out.known(clock(value, Unit::S), name, at);
        call.start = stamp(&value["start_time"], "start_time", out);
        if call.start.is_some_and(is_undated) {
            note_undated(&mut self.undated, at, out);
        }
        let end = stamp(&value["end_time"], "end_time", out);
        let start = call.start;
        let since = |stamp: Timestamp| start.map(|start| stamp - start).filter(|t| *t >= Nanos::ZERO);

        // Newer versions group the counts.
        let info = &value["info"];
        let (asked, answered) = (&info["request_metrics"], &info["response_metrics"]);
        let tokens = |values: [&Value; 3], name: &str, out: &mut Output<'_>| {
            let value = values.into_iter().find(|value| !value.is_null());
            value.map_or(Figure::UNKNOWN, |value| out.known(json::tokens(value), name, at))
        };
        let name = "input_tokens";
        let input = tokens([&info[name], &asked["text"][name], &asked[name]], name, out);
        let name = "output_tokens";
        call.usage.output = tokens([&info[name], &answered[name], &Value::Null], name, out);
        call.usage.set_input(input, Convention::Inclusive);

        if value["error"].is_null() {
            call.duration = end.and_then(since);
            let name = "output_token_times";
            let times = [&info[name], &answered[name]].into_iter().find_map(Value::as_array);
            let times: Vec<Timestamp> =
                times.into_iter().flatten().filter_map(|time| stamp(time, name, out)).collect();
            call.ttft = times.first().and_then(|first| since(*first));
            call.gaps = out.gaps_between(&times, at);
        } else {
            call.status = failure(None);
            call.error = intern(&value["error"]["error_type"], out);
        }
        let request = body(&value["request"]);
        call.model = intern(&request["model"], out);
        let messages = messages(&request, None, out);
        out.builder.add_call(call, None, &messages);
    }
}
