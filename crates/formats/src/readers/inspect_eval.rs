//! Logs of Inspect: samples with their events, of which those named `model` are calls. A log is one JSON value, or an
//! archive (`.eval`) in which each sample is a file beside the log's head and summaries.

use std::collections::HashMap;

use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Value, value::RawValue};
use trace::{Call, Convention, Fate, Identity, RecordRef, StrId, Usage};
use units::Nanos;

use crate::{
    About, Confidence, Container, Family, Format, Head, Output, Reader, Record,
    conversation::rows,
    format::Places,
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
            let has = |keys: &[&str]| keys.iter().all(|key| record.get(key).is_some());
            let eval = &record["eval"];
            eval.get("task").is_some() && eval.get("model").is_some() && (has(&["status"]) || has(&["plan"]))
                || has(&["id", "epoch", "input", "target"])
                || has(&["scorer"]) && record["samples"][0].get("sample_id").is_some()
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
    /// Only a sample has one.
    epoch: Option<IgnoredAny>,
    /// Only scores have one.
    scorer: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Sample<'a> {
    #[serde(default)]
    id: Value,
    #[serde(default)]
    epoch: Value,
    uuid: Option<String>,
    #[serde(borrow, default)]
    events: Option<Vec<&'a RawValue>>,
    #[serde(default)]
    events_data: Option<Pool>,
    /// Long texts, each once, by the hash that stands in their place.
    #[serde(default)]
    attachments: HashMap<String, String>,
}

/// What many events share: the messages of an input, each once.
#[derive(Default, Deserialize)]
struct Pool {
    #[serde(default)]
    messages: Vec<Value>,
}

/// What the events of a sample point to.
struct Shared {
    attachments: HashMap<String, String>,
    pool: Pool,
}

struct InspectReader;

impl Reader for InspectReader {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        let Ok(log) = serde_json::from_str::<Log<'_>>(record.text) else {
            return out.count(Fate::Dropped("not an Inspect log"));
        };
        let mut places = record.places();
        match log {
            Log { scorer: Some(_), .. } => out.count(Fate::Dropped("scores of samples")),
            Log { epoch: Some(_), .. } => sample(record.text, &mut places, out),
            Log { samples: Some(samples), .. } if !samples.is_empty() => {
                samples.iter().for_each(|text| sample(text.get(), &mut places, out));
            }
            Log { .. } => out.count(Fate::Dropped("a log without samples in it")),
        }
    }
}

fn sample(text: &str, places: &mut Places<'_>, out: &mut Output<'_>) {
    let Ok(sample) = serde_json::from_str::<Sample<'_>>(text) else {
        return out.count(Fate::Dropped("not a sample"));
    };
    let Some(events) = sample.events else {
        return out.count(Fate::Dropped("a sample without events, or the summary of one"));
    };
    let named = || format!("sample {} epoch {}", sample.id, sample.epoch);
    let session = out.builder.intern(&sample.uuid.unwrap_or_else(named));
    let shared = Shared { attachments: sample.attachments, pool: sample.events_data.unwrap_or_default() };
    for text in events {
        let at = places.next(text.get());
        match serde_json::from_str(text.get()) {
            Ok(told) => event(told, session, &shared, at, 0, out),
            Err(_) => out.count(Fate::Dropped("not an event")),
        }
    }
}

/// Older logs keep the events of a tool inside its own.
const DEPTH: u32 = 16;

fn event(mut told: Value, session: StrId, shared: &Shared, at: RecordRef, depth: u32, out: &mut Output<'_>) {
    if told["event"] == "model" {
        return model(&mut told, session, shared, at, out);
    }
    let kind: String = told["event"].as_str().unwrap_or("").chars().take(40).collect();
    out.dropped(format!("not a call of a model: {kind}"));
    if let Some(Value::Array(inside)) = told.get_mut("events").map(Value::take).filter(|_| depth < DEPTH) {
        for inner in inside {
            event(inner, session, shared, at, depth + 1, out);
        }
    }
}

fn model(told: &mut Value, session: StrId, shared: &Shared, at: RecordRef, out: &mut Output<'_>) {
    out.count(Fate::Kept);
    if let Some(input) = shared.input(told) {
        told["input"] = input;
    }
    for part in ["input", "output", "tools"] {
        if let Some(part) = told.get_mut(part) {
            attach(part, &shared.attachments);
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

impl Shared {
    /// The input that an event names by ranges of the pool; none where it has one of its own.
    fn input(&self, told: &Value) -> Option<Value> {
        let all = &self.pool.messages;
        let place = |value: &Value| usize::try_from(value.as_u64()?).ok();
        let range = |range: &Value| all.get(place(&range[0])?..place(&range[1])?);
        let messages = told["input_refs"].as_array()?.iter().filter_map(range).flatten();
        Some(messages.take(all.len()).cloned().collect())
    }
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
