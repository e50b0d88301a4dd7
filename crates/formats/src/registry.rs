use crate::{Format, bench, claude_code::ClaudeCode, langfuse::Langfuse, otlp::Otlp, records::Records};

/// Every format, one line each. The most confident one reads a file.
#[rustfmt::skip]
pub static FORMATS: &[&dyn Format] = &[
    &Otlp,
    &ClaudeCode,
    &crate::codex::Codex,
    &Langfuse,
    &bench::AiPerf,
    &bench::VLLM,
    &bench::SGLANG,
    &bench::GenAiPerf,
    &bench::LlmPerf,
    &bench::GuideLlm,
    &bench::InferencePerf,
    &bench::LlamaBench,
    &bench::MOONCAKE,
    &bench::BAILIAN,
    &bench::AZURE,
    &bench::BURSTGPT,
    &bench::VIDUR,
    &bench::ServeGen,
    &Records,
];
