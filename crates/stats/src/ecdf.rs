use serde::{Deserialize, Serialize};

/// What share of a set lies at or below a value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ecdf {
    /// How many values there are.
    pub n: u64,
    /// Values with the share of all that is no larger, both rising; the last share is 1.
    pub points: Vec<(f64, f64)>,
}

/// Ranks that a curve of a large set keeps whatever its other points are.
const TAIL: [f64; 4] = [0.5, 0.95, 0.99, 0.999];

impl Ecdf {
    /// Of sorted finite values, as about `points` points at most; `None` of none. A thinned curve keeps the median,
    /// p95, p99 and p99.9, and each of its points lies on the whole curve.
    pub fn of(sorted: &[f64], points: usize) -> Option<Ecdf> {
        let n = sorted.len();
        let last = n.checked_sub(1)?;
        let mut ranks: Vec<usize> = match n <= points.max(2) {
            true => (0..n).collect(),
            false => {
                let even = (0..points).map(|i| i * last / points.max(2).saturating_sub(1));
                even.chain(TAIL.map(|q| (q * last as f64).ceil() as usize)).chain([last]).collect()
            }
        };
        units::order::sort(&mut ranks, Ord::cmp);
        let mut curve: Vec<(f64, f64)> = ranks
            .into_iter()
            .map(|rank| (sorted[rank], sorted.partition_point(|&v| v <= sorted[rank]) as f64 / n as f64))
            .collect();
        curve.dedup();
        Some(Ecdf { n: n as u64, points: curve })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn each_point_lies_on_the_curve(values in prop::collection::vec(0u8..60, 1..400), points in 2usize..90) {
            let mut values: Vec<f64> = values.into_iter().map(f64::from).collect();
            units::order::sort_floats(&mut values);
            let ecdf = Ecdf::of(&values, points).unwrap();
            prop_assert!(ecdf.points.len() <= points + 5);
            prop_assert_eq!(ecdf.points.last().unwrap(), &(*values.last().unwrap(), 1.0));
            for pair in ecdf.points.windows(2) {
                prop_assert!(pair[0].0 < pair[1].0 && pair[0].1 < pair[1].1);
            }
            for (value, share) in ecdf.points {
                let below = values.iter().filter(|&&v| v <= value).count();
                prop_assert_eq!(share, below as f64 / values.len() as f64);
            }
        }
    }
}
