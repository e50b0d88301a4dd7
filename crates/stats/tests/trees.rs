//! Properties of self times and critical paths over any tree: overlaps, gaps, orphans, spans of no length, and
//! spans without a place.

use proptest::prelude::*;
use stats::{critical_path, on_critical_path, self_times};
use trace::{NONE, Tree, UNKNOWN};

/// Start, duration and parent of each row.
fn trees() -> impl Strategy<Value = Vec<(i64, i64, u32)>> {
    let row =
        (-20i64..120, prop_oneof![1 => Just(0i64), 6 => 0i64..100, 1 => Just(UNKNOWN)], 0u32..14, 0u8..12);
    prop::collection::vec(row, 1..14).prop_map(|rows| {
        let row = |(i, (start, duration, parent, odd)): (usize, (i64, i64, u32, u8))| {
            let parent = if odd == 0 || i == 0 { NONE } else { parent % i as u32 };
            (if odd == 1 { UNKNOWN } else { start }, duration, parent)
        };
        rows.into_iter().enumerate().map(row).collect()
    })
}

fn tree(rows: &[(i64, i64, u32)]) -> Tree {
    let column = |f: fn(&(i64, i64, u32)) -> i64| rows.iter().map(f).collect::<Vec<_>>();
    let parents: Vec<u32> = rows.iter().map(|row| row.2).collect();
    Tree::of(&column(|row| row.0), &column(|row| row.1), &parents)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn self_time_is_each_moment_without_a_child(rows in trees()) {
        let tree = tree(&rows);
        for (row, own) in self_times(&tree).into_iter().enumerate() {
            let Some((start, end)) = tree.place(row as u32) else {
                prop_assert_eq!(own, None);
                continue;
            };
            let covered = |at: i64| tree.children(row as u32).iter().any(|&child| {
                tree.place(child).is_some_and(|(from, to)| from <= at && at < to)
            });
            prop_assert_eq!(own.unwrap().0, (start..end).filter(|&at| !covered(at)).count() as i64);
        }
    }

    #[test]
    fn a_critical_path_is_exactly_as_long_as_its_root(rows in trees()) {
        let tree = tree(&rows);
        let mut sums = vec![0; rows.len()];
        for &root in tree.roots() {
            let (start, end) = tree.place(root).unwrap();
            let mut at = start;
            for part in critical_path(&tree, root) {
                prop_assert_eq!(part.from, at, "parts lie end to end");
                let (from, to) = tree.place(part.row).unwrap();
                prop_assert!(from <= part.from && part.from < part.to && part.to <= to);
                sums[part.row as usize] += part.to - part.from;
                at = part.to;
            }
            prop_assert_eq!(at, end);
        }
        for (row, time) in on_critical_path(&tree).into_iter().enumerate() {
            prop_assert_eq!(time.map(|ns| ns.0), tree.place(row as u32).map(|_| sums[row]));
        }
    }

    #[test]
    fn every_row_with_a_place_is_once_in_the_tree(rows in trees()) {
        let tree = tree(&rows);
        let mut seen: Vec<u32> = tree.roots().to_vec();
        seen.extend((0..rows.len() as u32).flat_map(|row| tree.children(row)));
        seen.sort_unstable();
        let placed: Vec<u32> = (0..rows.len() as u32).filter(|&row| tree.place(row).is_some()).collect();
        prop_assert_eq!(seen, placed);
    }
}
