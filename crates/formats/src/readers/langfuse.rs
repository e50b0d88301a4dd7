//! Langfuse: the trace download of its pages, the answers of its public API, and batch exports, in camelCase
//! and snake_case. Each observation is a record; generations and embeddings are model calls.

use std::{borrow::Cow, collections::BTreeMap};

use serde::Deserialize;
use serde_json::{Map, Value, value::RawValue};
use trace::{Convention, Fate, Identity, Operation, ProblemCode, RecordRef, Span, SpanKind, Status, Usage};
use units::{Figure, Nanos};

use crate::{
    About, Confidence, Family, Format, Head, Output, Reader, Record,
    genai::{self, Known, Meaning, Slot, Transcript},
    json, sampling,
};
use containers::Walk;

/// Langfuse.
pub struct Langfuse;

/// The types of an observation.
const TYPES: &[&str] = &[
    "GENERATION",
    "SPAN",
    "EVENT",
    "AGENT",
    "TOOL",
    "CHAIN",
    "RETRIEVER",
    "EMBEDDING",
    "EVALUATOR",
    "GUARDRAIL",
];

impl Format for Langfuse {
    fn about(&self) -> &'static About {
        &About {
            key: "langfuse",
            name: "Langfuse trace",
            family: Family::Products,
            origin: "Langfuse: a trace downloaded from its page, a batch export (CSV, JSON, JSON lines), the \
answer of its API, a blob-storage export.",
        }
    }

    fn sniff(&self, head: &Head) -> Confidence {
        let own = |record: &Value| {
            let trace = &record["trace"];
            is_observation(record)
                || ["observations", "data"].iter().any(|list| is_observation(&record[list][0]))
                || is_observation(&trace["observations"][0])
                || is_trace_row(record)
                || trace.is_object()
                    && (record.get("observations").is_some() || trace.get("projectId").is_some())
        };
        if head.records.iter().any(own) { Confidence::Certain } else { Confidence::No }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(LangfuseReader::default())
    }
}

fn is_observation(value: &Value) -> bool {
    let has = |keys: [&str; 2]| keys.iter().any(|key| value.get(key).is_some());
    has(["traceId", "trace_id"])
        && has(["startTime", "start_time"])
        && value["type"].as_str().is_some_and(|kind| TYPES.contains(&kind))
}

/// A row of the table of traces.
fn is_trace_row(value: &Value) -> bool {
    ["bookmarked", "observationCount", "timestamp"].iter().all(|key| value.get(key).is_some())
}

/// What may stand around observations. One trace often has them twice.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wrapper<'a> {
    #[serde(borrow)]
    observations: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    data: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    trace: Option<Box<Wrapper<'a>>>,
    #[serde(alias = "session_id")]
    session_id: Option<String>,
    #[serde(alias = "user_id")]
    user_id: Option<String>,
}

/// Whose a trace is: its session and its user.
type Whose = [String; 2];

/// The fields of an observation, parsed when asked for: inputs and outputs of what is no call never are.
struct Fields<'a>(Vec<(Cow<'a, str>, &'a str)>);

impl<'a> Fields<'a> {
    fn read(text: &'a str) -> Option<Fields<'a>> {
        let mut fields = Vec::new();
        let walked = Walk::new(text).object(|walk, key| {
            fields.push((key.into(), walk.value()?));
            Some(())
        });
        if walked.is_some() {
            return Some(Fields(fields));
        }
        let fields: BTreeMap<String, &RawValue> = serde_json::from_str(text).ok()?;
        Some(Fields(fields.into_iter().map(|(key, value)| (key.into(), value.get())).collect()))
    }

    /// Of a field that stands twice the last.
    fn raw(&self, name: &str) -> Option<&'a str> {
        self.0.iter().rev().find(|(key, _)| key == name).map(|&(_, value)| value)
    }

    /// A field by its camelCase name, or the same in snake_case; null where there is none.
    fn get(&self, name: &str) -> Value {
        let snake = || {
            let mut snake = String::new();
            for c in name.chars() {
                if c.is_ascii_uppercase() {
                    snake.push('_');
                }
                snake.push(c.to_ascii_lowercase());
            }
            self.raw(&snake)
        };
        let raw = self.raw(name).or_else(snake);
        raw.and_then(|raw| serde_json::from_str(raw).ok()).unwrap_or_default()
    }

    /// The first of several fields that is there.
    fn any(&self, names: &[&str]) -> Value {
        names.iter().map(|name| self.get(name)).find(|value| !value.is_null()).unwrap_or_default()
    }

