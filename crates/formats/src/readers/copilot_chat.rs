//! Exports of Copilot Chat in VS Code: the chat as the page shows it (times, no tokens), and the replay of its
//! debug view (each request to a model, with usage).

mod log;

use log::Change;
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};
use trace::{
    Call, Convention, Fate, Identity, Message, ProblemCode, RecordRef, Role, Span, SpanKind, Status, StrId,
    Usage,
};
use units::Nanos;

use crate::{
    About, Confidence, Container, Family, Format, Head, Output, Reader, Record,
    conversation::message,
    genai,
    json::{self, Unit},
};

/// Copilot Chat export.
pub struct CopilotChat;

impl Format for CopilotChat {
    fn about(&self) -> &'static About {
        &About {
            key: "copilot-chat",
            name: "VS Code chat export",
            family: Family::Agents,
            origin: "VS Code: \"Chat: Export Chat…\", a chat session of its storage, or an export of the chat \
debug view.",
        }
    }

    fn sniff(&self, head: &Head) -> Confidence {
        let chat = |record: &Value| {
            record["requests"].is_array()
                && (record.get("responderUsername").is_some() || record.get("requesterUsername").is_some())
        };
        let replay = |record: &Value| {
            record["prompts"][0].get("logs").is_some()
                || record["logs"].is_array() && record.get("promptId").is_some()
        };
        let log = |record: &Value| record["kind"] == 0 && chat(&record["v"]);
        if head.container == Container::Json && head.records.iter().any(|r| chat(r) || replay(r) || log(r)) {
            Confidence::Certain
        } else {
            Confidence::No
        }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(Export::default())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Whole<'a> {
    session_id: Option<String>,
    #[serde(borrow, default)]
    requests: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    prompts: Vec<Prompt<'a>>,
    /// One prompt of a replay, alone.
    #[serde(borrow, default)]
    logs: Vec<&'a RawValue>,
    prompt_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Prompt<'a> {
    prompt_id: Option<String>,
    #[serde(borrow, default)]
    logs: Vec<&'a RawValue>,
}

/// Reads one file.
#[derive(Default)]
struct Export {
    /// The chat as a log has it so far, and where it began.
    log: Option<(Value, RecordRef)>,
}

impl Reader for Export {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        if let Ok(mut change) = serde_json::from_str::<Change>(record.text) {
            if let Some(chat) = change.begin() {
                let first = self.log.take().map_or(record.at, |(_, first)| first);
                self.log = Some((chat, first));
                return out.merged("state of the chat", first, record.at);
            }
            return match self.log.as_mut().and_then(|(chat, at)| change.apply(chat).map(|()| *at)) {
                Some(first) => out.merged("change of the chat", first, record.at),
                None => out.count(Fate::Dropped("change of what is not there")),
            };
        }
        let Ok(whole) = serde_json::from_str::<Whole<'_>>(record.text) else {
            return out.count(Fate::Dropped("not a chat export"));
        };
        let session = out.builder.intern(&whole.session_id.unwrap_or_default());
        let mut places = record.places();
        for text in whole.requests {
            let at = places.next(text.get());
            match serde_json::from_str(text.get()) {
                Ok(request) => turn(&request, session, at, out),
                Err(_) => out.count(Fate::Dropped("not a request")),
            }
        }
        let alone = Prompt { prompt_id: whole.prompt_id, logs: whole.logs };
        for prompt in whole.prompts.into_iter().chain([alone]) {
            let session = out.builder.intern(&prompt.prompt_id.unwrap_or_default());
            for text in prompt.logs {
                let at = places.next(text.get());
                match serde_json::from_str::<Value>(text.get()) {
                    Ok(entry) if entry["kind"] == "request" => request(&entry, session, at, out),
                    Ok(entry) => {
                        let kind: String = entry["kind"].as_str().unwrap_or("").chars().take(40).collect();
                        out.dropped(format!("not a request to a model: {kind}"));
                    }
                    Err(_) => out.count(Fate::Dropped("not a log entry")),
                }
            }
        }
    }

    fn finish(&mut self, out: &mut Output<'_>) {
        let Some((chat, at)) = self.log.take() else { return };
        let session = out.builder.intern(chat["sessionId"].as_str().unwrap_or_default());
        for request in chat["requests"].as_array().into_iter().flatten() {
            turn(request, session, at, out);
        }
    }
}

fn texts<'a>(list: &'a Value, key: &'a str) -> impl Iterator<Item = &'a str> {
    list.as_array().into_iter().flatten().filter_map(move |part| part[key].as_str())
}

