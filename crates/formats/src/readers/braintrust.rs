//! Braintrust: rows of spans as its SDKs log them, in several parts that are merged, and as its API and
//! exports give them back.

use serde_json::Value;
use trace::{Fate, Identity, ProblemCode, RecordRef, Span, SpanKind, Status};
use units::Nanos;

use crate::{
    About, Confidence, Family, Format, Head, Output, Reader, Record,
    genai::{self, Slot, Transcript},
    json::{self, Unit},
    parts::Parts,
    path, sampling,
};

/// Braintrust.
pub struct Braintrust;

/// Lists of rows inside an object: of the SDK, of the API, of a query.
const LISTS: [&str; 3] = ["rows", "events", "data"];

impl Format for Braintrust {
    fn about(&self) -> &'static About {
        &About {
            key: "braintrust",
            name: "Braintrust spans",
            family: Family::Products,
            origin: "Braintrust: rows of a project's logs or of an experiment, from its page or its API.",
        }
    }

    fn sniff(&self, head: &Head) -> Confidence {
        let own = |record: &Value| {
            is_row(record) || LISTS.iter().any(|list| path::list(record, list).first().is_some_and(is_row))
        };
        if head.records.iter().any(own) { Confidence::Certain } else { Confidence::No }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(BraintrustReader::default())
    }
}

fn is_row(value: &Value) -> bool {
    value["span_id"].is_string() && value["root_span_id"].is_string() && value["id"].is_string()
}

#[derive(Default)]
struct BraintrustReader {
    open: Parts,
}

impl Reader for BraintrustReader {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        for (text, at) in record.elements(&LISTS) {
            self.row(text, at, out);
        }
    }

    fn finish(&mut self, out: &mut Output<'_>) {
        for (at, row) in self.open.rest() {
            add(&row, at, out);
        }
    }
}

impl BraintrustReader {
    fn row(&mut self, text: &str, at: RecordRef, out: &mut Output<'_>) {
        let row = match serde_json::from_str::<Value>(text) {
            Ok(row) if is_row(&row) => row,
            _ => {
                out.count(Fate::Dropped("not a span"));
                let message = "A record is not a row of Braintrust: it has no id, span_id and root_span_id";
                return out.problem(ProblemCode::MissingField, at, message, "The other rows were read.");
            }
        };
        // A row that says nothing of merging is whole.
        if row.get("_is_merge").is_none() {
            return add(&row, at, out);
        }
        let id = path::text(&row, &["id"]).to_owned();
        if let Some(first) = self.open.add(&id, at, row) {
            out.merged("patch of a run", first, at);
        }
        let ended = self.open.get(&id).is_some_and(|row| row["metrics"].get("end").is_some());
        if let Some((at, row)) = ended.then(|| self.open.take(&id)).flatten() {
            add(&row, at, out);
        }
    }
}

fn add(row: &Value, at: RecordRef, out: &mut Output<'_>) {
    let text = |names: &[&str]| path::text(row, names);
    let (kind, operation) = genai::by_word(text(&["span_attributes/type"])).unwrap_or_default();
    let metrics = &row["metrics"];
    let mut time = |name: &str| out.known(path::time(&metrics[name]), name, at);
    let (start, end) = (time("start"), time("end"));
    let error = path::first(row, &["error"]);
    let error = match error {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let name = text(&["span_attributes/name"]);
    let row_span = Span {
        trace: out.builder.intern(text(&["root_span_id"])),
        id: out.builder.intern(text(&["span_id"])),
        parent_id: out.builder.intern(text(&["span_parents/0"])),
        name: out.builder.intern(name),
        kind,
        status: if error.is_empty() { Status::Ok } else { genai::failure(&error) },
        start,
        duration: genai::duration(start, end, at, out),
        ..Span::default()
    };
    let mut call = genai::keep_span(row_span, at, out);
    for told in ["scores", "metadata", "output"] {
        genai::flags(call.span, &row[told], out);
    }
    if kind != SpanKind::Call {
        return;
    }
    call.operation = operation;
    let word = error.split(['(', ':']).next().filter(|word| !word.contains(char::is_whitespace));
    call.error = out.builder.intern(word.unwrap_or(""));
    let metadata = &row["metadata"];
    call.parameters = out.builder.intern(&sampling::of_body(metadata));
    call.model = out.builder.intern(path::text(metadata, &["model", "metadata/ls_model_name"]));
    call.provider = out.builder.intern(path::text(metadata, &["provider", "metadata/ls_provider"]));
    call.session = out.builder.intern(path::text(metadata, &["session_id", "thread_id", "conversation_id"]));
    call.user = out.builder.intern(path::text(metadata, &["user_id"]));
    // Of a call that was not streamed it is 0 or not there.
    let first = out.known(json::nanos(&metrics["time_to_first_token"], Unit::S), "time_to_first_token", at);
    call.ttft = first.filter(|&first| first > Nanos::ZERO);
    call.usage = genai::usage(metrics, at, out);
    let cost = path::first(metrics, &["estimated_cost", "cost"]);
    call.reported_cost = out.known(json::money(cost), "The reported cost", at);
    call.response = out.builder.intern(path::text(row, &["output/id", "metadata/response_id"]));

    let mut transcript = Transcript::new(out.builder);
    transcript.add(Slot::Prompt, &genai::langchain::plain(&row["input"]));
    let tools = path::first(metadata, &["tools", "invocation_params/tools"]);
    transcript.add_if_empty(Slot::Tools, tools);
    if operation == trace::Operation::Generate {
        transcript.add(Slot::Answer, &genai::langchain::answer(&row["output"]));
    }
    let messages = transcript.into_messages();
    let identity = (!call.response.is_none()).then_some(Identity::Response(call.response));
    out.builder.add_call(call, identity, &messages);
}
