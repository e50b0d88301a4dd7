use std::{iter::Sum, ops};

use serde::{Deserialize, Serialize};

/// A moment, in nanoseconds since 1970 (UTC).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Whether it is a moment of the calendar. Workload traces and some benchmarks tell times since their own
    /// beginning: as moments these lie in the first years after 1970, long before any call of a model.
    pub const fn is_dated(self) -> bool {
        self.0 >= 946_684_800_000_000_000
    }
}

/// A length of time, in nanoseconds. May be negative where two clocks disagree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Nanos(pub i64);

impl Nanos {
    /// No time at all.
    pub const ZERO: Nanos = Nanos(0);

    /// Milliseconds, for drawing and statistics.
    pub fn as_ms(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// Seconds as a file wrote them, rounded to the nanosecond. `None` for NaN, infinities and lengths
    /// beyond 292 years.
    pub fn from_secs_f64(seconds: f64) -> Option<Nanos> {
        let ns = seconds * 1e9;
        // The largest float below 2^63: casts beyond it would saturate silently.
        (ns.is_finite() && ns.abs() < 9.2e18).then(|| Nanos(ns.round() as i64))
    }
}

impl ops::Sub for Timestamp {
    type Output = Nanos;
    fn sub(self, earlier: Timestamp) -> Nanos {
        Nanos(self.0.saturating_sub(earlier.0))
    }
}

impl ops::Add<Nanos> for Timestamp {
    type Output = Timestamp;
    fn add(self, length: Nanos) -> Timestamp {
        Timestamp(self.0.saturating_add(length.0))
    }
}

impl ops::Add for Nanos {
    type Output = Nanos;
    fn add(self, other: Nanos) -> Nanos {
        Nanos(self.0.saturating_add(other.0))
    }
}

impl ops::AddAssign for Nanos {
    fn add_assign(&mut self, other: Nanos) {
        *self = *self + other;
    }
}

impl ops::Sub for Nanos {
    type Output = Nanos;
    fn sub(self, other: Nanos) -> Nanos {
        Nanos(self.0.saturating_sub(other.0))
    }
}

impl Sum for Nanos {
    fn sum<I: Iterator<Item = Nanos>>(lengths: I) -> Nanos {
        lengths.fold(Nanos::ZERO, ops::Add::add)
    }
}
