//! The product's own records, one a request: the fields of LLMMetrics and LatencyProfile, in any of the
//! spellings people use.
//!
//! A name's last word may be a unit (`wall_time_ms`, `timeToFirstTokenUs`); without one, times are seconds.

use rustc_hash::FxHashMap;
use serde_json::{Map, Value};
use trace::{
    Call, Component, Convention, Fate, Identity, Message, Phase, ProblemCode, RecordRef, Role, Status, StrId,
    Usage,
};
use units::{Figure, Nanos};

use crate::{
    Confidence, Format, Head, Output, Reader, Record,
    fields::{self, Field},
    json::{self, Unit},
    profile::{self, Parts, Time},
};

/// The product's own records.
pub struct Records;

impl Format for Records {
    fn key(&self) -> &'static str {
        "records"
    }

    fn name(&self) -> &'static str {
        "LLMMetrics / LatencyProfile records"
    }

    fn sniff(&self, head: &Head) -> Confidence {
        head.records.iter().filter_map(Value::as_object).map(sniff).max().unwrap_or_default()
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(Own::default())
    }
}

/// How sure one record is. Fields whose value is a list or an object belong to other formats that use the
/// same words.
fn sniff(record: &Map<String, Value>) -> Confidence {
    let plain = |value: &Value| !value.is_array() && !value.is_object();
    let flat = record.values().all(plain);
    let fields: Vec<Field> = record
        .iter()
        .filter(|(_, value)| plain(value))
        .filter_map(|(name, _)| fields::find(name))
        .map(|f| f.0)
        .collect();
    let has = |field: Field| fields.contains(&field);
    let tokens = has(Field::PromptTokens) || has(Field::CompletionTokens);
    let timed = has(Field::WallTime) || has(Field::Total);
    match fields.iter().filter(|field| field.is_distinctive()).count() {
        2.. => Confidence::Certain,
        1 if flat && (tokens || timed) => Confidence::Likely,
        _ if flat && has(Field::Component) && has(Field::Prompt) => Confidence::Likely,
        _ if flat && has(Field::Prompt) && has(Field::Response) => Confidence::Possible,
        // A bare usage object of a provider has the tokens and nothing else.
        _ if flat && tokens && (timed || has(Field::RequestId) || has(Field::Model)) => Confidence::Possible,
        _ => Confidence::No,
    }
}

/// So many names are remembered: records of one file share theirs.
const MAX_NAMES: usize = 256;

/// Reads one file.
#[derive(Default)]
struct Own {
    /// What the names met so far mean.
    names: FxHashMap<String, Option<(Field, Option<Unit>)>>,
    /// Which parts of a request were told already, by its id: metrics, a profile, texts.
    told: FxHashMap<StrId, [bool; 3]>,
    /// Whether there were times without a unit, and whether all of them look like milliseconds.
    unitless: Option<(bool, RecordRef)>,
}

impl Reader for Own {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        let Ok(Value::Object(object)) = serde_json::from_str(record.text) else {
            return out.count(Fate::Dropped("not an object with fields"));
        };
        let draft = self.draft(&object, record.at, out);
        if !draft.any {
            return out.count(Fate::Dropped("no known field"));
        }
        out.count(Fate::Kept);
        self.add(draft, record.at, out);
    }

    fn finish(&mut self, out: &mut Output<'_>) {
        if let Some((true, at)) = self.unitless {
            let message = "All times are above 1000 and name no unit; they were read as seconds";
            let hint = "If they are milliseconds, let the names say so: wall_time_ms, total_ms.";
            out.problem(ProblemCode::Uncertain, at, message, hint);
        }
    }
}

/// What one record says.
struct Draft {
    call: Call,
    /// Whether it says anything.
    any: bool,
    request: StrId,
    wall: Option<Nanos>,
    parts: Parts,
    prompt: Option<String>,
    response: Option<String>,
}

