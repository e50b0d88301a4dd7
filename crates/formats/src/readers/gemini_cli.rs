//! Sessions of Gemini CLI, one JSON object or one message a line, and of Qwen Code, which grew out of it.
//!
//! Gemini CLI writes a message again, under the same id, when its tokens come in. Qwen Code tells an answer
//! twice: as a line of telemetry, with its duration, and as a line of the conversation.

use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};
use trace::{Call, Convention, Fate, Identity, RecordRef, Role, Status, StrId, Usage};
use units::{Figure, Timestamp};

use crate::{
    About, Confidence, Container, Family, Format, Head, Output, Reader, Record,
    conversation::{Conversation, Extent, message},
    genai,
    json::{self, Unit},
};

/// Gemini CLI and Qwen Code.
pub struct GeminiCli;

impl Format for GeminiCli {
    fn about(&self) -> &'static About {
        &About {
            key: "gemini-cli",
            name: "Gemini CLI / Qwen Code session",
            family: Family::Agents,
            origin: "~/.gemini/tmp/<hash>/chats/*.json or .jsonl; Qwen Code writes the same under ~/.qwen.",
        }
    }

    fn sniff(&self, head: &Head) -> Confidence {
        let has = |record: &Value, keys: &[&str]| keys.iter().all(|key| record.get(key).is_some());
        let gemini = |record: &Value| {
            has(record, &["sessionId", "projectHash"])
                || record["type"] == "gemini" && has(record, &["id", "timestamp", "content"])
        };
        let qwen = |record: &Value| {
            has(record, &["sessionId", "uuid", "type"])
                && (record["message"].get("parts").is_some()
                    || has(record, &["usageMetadata"])
                    || has(record, &["systemPayload"]))
        };
        if head.container == Container::Json && head.records.iter().any(|r| gemini(r) || qwen(r)) {
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
#[serde(rename_all = "camelCase")]
struct Whole<'a> {
    #[serde(borrow)]
    messages: Vec<&'a RawValue>,
}

/// What stands around messages when they are checked in anew.
#[derive(Deserialize)]
struct Update<'a> {
    #[serde(borrow, rename = "$set")]
    set: Whole<'a>,
}

/// Reads one file.
#[derive(Default)]
struct Session {
    id: StrId,
    asked: Option<Timestamp>,
    conversation: Conversation,
    /// The other telling of a Qwen Code answer that has not come yet: of telemetry, or of the conversation.
    telemetry: Option<Call>,
    told: Option<(trace::CallId, Usage)>,
}

impl Reader for Session {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        let Ok(line) = serde_json::from_str::<Value>(record.text) else {
            return out.count(Fate::Dropped("not a part of a session"));
        };
        if let Some(id) = json::text(&line["sessionId"]) {
            self.id = out.builder.intern(id);
        }
        let whole = match (line["messages"].is_array(), line["$set"]["messages"].is_array()) {
            (true, _) => serde_json::from_str(record.text).ok(),
            (_, true) => serde_json::from_str::<Update<'_>>(record.text).ok().map(|update| update.set),
            _ => None,
        };
        if let Some(Whole { messages }) = whole {
            let mut places = record.places();
            for text in messages {
                let at = places.next(text.get());
                match serde_json::from_str(text.get()) {
                    Ok(message) => self.message(&message, at, out),
                    Err(_) => out.count(Fate::Dropped("not a message")),
                }
            }
        } else if line.get("uuid").is_some() {
            self.qwen(&line, record.at, out);
        } else if line.get("type").is_some() {
            self.message(&line, record.at, out);
        } else if line.get("$rewindTo").is_some() {
            out.count(Fate::Dropped("the conversation was taken back; its requests were made all the same"));
        } else {
            out.count(Fate::Merged("setting of the session"));
        }
    }

    fn finish(&mut self, out: &mut Output<'_>) {
        self.only_telemetry(out);
    }
}

