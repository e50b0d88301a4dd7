use serde::{Deserialize, Serialize};

use crate::median;

/// How a line was laid through points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fit {
    /// Least squares: each point pulls by the square of its distance.
    LeastSquares,
    /// Theil and Sen: the median of the slopes between points. Up to 29% of the points may be anything.
    TheilSen,
}

/// A line through points: time to first token against prompt tokens has the overhead as its intercept and the time
/// per token as its slope.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// The method.
    pub fit: Fit,
    /// How many points.
    pub n: u64,
    /// Where it is at 0.
    pub intercept: f64,
    /// How much it rises for each step of 1.
    pub slope: f64,
    /// How far points lie from it: the standard error of regression for least squares, 1.4826 times the median
    /// distance for Theil and Sen. Both are the standard deviation where distances are normally distributed.
    pub scatter: f64,
    /// The share of the variance of y that the line explains.
    pub r2: f64,
}

/// So many points have each slope between two of them looked at. More are paired with one other each.
const ALL_PAIRS: usize = 400;

impl Line {
    /// Through points (x, y). `None` for fewer than three, or if all stand at one x, where no line can be told.
    pub fn through(points: &[(f64, f64)], fit: Fit) -> Option<Line> {
        let n = points.len() as f64;
        let mean_x = points.iter().map(|p| p.0).sum::<f64>() / n;
        let mean_y = points.iter().map(|p| p.1).sum::<f64>() / n;
        let sum =
            |f: &dyn Fn(f64, f64) -> f64| points.iter().map(|p| f(p.0 - mean_x, p.1 - mean_y)).sum::<f64>();
        let (xx, xy, yy) = (sum(&|x, _| x * x), sum(&|x, y| x * y), sum(&|_, y| y * y));
        if points.len() < 3 || xx.partial_cmp(&0.0) != Some(std::cmp::Ordering::Greater) {
            return None;
        }
        let (slope, intercept) = match fit {
            Fit::LeastSquares => (xy / xx, mean_y - xy / xx * mean_x),
            Fit::TheilSen => {
                let slope = median(slopes(points))?;
                (slope, median(points.iter().map(|p| p.1 - slope * p.0).collect())?)
            }
        };
        let distance = |p: &(f64, f64)| p.1 - intercept - slope * p.0;
        let left = points.iter().map(|p| distance(p).powi(2)).sum::<f64>();
        let scatter = match fit {
            Fit::LeastSquares => (left / (n - 2.0)).sqrt(),
            Fit::TheilSen => 1.4826 * median(points.iter().map(|p| distance(p).abs()).collect())?,
        };
        let r2 = if yy > 0.0 { 1.0 - left / yy } else { 1.0 };
        Some(Line { fit, n: points.len() as u64, intercept, slope, scatter, r2 })
    }
}

/// Slopes between points at different x.
fn slopes(points: &[(f64, f64)]) -> Vec<f64> {
    let mut points = points.to_vec();
    units::order::sort(&mut points, |a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let slope = |a: (f64, f64), b: (f64, f64)| (a.0 != b.0).then(|| (b.1 - a.1) / (b.0 - a.0));
    let n = points.len();
    let few = || (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j)));
    // Theil's incomplete method: each of the lower half with its counterpart in the upper.
    let paired: Vec<f64> = match n > ALL_PAIRS {
        true => (0..n / 2).filter_map(|i| slope(points[i], points[i + n.div_ceil(2)])).collect(),
        false => Vec::new(),
    };
    if !paired.is_empty() || n > ALL_PAIRS * 10 {
        return paired;
    }
    few().filter_map(|(i, j)| slope(points[i], points[j])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(ours: f64, theirs: f64) {
        assert!((ours - theirs).abs() < 1e-9, "{ours} {theirs}");
    }

    #[test]
    fn agrees_with_figures_computed_elsewhere() {
        // statsmodels' OLS on Anscombe's first set.
        let x = [10.0, 8.0, 13.0, 9.0, 11.0, 14.0, 6.0, 4.0, 12.0, 7.0, 5.0];
        let y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68];
        let points: Vec<_> = x.into_iter().zip(y).collect();
        let line = Line::through(&points, Fit::LeastSquares).unwrap();
        close(line.intercept, 3.000090909090909);
        close(line.slope, 0.500090909090909);
        close((line.r2 * 1e12).round() / 1e12, 0.666542459509);
        close((line.scatter * 1e12).round() / 1e12, 1.236603322726);
    }

    #[test]
    fn strangers_move_least_squares_and_not_theil_and_sen() {
        for n in [20, 1000] {
            let mut points: Vec<_> = (0..n).map(|i| (f64::from(i), 50.0 + 3.0 * f64::from(i))).collect();
            for i in 0..points.len() / 5 {
                points[i * 5].1 += 100_000.0;
            }
            let robust = Line::through(&points, Fit::TheilSen).unwrap();
            close(robust.slope, 3.0);
            close(robust.intercept, 50.0);
            assert!(Line::through(&points, Fit::LeastSquares).unwrap().intercept > 10_000.0);
        }
    }

    #[test]
    fn no_line_through_what_tells_none() {
        for points in [&[][..], &[(1.0, 2.0), (2.0, 3.0)], &[(5.0, 1.0), (5.0, 2.0), (5.0, 3.0)]] {
            assert_eq!(Line::through(points, Fit::LeastSquares), None);
            assert_eq!(Line::through(points, Fit::TheilSen), None);
        }
    }
}
