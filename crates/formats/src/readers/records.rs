//! The product's own records, one a request: the fields of LLMMetrics and LatencyProfile, in any of the
//! spellings people use.
//!
//! A name's last word may be a unit (`wall_time_ms`, `timeToFirstTokenUs`); without one, times are seconds.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde_json::{Map, Value, value::RawValue};
use trace::{
    Call, CallId, Component, Convention, Fate, Flagged, Identity, Message, Phase, ProblemCode, RecordRef,
    Role, Status, StrId, Usage,
};
use units::{Figure, Nanos, Timestamp};

use crate::{
    About, Confidence, Container, Family, Format, Head, Output, Reader, Record,
    fields::{self, Field},
    genai::{self, Slot, Transcript},
    json::{self, Unit},
    profile::{self, Parts, Time},
};

/// The product's own records.
pub struct Records;

impl Format for Records {
    fn about(&self) -> &'static About {
        &About {
            key: "records",
            name: "LLMMetrics / LatencyProfile records",
            family: Family::Own,
            origin: "What you write yourself: one record per request with fields such as prompt_tokens, \
completion_tokens, wall_time (LLMMetrics), or the phases of a request (LatencyProfile).",
        }
    }

    fn sniff(&self, head: &Head) -> Confidence {
        let records = head.records.iter().filter_map(Value::as_object);
        records.map(|record| sniff(record, head.container)).max().unwrap_or_default()
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(Own::default())
    }
}

/// Objects that do no more than hold fields together.
const GROUPS: [&str; 3] = ["metrics", "profile", "latency"];
/// Lists of records inside an object.
const LISTS: [&str; 2] = ["records", "data"];

/// The fields of a record, those in groups as well.
fn pairs(record: &Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
    record.iter().flat_map(|(name, value)| {
        let group = value.as_object().filter(|_| GROUPS.contains(&name.as_str()));
        let own = group.is_none().then_some((name, value));
        own.into_iter().chain(group.into_iter().flatten())
    })
}

/// The list of records that an object is made for: there is nothing else in it but single values, and no
/// tokens or times.
fn listed(object: &Map<String, Value>) -> Option<(&'static str, &Vec<Value>)> {
    let name = LISTS.into_iter().find(|name| object.get(*name).is_some_and(|list| list[0].is_object()))?;
    let nested = object.values().filter(|value| !is_single(value)).count();
    let figure =
        |field: Field| field.is_time() || matches!(field, Field::PromptTokens | Field::CompletionTokens);
    let own = object.keys().any(|name| fields::find(name).is_some_and(|(field, _)| figure(field)));
    object[name].as_array().filter(|_| nested == 1 && !own).map(|list| (name, list))
}

fn is_single(value: &Value) -> bool {
    match value {
        Value::Array(list) => list.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => true,
    }
}

/// Whether it is a conversation rather than a text.
fn is_chat(value: &Value) -> bool {
    let list = value.as_array().filter(|list| !list.is_empty());
    list.is_some_and(|list| list.iter().all(|message| message["role"].is_string()))
}

/// How sure one record is. Fields whose value is a list or an object belong to other formats that use the
/// same words.
fn sniff(record: &Map<String, Value>, container: Container) -> Confidence {
    if let Some((_, list)) = listed(record) {
        let records = list.iter().filter_map(Value::as_object);
        return records.map(|record| sniff_one(record, container)).max().unwrap_or_default();
    }
    sniff_one(record, container)
}

