/// Marks of an axis at round numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticks {
    /// The first one.
    pub first: i64,
    /// From one to the next.
    pub step: i64,
    /// How many.
    pub count: u32,
}

const SECOND: i64 = 1_000_000_000;

/// Steps of clocks, beyond which days go by ones, twos and fives.
const CLOCK: [i64; 14] = [
    SECOND,
    2 * SECOND,
    5 * SECOND,
    10 * SECOND,
    15 * SECOND,
    30 * SECOND,
    60 * SECOND,
    120 * SECOND,
    300 * SECOND,
    600 * SECOND,
    1_800 * SECOND,
    3_600 * SECOND,
    10_800 * SECOND,
    43_200 * SECOND,
];

const DAY: i64 = 86_400 * SECOND;

/// The shortest round length of time (ns) that is no shorter than this one: 1, 2 or 5 times a power of ten below a
/// second, then as clocks and calendars count.
pub fn time_step(least: i64) -> i64 {
    if least <= SECOND {
        return round_step(least);
    }
    let clock = CLOCK.into_iter().find(|&step| step >= least);
    clock.unwrap_or_else(|| round_step((least - 1) / DAY + 1).saturating_mul(DAY))
}

/// The smallest of 1, 2, 5, 10, 20 and so on that is no smaller than a number.
fn round_step(least: i64) -> i64 {
    let mut ten = 1i64;
    loop {
        for digit in [1, 2, 5] {
            match ten.checked_mul(digit) {
                Some(step) if step >= least => return step,
                Some(_) => {}
                None => return i64::MAX,
            }
        }
        match ten.checked_mul(10) {
            Some(next) => ten = next,
            None => return i64::MAX,
        }
    }
}

impl Ticks {
    /// From one place to another, both included, `most` at most: along time (ns), counted from `origin`, or along
    /// whole numbers.
    pub fn between(from: i64, to: i64, most: u32, origin: i64, time: bool) -> Ticks {
        let (from, to, origin) = (i128::from(from), i128::from(to), i128::from(origin));
        let least = ((to - from).max(0) / i128::from(most.max(1)) + 1).min(i64::MAX.into()) as i64;
        let step = if time { time_step(least) } else { round_step(least) };
        let steps = (from - origin).div_euclid(i128::from(step));
        let exact = origin + steps * i128::from(step);
        let first = if exact < from { exact + i128::from(step) } else { exact };
        match i64::try_from(first) {
            Ok(first) if i128::from(first) <= to => {
                let count = (to - i128::from(first)) / i128::from(step) + 1;
                Ticks { first, step, count: count as u32 }
            }
            _ => Ticks { first: 0, step, count: 0 },
        }
    }

    /// The places.
    pub fn iter(self) -> impl Iterator<Item = i64> {
        (0..self.count).map(move |i| (i128::from(self.first) + i128::from(i) * i128::from(self.step)) as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn steps_are_round() {
        for (least, step) in [
            (1, 1),
            (3, 5),
            (600_000, 1_000_000),
            (400_000_000, 500_000_000),
            (3 * SECOND, 5 * SECOND),
            (11 * SECOND, 15 * SECOND),
            (61 * SECOND, 120 * SECOND),
            (4_000 * SECOND, 10_800 * SECOND),
            (13 * 3_600 * SECOND, DAY),
            (80 * DAY, 100 * DAY),
        ] {
            assert_eq!(time_step(least), step, "{least}");
        }
        let ticks: Vec<i64> = Ticks::between(1_050, 1_420, 5, 1_000, false).iter().collect();
        assert_eq!(ticks, [1_100, 1_200, 1_300, 1_400]);
        assert_eq!(Ticks::between(-25, 30, 4, 0, false).iter().collect::<Vec<_>>(), [-20, 0, 20]);
    }

    proptest! {
        #[test]
        fn ticks_lie_inside_and_are_few(a in any::<i64>(), b in any::<i64>(), most in 1u32..20, origin in any::<i64>(), time in any::<bool>()) {
            let (from, to) = (a.min(b), a.max(b));
            let ticks = Ticks::between(from, to, most, origin, time);
            // All of time is three of the longest steps.
            prop_assert!(ticks.count <= most.max(3));
            for at in ticks.iter() {
                prop_assert!(from <= at && at <= to);
                prop_assert_eq!((i128::from(at) - i128::from(origin)) % i128::from(ticks.step), 0);
            }
        }
    }
}
