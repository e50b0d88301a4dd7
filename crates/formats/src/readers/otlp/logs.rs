//! GenAI events among OTLP's log records: messages, and whole calls, that an instrumentation keeps apart from
//! its spans. They lie anywhere in the file, so they are joined to their spans at its end.

use std::borrow::Cow;

use rustc_hash::FxHashMap;
use serde::Deserialize;
use serde_json::{Value, value::RawValue};
use trace::{Fate, ProblemCode, RecordRef};
use units::Timestamp;

use super::{AnyValue, KeyValue, Text, attributes, id, plain, time};
use crate::{
    Output,
    format::Places,
    genai::{self, Attributes, Event, RawSpan, State},
};

/// What stands in `resourceLogs`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ResourceLogs<'a> {
    #[serde(borrow, alias = "scope_logs", alias = "instrumentationLibraryLogs")]
    scope_logs: Option<Vec<ScopeLogs<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ScopeLogs<'a> {
    #[serde(borrow, alias = "log_records", alias = "logs")]
    log_records: Option<Vec<&'a RawValue>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogRecord<'a> {
    #[serde(borrow, alias = "trace_id")]
    trace_id: Option<Text<'a>>,
    #[serde(borrow, alias = "span_id")]
    span_id: Option<Text<'a>>,
    #[serde(borrow, alias = "event_name")]
    event_name: Option<Text<'a>>,
    #[serde(alias = "time_unix_nano")]
    time_unix_nano: Option<Value>,
    #[serde(borrow)]
    attributes: Option<Vec<KeyValue<'a>>>,
    #[serde(borrow)]
    body: Option<AnyValue<'a>>,
}

/// The events of one span.
type Group = Vec<(RecordRef, Event<'static>)>;

/// The GenAI events of a file, by trace and span in the order of their first ones.
#[derive(Default)]
pub(super) struct Logs {
    places: FxHashMap<(String, String), usize>,
    groups: Vec<((String, String), Group)>,
}

impl Logs {
    pub(super) fn add(
        &mut self,
        resources: Vec<ResourceLogs<'_>>,
        places: &mut Places<'_>,
        out: &mut Output<'_>,
    ) {
        let scopes = resources.into_iter().filter_map(|resource| resource.scope_logs).flatten();
        for text in scopes.filter_map(|scope| scope.log_records).flatten() {
            let at = places.next(text.get());
            match serde_json::from_str(text.get()) {
                Ok(record) => self.record(record, at, out),
                Err(_) => {
                    out.count(Fate::Dropped("log record cannot be read"));
                    let message =
                        "A log record cannot be read: a field is not of the kind that OTLP gives it";
                    out.problem(ProblemCode::Malformed, at, message, "The other records were read.");
                }
            }
        }
    }

    fn record(&mut self, record: LogRecord<'_>, at: RecordRef, out: &mut Output<'_>) {
        let mut fields = attributes(record.attributes);
        let named = fields.iter().find(|(key, _)| key == "event.name").and_then(|(_, name)| name.as_str());
        let name = record.event_name.map_or(named.unwrap_or("").to_owned().into(), |Text(name)| name);
        if !name.starts_with("gen_ai.") {
            return out.count(Fate::Dropped("OTLP log records that are no GenAI events"));
        }
        let (trace, span) = (id(record.trace_id, 16), id(record.span_id, 8));
        if span.is_empty() {
            return out.count(Fate::Dropped("GenAI events without a span"));
        }
        match plain(record.body) {
            Value::Object(body) => fields.extend(body.into_iter().map(|(key, value)| (key.into(), value))),
            Value::Null => {}
            content => fields.push(("content".into(), content)),
        }
        let event = owned(name, time(record.time_unix_nano), fields);
        let key = (trace.into_owned(), span.into_owned());
        let place = *self.places.entry(key).or_insert_with_key(|key| {
            self.groups.push((key.clone(), Vec::new()));
            self.groups.len() - 1
        });
        self.groups[place].1.push((at, event));
    }

    /// Joins the events to the calls of their spans. Where the span is not there, they are all that is known
    /// of the call; the span may come with another file.
    pub(super) fn join(&mut self, out: &mut Output<'_>) {
        self.places.clear();
        for ((trace, span), events) in std::mem::take(&mut self.groups) {
            let Some(&(at, _)) = events.first() else { continue };
            let (trace_id, span_id) = (out.builder.intern(&trace), out.builder.intern(&span));
            let found = out.builder.find_span(trace_id, span_id);
            if found.is_some_and(|found| out.builder.trace().span(found).call.is_none()) {
                let reason = Fate::Dropped("GenAI events of a span that is no model call");
                events.iter().for_each(|_| out.count(reason));
                continue;
            }
            let (mut rest, events): (Vec<RecordRef>, Vec<_>) = events.into_iter().unzip();
            let raw = RawSpan {
                at,
                trace: trace.into(),
                id: span.into(),
                parent: "".into(),
                name: "".into(),
                start: None,
                end: None,
                state: State::Unset,
                message: "".into(),
                // What such events are of, where they do not say it themselves.
                attributes: Vec::new(),
                late: Vec::new(),
                events,
            };
            let kept = match found {
                Some(found) => {
                    genai::add_to_span(found, raw, out);
                    out.builder.trace().span(found).record.unwrap_or(at)
                }
                None => {
                    genai::add_call_of_events(raw, out);
                    rest.remove(0)
                }
            };
            rest.into_iter().for_each(|part| out.merged("event of a call", kept, part));
        }
    }
}

fn owned(name: Cow<'_, str>, time: Option<Timestamp>, fields: Attributes<'_>) -> Event<'static> {
    let attributes = fields.into_iter().map(|(key, value)| (key.into_owned().into(), value)).collect();
    Event { name: name.into_owned().into(), time, attributes }
}
