//! Langfuse: the trace download of its pages, the answers of its public API, and batch exports, in camelCase
//! and snake_case. Each observation is a record; generations and embeddings are model calls.

use serde::Deserialize;
use serde_json::{Value, value::RawValue};
use trace::{Convention, Fate, Identity, Operation, ProblemCode, RecordRef, Span, SpanKind, Status, Usage};
use units::{Figure, Nanos};

use crate::{
    Confidence, Format, Head, Output, Reader, Record,
    genai::{self, Known, Meaning, Slot, Transcript},
    json,
};

/// Langfuse.
pub struct Langfuse;

/// The types of an observation.
const TYPES: &[&str] = &[
    "GENERATION", "SPAN", "EVENT", "AGENT", "TOOL", "CHAIN", "RETRIEVER", "EMBEDDING", "EVALUATOR", "GUARDRAIL",
];

impl Format for Langfuse {
    fn key(&self) -> &'static str {
        "langfuse"
    }

    fn name(&self) -> &'static str {
        "Langfuse trace"
    }

    fn sniff(&self, head: &Head) -> Confidence {
        let own = |record: &Value| {
            let trace = &record["trace"];
            is_observation(record)
                || ["observations", "data"].iter().any(|list| is_observation(&record[list][0]))
                || is_observation(&trace["observations"][0])
                || trace.is_object() && (record.get("observations").is_some() || trace.get("projectId").is_some())
        };
        if head.records.iter().any(own) { Confidence::Certain } else { Confidence::No }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(LangfuseReader)
    }
}

fn is_observation(value: &Value) -> bool {
    let has = |keys: [&str; 2]| keys.iter().any(|key| value.get(key).is_some());
    has(["traceId", "trace_id"])
        && has(["startTime", "start_time"])
        && value["type"].as_str().is_some_and(|kind| TYPES.contains(&kind))
}

/// What may stand around observations. One trace often has them twice.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wrapper<'a> {
    #[serde(borrow)]
    observations: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    data: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    trace: Option<Box<Wrapper<'a>>>,
    #[serde(alias = "session_id")]
    session_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Observation<'a> {
    id: Option<String>,
    #[serde(alias = "trace_id")]
    trace_id: Option<String>,
    #[serde(alias = "parent_observation_id")]
    parent_observation_id: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    name: Option<String>,
    #[serde(default, alias = "start_time")]
    start_time: Value,
    #[serde(default, alias = "end_time")]
    end_time: Value,
    #[serde(default, alias = "completion_start_time")]
    completion_start_time: Value,
    #[serde(alias = "providedModelName", alias = "provided_model_name")]
    model: Option<String>,
    #[serde(borrow)]
    input: Option<&'a RawValue>,
    #[serde(borrow)]
    output: Option<&'a RawValue>,
    #[serde(borrow)]
    metadata: Option<&'a RawValue>,
    #[serde(borrow, alias = "tool_definitions")]
    tool_definitions: Option<&'a RawValue>,
    #[serde(default, alias = "usage_details")]
    usage_details: Value,
    #[serde(default, alias = "cost_details")]
    cost_details: Value,
    #[serde(default)]
    usage: Value,
    #[serde(default, alias = "input_usage", alias = "promptTokens", alias = "prompt_tokens")]
    input_usage: Value,
    #[serde(default, alias = "output_usage", alias = "completionTokens", alias = "completion_tokens")]
    output_usage: Value,
    #[serde(default, alias = "total_cost")]
    total_cost: Value,
    #[serde(default, alias = "calculated_total_cost")]
    calculated_total_cost: Value,
    level: Option<String>,
    #[serde(alias = "status_message")]
    status_message: Option<String>,
    #[serde(alias = "session_id")]
    session_id: Option<String>,
}

struct LangfuseReader;

impl Reader for LangfuseReader {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        let Ok(wrapper) = serde_json::from_str::<Wrapper<'_>>(record.text) else {
            out.count(Fate::Dropped("not a Langfuse trace"));
            let hint = "Expected an object with observations, or one observation a line.";
            return out.problem(ProblemCode::Malformed, record.at, "A record is not a Langfuse trace", hint);
        };
        let (inner, inner_session) = match wrapper.trace {
            Some(trace) => (trace.observations, trace.session_id),
            None => (None, None),
        };
        let session = wrapper.session_id.or(inner_session).unwrap_or_default();
        let lists = [wrapper.observations, wrapper.data, inner];
        if lists.iter().all(Option::is_none) {
            return observation(record.text, record.at, &session, out);
        }
        let mut places = record.places();
        for text in lists.into_iter().flatten().flatten() {
            observation(text.get(), places.next(text.get()), &session, out);
        }
    }
}
