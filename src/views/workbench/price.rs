//! Exact arithmetic on typed prices and numbers.

use units::Money;

/// How many tokens a price is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// 1,000 tokens.
    Thousand,
    /// 1,000,000 tokens.
    Million,
}

impl Unit {
    const fn tokens(self) -> i128 {
        match self {
            Unit::Thousand => 1_000,
            Unit::Million => 1_000_000,
        }
    }

    /// `1K` or `1M`.
    pub const fn label(self) -> &'static str {
        match self {
            Unit::Thousand => "1K",
            Unit::Million => "1M",
        }
    }

    /// What so many tokens cost at this price. Exact for prices of up to six decimals per million tokens, or
    /// nine per thousand; beyond that rounded to a pico-dollar.
    pub fn cost(self, price: Money, tokens: u64) -> Money {
        rounded(price.times(tokens).picos(), self.tokens())
    }

    /// A price for this unit as the price for another.
    pub fn convert(self, price: Money, to: Unit) -> Money {
        rounded(price.picos() * to.tokens(), self.tokens())
    }
}

fn rounded(picos: i128, by: i128) -> Money {
    Money::from_picos((picos + by / 2).div_euclid(by))
}

/// A typed price: nothing where nothing is typed.
pub fn typed_price(text: &str) -> Result<Option<Money>, String> {
    // Larger ones would overflow when multiplied, and no price is.
    const MOST: Money = Money::from_picos(1_000_000_000 * 1_000_000_000_000);
    if text.trim().is_empty() {
        return Ok(None);
    }
    match text.parse::<Money>() {
        Ok(price) if (Money::ZERO..=MOST).contains(&price) => Ok(Some(price)),
        Ok(_) => Err(format!("{} is no price: expected $0 to $1,000,000,000", text.trim())),
        Err(error) => Err(format!("“{}” is no price: {error}", text.trim())),
    }
}

/// A typed whole number: nothing where nothing is typed. Commas and spaces between thousands may be there.
pub fn typed_number(text: &str) -> Result<Option<u64>, String> {
    const MOST: u64 = 1_000_000_000_000;
    let digits: String = text.chars().filter(|c| !c.is_whitespace() && *c != ',').collect();
    if digits.is_empty() {
        return Ok(None);
    }
    match digits.parse() {
        Ok(n) if n <= MOST => Ok(Some(n)),
        Ok(_) => Err(format!("{digits} is too many: expected 1,000,000,000,000 at most")),
        Err(_) => Err(format!("“{}” is no whole number: expected one such as 500", text.trim())),
    }
}

/// A typed number or a range of two: `180`, `100-500`.
pub fn typed_range(text: &str) -> Result<Option<(u64, u64)>, String> {
    let Some((from, to)) = text.split_once(['-', '–']) else {
        return typed_number(text).map(|number| number.map(|number| (number, number)));
    };
    match (typed_number(from)?, typed_number(to)?) {
        (Some(from), Some(to)) if from <= to => Ok(Some((from, to))),
        (Some(from), None) => Ok(Some((from, from))),
        _ => {
            Err(format!("“{}” is no range: expected the smaller number first, such as 100-500", text.trim()))
        }
    }
}

/// A typed share, per cent.
pub fn typed_percent(text: &str) -> Result<Option<f64>, String> {
    let text = text.trim().trim_end_matches('%').trim_end();
    // As money, whose decimals are read already: the standard library's floats take 20 kB of the page.
    match text.parse::<Money>() {
        _ if text.is_empty() => Ok(None),
        Ok(share) if (0.0..=100.0).contains(&share.to_f64()) => Ok(Some(share.to_f64())),
        _ => Err(format!("“{text}” is no share: expected 0 to 100 per cent")),
    }
}

/// An amount with all its decimals: `$0.015`, `$15`, `$1,234.5`.
pub fn all_decimals(amount: Money) -> String {
    let text = amount.to_string();
    let decimals = text.split_once('.').map_or(0, |(_, part)| part.len() as u32);
    crate::format::money_exact(amount, decimals)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }

    #[wasm_bindgen_test]
    fn worked_examples_come_out_exactly() {
        let call = Unit::Thousand.cost(money("0.03"), 500);
        assert_eq!(all_decimals(call), "$0.015");
        assert_eq!(all_decimals(call.times(1_000)), "$15");
        assert_eq!(all_decimals(Unit::Million.cost(money("0.0375"), 1)), "$0.0000000375");
        assert_eq!(Unit::Thousand.convert(money("0.03"), Unit::Million), money("30"));
        assert_eq!(Unit::Million.convert(money("30"), Unit::Thousand), money("0.03"));
    }

    #[wasm_bindgen_test]
    fn what_is_typed_is_read_or_refused_in_words() {
        assert_eq!(typed_number(" 12,480 "), Ok(Some(12_480)));
        assert_eq!(typed_number(""), Ok(None));
        assert!(typed_number("-1").unwrap_err().contains("whole number"));
        assert_eq!(typed_range("1,000 - 2,000"), Ok(Some((1_000, 2_000))));
        assert_eq!((typed_range("180"), typed_range("180-")), (Ok(Some((180, 180))), Ok(Some((180, 180)))));
        assert!(typed_range("5-2").unwrap_err().contains("smaller number first"));
        assert_eq!((typed_percent("62.5 %"), typed_percent("")), (Ok(Some(62.5)), Ok(None)));
        assert!(typed_percent("101").unwrap_err().contains("0 to 100"));
        assert!(typed_percent("NaN").is_err());
        assert_eq!(typed_price("$0.03"), Ok(Some(money("0.03"))));
        assert!(typed_price("-1").unwrap_err().contains("no price"));
        assert!(typed_price("abc").unwrap_err().contains("decimal"));
    }
}
