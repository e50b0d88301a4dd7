use crate::{Format, claude_code::ClaudeCode, records::Records};

/// Every format, one line each. The most confident one reads a file.
pub static FORMATS: &[&dyn Format] = &[
    &ClaudeCode,
    &Records,
];
