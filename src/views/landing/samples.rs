/// A file that comes with the page.
pub struct Sample {
    /// What it is.
    pub name: &'static str,
    /// Its path, relative to the page.
    pub path: &'static str,
    /// What is in it.
    pub about: &'static str,
    /// Its format for a person.
    pub format: &'static str,
    /// Its size.
    pub bytes: u64,
}

/// The samples. `samples/SOURCES.md` says where each is from.
pub const SAMPLES: [Sample; 4] = [
    Sample {
        name: "RAG pipeline",
        path: "samples/rag-openllmetry.otlp.jsonl",
        about: "retrieval, streaming and tool calls by OpenLLMetry; the answers are replayed, the times are the replay's",
        format: "OTLP",
        bytes: include_bytes!("../../../www/samples/rag-openllmetry.otlp.jsonl").len() as u64,
    },
    Sample {
        name: "The same pipeline",
        path: "samples/rag-openinference.otlp.jsonl",
        about: "as OpenInference writes it, with every message of the prompts",
        format: "OTLP",
        bytes: include_bytes!("../../../www/samples/rag-openinference.otlp.jsonl").len() as u64,
    },
    Sample {
        name: "Coding agent session",
        path: "samples/claude-code-session.jsonl",
        about: "one session in 59 records, with cache writes and reads",
        format: "Claude Code",
        bytes: include_bytes!("../../../www/samples/claude-code-session.jsonl").len() as u64,
    },
    Sample {
        name: "Agent with a tool",
        path: "samples/langfuse-agno.json",
        about: "one run of a web search agent on gpt-4o-mini, as exported",
        format: "Langfuse",
        bytes: include_bytes!("../../../www/samples/langfuse-agno.json").len() as u64,
    },
];
