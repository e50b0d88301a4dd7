//! Session logs of Claude Code: one JSON object a line, each with a `type`.
//!
//! A response is told in several lines, one for each block of its content, and all of them repeat its usage.
//! Resumed sessions copy lines into other files. Both are the same call again.

use rustc_hash::FxHashMap;
use serde::Deserialize;
use serde_json::Value;
use trace::{
    Call, CallId, Component, Convention, Fate, Identity, Message, ProblemCode, RecordRef, Role, Service,
    Status, StrId, Usage,
};
use units::{Figure, Timestamp};

use crate::{About, Confidence, Container, Family, Format, Head, Output, Reader, Record, genai, json};

/// More bytes of text than this, white space aside, do not fit into a token on average.
const BYTES_PER_TOKEN: u64 = 16;

/// Claude Code session.
pub struct ClaudeCode;

impl Format for ClaudeCode {
    fn about(&self) -> &'static About {
        &About {
            key: "claude-code",
            name: "Claude Code session",
            family: Family::Agents,
            origin: "~/.claude/projects/<folder>/<session>.jsonl, and subagents/agent-*.jsonl beside it.",
        }
    }

    fn sniff(&self, head: &Head) -> Confidence {
        let has = |record: &Value, keys: &[&str]| keys.iter().all(|key| record.get(key).is_some());
        if head.container != Container::Json {
            Confidence::No
        } else if head.records.iter().any(|r| has(r, &["sessionId", "uuid", "type", "isSidechain"])) {
            Confidence::Certain
        } else if head
            .records
            .iter()
            .any(|r| has(r, &["sessionId", "uuid", "type"]) && has(&r["message"], &["content"]))
        {
            Confidence::Likely
        } else if head.records.iter().any(|r| r["type"] == "summary" && has(r, &["summary", "leafUuid"])) {
            Confidence::Possible
        } else {
            Confidence::No
        }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(Session::default())
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Line {
    r#type: String,
    uuid: Option<String>,
    session_id: Option<String>,
    cwd: Option<String>,
    request_id: Option<String>,
    agent_id: Option<String>,
    timestamp: Value,
    #[serde(rename = "costUSD")]
    cost: Value,
    error: Value,
    is_sidechain: Option<bool>,
    is_compact_summary: Option<bool>,
    is_api_error_message: Option<bool>,
    is_aborted_mid_stream: Option<bool>,
    message: Option<Body>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Body {
    pub(crate) id: Option<String>,
    pub(crate) model: Option<String>,
    pub(crate) content: Value,
    pub(crate) usage: Value,
}

/// Reads one file.
#[derive(Default)]
struct Session {
    /// The conversation and those of its agents, by the agent's name.
    threads: FxHashMap<StrId, Thread>,
}

/// One conversation: lines of several may be mixed in a file.
#[derive(Default)]
struct Thread {
    /// What was said to the model since its last answer, and when.
    said: Vec<Message>,
    asked: Option<Timestamp>,
    /// The answer being told.
    answer: Option<Answer>,
}

struct Answer {
    call: CallId,
    at: RecordRef,
    /// Bytes of its text, white space aside.
    bytes: u64,
    /// Whether another source has told its texts.
    told: bool,
}

impl Reader for Session {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        let Ok(line) = serde_json::from_str::<Line>(record.text) else {
            return out.count(Fate::Dropped("not a line of a Claude Code session"));
        };
        let at = record.at;
        let agent = match (&line.agent_id, line.is_sidechain) {
            (Some(agent), _) => out.builder.intern(agent),
            (None, Some(true)) => out.builder.intern("sidechain"),
            _ => StrId::NONE,
        };
        match (line.r#type.as_str(), &line.message) {
            ("user", Some(body)) => {
                // A resumed session repeats the lines of the one before.
                let new = line.uuid.as_ref().is_none_or(|uuid| out.builder.is_new_line(uuid));
                out.count(if new { Fate::Kept } else { Fate::Merged("same line told again") });
                let component =
                    if line.is_compact_summary == Some(true) { Component::History } else { Component::User };
                let said = messages(&body.content, Role::User, component, out);
                let thread = self.threads.entry(agent).or_default();
                thread.said.extend(said);
                thread.asked = out.known(json::timestamp(&line.timestamp), "timestamp", at).or(thread.asked);
            }
            ("assistant", Some(body)) if body.usage.is_object() => {
                out.count(Fate::Kept);
                let call = call(&line, body, agent, at, out);
                passes(&call, body, line.request_id.as_deref(), out);
                self.threads.entry(agent).or_default().answer(call, body, line.request_id.as_deref(), out);
            }
            ("assistant", _) => out.count(Fate::Dropped("answer without usage")),
            ("", _) => out.count(Fate::Dropped("line without a type")),
            (other, _) => {
                let kind: String = other.chars().take(40).collect();
                out.dropped(format!("not part of the conversation: {kind}"));
            }
        }
    }

    fn finish(&mut self, out: &mut Output<'_>) {
        for thread in self.threads.values_mut() {
            thread.end(out);
        }
    }
}

impl Thread {
    /// Takes a line of an answer.
    fn answer(&mut self, mut call: Call, body: &Body, request: Option<&str>, out: &mut Output<'_>) {
        let (at, model, output) = (call.record, call.model, call.usage.output);
        let request = out.builder.intern(request.unwrap_or_default());
        let identity = (!call.response.is_none()).then_some(Identity::Request(call.response, request));
        call.start = self.asked.or(call.start);
        let (id, again) = out.builder.add_call(call, identity, &[]);
        if again {
            // The later line of two equal ones is told from the later state of the stream.
            let kept = out.builder.call_mut(id);
            if output.get() >= kept.usage.output.get() {
                kept.model = model.or(kept.model);
            }
        }
        if self.answer.as_ref().is_none_or(|answer| answer.call != id) {
            self.end(out);
            let said = std::mem::take(&mut self.said);
            let trace = out.builder.trace();
            let call = trace.call(id);
            // In a copied line the question is told again, too.
            let told = !trace.messages(call).is_empty();
            let answer = Answer { call: id, at, bytes: 0, told: told && call.span.is_some() };
            if !told {
                out.builder.append_messages(id, &said);
            }
            self.asked = None;
            self.answer = Some(answer);
        }
        // A call has no name of its own: the first tool it asks for says best what it is about.
        let tool = body.content.as_array().into_iter().flatten().find(|block| block["type"] == "tool_use");
        let tool = tool.map(|block| out.builder.intern(block["name"].as_str().unwrap_or_default()));
        let answer = out.builder.intern("answer");
        let name = &mut out.builder.call_mut(id).name;
        if name.is_none() || *name == answer {
            *name = tool.unwrap_or(answer);
        }
        let blocks = messages(&body.content, Role::Assistant, Component::Output, out);
        let mut told = false;
        for message in blocks {
            if let Some(answer) = &mut self.answer {
                told = answer.told;
                let text = out.builder.trace().text(message.text);
                answer.bytes += text.bytes().filter(|b| !b.is_ascii_whitespace()).count() as u64;
            }
            let trace = out.builder.trace();
            if !(told || again && trace.messages(trace.call(id)).contains(&message)) {
                out.builder.append_messages(id, &[message]);
            }
        }
    }

    /// The answer being told is complete: another one begins, or the file ends.
    fn end(&mut self, out: &mut Output<'_>) {
        let Some(answer) = self.answer.take() else { return };
        let trace = out.builder.trace();
        let call = trace.call(answer.call);
        let tokens = call.usage.output;
        // What Claude Code itself puts in the place of an answer costs no tokens.
        if trace.str(call.model) != "<synthetic>"
            && tokens.get().is_some_and(|tokens| answer.bytes > tokens.saturating_mul(BYTES_PER_TOKEN))
        {
            let message = "The output tokens are fewer than the answer's text needs: the log kept a value from \
                           the beginning of the stream, so they are a lower bound";
            out.problem(
                ProblemCode::Uncertain,
                answer.at,
                message,
                "The provider's invoice has the full count.",
            );
        }
    }
}

fn call(line: &Line, body: &Body, agent: StrId, at: RecordRef, out: &mut Output<'_>) -> Call {
    let mut call = Call::at(at);
    let mut intern =
        |text: &Option<String>| text.as_ref().map_or(StrId::NONE, |text| out.builder.intern(text));
    call.session = intern(&line.session_id).or(intern(&line.cwd));
    call.model = intern(&body.model);
    call.response = intern(&body.id);
    call.component = agent;
    call.provider = out.builder.intern("anthropic");
    // When the line was written, which is all that is known.
    call.start = out.known(json::timestamp(&line.timestamp), "timestamp", at);
    call.usage = billed(body, at, out);
    terms(&body.usage, &mut call);
    call.reported_cost = out.known(json::money(&line.cost), "costUSD", at);
    if line.is_aborted_mid_stream == Some(true) {
        call.status = Status::Cancelled;
    }
    if line.is_api_error_message == Some(true) {
        let error = match &line.error {
            Value::String(error) => error.clone(),
            error => ["type", "status"].iter().find_map(|key| known_text(&error[key])).unwrap_or_default(),
        };
        let told = [&error, &said(&body.content)].map(|text| genai::failure(text));
        call.status = told.into_iter().find(|&status| status != Status::Failed).unwrap_or(Status::Failed);
        call.error = out.builder.intern(&error);
    }
    call
}

fn known_text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// The passes that a response is made of, if it names them: a compaction of the context, an advisor, the
/// answer, a fallback to another model.
fn iterations(usage: &Value) -> impl Iterator<Item = &Value> {
    usage["iterations"].as_array().into_iter().flatten()
}

/// Whether the response's own figures leave a pass out.
fn is_beside(pass: &Value) -> bool {
    pass["type"].as_str().is_some_and(|kind| kind.contains("compaction") || kind.contains("advisor"))
}

/// The model of a pass, if it is another one than that of the response.
fn other_model<'a>(pass: &'a Value, body: &'a Body) -> Option<&'a str> {
    let undated = |model: &'a str| match model.rsplit_once('-') {
        Some((name, date)) if date.len() == 8 && date.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => model,
    };
    let (model, own) = (pass["model"].as_str()?, body.model.as_deref()?);
    (undated(model) != undated(own)).then_some(model)
}