fn sniff_one(record: &Map<String, Value>, container: Container) -> Confidence {
    let look = |(name, value): (&'_ String, &Value)| {
        let field = fields::find(name).map(|found| found.0);
        let plain = is_single(value) || field == Some(Field::Prompt) && is_chat(value);
        (name.clone(), field, plain)
    };
    let mut found: Vec<(String, Option<Field>, bool)> = pairs(record).map(look).collect();
    let flat = found.iter().all(|(.., plain)| *plain);
    if !flat {
        // Others have such groups, too.
        found = record.iter().map(look).collect();
    }
    let all_known = found.iter().all(|(_, field, _)| field.is_some());
    let fields =
        || found.iter().filter(|(.., plain)| *plain).filter_map(|(name, field, _)| Some((name, (*field)?)));
    let has = |wanted: Field| fields().any(|(_, field)| field == wanted);
    let has_own = |wanted: Field| fields().any(|(name, field)| field == wanted && fields::is_own(name));
    let tokens = has(Field::PromptTokens) || has(Field::CompletionTokens);
    let both = has(Field::PromptTokens) && has(Field::CompletionTokens);
    let timed = has(Field::WallTime) || has(Field::Total);
    match fields().filter(|(_, field)| field.is_distinctive()).count() {
        2.. => Confidence::Certain,
        1 if flat && (tokens || timed) => Confidence::Likely,
        _ if flat && has(Field::Component) && has(Field::Prompt) => Confidence::Likely,
        _ if flat && has(Field::Prompt) && has(Field::Response) => Confidence::Possible,
        // A bare usage object of a provider has the tokens and nothing else.
        _ if flat && tokens && (timed || has(Field::RequestId) || has(Field::Model)) => Confidence::Possible,
        _ if both && (timed || container == Container::Csv) => Confidence::Possible,
        // It also has a total, or calls the tokens otherwise.
        _ if flat && all_known && has_own(Field::PromptTokens) && has_own(Field::CompletionTokens) => {
            Confidence::Possible
        }
        _ if flat && all_known && has_own(Field::WallTime) => Confidence::Possible,
        _ => Confidence::No,
    }
}

/// So many names are remembered: records of one file share theirs.
const MAX_NAMES: usize = 256;

const NO_OBJECT: &str = "not an object with fields";

/// A field of a record.
pub(crate) struct Told<'a> {
    /// Its name in the file.
    pub name: &'a str,
    /// What it means.
    pub field: Field,
    /// The unit of a length of time, where the name tells one.
    pub unit: Option<Unit>,
    /// What it says.
    pub value: &'a Value,
}

/// Reads one file.
#[derive(Default)]
pub(crate) struct Own {
    /// The unit of times that name none, where a person chose it.
    unit: Option<Unit>,
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
            return out.count(Fate::Dropped(NO_OBJECT));
        };
        let Some((name, _)) = listed(&object) else { return self.one(&object, record.at, out) };
        let lists: BTreeMap<String, &RawValue> = serde_json::from_str(record.text).unwrap_or_default();
        let list = lists.get(name).and_then(|list| serde_json::from_str::<Vec<&RawValue>>(list.get()).ok());
        let mut places = record.places();
        for raw in list.unwrap_or_default() {
            let at = places.next(raw.get());
            match serde_json::from_str(raw.get()) {
                Ok(Value::Object(object)) => self.one(&object, at, out),
                _ => out.count(Fate::Dropped(NO_OBJECT)),
            }
        }
    }

    fn finish(&mut self, out: &mut Output<'_>) {
        if let Some((true, at)) = self.unitless {
            let message = "All times are above 1000 and name no unit; they were read as seconds";
            let hint = "Choose their unit, or let the names say it: wall_time_ms, total_ms.";
            out.problem(ProblemCode::UnitUnknown, at, message, hint);
        }
    }
}

/// What one record says.
struct Draft {
    call: Call,
    /// Whether it says anything.
    any: bool,
    request: StrId,
    end: Option<Timestamp>,
    wall: Option<Time>,
    model_load: Option<Time>,
    parts: Parts,
    prompt: Option<Value>,
    response: Option<String>,
}

impl Own {
    /// A reader that takes times without a unit in this one.
    pub(crate) fn in_unit(unit: Unit) -> Own {
        Own { unit: Some(unit), ..Own::default() }
    }

    fn one(&mut self, object: &Map<String, Value>, at: RecordRef, out: &mut Output<'_>) {
        let (mut told, mut flags) = (Vec::with_capacity(object.len()), Vec::new());
        for (name, value) in pairs(object) {
            match self.field(name) {
                Some((field, unit)) => told.push(Told { name, field, unit, value }),
                None => flags.extend(flag(value).map(|value| (name, value))),
            }
        }
        let Some(call) = self.take(told, at, out) else { return };
        for (name, value) in flags {
            out.builder.flag(Flagged::Call(call), name, value);
        }
    }

