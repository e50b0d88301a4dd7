use serde_json::{Value, json};
use trace::{Call, Convention, RecordRef, Usage};

use super::{
    Dialect, Kind, error, fold, has,
    usage::{self, Counts},
};
use crate::{About, Confidence, Family, Output, json::Unit};

/// Amazon Bedrock's Converse, and what it passes on of models that no other dialect knows: Llama, Titan, Mistral.
pub(crate) struct Bedrock;

/// What Bedrock adds to the last event of a stream of any model.
pub(super) const METRICS: &str = "amazon-bedrock-invocationMetrics";
/// The counts in the bodies of Llama and Titan.
const COUNTS: [&str; 4] =
    ["prompt_token_count", "generation_token_count", "inputTextTokenCount", "totalOutputTextTokenCount"];

/// What an invoked model says: the text, and an object in which the reason to stop stands.
fn said(value: &Value) -> Option<(&Value, &Value)> {
    let places = [
        ("generation", value, "generation_token_count"),
        ("outputText", value, "totalOutputTextTokenCount"),
        ("outputText", &value["results"][0], "completionReason"),
        ("text", &value["outputs"][0], "stop_reason"),
    ];
    let known =
        |(key, part, mark): (&str, &'_ Value, &str)| part[key].is_string() && part.get(mark).is_some();
    let (key, part, _) = places.into_iter().find(|&place| known(place))?;
    Some((&part[key], part))
}

/// The event that ends a stream for a reason that is none of the model's: `{"throttlingException": {…}}`.
fn exception(value: &Value) -> Option<(&String, &Value)> {
    let fields = value.as_object().filter(|fields| fields.len() == 1)?;
    fields.iter().find(|(name, told)| name.ends_with("Exception") && told.is_object())
}

impl Dialect for Bedrock {
    fn about(&self) -> &'static About {
        &About {
            key: "bedrock",
            name: "Bedrock Converse response",
            family: Family::Http,
            origin: "Responses and streams of Converse and of invoked models, as JSON or as Amazon's binary \
event stream.",
        }
    }

    fn provider(&self, _body: &Value) -> &'static str {
        "bedrock"
    }

    fn kind(&self, value: &Value) -> Option<(Kind, Confidence)> {
        let event = match () {
            () if value["output"]["message"].is_object() && has(value, &["stopReason"]) => {
                return Some((Kind::Response, Confidence::Certain));
            }
            // An error of any of Amazon's services.
            () if value["__type"].as_str().is_some_and(|kind| kind.ends_with("Exception")) => {
                return Some((Kind::Response, Confidence::Likely));
            }
            () if value["messages"][0]["content"][0].is_object()
                && (has(value, &["inferenceConfig"]) || has(value, &["toolConfig"])) =>
            {
                return Some((Kind::Request, Confidence::Certain));
            }
            () => {
                value["messageStart"]["role"].is_string()
                    || value["contentBlockStart"].is_object()
                    || value["contentBlockDelta"]["delta"].is_object()
                    || value["contentBlockStop"].is_object()
                    || value["messageStop"]["stopReason"].is_string()
                    || has(&value["metadata"]["usage"], &["inputTokens", "outputTokens"])
                    || said(value).is_some()
                    || exception(value).is_some()
                    || value[METRICS].is_object() && !has(value, &["type"])
            }
        };
        event.then_some((Kind::Event, Confidence::Certain))
    }

    fn id_of<'a>(&self, _event: &'a Value) -> Option<&'a str> {
        None
    }

    fn fold(&self, body: &mut Value, event: &Value) -> bool {
        let message = fold::field(fold::field(body, "output"), "message");
        if let Some((text, part)) = said(event) {
            if let Some(block) = fold::item(fold::field(message, "content"), 0) {
                fold::append(fold::field(block, "text"), text);
            }
            let usage = fold::field(body, "usage");
            fold::merge(usage, event, &COUNTS);
            fold::merge(usage, part, &["tokenCount"]);
            for key in ["usage", "metrics"] {
                fold::merge_all(fold::field(body, key), &event[METRICS]);
            }
            return part["stop_reason"].is_string() || part["completionReason"].is_string();
        }
        fold::merge(message, &event["messageStart"], &["role"]);
        for (key, part) in [("contentBlockStart", "start"), ("contentBlockDelta", "delta")] {
            let Some(event) = event.get(key) else { continue };
            let Some(block) =
                fold::item(fold::field(message, "content"), fold::index(&event["contentBlockIndex"]))
            else {
                continue;
            };
            let part = &event[part];
            if part["text"].is_string() {
                fold::append(fold::field(block, "text"), &part["text"]);
            }
            if part["reasoningContent"]["text"].is_string() {
                fold::append(fold::field(block, "thinking"), &part["reasoningContent"]["text"]);
            }
            if part["toolUse"].is_object() {
                let tool = fold::field(block, "toolUse");
                fold::merge(tool, &part["toolUse"], &["name", "toolUseId"]);
                fold::append(fold::field(tool, "input"), &part["toolUse"]["input"]);
            }
        }
        if let Some((name, told)) = exception(event) {
            *fold::field(body, "error") = json!({"type": name, "message": told["message"]});
            return true;
        }
        fold::merge(body, &event["messageStop"], &["stopReason"]);
        fold::merge(body, &event["metadata"], &["usage", "metrics"]);
        event["metadata"].is_object()
    }

    fn read(&self, body: &Value, call: &mut Call, out: &mut Output<'_>) {
        call.usage = usage(&body["usage"], call.record, out);
        let error = error(body);
        if usage::is_empty(&call.usage) && error.is_none() {
            usage::cut(call, out);
        }
        let mut counts = Counts { usage: &body["metrics"], at: call.record, out };
        let [all, invoked, first] =
            ["/latencyMs", "/invocationLatency", "/firstByteLatency"].map(|name| counts.time(name, Unit::Ms));
        if call.duration.is_none() {
            (call.duration, call.ttft) = (all.or(invoked), first);
        }
        if let Some((status, error)) = error {
            (call.status, call.error) = (status, out.builder.intern(&error));
        }
    }
}

pub(super) fn usage(usage: &Value, at: RecordRef, out: &mut Output<'_>) -> Usage {
    let mut counts = Counts { usage, at, out };
    let input =
        counts.any(&["/inputTokens", "/inputTokenCount", "/prompt_token_count", "/inputTextTokenCount"]);
    let output = [
        "/outputTokens",
        "/outputTokenCount",
        "/generation_token_count",
        "/totalOutputTextTokenCount",
        "/tokenCount",
    ];
    let mut read = Usage {
        cache_read: counts.any(&["/cacheReadInputTokens", "/cacheReadInputTokenCount"]),
        cache_write: counts.any(&["/cacheWriteInputTokens", "/cacheWriteInputTokenCount"]),
        output: counts.any(&output),
        ..Usage::default()
    };
    let details = usage["cacheDetails"].as_array().into_iter().flatten();
    for detail in details.filter(|detail| detail["ttl"] == "1h") {
        let mut counts = Counts { usage: detail, at, out };
        read.cache_write_1h = counts.tokens("/inputTokens");
    }
    read.set_input(input, Convention::Exclusive);
    read
}
