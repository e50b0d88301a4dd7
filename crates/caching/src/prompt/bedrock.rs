use super::{anthropic, is_model};

/// Claude's minimums, but LiteLLM's table has Opus 4.7 at 4,096 here, where Anthropic's has 2,048. Nova also caches
/// by itself, by a rule that is not published.
pub(super) fn minimum(model: &str) -> Option<(u64, u64)> {
    if is_model(model, "opus-4-7") {
        return Some((2_048, 4_096));
    }
    anthropic::minimum(model)
}