/// Passes of other models are calls of their own, because a call has one model, and each has its price. One
/// without tokens is none.
pub(crate) fn passes(answer: &Call, body: &Body, request: Option<&str>, out: &mut Output<'_>) {
    for (i, pass) in iterations(&body.usage).enumerate() {
        let Some(model) = other_model(pass, body) else { continue };
        let usage = one_usage(pass, answer.record, out);
        if usage.input.or_zero() == 0 && usage.output.or_zero() == 0 {
            continue;
        }
        out.count(Fate::Kept);
        let name = pass["type"].as_str().unwrap_or("pass");
        let identity = (!answer.response.is_none()).then(|| {
            let id = format!("{} pass {i}", body.id.as_deref().unwrap_or_default());
            Identity::Own(out.builder.intern(&id), out.builder.intern(request.unwrap_or_default()))
        });
        let call = Call {
            name: out.builder.intern(name),
            model: out.builder.intern(model),
            response: StrId::NONE,
            reported_cost: None,
            usage,
            ..answer.clone()
        };
        out.builder.add_call(call, identity, &[]);
    }
}

/// Under what terms a call was sold, as its usage object says.
pub(crate) fn terms(usage: &Value, call: &mut Call) {
    let word = |key: &str| usage[key].as_str().unwrap_or_default();
    call.service = match word("speed") {
        "fast" => Some(Service::Fast),
        _ => Service::parse(word("service_tier")),
    };
    // Inference that was kept in one place.
    call.regional = !matches!(word("inference_geo"), "" | "global" | "not_available");
}

