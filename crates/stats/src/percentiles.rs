use serde::{Deserialize, Serialize};

/// Percentiles of a set by linear interpolation between the closest ranks (the method that numpy and
/// Excel use by default, "type 7").
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Percentiles {
    /// How many values there are.
    pub n: u64,
    /// The smallest.
    pub min: f64,
    /// The 50th percentile.
    pub p50: f64,
    /// The 90th percentile.
    pub p90: f64,
    /// The 95th percentile.
    pub p95: f64,
    /// The 99th percentile.
    pub p99: f64,
    /// The 99.9th percentile.
    pub p999: f64,
    /// The largest.
    pub max: f64,
    /// All together.
    pub sum: f64,
}

impl Percentiles {
    /// Of a set of finite values in any order; `None` of none. Sorts the values.
    pub fn of(values: &mut [f64]) -> Option<Percentiles> {
        units::order::sort_floats(values);
        let (min, max) = (*values.first()?, *values.last()?);
        let p = |q| percentile(values, q);
        Some(Percentiles {
            n: values.len() as u64,
            min,
            p50: p(0.5),
            p90: p(0.9),
            p95: p(0.95),
            p99: p(0.99),
            p999: p(0.999),
            max,
            sum: values.iter().sum(),
        })
    }
}

/// The value in the middle, or the mean of the two there; `None` if there are none.
pub fn median(mut values: Vec<f64>) -> Option<f64> {
    units::order::sort_floats(&mut values);
    (!values.is_empty()).then(|| percentile(&values, 0.5))
}

/// The `q`-th part (0 to 1) of a sorted set that is not empty.
///
/// # Panics
/// On an empty set.
pub fn percentile(sorted: &[f64], q: f64) -> f64 {
    let rank = q * (sorted.len() - 1) as f64;
    let (low, high) = (sorted[rank.floor() as usize], sorted[rank.ceil() as usize]);
    low + (high - low) * rank.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_figures_computed_elsewhere() {
        // numpy.percentile of the same five values.
        let mut values = [634.937061, 9.077913, 105.613679, 388.682561, 80.728877];
        let p = Percentiles::of(&mut values).unwrap();
        for (ours, theirs) in [
            (p.p50, 105.613679),
            (p.p90, 536.435261),
            (p.p95, 585.686161),
            (p.p99, 625.086881),
            (p.sum, 1219.040091),
        ] {
            assert!((ours - theirs).abs() < 1e-6, "{ours} {theirs}");
        }
        assert_eq!(Percentiles::of(&mut []), None);
        assert_eq!(Percentiles::of(&mut [7.0]).unwrap().p99, 7.0);
    }
}
