use trace::Tree;
use units::Nanos;

/// The time of each row in which none of its children ran: its duration less the union of the children's times.
/// Children side by side count once, and only as far as they lie inside. `None` without a place in time.
pub fn self_times(tree: &Tree) -> Vec<Option<Nanos>> {
    (0..tree.len() as u32).map(|row| self_time(tree, row)).collect()
}

/// The same of one row.
pub fn self_time(tree: &Tree, row: u32) -> Option<Nanos> {
    let (start, end) = tree.place(row)?;
    let mut own = 0;
    let mut at = start;
    for &child in tree.children(row) {
        let from = tree.start(child).clamp(at, end);
        own += from - at;
        at = tree.end(child).clamp(from, end);
    }
    Some(Nanos(own + end - at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use trace::{NONE, UNKNOWN};

    #[test]
    fn children_side_by_side_count_once_and_only_inside() {
        // 0..100 with 10..40 and 20..50 side by side, -5..5 and 90..130 over the edges, and one of no length.
        let tree = Tree::of(
            &[0, 10, 20, -5, 90, 60, UNKNOWN, 70],
            &[100, 30, 30, 10, 40, 0, 5, 10],
            &[NONE, 0, 0, 0, 0, 0, 0, 6],
        );
        let own: Vec<_> = self_times(&tree).into_iter().map(|time| time.map(|ns| ns.0)).collect();
        // The last lies in one without a place, so in the first.
        assert_eq!(own[0], Some(100 - 40 - 5 - 10 - 10));
        assert_eq!(own[1..], [Some(30), Some(30), Some(10), Some(40), Some(0), None, Some(10)]);
    }
}
