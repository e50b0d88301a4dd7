use crate::{Format, claude_code::ClaudeCode, langfuse::Langfuse, otlp::Otlp, records::Records};

/// Every format, one line each. The most confident one reads a file.
#[rustfmt::skip]
pub static FORMATS: &[&dyn Format] = &[
    &Otlp,
    &ClaudeCode,
    &Langfuse,
    &Records,
];
