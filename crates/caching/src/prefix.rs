//! Prefix caches of one's own machines: keys and values of prompts, kept in blocks, for the longest beginning
//! that was seen before.
//!
//! A request touches its blocks from the last to the first, so that ends are evicted before beginnings, and what
//! is cached of a prompt is always a beginning. All blocks of a part lie side by side in that order: a part is
//! counted as one entry with a weight, whatever the size of the blocks.

mod mooncake;
mod optimal;
mod sglang;
mod shape;
mod vllm;

use crate::{Distances, Request, Traffic};

pub use mooncake::MOONCAKE;
pub use optimal::optimal;
pub use sglang::{SGLANG, sglang};
pub use shape::Shape;
pub use vllm::{VLLM, vllm};

/// How a server cuts prompts into blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Blocks {
    /// Tokens in a block; 0 where each part of the prompt is one, full or not.
    pub tokens: u32,
    /// Tokens at the end of a prompt that are always worked out anew, because the answer starts from them.
    pub fresh: u32,
}

/// A part of a prompt, as a node of the tree of all prompts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    /// The hash of all from the beginning of the prompt to the end of this part.
    pub key: u64,
    /// The blocks that end in this part.
    pub blocks: u32,
    /// How many of them a hit may use, and the tokens of these.
    pub usable: u32,
    pub tokens: u32,
}

/// Continues the hash of a beginning with what follows it.
pub(crate) fn chain(before: u64, next: u64) -> u64 {
    let mixed = (before ^ next.rotate_left(32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ (mixed >> 29)).wrapping_add(next).wrapping_mul(0xbf58_476d_1ce4_e5b9) ^ (mixed >> 32)
}

/// Puts the nodes of a request into `into`, first part first. Other models have other keys and values.
pub(crate) fn nodes(traffic: &Traffic, request: &Request, blocks: Blocks, into: &mut Vec<Node>) {
    into.clear();
    let (mut key, mut start) = (chain(request.partition, u64::from(request.model) + 1), 0u64);
    let parts = traffic.parts_of(request);
    let all = parts.iter().map(|part| u64::from(part.tokens)).sum::<u64>();
    let size = u64::from(blocks.tokens);
    let last = all.saturating_sub(blocks.fresh.into());
    for part in parts {
        let end = start + u64::from(part.tokens);
        key = chain(chain(key, part.hash), part.tokens.into());
        into.push(match size {
            0 => Node { key, blocks: 1, usable: 1, tokens: part.tokens },
            _ => {
                let usable = (end.min(last) / size).saturating_sub(start / size) as u32;
                let count = (end / size - start / size) as u32;
                Node { key, blocks: count, usable, tokens: usable.saturating_mul(blocks.tokens) }
            }
        });
        start = end;
    }
}

/// A part of a prompt that a cache held, if it was large enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Step {
    request: u32,
    /// Blocks that a cache must hold before it holds the first of these.
    before: u64,
    blocks: u32,
    tokens: u32,
}

impl Step {
    fn at(&self, capacity: u64) -> (u64, u64) {
        let blocks = capacity.saturating_sub(self.before).min(self.blocks.into());
        (blocks, u64::from(self.tokens) * blocks / u64::from(self.blocks).max(1))
    }
}

/// A replay through caches of every size at once, with the least recently used blocks evicted.
#[derive(Clone, Debug, Default)]
pub struct Replay {
    steps: Vec<Step>,
    /// Blocks and tokens of each request.
    sizes: Vec<(u64, u64)>,
}

/// What a cache of one size would have held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Held {
    /// The size in blocks; `None` without a bound.
    pub capacity: Option<u64>,
    /// Requests of which at least one block was held.
    pub requests_hit: u64,
    /// All requests that were looked at.
    pub requests: u64,
    /// Blocks that were held.
    pub blocks_hit: u64,
    /// All blocks of the prompts.
    pub blocks: u64,
    /// Tokens that were held.
    pub tokens_hit: u64,
    /// All tokens of the prompts.
    pub tokens: u64,
}

/// Replays the traffic once.
pub fn replay(traffic: &Traffic, blocks: Blocks) -> Replay {
    let mut replay = Replay::default();
    let touches = traffic.requests.iter().map(|request| traffic.parts_of(request).len()).sum();
    let mut distances = Distances::new(touches);
    let mut path = Vec::new();
    for (number, request) in traffic.requests.iter().enumerate() {
        nodes(traffic, request, blocks, &mut path);
        for node in &path {
            let Some(before) = distances.above(node.key) else { break };
            let (request, blocks) = (number as u32, node.usable);
            replay.steps.push(Step { request, before, blocks, tokens: node.tokens });
        }
        for node in path.iter().rev() {
            distances.touch(node.key, node.blocks);
        }
        replay.sizes.push(size(traffic, request, &path));
    }
    replay
}

/// The blocks and tokens of a request: the tokens that it reports, or those of its parts.
fn size(traffic: &Traffic, request: &Request, path: &[Node]) -> (u64, u64) {
    let parts = traffic.parts_of(request).iter().map(|part| u64::from(part.tokens)).sum();
    (path.iter().map(|node| u64::from(node.blocks)).sum(), request.input.get().unwrap_or(parts))
}

impl Replay {
    /// What caches of these sizes (in blocks, `None` for one without a bound) would have held of the requests
    /// from a number on; those before it only warm the cache.
    pub fn curve(&self, capacities: &[Option<u64>], from: usize) -> Vec<Held> {
        let (mut blocks, mut tokens) = (0, 0u64);
        for size in self.sizes.iter().skip(from) {
            (blocks, tokens) = (blocks + size.0, tokens.saturating_add(size.1));
        }
        let requests = self.sizes.len().saturating_sub(from) as u64;
        let at = |&capacity: &Option<u64>| {
            let mut held = Held { capacity, requests, blocks, tokens, ..Held::default() };
            let mut last = None;
            for step in self.steps.iter().filter(|step| step.request as usize >= from) {
                let (blocks, tokens) = step.at(capacity.unwrap_or(u64::MAX));
                held.blocks_hit += blocks;
                held.tokens_hit += tokens;
                if blocks > 0 && last != Some(step.request) {
                    (held.requests_hit, last) = (held.requests_hit + 1, Some(step.request));
                }
            }
            held
        };
        capacities.iter().map(at).collect()
    }

    /// The tokens that a cache of one size would have held, request by request.
    pub fn by_request(&self, capacity: Option<u64>) -> Vec<u64> {
        let mut held = vec![0; self.sizes.len()];
        for step in &self.steps {
            held[step.request as usize] += step.at(capacity.unwrap_or(u64::MAX)).1;
        }
        held
    }

    /// The sizes in blocks at which the curve rises, at most so many, evenly spread over the steps.
    pub fn capacities(&self, at_most: usize) -> Vec<u64> {
        let blocks = |step: &Step| (step.blocks > 0).then(|| step.before + u64::from(step.blocks));
        let mut sizes: Vec<u64> = self.steps.iter().filter_map(blocks).collect();
        sizes.sort_unstable();
        sizes.dedup();
        let every = sizes.len().div_ceil(at_most.max(1)).max(1);
        let last = sizes.last().copied();
        sizes
            .into_iter()
            .step_by(every)
            .chain(last)
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .collect()
    }
}
