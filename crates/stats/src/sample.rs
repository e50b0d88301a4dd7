//! How few requests have to be recorded to know a percentile.

use serde::{Deserialize, Serialize};

use crate::percentile;

/// A sample that is large enough, by the interval between order statistics: of a sample of m out of N, the q-th
/// part lies with 95% confidence between the parts q − d and q + d of all, where d is 1.96 times
/// √(q(1 − q)/m · (N − m)/(N − 1)) (the normal approximation to the ranks, and the correction for a finite set).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// Of so many.
    pub n: u64,
    /// So many suffice. All of them, if fewer do not.
    pub size: u64,
    /// The percentile of all.
    pub value: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// The 97.5% point of the normal distribution: 95% lie within it on both sides.
const Z: f64 = 1.959_963_984_540_054;

impl Sample {
    /// The smallest sample from which the `q`-th part (0 to 1) of sorted values is known to a relative error.
    /// `None` of no values, or if the part is 0, to which no error is relative.
    pub fn for_error(sorted: &[f64], q: f64, error: f64) -> Option<Sample> {
        if sorted.is_empty() {
            return None;
        }
        let n = sorted.len();
        let value = percentile(sorted, q);
        let suffices = |size: usize| {
            let (low, high) = interval(sorted, q, size)?;
            ((high - value).max(value - low) <= error * value.abs()).then_some((low, high))
        };
        // The interval narrows as the sample grows.
        let (mut too_few, mut enough) = (0, n);
        while enough - too_few > 1 {
            let middle = too_few + (enough - too_few) / 2;
            match suffices(middle) {
                Some(_) => enough = middle,
                None => too_few = middle,
            }
        }
        let (low, high) = suffices(enough).unwrap_or((value, value));
        (value != 0.0).then_some(Sample { n: n as u64, size: enough as u64, value, low, high })
    }

    /// What part of all it is.
    pub fn share(&self) -> f64 {
        self.size as f64 / self.n as f64
    }
}

/// `None` where the sample is so small that it has no value above or below the interval.
fn interval(sorted: &[f64], q: f64, size: usize) -> Option<(f64, f64)> {
    let (n, m) = (sorted.len() as f64, size as f64);
    if size == sorted.len() {
        return Some((percentile(sorted, q), percentile(sorted, q)));
    }
    let d = Z * (q * (1.0 - q) / m * (n - m) / (n - 1.0)).sqrt();
    let (low, high) = (q - d, q + d);
    (low > 0.0 && high < 1.0).then(|| (percentile(sorted, low), percentile(sorted, high)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A small generator of chance, the same each time.
    struct Chance(u64);

    impl Chance {
        fn next(&mut self) -> u64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            self.0
        }

        fn unit(&mut self) -> f64 {
            (self.next() >> 11) as f64 / (1u64 << 53) as f64
        }
    }

    #[test]
    fn samples_of_that_size_keep_the_error() {
        let mut chance = Chance(7);
        let mut values: Vec<f64> = (0..20_000).map(|_| 100.0 - 900.0 * (1.0 - chance.unit()).ln()).collect();
        units::order::sort_floats(&mut values);
        let sample = Sample::for_error(&values, 0.95, 0.05).unwrap();
        assert!(
            sample.share() < 0.5 && sample.low < sample.value && sample.value < sample.high,
            "{sample:?}"
        );
        let mut kept = 0;
        for _ in 0..300 {
            for i in 0..sample.size as usize {
                let j = i + (chance.next() % (values.len() - i) as u64) as usize;
                values.swap(i, j);
            }
            let mut drawn = values[..sample.size as usize].to_vec();
            units::order::sort_floats(&mut drawn);
            kept += u32::from((percentile(&drawn, 0.95) / sample.value - 1.0).abs() <= 0.05);
        }
        // 95% of 300 are 285, give or take four.
        assert!((275..=296).contains(&kept), "{kept}");
    }

    #[test]
    fn few_requests_have_to_be_recorded_whole() {
        let sample = Sample::for_error(&[1.0, 2.0, 3.0, 900.0], 0.95, 0.01).unwrap();
        assert_eq!((sample.size, sample.low, sample.high), (4, sample.value, sample.value));
        assert_eq!(Sample::for_error(&[], 0.95, 0.01), None);
        assert_eq!(Sample::for_error(&[0.0, 0.0], 0.95, 0.01), None);
        assert_eq!(Sample::for_error(&[5.0], 0.95, 0.01).unwrap().size, 1);
    }
}
