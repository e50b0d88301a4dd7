//! The tokens of pieces met lately. Text repeats itself: most pieces are answered here, from a small memory that
//! stays in the cache of the processor, without a look at the vocabulary. Its size is fixed; a new piece takes
//! the place of an older one.

use crate::vocab::{hash, same, u64_of};

/// Ids kept of a piece that is its own key; of more tokens, the number only.
const IDS: usize = 4;

/// A piece of up to 15 bytes, which is its own key.
#[derive(Clone, Copy)]
pub(crate) enum Key {
    /// Up to 7 bytes, with their number in the lower half of the top byte.
    Tiny([u64; 1]),
    /// 8 to 15 bytes, likewise.
    Short([u64; 2]),
}

impl Key {
    /// The key of `text[start..end]`; `None` for a longer piece. The text around lets it be read in one go.
    #[inline(always)]
    pub(crate) fn of(text: &[u8], start: usize, end: usize) -> Option<Key> {
        let length = end - start;
        if length >= 16 {
            return None;
        }
        let mut padded = [0; 16];
        let bytes = text.get(start..start + 16).unwrap_or_else(|| {
            padded[..length].copy_from_slice(&text[start..end]);
            &padded
        });
        let below = |word: u64, bytes: usize| word & ((1 << (8 * bytes)) - 1);
        let (low, size) = (u64_of(&bytes[..8]), (length as u64) << 56);
        Some(if length < 8 {
            Key::Tiny([below(low, length) | size])
        } else {
            Key::Short([low, below(u64_of(&bytes[8..]), length - 8) | size])
        })
    }
}

/// Pieces that are their own keys.
pub(crate) struct Memo {
    tiny: Table<1, 2, { 1 << 15 }>,
    short: Table<2, 4, { 1 << 14 }>,
}

impl Memo {
    pub(crate) fn new() -> Memo {
        Memo { tiny: Table::new(), short: Table::new() }
    }

    /// Number of tokens of the piece; 0 if it is not known.
    #[inline(always)]
    pub(crate) fn count(&self, key: Key) -> u64 {
        match key {
            Key::Tiny(key) => self.tiny.count(key),
            Key::Short(key) => self.short.count(key),
        }
    }

    /// The tokens of the piece, if they are known.
    #[inline(always)]
    pub(crate) fn get(&self, key: Key) -> Option<&[u32]> {
        match key {
            Key::Tiny(key) => self.tiny.get(key),
            Key::Short(key) => self.short.get(key),
        }
    }

    /// Keeps the tokens of a piece that is not known.
    pub(crate) fn put(&mut self, key: Key, ids: &[u32]) {
        match key {
            Key::Tiny(key) => self.tiny.put(key, ids),
            Key::Short(key) => self.short.put(key, ids),
        }
    }
}

/// A set-associative table of keys of `WORDS` words. A key holds the number of tokens in its top half byte, so
/// that counting touches nothing else.
struct Table<const WORDS: usize, const WAYS: usize, const SETS: usize> {
    keys: Vec<[[u64; WORDS]; WAYS]>,
    ids: Vec<[[u32; IDS]; WAYS]>,
}

const PLAIN: u64 = u64::MAX >> 4;

impl<const WORDS: usize, const WAYS: usize, const SETS: usize> Table<WORDS, WAYS, SETS> {
    fn new() -> Self {
        Table { keys: vec![[[0; WORDS]; WAYS]; SETS], ids: vec![[[0; IDS]; WAYS]; SETS] }
    }

    #[inline(always)]
    fn set(key: [u64; WORDS]) -> usize {
        let mixed = key.iter().fold(0, |mixed: u64, word| (mixed ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        (mixed >> 40) as usize & (SETS - 1)
    }

    #[inline(always)]
    fn same(known: [u64; WORDS], key: [u64; WORDS]) -> bool {
        let difference = (0..WORDS - 1).fold(0, |all, word| all | known[word] ^ key[word]);
        difference | known[WORDS - 1] & PLAIN ^ key[WORDS - 1] == 0
    }

    #[inline(always)]
    fn count(&self, key: [u64; WORDS]) -> u64 {
        let set = &self.keys[Self::set(key)];
        set.iter().find(|known| Self::same(**known, key)).map_or(0, |known| known[WORDS - 1] >> 60)
    }

    #[inline(always)]
    fn get(&self, key: [u64; WORDS]) -> Option<&[u32]> {
        let set = Self::set(key);
        let way = self.keys[set].iter().position(|known| Self::same(*known, key))?;
        self.ids[set][way].get(..(self.keys[set][way][WORDS - 1] >> 60) as usize)
    }

    fn put(&mut self, mut key: [u64; WORDS], ids: &[u32]) {
        let set = Self::set(key);
        let (keys, kept) = (&mut self.keys[set], &mut self.ids[set]);
        for way in (1..WAYS).rev() {
            keys[way] = keys[way - 1];
            kept[way] = kept[way - 1];
        }
        key[WORDS - 1] |= (ids.len() as u64) << 60;
        keys[0] = key;
        for (kept, id) in kept[0].iter_mut().zip(ids) {
            *kept = *id;
        }
    }
}

const LONG: usize = 46;
const LONG_IDS: usize = 12;
const LONG_SETS: usize = 1 << 12;

#[derive(Clone, Copy)]
struct Entry {
    length: u8,
    count: u8,
    piece: [u8; LONG],
    ids: [u32; LONG_IDS],
}

/// Longer pieces, up to `LONG` bytes; still longer ones seldom come again, and are merged again when they do.
pub(crate) struct LongMemo(Vec<[Entry; 2]>);

impl LongMemo {
    pub(crate) fn new() -> LongMemo {
        let empty = Entry { length: 0, count: 0, piece: [0; LONG], ids: [0; LONG_IDS] };
        LongMemo(vec![[empty; 2]; LONG_SETS])
    }

    pub(crate) fn get(&self, piece: &[u8]) -> Option<&[u32]> {
        if piece.len() > LONG {
            return None;
        }
        let set = &self.0[set_of(piece)];
        let entry = set.iter().find(|entry| {
            usize::from(entry.length) == piece.len() && same(&entry.piece[..piece.len()], piece)
        })?;
        entry.ids.get(..entry.count.into())
    }

    pub(crate) fn put(&mut self, piece: &[u8], ids: &[u32]) {
        if piece.len() <= LONG && ids.len() <= LONG_IDS {
            let [newer, older] = &mut self.0[set_of(piece)];
            *older = *newer;
            newer.length = piece.len() as u8;
            newer.count = ids.len() as u8;
            newer.piece[..piece.len()].copy_from_slice(piece);
            newer.ids[..ids.len()].copy_from_slice(ids);
        }
    }
}

fn set_of(piece: &[u8]) -> usize {
    hash(piece) as usize >> 20 & (LONG_SETS - 1)
}
