use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use units::Timestamp;

/// Hours of the week (UTC) at which a seller asks its peak prices. Holidays are not among them: no source
/// lists them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours(Vec<Window>);

/// From one minute of a day up to another, on some days of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Window {
    /// Monday is the lowest bit.
    days: u8,
    from: u16,
    to: u16,
}

const MINUTE: i64 = 60_000_000_000;
const DAY: i64 = 24 * 60 * MINUTE;

impl Hours {
    /// Whether a time is among them.
    pub fn contains(&self, at: Timestamp) -> bool {
        // The day 0, 1970-01-01, was a Thursday.
        let weekday = (at.0.div_euclid(DAY) + 3).rem_euclid(7);
        let minute = (at.0.rem_euclid(DAY) / MINUTE) as u16;
        self.0.iter().any(|w| w.days >> weekday & 1 == 1 && (w.from..w.to).contains(&minute))
    }
}

/// Days as digits, Monday is 1; windows as `0100-0400`: `12345:0100-0400,0600-1000 6:0000-2400`.
impl FromStr for Hours {
    type Err = ();

    fn from_str(text: &str) -> Result<Hours, ()> {
        let minutes = |hhmm: &str| -> Result<u16, ()> {
            let (hours, minutes) = hhmm.split_at_checked(2).ok_or(())?;
            let number = |text: &str| text.parse::<u16>().map_err(|_| ());
            Some(number(hours)? * 60 + number(minutes)?).filter(|m| *m <= 24 * 60).ok_or(())
        };
        let mut windows = Vec::new();
        for group in text.split(' ') {
            let (digits, times) = group.split_once(':').ok_or(())?;
            let days = digits.chars().try_fold(0, |days, digit| match digit {
                '1'..='7' => Ok(days | 1 << (digit as u8 - b'1')),
                _ => Err(()),
            })?;
            for time in times.split(',') {
                let (from, to) = time.split_once('-').ok_or(())?;
                windows.push(Window { days, from: minutes(from)?, to: minutes(to)? });
            }
        }
        Ok(Hours(windows))
    }
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, group) in self.0.chunk_by(|a, b| a.days == b.days).enumerate() {
            f.write_str(if index > 0 { " " } else { "" })?;
            (1..=7)
                .filter(|day| group[0].days >> (day - 1) & 1 == 1)
                .try_for_each(|day| write!(f, "{day}"))?;
            for (index, Window { from, to, .. }) in group.iter().enumerate() {
                f.write_str(if index > 0 { "," } else { ":" })?;
                write!(f, "{:02}{:02}-{:02}{:02}", from / 60, from % 60, to / 60, to % 60)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_has_its_hours() {
        let text = "12345:0100-0400,0600-1000 7:0000-2400";
        let hours: Hours = text.parse().unwrap();
        assert_eq!(hours.to_string(), text);
        let at = |time: &str| {
            let time: jiff::Timestamp = time.parse().unwrap();
            hours.contains(Timestamp(time.as_nanosecond() as i64))
        };
        for (time, peak) in [
            ("2026-11-23T00:59:59Z", false),
            ("2026-11-23T01:00:00Z", true),
            ("2026-11-23T03:59:59Z", true),
            ("2026-11-23T04:00:00Z", false),
            ("2026-11-27T09:59:59Z", true),
            ("2026-11-28T09:59:59Z", false),
            ("2026-11-29T23:59:59Z", true),
            ("1969-12-29T02:00:00Z", true),
        ] {
            assert_eq!(at(time), peak, "{time}");
        }
        for wrong in ["", "8:0100-0200", "1", "1:0100", "1:0100-2500", "1:é-ü", "1:01-02"] {
            assert!(wrong.parse::<Hours>().is_err(), "{wrong}");
        }
    }
}
