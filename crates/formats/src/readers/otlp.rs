//! OpenTelemetry's protocol as JSON: one request, or one request a line as the collector's file exporter
//! writes it.
//!
//! Seen in the wild beside the specification's own form: snake_case keys and base64 ids (any generic
//! protobuf-to-JSON), enum names, `batches` (Tempo), `instrumentationLibrarySpans` (before 2022), and a bare
//! `ResourceSpans`.

mod logs;
mod search;

use std::{borrow::Cow, fmt};

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use containers::Walk;
use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, Visitor},
};
use serde_json::{Value, value::RawValue};
use trace::{Fate, ProblemCode, RecordRef};
use units::{Nanos, Timestamp};

use crate::{
    About, Confidence, Family, Format, Head, Output, Reader, Record,
    genai::{self, Attributes, Event, RawSpan, State, Use},
    json::{self, Unit},
    span_json,
};

/// OTLP/JSON.
pub struct Otlp;

impl Format for Otlp {
    fn about(&self) -> &'static About {
        &About {
            key: "otlp",
            name: "OTLP/JSON",
            family: Family::Spans,
            origin: "The file exporter of the OpenTelemetry Collector, and whatever sends or stores OTLP as \
JSON: one export request, one a line, or several; Tempo's traces and the file of Copilot \
CLI too.",
        }
    }

    fn sniff(&self, head: &Head) -> Confidence {
        let any = |keys: &[&str]| {
            head.records
                .iter()
                .any(|record| keys.iter().any(|key| record.get(key).is_some_and(Value::is_array)))
        };
        if any(&["resourceSpans", "resource_spans", "resourceLogs", "resourceMetrics"]) {
            Confidence::Certain
        } else if any(&SCOPE_SPANS) || head.records.iter().any(is_tempo) {
            Confidence::Likely
        } else {
            Confidence::No
        }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(OtlpReader::default())
    }
}

/// What a bare `ResourceSpans` holds, by all its names.
const SCOPE_SPANS: [&str; 4] =
    ["scopeSpans", "scope_spans", "instrumentationLibrarySpans", "instrumentation_library_spans"];

/// Tempo's name for the list is a common word, so its first element has to look right as well.
fn is_tempo(record: &Value) -> bool {
    let first = &record["batches"][0];
    let found = &record["traces"][0];
    record["trace"].get("resourceSpans").is_some()
        || found["traceID"].is_string()
            && ["spanSets", "rootTraceName"].iter().any(|key| found.get(key).is_some())
        || SCOPE_SPANS.iter().any(|&key| first.get(key).is_some())
}

/// A request or a bare `ResourceSpans`. Spans stay unparsed here, so that each is read and located alone and
/// a bad one costs nothing but itself.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    #[serde(borrow, alias = "resource_spans", alias = "batches")]
    resource_spans: Option<Vec<ResourceSpans<'a>>>,
    #[serde(
        borrow,
        alias = "scope_spans",
        alias = "instrumentationLibrarySpans",
        alias = "instrumentation_library_spans"
    )]
    scope_spans: Option<Vec<ScopeSpans<'a>>>,
    /// Tempo's answer to a query for one trace.
    #[serde(borrow)]
    trace: Option<Box<Request<'a>>>,
    /// Tempo's answer to a search.
    #[serde(borrow)]
    traces: Option<Vec<search::Found<'a>>>,
    #[serde(borrow, alias = "resource_logs")]
    resource_logs: Option<Vec<logs::ResourceLogs<'a>>>,
    #[serde(alias = "resource_metrics")]
    resource_metrics: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct ResourceSpans<'a> {
    #[serde(
        borrow,
        rename = "scopeSpans",
        alias = "scope_spans",
        alias = "instrumentationLibrarySpans",
        alias = "instrumentation_library_spans"
    )]
    scope_spans: Option<Vec<ScopeSpans<'a>>>,
}

#[derive(Deserialize)]
struct ScopeSpans<'a> {
    #[serde(borrow)]
    spans: Option<Vec<&'a RawValue>>,
}

