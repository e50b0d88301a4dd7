//! One file a format, and the list of them all.

mod aider;
mod atif;
mod batch;
mod bench;
mod braintrust;
mod chatgpt;
mod chats;
mod chrome_trace;
mod claude_code;
mod cline;
mod codex;
mod copilot_chat;
mod gemini_cli;
mod har;
mod helicone;
mod inspect_eval;
mod jaeger;
mod langfuse;
mod langsmith;
mod litellm;
mod mini_swe_agent;
mod mlflow;
mod opencode;
mod openinference;
mod otel_spans;
pub(crate) mod otlp;
mod pi_agent;
mod portkey;
pub(crate) mod provider;
pub(crate) mod records;
#[cfg(test)]
mod skeleton;
mod vcr;
mod weave;
mod zipkin;

use crate::Format;

/// Every format, one line each. The most confident one reads a file.
#[rustfmt::skip]
pub static FORMATS: &[&dyn Format] = &[
    &otlp::Otlp,
    &claude_code::ClaudeCode,
    &codex::Codex,
    &pi_agent::PiAgent,
    &gemini_cli::GeminiCli,
    &copilot_chat::CopilotChat,
    &cline::Cline,
    &aider::Aider,
    &opencode::OpenCode,
    &mini_swe_agent::MiniSweAgent,
    &atif::Atif,
    &inspect_eval::InspectEval,
    &chats::ShareGpt,
    &chats::WildChat,
    &chatgpt::ChatGpt,
    &langfuse::Langfuse,
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
    &langsmith::Langsmith,
    &litellm::Litellm,
    &openinference::OpenInference,
    &otel_spans::OtelSpans,
    &jaeger::Jaeger,
    &zipkin::Zipkin,
    &chrome_trace::ChromeTrace,
    &braintrust::Braintrust,
    &mlflow::Mlflow,
    &weave::Weave,
    &portkey::Portkey,
    &helicone::Helicone,
    &records::Records,
    &batch::Batch,
    &har::Har,
    &vcr::Vcr,
    &provider::Bodies(&provider::OpenAiChat),
    &provider::Bodies(&provider::OpenAiResponses),
    &provider::Bodies(&provider::Anthropic),
    &provider::Bodies(&provider::Gemini),
    &provider::Bodies(&provider::Bedrock),
    &provider::Bodies(&provider::Cohere),
    &provider::Bodies(&provider::Ollama),
];
