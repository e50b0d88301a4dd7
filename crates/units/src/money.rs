use std::{fmt, iter::Sum, ops, str::FromStr};

use serde::{Deserialize, Serialize};

/// An exact amount of US dollars, held in pico-dollars (10⁻¹² $).
///
/// Prices are quoted per million tokens with up to six decimals, so the price of one token is a whole
/// number of pico-dollars and every product and sum is exact. Money is never a float.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Money(i128);

/// The digits behind the decimal point that [`Money`] keeps.
const DECIMALS: usize = 12;
const ONE: i128 = 1_000_000_000_000;

impl Money {
    /// No money at all: a sum over nothing, not an unknown price.
    pub const ZERO: Money = Money(0);

    /// An amount in pico-dollars.
    pub const fn from_picos(picos: i128) -> Money {
        Money(picos)
    }

    /// The amount in pico-dollars.
    pub const fn picos(self) -> i128 {
        self.0
    }

    /// A JSON number that stood in a file, read through its shortest decimal form, so that `0.1` is 0.1.
    /// `None` for NaN, infinities and amounts beyond what fits.
    pub fn from_f64(dollars: f64) -> Option<Money> {
        dollars.is_finite().then(|| dollars.to_string().parse().ok()).flatten()
    }

    /// For drawing and shares only.
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / ONE as f64
    }

    /// `n` times this amount: tokens times the price of one token.
    pub const fn times(self, n: u64) -> Money {
        Money(self.0 * n as i128)
    }
}

impl ops::Add for Money {
    type Output = Money;
    fn add(self, other: Money) -> Money {
        Money(self.0 + other.0)
    }
}

impl ops::AddAssign for Money {
    fn add_assign(&mut self, other: Money) {
        self.0 += other.0;
    }
}

impl ops::Sub for Money {
    type Output = Money;
    fn sub(self, other: Money) -> Money {
        Money(self.0 - other.0)
    }
}

impl ops::Neg for Money {
    type Output = Money;
    fn neg(self) -> Money {
        Money(-self.0)
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Money>>(amounts: I) -> Money {
        amounts.fold(Money::ZERO, ops::Add::add)
    }
}

/// All decimals that are there and none that are not: `0.0205`, `62.81`, `3`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let picos = self.0.unsigned_abs();
        let (whole, part) = (picos / ONE as u128, picos % ONE as u128);
        if self.0 < 0 {
            f.write_str("-")?;
        }
        write!(f, "{whole}")?;
        if part > 0 {
            let digits = format!("{part:012}");
            write!(f, ".{}", digits.trim_end_matches('0'))?;
        }
        Ok(())
    }
}

/// Why a text is not an amount of money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseMoneyError(&'static str);

impl fmt::Display for ParseMoneyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for ParseMoneyError {}

/// Reads `12`, `0.0375`, `-1.5`, `1.5e-06`, each with an optional `$` in front. Digits finer than a
/// pico-dollar are rounded half away from zero.
impl FromStr for Money {
    type Err = ParseMoneyError;

    fn from_str(text: &str) -> Result<Money, ParseMoneyError> {
        const SHAPE: ParseMoneyError = ParseMoneyError("expected a decimal number such as 0.0375");
        const RANGE: ParseMoneyError = ParseMoneyError("the amount is too large");
        let text = text.trim();
        let (negative, text) = match text.strip_prefix(['-', '−']) {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let text = text.strip_prefix('$').unwrap_or(text);
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((m, e)) => (m, e.parse::<i32>().map_err(|_| SHAPE)?),
            None => (text, 0),
        };
        let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if whole.len() + part.len() == 0 || !whole.bytes().chain(part.bytes()).all(|b| b.is_ascii_digit()) {
            return Err(SHAPE);
        }
        // The value is `digits` times 10^shift pico-dollars.
        let digits: String = [whole, part].concat();
        let digits = digits.trim_start_matches('0');
        let shift = exponent as i64 - part.len() as i64 + DECIMALS as i64;
        let picos = if digits.is_empty() {
            0
        } else if shift >= 0 {
            let scale = u32::try_from(shift).ok().and_then(|s| 10i128.checked_pow(s)).ok_or(RANGE)?;
            digits.parse::<i128>().ok().and_then(|d| d.checked_mul(scale)).ok_or(RANGE)?
        } else {
            let keep = digits.len() as i64 + shift;
            if keep < 0 {
                0
            } else {
                let (kept, cut) = digits.split_at(keep as usize);
                let kept = if kept.is_empty() { 0 } else { kept.parse::<i128>().map_err(|_| RANGE)? };
                kept + i128::from(cut.as_bytes()[0] >= b'5')
            }
        };
        Ok(Money(if negative { -picos } else { picos }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_and_writes_decimals_exactly() {
        for (text, picos, shown) in [
            ("0", 0, "0"),
            ("0.0375", 37_500_000_000, "0.0375"),
            ("$1.50", 1_500_000_000_000, "1.5"),
            ("-2", -2_000_000_000_000, "-2"),
            ("1.5e-06", 1_500_000, "0.0000015"),
            ("2E3", 2_000_000_000_000_000, "2000"),
            (".5", 500_000_000_000, "0.5"),
            ("0.0000000000005", 1, "0.000000000001"),
            ("0.00000000000049", 0, "0"),
        ] {
            let money: Money = text.parse().unwrap();
            assert_eq!(money, Money(picos), "{text}");
            assert_eq!(money.to_string(), shown, "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_amount() {
        for text in
            ["", "abc", "1.2.3", "1e", "--1", ".", "NaN", "1e400", "99999999999999999999999999999999999"]
        {
            assert!(text.parse::<Money>().is_err(), "{text}");
        }
        assert_eq!(Money::from_f64(f64::NAN), None);
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(picos in -10i128.pow(30)..10i128.pow(30)) {
            prop_assert_eq!(Money(picos).to_string().parse::<Money>().unwrap(), Money(picos));
        }

        #[test]
        fn any_text_is_an_amount_or_an_error(text in "\\PC*") {
            let _ = text.parse::<Money>();
        }
    }
}
