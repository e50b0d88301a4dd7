//! Sorting, all of it by one and the same code: of each kind of list that is sorted by the library's own functions, the
//! wasm file would hold a copy of all of theirs.

/// The numbers beside the keys, in the order of the keys; of equal ones the lower number first.
pub(crate) fn sorted(mut keys: Vec<(u128, u32)>) -> Vec<u32> {
    sort(&mut keys);
    keys.into_iter().map(|key| key.1).collect()
}

/// Sorts by the key, then by the number.
#[inline(never)]
pub(crate) fn sort(keys: &mut [(u128, u32)]) {
    keys.sort_unstable();
}

/// A time or place as a key.
pub(crate) fn key(at: i64) -> u128 {
    u128::from((at as u64) ^ (1 << 63))
}

/// The time or place of a key.
pub(crate) fn of_key(key: u128) -> i64 {
    ((key as u64) ^ (1 << 63)) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_rise_with_what_they_stand_for() {
        let places = [i64::MIN, -7, 0, 7, i64::MAX];
        assert!(places.map(key).is_sorted());
        assert_eq!(places.map(|at| of_key(key(at))), places);
        assert_eq!(sorted(vec![(5, 1), (5, 0), (key(-1), 2)]), [0, 1, 2]);
    }
}
