use std::sync::OnceLock;

use rustc_hash::FxHashSet;

/// Words to look for.
pub(super) struct List {
    words: &'static str,
    set: OnceLock<FxHashSet<&'static str>>,
}

impl List {
    /// The words are separated by blanks.
    pub const fn new(words: &'static str) -> List {
        List { words, set: OnceLock::new() }
    }

    pub fn has(&self, word: &str) -> bool {
        self.set.get_or_init(|| self.words.split_ascii_whitespace().collect()).contains(word)
    }
}

/// A prompt cut into words.
pub(super) struct Text {
    pub words: Vec<Word>,
}

pub(super) struct Word {
    /// As it is written.
    pub raw: String,
    /// In lower case.
    pub lower: String,
    /// Whether a sentence begins with it.
    pub first: bool,
}

impl Text {
    /// Words are letters and digits with what joins them: `don't`, `3.11`, `1,000`, `14:30`, `km/h`. Signs of
    /// currencies, percents and a minus before a number are words or parts of them; all else parts words.
    pub fn of(text: &str) -> Text {
        let chars: Vec<char> = text.chars().map(|c| if c == '’' { '\'' } else { c }).collect();
        let (mut words, mut first, mut at) = (Vec::new(), true, 0);
        let mut push = |raw: String, first: &mut bool| {
            let lower = raw.to_lowercase();
            words.push(Word { raw, lower, first: std::mem::replace(first, false) });
        };
        while at < chars.len() {
            let c = chars[at];
            let digit_next = chars.get(at + 1).is_some_and(char::is_ascii_digit);
            let alone = at == 0 || chars[at - 1].is_whitespace() || "($€£¥".contains(chars[at - 1]);
            if c.is_alphanumeric() || (c == '-' && digit_next && alone) {
                let start = at;
                at += 1;
                while at < chars.len() {
                    let (before, after) = (chars[at - 1], chars.get(at + 1).copied().unwrap_or(' '));
                    let digits = before.is_ascii_digit() && after.is_ascii_digit();
                    let inside = match chars[at] {
                        ',' | ':' => digits,
                        '/' => digits || (before.is_alphabetic() && after == 'h'),
                        '.' | '\'' | '-' | '_' => before.is_alphanumeric() && after.is_alphanumeric(),
                        '+' | '#' => before.is_alphabetic() || before == '+',
                        _ => false,
                    };
                    if !(chars[at].is_alphanumeric() || inside) {
                        break;
                    }
                    at += 1;
                }
                push(chars[start..at].iter().collect(), &mut first);
            } else {
                if "$€£¥%".contains(c) {
                    push(c.to_string(), &mut first);
                } else if matches!(c, '.' | '!' | '?' | ':' | '\n' | '¿' | '¡') {
                    first = true;
                }
                at += 1;
            }
        }
        Text { words }
    }

    pub fn has(&self, lower: &str) -> bool {
        self.words.iter().any(|word| word.lower == lower)
    }

    pub fn lower(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(|word| word.lower.as_str())
    }
}

/// A word without the endings of English: enough to tell that two forms are one word, not a dictionary's form.
pub(super) fn stem(word: &str) -> &str {
    let word = word.strip_suffix("'s").unwrap_or(word);
    for ending in ["ies", "ing", "ed", "es", "s", "y", "e"] {
        if let Some(stem) = word.strip_suffix(ending)
            && stem.len() >= 3
            && !(ending == "s" && stem.ends_with('s'))
        {
            return stem;
        }
    }
    word
}
