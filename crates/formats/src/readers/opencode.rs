//! OpenCode: a message as its storage keeps it, one in a file, and the export of a session with all of them.

use serde::Deserialize;
use serde_json::{Value, value::RawValue};
use trace::{Call, Convention, Fate, Identity, Message, RecordRef, Role, Usage};
use units::Figure;

use crate::{
    About, Confidence, Container, Family, Format, Head, Output, Reader, Record,
    conversation::{Conversation, Extent, message},
    genai, json,
};

/// OpenCode.
pub struct OpenCode;

impl Format for OpenCode {
    fn about(&self) -> &'static About {
        &About {
            key: "opencode",
            name: "OpenCode session",
            family: Family::Agents,
            origin: "~/.local/share/opencode/storage/message/<session>/msg_*.json, or opencode export.",
        }
    }

    fn sniff(&self, head: &Head) -> Confidence {
        let stored = |record: &Value| {
            record["sessionID"].is_string()
                && (record["role"].is_string() && record["time"].get("created").is_some()
                    || record["messageID"].is_string() && record["type"].is_string())
        };
        let wrapped = |record: &Value| stored(&record["info"]);
        let any = |record: &Value| stored(record) || wrapped(record) || wrapped(&record["messages"][0]);
        if head.container == Container::Json && head.records.iter().any(any) {
            Confidence::Certain
        } else {
            Confidence::No
        }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(Session::default())
    }
}

#[derive(Deserialize)]
struct Export<'a> {
    #[serde(borrow)]
    messages: Vec<&'a RawValue>,
}

/// Reads one file.
#[derive(Default)]
struct Session {
    conversation: Conversation,
}

impl Reader for Session {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        let whole = serde_json::from_str::<Export<'_>>(record.text).ok();
        let texts =
            whole.map_or_else(|| vec![record.text], |whole| whole.messages.iter().map(|m| m.get()).collect());
        let mut places = record.places();
        for text in texts {
            let at = places.next(text);
            match serde_json::from_str::<Value>(text) {
                Ok(told) if told["info"].is_object() => self.message(&told["info"], &told["parts"], at, out),
                Ok(told) if told["messageID"].is_string() => {
                    out.count(Fate::Dropped(
                        "part of a message: texts are read from the export of a session",
                    ));
                }
                Ok(told) => self.message(&told, &Value::Null, at, out),
                Err(_) => out.count(Fate::Dropped("not a message")),
            }
        }
    }
}

impl Session {
    fn message(&mut self, info: &Value, parts: &Value, at: RecordRef, out: &mut Output<'_>) {
        match info["role"].as_str() {
            Some("user") => {
                out.count(Fate::Kept);
                let rows = said(Role::User, parts, out);
                self.conversation.say(rows);
            }
            Some("assistant") if info["tokens"].is_object() => self.answer(info, parts, at, out),
            Some("assistant") => out.count(Fate::Dropped("answer without usage")),
            _ => out.count(Fate::Dropped("not a message")),
        }
    }

    fn answer(&mut self, info: &Value, parts: &Value, at: RecordRef, out: &mut Output<'_>) {
        out.count(Fate::Kept);
        let mut call = Call::at(at);
        let mut intern = |value: &Value| out.builder.intern(value.as_str().unwrap_or_default());
        call.session = intern(&info["sessionID"]);
        call.model = intern(&info["modelID"]);
        call.provider = intern(&info["providerID"]);
        call.component = intern(&info["mode"]);
        let id = intern(&info["id"]);
        call.start = out.known(json::timestamp(&info["time"]["created"]), "time.created", at);
        let end = out.known(json::timestamp(&info["time"]["completed"]), "time.completed", at);
        // Where the model asked for tools, running them is part of the message's time.
        if info["finish"] != "tool-calls" && tools(parts).next().is_none() {
            call.duration = genai::duration(call.start, end, at, out);
        }
        let error = &info["error"];
        if error.is_object() {
            let name = error["name"].as_str().unwrap_or_default();
            let (code, text) = (&error["data"]["statusCode"], error["data"]["message"].as_str());
            call.status = genai::failure(&format!("{name} {code} {}", text.unwrap_or_default()));
            call.error = out.builder.intern(name);
        }
        call.usage = usage(&info["tokens"], at, out);
        call.reported_cost = out.known(json::money(&info["cost"]), "cost", at);
        call.name =
            out.builder.intern(tools(parts).find_map(|part| part["tool"].as_str()).unwrap_or("answer"));
        let answer = said(Role::Assistant, parts, out);
        let messages = self.conversation.answer(&answer, Extent::New);
        for part in tools(parts) {
            let rows = message(Role::Tool, &part["state"]["output"], out);
            self.conversation.say(rows);
        }
        let identity = (!id.is_none()).then(|| Identity::Own(out.builder.intern("opencode"), id));
        out.builder.add_call(call, identity, &messages);
    }
}

fn tools(parts: &Value) -> impl Iterator<Item = &Value> {
    parts.as_array().into_iter().flatten().filter(|part| part["type"] == "tool")
}

/// The texts of a message's parts, and the calls of tools.
fn said(role: Role, parts: &Value, out: &mut Output<'_>) -> Vec<Message> {
    let mut rows = Vec::new();
    for part in parts.as_array().into_iter().flatten() {
        let part = match part["type"].as_str() {
            Some("text" | "reasoning") => part.clone(),
            Some("tool") => {
                serde_json::json!({"functionCall": {"name": part["tool"], "args": part["state"]["input"]}})
            }
            _ => continue,
        };
        rows.extend(message(role, &Value::Array(vec![part]), out));
    }
    rows
}

/// Cached tokens are beside the input. Newer versions tell a total, which says whether reasoning is beside the
/// output; in the library that the older ones took their figures from, it is inside.
fn usage(told: &Value, at: RecordRef, out: &mut Output<'_>) -> Usage {
    let mut tokens = |path: &str| out.tokens(told, path, at);
    let [input, output, reasoning, total] = ["/input", "/output", "/reasoning", "/total"].map(&mut tokens);
    let mut usage = Usage {
        cache_read: tokens("/cache/read"),
        cache_write: tokens("/cache/write"),
        reasoning,
        ..Usage::default()
    };
    usage.set_input(input, Convention::Exclusive);
    let with = output.or_zero().saturating_add(reasoning.or_zero());
    let beside = match total.get() {
        Some(total) => usage.input.or_zero().saturating_add(with) == total,
        None => reasoning.or_zero() > output.or_zero(),
    };
    usage.output = if beside && reasoning.or_zero() > 0 { Figure::counted(with) } else { output };
    usage
}
