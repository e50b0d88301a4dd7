use rustc_hash::FxHashMap;

use super::{Broke, Why};
use crate::{Lifetime, Request, Traffic, exact::times, prefix::chain};

/// The beginnings of each prompt, and when each of them was sent.
pub(super) struct Paths {
    /// When each request arrived, in nanoseconds.
    pub times: Vec<i64>,
    starts: Vec<u32>,
    nodes: Vec<Node>,
}

/// A beginning of a prompt.
#[derive(Clone, Copy)]
pub(super) struct Node {
    /// The hash of all up to here, model and partition included.
    pub key: u64,
    /// The same without these two.
    pub content: u64,
    /// Tokens up to here.
    pub end: u64,
}

impl Paths {
    pub fn of(traffic: &Traffic) -> Paths {
        let (mut starts, mut nodes) = (vec![0], Vec::new());
        for request in traffic.requests {
            let mut key = chain(request.partition, u64::from(request.model) + 1);
            let (mut content, mut end) = (0, 0);
            for part in traffic.parts_of(request) {
                let one = chain(part.hash, part.tokens.into());
                (key, content, end) = (chain(key, one), chain(content, one), end + u64::from(part.tokens));
                nodes.push(Node { key, content, end });
            }
            starts.push(nodes.len() as u32);
        }
        Paths { times: times(traffic), starts, nodes }
    }

    pub fn get(&self, request: usize) -> &[Node] {
        &self.nodes[self.starts[request] as usize..self.starts[request + 1] as usize]
    }

    /// Seconds between two moments.
    pub fn idle(&self, from: i64, to: i64) -> i64 {
        to.saturating_sub(from) / 1_000_000_000
    }
}

/// The breakpoints of a request: the part at whose end each stands.
pub(super) fn marks(traffic: &Traffic, request: usize) -> Vec<(usize, Lifetime)> {
    let parts = traffic.parts_of(&traffic.requests[request]).iter().enumerate();
    parts.filter_map(|(at, part)| Some((at, part.mark?))).collect()
}

/// All beginnings that were ever sent, to tell how far a prompt is that of an earlier one, and why not further.
#[derive(Default)]
pub(super) struct Seen {
    /// When a beginning was sent last, and the number of the part that followed it.
    last: FxHashMap<u64, (i64, Option<u32>)>,
    contents: FxHashMap<u64, ()>,
}

/// How far a prompt is that of an earlier one.
pub(super) struct Shared {
    /// Its leading parts that are.
    pub parts: usize,
    /// The tokens of these.
    pub tokens: u64,
    /// Tokens of the next part that are the same, too, by its bytes: the count is an estimate.
    pub more: u64,
    /// When that beginning was sent last.
    pub at: Option<i64>,
    pub broke: Option<Broke>,
}

impl Seen {
    pub fn shared(&self, traffic: &Traffic, request: &Request, path: &[Node]) -> Shared {
        let parts = path.iter().take_while(|node| self.last.contains_key(&node.key)).count();
        let end = parts.checked_sub(1).map(|at| path[at]);
        let last = end.and_then(|node| self.last.get(&node.key).copied());
        let (mut broke, mut more) = (None, 0);
        if let (Some(part), Some((_, Some(other)))) = (traffic.parts_of(request).get(parts), last) {
            let same = traffic.text(part.text).zip(traffic.text(traffic.parts[other as usize].text)).map(
                |(a, b)| {
                    let same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
                    more = u64::from(part.tokens) * same as u64 / a.len().max(1) as u64;
                    same as u32
                },
            );
            broke = Some(Broke { part: parts as u32, byte: same, other });
        }
        Shared { parts, tokens: end.map_or(0, |node| node.end), more, at: last.map(|last| last.0), broke }
    }

    /// Why a request that shares this much reads nothing.
    pub fn why(&self, shared: &Shared, path: &[Node]) -> Why {
        match (shared.parts, path.first()) {
            (0, Some(first)) if self.contents.contains_key(&first.content) => Why::OtherModel,
            (0, _) => Why::First,
            _ if shared.broke.is_some() => Why::PrefixChanged,
            _ => Why::Read,
        }
    }

    pub fn add(&mut self, request: &Request, path: &[Node], now: i64) {
        for (at, node) in path.iter().enumerate() {
            let next = (at + 1 < path.len()).then_some(request.parts.0 + at as u32 + 1);
            self.last.insert(node.key, (now, next));
            self.contents.insert(node.content, ());
        }
    }
}
