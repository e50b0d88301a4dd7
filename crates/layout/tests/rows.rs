//! Properties of what is drawn: rows, marks, hits, the minimap and searches.

mod common;

use common::{place, trees};
use layout::{Axis, CALLER, Flame, Leaves, Minimap, Rows, Search, Shape, Spans, Way, matching};
use proptest::prelude::*;

/// Rows in time, and of a flame in which some nodes weigh nothing.
fn pictures(spans: &Spans) -> [(Rows, Vec<bool>); 2] {
    let errors = spans.status.iter().map(|status| status.is_error()).collect();
    let own: Vec<u128> = spans.name.iter().map(|&name| u128::from(name % 3) * 7).collect();
    let flame = Flame::merge(spans, &own, &Leaves::default(), &Shape::default(), &|_| true);
    let failed = flame.errors.iter().map(|&errors| errors > 0).collect();
    [(Rows::in_time(spans, &Axis::default()), errors), (Rows::of_flame(&flame), failed)]
}

/// The flames of who calls a name and of what it holds, where each span weighs 7 times its name.
fn halves(spans: &Spans, name: u32) -> (Flame, Flame) {
    let own: Vec<u128> = spans.name.iter().map(|&name| u128::from(name) * 7).collect();
    let merge = |focus| {
        let shape = Shape { focus, ..Shape::default() };
        Flame::merge(spans, &own, &Leaves::default(), &shape, &|_| true)
    };
    (merge(None).callers(name), merge(Some(name)))
}

