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
        about: "by OpenLLMetry; answers and times of a replay",
        format: "OTLP",
        bytes: include_bytes!("../../../www/samples/rag-openllmetry.otlp.jsonl").len() as u64,
    },
    Sample {
        name: "The same pipeline",
        path: "samples/rag-openinference.otlp.jsonl",
        about: "by OpenInference, with the prompts’ messages",
        format: "OTLP",
        bytes: include_bytes!("../../../www/samples/rag-openinference.otlp.jsonl").len() as u64,
    },
    Sample {
        name: "Coding agent session",
        path: "samples/claude-code-session.jsonl",
        about: "one session, 59 records",
        format: "Claude Code",
        bytes: include_bytes!("../../../www/samples/claude-code-session.jsonl").len() as u64,
    },
    Sample {
        name: "Agent with a tool",
        path: "samples/langfuse-agno.json",
        about: "web search by an Agno agent on gpt-4o-mini",
        format: "Langfuse",
        bytes: include_bytes!("../../../www/samples/langfuse-agno.json").len() as u64,
    },
];
