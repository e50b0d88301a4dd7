//! What an attribute means, whatever it is called. A new spelling is one line of [`NAMES`].

use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use serde_json::Value;

use super::{Attributes, messages};
use crate::{sampling, secrets};

/// The meanings that a call is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    SdkOperation,
    Operation,
    InferenceKind,
    RequestType,
    EntityKind,
    Database,
    Provider,
    Model,
    Response,
    Input,
    Output,
    CacheRead,
    CacheWrite,
    CacheWrite1h,
    Reasoning,
    AudioInput,
    AudioOutput,
    FirstTokenSeconds,
    FirstTokenMillis,
    QueueSeconds,
    TokensPerSecond,
    Cost,
    Session,
    User,
    Service,
    Agent,
    Component,
    Error,
    HttpStatus,
    System,
    Tools,
    Prompt,
    Answer,
    AnswerTools,
    AnswerReasoning,
    RawPrompt,
    RawAnswer,
}

const MEANINGS: usize = Meaning::RawAnswer as usize + 1;

/// Each meaning's names, best first: the current GenAI conventions, their older forms, OpenLLMetry,
/// OpenInference, the Vercel AI SDK, vLLM.
const NAMES: &[(Meaning, &[&str])] = &[
    (Meaning::SdkOperation, &["ai.operationId"]),
    (Meaning::Operation, &["gen_ai.operation.name"]),
    (Meaning::InferenceKind, &["openinference.span.kind"]),
    (Meaning::RequestType, &["llm.request.type"]),
    (Meaning::EntityKind, &["traceloop.span.kind"]),
    (Meaning::Database, &["db.system.name", "db.system"]),
    (
        Meaning::Provider,
        &["gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system", "ai.model.provider"],
    ),
    (
        Meaning::Model,
        &[
            "gen_ai.response.model",
            "ai.response.model",
            "llm.response.model_name",
            "llm.model_name",
            "embedding.model_name",
            "gen_ai.request.model",
            "llm.request.model_name",
            "ai.model.id",
        ],
    ),
    (Meaning::Response, &["gen_ai.response.id", "ai.response.id", "gen_ai.request.id"]),
    (
        Meaning::Input,
        &[
            "gen_ai.usage.input_tokens",
            "gen_ai.usage.prompt_tokens",
            "llm.token_count.prompt",
            "llm.usage.prompt_tokens",
            "ai.usage.inputTokens",
            "ai.usage.promptTokens",
            "ai.usage.tokens",
        ],
    ),
    (
        Meaning::Output,
        &[
            "gen_ai.usage.output_tokens",
            "gen_ai.usage.completion_tokens",
            "llm.token_count.completion",
            "llm.usage.completion_tokens",
            "ai.usage.outputTokens",
            "ai.usage.completionTokens",
        ],
    ),
    (
        Meaning::CacheRead,
        &[
            "gen_ai.usage.cache_read.input_tokens",
            "gen_ai.usage.cache_read_input_tokens",
            "llm.token_count.prompt_details.cache_read",
            "ai.usage.cachedInputTokens",
        ],
    ),
    (
        Meaning::CacheWrite,
        &[
            "gen_ai.usage.cache_creation.input_tokens",
            "gen_ai.usage.cache_write.input_tokens",
            "gen_ai.usage.cache_creation_input_tokens",
            "llm.token_count.prompt_details.cache_write",
        ],
    ),
    (Meaning::CacheWrite1h, &["anthropic.usage.cache_creation.ephemeral_1h_input_tokens"]),
    (
        Meaning::Reasoning,
        &[
            "gen_ai.usage.reasoning.output_tokens",
            "gen_ai.usage.reasoning_tokens",
            "llm.token_count.completion_details.reasoning",
            "ai.usage.reasoningTokens",
        ],
    ),
    (Meaning::AudioInput, &["llm.token_count.prompt_details.audio"]),
    (Meaning::AudioOutput, &["llm.token_count.completion_details.audio"]),
    (
        Meaning::FirstTokenSeconds,
        &[
            "gen_ai.response.time_to_first_chunk",
            "gen_ai.latency.time_to_first_token",
            "gen_ai.server.time_to_first_token",
        ],
    ),
    (Meaning::FirstTokenMillis, &["ai.response.msToFirstChunk"]),
    (Meaning::QueueSeconds, &["gen_ai.latency.time_in_queue"]),
    (
        Meaning::TokensPerSecond,
        &["ai.response.avgOutputTokensPerSecond", "ai.response.avgCompletionTokensPerSecond"],
    ),
    (Meaning::Cost, &["llm.cost.total", "gen_ai.usage.cost"]),
    (
        Meaning::Session,
        &[
            "gen_ai.conversation.id",
            "session.id",
            "langfuse.session.id",
            "traceloop.association.properties.session_id",
            "ai.telemetry.metadata.sessionId",
        ],
    ),
    (
        Meaning::User,
        &[
            "user.id",
            "enduser.id",
            "langfuse.user.id",
            "traceloop.association.properties.user_id",
            "ai.telemetry.metadata.userId",
        ],
    ),
    (
        Meaning::Service,
        &[
            "openai.response.service_tier",
            "gen_ai.openai.response.service_tier",
            "openai.request.service_tier",
            "gen_ai.openai.request.service_tier",
        ],
    ),
    (Meaning::Agent, &["gen_ai.agent.name", "agent.name"]),
    (
        Meaning::Component,
        &[
            "gen_ai.workflow.name",
            "traceloop.entity.name",
            "traceloop.workflow.name",
            "ai.telemetry.functionId",
        ],
    ),
    (Meaning::Error, &["error.type", "exception.type"]),
    (Meaning::HttpStatus, &["http.response.status_code", "http.status_code"]),
    (Meaning::System, &["gen_ai.system_instructions"]),
    (Meaning::Tools, &["gen_ai.tool.definitions", "ai.prompt.tools"]),
    (
        Meaning::Prompt,
        &["gen_ai.input.messages", "ai.prompt.messages", "gen_ai.prompt", "ai.prompt", "ai.values"],
    ),
    (
        Meaning::Answer,
        &[
            "gen_ai.output.messages",
            "ai.response.text",
            "ai.response.object",
            "gen_ai.completion",
            "gen_ai.output.text",
        ],
    ),
    (Meaning::AnswerTools, &["ai.response.toolCalls"]),
    (Meaning::AnswerReasoning, &["ai.response.reasoning"]),
    (Meaning::RawPrompt, &["input.value"]),
    (Meaning::RawAnswer, &["output.value"]),
];