impl Own {
    fn draft(&mut self, object: &Map<String, Value>, at: RecordRef, out: &mut Output<'_>) -> Draft {
        let mut draft = Draft {
            call: Call::at(at),
            any: false,
            request: StrId::NONE,
            wall: None,
            parts: Parts::default(),
            prompt: None,
            response: None,
        };
        let mut usage = Usage::default();
        let mut input = Figure::UNKNOWN;
        for (name, value) in object {
            let Some((field, unit)) = self.field(name) else { continue };
            if value.is_null() || field.is_time() && value == "" {
                continue;
            }
            draft.any = true;
            let call = &mut draft.call;
            match field {
                Field::PromptTokens => input = out.known(json::tokens(value), name, at),
                Field::CompletionTokens => usage.output = out.known(json::tokens(value), name, at),
                Field::CachedTokens => usage.cache_read = out.known(json::tokens(value), name, at),
                Field::CacheWriteTokens => usage.cache_write = out.known(json::tokens(value), name, at),
                Field::ReasoningTokens => usage.reasoning = out.known(json::tokens(value), name, at),
                Field::WallTime => draft.wall = self.time(value, unit, name, at, out).map(|time| time.length),
                Field::ModelLoad => {
                    call.model_load = self.time(value, unit, name, at, out).map(|time| time.length);
                }
                Field::Total => draft.parts.total = self.time(value, unit, name, at, out),
                Field::Phase(phase) => {
                    draft.parts.phases[phase as usize] = self.time(value, unit, name, at, out);
                }
                Field::TokensPerSecond => {
                    let rate = out.known(json::number(value), name, at);
                    if rate.is_some_and(|rate| rate < 0.0) {
                        out.known::<()>(Err(json::NEGATIVE), name, at);
                    }
                    call.tokens_per_second = rate.filter(|&rate| rate >= 0.0);
                }
                Field::CacheHit => call.cache_hit = out.known(json::boolean(value), name, at),
                Field::Cost => call.reported_cost = out.known(json::money(value), name, at),
                Field::Timestamp => call.start = out.known(json::timestamp(value), name, at),
                Field::Prompt => draft.prompt = Some(plain(value)),
                Field::Response => draft.response = Some(plain(value)),
                Field::Status => call.status = both(call.status, status(&plain(value))),
                Field::Error => {
                    let error = plain(value);
                    if !matches!(error.as_str(), "" | "false") {
                        // Whatever it says, it is an error.
                        call.status = both(both(Status::Failed, status(&error)), call.status);
                        call.error = out.builder.intern(&error);
                    }
                }
                Field::Model => call.model = out.builder.intern(&plain(value)),
                Field::Provider => call.provider = out.builder.intern(&plain(value)),
                Field::RequestId => draft.request = out.builder.intern(&plain(value)),
                Field::Session => call.session = out.builder.intern(&plain(value)),
                Field::Component => call.component = out.builder.intern(&plain(value)),
                Field::Name => call.name = out.builder.intern(&plain(value)),
            }
        }
        usage.set_input(input, Convention::Inclusive);
        draft.call.usage = usage;
        draft
    }

    fn field(&mut self, name: &str) -> Option<(Field, Option<Unit>)> {
        if let Some(known) = self.names.get(name) {
            return *known;
        }
        let field = fields::find(name);
        if self.names.len() < MAX_NAMES {
            self.names.insert(name.to_owned(), field);
        }
        field
    }

    fn time(
        &mut self,
        value: &Value,
        unit: Option<Unit>,
        name: &str,
        at: RecordRef,
        out: &mut Output<'_>,
    ) -> Option<Time> {
        let length = out.known(json::nanos(value, unit.unwrap_or(Unit::S)), name, at)?;
        if unit.is_none() && length > Nanos::ZERO {
            let large = length > Nanos(1_000_000_000_000);
            self.unitless = Some(self.unitless.map_or((large, at), |(all, first)| (all && large, first)));
        }
        Some(Time { length, step: json::step(value, unit.unwrap_or(Unit::S)) })
    }

    /// Joins the parts of the record and adds its call.
    fn add(&mut self, draft: Draft, at: RecordRef, out: &mut Output<'_>) {
        let Draft { mut call, request, wall, parts, prompt, response, .. } = draft;
        let is_profile = parts.is_profile();
        call.ttft = parts.get(Phase::TimeToFirstToken);
        call.queue = parts.get(Phase::QueueWait);
        let total = parts.total.map(|total| total.length);
        if is_profile {
            let phases = profile::join(parts, at, out);
            // The profile tells where the queue belongs.
            call.ttft = call.ttft.map(|_| phases.get(Phase::TimeToFirstToken));
            call.profile = Some(phases);
        }
        call.duration = wall.or(total).or(call.profile.map(|phases| phases.total()));
        check_rate(&call, wall, at, out);

        let has_metrics = wall.is_some() || call.usage.input.is_known() || call.usage.output.is_known();
        let parts = [has_metrics, is_profile, prompt.is_some() || response.is_some()];
        let identity = self.identity(request, parts, out);
        let messages = messages(prompt, response, call.component, out);
        let (id, again) = out.builder.add_call(call, identity, &[]);
        let trace = out.builder.trace();
        if !again || trace.messages(trace.call(id)).is_empty() {
            out.builder.append_messages(id, &messages);
        }
    }

