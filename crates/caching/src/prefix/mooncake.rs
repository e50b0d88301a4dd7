use super::Blocks;

/// The blocks that the trace itself tells: Mooncake's `hash_ids`, of 512 tokens, the last one shorter.
pub const MOONCAKE: Blocks = Blocks { tokens: 0, fresh: 0 };
