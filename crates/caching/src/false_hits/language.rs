use super::{
    Words,
    text::{Text, listed},
};

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

/// Two languages, where both can be told.
pub(super) fn detect(first: &str, second: &str, a: &Text, b: &Text) -> Option<Words> {
    let (one, other) = (language(first, a)?, language(second, b)?);
    (one != other).then(|| (vec![one.to_owned()], vec![other.to_owned()]))
}

fn language(text: &str, words: &Text) -> Option<&'static str> {
    if let Some(script) = script(text) {
        return Some(script);
    }
    let count = |list: &str| words.lower().filter(|word| listed(list, word)).count();
    let mut counts: Vec<(usize, &str)> = WORDS.iter().map(|(name, list)| (count(list), *name)).collect();
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
