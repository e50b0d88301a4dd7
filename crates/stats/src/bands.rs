use trace::{Phase, Phases};
use units::Nanos;

/// What the requests around a percentile are made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Band {
    /// The percentile, 0 to 1.
    pub p: f64,
    /// How many requests.
    pub n: u32,
    /// Their mean.
    pub phases: Phases,
}

impl Band {
    /// One in fifty of all requests, at least one, around a percentile of those sorted by duration; `None` of
    /// none.
    pub fn around(sorted: &[Phases], p: f64) -> Option<Band> {
        let last = sorted.len().checked_sub(1)?;
        let middle = p * last as f64;
        let half = sorted.len() as f64 / 100.0;
        let from = (middle - half).ceil().max(0.0) as usize;
        let to = ((middle + half).floor() as usize).min(last);
        // A rank between two requests and no room around it: both of them.
        let group = if from > to { &sorted[to..=from] } else { &sorted[from..=to] };
        Some(Band { p, n: group.len() as u32, phases: mean(group)? })
    }

    /// The largest phase.
    pub fn bottleneck(&self) -> Phase {
        self.phases.bottleneck()
    }
}

/// The mean of each phase, rounded down to the nanosecond; `None` of none.
pub fn mean<'a>(all: impl IntoIterator<Item = &'a Phases>) -> Option<Phases> {
    let (mut n, mut sums) = (0, [0i128; Phase::COUNT]);
    for phases in all {
        n += 1;
        for (sum, time) in sums.iter_mut().zip(phases.0) {
            *sum += i128::from(time.0);
        }
    }
    (n > 0).then(|| Phases(sums.map(|sum| Nanos((sum / n) as i64))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_holds_the_neighbours_of_its_percentile() {
        let sorted: Vec<Phases> = (0..1000)
            .map(|i| {
                let mut phases = Phases::default();
                phases.add(if i < 900 { Phase::TokenGeneration } else { Phase::QueueWait }, Nanos(i));
                phases
            })
            .collect();
        let middle = Band::around(&sorted, 0.5).unwrap();
        assert_eq!((middle.n, middle.phases.total()), (20, Nanos(499)));
        assert_eq!(middle.bottleneck(), Phase::TokenGeneration);
        assert_eq!(Band::around(&sorted, 0.99).unwrap().bottleneck(), Phase::QueueWait);
        assert_eq!(Band::around(&sorted[..2], 0.5).unwrap().n, 2);
        assert_eq!(Band::around(&sorted[..1], 0.99).unwrap().n, 1);
        assert_eq!(Band::around(&[], 0.5), None);
    }
}
