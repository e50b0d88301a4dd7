//! `conversations.json` of a ChatGPT data export: each conversation is a tree of messages, of which the branch
//! that ends in `current_node` is the one on screen. There is no usage.

use rustc_hash::FxHashSet;
use serde_json::{Map, Value, json};
use trace::{Call, Fate, Identity, Message, RecordRef, Role, StrId};
use units::Timestamp;

use crate::{
    About, Confidence, Container, Family, Format, Head, Output, Reader, Record,
    conversation::{Conversation, Extent, message},
    json,
};

/// ChatGPT export.
pub struct ChatGpt;

impl Format for ChatGpt {
    fn about(&self) -> &'static About {
        &About {
            key: "chatgpt",
            name: "ChatGPT export",
            family: Family::Conversations,
            origin: "ChatGPT: Settings, Data controls, Export: conversations.json.",
        }
    }

    fn sniff(&self, head: &Head) -> Confidence {
        let own = |record: &Value| {
            let mapping = record["mapping"].as_object();
            mapping.is_some_and(|nodes| {
                nodes
                    .values()
                    .take(3)
                    .any(|node| node.get("parent").is_some() && node.get("children").is_some())
            })
        };
        if head.container == Container::Json && head.records.iter().any(own) {
            Confidence::Certain
        } else {
            Confidence::No
        }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(Export::default())
    }
}

/// Reads one file.
#[derive(Default)]
struct Export {
    conversation: Conversation,
}

impl Reader for Export {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        let chat = serde_json::from_str::<Value>(record.text).unwrap_or_default();
        let Some(nodes) = chat["mapping"].as_object() else {
            return out.count(Fate::Dropped("not a conversation"));
        };
        let branch = branch(nodes, &chat["current_node"]);
        let told = nodes.values().filter(|node| node["message"].is_object()).count();
        let shown = branch.iter().filter(|node| node["message"].is_object()).count();
        for _ in shown..told {
            out.count(Fate::Dropped("on another branch of the conversation"));
        }
        let id = ["conversation_id", "id"].iter().find_map(|key| json::text(&chat[key])).unwrap_or_default();
        let model = chat["default_model_slug"].as_str().unwrap_or_default();
        self.conversation.begin();
        let mut reading = Reading {
            at: record.at,
            session: out.builder.intern(id),
            model: out.builder.intern(model),
            conversation: &mut self.conversation,
            asked: None,
            answer: None,
        };
        for node in branch {
            reading.message(&node["message"], out);
        }
        reading.end(out);
    }
}

/// The nodes from the root to the current one. A file may claim a circle: each node is met once at most.
fn branch<'a>(nodes: &'a Map<String, Value>, current: &Value) -> Vec<&'a Value> {
    let last = || nodes.iter().find(|(_, node)| node["children"].as_array().is_some_and(Vec::is_empty));
    let mut at = current.as_str().and_then(|id| nodes.get(id)).or_else(|| last().map(|(_, node)| node));
    let mut path: Vec<&Value> = Vec::new();
    let mut met = FxHashSet::default();
    while let Some(node) = at.filter(|node| met.insert(std::ptr::from_ref(*node))) {
        path.push(node);
        at = node["parent"].as_str().and_then(|id| nodes.get(id));
    }
    path.reverse();
    path
}

/// One conversation.
struct Reading<'a> {
    at: RecordRef,
    session: StrId,
    model: StrId,
    conversation: &'a mut Conversation,
    asked: Option<Timestamp>,
    answer: Option<(Call, StrId, Vec<Message>)>,
}

impl Reading<'_> {
    fn message(&mut self, told: &Value, out: &mut Output<'_>) {
        if !told.is_object() {
            return;
        }
        let role = match told["author"]["role"].as_str().unwrap_or_default() {
            "system" => Role::System,
            "user" => Role::User,
            "assistant" => Role::Assistant,
            "tool" => Role::Tool,
            _ => return out.count(Fate::Dropped("message of nobody known")),
        };
        let rows = message(role, &content(&told["content"]), out);
        if rows.is_empty() {
            return out.count(Fate::Dropped("message without text"));
        }
        out.count(Fate::Kept);
        let time = out.known(json::timestamp(&told["create_time"]), "create_time", self.at);
        if role != Role::Assistant {
            self.end(out);
            self.conversation.say(rows);
            self.asked = time.or(self.asked);
            return;
        }
        let model = out.builder.intern(told["metadata"]["model_slug"].as_str().unwrap_or_default());
        if let Some((call, _, answer)) = &mut self.answer {
            call.model = call.model.or(model);
            answer.extend(rows);
            return;
        }
        let mut call = Call::at(self.at);
        (call.session, call.model) = (self.session, model);
        call.provider = out.builder.intern("openai");
        call.name = out.builder.intern("answer");
        call.start = self.asked.take().or(time);
        let id = out.builder.intern(told["id"].as_str().unwrap_or_default());
        self.answer = Some((call, id, rows));
    }

    /// Thoughts, calls of tools and text that follow each other are one answer.
    fn end(&mut self, out: &mut Output<'_>) {
        let Some((mut call, id, answer)) = self.answer.take() else { return };
        call.model = call.model.or(self.model);
        let messages = self.conversation.answer(&answer, Extent::Whole);
        let identity = (!id.is_none()).then(|| Identity::Own(out.builder.intern("chatgpt"), id));
        out.builder.add_call(call, identity, &messages);
    }
}

/// What a message says, without pictures and other assets.
fn content(content: &Value) -> Value {
    let thoughts = content["thoughts"].as_array().into_iter().flatten();
    let thoughts = thoughts.map(|thought| json!({"type": "thinking", "thinking": thought["content"]}));
    let parts = content["parts"].as_array().into_iter().flatten();
    let texts = parts.chain([content]).filter_map(|part| match part {
        Value::String(text) => Some(text.as_str()),
        part => part["text"].as_str(),
    });
    thoughts.chain(texts.map(|text| json!({"type": "text", "text": text}))).collect()
}
