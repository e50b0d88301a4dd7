//! Properties of merged flames: no weight is lost, whatever the mode, the weight and what a person does to them.

mod common;

use common::{place, trees};
use layout::{Flame, Kind, Leaves, NONE, Range, Shape, Spans, clip, names, range};
use proptest::prelude::*;
use trace::Component;

/// Weights of rows, and of parts of those that are calls: time, tokens and dollars are all such.
fn weights(spans: &Spans, seed: &[u64]) -> (Vec<u128>, Leaves, u128) {
    let (mut own, mut leaves, mut all) = (Vec::new(), Leaves::default(), 0);
    for row in 0..spans.len() {
        let weight = u128::from(seed[row % seed.len()]) * u128::from(spans.name[row] % 3);
        all += weight;
        let parts = [
            (Kind::Part(Component::System), seed[0] % 5),
            (Kind::Part(Component::User), seed[seed.len() - 1] % 7),
            (Kind::NotShown, u64::from(spans.name[row])),
        ];
        own.push(match spans.kind[row] {
            Kind::Call => leaves.divide(row as u32, weight, &parts),
            _ => weight,
        });
    }
    (own, leaves, all)
}

/// Whether parents weigh what they and their children do, siblings lie side by side, and perhaps the heaviest is first.
fn assert_adds_up(flame: &Flame, heaviest_first: bool) -> Result<(), TestCaseError> {
    let mut next: Vec<u128> = flame.start.clone();
    let mut sums = flame.own.clone();
    let mut lightest = vec![u128::MAX; flame.len()];
    for node in 1..flame.len() {
        let parent = flame.parent[node] as usize;
        prop_assert!(parent < node && flame.depth[node] == flame.depth[parent] + 1);
        prop_assert_eq!(flame.start[node], next[parent]);
        prop_assert!(!heaviest_first || flame.total[node] <= lightest[parent]);
        lightest[parent] = flame.total[node];
        next[parent] += flame.total[node];
        sums[parent] += flame.total[node];
    }
    prop_assert_eq!(&sums, &flame.total);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn merging_keeps_the_weight(
        spans in trees(),
        seed in prop::collection::vec(0u64..1 << 50, 1..9),
        focus in prop::option::of(0u32..5),
        drop in prop::collection::vec(0u32..5, 0..2),
        collapse in prop::collection::vec(0u32..5, 0..2),
    ) {
        let (own, leaves, all) = weights(&spans, &seed);
        let shape = Shape { focus, drop, collapse, apart: false };
        let whole = Flame::merge(&spans, &own, &leaves, &Shape::default(), &|_| true);
        let shaped = Flame::merge(&spans, &own, &leaves, &shape, &|_| true);
        prop_assert_eq!((whole.total[0], whole.left_out), (all, 0));
        prop_assert_eq!(shaped.total[0] + shaped.left_out, all);
        for flame in [&whole, &shaped, &whole.inverted(), &shaped.inverted(), &whole.callers(1)] {
            assert_adds_up(flame, true)?;
        }
        // What is not merged weighs the same, and stands in the order of its rows.
        let apart = Flame::merge(&spans, &own, &leaves, &Shape { apart: true, ..shape }, &|_| true);
        assert_adds_up(&apart, false)?;
        prop_assert_eq!((apart.total[0], apart.left_out), (shaped.total[0], shaped.left_out));
        prop_assert!(apart.row[1..].is_sorted() || spans.parent.iter().any(|&parent| parent != NONE));
        for node in 1..apart.len() {
            prop_assert_eq!(apart.count[node], 1);
            if Kind::of_part_name(apart.name[node]).is_none() {
                prop_assert_eq!(spans.name[apart.row[node] as usize], apart.name[node]);
            }
        }
        prop_assert_eq!(shaped.inverted().total[0], shaped.total[0]);
        prop_assert_eq!(whole.errors.iter().sum::<u64>() as usize, spans.status.iter().filter(|s| s.is_error()).count());
        // Two halves of the requests weigh what all of them do.
        let mut roots: Vec<u32> = Vec::new();
        for (row, &parent) in spans.parent.iter().enumerate() {
            roots.push(if parent == NONE { row as u32 } else { roots[parent as usize] });
        }
        let half = |odd: u32| {
            Flame::merge(&spans, &own, &leaves, &Shape::default(), &|row| roots[row as usize] % 2 == odd).total[0]
        };
        prop_assert_eq!(half(0) + half(1), all);
    }

    #[test]
    fn both_halves_of_a_sandwich_weigh_what_the_name_does(spans in trees(), seed in prop::collection::vec(0u64..1 << 50, 1..9)) {
        let (own, leaves, all) = weights(&spans, &seed);
        let whole = Flame::merge(&spans, &own, &leaves, &Shape::default(), &|_| true);
        let rows = names(&whole);
        prop_assert_eq!(rows.iter().map(|row| row.own).sum::<u128>(), all);
        for row in rows {
            prop_assert_eq!(whole.callers(row.name).total[0], row.total);
            if Kind::of_part_name(row.name).is_none() {
                let shape = Shape { focus: Some(row.name), ..Shape::default() };
                prop_assert_eq!(Flame::merge(&spans, &own, &leaves, &shape, &|_| true).total[0], row.total);
            }
        }
    }

    #[test]
    fn only_kept_rows_are_left_in_the_order_of_time(spans in trees(), odd in 0u32..3) {
        let keep = |row: u32| !(row + odd).is_multiple_of(3);
        let kept = spans.kept(&keep);
        let mut told: Vec<u32> = kept.span.clone();
        told.sort_unstable();
        prop_assert_eq!(told, (0..spans.len() as u32).filter(|&row| keep(row)).collect::<Vec<_>>());
        let mut last: std::collections::HashMap<u32, (bool, i64)> = Default::default();
        for row in 0..kept.len() {
            // The nearest one around that is kept.
            let mut around = spans.parent[kept.span[row] as usize];
            while around != NONE && !keep(around) {
                around = spans.parent[around as usize];
            }
            let parent = kept.parent[row];
            prop_assert_eq!(kept.span.get(parent as usize).copied().unwrap_or(NONE), around);
            let place = (kept.start[row] == layout::UNKNOWN, kept.start[row]);
            prop_assert!(last.insert(parent, place).is_none_or(|before| before <= place));
        }
    }

    #[test]
    fn a_range_has_exactly_what_runs_in_it(spans in trees(), from in -30i64..200, long in 1i64..150) {
        let to = from + long;
        let (cut, rows) = clip(&spans, from, to);
        let runs = |row: u32| place(&spans, row).is_some_and(|(start, end)| {
            start < to && (end > from || start == end && start >= from)
        });
        let expected: Vec<u32> = (0..spans.len() as u32).filter(|&row| runs(row)).collect();
        prop_assert_eq!(&rows, &expected);
        let busy = |at: i64| expected.iter().any(|&row| place(&spans, row).is_some_and(|(s, e)| s <= at && at < e));
        let found: Range = range(&spans, from, to);
        prop_assert_eq!(found.busy, (from..to).filter(|&at| busy(at)).count() as i64);
        let begun = expected.iter().filter(|&&row| spans.call[row as usize] != NONE && spans.start[row as usize] >= from);
        prop_assert_eq!(found.calls_begun as usize, begun.count());
        for (row, &was) in rows.iter().enumerate() {
            let (start, end) = place(&spans, was).unwrap();
            prop_assert_eq!(place(&cut, row as u32), Some((start.max(from), end.min(to))));
        }
    }
}

