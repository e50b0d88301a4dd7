//! Figures as people read them: thousands by comma, a narrow no-break space before a unit, as many digits as
//! say something. The same forms everywhere: in sentences, tables, charts and the terminal.

use crate::{Money, Nanos};

/// Narrow no-break space.
const THIN: char = '\u{202f}';

/// `12,480`.
pub fn int(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `8,231`, `864.9 k`, `7.62 M`, `35.3 M`: a number of tokens where space is short.
pub fn tokens(n: u64) -> String {
    match n {
        0..10_000 => int(n),
        10_000..1_000_000 => format!("{:.1}{THIN}k", n as f64 / 1e3),
        1_000_000..10_000_000 => format!("{:.2}{THIN}M", n as f64 / 1e6),
        _ => format!("{:.1}{THIN}M", n as f64 / 1e6),
    }
}

/// A share of 0 to 1: `35.2%`, `0%`, and `<0.1%` for what is there but rounds to nothing.
pub fn percent(share: f64, decimals: usize) -> String {
    let least = 10f64.powi(-(decimals as i32));
    let percent = share * 100.0;
    if percent > 0.0 && percent < least / 2.0 {
        format!("<{least}%")
    } else {
        format!("{percent:.decimals$}%")
    }
}

/// Milliseconds: `4.7 ms`, `366 ms`, `2.20 s`, `12.8 s`, `44.6 min`.
pub fn ms(ms: f64) -> String {
    let size = ms.abs();
    let (value, decimals, unit) = match size {
        _ if size >= 60_000.0 => (ms / 60_000.0, 1, "min"),
        _ if size >= 9_995.0 => (ms / 1e3, 1, "s"),
        _ if size >= 999.5 => (ms / 1e3, 2, "s"),
        _ if size >= 9.95 => (ms, 0, "ms"),
        _ if size >= 0.095 || size == 0.0 => (ms, 1, "ms"),
        _ => (ms, 3, "ms"),
    };
    minus(format!("{value:.decimals$}{THIN}{unit}"))
}

/// A length of time, as [`ms`].
pub fn nanos(length: Nanos) -> String {
    ms(length.as_ms())
}

/// `$62.81` from a dollar on, four decimals from a cent on, six below; `<$0.000001` for what is there but
/// rounds to nothing.
pub fn money(amount: Money) -> String {
    let picos = amount.picos().unsigned_abs();
    if (1..500_000).contains(&picos) {
        return if amount.picos() < 0 { ">−$0.000001" } else { "<$0.000001" }.to_owned();
    }
    money_to(
        amount,
        if picos >= 1_000_000_000_000 {
            2
        } else if picos >= 10_000_000_000 {
            4
        } else {
            6
        },
    )
}

/// `$` and exactly so many decimals (12 at most), rounded half away from zero.
pub fn money_to(amount: Money, decimals: u32) -> String {
    let unit = 10u128.pow(12 - decimals.min(12));
    let rounded = (amount.picos().unsigned_abs() + unit / 2) / unit;
    let scale = 10u128.pow(decimals.min(12));
    let whole = int(u64::try_from(rounded / scale).unwrap_or(u64::MAX));
    let sign = if amount.picos() < 0 && rounded > 0 { "−" } else { "" };
    match decimals {
        0 => format!("{sign}${whole}"),
        _ => format!("{sign}${whole}.{:0width$}", rounded % scale, width = decimals.min(12) as usize),
    }
}

/// `$3.00`, `$0.075`, `$0.0028`: a price with all its digits, and two decimals at least.
pub fn price(amount: Money) -> String {
    let text = amount.to_string();
    let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    money_to(amount, decimals.max(2) as u32)
}

/// `38.4 MB`, decimal units as file managers use them.
pub fn bytes(n: u64) -> String {
    match n {
        0..1_000 => format!("{n}{THIN}B"),
        1_000..1_000_000 => format!("{:.1}{THIN}kB", n as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1}{THIN}MB", n as f64 / 1e6),
        _ => format!("{:.2}{THIN}GB", n as f64 / 1e9),
    }
}

fn minus(text: String) -> String {
    match text.strip_prefix('-') {
        Some(rest) => format!("−{rest}"),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_keeps_its_digits() {
        for (price, text) in [("3", "$3.00"), ("0.075", "$0.075"), ("2.5", "$2.50"), ("1250", "$1,250.00")] {
            assert_eq!(super::price(price.parse().unwrap()), text);
        }
    }

    #[test]
    fn figures_have_the_digits_that_say_something() {
        let plain = |text: String| text.replace(THIN, " ");
        assert_eq!(int(0), "0");
        assert_eq!(int(1_234_567), "1,234,567");
        for (n, text) in
            [(9_999, "9,999"), (864_900, "864.9 k"), (7_620_000, "7.62 M"), (35_300_000, "35.3 M")]
        {
            assert_eq!(plain(tokens(n)), text);
        }
        for (value, text) in [
            (0.0, "0.0 ms"),
            (0.005, "0.005 ms"),
            (4.705, "4.7 ms"),
            (366.2, "366 ms"),
            (999.7, "1.00 s"),
            (2_203.0, "2.20 s"),
            (9_999.0, "10.0 s"),
            (2_676_000.0, "44.6 min"),
            (-12.4, "−12 ms"),
        ] {
            assert_eq!(plain(ms(value)), text);
        }
        for (share, decimals, text) in
            [(0.352, 1, "35.2%"), (0.0001, 1, "<0.1%"), (0.0, 1, "0.0%"), (0.47, 0, "47%")]
        {
            assert_eq!(percent(share, decimals), text);
        }
        for (amount, text) in [
            ("62.814", "$62.81"),
            ("0.0205", "$0.0205"),
            ("0.00249", "$0.002490"),
            ("0", "$0.000000"),
            ("0.00000016", "<$0.000001"),
            ("-1234.5", "−$1,234.50"),
        ] {
            assert_eq!(money(amount.parse().unwrap()), text);
        }
        assert_eq!(plain(bytes(38_400_000)), "38.4 MB");
    }
}
