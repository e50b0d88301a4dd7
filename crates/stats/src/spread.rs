use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::percentile;

/// How far apart the values of a group are: the same prompt may take 200 ms or 2 s.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// How many values.
    pub n: u64,
    /// Their mean.
    pub mean: f64,
    /// The coefficient of variation: standard deviation (of a sample, n − 1) over the mean. `None` at a mean of 0.
    pub cv: Option<f64>,
    /// The median.
    pub p50: f64,
    /// The 99th percentile.
    pub p99: f64,
    /// p99 over p50. `None` at a median of 0.
    pub ratio: Option<f64>,
}

impl Spread {
    /// Of values in any order; `None` for fewer than two, which are no spread. Sorts them.
    pub fn of(values: &mut [f64]) -> Option<Spread> {
        if values.len() < 2 {
            return None;
        }
        units::order::sort_floats(values);
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
        let over = |part: f64, whole: f64| (whole != 0.0).then(|| part / whole);
        let (p50, p99) = (percentile(values, 0.5), percentile(values, 0.99));
        Some(Spread {
            n: values.len() as u64,
            mean,
            cv: over(variance.sqrt(), mean),
            p50,
            p99,
            ratio: over(p99, p50),
        })
    }
}

/// The spread of each group with two values or more, those with the widest p99/p50 first.
pub fn spreads<K: Ord>(values: impl IntoIterator<Item = (K, f64)>) -> Vec<(K, Spread)> {
    let mut groups: BTreeMap<K, Vec<f64>> = BTreeMap::new();
    for (key, value) in values {
        groups.entry(key).or_default().push(value);
    }
    let of = |(key, mut values): (K, Vec<f64>)| Some((key, Spread::of(&mut values)?));
    let mut spreads: Vec<_> = groups.into_iter().filter_map(of).collect();
    let ratio = |spread: &Spread| spread.ratio.unwrap_or(0.0);
    units::order::sort(&mut spreads, |a, b| ratio(&b.1).total_cmp(&ratio(&a.1)));
    spreads
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_group_comes_first_and_single_values_are_no_group() {
        let values = [
            ("a", 200.0),
            ("b", 5.0),
            ("a", 2000.0),
            ("c", 10.0),
            ("c", 12.0),
            ("c", 14.0),
            ("d", 0.0),
            ("d", 0.0),
        ];
        let spreads = spreads(values);
        assert_eq!(spreads.iter().map(|s| s.0).collect::<Vec<_>>(), ["a", "c", "d"]);
        let a = spreads[0].1;
        assert_eq!((a.n, a.mean, a.p50), (2, 1100.0, 1100.0));
        assert!((a.cv.unwrap() - 1.157_083_823_8).abs() < 1e-9);
        assert!((a.p99 - 1982.0).abs() < 1e-9);
        assert!((spreads[1].1.cv.unwrap() - 2.0 / 12.0).abs() < 1e-12);
        assert_eq!((spreads[2].1.cv, spreads[2].1.ratio), (None, None));
    }
}
