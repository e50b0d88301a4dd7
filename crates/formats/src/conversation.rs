//! Conversations that a log tells message by message: what a model was sent, and what it answered.

use serde_json::Value;
use trace::{Component, Message, Role};

use crate::{
    Output,
    genai::{Slot, Transcript},
};

/// What a value says, as message rows: a text, a message, a list of messages in the shape of any provider.
pub(crate) fn rows(slot: Slot, value: &Value, out: &mut Output<'_>) -> Vec<Message> {
    let mut transcript = Transcript::new(out.builder);
    transcript.add(slot, value);
    transcript.into_messages()
}

/// The messages of a conversation up to now.
#[derive(Default)]
pub(crate) struct Conversation {
    said: Vec<Message>,
    /// How many of them the model has answered.
    answered: usize,
    /// How many earlier messages calls have repeated, over all conversations of the file.
    repeated: usize,
}

/// As many earlier messages are repeated in the calls of one file. They grow with the square of a conversation's
/// length, and a file may be made to fill the memory so.
const MAX_REPEATED: usize = 8 << 20;

/// Which messages belong to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Those since the last answer. The source tells the tokens; an agent's conversation of thousands of
    /// turns would fill the tables with what they repeat.
    New,
    /// All of them: the tokens have to be counted from the texts. Beyond a bound there are none, so that the tokens
    /// stay unknown.
    Whole,
}

impl Conversation {
    /// Begins the next conversation of the file.
    pub(crate) fn begin(&mut self) {
        self.said.clear();
        self.answered = 0;
    }

    /// Adds what is said to the model.
    pub(crate) fn say(&mut self, rows: impl IntoIterator<Item = Message>) {
        self.said.extend(rows);
    }

    /// Adds the model's answer. What comes back are the messages of the call that it answers.
    pub(crate) fn answer(&mut self, answer: &[Message], extent: Extent) -> Vec<Message> {
        let mut call = match extent {
            Extent::New => self.said[self.answered..].to_vec(),
            Extent::Whole if self.repeated > MAX_REPEATED => Vec::new(),
            Extent::Whole => self.said.clone(),
        };
        if extent == Extent::New || self.repeated <= MAX_REPEATED {
            call.extend_from_slice(answer);
        }
        if extent == Extent::Whole {
            self.repeated = self.repeated.saturating_add(self.answered);
        }
        for message in &mut self.said[self.answered..] {
            if message.component == Component::User {
                message.component = Component::History;
            }
        }
        // Thoughts are not sent again.
        let kept = answer.iter().filter(|message| message.component != Component::Reasoning);
        self.said.extend(kept.map(|&message| Message { component: Component::History, ..message }));
        self.answered = self.said.len();
        call
    }
}

impl Output<'_> {
    /// Counts a record of a log that is of another kind than what is said.
    pub(crate) fn aside(&mut self, kind: &str) {
        let kind: String = kind.chars().take(40).collect();
        self.dropped(format!("not part of the conversation: {kind}"));
    }
}

/// A message of some role whose content has the shape of any provider.
pub(crate) fn message(role: Role, content: &Value, out: &mut Output<'_>) -> Vec<Message> {
    let (slot, role) = match role {
        Role::System => (Slot::System, "system"),
        Role::User => (Slot::Prompt, "user"),
        Role::Tool => (Slot::Prompt, "tool"),
        Role::Assistant => (Slot::Answer, "assistant"),
    };
    rows(slot, &serde_json::json!({"role": role, "content": content}), out)
}
