use std::collections::BinaryHeap;

use rustc_hash::FxHashMap;

use super::{Blocks, Held, Node, nodes, size};
use crate::Traffic;

/// Not used again.
const NEVER: u32 = u32::MAX;

#[derive(Clone, Copy, Default)]
struct Entry {
    /// Blocks of the part that are held, from its first.
    held: u32,
    /// The request that uses it next.
    next: u32,
}

/// The most blocks that any cache of this size could have held (Belady): what is used again last goes first, ends
/// before beginnings. No order of eviction that can be built does better, because none knows what will come.
pub fn optimal(traffic: &Traffic, blocks: Blocks, capacity: u64, from: usize) -> Held {
    let nexts = next_uses(traffic, blocks);
    let mut at = 0;
    let mut entries: FxHashMap<u64, Entry> = FxHashMap::default();
    // What is used last, then what lies deepest, then which.
    let mut order: BinaryHeap<(u32, u32, u64)> = BinaryHeap::new();
    let (mut used, mut path) = (0, Vec::new());
    let mut held = Held { capacity: Some(capacity), ..Held::default() };
    for (number, request) in traffic.requests.iter().enumerate() {
        nodes(traffic, request, blocks, &mut path);
        let (mut hits, mut tokens) = (0, 0);
        for node in &path {
            let Some(entry) = entries.get(&node.key) else { break };
            let usable = entry.held.min(node.usable);
            hits += u64::from(usable);
            tokens += u64::from(node.tokens) * u64::from(usable) / u64::from(node.usable).max(1);
            if entry.held < node.blocks {
                break;
            }
        }
        if number >= from {
            let (blocks, all) = size(traffic, request, &path);
            held.requests += 1;
            held.requests_hit += u64::from(hits > 0);
            held.blocks += blocks;
            held.tokens = held.tokens.saturating_add(all);
            held.blocks_hit += hits;
            held.tokens_hit += tokens;
        }
        for (depth, node) in path.iter().enumerate() {
            let next = nexts.get(at).copied().unwrap_or(NEVER);
            at += 1;
            let entry = entries.entry(node.key).or_default();
            used += u64::from(node.blocks - entry.held);
            *entry = Entry { held: node.blocks, next };
            order.push((next, depth as u32, node.key));
        }
        while used > capacity {
            let Some(&(next, _, key)) = order.peek() else { break };
            match entries.get_mut(&key) {
                // It was used since, and stands elsewhere in the order.
                Some(entry) if entry.next != next || entry.held == 0 => {
                    order.pop();
                }
                Some(entry) => {
                    let gone = (used - capacity).min(entry.held.into());
                    entry.held -= gone as u32;
                    used -= gone;
                }
                None => {
                    order.pop();
                }
            }
        }
    }
    held
}

/// For each part of each request, in order: the request that uses it next.
fn next_uses(traffic: &Traffic, blocks: Blocks) -> Vec<u32> {
    let mut path: Vec<Node> = Vec::new();
    let mut coming: FxHashMap<u64, u32> = FxHashMap::default();
    let mut nexts = Vec::new();
    for (number, request) in traffic.requests.iter().enumerate().rev() {
        nodes(traffic, request, blocks, &mut path);
        for node in path.iter().rev() {
            nexts.push(coming.insert(node.key, number as u32).unwrap_or(NEVER));
        }
    }
    nexts.reverse();
    nexts
}
