//! Cline: the session files of its SDK (a list of messages with metrics), and `ui_messages.json` of the
//! extension and of Roo Code, whose requests are JSON in a string.

use serde::Deserialize;
use serde_json::{Value, value::RawValue};
use trace::{Call, CallId, Component, Convention, Fate, Message, RecordRef, Role, Status, StrId, Usage};
use units::Timestamp;

use crate::{
    About, Confidence, Container, Family, Format, Head, Output, Reader, Record,
    conversation::{Conversation, Extent, message},
    json,
};

/// Cline and Roo Code.
pub struct Cline;

impl Format for Cline {
    fn about(&self) -> &'static About {
        &About {
            key: "cline",
            name: "Cline / Roo Code session",
            family: Family::Agents,
            origin: "Cline and Roo Code: ui_messages.json and the conversation of a task, or a session of \
Cline's SDK.",
        }
    }

    fn sniff(&self, head: &Head) -> Confidence {
        let session = |record: &Value| {
            let messages = record["messages"].as_array().map_or(&[][..], Vec::as_slice);
            messages.iter().any(|m| m["metrics"].get("inputTokens").is_some() && m.get("modelInfo").is_some())
                || messages.first().is_some_and(|m| m.get("ts").is_some() && m.get("role").is_some())
                    && record.get("sessionId").is_some()
        };
        let shown = |record: &Value| {
            let kind = record["type"].as_str().unwrap_or_default();
            matches!(kind, "say" | "ask") && record[kind].is_string() && record["ts"].is_number()
        };
        if head.container == Container::Json && head.records.iter().any(|r| session(r) || shown(r)) {
            Confidence::Certain
        } else {
            Confidence::No
        }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(Task::default())
    }
}

#[derive(Deserialize)]
struct Session<'a> {
    #[serde(borrow)]
    messages: Vec<&'a RawValue>,
    #[serde(rename = "sessionId")]
    id: Option<String>,
    system_prompt: Option<String>,
}

/// Reads one file.
#[derive(Default)]
struct Task {
    id: StrId,
    conversation: Conversation,
    asked: Option<Timestamp>,
    /// The request whose answer is shown.
    request: Option<CallId>,
    /// Where the attempts at the next one lie that failed.
    failed: Vec<RecordRef>,
}

impl Reader for Task {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        if let Ok(session) = serde_json::from_str::<Session<'_>>(record.text) {
            self.id = out.builder.intern(&session.id.unwrap_or_default());
            let system = message(Role::System, &session.system_prompt.into(), out);
            self.conversation.say(system);
            let mut places = record.places();
            for text in session.messages {
                let at = places.next(text.get());
                match serde_json::from_str(text.get()) {
                    Ok(said) => self.said(&said, at, out),
                    Err(_) => out.count(Fate::Dropped("not a message")),
                }
            }
            return;
        }
        match serde_json::from_str(record.text) {
            Ok(shown) => self.shown(&shown, record.at, out),
            Err(_) => out.count(Fate::Dropped("not a message")),
        }
    }
}

impl Task {
    /// A message of the SDK.
    fn said(&mut self, said: &Value, at: RecordRef, out: &mut Output<'_>) {
        let time = out.known(json::timestamp(&said["ts"]), "ts", at);
        let role = match said["role"].as_str().unwrap_or_default() {
            "user" => Role::User,
            "tool" => Role::Tool,
            "assistant" if said["metrics"].is_object() => return self.answer(said, time, at, out),
            "assistant" => return out.count(Fate::Dropped("answer without usage")),
            _ => return out.count(Fate::Dropped("not part of the conversation")),
        };
        out.count(Fate::Kept);
        let rows = message(role, &said["content"], out);
        self.conversation.say(rows);
        self.asked = time.or(self.asked);
    }

