use crate::order::{key, of_key, sort};

/// The time axis with long idle gaps cut short.
///
/// ```text
/// real    ├──work──┤                          ├─work─┤
/// shown   ├──work──┤ ≈ ├─work─┤
/// ```
///
/// Times in between keep their order, and times of work keep their lengths to the nanosecond.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Axis {
    /// In the order of time.
    pub cuts: Vec<Cut>,
}

/// An idle gap that is shown shorter than it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// When it began, ns.
    pub from: i64,
    /// When it ended.
    pub to: i64,
    /// Where it begins on the shown axis.
    pub shown: i64,
    /// How long it is there.
    pub kept: i64,
}

impl Axis {
    /// Of the times (from, to) in which there was work, in any order: gaps longer than `longest` ns are shown as
    /// that long.
    pub fn of(work: impl IntoIterator<Item = (i64, i64)>, longest: i64) -> Axis {
        cut(&ordered(work), longest)
    }

    /// The same, with gaps that are worth it, the longest ones if there are more than `most`.
    pub fn short(work: impl IntoIterator<Item = (i64, i64)>, most: usize) -> Axis {
        let work = ordered(work);
        let (mut gaps, mut busy) = (Vec::new(), 0i64);
        let mut until = work.first().map_or(0, |first| of_key(first.0 >> 64));
        for &(place, _) in &work {
            let (from, to) = (of_key(place >> 64), of_key(place));
            if from > until {
                gaps.push((u128::from(from.abs_diff(until)), 0));
            }
            busy = busy.saturating_add(to.saturating_sub(from.max(until)).max(0));
            until = until.max(to);
        }
        sort(&mut gaps);
        let longest = gaps.len().checked_sub(most + 1).map_or(0, |i| gaps[i].0.min(i64::MAX as u128) as i64);
        cut(&work, Axis::longest_gap(busy).max(longest))
    }

    /// A gap that is worth a cut: longer than a twentieth of all work.
    pub fn longest_gap(busy: i64) -> i64 {
        (busy / 20).max(1)
    }

    /// Where a moment is on the shown axis.
    pub fn shown(&self, at: i64) -> i64 {
        let Some(cut) = self.cuts[..self.cuts.partition_point(|cut| cut.from <= at)].last() else {
            return at;
        };
        if at < cut.to {
            let (inside, gap) = (at.saturating_sub(cut.from), cut.to.saturating_sub(cut.from));
            return cut.shown.saturating_add(scale(inside, cut.kept, gap));
        }
        cut.shown.saturating_add(cut.kept).saturating_add(at.saturating_sub(cut.to))
    }

    /// The moment at a place of the shown axis.
    pub fn real(&self, shown: i64) -> i64 {
        let Some(cut) = self.cuts[..self.cuts.partition_point(|cut| cut.shown <= shown)].last() else {
            return shown;
        };
        let inside = shown.saturating_sub(cut.shown);
        if inside < cut.kept {
            return cut.from.saturating_add(scale(inside, cut.to.saturating_sub(cut.from), cut.kept));
        }
        cut.to.saturating_add(inside - cut.kept)
    }
}

/// Times of work as keys, in their order.
fn ordered(work: impl IntoIterator<Item = (i64, i64)>) -> Vec<(u128, u32)> {
    let mut work: Vec<(u128, u32)> =
        work.into_iter().map(|(from, to)| (key(from) << 64 | key(to), 0)).collect();
    sort(&mut work);
    work
}

/// Shows gaps longer than `longest` as that long.
fn cut(work: &[(u128, u32)], longest: i64) -> Axis {
    let longest = longest.max(1);
    let mut cuts = Vec::new();
    let Some(mut until) = work.first().map(|first| of_key(first.0)) else { return Axis { cuts } };
    let mut removed = 0i64;
    for &(place, _) in work {
        let (from, to) = (of_key(place >> 64), of_key(place));
        if from.saturating_sub(until) > longest {
            cuts.push(Cut { from: until, to: from, shown: until.saturating_sub(removed), kept: longest });
            removed = removed.saturating_add(from.saturating_sub(until) - longest);
        }
        until = until.max(to);
    }
    Axis { cuts }
}

/// `part` of `whole`, brought to another length.
fn scale(part: i64, length: i64, whole: i64) -> i64 {
    (i128::from(part) * i128::from(length) / i128::from(whole.max(1))) as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_long_gap_is_cut_short() {
        let axis = Axis::of([(100, 200), (0, 50), (1000, 1100), (1110, 1200)], 60);
        assert_eq!(axis.cuts, [Cut { from: 200, to: 1000, shown: 200, kept: 60 }]);
        for (real, shown) in [(0, 0), (200, 200), (600, 230), (1000, 260), (1200, 460)] {
            assert_eq!((axis.shown(real), axis.real(shown)), (shown, real));
        }
        assert_eq!(Axis::of([], 5), Axis::default());
    }

    proptest! {
        #[test]
        fn work_keeps_its_length_and_time_its_order(
            work in prop::collection::vec((-500i64..500, 0i64..40), 0..20), longest in 1i64..60,
        ) {
            let work: Vec<_> = work.into_iter().map(|(from, long)| (from, from + long)).collect();
            let axis = Axis::of(work.clone(), longest);
            for (from, to) in work {
                prop_assert_eq!(axis.shown(to) - axis.shown(from), to - from);
                prop_assert_eq!((axis.real(axis.shown(from)), axis.real(axis.shown(to))), (from, to));
            }
            for at in -600..600 {
                let step = axis.shown(at + 1) - axis.shown(at);
                prop_assert!((0..=1).contains(&step));
            }
        }

        #[test]
        fn few_cuts_are_the_longest(
            work in prop::collection::vec((-500i64..500, 0i64..9), 0..20), most in 0usize..4,
        ) {
            let work: Vec<_> = work.into_iter().map(|(from, long)| (from, from + long)).collect();
            let (all, few) = (Axis::short(work.clone(), 99), Axis::short(work, most));
            prop_assert!(few.cuts.len() <= most);
            let gap = |cut: &Cut| cut.to - cut.from;
            let mut longest: Vec<i64> = all.cuts.iter().map(gap).collect();
            longest.sort_unstable();
            let kept = few.cuts.iter().map(gap).min().unwrap_or(i64::MAX);
            let cut_off = longest.len().saturating_sub(most);
            prop_assert!(longest.get(cut_off).is_none_or(|&gap| gap <= kept));
        }

        #[test]
        fn any_times_have_a_place(work in prop::collection::vec(any::<(i64, i64)>(), 0..9), longest in any::<i64>(), at in any::<i64>()) {
            let axis = Axis::of(work.into_iter().map(|(a, b)| (a.min(b), a.max(b))), longest);
            axis.real(axis.shown(at));
        }
    }
}