/// The usage that is paid for at the price of the response's model.
pub(crate) fn billed(body: &Body, at: RecordRef, out: &mut Output<'_>) -> Usage {
    let total = one_usage(&body.usage, at, out);
    let (mut answers, mut beside, mut elsewhere) = (Vec::new(), Vec::new(), false);
    for pass in iterations(&body.usage) {
        match (other_model(pass, body), is_beside(pass)) {
            (None, false) => answers.push(one_usage(pass, at, out)),
            (None, true) => beside.push(one_usage(pass, at, out)),
            (Some(_), beside) => elsewhere |= !beside,
        }
    }
    let bill = |class: fn(&Usage) -> Figure| {
        let sum = |parts: &[Usage]| {
            let known = parts.iter().filter_map(|part| class(part).get());
            known.reduce(u64::saturating_add).map_or(Figure::UNKNOWN, Figure::counted)
        };
        let base = match sum(&answers) {
            // The response's own figures may hold an answer that another model began.
            answers if elsewhere && answers.is_known() => answers,
            answers => class(&total).max(answers),
        };
        match sum(&beside).get() {
            Some(more) => Figure::counted(base.or_zero().saturating_add(more)),
            None => base,
        }
    };
    Usage {
        input: bill(|u| u.input),
        cache_read: bill(|u| u.cache_read),
        cache_write: bill(|u| u.cache_write),
        cache_write_1h: bill(|u| u.cache_write_1h),
        output: bill(|u| u.output),
        ..total
    }
}

