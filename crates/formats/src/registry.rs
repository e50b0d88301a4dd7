use crate::{Format, bench, claude_code::ClaudeCode, langfuse::Langfuse, otlp::Otlp, records::Records};

/// Every format, one line each. The most confident one reads a file.
#[rustfmt::skip]
pub static FORMATS: &[&dyn Format] = &[
    &Otlp,
    &ClaudeCode,
    &crate::codex::Codex,
    &crate::pi_agent::PiAgent,
    &crate::gemini_cli::GeminiCli,
    &crate::copilot_chat::CopilotChat,
    &crate::cline::Cline,
    &crate::aider::Aider,
    &crate::opencode::OpenCode,
    &crate::mini_swe_agent::MiniSweAgent,
    &crate::atif::Atif,
    &crate::inspect_eval::InspectEval,
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
