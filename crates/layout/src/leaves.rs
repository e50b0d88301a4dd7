use crate::{Kind, apportion};

/// Parts of calls with a weight of their own, below the rows of their calls: the components of a prompt and of its
/// answer. Rows rise.
#[derive(Clone, Debug, Default)]
pub struct Leaves {
    /// The row of the call.
    pub row: Vec<u32>,
    /// What part it is.
    pub kind: Vec<Kind>,
    /// Its weight.
    pub weight: Vec<u128>,
}

impl Leaves {
    /// Divides the weight of a call over its parts by their tokens, exactly. Parts without tokens are left out.
    /// Returns what nobody can divide, because no part has tokens: the row's own.
    pub fn divide(&mut self, row: u32, total: u128, parts: &[(Kind, u64)]) -> u128 {
        let tokens: Vec<u64> = parts.iter().map(|part| part.1).collect();
        let mut left = total;
        for (&(kind, tokens), weight) in parts.iter().zip(apportion(total, &tokens)) {
            if tokens > 0 {
                self.row.push(row);
                self.kind.push(kind);
                self.weight.push(weight);
                left -= weight;
            }
        }
        left
    }
}
