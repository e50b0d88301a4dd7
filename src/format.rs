//! Numbers, times and money as text, the same on every screen. The forms that the engine's sentences share are
//! [`units::show`]'s.

use units::Timestamp;
pub use units::show::{bytes, int, money, money_to as money_exact, ms, nanos, percent, tokens};

/// The time of day (UTC): `11:04:58`.
pub fn time(at: Timestamp) -> String {
    let s = seconds_of_day(at);
    format!("{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
}

/// The day (UTC): `18 Nov 2026`.
pub fn date(at: Timestamp) -> String {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (year, month, day) = civil(at.0.div_euclid(DAY));
    format!("{day} {} {year}", MONTHS[month as usize - 1])
}

/// From one moment to another (UTC): `18 Nov 2026, 00:00 to 23:59 UTC`; seconds where it is less than ten
/// minutes, both dates where there are two.
pub fn date_range(from: Timestamp, to: Timestamp) -> String {
    let clock = |at: Timestamp| match (to - from).0 < 600_000_000_000 {
        true => time(at),
        false => time(at)[..5].to_owned(),
    };
    let (first, last) = (date(from), date(to));
    if first == last {
        format!("{first}, {} to {} UTC", clock(from), clock(to))
    } else {
        format!("{first}, {} to {last}, {} UTC", clock(from), clock(to))
    }
}

/// Something per second, without the unit: `256`, `8.4`, `0.31`.
pub fn rate(v: f64) -> String {
    if v >= 9.95 {
        int(v.round() as u64)
    } else if v >= 0.995 {
        format!("{v:.1}")
    } else {
        format!("{v:.2}")
    }
}

/// `1 file`, `2 files`.
pub fn plural(n: u64, noun: &str) -> String {
    format!("{} {noun}{}", int(n), if n == 1 { "" } else { "s" })
}

const DAY: i64 = 86_400_000_000_000;

fn seconds_of_day(at: Timestamp) -> i64 {
    at.0.rem_euclid(DAY) / 1_000_000_000
}

/// Year, month and day of a day counted from 1970, in the Gregorian calendar. The year begins in March, so that
/// the leap day is its last.
fn civil(days: i64) -> (i64, i64, i64) {
    const ERA: i64 = 146_097;
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(ERA), days.rem_euclid(ERA));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    const SECOND: i64 = 1_000_000_000;

    #[wasm_bindgen_test]
    fn moments_read_as_utc() {
        for (seconds, day, clock) in [
            (0, "1 Jan 1970", "00:00:00"),
            (-1, "31 Dec 1969", "23:59:59"),
            (951_782_400, "29 Feb 2000", "00:00:00"),
            (1_763_510_399, "18 Nov 2025", "23:59:59"),
            (4_107_542_400, "1 Mar 2100", "00:00:00"),
        ] {
            let at = Timestamp(seconds * SECOND);
            assert_eq!((date(at).as_str(), time(at).as_str()), (day, clock));
        }
    }

    #[wasm_bindgen_test]
    fn ranges_say_no_more_than_they_must() {
        let range = |from, to| date_range(Timestamp(from * SECOND), Timestamp(to * SECOND));
        assert_eq!(range(0, 59), "1 Jan 1970, 00:00:00 to 00:00:59 UTC");
        assert_eq!(range(0, 7200), "1 Jan 1970, 00:00 to 02:00 UTC");
        assert_eq!(range(0, 90_000), "1 Jan 1970, 00:00 to 2 Jan 1970, 01:00 UTC");
    }

    #[wasm_bindgen_test]
    fn rates_keep_two_figures() {
        assert_eq!([rate(2560.4), rate(9.96), rate(8.44), rate(0.31)], ["2,560", "10", "8.4", "0.31"]);
    }
}
