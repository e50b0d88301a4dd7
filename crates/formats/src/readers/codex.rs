//! Rollouts of Codex: lines `{timestamp, type, payload}`, the oldest ones bare items without the envelope.
//!
//! Usage stands in `token_count` events as a total of the session so far. A request is an event that changes
//! the total, and its tokens are the difference: the event is told again with the same total when rate limits
//! are refreshed. A forked session begins with a copy of its parent's events under new times, so a request is
//! known by its place in the family of sessions: its number and the totals.

use serde::Deserialize;
use serde_json::{Value, json};
use trace::{
    Call, CallId, Convention, Fate, Identity, Message, RecordRef, Role, Span, SpanId, SpanKind, Status,
    StrId, Usage,
};
use units::{Figure, Nanos, Timestamp};

use crate::{
    About, Confidence, Container, Family, Format, Head, Output, Reader, Record,
    conversation::{Conversation, Extent, message, rows},
    genai::{self, Slot},
    json::{self, Unit},
};

/// Codex rollout.
pub struct Codex;

/// The types of the envelope.
const TYPES: &[&str] = &["session_meta", "turn_context", "response_item", "event_msg", "compacted"];

impl Format for Codex {
    fn about(&self) -> &'static About {
        &About {
            key: "codex",
            name: "Codex session",
            family: Family::Agents,
            origin: "~/.codex/sessions/<year>/<month>/<day>/rollout-*.jsonl.",
        }
    }

    fn sniff(&self, head: &Head) -> Confidence {
        let enveloped = |record: &Value| {
            record["payload"].is_object() && record["type"].as_str().is_some_and(|kind| TYPES.contains(&kind))
        };
        // Before the envelope: the session's own line has no type, and states stand between the items.
        let bare = |record: &Value| {
            record["record_type"] == "state"
                || record.get("type").is_none()
                    && ["id", "timestamp", "instructions"].iter().all(|key| record.get(key).is_some())
        };
        if head.container == Container::Json && head.records.iter().any(|r| enveloped(r) || bare(r)) {
            Confidence::Certain
        } else {
            Confidence::No
        }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(Rollout::default())
    }
}

#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    timestamp: Value,
    r#type: Option<Value>,
    payload: Option<Value>,
}

/// Reads one file.
#[derive(Default)]
struct Rollout {
    /// This session and those whose events it repeats.
    family: Vec<StrId>,
    model: StrId,
    provider: StrId,
    conversation: Conversation,
    /// The answer being written, and what was said meanwhile: that goes with the next request.
    answer: Option<Answer>,
    meanwhile: Vec<Message>,
    asked: Option<Timestamp>,
    requests: u64,
    total: Option<Tokens>,
    /// Failed attempts since the last request.
    retries: u32,
    /// Where the last request lies, and the lines that tell of the next one.
    last: Option<RecordRef>,
    lines: Vec<RecordRef>,
    /// The first request of the turn: the only one whose first token the turn's end tells of.
    first: Option<CallId>,
    /// The turn: its id, which a fork copies, and when it began.
    turn: StrId,
    begun: Option<Timestamp>,
}

struct Answer {
    rows: Vec<Message>,
    at: RecordRef,
    /// The first tool it asks for.
    tool: StrId,
}

/// So many sessions of a family are remembered: each request is looked up in all of them.
const MAX_FAMILY: usize = 16;

/// Counters of a `token_count` event, in the order of [`NAMES`].
type Tokens = [Option<u64>; 6];

const NAMES: [&str; 6] = [
    "input_tokens",
    "cached_input_tokens",
    "cache_write_input_tokens",
    "output_tokens",
    "reasoning_output_tokens",
    "total_tokens",
];

