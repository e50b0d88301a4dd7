//! Values as files write them: numbers as strings, times in any unit, impossible figures.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use trace::{ProblemCode, RecordRef};
use units::{Figure, Money, Nanos, Timestamp};

use crate::Output;

/// Why a value cannot be what its field says. Reads on after the field's name: "is negative".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadValue(pub &'static str);

const NOT_A_NUMBER: BadValue = BadValue("is not a number");
const NOT_WHOLE: BadValue = BadValue("is not a whole number");
/// Below zero, where nothing is.
pub const NEGATIVE: BadValue = BadValue("is negative");
const NOT_A_TIME: BadValue = BadValue("is not a point in time");
const TOO_LARGE: BadValue = BadValue("is too large");

/// The unit a file gives a time in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Seconds.
    #[default]
    S,
    /// Milliseconds.
    Ms,
    /// Microseconds.
    Us,
    /// Nanoseconds.
    Ns,
}

impl Unit {
    /// Every unit, the largest first.
    pub const ALL: [Unit; 4] = [Unit::S, Unit::Ms, Unit::Us, Unit::Ns];

    /// Its sign: `ms`.
    pub const fn key(self) -> &'static str {
        match self {
            Unit::S => "s",
            Unit::Ms => "ms",
            Unit::Us => "us",
            Unit::Ns => "ns",
        }
    }

    /// Decimal places from this unit to the nanosecond.
    const fn decimals(self) -> u32 {
        match self {
            Unit::S => 9,
            Unit::Ms => 6,
            Unit::Us => 3,
            Unit::Ns => 0,
        }
    }
}

/// The text of a string that is not empty.
pub fn text(value: &Value) -> Option<&str> {
    value.as_str().filter(|t| !t.is_empty())
}

/// Whether there is a value at all: null, NaN (which the splitter turns into null) and "" are none.
fn is_given(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(t) => !matches!(t.trim(), "" | "null" | "None"),
        _ => true,
    }
}

/// A number's decimal digits, whether it stands there as a number or as a string.
fn digits(value: &Value) -> Result<Cow<'_, str>, BadValue> {
    match value {
        Value::Number(n) => Ok(n.to_string().into()),
        Value::String(t) => Ok(t.trim().into()),
        _ => Err(NOT_A_NUMBER),
    }
}

/// Reads `12`, `-0.5`, `1.5e-06` as a whole number of 10^-`decimals`, rounded half away from zero. The way
/// over decimal digits is exact where a float's product would not be.
fn decimal(text: &str, decimals: u32) -> Result<i128, BadValue> {
    // Nearly all of them, and without a copy.
    if let Ok(n) = text.parse::<i64>() {
        return Ok(i128::from(n) * 10i128.pow(decimals));
    }
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((m, e)) => (m, e.parse::<i32>().map_err(|_| NOT_A_NUMBER)?),
        None => (unsigned, 0),
    };
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.len() + part.len() == 0 || !whole.bytes().chain(part.bytes()).all(|b| b.is_ascii_digit()) {
        return Err(NOT_A_NUMBER);
    }
    let all = [whole, part].concat();
    let all = all.trim_start_matches('0');
    let shift = i64::from(exponent) + i64::from(decimals) - part.len() as i64;
    let keep = all.len() as i64 + shift.min(0);
    let (kept, cut) = all.split_at(keep.max(0) as usize);
    let mut value = if kept.is_empty() { 0 } else { kept.parse::<i128>().map_err(|_| TOO_LARGE)? };
    if shift > 0 && value > 0 {
        let scale = u32::try_from(shift).ok().and_then(|s| 10i128.checked_pow(s));
        value = scale.and_then(|s| value.checked_mul(s)).ok_or(TOO_LARGE)?;
    }
    value += i128::from(keep >= 0 && cut.starts_with(|c| c >= '5'));
    Ok(if negative { -value } else { value })
}

/// A number of tokens: an integer, an integer as a string, or a float without a fraction. Unknown where
/// there is none.
pub fn tokens(value: &Value) -> Result<Figure, BadValue> {
    Ok(match whole(value)? {
        Some(Figure::MAX..) => return Err(TOO_LARGE),
        Some(n) => Figure::reported(n),
        None => Figure::UNKNOWN,
    })
}

