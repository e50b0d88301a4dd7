use crate::order::sorted;

/// Divides a whole number by weight, so that the parts add up to it exactly: each part is its share rounded down,
/// and what is left goes by one to those that were cut most, of equal ones to the first. All parts are 0 only if
/// the number or all weights are.
pub fn apportion(total: u128, weights: &[u64]) -> Vec<u128> {
    let sum: u128 = weights.iter().map(|&weight| u128::from(weight)).sum();
    if sum == 0 {
        return vec![0; weights.len()];
    }
    let (whole, rest) = (total / sum, total % sum);
    // The remainder of each share. `rest` and `sum` are halved together where their products would not fit: then
    // the sum still comes out, and the order of nearly equal remainders is all that may differ.
    let shift = (128 - sum.leading_zeros()).saturating_sub(63);
    let (small_rest, small_sum) = (rest >> shift, (sum >> shift).max(1));
    let mut parts = Vec::with_capacity(weights.len());
    let mut cut: Vec<(u128, u32)> = Vec::with_capacity(weights.len());
    let mut left = total;
    for (i, &weight) in weights.iter().enumerate() {
        let weight = u128::from(weight);
        let exact = small_rest.saturating_mul(weight);
        let part = (whole * weight + exact / small_sum).min(left);
        left -= part;
        parts.push(part);
        if weight > 0 {
            cut.push((u128::MAX - exact % small_sum, i as u32));
        }
    }
    let each = left / cut.len() as u128;
    let more = (left % cut.len() as u128) as usize;
    for (place, i) in sorted(cut).into_iter().enumerate() {
        parts[i as usize] += each + u128::from(place < more);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_left_goes_to_those_that_were_cut_most() {
        assert_eq!(apportion(100, &[1, 1, 1]), [34, 33, 33]);
        assert_eq!(apportion(10, &[5, 3, 2, 0]), [5, 3, 2, 0]);
        assert_eq!(apportion(7, &[10, 1, 9]), [4, 0, 3]);
        assert_eq!(apportion(7, &[0, 0]), [0, 0]);
        assert_eq!(apportion(0, &[3, 4]), [0, 0]);
        assert_eq!(apportion(5, &[]), [0; 0]);
    }

    proptest! {
        #[test]
        fn parts_add_up_and_none_is_off_by_one(total in 0u128..1 << 90, weights in prop::collection::vec(0u64..1 << 40, 1..9)) {
            let parts = apportion(total, &weights);
            let sum: u128 = weights.iter().map(|&w| u128::from(w)).sum();
            if sum > 0 {
                prop_assert_eq!(parts.iter().sum::<u128>(), total);
            }
            for (part, weight) in parts.into_iter().zip(weights) {
                let whole = total / sum.max(1) * u128::from(weight);
                let share = whole + total % sum.max(1) * u128::from(weight) / sum.max(1);
                prop_assert!(part == share || part == share + 1);
            }
        }

        #[test]
        fn any_numbers_add_up(total in any::<u128>(), weights in prop::collection::vec(any::<u64>(), 1..6)) {
            let sum = apportion(total, &weights).into_iter().fold(0u128, |a, b| a.checked_add(b).unwrap());
            prop_assert_eq!(sum, if weights.iter().all(|&w| w == 0) { 0 } else { total });
        }
    }
}
