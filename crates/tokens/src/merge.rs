//! Byte pair merging: of all neighbours that form a token, the pair whose token has the lowest id is merged,
//! the leftmost first, until no neighbours form one.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::vocab::{NONE, Vocab};

/// From this length a heap beats looking through all pairs.
const LONG: usize = 96;

struct Part {
    start: u32,
    id: u32,
    /// Token formed with the next part.
    pair: u32,
}

/// Room that merging reuses from piece to piece.
#[derive(Default)]
pub(crate) struct Merger {
    parts: Vec<Part>,
    links: Vec<Link>,
    heap: BinaryHeap<Reverse<u64>>,
}

impl Merger {
    /// Appends the tokens of `piece` to `ids`.
    pub(crate) fn merge(&mut self, vocab: &Vocab, piece: &[u8], ids: &mut Vec<u32>) {
        if piece.len() < LONG {
            self.merge_short(vocab, piece);
            ids.extend(self.parts.iter().map(|part| part.id));
        } else {
            self.merge_long(vocab, piece, ids);
        }
    }

    fn merge_short(&mut self, vocab: &Vocab, piece: &[u8]) {
        let parts = &mut self.parts;
        parts.clear();
        parts.extend((0..piece.len()).map(|i| Part {
            start: i as u32,
            id: vocab.id_within(piece, i, i + 1),
            pair: if i + 2 <= piece.len() { vocab.id_within(piece, i, i + 2) } else { NONE },
        }));
        let pair = |parts: &[Part], i: usize| match parts.get(i + 1) {
            None => NONE,
            Some(_) => {
                let end = parts.get(i + 2).map_or(piece.len(), |part| part.start as usize);
                vocab.id_within(piece, parts[i].start as usize, end)
            }
        };
        loop {
            let (mut lowest, mut at) = (NONE, 0);
            for (i, part) in parts.iter().enumerate() {
                if part.pair < lowest {
                    (lowest, at) = (part.pair, i);
                }
            }
            if lowest == NONE {
                return;
            }
            parts[at].id = lowest;
            parts.remove(at + 1);
            parts[at].pair = pair(parts, at);
            if at > 0 {
                parts[at - 1].pair = pair(parts, at - 1);
            }
        }
    }

    fn merge_long(&mut self, vocab: &Vocab, piece: &[u8], ids: &mut Vec<u32>) {
        let length = u32::try_from(piece.len()).expect("a piece is under 4 GiB");
        let links = &mut self.links;
        links.clear();
        links.extend((0..length).map(|i| {
            let at = i as usize;
            Link {
                previous: i.wrapping_sub(1),
                end: i + 1,
                id: vocab.id_within(piece, at, at + 1),
                pair: if i + 2 <= length { vocab.id_within(piece, at, at + 2) } else { NONE },
            }
        }));
        let entry = |pair: u32, start: u32| Reverse(u64::from(pair) << 32 | u64::from(start));
        let mut entries = std::mem::take(&mut self.heap).into_vec();
        entries.clear();
        entries.extend((0..length).filter_map(|i| {
            let pair = links[i as usize].pair;
            (pair != NONE).then(|| entry(pair, i))
        }));
        let mut heap = BinaryHeap::from(entries);
        while let Some(Reverse(lowest)) = heap.pop() {
            let (id, start) = ((lowest >> 32) as u32, lowest as u32);
            if links[start as usize].pair != id {
                continue; // One of the two has been merged with another since.
            }
            let middle = links[start as usize].end;
            let end = links[middle as usize].end;
            links[middle as usize].pair = NONE;
            links[start as usize].end = end;
            links[start as usize].id = id;
            if end < length {
                links[end as usize].previous = start;
            }
            let previous = links[start as usize].previous;
            for left in [start, previous] {
                let Some(link) = links.get(left as usize) else { continue };
                let pair = match links.get(link.end as usize) {
                    Some(right) => vocab.id_within(piece, left as usize, right.end as usize),
                    None => NONE,
                };
                links[left as usize].pair = pair;
                if pair != NONE {
                    heap.push(entry(pair, left));
                }
            }
        }
        self.heap = heap;
        let mut at = 0;
        while let Some(link) = links.get(at) {
            ids.push(link.id);
            at = link.end as usize;
        }
    }
}

/// A part that starts at its own index.
struct Link {
    previous: u32,
    end: u32,
    id: u32,
    pair: u32,
}