/// Name to its meaning, and its rank among the names of that meaning.
static BY_NAME: LazyLock<FxHashMap<&str, (Meaning, usize)>> = LazyLock::new(|| {
    let ranked = |&(meaning, names): &(Meaning, &'static [&'static str])| {
        names.iter().enumerate().map(move |(rank, &name)| (name, (meaning, rank)))
    };
    NAMES.iter().flat_map(ranked).collect()
});

/// Whether a name means something as it stands.
pub(super) fn has_meaning(name: &str) -> bool {
    BY_NAME.contains_key(name)
}

/// When an attribute is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    Now,
    /// Where nothing else tells the same; it repeats whole bodies.
    Late,
    Never,
}

/// When the attribute of this name is read.
pub(crate) fn use_of(name: &str) -> Use {
    match BY_NAME.get(name) {
        Some((Meaning::RawPrompt | Meaning::RawAnswer, _)) => Use::Late,
        None if !messages::is_flattened(name) && !is_secret(name) && !sampling::is_named(name) => Use::Never,
        _ => Use::Now,
    }
}

/// Whether the attribute of this name is a header that nobody else should see.
pub(super) fn is_secret(name: &str) -> bool {
    name.contains(".header.") && secrets::is_secret(name)
}

impl Meaning {
    /// Whether a name has this meaning.
    pub(super) fn is_named(self, name: &str) -> bool {
        BY_NAME.get(name).is_some_and(|&(meaning, _)| meaning == self)
    }
}

/// Whether a value says anything.
pub(super) fn is_told(value: &Value) -> bool {
    !(value.is_null() || value.as_str() == Some(""))
}

/// The attributes of one span by their meaning.
pub(crate) struct Known<'a>([Option<(usize, &'a Value)>; MEANINGS]);

impl<'a> Known<'a> {
    /// Of each meaning the best name that has a value; of a name that stands twice the first.
    pub(crate) fn new(attributes: &'a Attributes<'_>) -> Known<'a> {
        let mut known = [None; MEANINGS];
        for (name, value) in attributes {
            if is_told(value)
                && let Some(&(meaning, rank)) = BY_NAME.get(&**name)
                && known[meaning as usize].is_none_or(|(best, _)| rank < best)
            {
                known[meaning as usize] = Some((rank, value));
            }
        }
        Known(known)
    }

    /// The value, where the span has one.
    pub(crate) fn get(&self, meaning: Meaning) -> Option<&'a Value> {
        self.0[meaning as usize].map(|(_, value)| value)
    }

    /// The value as text, empty where there is none.
    pub(crate) fn str(&self, meaning: Meaning) -> &'a str {
        self.get(meaning).and_then(Value::as_str).unwrap_or("")
    }

    /// The part of the application that made a call, empty where nothing says it.
    pub(crate) fn component(&self) -> &'a str {
        match self.str(Meaning::Agent) {
            "" => self.str(Meaning::Component),
            agent => agent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_meaning() {
        assert_eq!(BY_NAME.len(), NAMES.iter().map(|(_, names)| names.len()).sum::<usize>());
    }

    #[test]
    fn every_meaning_has_a_name() {
        assert_eq!(NAMES.len(), MEANINGS);
        assert!(NAMES.iter().enumerate().all(|(i, (meaning, _))| *meaning as usize == i));
    }
}