    /// A field as text, empty where there is none.
    fn text(&self, names: &[&str]) -> String {
        match self.any(names) {
            Value::String(text) => text,
            _ => String::new(),
        }
    }

    /// A field that is JSON, or JSON in a string, or that once more.
    fn unwrapped(&self, name: &str) -> Value {
        let mut value = self.get(name);
        for _ in 0..2 {
            match value.as_str().map(serde_json::from_str) {
                // A text that happens to be a number is a text.
                Some(Ok(inner @ (Value::Object(_) | Value::Array(_) | Value::String(_)))) => value = inner,
                _ => break,
            }
        }
        value
    }
}

#[derive(Default)]
struct LangfuseReader {
    /// Of a file that holds traces as a whole: the first one.
    trace: Option<RecordRef>,
    /// Whether any observation was met.
    observed: bool,
}

impl Reader for LangfuseReader {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        let Ok(wrapper) = serde_json::from_str::<Wrapper<'_>>(record.text) else {
            out.count(Fate::Dropped("not a Langfuse trace"));
            let hint = "Expected an object with observations, or one observation a line.";
            return out.problem(ProblemCode::Malformed, record.at, "A record is not a Langfuse trace", hint);
        };
        let (inner, [session, user]) = match wrapper.trace {
            Some(trace) => (trace.observations, [trace.session_id, trace.user_id]),
            None => (None, [None, None]),
        };
        let whose = [wrapper.session_id.or(session), wrapper.user_id.or(user)].map(Option::unwrap_or_default);
        let lists = [wrapper.observations, wrapper.data, inner];
        if lists.iter().all(Option::is_none) {
            return self.observation(record.text, record.at, &whose, out);
        }
        let mut places = record.places();
        for text in lists.into_iter().flatten().flatten() {
            self.observation(text.get(), places.next(text.get()), &whose, out);
        }
    }

    fn finish(&mut self, out: &mut Output<'_>) {
        if let Some(at) = self.trace.filter(|_| !self.observed) {
            let message = "The file holds traces as a whole, in sums: their requests are not in it";
            out.problem(ProblemCode::NoRequests, at, message, "Export the table of observations.");
        }
    }
}

impl LangfuseReader {
    fn observation(&mut self, text: &str, at: RecordRef, whose: &Whose, out: &mut Output<'_>) {
        match observation(text, at, whose, out) {
            true => self.observed = true,
            false => drop(self.trace.get_or_insert(at)),
        }
    }
}

