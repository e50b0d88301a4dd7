//! A vocabulary: the bytes of every token, and the token of given bytes.
//!
//! The asset holds the tokens sorted by their bytes, as planes of one byte a token, each plane in that order:
//! bytes shared with the token before, bytes that are new, the token's id (low, middle, high byte), and then
//! the new bytes themselves. That is smaller than the plain list, raw and (by a fifth) compressed.

use std::ops::Range;

use xxhash_rust::xxh3::xxh3_64;

use crate::short_tokens::ShortTokens;

/// No token has these bytes. No id is this large.
pub(crate) const NONE: u32 = u32::MAX;

/// The longest token that is its own key.
const SHORT: usize = 7;

/// Bits of the filter.
const FILTER: usize = 1 << 21;

/// Why a vocabulary could not be loaded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VocabError {
    /// The bytes are not those of the asset: cut short, damaged, or of another vocabulary.
    #[error(
        "the vocabulary {vocabulary} does not match: {length} bytes with checksum {seen:#018x}, expected \
         {expected:#018x}; reload it, or write it again with `cargo xtask vocab`"
    )]
    Checksum {
        /// Name of the vocabulary.
        vocabulary: &'static str,
        /// Length of the asset in bytes.
        length: usize,
        /// Checksum of the asset.
        seen: u64,
        /// Checksum the asset has.
        expected: u64,
    },
    /// The checksum is right but the bytes do not follow the layout.
    #[error(
        "the vocabulary {vocabulary} does not follow its layout; write it again with `cargo xtask vocab`"
    )]
    Layout {
        /// Name of the vocabulary.
        vocabulary: &'static str,
    },
}

/// The checksum an asset is known by (XXH3, 64 bits).
#[must_use]
pub fn checksum(asset: &[u8]) -> u64 {
    xxh3_64(asset)
}

pub(crate) struct Vocab {
    /// Bytes of all tokens by id, and where each starts; one more start than tokens.
    bytes: Vec<u8>,
    starts: Vec<u32>,
    longest: usize,
    /// Length of each token: small enough to stay in the cache, unlike the starts.
    lengths: Vec<u8>,
    /// A bit for each token and each head of one. Merging asks mostly for what is no token, and this small
    /// set says so without fetching a line of the large tables, which do not fit the cache.
    filter: Vec<u64>,
    /// The short tokens by their bytes.
    short: ShortTokens,
    /// Of longer tokens, part of the hash and the id. Open addressing, a power of two of slots, at most two
    /// thirds of them taken.
    long: Vec<(u32, u32)>,
    /// By the first 3 bytes of a token (see `stem`): which lengths there are, a bit each; the lowest for tokens
    /// with a head.
    stems: Vec<u8>,
    /// The first 8 bytes of longer tokens. Open addressing.
    heads: Vec<Head>,
    /// For each two bytes, a quarter of the lowest id of a token that has one after the other.
    joints: Vec<u16>,
    /// Of each token, the longest other one that it begins with.
    prefixes: Vec<u32>,
}

/// The first 8 bytes of some tokens, and a bit for each length they have: the lowest for 8, the highest for
/// 71 and more. No bit marks an empty slot.
#[derive(Clone, Copy)]
struct Head {
    word: u64,
    lengths: u64,
}