/// A whole number of anything, 0 or more.
pub fn whole(value: &Value) -> Result<Option<u64>, BadValue> {
    if let Some(n) = value.as_u64() {
        return Ok(Some(n));
    }
    if !is_given(value) {
        return Ok(None);
    }
    let digits = digits(value)?;
    match decimal(&digits, 0)? {
        n if n < 0 || digits.starts_with('-') && n != 0 => Err(NEGATIVE),
        // A fraction would have been rounded away.
        n if decimal(&digits, 6)? != n.saturating_mul(1_000_000) => Err(NOT_WHOLE),
        n => u64::try_from(n).map(Some).map_err(|_| TOO_LARGE),
    }
}

/// A number that is finite.
pub fn number(value: &Value) -> Result<Option<f64>, BadValue> {
    if !is_given(value) {
        return Ok(None);
    }
    let number = match value {
        Value::Number(n) => n.as_f64(),
        Value::String(t) => t.trim().parse().ok(),
        _ => None,
    };
    number.filter(|n| n.is_finite()).map(Some).ok_or(NOT_A_NUMBER)
}

/// A length of time that is not negative.
pub fn nanos(value: &Value, unit: Unit) -> Result<Option<Nanos>, BadValue> {
    if !is_given(value) {
        return Ok(None);
    }
    match decimal(&digits(value)?, unit.decimals())? {
        ns if ns < 0 => Err(NEGATIVE),
        ns => i64::try_from(ns).map(|ns| Some(Nanos(ns))).map_err(|_| TOO_LARGE),
    }
}

/// The smallest step that the digits of a length of time can show, a millisecond at most: who rounds to less
/// has figures that do not add up. 0 for zero, which needs no digits.
pub fn step(value: &Value, unit: Unit) -> Nanos {
    let digits = digits(value).unwrap_or_default();
    let (mantissa, exponent) = digits.split_once(['e', 'E']).unwrap_or((&digits, "0"));
    if mantissa.bytes().all(|b| matches!(b, b'0' | b'.')) {
        return Nanos::ZERO;
    }
    let places = mantissa.split_once('.').map_or(0, |(_, part)| part.len() as i64);
    let power = i64::from(unit.decimals()) - places + exponent.parse::<i64>().unwrap_or(0);
    Nanos(if power > 0 { 10i64.pow(power.min(6) as u32) } else { 0 })
}

/// A point in time: an ISO text (UTC where it names no offset) or a number since 1970 whose unit its size
/// tells (above 10^17 nanoseconds, above 10^14 microseconds, above 10^11 milliseconds, else seconds).
pub fn timestamp(value: &Value) -> Result<Option<Timestamp>, BadValue> {
    if !is_given(value) {
        return Ok(None);
    }
    let digits = digits(value).map_err(|_| NOT_A_TIME)?;
    match decimal(&digits, 0) {
        Ok(size) => epoch(&digits, size.unsigned_abs()).map(Some),
        Err(_) => iso(&digits).map(Some).ok_or(NOT_A_TIME),
    }
}

fn epoch(digits: &str, size: u128) -> Result<Timestamp, BadValue> {
    let unit = match size {
        100_000_000_000_000_001.. => Unit::Ns,
        100_000_000_000_001.. => Unit::Us,
        100_000_000_001.. => Unit::Ms,
        _ => Unit::S,
    };
    i64::try_from(decimal(digits, unit.decimals())?).map(Timestamp).map_err(|_| TOO_LARGE)
}

/// A point in time as ISO 8601 writes it, with `T` or a space, with any number of decimals up to nine, with
/// `Z`, an offset, or nothing (then it is UTC).
pub fn iso(text: &str) -> Option<Timestamp> {
    let stamp = text.parse::<jiff::Timestamp>().ok().or_else(|| {
        let civil = text.parse::<jiff::civil::DateTime>().ok()?;
        jiff::tz::Offset::UTC.to_timestamp(civil).ok()
    })?;
    i64::try_from(stamp.as_nanosecond()).ok().map(Timestamp)
}

/// A point in time as ISO 8601 writes it.
pub fn stamp(at: Timestamp) -> String {
    jiff::Timestamp::from_nanosecond(at.0.into()).unwrap_or_default().to_string()
}