impl Reader for Rollout {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        let Ok(line) = serde_json::from_str::<Line>(record.text) else {
            return out.count(Fate::Dropped("not a line of a Codex session"));
        };
        let at = record.at;
        let time = out.known(json::timestamp(&line.timestamp), "timestamp", at);
        let kind = line.r#type.as_ref().and_then(Value::as_str);
        match (kind, line.payload) {
            (Some("response_item"), Some(item)) => self.item(&item, time, at, out),
            (Some("event_msg"), Some(event)) => self.event(&event, time, at, out),
            (Some("turn_context"), Some(context)) => {
                self.model = out.builder.intern(context["model"].as_str().unwrap_or_default()).or(self.model);
                out.count(Fate::Merged("setting of the requests that follow"));
            }
            (Some("session_meta"), Some(meta)) => self.session(&meta, out),
            (Some(kind), Some(_)) => out.aside(kind),
            (kind, None) => match serde_json::from_str::<Value>(record.text) {
                Ok(state) if state["record_type"].is_string() => out.aside("state"),
                Ok(meta) if kind.is_none() => self.session(&meta, out),
                Ok(item) => self.item(&item, time, at, out),
                Err(_) => out.count(Fate::Dropped("not a line of a Codex session")),
            },
            (None, Some(_)) => out.count(Fate::Dropped("line without a type")),
        }
    }

    fn finish(&mut self, out: &mut Output<'_>) {
        self.unreported(Status::Ok, out);
    }
}

impl Rollout {
    /// The session's own line; a fork has those of its parents as well.
    fn session(&mut self, meta: &Value, out: &mut Output<'_>) {
        for key in ["id", "forked_from_id"] {
            let id = out.builder.intern(meta[key].as_str().unwrap_or_default());
            if !id.is_none() && !self.family.contains(&id) && self.family.len() < MAX_FAMILY {
                self.family.push(id);
            }
        }
        let instructions = [&meta["base_instructions"]["text"], &meta["instructions"]];
        if let (true, Some(text)) = (self.provider.is_none(), instructions.into_iter().find_map(json::text)) {
            let rows = message(Role::System, &text.into(), out);
            self.conversation.say(rows);
        }
        let provider = meta["model_provider"].as_str().unwrap_or_default();
        self.provider = self.provider.or(out.builder.intern(provider));
        out.count(Fate::Merged("setting of the requests that follow"));
    }

    /// A message, a thought, a tool's call or result.
    fn item(&mut self, item: &Value, time: Option<Timestamp>, at: RecordRef, out: &mut Output<'_>) {
        let kind = item["type"].as_str().unwrap_or_default();
        let answers = match kind {
            "message" => item["role"] == "assistant",
            "reasoning" => true,
            _ if kind.ends_with("_call") => true,
            _ if kind.ends_with("_output") => false,
            _ => return out.aside(kind),
        };
        out.count(Fate::Kept);
        let slot = if answers { Slot::Answer } else { Slot::Prompt };
        let rows = match kind {
            "message" | "reasoning" => rows(slot, item, out),
            _ if answers => {
                let arguments = ["arguments", "input", "action"].map(|key| &item[key]);
                let arguments = arguments.into_iter().find(|value| !value.is_null()).unwrap_or(&Value::Null);
                let name = item["name"].as_str().unwrap_or(kind.trim_end_matches("_call"));
                rows(slot, &json!({"type": "function_call", "name": name, "arguments": arguments}), out)
            }
            _ => {
                let result = if item["output"].is_null() { &item["tools"] } else { &item["output"] };
                rows(slot, &json!({"type": "function_call_output", "output": result}), out)
            }
        };
        if answers {
            self.lines.push(at);
            let tool = if kind.ends_with("_call") { item["name"].as_str().unwrap_or(kind) } else { "" };
            let tool = out.builder.intern(tool);
            let answer = self.answer.get_or_insert(Answer { rows: Vec::new(), at, tool });
            answer.rows.extend(rows);
            answer.tool = answer.tool.or(tool);
            return;
        }
        if self.answer.is_some() && !self.counts() {
            // Nothing tells where an answer ends but what is said after it.
            self.unreported(Status::Ok, out);
        }
        match self.answer {
            Some(_) => self.meanwhile.extend(rows),
            None => {
                self.conversation.say(rows);
                self.asked = time.or(self.asked);
            }
        }
    }

