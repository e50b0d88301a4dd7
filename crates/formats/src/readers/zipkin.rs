//! Zipkin v2: a list of spans, or a list of traces that are lists of spans.

use serde_json::{Value, value::RawValue};
use trace::{Fate, ProblemCode, RecordRef};

use crate::{
    About, Confidence, Family, Format, Head, Output, Reader, Record,
    genai::{self, Event, RawSpan, State, flat_attributes},
    json::{self, Unit},
    path,
};

/// Zipkin.
pub struct Zipkin;

impl Format for Zipkin {
    fn about(&self) -> &'static About {
        &About {
            key: "zipkin",
            name: "Zipkin trace",
            family: Family::Spans,
            origin: "Zipkin's page: \"Download JSON\", or the answer of /api/v2/traces.",
        }
    }

    fn sniff(&self, head: &Head) -> Confidence {
        let own = |record: &Value| is_span(record) || is_span(&record[0]);
        if head.records.iter().any(own) { Confidence::Certain } else { Confidence::No }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(ZipkinReader)
    }
}

fn is_span(value: &Value) -> bool {
    let own = ["localEndpoint", "remoteEndpoint", "tags"].iter().any(|key| value[*key].is_object());
    value["traceId"].is_string()
        && value["id"].is_string()
        && own
        && value.get("attributes").is_none()
        && (value["timestamp"].is_number() || value["duration"].is_number())
}

struct ZipkinReader;

impl Reader for ZipkinReader {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        let mut places = record.places();
        match serde_json::from_str::<Vec<&RawValue>>(record.text) {
            Ok(list) => list.iter().for_each(|text| add(text.get(), places.next(text.get()), out)),
            Err(_) => add(record.text, record.at, out),
        }
    }
}

fn add(text: &str, at: RecordRef, out: &mut Output<'_>) {
    let mut span = match serde_json::from_str::<Value>(text) {
        Ok(span) if span["traceId"].is_string() && span["id"].is_string() => span,
        _ => {
            out.count(Fate::Dropped("not a Zipkin span"));
            let message = "A record is not a Zipkin span: it has no traceId and id";
            return out.problem(ProblemCode::Malformed, at, message, "The other spans were read.");
        }
    };
    let attributes = flat_attributes(span["tags"].take());
    let text = |name: &str| path::text(&span, &[name]).to_owned();
    // An empty one is an error, too: the tag alone says it.
    let error = attributes.iter().find(|(key, _)| key == "error").map(|(_, value)| value);
    let state = if error.is_some_and(|error| *error != "false") { State::Error } else { State::Unset };
    let message = error.and_then(Value::as_str).unwrap_or("").to_owned();
    let start = out.known(path::time(&span["timestamp"]), "timestamp", at);
    let length = out.known(json::nanos(&span["duration"], Unit::Us), "duration", at);
    // A server shares its id with the client's span that it answers.
    let shared = span["shared"] == true;
    let raw = RawSpan {
        at,
        trace: text("traceId").into(),
        id: if shared { format!("{} (server)", text("id")).into() } else { text("id").into() },
        parent: text(if shared { "id" } else { "parentId" }).into(),
        name: text("name").into(),
        start,
        end: start.zip(length).map(|(start, length)| start + length),
        state,
        message: message.into(),
        attributes,
        late: Vec::new(),
        events: path::list(&span, "annotations").iter().map(|note| event(note, at, out)).collect(),
    };
    genai::add_span(raw, out);
}

fn event(note: &Value, at: RecordRef, out: &mut Output<'_>) -> Event<'static> {
    Event {
        name: path::text(note, &["value"]).to_owned().into(),
        time: out.known(path::time(&note["timestamp"]), "An annotation's timestamp", at),
        attributes: Vec::new(),
    }
}
