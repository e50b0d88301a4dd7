//! What a person said of pairs, and what it means for the others.

use caching::{
    false_hits::{Review, Risk},
    lab::Point,
};
use units::Money;

/// What was said of one pair.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    /// The requests.
    pub pair: (u32, u32),
    /// How similar they are.
    pub similarity: f64,
    /// The answer to the one is wrong for the other.
    pub wrong: bool,
}

/// The risk at one threshold: by the pairs that would hit there and were looked at.
pub fn risk(marks: &[Mark], point: &Point, wrong_cost: Money) -> Risk {
    let threshold = point.threshold.unwrap_or(1.0);
    let seen = || marks.iter().filter(|mark| mark.similarity >= threshold - 1e-9);
    let review =
        Review { reviewed: seen().count() as u64, wrong: seen().filter(|mark| mark.wrong).count() as u64 };
    review.risk(point.metrics.hits - point.metrics.exact, wrong_cost)
}

/// The share of similar hits that have a sign of being wrong.
pub fn suspicion(point: &Point) -> Option<f64> {
    (point.looked > 0).then(|| point.suspicious as f64 / point.looked as f64)
}

/// The loss that is expected at a threshold: by the review, or else as if each sign were right.
pub fn loss(marks: &[Mark], point: &Point, wrong_cost: Money) -> f64 {
    let similar = (point.metrics.hits - point.metrics.exact) as f64;
    match risk(marks, point, wrong_cost).loss {
        Some(loss) => loss.to_f64(),
        None => similar * suspicion(point).unwrap_or(0.0) * wrong_cost.to_f64(),
    }
}
