use std::borrow::Cow;

use serde_json::{Value, json};
use trace::{Call, Convention, Operation, RecordRef, Usage};
use units::{Figure, Nanos, Timestamp};

use super::{
    Dialect, Kind, error, fold, has,
    usage::{self, Counts, sum},
};
use crate::{
    About, Confidence, Family, Output,
    json::{self, Unit},
};

/// Ollama, and what llama.cpp's own server says of its times.
pub(crate) struct Ollama;

/// When each piece of text was made; not a field of Ollama's.
const STAMPS: &str = "stamps";

impl Dialect for Ollama {
    fn about(&self) -> &'static About {
        &About {
            key: "ollama",
            name: "Ollama response",
            family: Family::Http,
            origin: "Responses of /api/chat and /api/generate, streamed or not, and llama.cpp's timings.",
        }
    }

    fn provider(&self, body: &Value) -> &'static str {
        if body["timings"].is_object() { "llama.cpp" } else { "ollama" }
    }

    fn kind(&self, value: &Value) -> Option<(Kind, Confidence)> {
        let said = value["message"].is_object() || value["response"].is_string();
        match () {
            () if said && value["done"].is_boolean() && has(value, &["model", "created_at"]) => {
                Some((Kind::Event, Confidence::Certain))
            }
            () if value["embeddings"].is_array() && has(value, &["total_duration", "prompt_eval_count"]) => {
                Some((Kind::Response, Confidence::Certain))
            }
            // llama.cpp's /completion.
            () if value["content"].is_string() && has(&value["timings"], &["predicted_n", "prompt_n"]) => {
                Some((Kind::Event, Confidence::Certain))
            }
            () if value["content"].is_string() && value["stop"].is_boolean() && has(value, &["tokens"]) => {
                Some((Kind::Event, Confidence::Likely))
            }
            () if value["model"].is_string()
                && (value["messages"][0]["role"].is_string() || value["prompt"].is_string())
                && (value["options"].is_object() || has(value, &["keep_alive"])) =>
            {
                Some((Kind::Request, Confidence::Certain))
            }
            () => None,
        }
    }

    fn id_of<'a>(&self, _event: &'a Value) -> Option<&'a str> {
        None
    }

    fn fold(&self, body: &mut Value, event: &Value) -> bool {
        let message = fold::field(body, "message");
        for key in ["content", "thinking"] {
            fold::append(fold::field(message, key), &event["message"][key]);
        }
        if let Some(calls) = event["message"]["tool_calls"].as_array() {
            fold::list(fold::field(message, "tool_calls")).extend(calls.iter().cloned());
        }
        const TEXTS: [&str; 3] = ["response", "thinking", "content"];
        for key in TEXTS {
            if event[key].is_string() {
                fold::append(fold::field(body, key), &event[key]);
            }
        }
        for (key, value) in event.as_object().into_iter().flatten() {
            if key != "message" && !TEXTS.contains(&key.as_str()) && !value.is_null() {
                *fold::field(body, key) = value.clone();
            }
        }
        let texts = [&event["message"]["content"], &event["message"]["thinking"], &event["response"]];
        if texts.into_iter().any(|text| text.as_str().is_some_and(|text| !text.is_empty())) {
            fold::list(fold::field(body, STAMPS)).push(event["created_at"].clone());
        }
        event["done"] == true || event["stop"] == true
    }

    fn read(&self, body: &Value, call: &mut Call, out: &mut Output<'_>) {
        let at = call.record;
        call.model = out.builder.intern(body["model"].as_str().unwrap_or("")).or(call.model);
        if let Some((status, error)) = error(body) {
            (call.status, call.error) = (status, out.builder.intern(&error));
        }
        if body["timings"].is_object() {
            return timings(&body["timings"], call, out);
        }
        if body["done"] == false {
            usage::cut(call, out);
        }
        call.usage = usage(body, at, out);
        let mut counts = Counts { usage: body, at, out };
        let [total, load, prompt] = ["/total_duration", "/load_duration", "/prompt_eval_duration"]
            .map(|name| counts.time(name, Unit::Ns));
        call.model_load = load;
        if call.duration.is_none() {
            call.duration = total;
            // Reading the prompt may be left out when all of it was cached.
            let first = load.map(|load| load + prompt.unwrap_or_default());
            let streams = self.operation(body) == Operation::Generate && total.is_some();
            call.ttft = first.filter(|_| streams);
        }
        let stamps = body[STAMPS].as_array().map_or(&[][..], Vec::as_slice);
        let stamps = stamps.iter().filter_map(|stamp| json::timestamp(stamp).ok().flatten());
        let stamps: Vec<Timestamp> = stamps.collect();
        call.gaps = out.gaps_between(&stamps, at);
        // The last piece is stamped when it was made.
        let made = out.known(json::timestamp(&body["created_at"]), "created_at", at);
        let began = made.zip(total).and_then(|(made, total)| made.0.checked_sub(total.0));
        call.start = call.start.or(began.map(Timestamp)).or(made);
    }

    fn answer<'a>(&self, body: &'a Value) -> Cow<'a, Value> {
        let text = ["response", "content"].into_iter().find(|key| body[*key].is_string());
        match text {
            Some(key) => Cow::Owned(json!({
                "role": "assistant", "content": body[key], "reasoning": body["thinking"],
            })),
            None => {
                let message = &body["message"];
                Cow::Owned(json!({
                    "role": "assistant",
                    "content": message["content"],
                    "reasoning": message["thinking"],
                    "tool_calls": message["tool_calls"],
                }))
            }
        }
    }

    fn operation(&self, value: &Value) -> Operation {
        if has(value, &["embeddings"]) { Operation::Embed } else { Operation::Generate }
    }
}

fn usage(body: &Value, at: RecordRef, out: &mut Output<'_>) -> Usage {
    let mut counts = Counts { usage: body, at, out };
    let input = counts.tokens("/prompt_eval_count");
    let mut read = Usage { output: counts.tokens("/eval_count"), ..Usage::default() };
    read.set_input(input, Convention::Inclusive);
    read
}

/// What llama.cpp's server measured; its prompt count leaves the cached part out.
pub(super) fn timings(timings: &Value, call: &mut Call, out: &mut Output<'_>) {
    let mut counts = Counts { usage: timings, at: call.record, out };
    let cached = counts.tokens("/cache_n");
    let parts = [counts.tokens("/prompt_n"), cached];
    let made = counts.tokens("/predicted_n");
    let [prompt, predicted] = ["/prompt_ms", "/predicted_ms"].map(|name| counts.time(name, Unit::Ms));
    if !call.usage.input.is_known() {
        call.usage.cache_read = cached;
        call.usage.set_input(
            if parts[0].is_known() { sum(&parts) } else { Figure::UNKNOWN },
            Convention::Inclusive,
        );
        call.usage.output = made;
    }
    if call.duration.is_none() {
        call.ttft = prompt;
        call.duration = prompt.zip(predicted).map(|(prompt, predicted): (Nanos, Nanos)| prompt + predicted);
    }
}