/// A string that borrows from the file where it can, also inside an `Option`.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Span<'a> {
    #[serde(borrow, alias = "trace_id")]
    trace_id: Option<Text<'a>>,
    #[serde(borrow, alias = "span_id")]
    span_id: Option<Text<'a>>,
    #[serde(borrow, alias = "parent_span_id")]
    parent_span_id: Option<Text<'a>>,
    #[serde(borrow)]
    name: Option<Text<'a>>,
    #[serde(alias = "start_time_unix_nano")]
    start_time_unix_nano: Option<Value>,
    #[serde(alias = "end_time_unix_nano")]
    end_time_unix_nano: Option<Value>,
    #[serde(borrow)]
    attributes: Option<Vec<Attribute<'a>>>,
    #[serde(borrow)]
    events: Option<Vec<SpanEvent<'a>>>,
    #[serde(borrow)]
    status: Option<SpanStatus<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SpanEvent<'a> {
    #[serde(alias = "time_unix_nano")]
    time_unix_nano: Option<Value>,
    #[serde(borrow)]
    name: Option<Text<'a>>,
    /// Unparsed: of most events only the time is read.
    #[serde(borrow)]
    attributes: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct SpanStatus<'a> {
    code: Option<Value>,
    #[serde(borrow)]
    message: Option<Text<'a>>,
}

/// An attribute of a span. What nobody asks for is passed over: unpacking it would take as long as all else.
struct Attribute<'a> {
    key: Cow<'a, str>,
    value: Told<'a>,
}

enum Told<'a> {
    Value(Value),
    /// An [`AnyValue`] or null, for the case that it is needed.
    Late(&'a RawValue),
    Nothing,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "lowercase")]
enum Field {
    Key,
    Value,
    #[serde(other)]
    Other,
}

impl<'de: 'a, 'a> Deserialize<'de> for Attribute<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Attribute<'a>, D::Error> {
        deserializer.deserialize_map(AttributeVisitor)
    }
}

struct AttributeVisitor;

impl<'de> Visitor<'de> for AttributeVisitor {
    type Value = Attribute<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key and a value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Attribute<'de>, A::Error> {
        let (mut key, mut value) = (None, None);
        while let Some(field) = map.next_key()? {
            match field {
                Field::Key if key.is_none() => key = Some(map.next_value::<Text<'de>>()?.0),
                Field::Value if value.is_none() => {
                    value = Some(match key.as_deref().map_or(Use::Now, genai::use_of) {
                        Use::Now => Told::Value(plain(map.next_value()?)),
                        Use::Late => Told::Late(map.next_value()?),
                        Use::Never => map.next_value().map(flag)?,
                    });
                }
                Field::Other => drop(map.next_value::<IgnoredAny>()?),
                Field::Key | Field::Value => return Err(A::Error::custom("a field stands twice")),
            }
        }
        let key = key.ok_or_else(|| A::Error::missing_field("key"))?;
        Ok(Attribute { key, value: value.unwrap_or(Told::Nothing) })
    }
}

/// Of a value that has no meaning of its own only whether it is true or false.
fn flag(value: &RawValue) -> Told<'_> {
    const LONGEST: usize = r#"{ "bool_value" : false }"#.len();
    let short = Some(value.get()).filter(|text| text.len() <= LONGEST && text.contains("ool"));
    match short.and_then(|text| serde_json::from_str(text).ok()).map(plain) {
        Some(value @ Value::Bool(_)) => Told::Value(value),
        _ => Told::Nothing,
    }
}

#[derive(Deserialize)]
struct KeyValue<'a> {
    #[serde(borrow)]
    key: Cow<'a, str>,
    #[serde(borrow)]
    value: Option<AnyValue<'a>>,
}

#[derive(Deserialize)]
struct Values<T> {
    values: Option<Vec<T>>,
}

/// At most one of these is set; none for an empty value.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnyValue<'a> {
    #[serde(
        alias = "string_value",
        alias = "boolValue",
        alias = "bool_value",
        alias = "bytesValue",
        alias = "bytes_value"
    )]
    string_value: Option<Value>,
    #[serde(alias = "int_value", alias = "doubleValue", alias = "double_value")]
    int_value: Option<Value>,
    #[serde(borrow, alias = "array_value")]
    array_value: Option<Values<AnyValue<'a>>>,
    #[serde(borrow, alias = "kvlist_value")]
    kvlist_value: Option<Values<KeyValue<'a>>>,
}

