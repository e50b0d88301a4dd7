use crate::{
    Format, batch::Batch, bench, claude_code::ClaudeCode, har::Har, langfuse::Langfuse, otlp::Otlp, provider,
    records::Records, vcr::Vcr,
};

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
    &Batch,
    &Har,
    &Vcr,
    &provider::Bodies(&provider::OpenAiChat),
    &provider::Bodies(&provider::OpenAiResponses),
    &provider::Bodies(&provider::Anthropic),
    &provider::Bodies(&provider::Gemini),
    &provider::Bodies(&provider::Bedrock),
    &provider::Bodies(&provider::Cohere),
    &provider::Bodies(&provider::Ollama),
];
