//! Counting a text that comes in chunks.

use crate::Encoding;
use crate::boundary::boundary_between;

/// Counts the tokens of a text that comes in chunks, with the same result as of the whole text wherever it is
/// cut. Holds back what follows the last certain boundary: seldom more than a word or two.
pub struct Counter<'a> {
    encoding: &'a Encoding,
    held: String,
    /// Bytes of `held` that have no boundary.
    searched: usize,
    count: u64,
}

impl<'a> Counter<'a> {
    /// A counter of the encoding's tokens.
    #[must_use]
    pub fn new(encoding: &'a Encoding) -> Self {
        Counter { encoding, held: String::new(), searched: 0, count: 0 }
    }

    /// The next chunk.
    pub fn push(&mut self, chunk: &str) {
        self.held.push_str(chunk);
        let last = self.held.floor_char_boundary(self.held.len().saturating_sub(1));
        if let Some(cut) = boundary_between(&self.held, self.searched, last) {
            self.count += self.encoding.count(&self.held[..cut]);
            self.held.drain(..cut);
            self.searched = 0;
        } else {
            self.searched = last;
        }
    }

    /// Number of tokens of all chunks together.
    #[must_use]
    pub fn finish(self) -> u64 {
        self.count + self.encoding.count(&self.held)
    }
}