    /// Whether the session tells the tokens of its requests. The first versions did not.
    fn counts(&self) -> bool {
        self.total.is_some() || !self.model.is_none()
    }

    fn event(&mut self, event: &Value, time: Option<Timestamp>, at: RecordRef, out: &mut Output<'_>) {
        match event["type"].as_str().unwrap_or_default() {
            "token_count" => self.token_count(&event["info"], time, at, out),
            "user_message" | "agent_message" | "agent_reasoning" => {
                self.lines.push(at);
                out.count(Fate::Merged("told by an item of the conversation as well"));
            }
            "task_started" => {
                (self.begun, self.first) = (time, None);
                self.turn = out.builder.intern(event["turn_id"].as_str().unwrap_or_default());
                out.count(Fate::Merged("begin of a turn"));
            }
            "task_complete" => {
                let status = match &event["error"] {
                    Value::Object(error) => {
                        genai::failure(error.get("message").and_then(Value::as_str).unwrap_or(""))
                    }
                    _ => Status::Ok,
                };
                let ttft = json::nanos(&event["time_to_first_token_ms"], Unit::Ms);
                let ttft = out.known(ttft, "time_to_first_token_ms", at).filter(|&ttft| ttft > Nanos::ZERO);
                if let (Some(first), Some(_), Some(begun)) = (self.first, ttft, self.begun) {
                    let call = out.builder.call_mut(first);
                    if call.ttft.is_none() {
                        (call.start, call.ttft) = (Some(begun), ttft);
                    }
                }
                self.turn(event, status, at, out);
            }
            "turn_aborted" => {
                self.unreported(Status::Cancelled, out);
                self.turn(event, Status::Cancelled, at, out);
            }
            "stream_error" => {
                self.retries += 1;
                self.lines.push(at);
                out.count(Fate::Merged("failed attempt at a request"));
            }
            "error" => {
                out.count(Fate::Kept);
                let text = event["message"].as_str().unwrap_or_default();
                let info = event["codex_error_info"].as_str().unwrap_or_default();
                let mut call = self.call(time, at);
                call.status = genai::failure(&format!("{info} {text}"));
                call.error = out.builder.intern(info);
                self.add(call, &[], out);
            }
            kind => out.aside(kind),
        }
    }

    /// The turn has ended: a span around its requests. A fork tells it again.
    fn turn(&mut self, event: &Value, status: Status, at: RecordRef, out: &mut Output<'_>) {
        let duration = out.known(json::nanos(&event["duration_ms"], Unit::Ms), "duration_ms", at);
        let (turn, start) = (std::mem::take(&mut self.turn), self.begun.take());
        self.first = None;
        if turn.is_none() || duration.is_none() {
            return out.count(Fate::Dropped("end of a turn without its length"));
        }
        let (kind, name) = (SpanKind::Agent, out.builder.intern("turn"));
        let row = Span { trace: turn, id: turn, name, kind, status, start, duration, ..Span::default() };
        genai::keep_span(row, at, out);
    }

    /// The span of a request in its turn, if that has a name.
    fn span(&self, call: &Call, place: StrId, out: &mut Output<'_>) -> Option<SpanId> {
        let span = Span {
            record: Some(call.record),
            trace: self.turn,
            id: place,
            parent_id: self.turn,
            name: call.name,
            kind: SpanKind::Call,
            status: call.status,
            start: call.start,
            ..Span::default()
        };
        (!self.turn.is_none()).then(|| out.builder.add_span(span).unwrap_or_else(|first| first))
    }

