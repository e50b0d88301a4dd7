use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::{Words, text::Text};

/// Units with their names, the first of which stands for all.
const UNITS: [&str; 62] = [
    "km kilometer kilometers kilometre kilometres",
    "mi mile miles",
    "m meter meters metre metres",
    "cm centimeter centimeters",
    "mm millimeter millimeters",
    "ft foot feet",
    "inch inches",
    "yd yard yards",
    "kg kilo kilos kilogram kilograms",
    "g gram grams",
    "mg milligram milligrams",
    "lb lbs pound pounds",
    "oz ounce ounces",
    "t ton tons tonne tonnes",
    "stone stones",
    "l liter liters litre litres",
    "ml milliliter milliliters",
    "gallon gallons",
    "pint pints",
    "cup cups",
    "tablespoon tablespoons tbsp",
    "teaspoon teaspoons tsp",
    "c celsius",
    "f fahrenheit",
    "kelvin",
    "ms millisecond milliseconds",
    "us microsecond microseconds",
    "s sec secs seconds",
    "min mins minute minutes",
    "h hour hours hr hrs",
    "day days daily",
    "week weeks weekly",
    "month months monthly",
    "year years yearly annual",
    "b byte bytes",
    "kb kilobyte kilobytes",
    "mb megabyte megabytes",
    "gb gigabyte gigabytes",
    "tb terabyte terabytes",
    "bit bits",
    "token tokens",
    "$ usd dollar dollars",
    "€ eur euro euros",
    "£ gbp sterling",
    "¥ jpy yen",
    "yuan cny rmb",
    "inr rupee rupees",
    "chf franc francs",
    "% percent",
    "w watt watts",
    "v volt volts",
    "a amp amps ampere amperes",
    "kwh",
    "mph",
    "km/h kph",
    "degree degrees",
    "radian radians",
    "hz hertz",
    "acre acres",
    "hectare hectares",
    "calorie calories kcal",
    "joule joules",
];

/// Each name with the one that stands for all.
static NAMES: LazyLock<FxHashMap<&str, &str>> = LazyLock::new(|| {
    let mut all = FxHashMap::default();
    for names in UNITS {
        let first = names.split_ascii_whitespace().next().unwrap_or_default();
        for name in names.split_ascii_whitespace() {
            all.entry(name).or_insert(first);
        }
    }
    all
});

/// A unit in the place of another. Where only one names units there is less to suspect.
pub(super) fn detect(a: &Text, b: &Text) -> Option<Words> {
    let (only_a, only_b) = super::difference(&units(a), &units(b))?;
    (!only_a.is_empty() && !only_b.is_empty()).then_some((only_a, only_b))
}

fn units(text: &Text) -> Vec<String> {
    let mut out = Vec::new();
    for (at, word) in text.words.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| text.words[at].lower.as_str()).unwrap_or_default();
        let after_number = before.ends_with(|c: char| c.is_ascii_digit());
        let name = word.lower.as_str();
        // A single letter is a unit only after a number, and "5gb" is a number with its unit.
        let unit = name.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.' || c == ',');
        let attached = unit.len() < name.len() && !unit.is_empty();
        if unit.len() <= 2 && !(after_number || attached || "$€£¥%".contains(unit)) {
            continue;
        }
        out.extend(NAMES.get(unit).map(|name| (*name).to_owned()));
    }
    out
}
