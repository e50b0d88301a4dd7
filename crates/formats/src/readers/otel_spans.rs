//! Spans of OpenTelemetry outside its protocol: a span a record, or a list of them in an object. What the
//! console exporters of its SDKs write, and what Phoenix answers.

use serde::Deserialize;
use serde_json::Value;
use trace::{Fate, ProblemCode, RecordRef};

use crate::{About, Confidence, Family, Format, Head, Output, Reader, Record, genai, path, span_json};

/// OpenTelemetry spans as JSON objects.
pub struct OtelSpans;

impl Format for OtelSpans {
    fn about(&self) -> &'static About {
        &About {
            key: "otel-spans",
            name: "OpenTelemetry spans",
            family: Family::Spans,
            origin: "What the console exporters of OpenTelemetry print (Python, JavaScript, Go's \
stdouttrace), and flat lists of spans such as Phoenix and the Vercel AI SDK's collectors \
write.",
        }
    }

    fn sniff(&self, head: &Head) -> Confidence {
        let own = |record: &Value| {
            span_json::is_span(record)
                || LISTS.iter().any(|list| path::list(record, list).first().is_some_and(span_json::is_span))
        };
        if head.records.iter().any(own) { Confidence::Likely } else { Confidence::No }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(SpanReader)
    }
}

/// What may stand around spans.
const LISTS: [&str; 2] = ["spans", "data"];

#[derive(Deserialize)]
struct Wrapper {
    trace_id: Option<String>,
}

struct SpanReader;

impl Reader for SpanReader {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        let elements = record.elements(&LISTS);
        // Spans in a list may leave it to what is around them to name the trace.
        let wrapper = serde_json::from_str::<Wrapper>(record.text).ok();
        let trace = wrapper.and_then(|wrapper| wrapper.trace_id).unwrap_or_default();
        for (text, at) in elements {
            add(text, &trace, at, out);
        }
    }
}

fn add(text: &str, trace: &str, at: RecordRef, out: &mut Output<'_>) {
    match serde_json::from_str::<Value>(text) {
        Ok(mut span) if span_json::is_placed(&span) => {
            // Phoenix keeps the kind beside the attributes.
            let kind = span["span_kind"].take();
            let mut raw = span_json::read(&mut span, trace, at, out);
            if kind.is_string() {
                raw.attributes.push(("openinference.span.kind".into(), kind));
            }
            genai::add_span(raw, out);
        }
        _ => {
            out.count(Fate::Dropped("not a span"));
            let message = "A record is not a span: it has no id or no start";
            out.problem(ProblemCode::Malformed, at, message, "The other spans were read.");
        }
    }
}
