use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::{Words, text::Text};

/// Small words of languages that are written in Latin letters.
const WORDS: [(&str, &str); 7] = [
    (
        "English",
        "the is are what how do does of and to for my you this that in with which please can an it from on write",
    ),
    (
        "German",
        "der die das ist sind was wie ich mein meine und zu für mit ein eine einen den dem nicht wann welche wo kann es im",
    ),
    (
        "French",
        "le la les est sont que quoi comment je mon ma et pour avec un une des du quel quelle puis de ce ne pas peux dis",
    ),
    (
        "Spanish",
        "el la los las es son qué cuál cómo yo mi para con un una de del dónde está este esta en por puedo los",
    ),
    (
        "Italian",
        "il lo la gli è sono che quale come io mio mia per con un una di del dove si trova questo della dei",
    ),
    ("Portuguese", "os as é são que qual como eu meu minha para com um uma de do onde está este posso não"),
    ("Dutch", "de het een is zijn wat hoe ik mijn en voor met van niet waar kan deze dit wie wanneer"),
];

/// The languages that have a word.
static LANGUAGES: LazyLock<FxHashMap<&str, Vec<usize>>> = LazyLock::new(|| {
    let mut languages: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
    for (at, (_, words)) in WORDS.iter().enumerate() {
        for word in words.split_ascii_whitespace() {
            let of = languages.entry(word).or_default();
            if of.last() != Some(&at) {
                of.push(at);
            }
        }
    }
    languages
});

/// Two languages, where both can be told.
pub(super) fn detect(first: &str, second: &str, a: &Text, b: &Text) -> Option<Words> {
    let (one, other) = (language(first, a)?, language(second, b)?);
    (one != other).then(|| (vec![one.to_owned()], vec![other.to_owned()]))
}

fn language(text: &str, words: &Text) -> Option<&'static str> {
    if let Some(script) = script(text) {
        return Some(script);
    }
    let mut counts = WORDS.map(|(name, _)| (0, name));
    for languages in words.lower().filter_map(|word| LANGUAGES.get(word)) {
        languages.iter().for_each(|at| counts[*at].0 += 1);
    }
    counts.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    // Two small words at least, and more of them than of any other language.
    (counts[0].0 >= 2 && counts[0].0 > counts[1].0).then_some(counts[0].1)
}

/// The writing of most letters, if it is not Latin.
fn script(text: &str) -> Option<&'static str> {
    let mut counts: Vec<(usize, &'static str)> = Vec::new();
    for c in text.chars().filter(|c| c.is_alphabetic()) {
        let name = match c {
            '\u{370}'..='\u{3ff}' => "Greek",
            '\u{400}'..='\u{52f}' => "Cyrillic",
            '\u{590}'..='\u{5ff}' => "Hebrew",
            '\u{600}'..='\u{6ff}' => "Arabic",
            '\u{900}'..='\u{97f}' => "Devanagari",
            '\u{e00}'..='\u{e7f}' => "Thai",
            '\u{3040}'..='\u{30ff}' => "Japanese",
            '\u{1100}'..='\u{11ff}' | '\u{ac00}'..='\u{d7af}' => "Korean",
            '\u{3400}'..='\u{9fff}' => "Chinese",
            _ => "Latin",
        };
        match counts.iter_mut().find(|(_, known)| *known == name) {
            Some((count, _)) => *count += 1,
            None => counts.push((1, name)),
        }
    }
    // Japanese is written with Chinese characters, too.
    let kana = counts.iter().any(|(_, name)| *name == "Japanese");
    let most = counts.into_iter().max_by_key(|(count, _)| *count)?.1;
    match most {
        "Latin" => None,
        "Chinese" if kana => Some("Japanese"),
        _ => Some(most),
    }
}
