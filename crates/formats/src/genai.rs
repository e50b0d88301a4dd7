//! From a span of any container (OTLP, Jaeger, Phoenix, ...) to a span row and, if it is a model call, a
//! call row.
//!
//! ```text
//! RawSpan ─▶ names (what an attribute means) ─▶ kind (call or not) ─▶ Call, messages
//! ```
//!
//! Two instrumentations often tell of the same call. They are joined in the builder, not here.

mod dotted;
mod flat;
mod kind;
pub(crate) mod langchain;
mod messages;
mod names;
mod usage;

use std::borrow::Cow;

use serde_json::{Value, value::RawValue};
use trace::{
    Call, Convention, Fate, Flagged, Identity, Operation, ProblemCode, RecordRef, Service, Span, SpanId,
    SpanKind, Status,
};
use units::{Figure, Nanos, Timestamp};

use crate::{
    Output,
    json::{self, Unit},
    sampling,
};
pub(crate) use flat::attributes as flat_attributes;
pub(crate) use kind::by_word;
pub(crate) use messages::{Slot, Transcript};
pub(crate) use names::{Known, Meaning, Use, use_of};
pub(crate) use usage::{is_nothing, is_usage, of_object as usage};

/// The attributes of a span or an event, as the file lists them.
pub(crate) type Attributes<'a> = Vec<(Cow<'a, str>, Value)>;

/// A span as its container tells it, before its attributes are understood.
#[derive(Debug)]
pub(crate) struct RawSpan<'a> {
    pub(crate) at: RecordRef,
    pub(crate) trace: Cow<'a, str>,
    pub(crate) id: Cow<'a, str>,
    pub(crate) parent: Cow<'a, str>,
    pub(crate) name: Cow<'a, str>,
    pub(crate) start: Option<Timestamp>,
    pub(crate) end: Option<Timestamp>,
    pub(crate) state: State,
    /// What the status says in words.
    pub(crate) message: Cow<'a, str>,
    pub(crate) attributes: Attributes<'a>,
    /// Those of [`Use::Late`], where the container leaves them unread.
    pub(crate) late: Vec<(Cow<'a, str>, &'a RawValue)>,
    pub(crate) events: Vec<Event<'a>>,
}

/// Something that happened during a span.
#[derive(Debug)]
pub(crate) struct Event<'a> {
    pub(crate) name: Cow<'a, str>,
    pub(crate) time: Option<Timestamp>,
    pub(crate) attributes: Attributes<'a>,
}

/// What the instrumentation says of a span's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Unset,
    Ok,
    Error,
}

/// Events that mark the arrival of output; the earliest is the first token.
const FIRST_TOKEN_EVENTS: &[&str] = &[
    "gen_ai.content.completion.chunk",
    "llm.content.completion.chunk",
    "First Token Stream Event",
    "ai.stream.firstChunk",
];

/// Those of them that come once a chunk.
const CHUNK_EVENTS: &[&str] = &["gen_ai.content.completion.chunk", "llm.content.completion.chunk"];

/// What a failed span tells of its failure.
const EXCEPTION: &str = "exception";

/// Events whose attributes belong to the span: content that older and newer instrumentations keep apart.
const CONTENT_EVENTS: &[&str] =
    &["gen_ai.client.inference.operation.details", "gen_ai.content.prompt", "gen_ai.content.completion"];

/// Whether the attributes of an event of this name are read.
pub(crate) fn reads_event(name: &str) -> bool {
    name == EXCEPTION || CONTENT_EVENTS.contains(&name) || messages::is_message(name)
}

/// Reads one span: adds its row and, if it is a model call, that of the call, and counts it.
pub(crate) fn add_span(mut raw: RawSpan<'_>, out: &mut Output<'_>) {
    gather(&mut raw);
    raw.attributes.iter().filter(|(key, _)| names::is_secret(key)).for_each(|_| out.secret(raw.at));
    let flattened = messages::take_flattened(&mut raw.attributes);
    let known = Known::new(&raw.attributes);
    let (kind, operation) = kind::of_span(&raw.name, &known);
    let (status, error) = outcome(&raw, &known, kind);
    let row = Span {
        trace: out.builder.intern(&raw.trace),
        id: out.builder.intern(&raw.id),
        parent_id: out.builder.intern(&raw.parent),
        name: out.builder.intern(&raw.name),
        kind,
        status,
        start: raw.start,
        duration: duration(raw.start, raw.end, raw.at, out),
        ..Span::default()
    };
    let mut call = keep_span(row, raw.at, out);
    for (name, value) in &raw.attributes {
        if let (Value::Bool(value), Some(span)) = (value, call.span) {
            out.builder.flag(Flagged::Span(span), name, *value);
        }
    }
    if kind != SpanKind::Call {
        return;
    }
    call.error = out.builder.intern(&error);
    complete(call, &raw, flattened, &known, operation, out);
}

/// Notes what is true or false of a span among the fields of an object.
pub(crate) fn flags(span: Option<SpanId>, told: &Value, out: &mut Output<'_>) {
    for (name, value) in told.as_object().into_iter().flatten() {
        if let (Value::Bool(value), Some(span)) = (value, span) {
            out.builder.flag(Flagged::Span(span), name, *value);
        }
    }
}

