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

/// A whole number (of tokens, mostly) and where it comes from. Takes 8 bytes: a trace holds ten of them for each
/// of its calls.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Plain", into = "Plain")]
pub struct Figure(u64);

/// A figure as it is written down.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename = "Figure")]
struct Plain {
    value: u64,
    from: Provenance,
}

/// Bits of the value. Above them stands where it comes from, 0 for unknown.
const BITS: u32 = 61;

impl Figure {
    /// Not known: has no value.
    pub const UNKNOWN: Figure = Figure(0);
    /// The largest value that a figure holds; what is larger is taken for this.
    pub const MAX: u64 = (1 << BITS) - 1;

    /// A number that stands in the file.
    pub const fn reported(value: u64) -> Figure {
        Figure::new(value, Provenance::Reported)
    }

    /// A number from our tokenizer or from exact arithmetic.
    pub const fn counted(value: u64) -> Figure {
        Figure::new(value, Provenance::Counted)
    }

    /// A number by a stated method.
    pub const fn estimated(value: u64) -> Figure {
        Figure::new(value, Provenance::Estimated)
    }

    /// The value with a provenance of the caller's; [`Provenance::Unknown`] drops the value.
    pub const fn new(value: u64, from: Provenance) -> Figure {
        let tag: u64 = match from {
            Provenance::Unknown => return Figure::UNKNOWN,
            Provenance::Reported => 1,
            Provenance::Counted => 2,
            Provenance::Estimated => 3,
            Provenance::Simulated => 4,
        };
        let value = if value > Figure::MAX { Figure::MAX } else { value };
        Figure(tag << BITS | value)
    }

    /// The value, unless it is unknown.
    pub const fn get(self) -> Option<u64> {
        match self.0 {
            0 => None,
            packed => Some(packed & Figure::MAX),
        }
    }

    /// The value, 0 where unknown: only for sums that count their unknowns beside them.
    pub const fn or_zero(self) -> u64 {
        self.0 & Figure::MAX
    }

    /// Where it comes from.
    pub const fn from(self) -> Provenance {
        match self.0 >> BITS {
            0 => Provenance::Unknown,
            1 => Provenance::Reported,
            2 => Provenance::Counted,
            3 => Provenance::Estimated,
            _ => Provenance::Simulated,
        }
    }

    /// Whether there is a value.
    pub const fn is_known(self) -> bool {
        self.0 != 0
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

impl From<Plain> for Figure {
    fn from(Plain { value, from }: Plain) -> Figure {
        Figure::new(value, from)
    }
}

impl From<Figure> for Plain {
    fn from(figure: Figure) -> Plain {
        Plain { value: figure.or_zero(), from: figure.from() }
    }
}

impl std::fmt::Debug for Figure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Plain::from(*self).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_keeps_its_value_and_where_it_is_from() {
        assert_eq!(size_of::<Figure>(), 8);
        for from in [Provenance::Reported, Provenance::Counted, Provenance::Estimated, Provenance::Simulated]
        {
            for value in [0, 1, 4_000_000_000, Figure::MAX] {
                let figure = Figure::new(value, from);
                assert_eq!((figure.get(), figure.from()), (Some(value), from));
            }
        }
        assert_eq!(Figure::new(7, Provenance::Unknown), Figure::UNKNOWN);
        assert_eq!((Figure::UNKNOWN.get(), Figure::UNKNOWN.from()), (None, Provenance::Unknown));
        assert_eq!(Figure::reported(u64::MAX).get(), Some(Figure::MAX));
    }
}