impl Vocab {
    /// `None` if the asset does not follow the layout for this number of tokens.
    pub(crate) fn parse(asset: &[u8], tokens: usize) -> Option<Vocab> {
        let mut planes = asset.chunks_exact(tokens);
        let (shared, fresh) = (planes.next()?, planes.next()?);
        let (low, middle, high) = (planes.next()?, planes.next()?, planes.next()?);
        let mut suffixes = &asset[5 * tokens..];
        let id = |i: usize| usize::from(high[i]) << 16 | usize::from(middle[i]) << 8 | usize::from(low[i]);
        let length = |i: usize| usize::from(shared[i]) + usize::from(fresh[i]);

        // An id may be left out, for a special token.
        let largest = (0..tokens)
            .map(id)
            .max()
            .filter(|largest| *largest < tokens + 64 && *largest < ShortTokens::MOST_IDS)?;
        let mut starts = vec![0; largest + 2];
        for i in 0..tokens {
            *starts.get_mut(id(i) + 1)? = u32::try_from(length(i)).ok()?;
        }
        let mut total = 0;
        for start in &mut starts {
            total += *start;
            *start = total;
        }

        let longs = (0..tokens).filter(|&i| length(i) > SHORT).count();
        // Sorted, those with the same head follow on each other.
        let heads = (0..tokens).filter(|&i| length(i) > SHORT && shared[i] < 8).count();
        let slots = |tokens: usize| (tokens + tokens / 2 + 1).next_power_of_two();
        let mut vocab = Vocab {
            bytes: vec![0; total as usize],
            starts,
            longest: (0..tokens).map(length).max().filter(|longest| *longest < 256)?,
            lengths: vec![0; largest + 1],
            filter: vec![0; FILTER / 64],
            short: ShortTokens::new(),
            long: vec![(0, NONE); slots(longs)],
            // Of 1 and 2 bytes there are always some.
            stems: vec![0b110; STEMS],
            heads: vec![Head { word: 0, lengths: 0 }; slots(heads)],
            joints: vec![u16::MAX; 1 << 16],
            prefixes: vec![NONE; largest + 1],
        };
        let mut token: Vec<u8> = Vec::new();
        // The tokens that the current one begins with, shortest first, and their lengths.
        let mut prefixes: Vec<(usize, u32)> = Vec::new();
        for i in 0..tokens {
            token.truncate(shared[i].into());
            token.extend(suffixes.split_off(..fresh[i].into())?);
            let place = vocab.range(u32::try_from(id(i)).ok()?)?;
            if token.is_empty() || token.len() != length(i) || token.len() != place.len() {
                return None;
            }
            vocab.bytes[place].copy_from_slice(&token);
            let id = id(i) as u32;
            while prefixes.last().is_some_and(|&(length, _)| length > shared[i].into()) {
                prefixes.pop();
            }
            vocab.prefixes[id as usize] = prefixes.last().map_or(NONE, |&(_, prefix)| prefix);
            prefixes.push((token.len(), id));
            vocab.lengths[id as usize] = token.len() as u8;
            for pair in token.windows(2) {
                let joint = &mut vocab.joints[usize::from(pair[0]) << 8 | usize::from(pair[1])];
                *joint = (*joint).min((id / 4) as u16);
            }
            vocab.insert(&token, id)?;
        }
        // With every single byte a token, merging always ends in tokens.
        let complete = suffixes.is_empty() && (0..=255).all(|byte| vocab.id(&[byte]) != NONE);
        complete.then_some(vocab)
    }

    /// One more than the largest id.
    pub(crate) fn len(&self) -> usize {
        self.prefixes.len()
    }

    /// Bytes of a token.
    #[inline]
    pub(crate) fn length(&self, id: u32) -> usize {
        self.lengths[id as usize].into()
    }

    /// No token with a lower id has these two bytes one after the other.
    #[inline]
    pub(crate) fn joint(&self, first: u8, second: u8) -> u32 {
        match self.joints[usize::from(first) << 8 | usize::from(second)] {
            u16::MAX => NONE,
            quarter => u32::from(quarter) * 4,
        }
    }

    /// The longest other token that this one begins with, or `NONE`.
    #[inline]
    pub(crate) fn prefix(&self, id: u32) -> u32 {
        self.prefixes[id as usize]
    }

    /// The longest token that the text has at `start`; `NONE` at its end only.
    pub(crate) fn longest(&self, text: &[u8], start: usize) -> u32 {
        let rest = &text[start..];
        let Some(first) = rest.first_chunk::<8>() else {
            let lengths = (1..=rest.len()).rev();
            let found = lengths.map(|length| self.id_within(text, start, start + length));
            return found.into_iter().find(|&id| id != NONE).unwrap_or(NONE);
        };
        let mut lengths = self.stems[stem(first[0], first[1], first[2])];
        if lengths & 1 == 1 {
            let found = self.longest_of(u64::from_le_bytes(*first), rest);
            if found != NONE {
                return found;
            }
        }
        // Each single byte is a token, so this ends.
        loop {
            let length = 7 - lengths.leading_zeros() as usize;
            let id = self.id_within(text, start, start + length);
            if id != NONE {
                return id;
            }
            lengths ^= 1 << length;
        }
    }