#[test]
fn what_a_person_does_to_a_flame() {
    // main > search > search, main > chat
    let mut spans = Spans::default();
    for (name, parent) in [(0, NONE), (1, 0), (1, 1), (2, 0), (1, NONE)] {
        spans.push(layout::Row {
            start: 0,
            duration: 1,
            parent,
            name,
            kind: Kind::Other,
            status: trace::Status::Ok,
            call: NONE,
            span: NONE,
        });
    }
    let merge = |shape: Shape| {
        Flame::merge(&spans, &[1, 10, 100, 1000, 10_000], &Leaves::default(), &shape, &|_| true)
    };
    let paths = |flame: &Flame| -> Vec<(u32, u32, u128)> {
        (1..flame.len()).map(|i| (flame.depth[i], flame.name[i], flame.total[i])).collect()
    };
    let whole = merge(Shape::default());
    assert_eq!(paths(&whole), [(1, 1, 10_000), (1, 0, 1111), (2, 2, 1000), (2, 1, 110), (3, 1, 100)]);
    let focus = merge(Shape { focus: Some(1), ..Shape::default() });
    assert_eq!((paths(&focus), focus.left_out), (vec![(1, 1, 10_110), (2, 1, 100)], 1001));
    let drop = merge(Shape { drop: vec![1], ..Shape::default() });
    assert_eq!((paths(&drop), drop.left_out), (vec![(1, 0, 1001), (2, 2, 1000)], 10_110));
    let collapse = merge(Shape { collapse: vec![0], ..Shape::default() });
    assert_eq!(paths(&collapse), [(1, 1, 10_000), (1, 0, 1111)]);
    let inverted = paths(&whole.inverted());
    assert_eq!(inverted[..3], [(1, 1, 10_110), (2, 1, 100), (3, 0, 100)]);
    assert_eq!(paths(&whole.callers(1)), [(1, 1, 10_110), (2, 0, 110)]);
}