/// Adds an observation. The answer is whether it was one.
fn observation(text: &str, at: RecordRef, whose: &Whose, out: &mut Output<'_>) -> bool {
    let Some(fields) = Fields::read(text) else {
        out.count(Fate::Dropped("not an observation"));
        let message = "A record is not an observation: it is not an object";
        out.problem(ProblemCode::Malformed, at, message, "The other observations were read.");
        return true;
    };
    let word = fields.text(&["type"]);
    if word.is_empty() {
        out.count(Fate::Dropped("no type: a trace or a score, not an observation"));
        return false;
    }
    let name = fields.text(&["name"]);
    let (kind, operation) = genai::by_word(&word).unwrap_or_default();
    let [start, end, first] = ["startTime", "endTime", "completionStartTime"]
        .map(|name| out.known(json::timestamp(&fields.get(name)), name, at));
    let message = fields.text(&["statusMessage"]);
    let failed = fields.text(&["level"]) == "ERROR";
    let row = Span {
        trace: out.builder.intern(&fields.text(&["traceId"])),
        id: out.builder.intern(&fields.text(&["id"])),
        parent_id: out.builder.intern(&fields.text(&["parentObservationId"])),
        name: out.builder.intern(&name),
        kind,
        status: if failed { genai::failure(&message) } else { Status::Ok },
        start,
        duration: genai::duration(start, end, at, out),
        ..Span::default()
    };
    let mut call = genai::keep_span(row, at, out);
    // Most metadata holds no yes and no no, and then need not be read for spans.
    let metadata = fields.raw("metadata").unwrap_or_default();
    let says = ["true", "false"].iter().any(|word| metadata.contains(word));
    let mut metadata =
        if says || kind == SpanKind::Call { fields.unwrapped("metadata") } else { Value::Null };
    for told in [&metadata, &metadata["attributes"]] {
        genai::flags(call.span, told, out);
    }
    if kind != SpanKind::Call {
        return true;
    }
    // The attributes that the instrumentation sent, where it was OpenTelemetry.
    let attributes = match metadata.get_mut("attributes").map(Value::take) {
        Some(Value::Object(map)) => map.into_iter().map(|(key, value)| (key.into(), value)).collect(),
        _ => Vec::new(),
    };
    let known = Known::new(&attributes);
    let [session, user] = [("sessionId", &whose[0], Meaning::Session), ("userId", &whose[1], Meaning::User)]
        .map(|(own, around, meaning)| {
            let told = [&*fields.text(&[own]), around, known.str(meaning)];
            out.builder.intern(told.into_iter().find(|text| !text.is_empty()).unwrap_or(""))
        });
    // A generation inside a generation may be a wrapper of the user's own, with tokens that Langfuse inferred.
    call.strict_nesting = true;
    call.operation = operation;
    (call.session, call.user) = (session, user);
    call.component = out.builder.intern(known.component());
    call.provider = out.builder.intern(known.str(Meaning::Provider));
    call.model = out.builder.intern(&fields.text(&["model", "providedModelName"]));
    let sampled = sampling::of_body(&fields.unwrapped("modelParameters"));
    call.parameters = out.builder.intern(&sampled);
    call.response = out.builder.intern(known.str(Meaning::Response));
    // "RateLimitError: ..." names the type.
    let error = message.split(':').next().filter(|word| failed && !word.contains(char::is_whitespace));
    call.error = out.builder.intern(error.unwrap_or(""));
    call.ttft = first.zip(start).map(|(first, start)| first - start).filter(|&ttft| ttft >= Nanos::ZERO);
    call.usage = usage(&fields, at, out);
    let cost = match fields.any(&["totalCost", "calculatedTotalCost"]) {
        Value::Null => fields.unwrapped("costDetails").get_mut("total").map(Value::take).unwrap_or_default(),
        cost => cost,
    };
    call.reported_cost = out.known(json::money(&cost), "totalCost", at);

    let mut transcript = Transcript::new(out.builder);
    transcript.add(Slot::Prompt, &fields.unwrapped("input"));
    if let Value::Object(tools) = fields.unwrapped("toolDefinitions") {
        transcript.add_if_empty(Slot::Tools, &tools.into_values().collect());
    }
    if operation != Operation::Embed {
        transcript.add(Slot::Answer, &fields.unwrapped("output"));
    }
    let messages = transcript.into_messages();
    let identity = (!call.response.is_none()).then_some(Identity::Response(call.response));
    out.builder.add_call(call, identity, &messages);
    true
}

/// The tokens of a generation, from the newest of three forms that says something.
fn usage(fields: &Fields<'_>, at: RecordRef, out: &mut Output<'_>) -> Usage {
    let mut strange = Vec::new();
    if let Value::Object(details) = fields.unwrapped("usageDetails") {
        let usage = buckets(&details, fields, &mut strange, at, out);
        if usage.input.is_known() || usage.output.is_known() {
            return usage;
        }
    }
    let older = fields.unwrapped("usage");
    if older["unit"].as_str().is_some_and(|unit| unit != "TOKENS") {
        let message = "Usage is in another unit than tokens; it was taken as unknown";
        out.problem(ProblemCode::Uncertain, at, message, "");
        return Usage::default();
    }
    // Where nothing was measured, these hold 0.
    let mut tokens = |flat: &[&str], key: &str| {
        let value = match fields.any(flat) {
            Value::Null => older[key].clone(),
            value => value,
        };
        let figure = out.known(json::tokens(&value), flat[0], at);
        if figure.or_zero() == 0 { Figure::UNKNOWN } else { figure }
    };
    let usage = Usage {
        input: tokens(&["inputUsage", "promptTokens"], "input"),
        output: tokens(&["outputUsage", "completionTokens"], "output"),
        ..Usage::default()
    };
    if !(strange.is_empty() || usage.input.is_known() || usage.output.is_known()) {
        let message = format!(
            "Usage is told under names that are not known ({}); it was taken as unknown",
            strange.join(", ")
        );
        let hint = "Known names begin with input or output, or are prompt_tokens and completion_tokens.";
        out.problem(ProblemCode::Uncertain, at, message, hint);
    }
    usage
}

