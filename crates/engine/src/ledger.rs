//! Which texts are counted, which are with a worker and which wait.
//!
//! ```text
//! add ─▶ waiting ─ next ─▶ out ─ settle ─▶ counted
//!           ▲               │
//!           └── take_back ──┴─ lose ─▶ given up, the second time
//! ```
//!
//! A text is counted once per encoding, whatever it belongs to: [`trace::Texts`] has each distinct content once
//! over all files. Sums of parts do not depend on the order in which they come, so neither does any count.

use std::collections::{BTreeMap, VecDeque};

use rustc_hash::FxHashMap;
use tokens::{EncodingName, boundary_before};
use trace::{TextId, Trace};

use crate::shard::Shard;

/// In place of a count: nobody has asked for one.
const UNSEEN: u32 = u32::MAX;
/// In place of a count: it waits or is with a worker.
const PENDING: u32 = u32::MAX - 1;
/// In place of a count: no worker could count it.
const GIVEN_UP: u32 = u32::MAX - 2;
/// No text of a trace has more tokens than this.
const MOST: u64 = u32::MAX as u64 - 3;
/// How many workers may be lost over a part before it is given up.
const TRIES: u8 = 2;

#[derive(Default)]
pub(crate) struct Ledger {
    pages: BTreeMap<EncodingName, Page>,
    out: FxHashMap<u32, (EncodingName, Vec<Part>)>,
    /// Never used twice, so that counts of a session that was cleared are told apart.
    next: u32,
    /// Bytes of counted texts.
    counted: u64,
}

/// The texts of one encoding.
#[derive(Default)]
struct Page {
    /// By [`TextId`].
    tokens: Vec<u32>,
    queue: VecDeque<Part>,
    /// Texts that are counted in several parts: tokens so far, and bytes that are missing.
    split: FxHashMap<TextId, (u64, usize)>,
    /// Bytes in the queue and out.
    waiting: u64,
}

/// A range of a text.
struct Part {
    text: TextId,
    from: usize,
    to: usize,
    /// Workers lost over it.
    lost: u8,
}

impl Part {
    fn len(&self) -> usize {
        self.to - self.from
    }
}

impl Ledger {
    /// Tokens of a text, once it is counted.
    pub fn tokens(&self, encoding: EncodingName, text: TextId) -> Option<u32> {
        let tokens = *self.pages.get(&encoding)?.tokens.get(text.0 as usize)?;
        (u64::from(tokens) <= MOST).then_some(tokens)
    }

    /// Bytes of texts that have been counted.
    pub fn counted(&self) -> u64 {
        self.counted
    }

    /// Bytes of texts that wait or are out, of each encoding.
    pub fn waiting(&self) -> impl Iterator<Item = (EncodingName, u64)> {
        self.pages.iter().map(|(encoding, page)| (*encoding, page.waiting))
    }

    /// Has a text counted, unless it has been or will be.
    pub fn add(&mut self, encoding: EncodingName, text: TextId, trace: &Trace) {
        let page = self.pages.entry(encoding).or_default();
        if page.tokens.len() < trace.texts.len() {
            page.tokens.resize(trace.texts.len(), UNSEEN);
        }
        let tokens = &mut page.tokens[text.0 as usize];
        if *tokens == UNSEEN {
            let to = trace.text(text).len();
            *tokens = if to == 0 { 0 } else { PENDING };
            if to > 0 {
                page.waiting += to as u64;
                page.queue.push_back(Part { text, from: 0, to, lost: 0 });
            }
        }
    }

    /// The next shard of about so many bytes. Longer only where a text has no place to be cut at.
    pub fn next(&mut self, encoding: EncodingName, trace: &Trace, bytes: usize) -> Option<Shard> {
        let page = self.pages.get_mut(&encoding)?;
        let (mut parts, mut text, mut ends) = (Vec::<Part>::new(), String::new(), Vec::new());
        while let Some(part) = page.queue.pop_front() {
            if page.tokens[part.text.0 as usize] != PENDING {
                // Given up over another part.
                page.waiting -= part.len() as u64;
                continue;
            }
            let rest = &trace.text(part.text)[part.from..part.to];
            // What a worker was lost over goes alone: else it would take others with it when it is given up.
            let alone = part.lost > 0 || parts.first().is_some_and(|first| first.lost > 0);
            if !parts.is_empty() && (alone || text.len() + rest.len() > bytes) {
                page.queue.push_front(part);
                break;
            }
            let cut = cut(rest, bytes);
            text.push_str(&rest[..cut]);
            ends.push(u32::try_from(text.len()).expect("a text is a part of a record, which is under 4 GiB"));
            let to = part.from + cut;
            if to < part.to {
                page.queue.push_front(Part { from: to, ..part });
            }
            parts.push(Part { to, ..part });
        }
        if parts.is_empty() {
            return None;
        }
        let number = self.next;
        self.next = self.next.wrapping_add(1);
        self.out.insert(number, (encoding, parts));
        Some(Shard { number, encoding, text, ends })
    }

    /// Takes the counts of a shard. Those of a shard that is not out any more are of no use.
    pub fn settle(&mut self, number: u32, counts: &[u32], trace: &Trace) {
        let Some((encoding, parts)) = self.out.remove(&number) else { return };
        let Some(page) = self.pages.get_mut(&encoding) else { return };
        for (part, &count) in parts.iter().zip(counts) {
            page.waiting -= part.len() as u64;
            self.counted += part.len() as u64;
            let tokens = &mut page.tokens[part.text.0 as usize];
            if *tokens != PENDING {
                continue;
            }
            let (sum, missing) =
                page.split.entry(part.text).or_insert_with(|| (0, trace.text(part.text).len()));
            *sum += u64::from(count);
            *missing -= part.len();
            if *missing == 0 {
                *tokens = (*sum).min(MOST) as u32;
                page.split.remove(&part.text);
            }
        }
    }

    /// A worker was lost over a shard: the next one tries. Answers how many bytes were given up, because it was
    /// not the first time.
    pub fn lose(&mut self, number: u32) -> u64 {
        let Some((encoding, parts)) = self.out.remove(&number) else { return 0 };
        let Some(page) = self.pages.get_mut(&encoding) else { return 0 };
        let mut given_up = 0;
        for mut part in parts.into_iter().rev() {
            part.lost += 1;
            if part.lost < TRIES {
                page.queue.push_front(part);
                continue;
            }
            given_up += part.len() as u64;
            page.waiting -= part.len() as u64;
            page.split.remove(&part.text);
            page.tokens[part.text.0 as usize] = GIVEN_UP;
        }
        given_up
    }

    /// Whoever counted was stopped: all that is out waits again.
    pub fn take_back(&mut self) {
        for (encoding, parts) in std::mem::take(&mut self.out).into_values() {
            if let Some(page) = self.pages.get_mut(&encoding) {
                page.queue.extend(parts);
            }
        }
    }

    /// Forgets all texts.
    pub fn clear(&mut self) {
        *self = Ledger { next: self.next, ..Ledger::default() };
    }
}

/// Where to cut a text that is not empty, so that the counts of both sides add up: the last such place in its
/// first `bytes`, or else the next one.
fn cut(text: &str, bytes: usize) -> usize {
    let mut within = bytes.max(1);
    loop {
        match boundary_before(text, within) {
            0 => within = within.saturating_mul(2),
            cut => return cut,
        }
    }
}
