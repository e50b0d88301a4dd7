use super::Blocks;

/// vLLM as it comes: full blocks of 16 tokens; the last token of a prompt is always worked out anew.
pub const VLLM: Blocks = vllm(16);

/// vLLM with blocks of so many tokens. Hybrids with Mamba layers have 528.
pub const fn vllm(tokens: u32) -> Blocks {
    Blocks { tokens: if tokens == 0 { 1 } else { tokens }, fresh: 1 }
}