    /// The longest token of more than 7 bytes that `rest` begins with; `head` is the first 8 bytes.
    fn longest_of(&self, word: u64, rest: &[u8]) -> u32 {
        if !self.filter_has(word) {
            return NONE;
        }
        let mut slot = long_slot(word.wrapping_mul(ODD), self.heads.len());
        let mut lengths = loop {
            let head = self.heads[slot];
            if head.word == word || head.lengths == 0 {
                break head.lengths;
            }
            slot = (slot + 1) & (self.heads.len() - 1);
        };
        if lengths >> 63 == 1 {
            let longer = (71..=rest.len().min(self.longest)).rev();
            if let Some(id) = longer.map(|length| self.long_id(&rest[..length])).find(|&id| id != NONE) {
                return id;
            }
            lengths ^= 1 << 63;
        }
        while lengths > 0 {
            let bit = 63 - lengths.leading_zeros();
            let found = rest.get(..8 + bit as usize).map_or(NONE, |bytes| self.long_id(bytes));
            if found != NONE {
                return found;
            }
            lengths ^= 1 << bit;
        }
        NONE
    }

    fn range(&self, id: u32) -> Option<Range<usize>> {
        let (start, end) = (*self.starts.get(id as usize)?, *self.starts.get(id as usize + 1)?);
        Some(start as usize..end as usize)
    }

    pub(crate) fn token(&self, id: u32) -> Option<&[u8]> {
        self.bytes.get(self.range(id)?).filter(|bytes| !bytes.is_empty())
    }

    fn insert(&mut self, token: &[u8], id: u32) -> Option<()> {
        let lengths = 1 << if token.len() > SHORT { 0 } else { token.len() };
        if let [a, b, c, ..] = token {
            self.stems[stem(*a, *b, *c)] |= lengths;
        }
        if token.len() <= SHORT {
            let key = short_key(token, 0, token.len());
            self.filter_add(key);
            self.short.insert(key, id)?;
        } else {
            let hash = hash(token);
            self.filter_add(hash);
            let mut slot = long_slot(hash, self.long.len());
            while self.long[slot].1 != NONE {
                slot = (slot + 1) & (self.long.len() - 1);
            }
            self.long[slot] = (hash as u32, id);
            self.insert_head(u64_of(&token[..8]), token.len());
        }
        Some(())
    }

    fn insert_head(&mut self, word: u64, length: usize) {
        self.filter_add(word);
        let mut slot = long_slot(word.wrapping_mul(ODD), self.heads.len());
        while self.heads[slot].lengths > 0 && self.heads[slot].word != word {
            slot = (slot + 1) & (self.heads.len() - 1);
        }
        self.heads[slot].word = word;
        self.heads[slot].lengths |= 1 << (length - 8).min(63);
    }

    fn filter_add(&mut self, key: u64) {
        let bit = short_slot(key, FILTER);
        self.filter[bit >> 6] |= 1 << (bit & 63);
    }

    #[inline]
    fn filter_has(&self, key: u64) -> bool {
        let bit = short_slot(key, FILTER);
        self.filter[bit >> 6] >> (bit & 63) & 1 == 1
    }

    /// The token of exactly these bytes, or `NONE`.
    pub(crate) fn id(&self, bytes: &[u8]) -> u32 {
        self.id_within(bytes, 0, bytes.len())
    }

    /// As `id` of `text[start..end]`, made for bytes that are most likely no token. The text around lets a short
    /// key be read in one go.
    #[inline]
    pub(crate) fn id_within(&self, text: &[u8], start: usize, end: usize) -> u32 {
        if end - start <= SHORT {
            let key = short_key(text, start, end);
            if self.filter_has(key) { self.short.id(key) } else { NONE }
        } else {
            self.long_id(&text[start..end])
        }
    }

    #[inline]
    fn long_id(&self, bytes: &[u8]) -> u32 {
        if bytes.len() > self.longest {
            return NONE;
        }
        let hash = hash(bytes);
        if !self.filter_has(hash) {
            return NONE;
        }
        let mut slot = long_slot(hash, self.long.len());
        loop {
            let (tag, id) = self.long[slot];
            if id == NONE || (tag == hash as u32 && self.token(id).is_some_and(|token| same(token, bytes))) {
                return id;
            }
            slot = (slot + 1) & (self.long.len() - 1);
        }
    }
}

/// Slots of `Vocab::stems`.
const STEMS: usize = 1 << 16;

