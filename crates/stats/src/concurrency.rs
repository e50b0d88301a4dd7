/// How many of a set of intervals were running, over time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Concurrency {
    /// From each moment (ns) on, so many. In the order of time; the last one is 0.
    pub steps: Vec<(i64, u32)>,
}

/// A part of the time axis.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct InFlight {
    /// The mean number that was running.
    pub mean: f64,
    /// The largest.
    pub max: u32,
    /// How many ended in it.
    pub ended: u32,
}

impl Concurrency {
    /// Of intervals from their start to before their end, in ns. Those of no length run at no time.
    pub fn of(intervals: impl IntoIterator<Item = (i64, i64)>) -> Concurrency {
        let mut edges = Vec::new();
        for (from, to) in intervals.into_iter().filter(|(from, to)| from < to) {
            edges.push((from, 1i32));
            edges.push((to, -1));
        }
        edges.sort_unstable();
        let mut running = 0i32;
        let mut steps: Vec<(i64, u32)> = Vec::new();
        for group in edges.chunk_by(|a, b| a.0 == b.0) {
            running += group.iter().map(|edge| edge.1).sum::<i32>();
            if steps.last().is_none_or(|step| step.1 != running as u32) {
                steps.push((group[0].0, running as u32));
            }
        }
        Concurrency { steps }
    }

    /// The most that ever ran at once.
    pub fn peak(&self) -> u32 {
        self.steps.iter().map(|step| step.1).max().unwrap_or(0)
    }

    /// The time (ns) in which anything ran.
    pub fn busy(&self) -> i64 {
        self.stretches().filter(|stretch| stretch.2 > 0).map(|(from, to, _)| to - from).sum()
    }

    /// The axis from `from` to before `to` in equal parts, with the ends (ns) of the intervals.
    pub fn bins(&self, from: i64, to: i64, count: usize, ends: &[i64]) -> Vec<InFlight> {
        if to <= from || count == 0 {
            return Vec::new();
        }
        let width = (i128::from(to) - i128::from(from)) as f64 / count as f64;
        let place = |at: i64| at.saturating_sub(from) as f64 / width;
        let bin = |at: i64| (place(at) as usize).min(count - 1);
        let edge = |i: usize| from as f64 + i as f64 * width;
        let mut bins = vec![InFlight::default(); count];
        for (start, end, running) in self.stretches().filter(|s| s.2 > 0 && s.1 > from && s.0 < to) {
            let (start, end) = (start.max(from), end.min(to));
            for (i, bin) in bins.iter_mut().enumerate().take(place(end).ceil() as usize).skip(bin(start)) {
                let part = (end as f64).min(edge(i + 1)) - (start as f64).max(edge(i));
                bin.mean += f64::from(running) * (part / width).clamp(0.0, 1.0);
                bin.max = bin.max.max(running);
            }
        }
        for &end in ends.iter().filter(|&&end| end >= from && end < to) {
            bins[bin(end)].ended += 1;
        }
        bins
    }

    /// From, to, and how many in between.
    fn stretches(&self) -> impl Iterator<Item = (i64, i64, u32)> {
        self.steps.windows(2).map(|pair| (pair[0].0, pair[1].0, pair[0].1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_moment_counts_what_has_begun_and_not_ended() {
        let all = Concurrency::of([(0, 10), (5, 20), (10, 12), (30, 30), (40, 50)]);
        assert_eq!(all.steps, [(0, 1), (5, 2), (12, 1), (20, 0), (40, 1), (50, 0)]);
        assert_eq!((all.peak(), all.busy()), (2, 30));
        let bins = all.bins(0, 20, 2, &[10, 20, 12, 30, 50]);
        assert_eq!(bins[0], InFlight { mean: 1.5, max: 2, ended: 0 });
        assert_eq!((bins[1].max, bins[1].ended), (2, 2));
        assert!((bins[1].mean - 1.2).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn no_time_is_lost_in_bins(
            intervals in prop::collection::vec((-50i64..50, 0i64..40), 0..30), count in 1usize..9,
        ) {
            let intervals: Vec<_> = intervals.into_iter().map(|(from, long)| (from, from + long)).collect();
            let all: i64 = intervals.iter().map(|(from, to)| to - from).sum();
            let bins = Concurrency::of(intervals).bins(-50, 90, count, &[]);
            let binned: f64 = bins.iter().map(|bin| bin.mean * 140.0 / count as f64).sum();
            prop_assert!((binned - all as f64).abs() < 1e-6, "{binned} {all}");
        }
    }
}
