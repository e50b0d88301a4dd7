//! OpenInference without spans around it: bare maps of attributes, and the rows of a data frame of spans
//! (`context.span_id`, `attributes.llm.model_name`, ...) as CSV or JSON.

use serde_json::{Map, Value};
use trace::{Fate, RecordRef};

use crate::{
    About, Confidence, Family, Format, Head, Output, Reader, Record,
    genai::{self, RawSpan, State, flat_attributes},
    path, python, span_json,
};

/// OpenInference attributes and rows.
pub struct OpenInference;

impl Format for OpenInference {
    fn about(&self) -> &'static About {
        &About {
            key: "openinference",
            name: "OpenInference attributes",
            family: Family::Spans,
            origin: "Phoenix: spans as rows of a table, or the attributes of one span alone.",
        }
    }

    fn sniff(&self, head: &Head) -> Confidence {
        let own = |record: &Value| {
            let fields = record.as_object().filter(|fields| is_row(fields) || is_attributes(fields));
            fields.is_some()
        };
        if head.records.iter().any(own) { Confidence::Certain } else { Confidence::No }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(RowReader)
    }
}

fn is_row(fields: &Map<String, Value>) -> bool {
    fields.contains_key("context.span_id")
}

fn is_attributes(fields: &Map<String, Value>) -> bool {
    ["openinference.span.kind", "gen_ai.operation.name", "gen_ai.request.model", "llm.model_name"]
        .iter()
        .any(|name| fields.contains_key(*name))
}

struct RowReader;

impl Reader for RowReader {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        match serde_json::from_str(record.text) {
            Ok(Value::Object(fields)) if is_row(&fields) => row(fields, record.at, out),
            Ok(Value::Object(fields)) if is_attributes(&fields) => bare(fields, record.at, out),
            _ => out.count(Fate::Dropped("no attributes of a span")),
        }
    }
}

/// The attributes of a span of which nothing else is known.
fn bare(fields: Map<String, Value>, at: RecordRef, out: &mut Output<'_>) {
    let raw = RawSpan {
        at,
        trace: "".into(),
        id: "".into(),
        parent: "".into(),
        name: "".into(),
        start: None,
        end: None,
        state: State::Unset,
        message: "".into(),
        attributes: flat_attributes(Value::Object(fields)),
        late: Vec::new(),
        events: Vec::new(),
    };
    genai::add_span(raw, out);
}

/// One column a field, one column an attribute.
fn row(fields: Map<String, Value>, at: RecordRef, out: &mut Output<'_>) {
    let (mut span, mut attributes) = (Map::new(), Map::new());
    for (name, value) in fields {
        match name.strip_prefix("attributes.") {
            Some(name) => attributes.insert(name.to_owned(), python::unwrapped(value)),
            None if name == "events" => span.insert(name, python::unwrapped(value)),
            None => span.insert(name, value),
        };
    }
    let mut span = Value::Object(span);
    let kind = path::text(&span, &["span_kind"]);
    if !kind.is_empty() {
        attributes.insert("openinference.span.kind".to_owned(), kind.into());
    }
    span["attributes"] = attributes.into();
    let raw = span_json::read(&mut span, "", at, out);
    genai::add_span(raw, out);
}
