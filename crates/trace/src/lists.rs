/// Lists of whole numbers that calls have by the hundred: gaps between chunks, blocks of a prompt. Packed,
/// seven bits a byte: a gap of some milliseconds takes four bytes where a `Nanos` takes eight.
#[derive(Debug, Default)]
pub struct Lists {
    bytes: Vec<u8>,
}

/// One list of [`Lists`]; the empty one by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct List {
    from: usize,
    to: usize,
}

impl List {
    /// Whether nothing is in it.
    pub const fn is_empty(self) -> bool {
        self.from == self.to
    }

    /// This one, or the other where this one is empty.
    pub const fn or(self, other: List) -> List {
        if self.is_empty() { other } else { self }
    }
}

impl Lists {
    /// Keeps a list.
    pub fn add(&mut self, numbers: impl IntoIterator<Item = u64>) -> List {
        let from = self.bytes.len();
        for mut number in numbers {
            while number >= 0x80 {
                self.bytes.push(number as u8 | 0x80);
                number >>= 7;
            }
            self.bytes.push(number as u8);
        }
        List { from, to: self.bytes.len() }
    }

    /// The numbers of a list in their order.
    pub fn get(&self, list: List) -> impl Iterator<Item = u64> {
        let mut bytes = self.bytes[list.from..list.to].iter();
        std::iter::from_fn(move || {
            let mut number = 0;
            for shift in (0..).step_by(7) {
                let byte = bytes.next()?;
                number |= u64::from(byte & 0x7f) << shift;
                if byte & 0x80 == 0 {
                    break;
                }
            }
            Some(number)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn lists_come_back_as_they_were(lists in prop::collection::vec(prop::collection::vec(any::<u64>(), 0..5), 0..5)) {
            let mut store = Lists::default();
            let kept: Vec<List> = lists.iter().map(|list| store.add(list.iter().copied())).collect();
            for (list, kept) in lists.iter().zip(kept) {
                prop_assert_eq!(kept.is_empty(), list.is_empty());
                prop_assert_eq!(&store.get(kept).collect::<Vec<_>>(), list);
            }
        }
    }
}