/// Where the first 3 bytes of a token lie in `Vocab::stems`. Different ones may lie in the same place.
#[inline]
fn stem(first: u8, second: u8, third: u8) -> usize {
    let bytes = u32::from_le_bytes([first, second, third, 0]);
    (bytes.wrapping_mul(0x9E37_79B1) >> 16) as usize
}

/// Whether two slices of at least 8 bytes are the same. Where no SIMD compares memory, this is far quicker.
#[inline]
pub(crate) fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len()
        && a.chunks_exact(8).zip(b.chunks_exact(8)).all(|(a, b)| u64_of(a) == u64_of(b))
        && u64_of(&a[a.len() - 8..]) == u64_of(&b[b.len() - 8..])
}

/// Up to 7 bytes with their number in the top byte. Never 0, the key of an empty slot, but for no bytes.
#[inline]
fn short_key(text: &[u8], start: usize, end: usize) -> u64 {
    let length = end - start;
    let word = match text.get(start..start + 8) {
        Some(bytes) => u64_of(bytes) & ((1 << (8 * length)) - 1),
        None => text[start..end].iter().rev().fold(0, |key, &byte| key << 8 | u64::from(byte)),
    };
    word | (length as u64) << 56
}

/// An odd factor that spreads what it multiplies over the upper bits.
pub(crate) const ODD: u64 = 0x9E37_79B9_7F4A_7C15;

#[inline]
fn short_slot(key: u64, slots: usize) -> usize {
    (key.wrapping_mul(ODD) >> (64 - slots.trailing_zeros())) as usize
}

#[inline]
fn long_slot(hash: u64, slots: usize) -> usize {
    (hash >> (64 - slots.trailing_zeros())) as usize
}

/// Hash of at least 8 bytes; the upper bits are the better ones.
#[inline]
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    let mix = |hash: u64, word: u64| {
        let hash = (hash ^ word).wrapping_mul(ODD);
        hash ^ hash >> 32
    };
    let mut hash = bytes.len() as u64;
    for word in bytes.chunks_exact(8) {
        hash = mix(hash, u64_of(word));
    }
    // The last word overlaps the one before it: no byte is left out and none needs padding.
    mix(hash, u64_of(&bytes[bytes.len() - 8..])).wrapping_mul(ODD)
}

#[inline]
pub(crate) fn u64_of(bytes: &[u8]) -> u64 {
    bytes.try_into().map_or(0, u64::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The 256 bytes and one token of 9.
    fn tiny() -> Vec<u8> {
        let mut tokens: Vec<(Vec<u8>, u8, u8)> = (0..=255).map(|b| (vec![b], b, 0)).collect();
        tokens.push((b"abcdefghi".to_vec(), 0, 1));
        tokens.sort();
        let shared = |i: usize| u8::from(tokens[i].0.len() == 9);
        let plane = |f: &dyn Fn(usize) -> u8| (0..tokens.len()).map(f).collect::<Vec<u8>>();
        let suffixes = (0..tokens.len()).flat_map(|i| tokens[i].0[shared(i) as usize..].to_vec()).collect();
        [
            plane(&shared),
            plane(&|i| tokens[i].0.len() as u8 - shared(i)),
            plane(&|i| tokens[i].1),
            plane(&|i| tokens[i].2),
            plane(&|_| 0),
            suffixes,
        ]
        .concat()
    }

    #[test]
    fn finds_what_it_holds() {
        let vocab = Vocab::parse(&tiny(), 257).unwrap();
        assert_eq!(vocab.id(b"abcdefghi"), 256);
        assert_eq!(vocab.id(b"abcdefghj"), NONE);
        assert_eq!(vocab.id(b"ab"), NONE);
        assert_eq!(vocab.id_within(b"abcdefghi", 8, 9), u32::from(b'i'));
        assert_eq!(vocab.token(256), Some(&b"abcdefghi"[..]));
        assert_eq!(vocab.token(257), None);
    }

    #[test]
    fn any_bytes_parse_or_not_but_never_panic() {
        let good = tiny();
        for length in 0..good.len() {
            assert!(Vocab::parse(&good[..length], 257).is_none(), "cut at {length}");
        }
        for at in 0..good.len() {
            for value in [0, 1, 2, 127, 255] {
                let mut bad = good.clone();
                bad[at] = value;
                let _ = Vocab::parse(&bad, 257);
            }
        }
    }
}
