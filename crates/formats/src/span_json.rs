//! One span as a JSON object, in any of the spellings of OpenTelemetry's SDKs and of those who write spans
//! as they do: Python's console exporter, JavaScript's `ReadableSpan`, Go's stdouttrace, Phoenix, MLflow.

use std::borrow::Cow;

use serde_json::Value;
use trace::RecordRef;
use units::Timestamp;

use crate::{
    Output,
    genai::{Event, RawSpan, State, flat_attributes},
    json::{self, Unit},
    path,
    readers::otlp,
};

const TRACE: &[&str] = &[
    "trace_id",
    "traceId",
    "context/trace_id",
    "context/traceId",
    "context.trace_id",
    "spanContext/traceId",
    "SpanContext/TraceID",
];
const ID: &[&str] = &[
    "span_id",
    "spanId",
    "context/span_id",
    "context/spanId",
    "context.span_id",
    "spanContext/spanId",
    "SpanContext/SpanID",
    "id",
];
const PARENT: &[&str] =
    &["parent_span_id", "parentSpanId", "parent_id", "parentId", "parentSpanContext/spanId", "Parent/SpanID"];
const NAME: &[&str] = &["name", "Name"];
const START: &[&str] =
    &["start_time", "startTime", "start_time_unix_nano", "startTimeUnixNano", "StartTime", "timestamp"];
const END: &[&str] = &["end_time", "endTime", "end_time_unix_nano", "endTimeUnixNano", "EndTime"];
const STATE: &[&str] = &["status/code", "status/status_code", "status_code", "Status/Code"];
const MESSAGE: &[&str] = &["status/message", "status/description", "status_message", "Status/Description"];
const ATTRIBUTES: &[&str] = &["attributes", "Attributes"];
const EVENTS: &[&str] = &["events", "Events"];
const EVENT_TIME: &[&str] = &["time", "timestamp", "time_unix_nano", "timeUnixNano", "Time"];

/// Whether an object is a span: it has both ids, a start, and attributes.
pub(crate) fn is_span(value: &Value) -> bool {
    let has = |names| !path::first(value, names).is_null();
    let attributes = path::first(value, ATTRIBUTES);
    has(TRACE) && has(ID) && has(START) && (attributes.is_object() || attributes.is_array())
}

/// Whether an object can be one span among others: it has an id and a start.
pub(crate) fn is_placed(value: &Value) -> bool {
    [ID, START].iter().all(|names| !path::first(value, names).is_null())
}

/// The span that an object tells of. `trace` is for a span that does not name its own.
pub(crate) fn read(span: &mut Value, trace: &str, at: RecordRef, out: &mut Output<'_>) -> RawSpan<'static> {
    let mut take = |names: &[&str]| {
        let name = names.iter().find(|name| span.get(**name).is_some());
        name.map(|name| span[*name].take()).unwrap_or_default()
    };
    let (attributes, events) = (flat_attributes(take(ATTRIBUTES)), take(EVENTS));
    let span = &*span;
    let start = out.known(time(path::first(span, START)), "A span's start", at);
    let end = out.known(time(path::first(span, END)), "A span's end", at).or_else(|| {
        // JavaScript's console exporter has a length instead.
        let length =
            out.known(json::nanos(path::first(span, &["duration"]), Unit::Us), "A span's duration", at);
        Some(start? + length?)
    });
    let own = id(path::text(span, TRACE), 16);
    RawSpan {
        at,
        trace: if own.is_empty() { trace.to_owned().into() } else { own },
        id: id(path::text(span, ID), 8),
        parent: id(path::text(span, PARENT), 8),
        name: path::text(span, NAME).to_owned().into(),
        start,
        end,
        state: state(path::first(span, STATE)),
        message: path::text(span, MESSAGE).to_owned().into(),
        attributes,
        late: Vec::new(),
        events: match events {
            Value::Array(list) => list.into_iter().map(|item| event(item, at, out)).collect(),
            _ => Vec::new(),
        },
    }
}

fn event(mut event: Value, at: RecordRef, out: &mut Output<'_>) -> Event<'static> {
    let name = ATTRIBUTES.iter().find(|name| event.get(**name).is_some());
    let attributes = flat_attributes(name.map(|name| event[*name].take()).unwrap_or_default());
    Event {
        name: path::text(&event, NAME).to_owned().into(),
        time: out.known(time(path::first(&event, EVENT_TIME)), "An event's time", at),
        attributes,
    }
}

/// Ids as OTLP has them, without the `0x` of Python's exporter.
fn id(text: &str, bytes: usize) -> Cow<'static, str> {
    otlp::hex(text.strip_prefix("0x").unwrap_or(text).into(), bytes).into_owned().into()
}

/// A text, a number, or the pair of seconds and nanoseconds of JavaScript.
fn time(value: &Value) -> Result<Option<Timestamp>, json::BadValue> {
    match value.as_array().map(Vec::as_slice) {
        Some([seconds, rest]) => {
            let (seconds, rest) = (json::nanos(seconds, Unit::S)?, json::nanos(rest, Unit::Ns)?);
            Ok(seconds.zip(rest).map(|(seconds, rest)| Timestamp((seconds + rest).0)))
        }
        _ => path::time(value),
    }
}

fn state(code: &Value) -> State {
    match (code.as_u64(), code.as_str().unwrap_or("").to_ascii_uppercase()) {
        (Some(2), _) => State::Error,
        (Some(1), _) => State::Ok,
        (_, word) if word.ends_with("ERROR") => State::Error,
        (_, word) if word.ends_with("OK") => State::Ok,
        _ => State::Unset,
    }
}
