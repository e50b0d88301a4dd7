use std::borrow::Cow;

use serde_json::{Value, json};
use trace::{Call, Convention, Operation, RecordRef, Usage};

use super::{
    Dialect, Kind, error, fold, has,
    usage::{self, Counts},
};
use crate::{About, Confidence, Family, Output};

/// Cohere's chat, embeddings and reranking, versions 1 and 2.
pub(crate) struct Cohere;

/// The events of version 2; those of version 1 have an `event_type`.
const EVENTS: [&str; 9] = [
    "message-start",
    "content-start",
    "content-delta",
    "content-end",
    "tool-plan-delta",
    "tool-call-start",
    "tool-call-delta",
    "tool-call-end",
    "message-end",
];

impl Dialect for Cohere {
    fn about(&self) -> &'static About {
        &About {
            key: "cohere",
            name: "Cohere response",
            family: Family::Http,
            origin: "Requests, responses and streams of Cohere's chat, versions 1 and 2.",
        }
    }

    fn provider(&self, _body: &Value) -> &'static str {
        "cohere"
    }

    fn kind(&self, value: &Value) -> Option<(Kind, Confidence)> {
        let billed = value["meta"]["billed_units"].is_object() || value["usage"]["billed_units"].is_object();
        let of = |key: &str, events: &[&str]| value[key].as_str().is_some_and(|kind| events.contains(&kind));
        match () {
            () if billed => Some((Kind::Response, Confidence::Certain)),
            () if of(
                "event_type",
                &["stream-start", "text-generation", "stream-end", "tool-calls-generation"],
            ) =>
            {
                Some((Kind::Event, Confidence::Certain))
            }
            () if of("type", &EVENTS) => Some((Kind::Event, Confidence::Likely)),
            () if value["message"].is_string()
                && (has(value, &["chat_history"]) || has(value, &["preamble"])) =>
            {
                Some((Kind::Request, Confidence::Likely))
            }
            () => None,
        }
    }

    fn id_of<'a>(&self, event: &'a Value) -> Option<&'a str> {
        event["generation_id"].as_str().or_else(|| event["id"].as_str())
    }

    fn fold(&self, body: &mut Value, event: &Value) -> bool {
        if event["event_type"] == "stream-end" && event["response"].is_object() {
            fold::merge_all(body, &event["response"]);
            return true;
        }
        fold::merge(body, event, &["id", "generation_id"]);
        if event["event_type"].is_string() {
            fold::append(fold::field(body, "text"), &event["text"]);
            return event["event_type"] == "stream-end";
        }
        let delta = &event["delta"];
        let message = fold::field(body, "message");
        let kind = event["type"].as_str().unwrap_or("");
        match kind {
            "content-start" | "content-delta" => {
                let content = fold::field(message, "content");
                if let Some(block) = fold::item(content, fold::index(&event["index"])) {
                    for key in ["text", "thinking"] {
                        fold::append(fold::field(block, key), &delta["message"]["content"][key]);
                    }
                    fold::object(block).retain(|_, value| !value.is_null());
                }
            }
            "tool-call-start" | "tool-call-delta" => {
                let calls = fold::field(message, "tool_calls");
                if let Some(call) = fold::item(calls, fold::index(&event["index"])) {
                    let function = fold::field(call, "function");
                    for key in ["name", "arguments"] {
                        let part = &delta["message"]["tool_calls"]["function"][key];
                        fold::append(fold::field(function, key), part);
                    }
                }
            }
            "message-end" => fold::merge(body, delta, &["usage", "finish_reason", "error"]),
            _ => {}
        }
        kind == "message-end"
    }

    fn read(&self, body: &Value, call: &mut Call, out: &mut Output<'_>) {
        let id = ["generation_id", "id"].into_iter().find_map(|key| body[key].as_str());
        call.response = out.builder.intern(id.unwrap_or(""));
        call.model = out.builder.intern(body["model"].as_str().unwrap_or("")).or(call.model);
        call.usage = usage(body, call.record, out);
        let stopped = has(body, &["finish_reason"]) || self.operation(body) != Operation::Generate;
        if usage::is_empty(&call.usage) && !stopped {
            usage::cut(call, out);
        }
        if let Some((status, error)) = error(body) {
            (call.status, call.error) = (status, out.builder.intern(&error));
        }
    }

    fn answer<'a>(&self, body: &'a Value) -> Cow<'a, Value> {
        if body["text"].is_string() { Cow::Borrowed(&body["text"]) } else { Cow::Borrowed(body) }
    }

    fn prompt<'a>(&self, request: &'a Value) -> Cow<'a, Value> {
        // Version 1 keeps the question apart from what was said before.
        if !request["message"].is_string() {
            return Cow::Borrowed(request);
        }
        let turn = |turn: &Value| {
            let role = match turn["role"].as_str() {
                Some("CHATBOT") => "assistant",
                Some("SYSTEM") => "system",
                Some("TOOL") => "tool",
                _ => "user",
            };
            json!({"role": role, "content": turn["message"]})
        };
        let before = request["chat_history"].as_array().into_iter().flatten().map(turn);
        let asked = json!({"role": "user", "content": request["message"]});
        let messages: Value = before.chain([asked]).collect();
        let mut whole = json!({"messages": messages});
        fold::merge(&mut whole, request, &["tools"]);
        if request["preamble"].is_string() {
            whole["system"] = request["preamble"].clone();
        }
        Cow::Owned(whole)
    }

    fn operation(&self, value: &Value) -> Operation {
        match () {
            () if has(value, &["embeddings"]) || has(value, &["texts", "input_type"]) => Operation::Embed,
            () if value["results"][0].get("relevance_score").is_some()
                || has(value, &["query", "documents"]) =>
            {
                Operation::Rerank
            }
            () => Operation::Generate,
        }
    }
}

/// What went through the model where it is told, else what is billed: the billed count leaves out what
/// Cohere itself adds to a prompt.
pub(super) fn usage(body: &Value, at: RecordRef, out: &mut Output<'_>) -> Usage {
    let usage = if body["usage"].is_object() { &body["usage"] } else { &body["meta"] };
    let mut counts = Counts { usage, at, out };
    let input = counts.any(&["/tokens/input_tokens", "/billed_units/input_tokens"]);
    let mut read = Usage {
        cache_read: counts.tokens("/cached_tokens"),
        output: counts.any(&["/tokens/output_tokens", "/billed_units/output_tokens"]),
        ..Usage::default()
    };
    read.set_input(input, Convention::Inclusive);
    read
}
