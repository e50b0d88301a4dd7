//! LLMPerf: a list of individual responses, and the summary of a run. Times are seconds; there are no
//! points in time.

use serde_json::Value;
use trace::{Call, Convention, Fate};

use super::{failure, summary};
use crate::{
    About, Confidence, Family, Format, Head, Output, Reader, Record,
    json::{self, Unit},
};

/// LLMPerf's responses and summaries.
pub struct LlmPerf;

impl Format for LlmPerf {
    fn about(&self) -> &'static About {
        &About {
            key: "llmperf",
            name: "LLMPerf results",
            family: Family::Benchmarks,
            origin: "LLMPerf: *_individual_responses.json.",
        }
    }

    fn sniff(&self, head: &Head) -> Confidence {
        match head.records.iter().any(|record| is_response(record) || is_summary(record)) {
            true => Confidence::Certain,
            false => Confidence::No,
        }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(Responses)
    }
}

fn is_response(record: &Value) -> bool {
    let names =
        ["error_code", "ttft_s", "end_to_end_latency_s", "number_input_tokens", "number_output_tokens"];
    names.iter().filter(|name| record.get(name).is_some()).count() >= 3
}

fn is_summary(record: &Value) -> bool {
    record.get("results_ttft_s_mean").is_some() || record.get("results_num_completed_requests").is_some()
}

struct Responses;

impl Reader for Responses {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        let value: Value = serde_json::from_str(record.text).unwrap_or_default();
        if is_summary(&value) {
            let count = &value["results_num_completed_requests"];
            let count = count.as_u64().map_or("a run".to_owned(), |n| format!("{n} completed requests"));
            let holds = format!("This is LLMPerf's summary of {count}, without the requests");
            let instead = "Open the file of the same run whose name ends in individual_responses.json.";
            return summary(holds, instead, record.at, out);
        }
        if !is_response(&value) {
            return out.count(Fate::Dropped("not a response of LLMPerf"));
        }
        let at = record.at;
        let mut call = Call::at(at);
        let tokens = |name: &str, out: &mut Output<'_>| out.known(json::tokens(&value[name]), name, at);
        let input = tokens("number_input_tokens", out);
        call.usage.output = tokens("number_output_tokens", out);
        call.usage.set_input(input, Convention::Inclusive);
        let code = &value["error_code"];
        if code.is_null() {
            let time =
                |name: &str, out: &mut Output<'_>| out.known(json::nanos(&value[name], Unit::S), name, at);
            call.ttft = time("ttft_s", out);
            call.duration = time("end_to_end_latency_s", out);
        } else {
            // The times of a failed response are zeros.
            call.status = failure(code.as_u64());
            call.error = out.builder.intern(&code.to_string());
        }
        out.count(Fate::Kept);
        out.builder.add_call(call, None, &[]);
    }
}