    /// What joins the records of one request. A record that tells a part again is another attempt under the
    /// same id, not the same call.
    fn identity(&mut self, request: StrId, parts: [bool; 3], out: &mut Output<'_>) -> Option<Identity> {
        if request.is_none() {
            return None;
        }
        let told = self.told.entry(request).or_default();
        let new = told.iter().zip(parts).all(|(&told, part)| !(told && part));
        for (told, part) in told.iter_mut().zip(parts) {
            *told |= part;
        }
        new.then(|| Identity::Own(out.builder.intern("records"), request))
    }
}

/// The text of a value.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn messages(
    prompt: Option<String>,
    response: Option<String>,
    component: StrId,
    out: &mut Output<'_>,
) -> Vec<Message> {
    let mut messages = Vec::new();
    if let Some(prompt) = prompt {
        let name = out.builder.trace().str(component);
        let component = Component::ALL.into_iter().find(|c| c.key() == name && !c.is_output());
        let component = component.unwrap_or(Component::User);
        let role = match component {
            Component::System | Component::Tools | Component::FewShot => Role::System,
            Component::Retrieved => Role::Tool,
            _ => Role::User,
        };
        messages.push(Message { role, component, text: out.builder.text(&prompt) });
    }
    // An empty answer is an answer: of no token.
    if let Some(response) = response {
        let text = out.builder.text(&response);
        messages.push(Message { role: Role::Assistant, component: Component::Output, text });
    }
    messages
}

/// How a call ended, by a word or an HTTP status.
fn status(text: &str) -> Status {
    let text = text.to_ascii_lowercase();
    let has = |marks: &[&str]| marks.iter().any(|mark| text.contains(mark));
    match text.parse::<u16>() {
        Ok(429 | 529) => Status::RateLimited,
        Ok(499) => Status::Cancelled,
        Ok(400..) => Status::Failed,
        Ok(_) => Status::Ok,
        Err(_) if has(&["429", "529", "rate limit", "rate_limit", "ratelimit", "overloaded"]) => {
            Status::RateLimited
        }
        Err(_) if has(&["cancel", "abort"]) => Status::Cancelled,
        Err(_) if has(&["error", "fail", "timeout", "exception"]) => Status::Failed,
        Err(_) => Status::Ok,
    }
}

/// Of two tellings of one end the one that says more: the kind of a failure rather than that it was one.
fn both(a: Status, b: Status) -> Status {
    match (a, b) {
        (Status::Failed, Status::RateLimited | Status::Cancelled) => b,
        (Status::RateLimited | Status::Cancelled, Status::Failed) => a,
        _ => a.max(b),
    }
}

/// The rate that a record tells must follow from its tokens and times.
fn check_rate(call: &Call, wall: Option<Nanos>, at: RecordRef, out: &mut Output<'_>) {
    let (Some(wall), Some(ttft)) = (wall, call.ttft) else { return };
    if ttft > wall {
        let message = "time_to_first_token is longer than wall_time; both were kept as they are";
        return out.problem(
            ProblemCode::Contradiction,
            at,
            message,
            "Check the clocks or the units of both fields.",
        );
    }
    let (Some(tokens), Some(rate)) = (call.usage.output.get(), call.tokens_per_second) else { return };
    let expected = tokens as f64 * 1e3 / (wall - ttft).as_ms();
    if expected.is_finite() && (rate - expected).abs() > 0.01 * expected {
        let message = "tokens_per_second is not completion_tokens / (wall_time - time_to_first_token)";
        out.problem(
            ProblemCode::Contradiction,
            at,
            message,
            "The rate shown is the one that follows from the other fields.",
        );
    }
}
