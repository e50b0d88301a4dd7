use crate::{
    Rows,
    order::{key, of_key, sort},
};

/// Which names hold all words of a query, in any case. No words, no names.
pub fn matching<'a>(names: impl IntoIterator<Item = &'a str>, query: &str) -> Vec<bool> {
    let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
    let fits = |name: &str| {
        let name = name.to_lowercase();
        !words.is_empty() && words.iter().all(|word| name.contains(word.as_str()))
    };
    names.into_iter().map(fits).collect()
}

/// What was found, in the order in which one walks through it: by place, then from the top row down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// Place, row, item.
    hits: Vec<(i64, u32, u32)>,
}

impl Search {
    /// Among the bars that are drawn.
    pub fn of(rows: &Rows, found: &dyn Fn(u32) -> bool) -> Search {
        let bars = rows.iter().filter(|bar| found(bar.1));
        let mut hits: Vec<_> =
            bars.map(|(row, item, start, _)| (key(start) << 32 | u128::from(row), item)).collect();
        sort(&mut hits);
        let hit = |(place, item): (u128, u32)| (of_key(place >> 32), place as u32, item);
        Search { hits: hits.into_iter().map(hit).collect() }
    }

    /// How many were found.
    pub fn count(&self) -> usize {
        self.hits.len()
    }

    /// One of them, counted from 0: its place, row and item.
    pub fn get(&self, i: usize) -> Option<(i64, u32, u32)> {
        self.hits.get(i).copied()
    }

    /// The first one after a place and row, from the first one again after the last.
    pub fn next(&self, place: i64, row: u32) -> Option<usize> {
        let i = self.hits.partition_point(|hit| (hit.0, hit.1) <= (place, row));
        (!self.hits.is_empty()).then(|| i % self.hits.len())
    }

    /// The last one before a place and row, from the last one again before the first.
    pub fn previous(&self, place: i64, row: u32) -> Option<usize> {
        let i = self.hits.partition_point(|hit| (hit.0, hit.1) < (place, row));
        i.checked_sub(1).or(self.hits.len().checked_sub(1))
    }
}