impl Session {
    /// A message of Gemini CLI.
    fn message(&mut self, line: &Value, at: RecordRef, out: &mut Output<'_>) {
        let time = out.known(json::timestamp(&line["timestamp"]), "timestamp", at);
        let id = line["id"].as_str().unwrap_or_default();
        match line["type"].as_str().unwrap_or_default() {
            "user" => {
                let key = format!("gemini-cli {} {id}", out.builder.trace().str(self.id));
                if !id.is_empty() && !out.builder.is_new_line(&key) {
                    return out.count(Fate::Merged("same message told again"));
                }
                out.count(Fate::Kept);
                let rows = message(Role::User, &line["content"], out);
                self.conversation.say(rows);
                self.asked = time.or(self.asked);
            }
            "gemini" if line["tokens"].is_object() => {
                out.count(Fate::Kept);
                let mut call = Call::at(at);
                call.session = self.id;
                call.provider = out.builder.intern("google");
                call.model = out.builder.intern(line["model"].as_str().unwrap_or_default());
                call.start = self.asked.take().or(time);
                call.usage = tokens(&line["tokens"], at, out);
                let tool = line["toolCalls"][0]["name"].as_str().unwrap_or("answer");
                call.name = out.builder.intern(tool);
                let thoughts = line["thoughts"].as_array().into_iter().flatten();
                let thoughts =
                    thoughts.map(|t| json!({"type": "thinking", "thinking": t["description"]})).collect();
                let mut answer = message(Role::Assistant, &thoughts, out);
                answer.extend(message(Role::Assistant, &line["content"], out));
                let tools = line["toolCalls"].as_array().into_iter().flatten();
                for call in tools.clone() {
                    let part = json!([{"functionCall": call}]);
                    answer.extend(message(Role::Assistant, &part, out));
                }
                let messages = self.conversation.answer(&answer, Extent::New);
                for result in tools.map(|tool| &tool["result"]).filter(|result| !result.is_null()) {
                    let rows = message(Role::Tool, result, out);
                    self.conversation.say(rows);
                }
                let identity = (!id.is_empty()).then(|| Identity::Own(self.id, out.builder.intern(id)));
                out.builder.add_call(call, identity, &messages);
            }
            "gemini" | "model" => out.count(Fate::Dropped("answer without usage")),
            kind => out.aside(kind),
        }
    }

    /// A line of Qwen Code.
    fn qwen(&mut self, line: &Value, at: RecordRef, out: &mut Output<'_>) {
        let event = &line["systemPayload"]["uiEvent"];
        let kind = line["type"].as_str().unwrap_or_default();
        let parts = &line["message"]["parts"];
        match (kind, event["event.name"].as_str().unwrap_or_default()) {
            ("user" | "tool_result", _) => {
                out.count(Fate::Kept);
                let role = if kind == "user" { Role::User } else { Role::Tool };
                let rows = message(role, parts, out);
                self.conversation.say(rows);
                let time = out.known(json::timestamp(&line["timestamp"]), "timestamp", at);
                self.asked = time.or(self.asked);
            }
            ("assistant", _) if line["usageMetadata"].is_object() => self.answer(line, at, out),
            ("assistant", _) => out.count(Fate::Dropped("answer without usage")),
            (_, name) if name.ends_with(".api_response") => self.response(event, at, out),
            (_, name) if name.ends_with(".api_error") => {
                out.count(Fate::Kept);
                let mut call = self.telemetry(event, at, out);
                let word = |key: &str| event[key].as_str().map(str::to_owned);
                let code = ["status_code", "error_type"].map(|key| match &event[key] {
                    Value::Number(code) => code.to_string(),
                    other => other.as_str().unwrap_or_default().to_owned(),
                });
                let text = format!("{} {} {}", code[0], code[1], word("error_message").unwrap_or_default());
                call.status = genai::failure(&text);
                call.error = out.builder.intern(if code[1].is_empty() { &code[0] } else { &code[1] });
                out.builder.add_call(call, None, &[]);
            }
            ("system", _) => out.aside(line["subtype"].as_str().unwrap_or("system")),
            (kind, _) => out.aside(kind),
        }
    }

