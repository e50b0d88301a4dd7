//! From values to places on an axis, and round values to label it with.

/// Maps a range of values onto a range of pixels.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    from: (f64, f64),
    to: (f64, f64),
    logarithmic: bool,
}

impl Scale {
    /// Equal steps are equally long.
    pub fn linear(from: (f64, f64), to: (f64, f64)) -> Scale {
        Scale { from, to, logarithmic: false }
    }

    /// Equal factors are equally long; both ends of `from` must be above 0.
    pub fn logarithmic(from: (f64, f64), to: (f64, f64)) -> Scale {
        Scale { from: (from.0.ln(), from.1.ln()), to, logarithmic: true }
    }

    /// The place of a value.
    pub fn at(&self, value: f64) -> f64 {
        let value = if self.logarithmic { value.ln() } else { value };
        let width = self.from.1 - self.from.0;
        // A range of a single value has no width; its place is the middle.
        let part = if width == 0.0 { 0.5 } else { (value - self.from.0) / width };
        self.to.0 + part * (self.to.1 - self.to.0)
    }
}

/// About `n` round values from 0 to the first one at or above `max`.
pub fn ticks(max: f64, n: usize) -> Vec<f64> {
    if max.is_nan() || max <= 0.0 {
        return vec![0.0, 1.0];
    }
    let raw = max / n as f64;
    let power = 10f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0].map(|m| m * power).into_iter().find(|&s| s >= raw).unwrap_or(raw);
    (0..=(max / step).ceil() as usize).map(|i| i as f64 * step).collect()
}

/// Whole round values: for counts, where half a request means nothing.
pub fn count_ticks(max: u64, n: usize) -> Vec<f64> {
    let ticks = ticks(max as f64, n);
    if ticks.get(1).is_some_and(|&step| step.fract() == 0.0) {
        ticks
    } else {
        (0..=max).map(|i| i as f64).collect()
    }
}

/// 1, 2 and 5 times the powers of ten between two positive values.
pub fn log_ticks(low: f64, high: f64) -> Vec<f64> {
    let mut power = 10f64.powf(low.log10().floor());
    let mut ticks = Vec::new();
    while power <= high && power.is_finite() && power > 0.0 {
        ticks.extend([1.0, 2.0, 5.0].map(|m| m * power).into_iter().filter(|t| (low..=high).contains(t)));
        power *= 10.0;
    }
    ticks
}

/// A round number of milliseconds at an axis: `500 ms`, `2.5 s`, `10 min`, without decimals that say nothing.
pub fn axis_ms(v: f64) -> String {
    let (value, unit) = match v {
        0.0 => return "0".to_owned(),
        v if v < 1.0 => (v * 1e3, "µs"),
        v if v < 1e3 => (v, "ms"),
        // 100 s is rounder than 1.67 min.
        v if v < 6e4 || (v < 3.6e6 && v % 6e4 != 0.0) => (v / 1e3, "s"),
        v if v < 3.6e6 => (v / 6e4, "min"),
        v => (v / 3.6e6, "h"),
    };
    format!("{}\u{202f}{unit}", (value * 100.0).round() / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    fn ticks_are_round_and_reach_the_maximum() {
        assert_eq!(ticks(310.0, 3), [0.0, 200.0, 400.0]);
        assert_eq!(ticks(0.0, 3), [0.0, 1.0]);
        assert_eq!(count_ticks(2, 3), [0.0, 1.0, 2.0]);
        assert_eq!(axis_ms(2500.0), "2.5\u{202f}s");
        assert_eq!(log_ticks(3.0, 110.0), [5.0, 10.0, 20.0, 50.0, 100.0]);
    }

    #[wasm_bindgen_test]
    fn scales_map_ends_to_ends() {
        let x = Scale::logarithmic((1.0, 100.0), (0.0, 200.0));
        assert!((x.at(10.0) - 100.0).abs() < 1e-9);
        assert_eq!(Scale::linear((5.0, 5.0), (0.0, 10.0)).at(5.0), 5.0);
    }
}