/// Names of all input, of all output, and of their sum, beside Langfuse's own: those of the providers.
const INPUT: &[&str] = &[
    "input",
    "input_tokens",
    "inputTokens",
    "prompt_tokens",
    "promptTokens",
    "prompt_token_count",
    "promptTokenCount",
];
const OUTPUT: &[&str] = &[
    "output",
    "output_tokens",
    "outputTokens",
    "completion_tokens",
    "completionTokens",
    "candidates_token_count",
    "candidatesTokenCount",
];
const TOTAL: &[&str] = &["total", "total_tokens", "totalTokens", "total_token_count", "totalTokenCount"];

/// The parts of one direction of `usageDetails`.
#[derive(Default)]
struct Side {
    /// The figure of the direction's own name.
    bare: Option<u64>,
    /// What stands beside it and may be inside it: cached input, reasoning.
    beside: u64,
    /// Other kinds, such as audio.
    other: u64,
}

impl Side {
    fn figure(&self, with_beside: bool) -> Figure {
        let parts = self.bare.unwrap_or(0).saturating_add(self.other);
        let known = self.bare.is_some() || self.beside > 0 || self.other > 0;
        let sum = parts.saturating_add(if with_beside { self.beside } else { 0 });
        if known { Figure::reported(sum) } else { Figure::UNKNOWN }
    }
}

/// Buckets are meant to be disjoint, but some integrations leave cached tokens inside `input` and reasoning
/// inside `output`. The total says which, where it stands; else the sums that Langfuse keeps beside.
///
/// Names that say nothing of input and output are added to `strange`.
fn buckets(
    details: &Map<String, Value>,
    fields: &Fields<'_>,
    strange: &mut Vec<String>,
    at: RecordRef,
    out: &mut Output<'_>,
) -> Usage {
    let (mut input, mut output, mut usage) = (Side::default(), Side::default(), Usage::default());
    let mut total = None;
    // Cache writes as a whole, and by lifetime: they may be told both ways.
    let (mut written, mut written_5m) = (Figure::UNKNOWN, Figure::UNKNOWN);
    let add = |figure: &mut Figure, n: u64| *figure = Figure::reported(figure.or_zero().saturating_add(n));
    for (key, value) in details {
        let Some(n) = out.known(json::whole(value), "A count of usageDetails", at) else { continue };
        match key.as_str() {
            key if TOTAL.contains(&key) => total = Some(n),
            key if INPUT.contains(&key) => input.bare = input.bare.max(Some(n)),
            key if OUTPUT.contains(&key) => output.bare = output.bare.max(Some(n)),
            key if key.contains("ephemeral")
                || key.contains("cach") && (key.contains("creation") || key.contains("write")) =>
            {
                add(
                    match key {
                        _ if key.contains("1h") => &mut usage.cache_write_1h,
                        _ if key.contains("5m") => &mut written_5m,
                        _ => &mut written,
                    },
                    n,
                );
            }
            key if key.contains("cach") => add(&mut usage.cache_read, n),
            key if key.contains("reasoning") || key.contains("thought") => {
                output.beside = output.beside.saturating_add(n);
                add(&mut usage.reasoning, n);
            }
            key if key.starts_with("input") => input.other = input.other.saturating_add(n),
            key if key.starts_with("output") => output.other = output.other.saturating_add(n),
            key if n > 0 && strange.len() < 5 => strange.push(key.chars().take(40).collect()),
            _ => {}
        }
    }
    let by_lifetime = match (written_5m.get(), usage.cache_write_1h.get()) {
        (None, None) => Figure::UNKNOWN,
        _ => Figure::reported(written_5m.or_zero().saturating_add(usage.cache_write_1h.or_zero())),
    };
    usage.cache_write = written.max(by_lifetime);
    input.beside = usage.cache_read.or_zero().saturating_add(usage.cache_write.or_zero());
    let sum = |(cached, reasoning)| {
        input.figure(cached).or_zero().saturating_add(output.figure(reasoning).or_zero())
    };
    let readings = [(true, true), (false, true), (true, false), (false, false)];
    let by_total = readings.into_iter().find(|&reading| total == Some(sum(reading)));
    let (cached_apart, reasoning_apart) = by_total.unwrap_or_else(|| {
        let input_sum = json::whole(&fields.get("inputUsage")).ok().flatten();
        (input_sum == input.figure(true).get(), true)
    });
    usage.output = output.figure(reasoning_apart);
    let convention = match cached_apart && input.beside > 0 {
        true => Convention::Exclusive,
        false => Convention::Inclusive,
    };
    usage.set_input(input.figure(false), convention);
    usage
}