/// A viewport: where it begins, how long it is, how many pixels it has.
fn viewports() -> impl Strategy<Value = (i64, i64, u32)> {
    prop_oneof![
        3 => (-60i64..300, 1i64..400, 1u32..90),
        1 => Just((-30, 400, 7)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn nothing_in_a_row_overlaps_and_children_lie_below(spans in trees()) {
        let rows = Rows::in_time(&spans, &Axis::default());
        let mut row_of = vec![None; spans.len()];
        let mut last = (u32::MAX, 0);
        for (row, item, from, to) in rows.iter() {
            prop_assert_eq!(place(&spans, item), Some((from, to)));
            prop_assert!(last.0 != row || last.1 <= from, "a row holds one bar at a time");
            prop_assert!(row_of[item as usize].replace(row).is_none());
            last = (row, to.max(from + 1));
            if from < to {
                prop_assert_eq!(rows.at(row, from), Some(item));
                prop_assert_eq!(rows.at(row, to - 1), Some(item));
            }
        }
        prop_assert_eq!(row_of.iter().filter(|row| row.is_none()).count() as u64, rows.unplaced);
        for item in 0..spans.len() {
            let (Some(row), Some(Some(above))) = (row_of[item], row_of.get(spans.parent[item] as usize)) else { continue };
            prop_assert!(row > *above);
        }
    }

    #[test]
    fn below_a_span_with_parts_there_is_room_for_them(spans in trees(), every in 1u32..4) {
        let (rows, parts) = Rows::in_time_with(&spans, &Axis::default(), &|row| row % every == 0);
        let bars: Vec<_> = rows.iter().collect();
        let of = |item: u32| bars.iter().find(|bar| bar.1 == item).copied();
        let mut seen = 0;
        for (row, item, from, to) in parts.iter() {
            seen += 1;
            let (above, _, start, end) = of(item).unwrap();
            prop_assert!(item % every == 0 && row > above);
            prop_assert_eq!((from, to), (start, end));
            let clash = |bar: &&(u32, u32, i64, i64)| bar.0 == row && bar.2 < to && bar.3 > from;
            prop_assert_eq!(bars.iter().find(clash), None);
        }
        prop_assert_eq!(seen, bars.iter().filter(|bar| bar.1 % every == 0).count());
        // Drawn together, each is hit where it is drawn alone.
        let (of_rows, of_parts) = (rows.marks(-30, 200, 90, 0..99), parts.marks(-30, 200, 90, 0..99));
        let mut both = of_rows.clone();
        both.join(of_parts.clone());
        prop_assert_eq!(both.len(), of_rows.len() + of_parts.len());
        for (marks, i) in [&of_rows, &of_parts].into_iter().flat_map(|marks| (0..marks.len()).map(move |i| (marks, i))) {
            let hit = both.hit(marks.row[i], marks.x[i] + marks.width[i] - 1).map(|hit| both.x[hit]);
            prop_assert!(hit.is_some_and(|x| x >= marks.x[i]));
        }
    }

    #[test]
    fn one_row_per_depth_where_nothing_overlaps(lengths in prop::collection::vec((1i64..9, 0u8..3), 1..40)) {
        let mut spans = Spans::default();
        let (mut at, mut path) = (0, Vec::<u32>::new());
        for (length, close) in lengths {
            path.truncate(path.len().saturating_sub(close as usize));
            let row = common_row(at, length, path.last().copied());
            path.push(spans.len() as u32);
            spans.push(row);
            at += length;
        }
        // Parents end with the last of what they hold.
        for row in (1..spans.len()).rev() {
            if let Some(parent) = spans.duration.get(spans.parent[row] as usize) {
                let end = spans.start[row] + spans.duration[row];
                let parent_end = spans.start[spans.parent[row] as usize] + parent;
                spans.duration[spans.parent[row] as usize] += (end - parent_end).max(0);
            }
        }
        for (row, item, ..) in Rows::in_time(&spans, &Axis::default()).iter() {
            prop_assert_eq!(row, spans.depth[item as usize]);
        }
    }

    #[test]
    fn a_hit_is_what_is_drawn_and_nothing_is_lost(spans in trees(), (from, long, width) in viewports()) {
        for (rows, _) in pictures(&spans) {
            let to = from + long;
            let marks = rows.marks(from, to, width, 0..rows.len());
            // Painted in their order, as the page does it.
            let mut pixels = vec![None; (rows.len() * width) as usize];
            for i in 0..marks.len() {
                prop_assert!(marks.width[i] > 0 && marks.x[i] + marks.width[i] <= width);
                for x in marks.x[i]..marks.x[i] + marks.width[i] {
                    let pixel = &mut pixels[(marks.row[i] * width + x) as usize];
                    prop_assert_eq!(pixel.replace(i), None, "one mark a pixel");
                }
            }
            for (i, painted) in pixels.into_iter().enumerate() {
                prop_assert_eq!(marks.hit(i as u32 / width, i as u32 % width), painted);
            }
            let seen = rows.iter().filter(|&(_, _, start, end)| {
                (start < to && end > from) || (start == end && from <= start && end <= to)
            });
            prop_assert_eq!(marks.count.iter().sum::<u32>() as usize, seen.count());
        }
    }

    #[test]
    fn a_mark_shows_where_its_item_is(spans in trees(), (from, long, width) in viewports()) {
        for (rows, _) in pictures(&spans) {
            let marks = rows.marks(from, from + long, width, 0..rows.len());
            let pixel = |at: i64| (at - from) as f64 * f64::from(width) / long as f64;
            for i in 0..marks.len() {
                let (_, _, start, end) = rows.iter().find(|bar| bar.1 == marks.item[i]).unwrap();
                // To a pixel, since a bar may begin after one that has taken the pixel.
                prop_assert!(f64::from(marks.x[i]) <= pixel(start).max(0.0) + 1.0);
                prop_assert!(f64::from(marks.x[i] + marks.width[i]) + 1.0 >= pixel(end).min(f64::from(width)));
            }
        }
    }

    #[test]
    fn a_sandwich_has_callers_above_and_what_is_held_below(spans in trees(), name in 0u32..5) {
        let (callers, held) = halves(&spans, name);
        let (rows, middle) = Rows::sandwich(&callers, &held);
        let mut weights = vec![0i64; rows.len() as usize];
        let mut last = (u32::MAX, 0);
        for (row, item, from, to) in rows.iter() {
            prop_assert!(last.0 != row || last.1 <= from, "a row holds one bar at a time");
            last = (row, to);
            weights[row as usize] += to - from;
            prop_assert_eq!(item & CALLER != 0, row < middle);
            if row == middle {
                prop_assert_eq!(held.name[item as usize], name);
            }
        }
        for row in 1..weights.len() {
            // Away from the middle, each row weighs what the one before it does at most.
            let (near, far) = if row as u32 > middle { (row - 1, row) } else { (row, row - 1) };
            prop_assert!(weights[far] <= weights[near]);
        }
        prop_assert_eq!(weights.get(middle as usize).copied().unwrap_or(0) as u128, held.total[0]);
    }

    #[test]
    fn every_bar_is_reached_from_those_beside_and_over_it(spans in trees()) {
        for (rows, _) in pictures(&spans) {
            let bars: Vec<_> = rows.iter().collect();
            for pair in bars.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
                let [(row, _, from, to), (_, _, next_from, next_to)] = pair else { unreachable!() };
                let right = rows.step((*row, *from, *to), Way::Right);
                if (next_from, next_to) > (from, to) {
                    prop_assert_eq!(right, Some(pair[1]));
                }
                if from < next_from {
                    prop_assert_eq!(rows.step((*row, *next_from, *next_to), Way::Left).map(|bar| bar.0), Some(*row));
                }
            }
            for &(row, item, from, to) in &bars {
                prop_assert_eq!(rows.place_of(item), Some((row, from, to)));
                for (way, up) in [(Way::Up, true), (Way::Down, false)] {
                    if let Some((found, _, start, end)) = rows.step((row, from, to), way) {
                        prop_assert_eq!(found < row, up);
                        let over = if up { start <= from && end >= to } else { start >= from && start <= to };
                        prop_assert!(over);
                    }
                }
            }
        }
    }

    #[test]
    fn parts_lie_in_the_rows_of_their_items(spans in trees()) {
        let rows = Rows::in_time(&spans, &Axis::default());
        let halves: Vec<_> = rows.iter().map(|(_, item, from, to)| (item, from, from + (to - from) / 2)).collect();
        let parts = rows.parts(&halves);
        let expected: Vec<_> = rows.iter().map(|(row, item, from, to)| (row, item, from, from + (to - from) / 2)).collect();
        let mut told: Vec<_> = parts.iter().collect();
        told.sort_unstable_by_key(|part| (part.0, part.2, part.1));
        let mut expected = expected;
        expected.sort_unstable_by_key(|part| (part.0, part.2, part.1));
        prop_assert_eq!(told, expected);
    }

    #[test]
    fn an_error_is_never_hidden(spans in trees(), (from, long, width) in viewports()) {
        for (rows, failed) in pictures(&spans) {
            let to = from + long;
            let marks = rows.marks(from, to, width, 0..rows.len());
            for i in 0..marks.len() {
                prop_assert_eq!(marks.errors[i] > 0, failed[marks.item[i] as usize], "an error is shown as one");
            }
            for (row, item, start, end) in rows.iter().filter(|bar| failed[bar.1 as usize]) {
                let seen = (start < to && end > from) || (start == end && from <= start && end <= to);
                if !seen {
                    continue;
                }
                let x = |at: i64| ((at - from) as f64 * f64::from(width) / long as f64).clamp(0.0, f64::from(width) - 1.0);
                let near = (x(start) as u32).saturating_sub(1)..=(x(end) as u32 + 1).min(width - 1);
                let shown = near.clone().filter_map(|x| marks.hit(row, x)).any(|i| marks.errors[i] > 0);
                prop_assert!(shown, "{item} at {near:?}");
            }
        }
    }

    #[test]
    fn a_minimap_has_all_the_time_and_all_the_errors(spans in trees(), width in 1u32..60) {
        let rows = Rows::in_time(&spans, &Axis::default());
        let map = Minimap::of(&rows, width, &|_| true);
        let all: i64 = rows.iter().map(|(_, _, from, to)| to - from).sum();
        let column = (rows.to - rows.from).max(1) as f64 / f64::from(width);
        let sum: f64 = map.running.iter().map(|&running| f64::from(running) * column).sum();
        prop_assert!((sum - all as f64).abs() < 0.01 * (1.0 + all as f64), "{sum} {all}");
        let errors = rows.iter().filter(|bar| spans.status[bar.1 as usize].is_error()).count();
        prop_assert_eq!(map.errors.iter().sum::<u32>() as usize, errors);
    }

    #[test]
    fn a_search_walks_through_all_in_order_and_round(spans in trees()) {
        let rows = Rows::in_time(&spans, &Axis::default());
        let names = matching(["plan", "Web search", "web fetch", "parse", "search the web"], "web SEARCH");
        prop_assert_eq!(&names, &[false, true, false, false, true]);
        let search = Search::of(&rows, &|item| names[spans.name[item as usize] as usize]);
        let wanted = rows.iter().filter(|bar| [1, 4].contains(&spans.name[bar.1 as usize])).count();
        prop_assert_eq!(search.count(), wanted);
        let mut at = (i64::MIN, 0);
        for i in 0..search.count() {
            prop_assert_eq!(search.next(at.0, at.1), Some(i));
            let (place, row, _) = search.get(i).unwrap();
            at = (place, row);
            prop_assert_eq!(search.previous(at.0, at.1), Some(if i == 0 { search.count() - 1 } else { i - 1 }));
        }
        prop_assert_eq!(search.next(at.0, at.1), (wanted > 0).then_some(0));
        prop_assert!(matching(["a"], " ").iter().all(|found| !found));
    }
}

fn common_row(start: i64, duration: i64, parent: Option<u32>) -> layout::Row {
    layout::Row {
        start,
        duration,
        parent: parent.unwrap_or(layout::NONE),
        name: 0,
        kind: layout::Kind::Other,
        status: trace::Status::Ok,
        call: layout::NONE,
        span: layout::NONE,
    }
}