impl From<AnyValue<'_>> for Value {
    fn from(any: AnyValue<'_>) -> Value {
        if let Some(value) = any.string_value {
            value
        } else if let Some(number) = any.int_value {
            // 64-bit integers are strings, to survive a JavaScript number; so are NaN and infinities, which
            // stay strings.
            match number.as_str().and_then(|text| text.parse().ok()) {
                Some(parsed) => Value::Number(parsed),
                None => number,
            }
        } else if let Some(list) = any.array_value {
            list.values.into_iter().flatten().map(Value::from).collect()
        } else if let Some(map) = any.kvlist_value {
            map.values.into_iter().flatten().map(|kv| (kv.key.into_owned(), plain(kv.value))).collect()
        } else {
            Value::Null
        }
    }
}

/// The value in an envelope that says its type; the value itself if it is in none.
pub(crate) fn any_value(value: &Value) -> Value {
    match AnyValue::deserialize(value).map(Value::from) {
        Ok(Value::Null) | Err(_) => value.clone(),
        Ok(inner) => inner,
    }
}

/// What an attribute kept for later says; null where it is none.
pub(crate) fn late_value(text: &RawValue) -> Value {
    plain(serde_json::from_str(text.get()).unwrap_or_default())
}

fn plain(value: Option<AnyValue<'_>>) -> Value {
    value.map_or(Value::Null, Value::from)
}

fn attributes(list: Option<Vec<KeyValue<'_>>>) -> Attributes<'_> {
    list.into_iter().flatten().map(|kv| (kv.key, plain(kv.value))).collect()
}

/// Nanoseconds since 1970, as a number or a string; 0 and what cannot be a time are "not said".
fn time(value: Option<Value>) -> Option<Timestamp> {
    json::nanos(&value?, Unit::Ns).ok().flatten().filter(|&ns| ns > Nanos::ZERO).map(|ns| Timestamp(ns.0))
}

/// Ids as lower-case hex. Their length tells hex from base64: 8 bytes are 16 digits or 11 characters and
/// padding. What is neither stays as it is; an id of zeros is none.
pub(crate) fn hex(text: Cow<'_, str>, bytes: usize) -> Cow<'_, str> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &alphabet::STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    let hex = if text.len() == 2 * bytes && text.bytes().all(|b| b.is_ascii_hexdigit()) {
        if text.bytes().any(|b| b.is_ascii_uppercase()) { text.to_ascii_lowercase().into() } else { text }
    } else {
        match LENIENT.decode(text.as_bytes()) {
            Ok(decoded) if decoded.len() == bytes => {
                decoded.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into()
            }
            _ => text,
        }
    };
    if hex.bytes().all(|b| b == b'0') { "".into() } else { hex }
}

fn id(text: Option<Text<'_>>, bytes: usize) -> Cow<'_, str> {
    text.map_or("".into(), |Text(text)| hex(text, bytes))
}

fn state(code: Option<&Value>) -> State {
    match code {
        Some(Value::String(name)) if name == "STATUS_CODE_ERROR" || name == "2" => State::Error,
        Some(Value::String(name)) if name == "STATUS_CODE_OK" || name == "1" => State::Ok,
        Some(number) if number.as_u64() == Some(2) => State::Error,
        Some(number) if number.as_u64() == Some(1) => State::Ok,
        _ => State::Unset,
    }
}

#[derive(Default)]
struct OtlpReader {
    logs: logs::Logs,
}

impl Reader for OtlpReader {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        if let Some(spans) = spans(record.text) {
            let mut places = record.places();
            return spans.into_iter().for_each(|(text, span)| add(text, span, places.next(text), out));
        }
        let Ok(mut request) = serde_json::from_str::<Request<'_>>(record.text) else {
            out.count(Fate::Dropped("not an OTLP request"));
            let message = "A record is not an OTLP request: lists of spans were expected";
            let hint = "Expected an object with resourceSpans, scopeSpans or batches.";
            return out.problem(ProblemCode::Malformed, record.at, message, hint);
        };
        if let Some(inner) = request.trace.take() {
            request = *inner;
        }
        let metrics = request.resource_metrics.is_some();
        let empty = request.resource_spans.is_none()
            && request.scope_spans.is_none()
            && request.resource_logs.is_none()
            && request.traces.is_none()
            && !metrics;
        for (seen, reason) in
            [(metrics, "OTLP metrics: only spans and GenAI events are read"), (empty, "no spans in it")]
        {
            if seen {
                out.count(Fate::Dropped(reason));
            }
        }
        let mut places = record.places();
        let resources = request.resource_spans.into_iter().flatten().filter_map(|r| r.scope_spans);
        for scope in resources.chain(request.scope_spans).flatten() {
            for text in scope.spans.into_iter().flatten() {
                let span = serde_json::from_str(text.get()).ok();
                add(text.get(), span, places.next(text.get()), out);
            }
        }
        for found in request.traces.into_iter().flatten() {
            search::add(found, &mut places, out);
        }
        self.logs.add(request.resource_logs.unwrap_or_default(), &mut places, out);
    }

    fn finish(&mut self, out: &mut Output<'_>) {
        self.logs.join(out);
    }
}