    /// Takes the fields of one record. The answer is its call.
    pub(crate) fn take<'a>(
        &mut self,
        fields: impl IntoIterator<Item = Told<'a>>,
        at: RecordRef,
        out: &mut Output<'_>,
    ) -> Option<CallId> {
        let draft = self.draft(fields, at, out);
        if !draft.any {
            out.count(Fate::Dropped("no known field"));
            return None;
        }
        out.count(Fate::Kept);
        Some(self.add(draft, at, out))
    }

    fn draft<'a>(
        &mut self,
        fields: impl IntoIterator<Item = Told<'a>>,
        at: RecordRef,
        out: &mut Output<'_>,
    ) -> Draft {
        let mut draft = Draft {
            call: Call::at(at),
            any: false,
            request: StrId::NONE,
            end: None,
            wall: None,
            model_load: None,
            parts: Parts::default(),
            prompt: None,
            response: None,
        };
        let mut usage = Usage::default();
        let mut input = Figure::UNKNOWN;
        for Told { name, field, unit, value } in fields {
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
                Field::WallTime => self.time(&mut draft.wall, value, unit, name, at, out),
                Field::ModelLoad => self.time(&mut draft.model_load, value, unit, name, at, out),
                Field::Total => self.time(&mut draft.parts.total, value, unit, name, at, out),
                Field::Phase(phase) => {
                    self.time(&mut draft.parts.phases[phase as usize], value, unit, name, at, out);
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
                Field::End => draft.end = out.known(json::timestamp(value), name, at),
                Field::Prompt => draft.prompt = Some(value.clone()),
                Field::Response => draft.response = Some(plain(value)),
                Field::Status => call.status = both(call.status, genai::ending(&plain(value))),
                Field::Error if says_none(value) => {}
                Field::Error => {
                    let error = plain(value);
                    // Whatever it says, it is an error.
                    call.status = both(both(Status::Failed, genai::ending(&error)), call.status);
                    call.error = out.builder.intern(&error);
                }
                Field::Model => call.model = out.builder.intern(&plain(value)),
                Field::Provider => call.provider = out.builder.intern(&plain(value)),
                Field::RequestId => draft.request = out.builder.intern(&plain(value)),
                Field::Session => call.session = out.builder.intern(&plain(value)),
                Field::Component => call.component = out.builder.intern(&plain(value)),
                Field::Name => call.name = out.builder.intern(&plain(value)),
            }
        }
        if !input.is_known() && (usage.cache_read.is_known() || usage.cache_write.is_known()) {
            (usage.cache_read, usage.cache_write) = (Figure::UNKNOWN, Figure::UNKNOWN);
            let message =
                "Cached tokens are a part of prompt_tokens, which are unknown; they were taken as unknown";
            out.problem(ProblemCode::BadValue, at, message, "");
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

    /// Reads a length of time. Of two that should be the same the first one stands.
    fn time(
        &mut self,
        slot: &mut Option<Time>,
        value: &Value,
        unit: Option<Unit>,
        name: &str,
        at: RecordRef,
        out: &mut Output<'_>,
    ) {
        let unit = unit.or(self.unit);
        let read = out.known(json::nanos(value, unit.unwrap_or(Unit::S)), name, at);
        let Some(length) = read else { return };
        if unit.is_none() && length > Nanos::ZERO {
            let large = length > Nanos(1_000_000_000_000);
            self.unitless = Some(self.unitless.map_or((large, at), |(all, first)| (all && large, first)));
        }
        let time = Time { length, step: json::step(value, unit.unwrap_or(Unit::S)) };
        if slot.get_or_insert(time).differs(time) {
            let message =
                format!("{name} and another field tell the same time differently; the other was taken");
            let hint = "Check the units of both fields, or leave one of them out.";
            out.problem(ProblemCode::Contradiction, at, message, hint);
        }
    }

    /// Joins the parts of the record and adds its call.
    fn add(&mut self, draft: Draft, at: RecordRef, out: &mut Output<'_>) -> CallId {
        let Draft { mut call, request, end, wall, model_load, mut parts, prompt, response, .. } = draft;
        let is_profile = parts.is_profile();
        call.ttft = parts.get(Phase::TimeToFirstToken);
        call.queue = parts.get(Phase::QueueWait);
        call.model_load = model_load.map(|time| time.length);
        parts.total = profile::total(wall, parts.total, at, out);
        let total = parts.total.map(|total| total.length).or_else(|| between(call.start, end, at, out));
        call.start = call.start.or_else(|| Some(Timestamp(end?.0.saturating_sub(total?.0))));
        if is_profile {
            let phases = profile::join(parts, at, out);
            // The profile tells where the queue belongs.
            call.ttft = call.ttft.map(|_| phases.get(Phase::TimeToFirstToken));
            call.profile = Some(phases);
        }
        call.duration = total.or(call.profile.map(|phases| phases.total()));
        check_rate(&call, wall.map(|wall| wall.length), at, out);

        let has_metrics = wall.is_some() || call.usage.input.is_known() || call.usage.output.is_known();
        let parts = [has_metrics, is_profile, prompt.is_some() || response.is_some()];
        let identity = self.identity(request, parts, out);
        let messages = messages(prompt, response, call.component, out);
        let (id, again) = out.builder.add_call(call, identity, &[]);
        let trace = out.builder.trace();
        if !again || trace.messages(trace.call(id)).is_empty() {
            out.builder.append_messages(id, &messages);
        }
        id
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

/// The time from start to end, where there is no other telling of it.
fn between(
    start: Option<Timestamp>,
    end: Option<Timestamp>,
    at: RecordRef,
    out: &mut Output<'_>,
) -> Option<Nanos> {
    let length = end? - start?;
    if length < Nanos::ZERO {
        let message = "The end lies before the start; the duration was taken as unknown";
        out.problem(ProblemCode::BadValue, at, message, "Check the clocks, or which field is which.");
        return None;
    }
    Some(length)
}

/// A yes or no; a cell of a CSV file is a word.
pub(crate) fn flag(value: &Value) -> Option<bool> {
    let word = match value {
        Value::Bool(value) => return Some(*value),
        Value::String(word) => word,
        _ => return None,
    };
    ["false", "true"].iter().position(|known| word.eq_ignore_ascii_case(known)).map(|at| at == 1)
}

/// The text of a value.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Whether a field for errors says that there was none.
fn says_none(value: &Value) -> bool {
    let number = |number: f64| number == 0.0 || number.is_nan();
    match value {
        Value::Null => true,
        Value::Bool(failed) => !failed,
        Value::Number(n) => n.as_f64().is_some_and(number),
        Value::Array(list) => list.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::String(text) => {
            let text = text.trim().to_ascii_lowercase();
            let words = ["", "none", "null", "no", "false", "-", "n/a", "[]", "{}", "no error"];
            words.contains(&&*text) || text.parse().is_ok_and(number)
        }
    }
}

fn messages(
    prompt: Option<Value>,
    response: Option<String>,
    component: StrId,
    out: &mut Output<'_>,
) -> Vec<Message> {
    let mut messages = Vec::new();
    if let Some(chat) = prompt.as_ref().filter(|prompt| is_chat(prompt)) {
        let mut transcript = Transcript::new(out.builder);
        transcript.add(Slot::Prompt, chat);
        messages = transcript.into_messages();
    } else if let Some(prompt) = prompt {
        let name = out.builder.trace().str(component);
        let component = Component::ALL.into_iter().find(|c| c.key() == name && !c.is_output());
        let component = component.unwrap_or(Component::User);
        let role = match component {
            Component::System | Component::Tools | Component::FewShot => Role::System,
            Component::Retrieved => Role::Tool,
            _ => Role::User,
        };
        messages.push(Message::new(role, component, out.builder.text(&plain(&prompt))));
    }
    // An empty answer is an answer: of no token.
    if let Some(response) = response {
        let text = out.builder.text(&response);
        messages.push(Message::new(Role::Assistant, Component::Output, text));
    }
    messages
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
