//! Byte pair merging of a piece that is no token as a whole: of all neighbours that form a token, the pair
//! whose token has the lowest id is merged, the leftmost first, until no neighbours form one.
//!
//! It is not done pair by pair. A list of tokens is the result of merging exactly if each two neighbours
//! are ([`Merger::stays`]); so the longest token is taken that stays beside the one before, and where none does,
//! the one before is shortened (the backtracking of the crate `bpe`). Each place of the piece is given up at
//! most once, which makes the time linear in its length.

use crate::vocab::{NONE, Vocab};

/// Slots of the memory of neighbours: as many as 36 bits, two ids, have beyond the 20 that a slot keeps.
const PAIRS: usize = 1 << 16;
const KNOWN: u32 = 2;
const STAYS: u32 = 1;

/// What merging remembers of tokens, and room that it reuses from piece to piece.
pub(crate) struct Merger {
    /// The two tokens a token is merged from, once known; itself twice if it is not merged.
    parts: Vec<(u32, u32)>,
    /// Neighbours asked for lately, and whether they stay.
    pairs: Vec<u32>,
    /// Places of the piece where no token can end, one bit each. All 0 between two pieces.
    dead: Vec<u64>,
    /// Those places.
    given_up: Vec<usize>,
}

impl Merger {
    pub(crate) fn new(vocab: &Vocab) -> Merger {
        Merger {
            parts: vec![(NONE, NONE); vocab.len()],
            pairs: vec![0; PAIRS],
            dead: Vec::new(),
            given_up: Vec::new(),
        }
    }

    /// Appends the tokens of `piece` to `ids`.
    pub(crate) fn merge(&mut self, vocab: &Vocab, piece: &[u8], ids: &mut Vec<u32>) {
        if self.dead.len() <= piece.len() / 64 {
            self.dead.resize(piece.len() / 64 + 1, 0);
        }
        let first = ids.len();
        let mut at = 0;
        let mut next = vocab.longest(piece, 0);
        // Whether `next`, and the token before it, is the longest at its place.
        let (mut longest, mut longest_before) = (true, false);
        while at < piece.len() {
            let before = if ids.len() > first { ids[ids.len() - 1] } else { NONE };
            // The longest token from here that can stand.
            while next != NONE {
                let end = at + vocab.length(next);
                if self.dead[end >> 6] >> (end & 63) & 1 == 0
                    && (before == NONE || self.stays(vocab, piece, at, (before, longest_before), next))
                {
                    break;
                }
                next = vocab.prefix(next);
                longest = false;
            }
            if next != NONE {
                ids.push(next);
                at += vocab.length(next);
                next = vocab.longest(piece, at);
                (longest, longest_before) = (true, longest);
            } else {
                // Nothing can follow here: the token before must end earlier.
                self.dead[at >> 6] |= 1 << (at & 63);
                self.given_up.push(at);
                let Some(shortened) = ids.pop() else { unreachable!("each single byte is a token") };
                at -= vocab.length(shortened);
                next = shortened;
                (longest, longest_before) = (false, false);
            }
        }
        for at in self.given_up.drain(..) {
            self.dead[at >> 6] = 0;
        }
    }

    /// Whether merging leaves these two as neighbours; `left` ends and `right` begins at `middle` of `text`. With
    /// `left` goes whether it is the longest token at its place, so that both together can be none.
    fn stays(
        &mut self,
        vocab: &Vocab,
        text: &[u8],
        middle: usize,
        (left, longest): (u32, bool),
        right: u32,
    ) -> bool {
        // What meets in the middle is the same two bytes at every stage.
        let joint = vocab.joint(text[middle - 1], text[middle]);
        if joint == NONE || longest && left.max(right + 1) <= joint {
            return true;
        }
        // An odd factor only shuffles the 36 bits of the two ids: what is not in the slot's number is kept.
        let mixed = (u64::from(left) << 18 | u64::from(right)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let slot = (mixed >> 20) as usize & (PAIRS - 1);
        let tag = (mixed as u32 & 0xF_FFFF) << 2 | KNOWN;
        let known = self.pairs[slot];
        if known | STAYS == tag | STAYS {
            return known & STAYS > 0;
        }
        let stays = (longest || self.together(vocab, text, middle, left, right) == NONE)
            && self.parts_stay(vocab, text, middle, left, right, joint);
        self.pairs[slot] = tag | if stays { STAYS } else { 0 };
        stays
    }

    /// The token that the two make together.
    fn together(&self, vocab: &Vocab, text: &[u8], middle: usize, left: u32, right: u32) -> u32 {
        vocab.id_within(text, middle - vocab.length(left), middle + vocab.length(right))
    }

    /// Takes two neighbours that make no token apart again, the one merged later first, and tells whether at
    /// every stage the parts that meet in the middle would rather have stayed apart. `joint` is the lowest token
    /// that they could make.
    fn parts_stay(
        &mut self,
        vocab: &Vocab,
        text: &[u8],
        middle: usize,
        mut left: u32,
        mut right: u32,
        joint: u32,
    ) -> bool {
        loop {
            let inner_left = self.parts(vocab, left).1;
            let inner_right = self.parts(vocab, right).0;
            // Only tokens below it would have been merged before this one was.
            let limit;
            if inner_left != left && (left > right || inner_right == right) {
                limit = left;
                left = inner_left;
            } else if inner_right != right {
                // Of equal pairs the left one, across the middle, comes first.
                limit = right + 1;
                right = inner_right;
            } else {
                return true;
            }
            if limit <= joint {
                return true;
            }
            if self.together(vocab, text, middle, left, right) < limit {
                return false;
            }
        }
    }

    /// The two tokens that `token` is merged from; itself twice for a single byte.
    fn parts(&mut self, vocab: &Vocab, token: u32) -> (u32, u32) {
        let known = self.parts[token as usize];
        if known.0 != NONE {
            return known;
        }
        let bytes = vocab.token(token).unwrap_or_default();
        let mut left = vocab.prefix(token);
        let mut parts = (token, token);
        while left != NONE {
            let middle = vocab.length(left);
            let right = vocab.id_within(bytes, middle, bytes.len());
            let joint = vocab.joint(bytes[middle - 1], bytes[middle]);
            if left < token && right < token && self.parts_stay(vocab, bytes, middle, left, right, joint) {
                parts = (left, right);
                break;
            }
            left = vocab.prefix(left);
        }
        self.parts[token as usize] = parts;
        parts
    }
}
