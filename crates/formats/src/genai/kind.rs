//! What a span is: a model call or not, and which phase of a request, by named rules.

use trace::{Operation, Phase, SpanKind};

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

/// Phases by the span's name without case and separators: a phase's own key and its short forms.
const PHASES: &[(&str, Phase)] = &[
    ("preprocess", Phase::Preprocessing),
    ("preprocessing", Phase::Preprocessing),
    ("embeddinglookup", Phase::EmbeddingLookup),
    ("retrieve", Phase::EmbeddingLookup),
    ("retrieval", Phase::EmbeddingLookup),
    ("vectorsearch", Phase::EmbeddingLookup),
    ("queuewait", Phase::QueueWait),
    ("llmqueuewait", Phase::QueueWait),
    ("timetofirsttoken", Phase::TimeToFirstToken),
    ("tokengeneration", Phase::TokenGeneration),
    ("postprocess", Phase::Postprocessing),
    ("postprocessing", Phase::Postprocessing),
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

/// The phase that a whole span is.
pub(crate) fn phase(name: &str, kind: SpanKind, operation: Operation) -> Option<Phase> {
    // Longer than any name in the table: not worth a copy.
    let short: String = match name.len() {
        0..=64 => name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect(),
        _ => String::new(),
    };
    let by_name = PHASES.iter().find(|(name, _)| *name == short).map(|&(_, phase)| phase);
    let looks_up = kind == SpanKind::Retrieval || (kind == SpanKind::Call && operation == Operation::Embed);
    by_name.or(looks_up.then_some(Phase::EmbeddingLookup))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_phases() {
        for (name, phase) in [
            ("preprocess", Some(Phase::Preprocessing)),
            ("Vector Search", Some(Phase::EmbeddingLookup)),
            ("llm_queue_wait", Some(Phase::QueueWait)),
            ("Post-processing", Some(Phase::Postprocessing)),
            ("retrieval of the post", None),
            ("", None),
        ] {
            assert_eq!(super::phase(name, SpanKind::Other, Operation::Generate), phase, "{name}");
        }
        for phase in Phase::ALL.into_iter().filter(|&p| p != Phase::Unattributed) {
            assert_eq!(super::phase(phase.key(), SpanKind::Other, Operation::Generate), Some(phase));
        }
    }
}
