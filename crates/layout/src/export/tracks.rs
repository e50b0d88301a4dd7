use trace::{NONE, Tree};

use crate::{
    lanes::Lanes,
    order::{key, sorted},
};

/// Threads for tools in which the spans of a thread lie properly inside each other: neither side by side nor over the
/// edge. What runs beside a sibling, or sticks out, goes to a thread where nothing else runs by then.
pub(super) struct Tracks {
    /// The rows of each thread, outer ones before those inside them, in the order of time; each with how many of
    /// that thread it lies in.
    pub rows: Vec<Vec<(u32, u32)>>,
}

impl Tracks {
    pub fn of(tree: &Tree) -> Tracks {
        // What does not fit into its parent's thread begins a strand of its own; strands share threads.
        let mut heads: Vec<u32> = tree.roots().to_vec();
        let mut strand: Vec<Vec<(u32, u32)>> = Vec::new();
        let mut i = 0;
        while i < heads.len() {
            let mut rows = Vec::new();
            let mut stack = vec![(heads[i], 0)];
            while let Some((row, depth)) = stack.pop() {
                rows.push((row, depth));
                let (start, end) = (tree.start(row), tree.end(row));
                let mut until = start;
                let from = stack.len();
                for &child in tree.children(row) {
                    if tree.start(child) >= until && tree.end(child) <= end {
                        until = tree.end(child);
                        stack.push((child, depth + 1));
                    } else {
                        heads.push(child);
                    }
                }
                stack[from..].reverse();
            }
            strand.push(rows);
            i += 1;
        }
        let order = sorted(heads.iter().map(|&head| key(tree.start(head))).zip(0..).collect());
        let mut lanes = Lanes::default();
        let mut rows: Vec<Vec<(u32, u32)>> = Vec::new();
        for i in order.into_iter().map(|place| place as usize) {
            let lane = lanes.place(tree.start(heads[i]), tree.end(heads[i])) as usize;
            if lane == rows.len() {
                rows.push(Vec::new());
            }
            rows[lane].append(&mut strand[i]);
        }
        Tracks { rows }
    }

    /// The first beginning of all; `None` of nothing.
    pub fn origin(tree: &Tree) -> Option<i64> {
        (0..tree.len() as u32).filter_map(|row| tree.place(row)).map(|place| place.0).min()
    }
}

/// A row that is none, to close what is open.
pub(super) const END: (u32, u32) = (NONE, 0);