fn one_usage(usage: &Value, at: RecordRef, out: &mut Output<'_>) -> Usage {
    let mut tokens = |path: &str| {
        let value = usage.pointer(path).unwrap_or(&Value::Null);
        let name = path.rsplit('/').next().unwrap_or_default();
        out.known(json::tokens(value), name, at)
    };
    let mut read = Usage {
        cache_read: tokens("/cache_read_input_tokens"),
        cache_write_1h: tokens("/cache_creation/ephemeral_1h_input_tokens"),
        output: tokens("/output_tokens"),
        reasoning: tokens("/output_tokens_details/thinking_tokens"),
        web_searches: tokens("/server_tool_use/web_search_requests"),
        ..Usage::default()
    };
    let written_5m = tokens("/cache_creation/ephemeral_5m_input_tokens");
    read.cache_write =
        tokens("/cache_creation_input_tokens").or(match (written_5m.get(), read.cache_write_1h.get()) {
            (None, None) => Figure::UNKNOWN,
            (a, b) => Figure::counted(a.unwrap_or(0).saturating_add(b.unwrap_or(0))),
        });
    let input = tokens("/input_tokens");
    read.set_input(input, Convention::Exclusive);
    read
}

/// The blocks of a message's content that are text in some way.
fn messages(content: &Value, role: Role, component: Component, out: &mut Output<'_>) -> Vec<Message> {
    let mut messages = Vec::new();
    let mut add = |role, component, text: &str| {
        if !text.is_empty() {
            messages.push(Message::new(role, component, out.builder.text(text)));
        }
    };
    match content {
        Value::String(text) => add(role, component, text),
        Value::Array(blocks) => {
            for block in blocks {
                match block["type"].as_str().unwrap_or_default() {
                    "text" => add(role, component, block["text"].as_str().unwrap_or_default()),
                    "thinking" => {
                        add(role, Component::Reasoning, block["thinking"].as_str().unwrap_or_default())
                    }
                    "tool_use" | "server_tool_use" => {
                        let name = block["name"].as_str().unwrap_or_default();
                        add(role, Component::Output, &format!("{name}({})", block["input"]));
                    }
                    kind if kind.ends_with("tool_result") => {
                        add(Role::Tool, Component::Retrieved, &said(&block["content"]));
                    }
                    _ => {}
                }
            }
        }
        _ => {}
    }
    messages
}

/// The text of a content: a string, or blocks with a text.
fn said(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(blocks) => {
            let texts: Vec<&str> = blocks.iter().filter_map(|block| block["text"].as_str()).collect();
            texts.join("\n")
        }
        _ => String::new(),
    }
}