/// A question and all that was done for it: a span around what its models answered, in one round or in several
/// with tools between them. The page measures the time to the first text it shows.
fn turn(request: &Value, session: StrId, at: RecordRef, out: &mut Output<'_>) {
    let result = &request["result"];
    let mut time = |key: &str| out.known(json::nanos(&result["timings"][key], Unit::Ms), key, at);
    let [elapsed, first] = ["totalElapsed", "firstProgress"].map(&mut time);
    let mut intern = |value: &Value| out.builder.intern(value.as_str().unwrap_or_default());
    let (id, agent, model) =
        (intern(&request["requestId"]), intern(&request["agent"]["id"]), intern(&request["modelId"]));
    let row = Span {
        trace: session,
        id,
        name: agent,
        kind: SpanKind::Agent,
        start: out.known(json::timestamp(&request["timestamp"]), "timestamp", at),
        duration: elapsed,
        ..Span::default()
    };
    let error = &result["errorDetails"];
    let code = error["code"].as_str().unwrap_or_default();
    let status = match error["message"].as_str() {
        _ if request["isCanceled"] == true || request["modelState"]["value"] == 2 => Status::Cancelled,
        Some(text) => genai::failure(&format!("{code} {text}")),
        None => Status::Ok,
    };
    let around = genai::keep_span(Span { status, ..row }, at, out);
    let rendered: Vec<&str> = texts(&result["metadata"]["renderedUserMessage"], "text").collect();
    let question = match rendered.is_empty() {
        true => request["message"]["text"].clone(),
        false => rendered.join("\n").into(),
    };
    let mut messages = message(Role::User, &question, out);
    let rounds = result["metadata"]["toolCallRounds"].as_array().map_or(&[][..], Vec::as_slice);
    for round in rounds {
        let calls = round["toolCalls"].as_array().into_iter().flatten();
        let calls = calls.map(|call| json!({"functionCall": call}));
        let parts: Vec<Value> = [json!({"text": round["response"]})].into_iter().chain(calls).collect();
        messages.extend(message(Role::Assistant, &parts.into(), out));
    }
    if rounds.is_empty() {
        let answer: String = texts(&request["response"], "value").collect();
        messages.extend(message(Role::Assistant, &answer.into(), out));
    }
    // Newer versions tell the last prompt, which in a turn of several rounds is not all that was sent.
    let mut usage = Usage::default();
    if rounds.len() < 2 {
        usage.output = out.tokens(request, "/completionTokens", at);
        usage.set_input(out.tokens(request, "/promptTokens", at), Convention::Inclusive);
    }
    if !usage.input.is_known() {
        let hint = "The replay export of the chat's debug view has them.";
        let why = "A chat export tells no tokens: those counted from its texts are a lower bound, without \
                   instructions, tools and what was looked up";
        out.problem(ProblemCode::Uncertain, at, why, hint);
    }
    let tool = rounds.iter().find_map(|round| round["toolCalls"][0]["name"].as_str());
    let inner = match out.builder.trace().str(id) {
        "" => String::new(),
        id => format!("{id} answer"),
    };
    let span = Span {
        trace: session,
        id: out.builder.intern(&inner),
        parent_id: id,
        name: out.builder.intern(tool.unwrap_or("answer")),
        kind: SpanKind::Call,
        status,
        start: around.start,
        // With tools between its rounds, the turn's time is not the model's.
        duration: elapsed.filter(|_| rounds.len() < 2),
        ..Span::default()
    };
    let (name, start, duration) = (span.name, span.start, span.duration);
    let span = out.builder.add_span(span).unwrap_or_else(|first| first);
    let error = out.builder.intern(code);
    let call = Call {
        span: Some(span),
        trace: session,
        session,
        name,
        component: agent,
        model,
        start,
        duration,
        ttft: first,
        usage,
        status,
        error,
        ..Call::at(at)
    };
    out.builder.add_call(call, None, &messages);
}

/// A request to a model, from a replay.
fn request(entry: &Value, session: StrId, at: RecordRef, out: &mut Output<'_>) {
    out.count(Fate::Kept);
    let meta = &entry["metadata"];
    let mut call = Call::at(at);
    let mut intern = |value: &Value| out.builder.intern(value.as_str().unwrap_or_default());
    call.session = session;
    call.name = intern(&entry["name"]);
    call.model = intern(&meta["model"]);
    call.start = out.known(json::timestamp(&meta["startTime"]), "startTime", at);
    call.duration = out.known(json::nanos(&meta["duration"], Unit::Ms), "duration", at);
    // -1 where none came.
    let first = Some(&meta["timeToFirstToken"]).filter(|first| **first != -1).unwrap_or(&Value::Null);
    call.ttft = out.known(json::nanos(first, Unit::Ms), "timeToFirstToken", at).filter(|&t| t > Nanos::ZERO);
    call.usage = usage(&meta["usage"], at, out);
    let response = &entry["response"];
    call.status = match response["type"].as_str().unwrap_or_default() {
        "success" | "" => Status::Ok,
        "canceled" | "cancelled" => Status::Cancelled,
        kind => {
            let reason = response["reason"].as_str().unwrap_or_default();
            call.error = out.builder.intern(kind);
            genai::failure(&format!("{kind} {reason}"))
        }
    };
    let mut messages: Vec<Message> = Vec::new();
    for said in entry["requestMessages"]["messages"].as_array().into_iter().flatten() {
        // Roles are numbers of the extension's own.
        let role = match (said["role"].as_u64(), said["role"].as_str().unwrap_or_default()) {
            (Some(0), _) | (_, "system") => Role::System,
            (Some(2), _) | (_, "assistant") => Role::Assistant,
            (Some(3), _) | (_, "tool") => Role::Tool,
            _ => Role::User,
        };
        let component = |message: Message| match role {
            Role::Assistant => Message { component: trace::Component::History, ..message },
            _ => message,
        };
        messages.extend(message(role, &said["content"], out).into_iter().map(component));
    }
    messages.extend(message(Role::Assistant, &response["message"], out));
    add(call, &entry["id"], &messages, out);
}

fn add(call: Call, id: &Value, messages: &[Message], out: &mut Output<'_>) {
    let id = out.builder.intern(id.as_str().unwrap_or_default());
    let identity = (!id.is_none()).then(|| Identity::Own(out.builder.intern("copilot-chat"), id));
    out.builder.add_call(call, identity, messages);
}

fn usage(told: &Value, at: RecordRef, out: &mut Output<'_>) -> Usage {
    let mut tokens = |path: &str| out.tokens(told, path, at);
    let input = tokens("/prompt_tokens");
    let mut usage = Usage {
        cache_read: tokens("/prompt_tokens_details/cached_tokens"),
        output: tokens("/completion_tokens"),
        reasoning: tokens("/completion_tokens_details/reasoning_tokens"),
        ..Usage::default()
    };
    usage.set_input(input, Convention::Inclusive);
    usage
}
