//! Sessions of the pi coding agent: one entry a line. An answer has its start and its usage inside, and
//! its line was written when it ended.

use serde_json::Value;
use trace::{Call, Convention, Fate, Identity, RecordRef, Role, Status, StrId, Usage};

use crate::{
    About, Confidence, Container, Family, Format, Head, Output, Reader, Record,
    conversation::{Conversation, Extent, message},
    genai, json,
};

/// pi session.
pub struct PiAgent;

impl Format for PiAgent {
    fn about(&self) -> &'static About {
        &About {
            key: "pi-agent",
            name: "pi session",
            family: Family::Agents,
            origin: "~/.pi/agent/sessions/**/*.jsonl.",
        }
    }

    fn sniff(&self, head: &Head) -> Confidence {
        let answer = |record: &Value| {
            let message = &record["message"];
            record["type"] == "message"
                && message["api"].is_string()
                && message["usage"].get("cacheRead").is_some()
        };
        let session = |record: &Value| {
            record["type"] == "session"
                && ["id", "timestamp", "cwd"].iter().all(|key| record.get(key).is_some())
        };
        if head.container != Container::Json {
            Confidence::No
        } else if head.records.iter().any(answer) {
            Confidence::Certain
        } else if head.records.iter().any(session) {
            Confidence::Likely
        } else {
            Confidence::No
        }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(Session::default())
    }
}

/// Reads one file.
#[derive(Default)]
struct Session {
    id: StrId,
    conversation: Conversation,
}

impl Reader for Session {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        let Ok(entry) = serde_json::from_str::<Value>(record.text) else {
            return out.count(Fate::Dropped("not an entry of a pi session"));
        };
        let body = &entry["message"];
        let role = match (entry["type"].as_str(), body["role"].as_str().unwrap_or_default()) {
            (Some("session"), _) => {
                self.id = out.builder.intern(entry["id"].as_str().unwrap_or_default());
                return out.count(Fate::Merged("setting of the requests that follow"));
            }
            (Some("message"), "assistant") => return self.answer(&entry, record.at, out),
            (Some("message"), "user" | "custom") => Role::User,
            (Some("message"), "toolResult" | "bashExecution") => Role::Tool,
            (Some(kind), _) => return out.aside(kind),
            (None, _) => return out.count(Fate::Dropped("line without a type")),
        };
        out.count(Fate::Kept);
        let content = if body["content"].is_null() { &body["output"] } else { &body["content"] };
        let rows = message(role, content, out);
        self.conversation.say(rows);
    }
}

impl Session {
    fn answer(&mut self, entry: &Value, at: RecordRef, out: &mut Output<'_>) {
        out.count(Fate::Kept);
        let body = &entry["message"];
        let mut call = Call::at(at);
        let mut intern = |value: &Value| out.builder.intern(value.as_str().unwrap_or_default());
        call.session = self.id;
        call.model = intern(&body["model"]);
        call.provider = intern(&body["provider"]);
        call.response = intern(&body["responseId"]);
        call.start = out.known(json::timestamp(&body["timestamp"]), "The answer's timestamp", at);
        let end = out.known(json::timestamp(&entry["timestamp"]), "timestamp", at);
        call.duration = genai::duration(call.start, end, at, out);
        let error = body["errorMessage"].as_str().unwrap_or_default();
        call.status = match body["stopReason"].as_str() {
            Some("aborted") => Status::Cancelled,
            Some("error") => genai::failure(error),
            _ => Status::Ok,
        };
        call.usage = usage(&body["usage"], at, out);
        call.reported_cost = out.known(json::money(&body["usage"]["cost"]["total"]), "The cost", at);
        // A call has no name of its own: the first tool it asks for says best what it is about.
        let tool = body["content"].as_array().into_iter().flatten().find(|block| block["type"] == "toolCall");
        call.name = out.builder.intern(tool.and_then(|tool| tool["name"].as_str()).unwrap_or("answer"));
        let answer = message(Role::Assistant, &body["content"], out);
        let messages = self.conversation.answer(&answer, Extent::New);
        // A session that was branched off begins with a copy of the other's entries. Start and end are to the
        // millisecond.
        let identity = match call.response.is_none() {
            false => Identity::Response(call.response),
            true => {
                let place = format!("{} {} {}", body["timestamp"], entry["timestamp"], body["model"]);
                Identity::Own(out.builder.intern("pi"), out.builder.intern(&place))
            }
        };
        out.builder.add_call(call, Some(identity), &messages);
    }
}

fn usage(told: &Value, at: RecordRef, out: &mut Output<'_>) -> Usage {
    let mut tokens = |name: &str| out.known(json::tokens(&told[name]), name, at);
    let input = tokens("input");
    let mut usage = Usage {
        cache_read: tokens("cacheRead"),
        cache_write: tokens("cacheWrite"),
        output: tokens("output"),
        ..Usage::default()
    };
    usage.set_input(input, Convention::Exclusive);
    usage
}
