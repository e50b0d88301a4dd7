//! What a request waited for.
//!
//! ```text
//! root    ├──────────────────────────────┤
//! A         ├────────┤
//! B              ├──────────┤
//! path    ├─┤A─A─┤B─────────┤────────────┤     read from the end: B ended last, before it A was still running
//! ```

use trace::{NONE, Tree};
use units::Nanos;

/// A part of a critical path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The row that was waited for, itself and not what lies inside it.
    pub row: u32,
    /// From when, in ns.
    pub from: i64,
    /// Until when, in ns.
    pub to: i64,
}

/// The critical path of a row, in the order of time: its parts lie end to end and are exactly as long as the row.
///
/// It is walked from the end: a moment belongs to the child that ended last of those that had begun by then, and
/// in turn to what lies inside that child; what no child covers is the row's own. Children count as far as they
/// lie inside.
pub fn critical_path(tree: &Tree, row: u32) -> Vec<Segment> {
    let mut path = Vec::new();
    walk(tree, row, &mut |segment| {
        match path.last_mut() {
            Some(Segment { row, from, .. }) if *row == segment.row && *from == segment.to => {
                *from = segment.from;
            }
            _ => path.push(segment),
        };
    });
    path.reverse();
    path
}

/// Of each row, the time that it is on the critical path of its root; `None` without a place in time.
pub fn on_critical_path(tree: &Tree) -> Vec<Option<Nanos>> {
    let mut times: Vec<_> = (0..tree.len() as u32).map(|row| tree.place(row).map(|_| Nanos::ZERO)).collect();
    for &root in tree.roots() {
        walk(tree, root, &mut |Segment { row, from, to }| {
            if let Some(time) = &mut times[row as usize] {
                time.0 += to - from;
            }
        });
    }
    times
}

/// A row of which the walk has come back to `at`. Of its children, the first `open` have not been walked.
struct Visit {
    row: u32,
    begin: i64,
    at: i64,
    open: usize,
    /// Of each number of children from the first on, the one that ends last.
    last: Vec<u32>,
}

fn visit(tree: &Tree, row: u32, begin: i64, at: i64) -> Visit {
    let mut longest = NONE;
    let last = tree.children(row).iter().map(|&child| {
        if longest == NONE || tree.end(child) > tree.end(longest) {
            longest = child;
        }
        longest
    });
    Visit { row, begin, at, open: tree.children(row).len(), last: last.collect() }
}

fn walk(tree: &Tree, row: u32, found: &mut dyn FnMut(Segment)) {
    let Some((begin, end)) = tree.place(row) else { return };
    let mut stack = vec![visit(tree, row, begin, end)];
    while let Some(top) = stack.last_mut() {
        let (row, at) = (top.row, top.at);
        top.open = tree.children(row)[..top.open].partition_point(|&child| tree.start(child) < at);
        let child = top.open.checked_sub(1).map(|i| top.last[i]);
        // Nothing is left of a row once the walk is back at its beginning.
        let inside = child.filter(|&child| at > top.begin && tree.end(child) > top.begin);
        let (child, to) = match inside {
            Some(child) => (child, tree.end(child).min(at)),
            None => (NONE, top.begin),
        };
        if to < at {
            found(Segment { row, from: to, to: at });
        }
        if child == NONE {
            stack.pop();
            continue;
        }
        let from = tree.start(child).max(top.begin);
        top.at = from;
        if from < to {
            stack.push(visit(tree, child, from, to));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(start: &[i64], duration: &[i64], parent: &[u32]) -> Vec<(u32, i64, i64)> {
        let tree = Tree::of(start, duration, parent);
        critical_path(&tree, 0).into_iter().map(|s| (s.row, s.from, s.to)).collect()
    }

    #[test]
    fn the_child_that_ends_last_was_waited_for() {
        let parts = path(&[0, 10, 30, 35], &[100, 40, 50, 5], &[NONE, 0, 0, 2]);
        assert_eq!(parts, [(0, 0, 10), (1, 10, 30), (2, 30, 35), (3, 35, 40), (2, 40, 80), (0, 80, 100)]);
    }

    #[test]
    fn what_ran_beside_it_is_not_on_the_path() {
        assert_eq!(path(&[0, 0, 20], &[50, 50, 10], &[NONE, 0, 0]), [(1, 0, 50)]);
        assert_eq!(path(&[0, -9, 20, 30], &[50, 5, 0, 90], &[NONE, 0, 0, 0]), [(0, 0, 30), (3, 30, 50)]);
        assert_eq!(path(&[7], &[0], &[NONE]), []);
    }
}
