use serde::{Deserialize, Serialize};

/// Counts of values in bins side by side.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Histogram {
    /// Whether the bins are equally wide on a logarithmic axis, else on a linear one.
    pub logarithmic: bool,
    /// The bins in order, without gaps.
    pub bins: Vec<Bin>,
}

/// One bin: values from `low` on, below `high`; the last bin has its upper end inside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bin {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Values in it.
    pub n: u64,
}

impl Histogram {
    /// Of sorted finite values; `None` of none. The axis is logarithmic where the values are positive and
    /// spread over more than a factor of ten; latencies are, mostly.
    pub fn of(sorted: &[f64], bins: usize) -> Option<Histogram> {
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        // Few values in many bins are a comb: about as many bins as the square root of n allows, times two.
        let count = ((sorted.len() as f64).sqrt() * 2.0).ceil().clamp(1.0, bins.max(1) as f64) as usize;
        let logarithmic = min > 0.0 && max / min > 10.0;
        let edge = |i: usize| {
            let at = i as f64 / count as f64;
            match i {
                0 => min,
                _ if i == count => max,
                _ if logarithmic => min * (max / min).powf(at),
                _ => min + (max - min) * at,
            }
        };
        let mut from = 0;
        let bins = (0..count)
            .map(|i| {
                let (low, high) = (edge(i), edge(i + 1));
                let to = if i + 1 == count { sorted.len() } else { sorted.partition_point(|&v| v < high) };
                let n = (to - from) as u64;
                from = to;
                Bin { low, high, n }
            })
            .collect();
        Some(Histogram { logarithmic, bins })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_value_is_lost(mut values in proptest::collection::vec(0.001f64..1e6, 1..300), bins in 1usize..90) {
            units::order::sort_floats(&mut values);
            let histogram = Histogram::of(&values, bins).unwrap();
            prop_assert_eq!(histogram.bins.iter().map(|b| b.n).sum::<u64>(), values.len() as u64);
            prop_assert!(histogram.bins.len() <= bins);
            for pair in histogram.bins.windows(2) {
                prop_assert_eq!(pair[0].high, pair[1].low);
            }
        }
    }
}
