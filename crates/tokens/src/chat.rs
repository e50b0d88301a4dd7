//! What OpenAI's chat models count beyond the texts of the messages, after OpenAI's cookbook.

use tiktoken_rs::tokenizer::{Tokenizer, get_tokenizer};

use crate::Encoding;
use crate::model::bare_name;

/// A message as its tokens are counted. Absent parts are `None` or empty.
#[derive(Clone, Copy, Debug, Default)]
pub struct ChatMessage<'a> {
    /// `system`, `user`, `assistant`, ...
    pub role: &'a str,
    /// Author's name.
    pub name: Option<&'a str>,
    /// Text.
    pub content: Option<&'a str>,
    /// Name and JSON arguments of each function called.
    pub calls: &'a [(&'a str, &'a str)],
    /// Text of a refusal.
    pub refusal: Option<&'a str>,
}

/// Tokens a chat model adds around messages. The rules are heuristics of the cookbook's: counts that
/// rest on them are estimates, however exact the encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChatRules {
    /// Tokens around each message.
    pub per_message: i64,
    /// Tokens for a name beyond the name's own; negative where the name stands in for the role.
    pub per_name: i64,
    /// Tokens for each function call beyond its name and arguments.
    pub per_call: i64,
    /// Tokens that begin the reply, once a request.
    pub reply: i64,
}

impl ChatRules {
    /// The rules of a model; `None` if it is not an OpenAI chat model with a known encoding.
    #[must_use]
    pub fn for_model(model: &str) -> Option<ChatRules> {
        let model = bare_name(model);
        let known = matches!(
            get_tokenizer(&model)?,
            Tokenizer::Cl100kBase | Tokenizer::O200kBase | Tokenizer::O200kHarmony
        );
        let (per_message, per_name) = if model == "gpt-3.5-turbo-0301" { (4, -1) } else { (3, 1) };
        known.then_some(ChatRules { per_message, per_name, per_call: 1, reply: 3 })
    }

    /// Tokens of a request beyond those of the messages' texts (role, name, content, calls, refusal).
    #[must_use]
    pub fn overhead<'a>(self, messages: impl IntoIterator<Item = ChatMessage<'a>>) -> i64 {
        let of = |message: ChatMessage| {
            let name = if message.name.is_some() { self.per_name } else { 0 };
            self.per_message + name + self.per_call * message.calls.len() as i64
        };
        self.reply + messages.into_iter().map(of).sum::<i64>()
    }

    /// Tokens of a request beyond the contents of its messages: the overhead and the roles, each of which is one
    /// token in every encoding of a chat model.
    #[must_use]
    pub fn template<'a>(self, roles: impl IntoIterator<Item = &'a str>) -> u64 {
        let messages = roles.into_iter().map(|role| ChatMessage { role, ..ChatMessage::default() });
        let mut roles = 0u64;
        self.overhead(messages.inspect(|_| roles += 1)).max(0).unsigned_abs().saturating_add(roles)
    }

    /// Tokens of a request: the texts and the overhead.
    #[must_use]
    pub fn count<'a, M>(self, encoding: &Encoding, messages: M) -> u64
    where
        M: IntoIterator<Item = ChatMessage<'a>> + Clone,
    {
        let texts = |message: ChatMessage<'a>| {
            let calls = message.calls.iter().flat_map(|&(name, arguments)| [name, arguments]);
            let others = [message.name, message.content, message.refusal].into_iter().flatten();
            std::iter::once(message.role).chain(others).chain(calls)
        };
        let own: u64 = messages.clone().into_iter().flat_map(texts).map(|text| encoding.count(text)).sum();
        own.saturating_add_signed(self.overhead(messages))
    }
}
