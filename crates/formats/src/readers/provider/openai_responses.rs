use std::borrow::Cow;

use serde_json::{Value, json};
use trace::{Call, Convention, RecordRef, Status, Usage};
use units::Figure;

use super::{
    Dialect, Kind, error, fold, has,
    usage::{self, Counts},
};
use crate::{About, Confidence, Family, Output, json as values};

/// OpenAI's Responses.
pub(crate) struct OpenAiResponses;

/// Text of an item that has not ended; not a field of OpenAI's.
const PARTIAL: &str = "partial";

impl Dialect for OpenAiResponses {
    fn about(&self) -> &'static About {
        &About {
            key: "openai-responses",
            name: "OpenAI response",
            family: Family::Http,
            origin: "Requests, responses and streams of /responses.",
        }
    }

    fn provider(&self, body: &Value) -> &'static str {
        if has(&body["usage"], &["cost", "cost_details"]) { "openrouter" } else { "openai" }
    }

    fn kind(&self, value: &Value) -> Option<(Kind, Confidence)> {
        if value["object"] == "response" {
            return Some((Kind::Response, Confidence::Certain));
        }
        if value["type"].as_str().is_some_and(|kind| kind.starts_with("response.")) {
            let whole = value["response"].is_object() || has(value, &["sequence_number"]);
            return Some((Kind::Event, if whole { Confidence::Certain } else { Confidence::Likely }));
        }
        if !value["model"].is_string() || has(value, &["usage"]) {
            return None;
        }
        let own =
            ["instructions", "max_output_tokens", "previous_response_id", "reasoning", "tools", "store"];
        let first = &value["input"][0];
        match () {
            () if first["role"].is_string() || first["type"].is_string() => {
                Some((Kind::Request, Confidence::Likely))
            }
            () if value["input"].is_string() && own.iter().any(|key| value.get(key).is_some()) => {
                Some((Kind::Request, Confidence::Likely))
            }
            () => None,
        }
    }

    fn id_of<'a>(&self, event: &'a Value) -> Option<&'a str> {
        event["response"]["id"].as_str()
    }

    fn fold(&self, body: &mut Value, event: &Value) -> bool {
        let kind = event["type"].as_str().unwrap_or("").trim_start_matches("response.");
        if event["response"].is_object() {
            // The last one has all items; where a proxy leaves them out, those that came are kept.
            let whole = event["response"]["output"].as_array().is_some_and(|items| !items.is_empty());
            let kept = ["output", PARTIAL].map(|key| fold::field(body, key).take());
            *body = event["response"].clone();
            if !whole {
                for (key, value) in ["output", PARTIAL].into_iter().zip(kept) {
                    *fold::field(body, key) = value;
                }
            }
        }
        match kind {
            "output_item.done" => {
                fold::list(fold::field(body, "output")).push(event["item"].clone());
                *fold::field(body, PARTIAL) = Value::Null;
            }
            "output_text.delta" => fold::append(fold::field(body, PARTIAL), &event["delta"]),
            _ => {}
        }
        matches!(kind, "completed" | "incomplete" | "failed" | "cancelled")
    }

    fn read(&self, body: &Value, call: &mut Call, out: &mut Output<'_>) {
        let at = call.record;
        call.response = out.builder.intern(body["id"].as_str().unwrap_or(""));
        call.model = out.builder.intern(body["model"].as_str().unwrap_or("")).or(call.model);
        // Whole seconds: enough for when it began, too coarse for how long it took.
        call.start = call.start.or(out.known(values::timestamp(&body["created_at"]), "created_at", at));
        call.usage = usage(&body["usage"], at, out);
        if usage::is_empty(&call.usage) {
            usage::by_names(body, call, out);
        }
        call.usage.web_searches = searches(&body["output"]).or(call.usage.web_searches);
        call.service = usage::service(&body["service_tier"]);
        call.reported_cost = out.known(values::money(&body["usage"]["cost"]), "cost", at);
        match (body["status"].as_str(), error(body)) {
            (Some("cancelled"), _) => call.status = Status::Cancelled,
            (_, Some((status, error))) => (call.status, call.error) = (status, out.builder.intern(&error)),
            (Some("failed"), None) => call.status = Status::Failed,
            (Some("in_progress" | "queued"), None) => usage::cut(call, out),
            _ => {}
        }
    }

    fn answer<'a>(&self, body: &'a Value) -> Cow<'a, Value> {
        // Searches and the like are the provider's doing; their sources would drown the answer.
        let said = |item: &&Value| {
            let kind = item["type"].as_str().unwrap_or("message");
            matches!(kind, "message" | "reasoning") || kind.ends_with("tool_call") || kind == "function_call"
        };
        let items = body["output"].as_array().into_iter().flatten().filter(said).cloned();
        let partial = body[PARTIAL].as_str().map(|text| json!({"role": "assistant", "content": text}));
        Cow::Owned(items.chain(partial).collect())
    }
}

/// Searches of the web among the items of an answer; opening a page that was found is not billed. Unknown where there
/// is none: what is not there may have been left out.
fn searches(output: &Value) -> Figure {
    let searches = output.as_array().into_iter().flatten().filter(|item| {
        item["type"] == "web_search_call" && matches!(item["action"]["type"].as_str(), None | Some("search"))
    });
    Some(searches.count() as u64).filter(|&n| n > 0).map_or(Figure::UNKNOWN, Figure::counted)
}

pub(super) fn usage(usage: &Value, at: RecordRef, out: &mut Output<'_>) -> Usage {
    let mut counts = Counts { usage, at, out };
    let input = counts.tokens("/input_tokens");
    let mut read = Usage {
        cache_read: counts.tokens("/input_tokens_details/cached_tokens"),
        cache_write: counts.tokens("/input_tokens_details/cache_write_tokens"),
        output: counts.tokens("/output_tokens"),
        reasoning: counts.tokens("/output_tokens_details/reasoning_tokens"),
        audio_input: counts.tokens("/input_tokens_details/audio_tokens"),
        audio_output: counts.tokens("/output_tokens_details/audio_tokens"),
        image_input: counts.tokens("/input_tokens_details/image_tokens"),
        image_output: counts.tokens("/output_tokens_details/image_tokens"),
        ..Usage::default()
    };
    read.set_input(input, Convention::Inclusive);
    read
}
