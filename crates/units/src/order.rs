//! Sorting, of every kind of list by one and the same code: the wasm files would hold a copy of the library's code,
//! five kilobytes, for each kind.

use std::cmp::Ordering;

/// Sorts by a comparison; equal ones keep their order.
pub fn sort<T>(list: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    let mut places = places(list.len(), &|a, b| compare(&list[a], &list[b]));
    // What belongs at a place lies at `places[place]`: round after round of swaps until the round is closed.
    for first in 0..places.len() {
        let mut to = first;
        loop {
            let from = std::mem::replace(&mut places[to], to);
            if from == first {
                break;
            }
            list.swap(to, from);
            to = from;
        }
    }
}

/// Sorts by a key; equal ones keep their order.
pub fn sort_by_key<T, K: Ord>(list: &mut [T], key: impl Fn(&T) -> K) {
    sort(list, |a, b| key(a).cmp(&key(b)));
}

/// Sorts numbers, NaN last.
#[inline(never)]
pub fn sort_floats(list: &mut [f64]) {
    list.sort_unstable_by(f64::total_cmp);
}

/// Sorts whole numbers.
#[inline(never)]
pub fn sort_whole(list: &mut [i64]) {
    list.sort_unstable();
}

/// The places of the first `n` in the order of a comparison. A whole list of a million is not sorted for twenty.
pub fn first(n: usize, len: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut first: Vec<usize> = Vec::with_capacity(n + 1);
    for place in 0..len {
        if first.len() == n && first.last().is_none_or(|last| compare(place, *last).is_ge()) {
            continue;
        }
        let at = first.partition_point(|other| compare(*other, place).is_le());
        first.insert(at, place);
        first.truncate(n);
    }
    first
}

#[inline(never)]
fn places(len: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut places: Vec<usize> = (0..len).collect();
    places.sort_by(|a, b| compare(*a, *b));
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn lists_are_sorted_as_the_library_sorts_them(keys in prop::collection::vec(0..9u8, 0..40), n in 0..50usize) {
            let mut list: Vec<(u8, usize)> = keys.iter().copied().zip(0..).collect();
            let mut expected = list.clone();
            expected.sort_by_key(|item| item.0);
            let places: Vec<usize> = expected.iter().map(|item| item.1).collect();
            prop_assert_eq!(&first(n, keys.len(), &|a, b| keys[a].cmp(&keys[b])), &places[..n.min(places.len())]);
            sort_by_key(&mut list, |item| item.0);
            prop_assert_eq!(list, expected);
        }
    }

    #[test]
    fn what_is_no_number_comes_last() {
        let mut list = [f64::NAN, 1.0, -f64::INFINITY, 0.0];
        sort_floats(&mut list);
        assert_eq!(list[..3], [-f64::INFINITY, 0.0, 1.0]);
    }
}
