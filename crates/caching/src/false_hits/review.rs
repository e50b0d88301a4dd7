use serde::{Deserialize, Serialize};
use units::Money;

use crate::wilson;

/// What a person said of similar hits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// Pairs that were looked at.
    pub reviewed: u64,
    /// Of these: the answer to the one is wrong for the other.
    pub wrong: u64,
}

/// What similar hits risk, as far as the reviewed ones tell it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Risk {
    /// The part of similar hits that is wrong; `None` where none was reviewed.
    pub rate: Option<f64>,
    /// The 95% interval of the rate.
    pub interval: (f64, f64),
    /// What wrong hits cost, as expected; `None` where none was reviewed.
    pub loss: Option<Money>,
    /// What they cost at the ends of the interval.
    pub loss_interval: (Money, Money),
}

impl Review {
    /// The risk of so many similar hits, at a price for each wrong answer.
    pub fn risk(&self, similar_hits: u64, wrong_answer: Money) -> Risk {
        let interval = wilson(self.wrong, self.reviewed);
        // A rate in billionths, so that money stays whole numbers.
        let loss = |rate: f64| {
            let all = wrong_answer.picos().saturating_mul(similar_hits.into());
            Money::from_picos(all.saturating_mul((rate * 1e9).round() as i128) / 1_000_000_000)
        };
        let rate = (self.reviewed > 0).then(|| self.wrong.min(self.reviewed) as f64 / self.reviewed as f64);
        Risk { rate, interval, loss: rate.map(loss), loss_interval: (loss(interval.0), loss(interval.1)) }
    }
}
