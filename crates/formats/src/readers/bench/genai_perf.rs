//! GenAI-Perf: `profile_export.json`, with a point in time for each piece of each answer. It holds no token
//! counts, but the texts.

use serde_json::Value;
use trace::{Call, Convention, Fate, RecordRef};
use units::{Nanos, Timestamp};

use super::{Fields, body, clock, failure, intern, is_undated, messages, note_undated};
use crate::{
    About, Confidence, Family, Format, Head, Output, Reader, Record,
    json::{self, Unit},
};

/// GenAI-Perf's requests.
pub struct GenAiPerf;

impl Format for GenAiPerf {
    fn about(&self) -> &'static About {
        &About {
            key: "genai-perf",
            name: "GenAI-Perf profile export",
            family: Family::Benchmarks,
            origin: "GenAI-Perf: profile_export.json.",
        }
    }

    fn sniff(&self, head: &Head) -> Confidence {
        match head.records.iter().any(|record| record["experiments"][0]["experiment"].is_object()) {
            true => Confidence::Certain,
            false => Confidence::No,
        }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(Requests::default())
    }
}

#[derive(Default)]
struct Requests {
    undated: bool,
}

impl Reader for Requests {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        let experiments = Fields::of(record.text).list("experiments");
        if experiments.is_empty() {
            return out.count(Fate::Dropped("not a profile export"));
        }
        let mut places = record.places();
        for experiment in experiments {
            for raw in Fields::of(experiment.get()).list("requests") {
                let request: Value = serde_json::from_str(raw.get()).unwrap_or_default();
                self.one(&request, places.next(raw.get()), out);
            }
        }
    }
}

impl Requests {
    fn one(&mut self, request: &Value, at: RecordRef, out: &mut Output<'_>) {
        if request["timestamp"].is_null() {
            return out.count(Fate::Dropped("a request without a time"));
        }
        out.count(Fate::Kept);
        let mut call = Call::at(at);
        let stamp = |value: &Value, out: &mut Output<'_>| {
            out.known(clock(value, Unit::Ns), "response_timestamps", at)
        };
        call.start = stamp(&request["timestamp"], out);
        if call.start.is_some_and(is_undated) {
            note_undated(&mut self.undated, at, out);
        }

        let empty = Vec::new();
        let list = |name: &str| request[name].as_array().unwrap_or(&empty);
        let stamps: Vec<Option<Timestamp>> =
            list("response_timestamps").iter().map(|value| stamp(value, out)).collect();
        let mut answer = Answer::default();
        // The roles before the text and the end mark behind it are no tokens.
        let outputs = list("response_outputs");
        let said: Vec<Timestamp> = stamps
            .iter()
            .zip(outputs)
            .filter(|(_, output)| answer.take(output))
            .filter_map(|(stamp, _)| *stamp)
            .collect();
        let since = |stamp: &Timestamp| call.start.map(|start| *stamp - start).filter(|t| *t >= Nanos::ZERO);
        call.duration = said.last().or(stamps.iter().flatten().last()).and_then(since);
        // A whole answer in one piece tells nothing of its first token.
        if said.len() > 1 {
            call.ttft = said.first().and_then(since);
            call.gaps = out.gaps_between(&said, at);
        }

        if let Some(usage) = &answer.usage {
            let tokens = |name: &str, out: &mut Output<'_>| out.known(json::tokens(&usage[name]), name, at);
            call.usage.output = tokens("completion_tokens", out);
            let cached = &usage["prompt_tokens_details"]["cached_tokens"];
            call.usage.cache_read = out.known(json::tokens(cached), "cached_tokens", at);
            let input = tokens("prompt_tokens", out);
            call.usage.set_input(input, Convention::Inclusive);
        }
        if answer.failed || stamps.is_empty() {
            call.status = failure(None);
        }

        let inputs = &request["request_inputs"];
        let payload = if inputs["payload"].is_null() { &inputs["text_input"] } else { &inputs["payload"] };
        let payload = body(payload);
        call.model = intern(&payload["model"], out);
        let messages = messages(&payload, Some(&answer.text).filter(|t| !t.is_empty()).map(|t| &**t), out);
        out.builder.add_call(call, None, &messages);
    }
}

/// What the pieces of an answer say together.
#[derive(Default)]
struct Answer {
    text: String,
    usage: Option<Value>,
    failed: bool,
}

impl Answer {
    /// Takes one response: a JSON text, or several as server-sent events. The answer is whether it held text.
    fn take(&mut self, output: &Value) -> bool {
        let before = self.text.len();
        let mut other = false;
        if let Some(text) = output["text_output"].as_str() {
            self.text.push_str(text);
        }
        for line in output["response"].as_str().unwrap_or_default().lines() {
            let data = line.strip_prefix("data:").unwrap_or(line);
            let Ok(chunk) = serde_json::from_str::<Value>(data.trim()) else { continue };
            self.failed |= !chunk["error"].is_null();
            if chunk["usage"].is_object() {
                self.usage = Some(chunk["usage"].clone());
            }
            let choice = &chunk["choices"][0];
            let texts = [&choice["delta"]["content"], &choice["message"]["content"], &choice["text"]];
            texts.iter().filter_map(|text| text.as_str()).for_each(|text| self.text.push_str(text));
            // Thinking and calls of tools are tokens as well.
            other |= ["reasoning_content", "reasoning", "tool_calls"]
                .iter()
                .any(|name| !choice["delta"][name].is_null() && choice["delta"][name] != "");
        }
        other || self.text.len() > before
    }
}
