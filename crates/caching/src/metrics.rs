use serde::{Deserialize, Serialize};
use units::{Money, Nanos};

use crate::Request;

/// What a cache of answers says to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The trace does not tell enough of the request.
    Unknown,
    /// Nothing: the model has to be asked, and its answer is kept.
    Miss,
    /// The answer to a similar prompt: that of this request.
    Similar(u32),
    /// The answer to the same prompt: that of this request.
    Exact(u32),
}

/// What a hit is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Worth {
    /// The part of its cost that a similar hit saves, in thousandths. An exact hit saves all.
    pub similar: u32,
    /// How long it takes to look something up; a miss takes it, too.
    pub lookup: Nanos,
}

impl Default for Worth {
    fn default() -> Worth {
        Worth { similar: 800, lookup: Nanos::ZERO }
    }
}

impl Worth {
    /// What a hit saves of the cost of a request, to the nearest pico-dollar.
    pub fn saved(&self, cost: Money, similar: bool) -> Money {
        match similar {
            true => Money::from_picos(
                (cost.picos().saturating_mul(self.similar.into()).saturating_add(500)) / 1000,
            ),
            false => cost,
        }
    }
}

/// Hits and misses with all that they weigh, as whole numbers: sums of tallies are exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Hits, similar ones included.
    pub hits: u64,
    /// Of the hits: those of a similar prompt.
    pub similar: u64,
    /// Misses.
    pub misses: u64,
    /// Requests of which the trace does not tell enough; in no other figure.
    pub unknown: u64,
    /// Tokens in and out of the hits.
    pub hit_tokens: u64,
    /// Tokens in and out of all requests.
    pub tokens: u64,
    /// Requests whose tokens are not known.
    pub uncounted: u64,
    /// What the hits had cost.
    pub hit_cost: Money,
    /// What all requests had cost.
    pub cost: Money,
    /// Requests whose cost is not known.
    pub unpriced: u64,
    /// What the hits save.
    pub cost_saved: Money,
    /// The time that the hits save.
    pub time_saved: Nanos,
    hit_time: Nanos,
    miss_time: Nanos,
    miss_timed: u64,
}

impl Tally {
    /// Adds a request and what the cache said to it.
    pub fn add(&mut self, request: &Request, answer: Answer, worth: &Worth) {
        let (hit, similar) = match answer {
            Answer::Unknown => return self.unknown += 1,
            Answer::Miss => (false, false),
            Answer::Similar(_) => (true, true),
            Answer::Exact(_) => (true, false),
        };
        let tokens = match (request.input.get(), request.output.get()) {
            (None, None) => {
                self.uncounted += 1;
                0
            }
            (input, output) => input.unwrap_or(0).saturating_add(output.unwrap_or(0)),
        };
        self.tokens = self.tokens.saturating_add(tokens);
        self.unpriced += u64::from(request.cost.is_none());
        let cost = request.cost.unwrap_or_default();
        self.cost += cost;
        if hit {
            self.hits += 1;
            self.similar += u64::from(similar);
            self.hit_tokens = self.hit_tokens.saturating_add(tokens);
            self.hit_cost += cost;
            self.cost_saved += worth.saved(cost, similar);
            self.hit_time += worth.lookup;
            self.time_saved += request.duration.map_or(Nanos::ZERO, |duration| duration - worth.lookup);
        } else {
            self.misses += 1;
            if let Some(duration) = request.duration {
                self.miss_time += duration + worth.lookup;
                self.miss_timed += 1;
            }
        }
    }

    /// The figures of these hits and misses.
    pub fn metrics(&self) -> CacheMetrics {
        let share = |part: f64, whole: f64| (whole > 0.0).then(|| part / whole);
        let mean = |sum: Nanos, count: u64| (count > 0).then(|| sum.as_ms() / count as f64);
        let avg_hit_latency = mean(self.hit_time, self.hits);
        let avg_miss_latency = mean(self.miss_time, self.miss_timed);
        CacheMetrics {
            hits: self.hits,
            misses: self.misses,
            hit_rate: share(self.hits as f64, (self.hits + self.misses) as f64),
            token_hit_rate: share(self.hit_tokens as f64, self.tokens as f64),
            dollar_hit_rate: share(self.hit_cost.to_f64(), self.cost.to_f64()),
            avg_hit_latency,
            avg_miss_latency,
            latency_improvement: match (avg_hit_latency, avg_miss_latency) {
                (Some(hit), Some(miss)) if miss > 0.0 => Some((miss - hit) / miss),
                _ => None,
            },
            cost_saved: self.cost_saved,
        }
    }
}

/// A tally of answers, one for each request.
pub fn tally(requests: &[Request], answers: &[Answer], worth: &Worth) -> Tally {
    let mut tally = Tally::default();
    for (request, answer) in requests.iter().zip(answers) {
        tally.add(request, *answer, worth);
    }
    tally
}

/// The figures of a cache. Rates are from 0 to 1, times in milliseconds; what there was nothing to work out from
/// is `None`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CacheMetrics {
    /// Hits.
    pub hits: u64,
    /// Misses.
    pub misses: u64,
    /// Hits of all requests.
    pub hit_rate: Option<f64>,
    /// Tokens of the hits of all tokens.
    pub token_hit_rate: Option<f64>,
    /// What the hits had cost of all costs.
    pub dollar_hit_rate: Option<f64>,
    /// How long a hit takes.
    pub avg_hit_latency: Option<f64>,
    /// How long a miss takes, where the trace tells it.
    pub avg_miss_latency: Option<f64>,
    /// (miss − hit) / miss.
    pub latency_improvement: Option<f64>,
    /// What the hits save.
    pub cost_saved: Money,
}

#[cfg(test)]
mod tests {
    use super::*;
    use units::Figure;

    #[test]
    fn a_similar_hit_saves_its_part_and_an_exact_one_all() {
        let request = |ms: i64, cost| Request {
            input: Figure::reported(100),
            output: Figure::reported(20),
            duration: Some(Nanos(ms * 1_000_000)),
            cost,
            ..Request::default()
        };
        let dollar = Money::from_picos(1_000_000_000_000);
        let requests = [
            request(1_000, Some(dollar)),
            request(500, Some(dollar)),
            request(800, Some(dollar)),
            request(3_000, None),
            Request::default(),
            Request::default(),
        ];
        let answers =
            [Answer::Miss, Answer::Exact(0), Answer::Similar(0), Answer::Miss, Answer::Miss, Answer::Unknown];
        let worth = Worth { lookup: Nanos(50_000_000), ..Worth::default() };
        let tally = tally(&requests, &answers, &worth);
        assert_eq!((tally.hits, tally.similar, tally.misses, tally.unknown), (2, 1, 3, 1));
        assert_eq!((tally.uncounted, tally.unpriced), (1, 2));
        assert_eq!(tally.time_saved, Nanos(1_200_000_000));
        let metrics = tally.metrics();
        assert_eq!(metrics.cost_saved, Money::from_picos(1_800_000_000_000));
        assert_eq!((metrics.hit_rate, metrics.token_hit_rate), (Some(0.4), Some(0.5)));
        assert_eq!(metrics.dollar_hit_rate, Some(2.0 / 3.0));
        // (1,000 + 3,000) / 2 + 50, against 50.
        assert_eq!((metrics.avg_hit_latency, metrics.avg_miss_latency), (Some(50.0), Some(2_050.0)));
        assert_eq!(metrics.latency_improvement, Some(2_000.0 / 2_050.0));
        let nothing = Tally::default().metrics();
        assert_eq!((nothing.hit_rate, nothing.latency_improvement), (None, None));
    }
}
