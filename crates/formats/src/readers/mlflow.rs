//! MLflow: traces of its versions 2 and 3 (`{info, data: {spans}}`). Its attributes are JSON in strings, and
//! have names of their own for what a call is made of.

use serde::Deserialize;
use serde_json::{Value, value::RawValue};
use trace::{Fate, ProblemCode, RecordRef};

use crate::{
    About, Confidence, Family, Format, Head, Output, Reader, Record,
    genai::{self, Attributes},
    path, span_json,
};

/// MLflow.
pub struct Mlflow;

impl Format for Mlflow {
    fn about(&self) -> &'static About {
        &About {
            key: "mlflow",
            name: "MLflow trace",
            family: Family::Products,
            origin: "MLflow: a trace from its page or as its SDK writes it, of version 2 or 3.",
        }
    }

    fn sniff(&self, head: &Head) -> Confidence {
        let own = |record: &Value| {
            let info = record["info"].is_object() || record["trace_info"].is_object();
            let spans = path::first(record, &["data/spans", "trace_data/spans", "spans"]);
            info && spans.is_array()
        };
        if head.records.iter().any(own) { Confidence::Certain } else { Confidence::No }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(MlflowReader)
    }
}

#[derive(Deserialize)]
struct Trace<'a> {
    #[serde(alias = "trace_info")]
    info: Option<Value>,
    #[serde(borrow, alias = "trace_data")]
    data: Option<Data<'a>>,
    #[serde(borrow)]
    spans: Option<Vec<&'a RawValue>>,
}

#[derive(Deserialize)]
struct Data<'a> {
    #[serde(borrow)]
    spans: Option<Vec<&'a RawValue>>,
}

struct MlflowReader;

impl Reader for MlflowReader {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        let trace = serde_json::from_str::<Trace<'_>>(record.text).ok();
        let Some((info, Some(spans))) =
            trace.map(|trace| (trace.info, trace.data.and_then(|data| data.spans).or(trace.spans)))
        else {
            out.count(Fate::Dropped("not an MLflow trace"));
            let hint = "Expected an object with info and data.spans.";
            return out.problem(ProblemCode::Malformed, record.at, "A record is not an MLflow trace", hint);
        };
        let info = info.unwrap_or_default();
        let own = ["trace_metadata", "request_metadata", "tags"];
        let session = own.iter().map(|key| &info[*key]["mlflow.trace.session"]);
        let session = session.filter_map(Value::as_str).next().unwrap_or("");
        let trace = path::text(&info, &["trace_id", "request_id"]);
        // What people and judges said of the whole trace.
        let said =
            path::list(&info, "assessments").iter().filter(|one| one["feedback"]["value"].is_boolean());
        let name = |one: &Value| path::text(one, &["assessment_name", "name"]).to_owned();
        let mut said: Attributes<'static> =
            said.map(|one| (name(one).into(), one["feedback"]["value"].clone())).collect();
        let mut places = record.places();
        for text in spans {
            add(text.get(), trace, session, &mut said, places.next(text.get()), out);
        }
    }
}

/// Adds a span; the first one that is inside no other takes what was said of the trace.
fn add(
    text: &str,
    trace: &str,
    session: &str,
    said: &mut Attributes<'static>,
    at: RecordRef,
    out: &mut Output<'_>,
) {
    let Some(mut span) = serde_json::from_str::<Value>(text).ok().filter(Value::is_object) else {
        out.count(Fate::Dropped("not a span"));
        let message = "A record is not a span: it is not an object";
        return out.problem(ProblemCode::Malformed, at, message, "The other spans were read.");
    };
    let mut raw = span_json::read(&mut span, trace, at, out);
    raw.attributes = understood(std::mem::take(&mut raw.attributes));
    if raw.parent.is_empty() {
        raw.attributes.append(said);
    }
    if !session.is_empty() {
        raw.attributes.push(("session.id".into(), session.into()));
    }
    genai::add_span(raw, out);
}

/// MLflow's own attributes under the names of the conventions; others as they are.
fn understood(attributes: Attributes<'static>) -> Attributes<'static> {
    let mut known = Attributes::new();
    for (name, value) in attributes {
        let value = match value.as_str().and_then(|text| serde_json::from_str(text).ok()) {
            Some(inner) if name.starts_with("mlflow.") => inner,
            _ => value,
        };
        let mut add = |name: &'static str, value: &Value| {
            if !value.is_null() {
                known.push((name.into(), value.clone()));
            }
        };
        match &*name {
            "mlflow.spanType" => match value.as_str() {
                Some("CHAT_MODEL") => add("openinference.span.kind", &"LLM".into()),
                _ => add("openinference.span.kind", &value),
            },
            "mlflow.spanInputs" => {
                add("input.value", &value);
                // The request of a client; the response's own name for the model comes before it.
                add("gen_ai.request.model", &value["model"]);
            }
            "mlflow.spanOutputs" => {
                add("output.value", &value);
                add("gen_ai.response.model", &value["model"]);
                add("gen_ai.response.id", &value["id"]);
            }
            "mlflow.chat.tokenUsage" => {
                add("gen_ai.usage.input_tokens", &value["input_tokens"]);
                add("gen_ai.usage.output_tokens", &value["output_tokens"]);
                add("gen_ai.usage.cache_read.input_tokens", &value["cache_read_input_tokens"]);
                add("gen_ai.usage.cache_creation.input_tokens", &value["cache_creation_input_tokens"]);
            }
            "mlflow.chat.tools" => add("gen_ai.tool.definitions", &value),
            "mlflow.llm.model" => add("gen_ai.request.model", &value),
            "mlflow.llm.provider" => add("gen_ai.provider.name", &value),
            "mlflow.llm.cost" => add("llm.cost.total", &value["total_cost"]),
            _ => known.push((name, value)),
        }
    }
    known
}
