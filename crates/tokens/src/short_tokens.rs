//! Tokens of up to 7 bytes by their bytes, 8 bytes an entry: the smaller the table, the more of it stays in the
//! cache, and waiting for memory is most of what a look-up costs.

use crate::vocab::{NONE, ODD};

/// Bits of a key: 7 bytes and their number.
const KEY: u32 = 59;
/// Bits of a line's number.
const LINE: u32 = 15;
/// Bits of a token's id.
const ID: u32 = 18;
/// Bits of how many lines an entry lies behind its own.
const BEHIND: u32 = 2;
const ENTRIES: usize = 8;

/// Lines of the cache, each filled from its first entry on. What finds its line full lies in one of the next.
///
/// Multiplied by an odd number, keys are only shuffled, so the line's number tells some bits of a key and an
/// entry has to hold the others only. From the top: the other 44 bits, how far behind its line it lies, the
/// id plus 1. An empty entry is 0.
pub(crate) struct ShortTokens(Vec<Line>);

#[derive(Clone, Copy)]
#[repr(align(64))]
struct Line([u64; ENTRIES]);

impl ShortTokens {
    /// All ids are lower.
    pub(crate) const MOST_IDS: usize = (1 << ID) - 1;

    pub(crate) fn new() -> ShortTokens {
        ShortTokens(vec![Line([0; ENTRIES]); 1 << LINE])
    }

    /// The number of a key's line, and what is above the id in an entry in it.
    #[inline(always)]
    fn place(key: u64) -> (usize, u64) {
        let shuffled = key.wrapping_mul(ODD) & ((1 << KEY) - 1);
        ((shuffled >> (KEY - LINE)) as usize, (shuffled & ((1 << (KEY - LINE)) - 1)) << BEHIND)
    }

    /// `None` if there is no room near the key's line.
    pub(crate) fn insert(&mut self, key: u64, id: u32) -> Option<()> {
        let (line, tag) = Self::place(key);
        (0..1 << BEHIND).find_map(|behind| {
            let line = &mut self.0[(line + behind) & ((1 << LINE) - 1)];
            let empty = line.0.iter_mut().find(|entry| **entry == 0)?;
            *empty = (tag | behind as u64) << ID | u64::from(id + 1);
            Some(())
        })
    }

    /// The token, or `NONE`.
    #[inline(always)]
    pub(crate) fn id(&self, key: u64) -> u32 {
        let (line, tag) = Self::place(key);
        for behind in 0..1 << BEHIND {
            for &entry in &self.0[(line + behind) & ((1 << LINE) - 1)].0 {
                if entry >> ID == tag | behind as u64 {
                    // Of an empty entry, whose tag may be that of a key, 0 - 1: none.
                    return (entry as u32 & ((1 << ID) - 1)).wrapping_sub(1);
                }
                if entry == 0 {
                    return NONE;
                }
            }
        }
        NONE
    }
}
