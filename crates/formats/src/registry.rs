use crate::{Format, bench, claude_code::ClaudeCode, langfuse::Langfuse, otlp::Otlp, provider, records::Records};

/// Every format, one line each. The most confident one reads a file.
#[rustfmt::skip]
pub static FORMATS: &[&dyn Format] = &[
    &Otlp,
    &ClaudeCode,
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
    &provider::Bodies(&provider::OpenAiChat),
    &provider::Bodies(&provider::OpenAiResponses),
    &provider::Bodies(&provider::Anthropic),
    &provider::Bodies(&provider::Gemini),
    &provider::Bodies(&provider::Bedrock),
    &provider::Bodies(&provider::Cohere),
    &provider::Bodies(&provider::Ollama),
];
