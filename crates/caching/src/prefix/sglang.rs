use super::Blocks;

/// SGLang's radix tree as it comes: pages of one token. The tree splits where prompts part, so it holds what
/// blocks of a page's size hold.
pub const SGLANG: Blocks = sglang(1);

/// SGLang with pages of so many tokens.
pub const fn sglang(page: u32) -> Blocks {
    Blocks { tokens: if page == 0 { 1 } else { page }, fresh: 1 }
}