    fn answer(&mut self, said: &Value, time: Option<Timestamp>, at: RecordRef, out: &mut Output<'_>) {
        out.count(Fate::Kept);
        let metrics = &said["metrics"];
        let mut call = Call::at(at);
        let mut intern = |value: &Value| out.builder.intern(value.as_str().unwrap_or_default());
        call.session = self.id;
        call.model = intern(&said["modelInfo"]["id"]);
        call.provider = intern(&said["modelInfo"]["provider"]);
        let id = intern(&said["id"]);
        // The answer's own time is that of its end.
        call.start = self.asked.take().or(time);
        let names = ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens"];
        call.usage = usage(metrics, names, Convention::Inclusive, at, out);
        call.reported_cost = out.known(json::money(&metrics["cost"]), "cost", at);
        let tool = said["content"].as_array().into_iter().flatten().find(|block| block["type"] == "tool_use");
        call.name = out.builder.intern(tool.and_then(|tool| tool["name"].as_str()).unwrap_or("answer"));
        let answer = message(Role::Assistant, &said["content"], out);
        let messages = self.conversation.answer(&answer, Extent::New);
        let identity = (!id.is_none()).then_some(trace::Identity::Own(self.id, id));
        out.builder.add_call(call, identity, &messages);
    }

    /// A line that the extension shows.
    fn shown(&mut self, shown: &Value, at: RecordRef, out: &mut Output<'_>) {
        let text = &shown["text"];
        match shown[shown["type"].as_str().unwrap_or_default()].as_str().unwrap_or_default() {
            "api_req_started" => self.request(shown, at, out),
            "api_req_retried" => {
                self.failed.push(at);
                out.count(Fate::Merged("failed attempt at a request"));
            }
            "deleted_api_reqs" => out.count(Fate::Dropped("sum over requests that were deleted")),
            kind @ ("text" | "reasoning" | "tool" | "command" | "completion_result" | "user_feedback"
            | "task") => {
                out.count(Fate::Kept);
                let mut rows = match (kind, self.request) {
                    ("user_feedback" | "task", _) | (_, None) => message(Role::User, text, out),
                    _ => message(Role::Assistant, text, out),
                };
                if kind == "reasoning" {
                    rows.iter_mut().for_each(|row| row.component = Component::Reasoning);
                }
                match self.request.filter(|_| rows.iter().all(|row| row.role == Role::Assistant)) {
                    Some(request) => {
                        let kept = out.builder.trace().call(request).record;
                        out.builder.part(kept, at);
                        out.builder.append_messages(request, &rows);
                    }
                    None => self.conversation.say(rows),
                }
            }
            kind => out.aside(kind),
        }
    }

    fn request(&mut self, shown: &Value, at: RecordRef, out: &mut Output<'_>) {
        let text = shown["text"].as_str().unwrap_or_default();
        let Ok(told @ Value::Object(_)) = serde_json::from_str::<Value>(text) else {
            return out.count(Fate::Dropped("request that tells nothing"));
        };
        out.count(Fate::Kept);
        let mut call = Call::at(at);
        let mut intern = |value: &Value| out.builder.intern(value.as_str().unwrap_or_default());
        call.name = intern(&"answer".into());
        call.model = intern(&shown["modelInfo"]["modelId"]);
        call.provider = intern(&shown["modelInfo"]["providerId"]);
        call.retries = self.failed.len() as u32;
        self.failed.drain(..).for_each(|failed| out.builder.part(at, failed));
        call.start = out.known(json::timestamp(&shown["ts"]), "ts", at);
        // Roo Code, which names the protocol, counts all input; Cline what is not cached.
        let convention = match told["apiProtocol"].is_string() {
            true => Convention::Inclusive,
            false => Convention::Exclusive,
        };
        call.usage =
            usage(&told, ["tokensIn", "tokensOut", "cacheReads", "cacheWrites"], convention, at, out);
        call.reported_cost = out.known(json::money(&told["cost"]), "cost", at);
        call.status = match told["cancelReason"].as_str() {
            None => Status::Ok,
            Some("user_cancelled") => Status::Cancelled,
            Some(_) => crate::genai::failure(told["streamingFailedMessage"].as_str().unwrap_or_default()),
        };
        let prompt = message(Role::User, &told["request"], out);
        let mut messages: Vec<Message> = self.conversation.answer(&[], Extent::New);
        if !prompt.is_empty() {
            // It repeats what was shown before.
            messages = prompt;
        }
        self.request = Some(out.builder.add_call(call, None, &messages).0);
    }
}

/// Usage by the names of input, output, cache reads and writes.
fn usage(
    told: &Value,
    names: [&str; 4],
    convention: Convention,
    at: RecordRef,
    out: &mut Output<'_>,
) -> Usage {
    let [input, output, cache_read, cache_write] =
        names.map(|name| out.known(json::tokens(&told[name]), name, at));
    let mut usage = Usage { cache_read, cache_write, output, ..Usage::default() };
    usage.set_input(input, convention);
    usage
}
