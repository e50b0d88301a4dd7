use serde_json::{Value, json};
use trace::{Call, RecordRef, Usage};

use super::{
    Dialect, Kind,
    bedrock::METRICS,
    error, fold, has,
    usage::{self, Counts},
};
use crate::{About, Confidence, Family, Output, json::Unit, readers::claude_code};

/// Anthropic's messages, also as Bedrock and Vertex pass them on.
pub(crate) struct Anthropic;

const EVENTS: [&str; 7] = [
    "message_start",
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
    "ping",
];

impl Dialect for Anthropic {
    fn about(&self) -> &'static About {
        &About {
            key: "anthropic-messages",
            name: "Anthropic message",
            family: Family::Http,
            origin: "Requests, responses and streams of /v1/messages.",
        }
    }

    fn provider(&self, body: &Value) -> &'static str {
        if body.get(METRICS).is_some() { "bedrock" } else { "anthropic" }
    }

    fn kind(&self, value: &Value) -> Option<(Kind, Confidence)> {
        match value["type"].as_str() {
            Some("message") if value["content"].is_array() && value["usage"].is_object() => {
                return Some((Kind::Response, Confidence::Certain));
            }
            Some("error") if value["error"]["type"].is_string() => {
                return Some((Kind::Event, Confidence::Likely));
            }
            Some("message_start") if value["message"].is_object() => {
                return Some((Kind::Event, Confidence::Certain));
            }
            Some(kind) if EVENTS.contains(&kind) => return Some((Kind::Event, Confidence::Likely)),
            _ => {}
        }
        let chat = value["messages"][0]["role"].is_string() && !has(value, &["usage"]);
        let claude = value["model"].as_str().is_some_and(|model| model.contains("claude"));
        let own = has(value, &["anthropic_version"])
            || has(value, &["system", "max_tokens"])
            || value["tools"][0].get("input_schema").is_some();
        (chat && (own || claude && has(value, &["max_tokens"]))).then_some((
            Kind::Request,
            // Surer than whoever else keeps a model and messages.
            if own && claude { Confidence::Certain } else { Confidence::Likely },
        ))
    }

    fn id_of<'a>(&self, event: &'a Value) -> Option<&'a str> {
        event["message"]["id"].as_str()
    }

    fn fold(&self, body: &mut Value, event: &Value) -> bool {
        let kind = event["type"].as_str().unwrap_or("");
        match kind {
            "message_start" => *body = event["message"].clone(),
            "content_block_start" => {
                let content = fold::field(body, "content");
                if let Some(block) = fold::item(content, fold::index(&event["index"])) {
                    *block = event["content_block"].clone();
                }
            }
            "content_block_delta" => {
                let content = fold::field(body, "content");
                let Some(block) = fold::item(content, fold::index(&event["index"])) else { return false };
                let delta = &event["delta"];
                for key in ["text", "thinking"] {
                    if delta[key].is_string() {
                        fold::append(fold::field(block, key), &delta[key]);
                    }
                }
                if delta["partial_json"].is_string() {
                    let input = fold::field(block, "input");
                    fold::append(input, &delta["partial_json"]);
                }
            }
            // Later values win: what came with the start was a placeholder.
            "message_delta" => {
                fold::merge_all(fold::field(body, "usage"), &event["usage"]);
                fold::merge(body, &event["delta"], &["stop_reason"]);
            }
            "error" => fold::merge(body, event, &["error"]),
            _ => {}
        }
        fold::merge(body, event, &[METRICS]);
        matches!(kind, "message_stop" | "error")
    }

    fn read(&self, body: &Value, call: &mut Call, out: &mut Output<'_>) {
        call.response = out.builder.intern(body["id"].as_str().unwrap_or(""));
        call.model = out.builder.intern(body["model"].as_str().unwrap_or("")).or(call.model);
        call.usage = usage(body, call.record, out);
        claude_code::terms(&body["usage"], call);
        if let Some((status, error)) = error(body) {
            (call.status, call.error) = (status, out.builder.intern(&error));
        }
        if body["type"] == "message" && body["stop_reason"].is_null() {
            if body["error"].is_null() {
                usage::cut(call, out);
            }
            // The start of a stream has only a placeholder for it.
            call.usage.output = units::Figure::UNKNOWN;
        }
        if body[METRICS].is_object() {
            let mut counts = Counts { usage: &body[METRICS], at: call.record, out };
            let [first, all] =
                ["/firstByteLatency", "/invocationLatency"].map(|name| counts.time(name, Unit::Ms));
            if call.duration.is_none() {
                (call.duration, call.ttft) = (all, first);
            }
        }
        claude_code::passes(call, &whole(body), None, out);
    }
}

fn whole(body: &Value) -> claude_code::Body {
    let text = |key: &str| body[key].as_str().map(str::to_owned);
    claude_code::Body {
        id: text("id"),
        model: text("model"),
        content: json!(null),
        usage: body["usage"].clone(),
    }
}

/// All that is billed, also what the response's own figures leave out.
pub(super) fn usage(body: &Value, at: RecordRef, out: &mut Output<'_>) -> Usage {
    claude_code::billed(&whole(body), at, out)
}
