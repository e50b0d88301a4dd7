//! Sets of conversations without usage: ShareGPT (`conversations` of `{from, value}`), WildChat and LMSYS-Chat
//! (`conversation` of `{role, content}`). Each answer is a request that was sent all that stands before it.

use serde_json::Value;
use trace::{Call, Fate, Identity, Role};
use units::Timestamp;

use crate::{
    About, Confidence, Container, Family, Format, Head, Output, Reader, Record,
    conversation::{Conversation, Extent, message},
    json,
};

/// ShareGPT conversations.
pub struct ShareGpt;

impl Format for ShareGpt {
    fn about(&self) -> &'static About {
        &About {
            key: "sharegpt",
            name: "ShareGPT conversations",
            family: Family::Conversations,
            origin: "Datasets in the form of ShareGPT.",
        }
    }

    fn sniff(&self, head: &Head) -> Confidence {
        let own = |record: &Value| {
            let first = &record["conversations"][0];
            first["from"].is_string() && first.get("value").is_some()
        };
        if head.container == Container::Json && head.records.iter().any(own) {
            Confidence::Certain
        } else {
            Confidence::No
        }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(Chats::default())
    }
}

/// WildChat and LMSYS-Chat.
pub struct WildChat;

impl Format for WildChat {
    fn about(&self) -> &'static About {
        &About {
            key: "wildchat",
            name: "WildChat / LMSYS-Chat conversations",
            family: Family::Conversations,
            origin: "The datasets WildChat and LMSYS-Chat-1M, as JSON.",
        }
    }

    fn sniff(&self, head: &Head) -> Confidence {
        let own = |record: &Value| {
            let first = &record["conversation"][0];
            first["role"].is_string() && first.get("content").is_some() && record.get("model").is_some()
        };
        if head.container == Container::Json && head.records.iter().any(own) {
            Confidence::Certain
        } else {
            Confidence::No
        }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(Chats::default())
    }
}

/// Reads one file.
#[derive(Default)]
struct Chats {
    conversation: Conversation,
}

impl Reader for Chats {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        let Ok(chat) = serde_json::from_str::<Value>(record.text) else {
            return out.count(Fate::Dropped("not a conversation"));
        };
        let Some(turns) = ["conversations", "conversation"].iter().find_map(|key| chat[key].as_array())
        else {
            return out.count(Fate::Dropped("not a conversation"));
        };
        let at = record.at;
        // Ids of ShareGPT sets are numbers that begin anew in each set.
        let unique = ["conversation_id", "conversation_hash"].iter().find_map(|key| json::text(&chat[key]));
        let id = unique.or(json::text(&chat["id"])).unwrap_or_default();
        let session = out.builder.intern(id);
        let model = out.builder.intern(chat["model"].as_str().unwrap_or_default());
        self.conversation.begin();
        let mut asked: Option<Timestamp> = None;
        for (number, turn) in turns.iter().enumerate() {
            let field =
                |names: [&str; 2]| names.into_iter().map(|name| &turn[name]).find(|value| !value.is_null());
            let role = match field(["from", "role"]).and_then(Value::as_str).unwrap_or_default() {
                "human" | "user" => Role::User,
                "gpt" | "assistant" | "chatgpt" | "bing" | "bard" | "model" | "function_call" => {
                    Role::Assistant
                }
                "system" => Role::System,
                "tool" | "function" | "observation" | "function_response" => Role::Tool,
                _ => {
                    out.count(Fate::Dropped("turn of nobody known"));
                    continue;
                }
            };
            out.count(Fate::Kept);
            let time = out.known(json::timestamp(&turn["timestamp"]), "timestamp", at);
            let rows = message(role, field(["value", "content"]).unwrap_or(&Value::Null), out);
            if role != Role::Assistant {
                self.conversation.say(rows);
                asked = time.or(asked);
                continue;
            }
            let call = Call {
                session,
                model,
                name: out.builder.intern("answer"),
                start: asked.take().or(time),
                ..Call::at(at)
            };
            let messages = self.conversation.answer(&rows, Extent::Whole);
            let turn = out.builder.intern(&format!("turn {number}"));
            let identity = unique.map(|_| Identity::Own(session, turn));
            out.builder.add_call(call, identity, &messages);
        }
    }
}
