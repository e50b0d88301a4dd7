use serde_json::Value;
use trace::{Call, Convention, Operation, RecordRef, Usage};
use units::Figure;

use super::{
    Dialect, Kind, error, fold, has,
    usage::{self, Counts},
};
use crate::{
    About, Confidence, Family, Output,
    json::{self, Unit},
};

/// OpenAI's chat completions, completions and embeddings, and all who offer the same: Mistral, DeepSeek,
/// Groq, OpenRouter, vLLM, llama.cpp.
pub(crate) struct OpenAiChat;

/// Beginnings of the names of OpenAI's own models.
const OWN: [&str; 7] = ["gpt-3", "gpt-4", "gpt-5", "o1", "o3", "o4", "text-embedding-3"];

impl Dialect for OpenAiChat {
    fn about(&self) -> &'static About {
        &About {
            key: "openai-chat",
            name: "OpenAI chat completion",
            family: Family::Http,
            origin: "Requests, responses and streams of /chat/completions, as OpenAI, Mistral, DeepSeek, \
Groq, OpenRouter, vLLM and llama.cpp send them.",
        }
    }

    fn provider(&self, body: &Value) -> &'static str {
        let model = body["model"].as_str().unwrap_or("");
        let usage = &body["usage"];
        if body.get("x_groq").is_some() || has(usage, &["queue_time", "prompt_time"]) {
            "groq"
        } else if has(usage, &["prompt_cache_hit_tokens", "prompt_cache_miss_tokens"]) {
            "deepseek"
        } else if has(usage, &["cost", "cost_details"]) {
            "openrouter"
        } else if OWN.iter().any(|name| model.starts_with(name)) {
            "openai"
        } else {
            ""
        }
    }

    fn kind(&self, value: &Value) -> Option<(Kind, Confidence)> {
        let first = &value["choices"][0];
        match value["object"].as_str() {
            Some("chat.completion.chunk") => return Some((Kind::Event, Confidence::Certain)),
            Some("chat.completion") => return Some((Kind::Response, Confidence::Certain)),
            // Streamed completions look the same; the pieces of one have one id.
            Some("text_completion") => return Some((Kind::Event, Confidence::Certain)),
            Some("list") if value["data"][0]["object"] == "embedding" => {
                return Some((Kind::Response, Confidence::Certain));
            }
            _ if first["delta"].is_object() => return Some((Kind::Event, Confidence::Likely)),
            _ if first["message"].is_object() && has(first, &["finish_reason"]) => {
                return Some((Kind::Response, Confidence::Likely));
            }
            _ => {}
        }
        let model = value["model"].is_string() && !has(value, &["usage"]) && !has(value, &["response"]);
        let chat = value["messages"][0]["role"].is_string();
        let settings = ["max_tokens", "temperature", "stream", "top_p", "stop", "n"];
        let prompt = value.get("prompt").is_some() && settings.iter().any(|key| value.get(key).is_some());
        let embed = value["input"].is_string() || value["input"][0].is_string();
        match () {
            () if model && chat => Some((Kind::Request, Confidence::Likely)),
            () if model && (prompt || embed && self.operation(value) == Operation::Embed) => {
                Some((Kind::Request, Confidence::Possible))
            }
            // An error is the same with nearly everyone.
            () if value["error"]["message"].is_string() && value["error"].get("type").is_some() => {
                Some((Kind::Response, Confidence::Possible))
            }
            () => None,
        }
    }

    fn id_of<'a>(&self, event: &'a Value) -> Option<&'a str> {
        event["id"].as_str()
    }

    fn fold(&self, body: &mut Value, event: &Value) -> bool {
        let kept = ["id", "object", "created", "model", "provider", "usage", "x_groq", "timings", "error"];
        fold::merge(body, event, &kept);
        for choice in event["choices"].as_array().into_iter().flatten() {
            let choices = fold::field(body, "choices");
            let Some(whole) = fold::item(choices, fold::index(&choice["index"])) else { continue };
            fold::merge(whole, choice, &["index", "finish_reason"]);
            if choice["text"].is_string() {
                fold::append(fold::field(whole, "text"), &choice["text"]);
                continue;
            }
            let delta = &choice["delta"];
            let message = fold::field(whole, "message");
            fold::merge(message, delta, &["role"]);
            for key in ["content", "refusal", "reasoning_content", "reasoning"] {
                if delta[key].is_string() {
                    fold::append(fold::field(message, key), &delta[key]);
                }
            }
            for call in delta["tool_calls"].as_array().into_iter().flatten() {
                let calls = fold::field(message, "tool_calls");
                let Some(whole) = fold::item(calls, fold::index(&call["index"])) else { continue };
                let function = fold::field(whole, "function");
                for key in ["name", "arguments"] {
                    fold::append(fold::field(function, key), &call["function"][key]);
                }
            }
        }
        false
    }

    fn read(&self, body: &Value, call: &mut Call, out: &mut Output<'_>) {
        let at = call.record;
        call.response = out.builder.intern(body["id"].as_str().unwrap_or(""));
        call.model = out.builder.intern(body["model"].as_str().unwrap_or("")).or(call.model);
        call.start = call.start.or(out.known(json::timestamp(&body["created"]), "created", at));
        call.service = usage::service(&body["service_tier"]);
        let usage = [&body["usage"], &body["x_groq"]["usage"]].into_iter().find(|usage| usage.is_object());
        if let Some(usage) = usage {
            self.read_usage(body, usage, call, out);
        } else if body["choices"]
            .as_array()
            .is_some_and(|list| list.iter().all(|c| c["finish_reason"].is_null()))
        {
            usage::cut(call, out);
        }
        if body["timings"].is_object() {
            super::ollama::timings(&body["timings"], call, out);
        }
        if let Some((status, error)) = error(body) {
            (call.status, call.error) = (status, out.builder.intern(&error));
        }
    }

    fn operation(&self, value: &Value) -> Operation {
        let model = value["model"].as_str().unwrap_or("");
        let embeds = value["data"][0]["object"] == "embedding"
            || value.get("messages").is_none() && model.contains("embed");
        if embeds { Operation::Embed } else { Operation::Generate }
    }
}

