//! Zipkin: a list of spans, or a list of traces that are lists of spans; version 2, and version 1 with its tags and
//! moments under other names.

use serde_json::{Map, Value, value::RawValue};
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
            origin: "Zipkin's page: \"Download JSON\", or the answer of /api/v2/traces; version 1 as well.",
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
    let own = ["localEndpoint", "remoteEndpoint", "tags"].iter().any(|key| value[*key].is_object())
        || is_old(value);
    value["traceId"].is_string()
        && value["id"].is_string()
        && own
        && value.get("attributes").is_none()
        && (value["timestamp"].is_number() || value["duration"].is_number() || is_old(value))
}

/// Whether a span is of version 1.
fn is_old(value: &Value) -> bool {
    value["binaryAnnotations"].is_array() && value["annotations"].is_array()
}

/// When a span of version 1 began and how long it took, where only its annotations tell: the client's sending and
/// receiving, the server's receiving and sending.
fn fill_times(span: &mut Value) {
    let at = |name: &str| {
        let notes = span["annotations"].as_array().into_iter().flatten();
        let mut stamps = notes.filter(|note| note["value"] == name).map(|note| &note["timestamp"]);
        stamps.find_map(Value::as_u64)
    };
    for (first, last) in [("cs", "cr"), ("sr", "ss")] {
        if let (Value::Null, Some(start)) = (&span["timestamp"], at(first)) {
            let length = at(last).and_then(|end| end.checked_sub(start));
            (span["timestamp"], span["duration"]) = (start.into(), length.into());
            return;
        }
    }
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
    if is_old(&span) {
        fill_times(&mut span);
        let tags = path::list(&span, "binaryAnnotations");
        let tags: Map<String, Value> = tags
            .iter()
            .filter_map(|tag| Some((tag["key"].as_str()?.to_owned(), tag["value"].clone())))
            .collect();
        span["tags"] = tags.into();
    }
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
