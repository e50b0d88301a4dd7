//! Numbers, times and money as text, the same on every screen. The forms that the engine's sentences share are
//! [`units::show`]'s.

use units::Timestamp;
pub use units::show::{bytes, int, money, money_to as money_exact, ms, nanos, percent, price, tokens};

/// The time of day (UTC): `11:04:58`; without a date, the time since the beginning: `+0:05:10`.
pub fn time(at: Timestamp) -> String {
    let (sign, s) = match at.0.div_euclid(SECOND) {
        s if at.is_dated() => return hours(s.rem_euclid(86_400), 2),
        s if s < 0 => ("−", -s),
        s => ("+", s),
    };
    format!("{sign}{}", hours(s, 1))
}

/// The same without seconds.
pub fn minute(at: Timestamp) -> String {
    let mut text = time(at);
    text.truncate(text.len() - ":00".len());
    text
}

fn hours(s: i64, digits: usize) -> String {
    format!("{:0digits$}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
}

/// A moment to the millisecond: `18 Nov 2026 11:04:58.123 UTC`.
pub fn moment(at: Timestamp) -> String {
    let time = format!("{}.{:03}", time(at), at.0.rem_euclid(SECOND) / 1_000_000);
    if at.is_dated() { format!("{} {time} UTC", date(at)) } else { format!("{time} from the beginning") }
}

/// The day (UTC): `18 Nov 2026`; without a date, the days since the beginning: `+3 d`.
pub fn date(at: Timestamp) -> String {
    if !at.is_dated() {
        return format!("+{} d", at.0 / DAY);
    }
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (year, month, day) = civil(at.0.div_euclid(DAY));
    format!("{day} {} {year}", MONTHS[month as usize - 1])
}

/// From one moment to another (UTC): `18 Nov 2026, 00:00 to 23:59 UTC`; seconds where it is less than ten
/// minutes, both dates where there are two.
pub fn date_range(from: Timestamp, to: Timestamp) -> String {
    let clock = |at: Timestamp| if (to - from).0 < 600 * SECOND { time(at) } else { minute(at) };
    if !from.is_dated() {
        return format!("{} to {}, no dates", clock(from), clock(to));
    }
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

const SECOND: i64 = 1_000_000_000;
const DAY: i64 = 86_400 * SECOND;

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

    #[wasm_bindgen_test]
    fn moments_read_as_utc() {
        for (seconds, day, clock) in [
            (946_684_800, "1 Jan 2000", "00:00:00"),
            (951_782_400, "29 Feb 2000", "00:00:00"),
            (1_763_510_399, "18 Nov 2025", "23:59:59"),
            (4_107_542_400, "1 Mar 2100", "00:00:00"),
        ] {
            let at = Timestamp(seconds * SECOND);
            assert_eq!((date(at).as_str(), time(at).as_str()), (day, clock));
        }
    }

    #[wasm_bindgen_test]
    fn times_without_a_date_count_from_the_beginning() {
        for (seconds, days, clock) in
            [(0, "+0 d", "+0:00:00"), (-1, "+0 d", "−0:00:01"), (90_061, "+1 d", "+25:01:01")]
        {
            let at = Timestamp(seconds * SECOND);
            assert_eq!((date(at).as_str(), time(at).as_str()), (days, clock));
        }
        assert_eq!(minute(Timestamp(90_061 * SECOND)), "+25:01");
        assert_eq!(moment(Timestamp(SECOND / 2)), "+0:00:00.500 from the beginning");
    }

    #[wasm_bindgen_test]
    fn ranges_say_no_more_than_they_must() {
        const DAY_ONE: i64 = 946_684_800;
        let at = |s| Timestamp((DAY_ONE + s) * SECOND);
        let range = |from, to| date_range(at(from), at(to));
        assert_eq!(range(0, 59), "1 Jan 2000, 00:00:00 to 00:00:59 UTC");
        assert_eq!(range(0, 7200), "1 Jan 2000, 00:00 to 02:00 UTC");
        assert_eq!(range(0, 90_000), "1 Jan 2000, 00:00 to 2 Jan 2000, 01:00 UTC");
        assert_eq!(range(-DAY_ONE, 7200 - DAY_ONE), "+0:00 to +2:00, no dates");
    }

    #[wasm_bindgen_test]
    fn rates_keep_two_figures() {
        assert_eq!([rate(2560.4), rate(9.96), rate(8.44), rate(0.31)], ["2,560", "10", "8.4", "0.31"]);
    }
}
