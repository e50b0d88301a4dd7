//! The tokens of pieces merged lately. Its size is fixed: a new piece takes the place of an older one.

use crate::vocab::hash;

const PIECE: usize = 30;
const IDS: usize = 8;
const SETS: usize = 1 << 14;

/// One cache line. Longer pieces seldom come again, and are merged again when they do.
#[derive(Clone, Copy)]
struct Entry {
    length: u8,
    count: u8,
    piece: [u8; PIECE],
    ids: [u32; IDS],
}

/// Two entries a set, the newer first.
pub(crate) struct Memo(Vec<[Entry; 2]>);

impl Memo {
    pub(crate) fn new() -> Memo {
        let empty = Entry { length: 0, count: 0, piece: [0; PIECE], ids: [0; IDS] };
        Memo(vec![[empty; 2]; SETS])
    }

    pub(crate) fn get(&self, piece: &[u8]) -> Option<&[u32]> {
        let set = self.0.get(set_of(piece)?)?;
        let entry = set.iter().find(|entry| entry.piece.get(..entry.length.into()) == Some(piece))?;
        entry.ids.get(..entry.count.into())
    }

    pub(crate) fn put(&mut self, piece: &[u8], ids: &[u32]) {
        if let Some(set) = set_of(piece)
            && ids.len() <= IDS
        {
            let [newer, older] = &mut self.0[set];
            *older = *newer;
            newer.length = piece.len() as u8;
            newer.count = ids.len() as u8;
            newer.piece[..piece.len()].copy_from_slice(piece);
            newer.ids[..ids.len()].copy_from_slice(ids);
        }
    }
}

/// `None` for a piece the memo does not keep.
fn set_of(piece: &[u8]) -> Option<usize> {
    let hash = match piece.len() {
        0 | PIECE.. => return None,
        1..8 => {
            let mut padded = [0; 8];
            padded[..piece.len()].copy_from_slice(piece);
            hash(&padded)
        }
        _ => hash(piece),
    };
    Some(hash as usize >> 20 & (SETS - 1))
}
