use serde::{Deserialize, Serialize};

/// Where a number comes from. Ordered from the firmest to the weakest, so that the provenance of a sum is
/// the largest among its parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Provenance {
    /// It stands in the file.
    Reported,
    /// Our tokenizer, or exact arithmetic on reported figures.
    Counted,
    /// A stated method with a stated error.
    Estimated,
    /// A replay, not the past.
    Simulated,
    /// Nobody knows. Never shown as 0.
    #[default]
    Unknown,
}

/// A whole number (of tokens, mostly) and where it comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Figure {
    value: u64,
    from: Provenance,
}

impl Figure {
    /// Not known: has no value.
    pub const UNKNOWN: Figure = Figure { value: 0, from: Provenance::Unknown };

    /// A number that stands in the file.
    pub const fn reported(value: u64) -> Figure {
        Figure { value, from: Provenance::Reported }
    }

    /// A number from our tokenizer or from exact arithmetic.
    pub const fn counted(value: u64) -> Figure {
        Figure { value, from: Provenance::Counted }
    }

    /// A number by a stated method.
    pub const fn estimated(value: u64) -> Figure {
        Figure { value, from: Provenance::Estimated }
    }

    /// The value with a provenance of the caller's; [`Provenance::Unknown`] drops the value.
    pub const fn new(value: u64, from: Provenance) -> Figure {
        match from {
            Provenance::Unknown => Figure::UNKNOWN,
            _ => Figure { value, from },
        }
    }

    /// The value, unless it is unknown.
    pub const fn get(self) -> Option<u64> {
        match self.from {
            Provenance::Unknown => None,
            _ => Some(self.value),
        }
    }

    /// The value, 0 where unknown: only for sums that count their unknowns beside them.
    pub const fn or_zero(self) -> u64 {
        self.value
    }

    /// Where it comes from.
    pub const fn from(self) -> Provenance {
        self.from
    }

    /// Whether there is a value.
    pub const fn is_known(self) -> bool {
        !matches!(self.from, Provenance::Unknown)
    }

    /// The larger of two figures for the same thing; a known one beats an unknown one.
    pub fn max(self, other: Figure) -> Figure {
        match (self.get(), other.get()) {
            (None, _) => other,
            (_, None) => self,
            (Some(a), Some(b)) => {
                if b > a {
                    other
                } else {
                    self
                }
            }
        }
    }

    /// This figure, or the other where this one is unknown.
    pub const fn or(self, other: Figure) -> Figure {
        if self.is_known() { self } else { other }
    }
}