/// Gives the call of a span what events of it tell that lie outside the span.
pub(crate) fn add_to_span(span: SpanId, mut raw: RawSpan<'_>, out: &mut Output<'_>) {
    gather(&mut raw);
    let flattened = messages::take_flattened(&mut raw.attributes);
    let known = Known::new(&raw.attributes);
    let row = out.builder.trace().span(span);
    let call = Call { span: Some(span), trace: row.trace, ..Call::at(row.record.unwrap_or(raw.at)) };
    let operation = kind::of_span(&raw.name, &known).1;
    complete(call, &raw, flattened, &known, operation, out);
}

/// Adds a call of which only events outside of spans tell.
pub(crate) fn add_call_of_events(mut raw: RawSpan<'_>, out: &mut Output<'_>) {
    gather(&mut raw);
    // Behind what the events say themselves.
    raw.attributes.push((Cow::Borrowed("gen_ai.operation.name"), "chat".into()));
    add_span(raw, out);
}

/// Puts the attributes of content events to those of the span.
fn gather(raw: &mut RawSpan<'_>) {
    for event in raw.events.iter_mut().filter(|event| CONTENT_EVENTS.contains(&&*event.name)) {
        raw.attributes.append(&mut event.attributes);
    }
}

/// Reads what makes a span's call, and adds it.
fn complete(
    mut call: Call,
    raw: &RawSpan<'_>,
    flattened: Attributes<'_>,
    known: &Known<'_>,
    operation: Operation,
    out: &mut Output<'_>,
) {
    call.operation = operation;
    call.session = out.builder.intern(known.str(Meaning::Session));
    call.user = out.builder.intern(known.str(Meaning::User));
    call.service = Service::parse(known.str(Meaning::Service));
    call.component = out.builder.intern(known.component());
    call.provider = out.builder.intern(known.str(Meaning::Provider));
    call.model = out.builder.intern(known.str(Meaning::Model));
    call.response = out.builder.intern(known.str(Meaning::Response));
    call.parameters = out.builder.intern(&sampling::of_attributes(&raw.attributes));
    read_figures(&mut call, raw, known, out);
    let messages = messages::of_span(raw, flattened, known, operation, out.builder);
    let identity = (!call.response.is_none()).then_some(Identity::Response(call.response));
    out.builder.add_call(call, identity, &messages);
}

/// Adds a span and counts it. The answer is a call that begins as the span says, for the case that it is one.
pub(crate) fn keep_span(mut row: Span, at: RecordRef, out: &mut Output<'_>) -> Call {
    row.record = Some(at);
    let call = Call {
        trace: row.trace,
        name: row.name,
        start: row.start,
        duration: row.duration,
        status: row.status,
        ..Call::at(at)
    };
    match out.builder.add_span(row) {
        Ok(span) => {
            out.count(Fate::Kept);
            Call { span: Some(span), ..call }
        }
        Err(span) => {
            // The first record is the one that was kept.
            let record = out.builder.trace().span(span).record.unwrap_or(at);
            out.merged("same span sent twice", record, at);
            Call { span: Some(span), record, ..call }
        }
    }
}

/// From start to end; unknown where one is, or where the clock went backwards.
pub(crate) fn duration(
    start: Option<Timestamp>,
    end: Option<Timestamp>,
    at: RecordRef,
    out: &mut Output<'_>,
) -> Option<Nanos> {
    let length = end? - start?;
    if length < Nanos::ZERO {
        let hint = "Check the clocks of the machines that wrote the trace.";
        out.problem(ProblemCode::BadValue, at, "A span ends before it begins; its duration is unknown", hint);
        return None;
    }
    Some(length)
}

/// The time from a call's start to something inside it; unknown where that lies before the start.
pub(crate) fn since(start: Option<Timestamp>, then: Option<Timestamp>) -> Option<Nanos> {
    Some(then? - start?).filter(|&length| length >= Nanos::ZERO)
}