/// The spans of a request of the usual form, those parsed that can be; `None` where anything around them is out of
/// the ordinary.
fn spans(request: &str) -> Option<Vec<(&str, Option<Span<'_>>)>> {
    let mut spans = None;
    Walk::new(request).object(|request, key| {
        if key != "resourceSpans" || spans.is_some() {
            return None;
        }
        let spans = spans.insert(Vec::new());
        request.list(|resource| {
            let once = &mut false;
            resource.object(|resource, key| match key {
                "resource" | "schemaUrl" => resource.value().map(drop),
                "scopeSpans" if !std::mem::replace(once, true) => resource.list(|scope| {
                    let once = &mut false;
                    scope.object(|scope, key| match key {
                        "scope" | "schemaUrl" => scope.value().map(drop),
                        "spans" if !std::mem::replace(once, true) => scope.list(|span| {
                            spans.push(span.parse()?);
                            Some(())
                        }),
                        _ => None,
                    })
                }),
                _ => None,
            })
        })
    })?;
    spans
}

fn add(text: &str, span: Option<Span<'_>>, at: RecordRef, out: &mut Output<'_>) {
    match span.and_then(|span| span.into_raw(at).ok()) {
        Some(span) => genai::add_span(span, out),
        None => add_loose(text, at, out),
    }
}

/// A span whose attributes are a plain map: not OTLP, but what several of its writers send.
fn add_loose(text: &str, at: RecordRef, out: &mut Output<'_>) {
    let span = serde_json::from_str::<Value>(text).ok().filter(|span| span["attributes"].is_object());
    if let Some(mut span) = span {
        return genai::add_span(span_json::read(&mut span, "", at, out), out);
    }
    out.count(Fate::Dropped("span cannot be read"));
    let message = "A span cannot be read: a field is not of the kind that OTLP gives it";
    out.problem(ProblemCode::Malformed, at, message, "The other spans were read.");
}

impl<'a> Span<'a> {
    fn into_raw(self, at: RecordRef) -> serde_json::Result<RawSpan<'a>> {
        let (code, message) = self.status.map_or((None, None), |status| (status.code, status.message));
        let (mut attributes, mut late) = (Vec::new(), Vec::new());
        for Attribute { key, value } in self.attributes.into_iter().flatten() {
            match value {
                Told::Value(value) => attributes.push((key, value)),
                Told::Late(value) => late.push((key, value)),
                Told::Nothing => {}
            }
        }
        let events = self.events.into_iter().flatten().map(SpanEvent::into_event);
        Ok(RawSpan {
            at,
            trace: id(self.trace_id, 16),
            id: id(self.span_id, 8),
            parent: id(self.parent_span_id, 8),
            name: self.name.map_or("".into(), |name| name.0),
            start: time(self.start_time_unix_nano),
            end: time(self.end_time_unix_nano),
            state: state(code.as_ref()),
            message: message.map_or("".into(), |message| message.0),
            attributes,
            late,
            events: events.collect::<Result<_, _>>()?,
        })
    }
}

impl<'a> SpanEvent<'a> {
    fn into_event(self) -> serde_json::Result<Event<'a>> {
        let name = self.name.map_or("".into(), |name| name.0);
        let list = self.attributes.filter(|_| genai::reads_event(&name));
        let list = list.map(|text| serde_json::from_str(text.get())).transpose()?;
        Ok(Event { time: time(self.time_unix_nano), attributes: attributes(list.flatten()), name })
    }
}