impl OpenAiChat {
    fn read_usage(&self, body: &Value, usage: &Value, call: &mut Call, out: &mut Output<'_>) {
        let at = call.record;
        call.usage = self::usage(usage, at, out);
        if usage::is_empty(&call.usage) {
            usage::by_names(body, call, out);
        }
        call.reported_cost = out.known(json::money(&usage["cost"]), "cost", at);
        // Groq tells how its server spent the time.
        let mut counts = Counts { usage, at, out };
        let [queue, prompt, total] =
            ["/queue_time", "/prompt_time", "/total_time"].map(|name| counts.time(name, Unit::S));
        call.queue = queue;
        if call.duration.is_none() {
            let queue = queue.unwrap_or_default();
            (call.duration, call.ttft) = (total.map(|time| time + queue), prompt.map(|time| time + queue));
        }
    }
}

pub(super) fn usage(usage: &Value, at: RecordRef, out: &mut Output<'_>) -> Usage {
    let mut counts = Counts { usage, at, out };
    let (input, total) = (counts.tokens("/prompt_tokens"), counts.tokens("/total_tokens"));
    let mut read = Usage {
        cache_read: counts.any(&[
            "/prompt_tokens_details/cached_tokens",
            "/prompt_cache_hit_tokens",
            "/cached_tokens",
        ]),
        cache_write: counts.tokens("/prompt_tokens_details/cache_write_tokens"),
        output: counts.tokens("/completion_tokens"),
        reasoning: counts.any(&["/completion_tokens_details/reasoning_tokens", "/reasoning_tokens"]),
        audio_input: counts.tokens("/prompt_tokens_details/audio_tokens"),
        audio_output: counts.tokens("/completion_tokens_details/audio_tokens"),
        image_input: counts.tokens("/prompt_tokens_details/image_tokens"),
        web_searches: counts.tokens("/num_search_queries"),
        ..Usage::default()
    };
    // Reasoning is inside the output, but some (xAI) count it beside: then the total says so.
    if let (Some(output), Some(reasoning @ 1..)) = (read.output.get(), read.reasoning.get()) {
        let all = input.or_zero().saturating_add(output).saturating_add(reasoning);
        if reasoning > output || total.get() == Some(all) {
            read.output = Figure::reported(output.saturating_add(reasoning));
        }
    }
    read.set_input(input, Convention::Inclusive);
    read
}