    fn answer(&mut self, line: &Value, at: RecordRef, out: &mut Output<'_>) {
        out.count(Fate::Kept);
        let mut call = Call::at(at);
        let time = out.known(json::timestamp(&line["timestamp"]), "timestamp", at);
        call.session = self.id;
        call.model = out.builder.intern(line["model"].as_str().unwrap_or_default());
        call.usage = metadata(&line["usageMetadata"], at, out);
        call.start = self.asked.take().or(time);
        match self.telemetry.take_if(|other| same(&other.usage, &call.usage)) {
            Some(other) => {
                (call.start, call.duration) = (other.start, other.duration);
                out.merged("same call told by telemetry", at, other.record);
                self.told = None;
            }
            None => self.only_telemetry(out),
        }
        let answer = message(Role::Assistant, &line["message"]["parts"], out);
        let tool = line["message"]["parts"].as_array().into_iter().flatten();
        let tool = tool.filter_map(|part| part["functionCall"]["name"].as_str()).next().unwrap_or("answer");
        call.name = out.builder.intern(tool);
        let messages = self.conversation.answer(&answer, Extent::New);
        let alone = call.duration.is_none();
        let usage = call.usage;
        let id = out.builder.intern(line["uuid"].as_str().unwrap_or_default());
        // A resumed session repeats the lines of the one before.
        let identity = (!id.is_none()).then(|| Identity::Own(out.builder.intern("qwen-code"), id));
        let (id, _) = out.builder.add_call(call, identity, &messages);
        self.told = alone.then_some((id, usage));
    }

    /// Telemetry of an answer. Helpers of the program leave nothing but this.
    fn response(&mut self, event: &Value, at: RecordRef, out: &mut Output<'_>) {
        let call = self.telemetry(event, at, out);
        if let Some((id, _)) = self.told.take_if(|(_, usage)| same(usage, &call.usage)) {
            let told = out.builder.call_mut(id);
            (told.start, told.duration) = (call.start, call.duration);
            let kept = told.record;
            return out.merged("same call told by telemetry", kept, at);
        }
        self.only_telemetry(out);
        self.telemetry = Some(call);
    }

    fn telemetry(&self, event: &Value, at: RecordRef, out: &mut Output<'_>) -> Call {
        let mut call = Call::at(at);
        call.session = self.id;
        call.name = out.builder.intern("answer");
        call.model = out.builder.intern(event["model"].as_str().unwrap_or_default());
        let end = out.known(json::timestamp(&event["event.timestamp"]), "event.timestamp", at);
        call.duration = out.known(json::nanos(&event["duration_ms"], Unit::Ms), "duration_ms", at);
        call.start = end.zip(call.duration).map(|(end, length)| Timestamp(end.0.saturating_sub(length.0)));
        call.status = Status::Ok;
        let names = ["input", "output", "cached_content", "thoughts", "tool", "total"];
        call.usage = usage(event, names.map(|name| format!("{name}_token_count")), at, out);
        call
    }

    /// Telemetry that no line of the conversation followed is a call of its own.
    fn only_telemetry(&mut self, out: &mut Output<'_>) {
        if let Some(call) = self.telemetry.take() {
            out.count(Fate::Kept);
            out.builder.add_call(call, None, &[]);
        }
    }
}

fn same(a: &Usage, b: &Usage) -> bool {
    (a.input, a.output) == (b.input, b.output)
}

fn tokens(told: &Value, at: RecordRef, out: &mut Output<'_>) -> Usage {
    usage(told, ["input", "output", "cached", "thoughts", "tool", "total"].map(str::to_owned), at, out)
}

fn metadata(told: &Value, at: RecordRef, out: &mut Output<'_>) -> Usage {
    let names = [
        "promptTokenCount",
        "candidatesTokenCount",
        "cachedContentTokenCount",
        "thoughtsTokenCount",
        "toolUsePromptTokenCount",
        "totalTokenCount",
    ];
    usage(told, names.map(str::to_owned), at, out)
}

/// Usage by the names of input, output, cached part, thoughts, prompts of the provider's tools, and total.
/// Thoughts stand beside the output, unless the total says that they are inside: Qwen Code also talks to
/// providers that count so.
fn usage(told: &Value, names: [String; 6], at: RecordRef, out: &mut Output<'_>) -> Usage {
    let [input, output, cached, thoughts, tool, total] =
        names.map(|name| out.known(json::tokens(&told[&name]), &name, at));
    let plus = |a: Figure, b: Figure| match (a.get(), b.get()) {
        (Some(a), Some(b)) if b > 0 => Figure::counted(a.saturating_add(b)),
        _ => a,
    };
    let input = plus(input, tool);
    let inside = total.is_known() && total.or_zero() == input.or_zero().saturating_add(output.or_zero());
    let mut usage = Usage {
        cache_read: cached,
        output: if inside { output } else { plus(output, thoughts) },
        reasoning: thoughts,
        ..Usage::default()
    };
    usage.set_input(input, Convention::Inclusive);
    usage
}
