//! Jaeger's JSON: what its pages download and its API answers (`{data: [{spans, processes}]}`), and a bare
//! trace or span of it.

use serde::Deserialize;
use serde_json::{Value, value::RawValue};
use trace::{Fate, ProblemCode, RecordRef};

use crate::{
    About, Confidence, Family, Format, Head, Output, Reader, Record,
    genai::{self, Event, RawSpan, State, flat_attributes},
    json::{self, Unit},
    path,
};

/// Jaeger.
pub struct Jaeger;

impl Format for Jaeger {
    fn about(&self) -> &'static About {
        &About {
            key: "jaeger",
            name: "Jaeger trace",
            family: Family::Spans,
            origin: "Jaeger's page: \"Download results\" of a search or of one trace, or the answer of \
/api/traces.",
        }
    }

    fn sniff(&self, head: &Head) -> Confidence {
        let own = |record: &Value| {
            let inside = ["spans/0", "data/0/spans/0", "data/spans/0"];
            is_span(record) || is_span(path::first(record, &inside))
        };
        if head.records.iter().any(own) { Confidence::Certain } else { Confidence::No }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(JaegerReader)
    }
}

fn is_span(value: &Value) -> bool {
    value["spanID"].is_string() && value.get("operationName").is_some()
}

#[derive(Deserialize)]
struct Trace<'a> {
    #[serde(borrow)]
    spans: Option<Vec<&'a RawValue>>,
    /// One trace or several.
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

/// One trace or a list of them.
fn traces(text: &str) -> Result<Vec<Trace<'_>>, serde_json::Error> {
    serde_json::from_str(text).or_else(|_| Ok(vec![serde_json::from_str(text)?]))
}

struct JaegerReader;

impl Reader for JaegerReader {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        let Ok(outer) = serde_json::from_str::<Trace<'_>>(record.text) else {
            return malformed(record.at, out);
        };
        let data = outer.data.map(|data| traces(data.get()));
        let (spans, traces) = match data {
            None if outer.spans.is_none() => return add(record.text, record.at, out),
            None => (outer.spans, Vec::new()),
            Some(Ok(traces)) => (outer.spans, traces),
            Some(Err(_)) => return malformed(record.at, out),
        };
        let mut places = record.places();
        for text in spans.into_iter().chain(traces.into_iter().filter_map(|trace| trace.spans)).flatten() {
            add(text.get(), places.next(text.get()), out);
        }
    }
}

fn malformed(at: RecordRef, out: &mut Output<'_>) {
    out.count(Fate::Dropped("not a Jaeger span"));
    let hint = "Expected an object with spans, each with an operationName.";
    out.problem(ProblemCode::Malformed, at, "A record is not a Jaeger trace or span", hint);
}

fn add(text: &str, at: RecordRef, out: &mut Output<'_>) {
    let mut span = match serde_json::from_str::<Value>(text) {
        Ok(span) if is_span(&span) => span,
        _ => return malformed(at, out),
    };
    let attributes = flat_attributes(span["tags"].take());
    let logs = span["logs"].take();
    let text = |names: &[&str]| path::text(&span, names).to_owned();
    let tag = |name: &str| attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value);
    let state = match tag("otel.status_code").and_then(Value::as_str) {
        Some("ERROR") => State::Error,
        Some("OK") => State::Ok,
        _ if tag("error").is_some_and(|error| *error == true || *error == "true") => State::Error,
        _ => State::Unset,
    };
    let message = tag("otel.status_description").and_then(Value::as_str).unwrap_or("").to_owned();
    let start = out.known(path::time(&span["startTime"]), "startTime", at);
    let length = out.known(json::nanos(&span["duration"], Unit::Us), "duration", at);
    let raw = RawSpan {
        at,
        trace: text(&["traceID"]).into(),
        id: text(&["spanID"]).into(),
        parent: parent(&span).to_owned().into(),
        name: text(&["operationName"]).into(),
        start,
        end: start.zip(length).map(|(start, length)| start + length),
        state,
        message: message.into(),
        attributes,
        late: Vec::new(),
        events: match logs {
            Value::Array(list) => list.into_iter().map(|log| event(log, at, out)).collect(),
            _ => Vec::new(),
        },
    };
    genai::add_span(raw, out);
}

/// The span it is a child of, else one that it follows. Links to other traces are no parents.
fn parent(span: &Value) -> &str {
    let references =
        || path::list(span, "references").iter().filter(|reference| reference["traceID"] == span["traceID"]);
    let child = references().find(|reference| reference["refType"] == "CHILD_OF");
    match child.or_else(|| references().next()) {
        Some(reference) => path::text(reference, &["spanID"]),
        None => path::text(span, &["parentSpanID"]),
    }
}

fn event(mut log: Value, at: RecordRef, out: &mut Output<'_>) -> Event<'static> {
    let time = out.known(path::time(&log["timestamp"]), "A log's timestamp", at);
    let fields = log.get_mut("fields").map(Value::take).unwrap_or_default();
    let attributes = flat_attributes(fields);
    let names = ["event", "name", "message"];
    let name = names.iter().find_map(|name| attributes.iter().find(|(key, _)| key == name)?.1.as_str());
    Event { name: name.unwrap_or("").to_owned().into(), time, attributes }
}
