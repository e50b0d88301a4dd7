use std::cmp::Ordering;

/// Sorts by a comparison of two places. Of each kind of list that is sorted by the library's own function, the wasm
/// file would hold a copy of all its code.
pub(crate) fn sort<T>(list: &mut Vec<T>, compare: impl Fn(&T, &T) -> Ordering) {
    let places = places(list.len(), &|a, b| compare(&list[a], &list[b]));
    let mut taken: Vec<Option<T>> = std::mem::take(list).into_iter().map(Some).collect();
    list.extend(places.into_iter().filter_map(|place| taken[place].take()));
}

#[inline(never)]
fn places(len: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut places: Vec<usize> = (0..len).collect();
    places.sort_by(|a, b| compare(*a, *b));
    places
}

/// The places of the first `n` in the order of a comparison. A whole list of a million is not sorted for twenty.
pub(crate) fn first(n: usize, len: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_ones_keep_their_order() {
        let mut list = vec![(2, 'a'), (1, 'b'), (2, 'c'), (0, 'd'), (1, 'e')];
        sort(&mut list, |a, b| a.0.cmp(&b.0));
        assert_eq!(list.iter().map(|(_, name)| *name).collect::<String>(), "dbeac");
    }

    #[test]
    fn the_first_are_those_of_the_sorted_list() {
        let list = [5, 3, 9, 3, 7, 1, 9, 0, 3];
        let mut sorted: Vec<usize> = (0..list.len()).collect();
        sorted.sort_by_key(|place| list[*place]);
        for n in 0..=list.len() + 1 {
            let first = first(n, list.len(), &|a, b| list[a].cmp(&list[b]));
            assert_eq!(first, sorted[..n.min(list.len())]);
        }
    }
}
