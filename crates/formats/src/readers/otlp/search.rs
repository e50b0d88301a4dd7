use serde::Deserialize;
use serde_json::value::RawValue;
use trace::Fate;

use super::{KeyValue, Text, attributes, id, time};
use crate::{
    Output,
    format::Places,
    genai::{self, RawSpan, State},
    json::{self, Unit},
};

/// A trace as Tempo's search finds it: the spans that matched, with the attributes that were asked for.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Found<'a> {
    #[serde(borrow, rename = "traceID")]
    trace_id: Option<Text<'a>>,
    #[serde(borrow)]
    span_sets: Option<Vec<SpanSet<'a>>>,
    /// The older name, for one set.
    #[serde(borrow)]
    span_set: Option<SpanSet<'a>>,
}

#[derive(Deserialize)]
struct SpanSet<'a> {
    #[serde(borrow)]
    spans: Option<Vec<&'a RawValue>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FoundSpan<'a> {
    #[serde(borrow, rename = "spanID")]
    span_id: Option<Text<'a>>,
    #[serde(borrow)]
    name: Option<Text<'a>>,
    start_time_unix_nano: Option<serde_json::Value>,
    duration_nanos: Option<serde_json::Value>,
    #[serde(borrow)]
    attributes: Option<Vec<KeyValue<'a>>>,
}

/// Adds the spans of one trace.
pub(super) fn add(found: Found<'_>, places: &mut Places<'_>, out: &mut Output<'_>) {
    let trace = id(found.trace_id, 16);
    // Newer versions tell one set twice.
    let sets = found.span_sets.unwrap_or_else(|| found.span_set.into_iter().collect());
    if sets.is_empty() {
        return out.count(Fate::Dropped("a trace that was found, without its spans"));
    }
    for text in sets.into_iter().filter_map(|set| set.spans).flatten() {
        let at = places.next(text.get());
        let Ok(span) = serde_json::from_str::<FoundSpan<'_>>(text.get()) else {
            out.count(Fate::Dropped("span cannot be read"));
            continue;
        };
        let start = time(span.start_time_unix_nano);
        let length = json::nanos(&span.duration_nanos.unwrap_or_default(), Unit::Ns);
        let length = out.known(length, "durationNanos", at);
        let raw = RawSpan {
            at,
            trace: trace.clone(),
            id: id(span.span_id, 8),
            parent: "".into(),
            name: span.name.map_or("".into(), |name| name.0),
            start,
            end: start.zip(length).map(|(start, length)| start + length),
            state: State::Unset,
            message: "".into(),
            attributes: attributes(span.attributes),
            late: Vec::new(),
            events: Vec::new(),
        };
        genai::add_span(raw, out);
    }
}
