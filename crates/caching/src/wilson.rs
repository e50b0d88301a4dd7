/// The 95% interval of Wilson for a rate of which `hits` in `of` were seen; all from 0 to 1 where nothing was.
pub fn wilson(hits: u64, of: u64) -> (f64, f64) {
    if of == 0 {
        return (0.0, 1.0);
    }
    // The point of the normal distribution with 2.5% beyond it.
    let z = 1.959_963_984_540_054_f64;
    let (n, rate) = (of as f64, hits.min(of) as f64 / of as f64);
    let scale = 1.0 + z * z / n;
    let centre = (rate + z * z / (2.0 * n)) / scale;
    let half = z * (rate * (1.0 - rate) / n + z * z / (4.0 * n * n)).sqrt() / scale;
    ((centre - half).max(0.0), (centre + half).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_those_of_the_tables() {
        // 81 of 263 is the example of Newcombe (1998); the others were worked out by other means.
        for (hits, of, low, high) in [
            (5, 64, 0.03381, 0.17021),
            (0, 10, 0.0, 0.27753),
            (10, 10, 0.72247, 1.0),
            (81, 263, 0.25529, 0.36621),
        ] {
            let (a, b) = wilson(hits, of);
            assert!((a - low).abs() < 5e-5 && (b - high).abs() < 5e-5, "{hits} of {of}: {a} {b}");
        }
        assert_eq!(wilson(0, 0), (0.0, 1.0));
    }
}
