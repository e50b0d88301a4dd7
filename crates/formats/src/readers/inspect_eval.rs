//! Logs of Inspect as JSON: samples with their events, of which those named `model` are calls.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Value, value::RawValue};
use trace::{Call, Convention, Fate, Identity, RecordRef, StrId, Usage};
use units::Nanos;

use crate::{
    About, Confidence, Container, Family, Format, Head, Output, Reader, Record,
    conversation::rows,
    genai::{self, Slot},
    json::{self, Unit},
};

/// Inspect log.
pub struct InspectEval;

impl Format for InspectEval {
    fn about(&self) -> &'static About {
        &About {
            key: "inspect-eval",
            name: "Inspect log",
            family: Family::Agents,
            origin: "Inspect AI: logs/*.json and logs/*.eval.",
        }
    }

    fn sniff(&self, head: &Head) -> Confidence {
        let own = |record: &Value| {
            let eval = &record["eval"];
            eval.get("task").is_some() && eval.get("model").is_some() && record.get("status").is_some()
        };
        if head.container == Container::Json && head.records.iter().any(own) {
            Confidence::Certain
        } else {
            Confidence::No
        }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(InspectReader)
    }
}

#[derive(Deserialize)]
struct Log<'a> {
    #[serde(borrow, default)]
    samples: Option<Vec<&'a RawValue>>,
}

#[derive(Deserialize)]
struct Sample<'a> {
    #[serde(default)]
    id: Value,
    #[serde(default)]
    epoch: Value,
    uuid: Option<String>,
    #[serde(borrow, default)]
    events: Vec<&'a RawValue>,
    /// Long texts, each once, by the hash that stands in their place.
    #[serde(default)]
    attachments: HashMap<String, String>,
}

struct InspectReader;

impl Reader for InspectReader {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        let Ok(log) = serde_json::from_str::<Log<'_>>(record.text) else {
            return out.count(Fate::Dropped("not an Inspect log"));
        };
        let mut places = record.places();
        for text in log.samples.into_iter().flatten() {
            let Ok(sample) = serde_json::from_str::<Sample<'_>>(text.get()) else {
                out.count(Fate::Dropped("not a sample"));
                continue;
            };
            let named = || format!("sample {} epoch {}", sample.id, sample.epoch);
            let session = out.builder.intern(&sample.uuid.clone().unwrap_or_else(named));
            for text in &sample.events {
                let at = places.next(text.get());
                match serde_json::from_str(text.get()) {
                    Ok(told) => event(told, session, &sample.attachments, at, 0, out),
                    Err(_) => out.count(Fate::Dropped("not an event")),
                }
            }
        }
    }
}

/// Older logs keep the events of a tool inside its own.
const DEPTH: u32 = 16;

fn event(
    mut told: Value,
    session: StrId,
    attachments: &HashMap<String, String>,
    at: RecordRef,
    depth: u32,
    out: &mut Output<'_>,
) {
    if told["event"] == "model" {
        return model(&mut told, session, attachments, at, out);
    }
    let kind: String = told["event"].as_str().unwrap_or("").chars().take(40).collect();
    out.dropped(format!("not a call of a model: {kind}"));
    if let Some(Value::Array(inside)) = told.get_mut("events").map(Value::take).filter(|_| depth < DEPTH) {
        for inner in inside {
            event(inner, session, attachments, at, depth + 1, out);
        }
    }
}

fn model(
    told: &mut Value,
    session: StrId,
    attachments: &HashMap<String, String>,
    at: RecordRef,
    out: &mut Output<'_>,
) {
    out.count(Fate::Kept);
    for part in ["input", "output", "tools"] {
        if let Some(part) = told.get_mut(part) {
            attach(part, attachments);
        }
    }
    let output = &told["output"];
    let asked = told["model"].as_str().unwrap_or_default();
    let (provider, model) = asked.split_once('/').unwrap_or(("", asked));
    let mut call = Call::at(at);
    call.session = session;
    call.name = out.builder.intern("generate");
    call.component = out.builder.intern(told["role"].as_str().unwrap_or_default());
    call.provider = out.builder.intern(provider);
    call.model = out.builder.intern(json::text(&output["model"]).unwrap_or(model));
    call.response = out.builder.intern(told["call"]["response"]["id"].as_str().unwrap_or_default());
    call.start = out.known(json::timestamp(&told["timestamp"]), "timestamp", at);
    let time = [&output["time"], &told["working_time"]].into_iter().find(|time| !time.is_null());
    call.duration = time.and_then(|time| out.known(json::nanos(time, Unit::S), "The model's time", at));
    call.duration = call.duration.filter(|&time| time > Nanos::ZERO);
    call.usage = usage(&output["usage"], provider, at, out);
    call.cache_hit = told["cache"].as_str().map(|how| how == "read");
    let retries = out.known(json::whole(&told["retries"]), "retries", at).unwrap_or(0);
    call.retries = u32::try_from(retries).unwrap_or(u32::MAX);
    if let Some(error) = json::text(&told["error"]).or(json::text(&output["error"])) {
        call.status = genai::failure(error);
        let kind = error.split(['(', ':']).next().filter(|word| !word.contains(char::is_whitespace));
        call.error = out.builder.intern(kind.unwrap_or_default());
    }
    let mut messages = rows(Slot::Tools, &told["tools"], out);
    messages.extend(rows(Slot::Prompt, &told["input"], out));
    messages.extend(rows(Slot::Answer, &output["choices"], out));
    let own = out.builder.intern(told["uuid"].as_str().unwrap_or_default());
    let identity = match (call.response.is_none(), own.is_none()) {
        (false, _) => Some(Identity::Response(call.response)),
        (true, false) => Some(Identity::Own(session, own)),
        (true, true) => None,
    };
    out.builder.add_call(call, identity, &messages);
}

/// Puts long texts where their hashes stand.
fn attach(value: &mut Value, attachments: &HashMap<String, String>) {
    match value {
        Value::String(text) => {
            if let Some(long) = text.strip_prefix("attachment://").and_then(|hash| attachments.get(hash)) {
                *text = long.clone();
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|item| attach(item, attachments)),
        Value::Object(fields) => fields.values_mut().for_each(|field| attach(field, attachments)),
        _ => {}
    }
}

/// Whether cached tokens are inside the input depends on the provider; the total tells, and where it does not,
/// Anthropic's are beside it.
fn usage(told: &Value, provider: &str, at: RecordRef, out: &mut Output<'_>) -> Usage {
    let mut tokens = |name: &str| out.known(json::tokens(&told[name]), name, at);
    let (input, total) = (tokens("input_tokens"), tokens("total_tokens"));
    let mut usage = Usage {
        cache_read: tokens("input_tokens_cache_read"),
        cache_write: tokens("input_tokens_cache_write"),
        output: tokens("output_tokens"),
        reasoning: tokens("reasoning_tokens"),
        ..Usage::default()
    };
    let inside = input.or_zero().saturating_add(usage.output.or_zero());
    let cached = usage.cache_read.or_zero().saturating_add(usage.cache_write.or_zero());
    let beside = match total.get() {
        Some(total) if total == inside => false,
        Some(total) if total == inside.saturating_add(cached) => true,
        _ => matches!(provider, "anthropic" | "bedrock"),
    };
    usage.set_input(input, if beside && cached > 0 { Convention::Exclusive } else { Convention::Inclusive });
    usage
}