    fn token_count(&mut self, info: &Value, time: Option<Timestamp>, at: RecordRef, out: &mut Output<'_>) {
        if !info.is_object() {
            return out.count(Fate::Dropped("rate limits without usage"));
        }
        let mut read = |usage: &Value| NAMES.map(|name| out.known(json::whole(&usage[name]), name, at));
        let (total, last) = (read(&info["total_token_usage"]), read(&info["last_token_usage"]));
        let told = |tokens: &Tokens| tokens.iter().any(Option::is_some);
        let before = self.total;
        self.total = if told(&total) { Some(total) } else { before };
        let forked = self.family.len() > 1;
        let tokens = match before {
            _ if !told(&total) => last,
            Some(before) if before == total => {
                return out.merged("same totals told again", self.last.unwrap_or(at), at);
            }
            Some(before) if size(&total) >= size(&before) => difference(&total, &before),
            // A counter that falls begins anew.
            Some(_) => total,
            // A fork may begin with what its parent has used, or with its own first request.
            None if forked && told(&last) => last,
            None => total,
        };
        if size(&tokens) == 0 {
            return out.count(Fate::Dropped("counters set back to zero"));
        }
        out.count(Fate::Kept);
        let figure = |i: usize| match tokens[i] {
            Some(n) if last[i] == Some(n) => Figure::reported(n),
            Some(n) => Figure::counted(n),
            None => Figure::UNKNOWN,
        };
        let mut usage = Usage {
            cache_read: figure(1),
            cache_write: figure(2),
            output: figure(3),
            reasoning: figure(4),
            ..Usage::default()
        };
        usage.set_input(figure(0), Convention::Inclusive);
        let mut call = self.call(time, at);
        call.usage = usage;
        let (answer, tool) = self.answer.take().map_or((Vec::new(), StrId::NONE), |a| (a.rows, a.tool));
        call.name = tool.or(out.builder.intern("answer"));
        let messages = self.answered(&answer, Extent::New);
        let id = self.add(call, &messages, out);
        self.first = self.first.or(Some(id));
    }

    /// A request that is asked now.
    fn call(&mut self, time: Option<Timestamp>, at: RecordRef) -> Call {
        let mut call = Call::at(at);
        call.session = self.family.first().copied().unwrap_or_default();
        (call.model, call.provider) = (self.model, self.provider);
        call.start = self.asked.take().or(time);
        call.retries = std::mem::take(&mut self.retries);
        call
    }

    /// An answer whose tokens nobody has told.
    fn unreported(&mut self, status: Status, out: &mut Output<'_>) {
        let Some(answer) = self.answer.take() else { return };
        let mut call = self.call(None, answer.at);
        call.name = answer.tool.or(out.builder.intern("answer"));
        call.status = status;
        // Where tokens are told, those of this request stay unknown: what was sent is more than the new messages.
        let extent = if self.counts() { Extent::New } else { Extent::Whole };
        let messages = self.answered(&answer.rows, extent);
        self.add(call, if self.counts() { &[] } else { &messages }, out);
    }

    fn answered(&mut self, answer: &[Message], extent: Extent) -> Vec<Message> {
        let messages = self.conversation.answer(answer, extent);
        self.conversation.say(self.meanwhile.drain(..));
        messages
    }

    /// Adds a request, known by its place in each session that tells it.
    fn add(&mut self, mut call: Call, messages: &[Message], out: &mut Output<'_>) -> CallId {
        self.requests += 1;
        let total = self.total.unwrap_or_default().map(|n| n.unwrap_or(0));
        let place = out.builder.intern(&format!("{} {total:?}", self.requests));
        call.trace = self.turn;
        call.span = self.span(&call, place, out);
        self.last = Some(call.record);
        self.lines.drain(..).for_each(|line| out.builder.part(call.record, line));
        let (session, start) = (call.session, call.start);
        let mut id = out.builder.add_call(call, None, messages).0;
        for &session in &self.family {
            id = out.builder.also(id, Identity::Own(session, place)).0;
        }
        let kept = out.builder.call_mut(id);
        if start.is_some() && kept.start > start {
            // The copy came first; the original has the time.
            (kept.start, kept.session) = (start, session);
        }
        id
    }
}

/// What two totals are compared by.
fn size(tokens: &Tokens) -> u64 {
    tokens[5].unwrap_or_else(|| tokens[0].unwrap_or(0).saturating_add(tokens[3].unwrap_or(0)))
}

fn difference(total: &Tokens, before: &Tokens) -> Tokens {
    std::array::from_fn(|i| total[i].map(|n| n.saturating_sub(before[i].unwrap_or(0))))
}
