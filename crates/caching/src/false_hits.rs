//! Signs that an answer to one prompt is wrong for another that looks like it. Each detector is a list of words
//! and a rule over them: they raise suspicion for a person to look at, and prove nothing.

mod dates;
mod entities;
mod language;
mod negation;
mod numbers;
mod opposites;
mod order;
mod review;
mod system;
mod text;
mod units;

use serde::{Deserialize, Serialize};

use crate::{Traffic, similarity::Hit};
use text::Text;

pub use review::{Review, Risk};

/// What is suspicious about two prompts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// One of them denies more than the other.
    Negation,
    /// Numbers differ.
    Numbers,
    /// Days, months, times or years differ.
    Dates,
    /// Units of measure or currencies differ.
    Units,
    /// One names what the other does not.
    Entities,
    /// The same words, the other way round.
    Order,
    /// Words that mean the opposite.
    Opposites,
    /// They are written in different languages.
    Language,
    /// They were sent with different system prompts.
    System,
}

/// A sign with the words that gave it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What is suspicious.
    pub sign: Sign,
    /// What stands in the first prompt only.
    pub first: String,
    /// What stands in the second prompt only.
    pub second: String,
}

/// The words that gave a sign: those of the first prompt only, and of the second only.
type Words = (Vec<String>, Vec<String>);

/// All signs that two prompts mean different things. None for the same text.
pub fn detect(first: &str, second: &str) -> Vec<Finding> {
    if first == second {
        return Vec::new();
    }
    let (a, b) = (Text::of(first), Text::of(second));
    let found = [
        (Sign::Negation, negation::detect(&a, &b)),
        (Sign::Numbers, numbers::detect(&a, &b)),
        (Sign::Dates, dates::detect(&a, &b)),
        (Sign::Units, units::detect(&a, &b)),
        (Sign::Entities, entities::detect(&a, &b)),
        (Sign::Order, order::detect(&a, &b)),
        (Sign::Opposites, opposites::detect(&a, &b)),
        (Sign::Language, language::detect(first, second, &a, &b)),
    ];
    let finding = |(sign, words): (Sign, Option<Words>)| {
        let (first, second) = words?;
        Some(Finding { sign, first: first.join(", "), second: second.join(", ") })
    };
    found.into_iter().filter_map(finding).collect()
}

impl Sign {
    /// The sign in words.
    pub const fn describe(self) -> &'static str {
        match self {
            Sign::Negation => "negation",
            Sign::Numbers => "number changed",
            Sign::Dates => "date changed",
            Sign::Units => "unit changed",
            Sign::Entities => "name changed",
            Sign::Order => "order reversed",
            Sign::Opposites => "opposite words",
            Sign::Language => "another language",
            Sign::System => "another system prompt",
        }
    }
}

/// All signs that the answer to one request is wrong for another: those of their prompts, and of their system
/// prompts.
pub fn detect_hit(traffic: &Traffic, hit: &Hit) -> Vec<Finding> {
    let (source, request) = (&traffic.requests[hit.source as usize], &traffic.requests[hit.request as usize]);
    let mut found = match (traffic.text(source.prompt), traffic.text(request.prompt)) {
        (Some(first), Some(second)) => detect(first, second),
        _ => Vec::new(),
    };
    found.extend(system::detect(source, request));
    found
}

/// What stands in one list and not in the other, each as often as it does; `None` where nothing does.
fn difference(a: &[String], b: &[String]) -> Option<Words> {
    let only = |a: &[String], b: &[String]| {
        let mut rest = b.to_vec();
        let not_in_rest = |word: &&String| match rest.iter().position(|other| other == *word) {
            Some(at) => {
                rest.swap_remove(at);
                false
            }
            None => true,
        };
        a.iter().filter(not_in_rest).cloned().collect::<Vec<String>>()
    };
    let words = (only(a, b), only(b, a));
    (!words.0.is_empty() || !words.1.is_empty()).then_some(words)
}
