//! What a span is: a model call or not, by named rules.

use trace::{Operation, SpanKind};

use super::names::{Known, Meaning};

/// What a word of an instrumentation says a span is: `gen_ai.operation.name`, `openinference.span.kind`,
/// `llm.request.type`, `traceloop.span.kind`, an observation's type. No two of them use a word differently.
const KINDS: &[(&str, SpanKind, Operation)] = {
    use Operation::{Embed, Generate, Rerank};
    use SpanKind::{Agent, Call, Other, Retrieval, Tool};
    &[
        ("chat", Call, Generate),
        ("text_completion", Call, Generate),
        ("completion", Call, Generate),
        ("generate_content", Call, Generate),
        ("llm", Call, Generate),
        ("generation", Call, Generate),
        ("embeddings", Call, Embed),
        ("embedding", Call, Embed),
        ("rerank", Call, Rerank),
        ("retrieval", Retrieval, Generate),
        ("retriever", Retrieval, Generate),
        ("reranker", Retrieval, Generate),
        ("execute_tool", Tool, Generate),
        ("tool", Tool, Generate),
        ("invoke_agent", Agent, Generate),
        ("create_agent", Agent, Generate),
        ("invoke_workflow", Agent, Generate),
        ("agent", Agent, Generate),
        ("workflow", Agent, Generate),
        ("chain", Agent, Generate),
        ("task", Other, Generate),
        ("guardrail", Other, Generate),
        ("evaluator", Other, Generate),
        ("prompt", Other, Generate),
    ]
};

/// Databases whose spans are vector searches.
const VECTOR_STORES: &[&str] = &[
    "chroma",
    "chromadb",
    "lancedb",
    "marqo",
    "milvus",
    "pinecone",
    "qdrant",
    "turbopuffer",
    "vespa",
    "weaviate",
];

/// What a word says, in any case.
pub(crate) fn by_word(word: &str) -> Option<(SpanKind, Operation)> {
    let known = KINDS.iter().find(|(name, ..)| name.eq_ignore_ascii_case(word))?;
    Some((known.1, known.2))
}

/// What a span is. The operation matters for calls only.
pub(crate) fn of_span(name: &str, known: &Known<'_>) -> (SpanKind, Operation) {
    // The Vercel AI SDK wraps each call in a span of its own that repeats the usage.
    let sdk = match known.str(Meaning::SdkOperation) {
        "" => name.split(' ').next().filter(|name| name.starts_with("ai.")).unwrap_or(""),
        operation => operation,
    };
    if let Some(operation) = sdk.strip_prefix("ai.") {
        return match operation.split_once(".do") {
            Some(("embed" | "embedMany", _)) => (SpanKind::Call, Operation::Embed),
            Some(("rerank", _)) => (SpanKind::Call, Operation::Rerank),
            Some(_) => (SpanKind::Call, Operation::Generate),
            None if operation == "toolCall" => (SpanKind::Tool, Operation::Generate),
            None => (SpanKind::Agent, Operation::Generate),
        };
    }
    let words = [Meaning::Operation, Meaning::InferenceKind, Meaning::RequestType, Meaning::EntityKind];
    if let Some(kind) = words.into_iter().find_map(|meaning| by_word(known.str(meaning))) {
        return kind;
    }
    if VECTOR_STORES.contains(&known.str(Meaning::Database)) {
        return (SpanKind::Retrieval, Operation::Generate);
    }
    // No word said it, as with vLLM's server spans: tokens of a model that are not an agent's sum.
    let has = |meaning| known.get(meaning).is_some();
    if has(Meaning::Model) && (has(Meaning::Input) || has(Meaning::Output)) && !has(Meaning::Agent) {
        return (SpanKind::Call, Operation::Generate);
    }
    (SpanKind::Other, Operation::Generate)
}
