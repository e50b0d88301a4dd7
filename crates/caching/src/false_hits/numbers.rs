use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::{Words, difference, text::Text};

const WORDS: [(&str, &str); 44] = [
    ("zero", "0"),
    ("one", "1"),
    ("two", "2"),
    ("three", "3"),
    ("four", "4"),
    ("five", "5"),
    ("six", "6"),
    ("seven", "7"),
    ("eight", "8"),
    ("nine", "9"),
    ("ten", "10"),
    ("eleven", "11"),
    ("twelve", "12"),
    ("thirteen", "13"),
    ("fourteen", "14"),
    ("fifteen", "15"),
    ("sixteen", "16"),
    ("seventeen", "17"),
    ("eighteen", "18"),
    ("nineteen", "19"),
    ("twenty", "20"),
    ("thirty", "30"),
    ("forty", "40"),
    ("fifty", "50"),
    ("sixty", "60"),
    ("seventy", "70"),
    ("eighty", "80"),
    ("ninety", "90"),
    ("hundred", "100"),
    ("thousand", "1000"),
    ("million", "1000000"),
    ("billion", "1000000000"),
    ("dozen", "12"),
    ("half", "1/2"),
    ("quarter", "1/4"),
    ("ii", "2"),
    ("iii", "3"),
    ("first", "1st"),
    ("second", "2nd"),
    ("third", "3rd"),
    ("fourth", "4th"),
    ("fifth", "5th"),
    ("twice", "2x"),
    ("double", "2x"),
];

static DIGITS: LazyLock<FxHashMap<&str, &str>> = LazyLock::new(|| WORDS.into_iter().collect());

/// Numbers that are in one and not in the other, however they are written.
pub(super) fn detect(a: &Text, b: &Text) -> Option<Words> {
    let numbers = |text: &Text, other: &Text| -> Vec<String> {
        text.words
            .iter()
            // "One" is seldom a number, and "second" often a unit.
            .filter(|word| {
                !matches!(word.lower.as_str(), "one" | "second")
                    || other.words.iter().any(|other| counts(&other.lower, &word.lower))
            })
            .filter_map(|word| number(&word.lower))
            .collect()
    };
    difference(&numbers(a, b), &numbers(b, a))
}

/// Whether a word is a number of the kind of another: an order or an amount.
fn counts(word: &str, like: &str) -> bool {
    word != like
        && number(word)
            .is_some_and(|number| number.ends_with(|c: char| c.is_ascii_digit()) == (like == "one"))
}

/// Whether a word is a number.
pub(super) fn is_number(lower: &str) -> bool {
    number(lower).is_some()
}

/// A number in one form: `1,000` is `1000`, `2.50` is `2.5`, `ten` is `10`.
fn number(word: &str) -> Option<String> {
    if let Some(digits) = DIGITS.get(word) {
        return Some((*digits).to_owned());
    }
    if !word.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let plain: String = word.chars().filter(|c| *c != ',').collect();
    let whole = plain
        .split_once('.')
        .is_some_and(|(a, b)| !b.is_empty() && a.chars().chain(b.chars()).all(|c| c.is_ascii_digit()));
    Some(if whole { plain.trim_end_matches('0').trim_end_matches('.').to_owned() } else { plain })
}