/// Dollars that stand in a file. 0 is none: it mostly means "not computed".
pub fn money(value: &Value) -> Result<Option<Money>, BadValue> {
    if !is_given(value) {
        return Ok(None);
    }
    let money: Money = digits(value)?.parse().map_err(|_| NOT_A_NUMBER)?;
    match money.picos() {
        0 => Ok(None),
        picos if picos < 0 => Err(NEGATIVE),
        _ => Ok(Some(money)),
    }
}

/// Yes or no: `true`, `"True"`, `1`, `"0"`.
pub fn boolean(value: &Value) -> Result<Option<bool>, BadValue> {
    if !is_given(value) {
        return Ok(None);
    }
    let said = match value {
        Value::Bool(b) => return Ok(Some(*b)),
        Value::Number(n) => n.to_string(),
        Value::String(t) => t.trim().to_ascii_lowercase(),
        _ => String::new(),
    };
    match said.as_str() {
        "true" | "1" | "yes" | "hit" => Ok(Some(true)),
        "false" | "0" | "no" | "miss" => Ok(Some(false)),
        _ => Err(BadValue("is neither true nor false")),
    }
}

impl Output<'_> {
    /// The value that was read, or the default of its kind (unknown) with a problem that names the field.
    pub fn known<T: Default>(&mut self, read: Result<T, BadValue>, field: &str, at: RecordRef) -> T {
        read.unwrap_or_else(|BadValue(why)| {
            self.problem(ProblemCode::BadValue, at, format!("{field} {why}; it was taken as unknown"), "");
            T::default()
        })
    }

    /// The token count at a JSON pointer.
    pub(crate) fn tokens(&mut self, value: &Value, path: &str, at: RecordRef) -> Figure {
        let field = path.rsplit('/').next().unwrap_or_default();
        self.known(tokens(value.pointer(path).unwrap_or(&Value::Null)), field, at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_come_in_many_coats() {
        for (value, read) in [
            (json!(12), Ok(Some(12))),
            (json!("12"), Ok(Some(12))),
            (json!(12.0), Ok(Some(12))),
            (json!("18446744073709551615"), Ok(Some(u64::MAX))),
            (json!(null), Ok(None)),
            (json!(""), Ok(None)),
            (json!(-1), Err(NEGATIVE)),
            (json!(1.5), Err(NOT_WHOLE)),
            (json!("NaN"), Err(NOT_A_NUMBER)),
            (json!([1]), Err(NOT_A_NUMBER)),
            (json!(1e300), Err(TOO_LARGE)),
        ] {
            assert_eq!(whole(&value), read, "{value}");
        }
    }

    #[test]
    fn times_keep_their_nanoseconds() {
        for (value, ns) in [
            (json!(1_735_689_600_123_456_789u64), 1_735_689_600_123_456_789),
            (json!("1735689600123456789"), 1_735_689_600_123_456_789),
            (json!(1_735_689_600_123_456u64), 1_735_689_600_123_456_000),
            (json!(1_735_689_600_123u64), 1_735_689_600_123_000_000),
            (json!(1_735_689_600), 1_735_689_600_000_000_000),
            (json!(1735689600.123456), 1_735_689_600_123_456_000),
            (json!("2025-01-01T00:00:00Z"), 1_735_689_600_000_000_000),
            (json!("2025-01-01T01:00:00.123+01:00"), 1_735_689_600_123_000_000),
            (json!("2025-01-01 00:00:00.1234567"), 1_735_689_600_123_456_700),
            (json!("2025-01-01T00:00:00.123456789"), 1_735_689_600_123_456_789),
        ] {
            assert_eq!(timestamp(&value), Ok(Some(Timestamp(ns))), "{value}");
        }
        assert_eq!(timestamp(&json!("[trimmed]")), Err(NOT_A_TIME));
    }

    #[test]
    fn durations_are_exact_and_never_negative() {
        assert_eq!(nanos(&json!(0.44), Unit::S), Ok(Some(Nanos(440_000_000))));
        assert_eq!(nanos(&json!("1.5"), Unit::Us), Ok(Some(Nanos(1_500))));
        assert_eq!(nanos(&json!(1.5e-9), Unit::S), Ok(Some(Nanos(2))));
        assert_eq!(nanos(&json!(1e-30), Unit::S), Ok(Some(Nanos(0))));
        assert_eq!(nanos(&json!(-0.1), Unit::S), Err(NEGATIVE));
        assert_eq!(nanos(&json!(1e300), Unit::S), Err(TOO_LARGE));
    }
}