/// The figures of a call: tokens, times, cost.
fn read_figures(call: &mut Call, raw: &RawSpan<'_>, known: &Known<'_>, out: &mut Output<'_>) {
    let mut tokens = |meaning, field| match known.get(meaning) {
        Some(value) => out.known(json::tokens(value), field, raw.at),
        None => Figure::UNKNOWN,
    };
    let input = tokens(Meaning::Input, "The input token count");
    call.usage.output = tokens(Meaning::Output, "The output token count");
    call.usage.cache_read = tokens(Meaning::CacheRead, "The cache read token count");
    call.usage.cache_write = tokens(Meaning::CacheWrite, "The cache write token count");
    call.usage.cache_write_1h = tokens(Meaning::CacheWrite1h, "The 1-hour cache write token count");
    call.usage.reasoning = tokens(Meaning::Reasoning, "The reasoning token count");
    call.usage.audio_input = tokens(Meaning::AudioInput, "The audio input token count");
    call.usage.audio_output = tokens(Meaning::AudioOutput, "The audio output token count");
    call.usage.set_input(input, Convention::Inclusive);

    let mut time = |meaning, unit, field| {
        known.get(meaning).and_then(|value| out.known(json::nanos(value, unit), field, raw.at))
    };
    call.queue = time(Meaning::QueueSeconds, Unit::S, "The time in the queue");
    call.ttft = time(Meaning::FirstTokenSeconds, Unit::S, "The time to the first token")
        .or_else(|| time(Meaning::FirstTokenMillis, Unit::Ms, "The time to the first token"))
        .or_else(|| {
            let events = raw.events.iter().filter(|event| FIRST_TOKEN_EVENTS.contains(&&*event.name));
            let first = events.filter_map(|event| event.time).min()?;
            Some(first - raw.start?).filter(|&ttft| ttft >= Nanos::ZERO)
        });
    let chunks = raw.events.iter().filter(|event| CHUNK_EVENTS.contains(&&*event.name));
    // Events of a span stand in no order.
    let mut stamps: Vec<Timestamp> = chunks.filter_map(|event| event.time).collect();
    units::order::sort(&mut stamps, Ord::cmp);
    call.gaps = out.gaps_between(&stamps, raw.at);
    let read = |meaning| known.get(meaning).unwrap_or(&Value::Null);
    call.tokens_per_second =
        out.known(json::number(read(Meaning::TokensPerSecond)), "The output token rate", raw.at);
    call.reported_cost = out.known(json::money(read(Meaning::Cost)), "The reported cost", raw.at);
}

/// How a span ended, and the error's type or code.
fn outcome(raw: &RawSpan<'_>, known: &Known<'_>, kind: SpanKind) -> (Status, String) {
    // An exception that was handled stands on a span that says it is fine.
    let exception = raw.events.iter().find(|event| event.name == EXCEPTION && raw.state != State::Ok);
    let of_exception = |name: &str| {
        let attributes = exception.into_iter().flat_map(|event| &event.attributes);
        attributes.filter(|(key, _)| key == name).find_map(|(_, value)| value.as_str()).unwrap_or("")
    };
    let http = known.get(Meaning::HttpStatus).and_then(|code| json::whole(code).ok().flatten());
    let http = http.filter(|&code| code >= 400).map(|code| code.to_string()).unwrap_or_default();
    let said = known.str(Meaning::Error);
    // On other spans an HTTP status may be the answer that was looked for.
    let refused = kind == SpanKind::Call && raw.state == State::Unset && !http.is_empty();
    if raw.state != State::Error && exception.is_none() && said.is_empty() && !refused {
        return (Status::Ok, String::new());
    }
    let words = [said, of_exception("exception.type"), &http];
    let error = words.into_iter().find(|word| !word.is_empty()).unwrap_or("");
    let status =
        [said, of_exception("exception.type"), of_exception("exception.message"), &raw.message, &http]
            .into_iter()
            .map(failure)
            .find(|&status| status != Status::Failed)
            .unwrap_or(Status::Failed);
    (status, error.to_owned())
}

/// What kind of failure a text tells of.
pub(crate) fn failure(text: &str) -> Status {
    told(text, &[]).unwrap_or(Status::Failed)
}

/// How a call ended by the word of a record: most of them say that all went well.
pub(crate) fn ending(text: &str) -> Status {
    match text.trim().parse() {
        Ok(code) => by_code(code),
        Err(_) => told(text, FAILED).unwrap_or_default(),
    }
}

/// The kind of end that a text names, a mere failure by one of some words.
fn told(text: &str, failed: &[&str]) -> Option<Status> {
    // Messages can be whole responses; what kind it is stands at their beginning.
    let text = text.get(..text.floor_char_boundary(500)).unwrap_or("").to_ascii_lowercase();
    let letters: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
    let has = |marks: &[&str]| marks.iter().any(|mark| letters.contains(mark));
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let mut numbers = words.filter(|word| word.len() == 3).filter_map(|word| word.parse().ok()).map(by_code);
    let number = numbers.find(|status| matches!(status, Status::RateLimited | Status::Cancelled));
    let word = || match () {
        () if has(LIMITED) => Some(Status::RateLimited),
        () if has(CANCELLED) => Some(Status::Cancelled),
        () => has(failed).then_some(Status::Failed),
    };
    number.or_else(word)
}

/// What providers call it when they take no more for now: Anthropic, OpenAI, Bedrock, Google and gRPC.
const LIMITED: &[&str] = &[
    "ratelimit",
    "overloaded",
    "throttl",
    "toomanyrequests",
    "resourceexhausted",
    "quotaexceeded",
    "insufficientquota",
];
const CANCELLED: &[&str] = &["cancelled", "canceled", "aborted", "aborterror", "keyboardinterrupt"];
const FAILED: &[&str] = &["error", "fail", "timeout", "exception"];

/// How a call ended by its HTTP status.
pub(crate) fn by_code(code: u64) -> Status {
    match code {
        429 | 529 => Status::RateLimited,
        499 => Status::Cancelled,
        400.. => Status::Failed,
        _ => Status::Ok,
    }
}
