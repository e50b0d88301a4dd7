use tokens::{Encoding, EncodingName};

/// A piece of the counting that is done in one go, by whichever worker or thread has time.
pub struct Shard {
    /// By this number the session takes the counts.
    pub number: u32,
    /// What to count with.
    pub encoding: EncodingName,
    /// Texts, or parts of long ones, one behind the other.
    pub text: String,
    /// Where each of them ends, in bytes of `text`.
    pub ends: Vec<u32>,
}

impl Shard {
    /// Tokens of each part; a part of more than `u32` can hold counts as many as that.
    pub fn count(&self, encoding: &Encoding) -> Vec<u32> {
        let mut start = 0;
        let count = |&end: &u32| {
            let part = &self.text[start..end as usize];
            start = end as usize;
            u32::try_from(encoding.count(part)).unwrap_or(u32::MAX)
        };
        self.ends.iter().map(count).collect()
    }
}
