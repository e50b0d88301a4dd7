//! Cuts text into the pieces that are then encoded one by one: the split patterns of the encodings as
//! straight-line code, so that no regular expression runs (or can blow up) at run time.

use std::ops::Range;

use crate::unicode::{BLOCKS, LEAVES};

// The digits of the class table. Nothing follows the end of the text, which has a class of its own.
const OTHER: u8 = 0;
const UPPER: u8 = 1; // Lu, Lt
const LOWER: u8 = 2; // Ll
const CASELESS: u8 = 3; // Lm, Lo
const MARK: u8 = 4;
const NUMBER: u8 = 5;
const SPACE: u8 = 6; // whitespace but \r and \n
const NEWLINE: u8 = 7; // \r, \n
const END: u8 = 8;

#[derive(Clone, Copy)]
struct Set(u16);

impl Set {
    const fn of(classes: &[u8]) -> Set {
        let mut bits = 0;
        let mut i = 0;
        while i < classes.len() {
            bits |= 1 << classes[i];
            i += 1;
        }
        Set(bits)
    }

    fn has(self, class: u8) -> bool {
        self.0 >> class & 1 == 1
    }
}

const LETTERS: Set = Set::of(&[UPPER, LOWER, CASELESS]);
const WORD: Set = Set::of(&[UPPER, LOWER, CASELESS, NUMBER]);
const APART: Set = Set::of(&[OTHER, SPACE, NEWLINE]);
const UPPERISH: Set = Set::of(&[UPPER, CASELESS, MARK]);
const LOWERISH: Set = Set::of(&[LOWER, CASELESS, MARK]);
const NUMBERS: Set = Set::of(&[NUMBER]);
const SYMBOLS: Set = Set::of(&[OTHER, MARK]);
const WHITESPACE: Set = Set::of(&[SPACE, NEWLINE]);
/// What may stand before the letters of a word, as in `(word` or ` word`.
const LEADING: Set = Set::of(&[OTHER, MARK, SPACE]);

/// Which split pattern an encoding has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pattern {
    Gpt2,
    Cl100k,
    Qwen2,
    O200k,
    Tekken,
}

/// The pieces of a text in order; together they are the text.
pub(crate) struct Pretokens<'a> {
    pattern: Pattern,
    text: &'a [u8],
    at: usize,
}

impl<'a> Pretokens<'a> {
    pub(crate) fn new(pattern: Pattern, text: &'a str) -> Self {
        Pretokens { pattern, text: text.as_bytes(), at: 0 }
    }
}

impl Iterator for Pretokens<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        if start >= self.text.len() {
            return None;
        }
        self.at = match self.pattern {
            Pattern::Gpt2 => gpt2(self.text, start),
            Pattern::Cl100k => cl100k(self.text, start),
            Pattern::Qwen2 => qwen2(self.text, start),
            Pattern::O200k => o200k(self.text, start),
            Pattern::Tekken => tekken(self.text, start),
        };
        Some(start..self.at)
    }
}

/// Whether the character before `at` is a letter or a number. `at` must be a character's first byte.
pub(crate) fn ends_word(text: &str, at: usize) -> bool {
    text[..at].chars().next_back().is_some_and(|last| WORD.has(class_of(last.into())))
}

/// Whether the character at `at` is a symbol or a blank and no apostrophe, so that no piece has it after a letter.
pub(crate) fn starts_anew(text: &[u8], at: usize) -> bool {
    APART.has(class_at(text, at).0) && text[at] != b'\''
}

/// `'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s`
fn gpt2(text: &[u8], start: usize) -> usize {
    if let Some(end) = contraction(text, start)
        && text[start + 1..end].iter().all(u8::is_ascii_lowercase)
    {
        return end;
    }
    let first = start + usize::from(text[start] == b' ');
    for set in [LETTERS, NUMBERS, SYMBOLS] {
        let end = skip(text, first, set);
        if end > first {
            return end;
        }
    }
    whitespace(text, start).before_word
}

/// `'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s`
fn cl100k(text: &[u8], start: usize) -> usize {
    if let Some(end) = caseless_word(text, start).or_else(|| numbers(text, start, 3)) {
        return end;
    }
    if let Some(end) = symbols(text, start, b"\r\n") {
        return end;
    }
    let run = whitespace(text, start);
    if run.end == text.len() { run.end } else { run.after_newline.unwrap_or(run.before_word) }
}

/// `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
fn qwen2(text: &[u8], start: usize) -> usize {
    caseless_word(text, start)
        .or_else(|| numbers(text, start, 1))
        .or_else(|| symbols(text, start, b"\r\n"))
        .unwrap_or_else(|| blanks(text, start))
}

/// ```text
/// [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?
/// |[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?
/// |\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+
/// ```
fn o200k(text: &[u8], start: usize) -> usize {
    if let Some(end) = cased_word(text, start) {
        return contraction(text, end).unwrap_or(end);
    }
    numbers(text, start, 3).or_else(|| symbols(text, start, b"\r\n/")).unwrap_or_else(|| blanks(text, start))
}

/// As [`o200k`] without the contractions, and each number by itself.
fn tekken(text: &[u8], start: usize) -> usize {
    cased_word(text, start)
        .or_else(|| numbers(text, start, 1))
        .or_else(|| symbols(text, start, b"\r\n/"))
        .unwrap_or_else(|| blanks(text, start))
}

/// The common case of a word in a few instructions: letters of ASCII, in `CASED` patterns at most one capital
/// before small ones, with a letter, blank or symbol of ASCII before them and within the next 8 bytes something
/// behind them that ends the word in every pattern.
#[inline]
fn ascii_word<const CASED: bool>(text: &[u8], start: usize) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * ONES;
    let word = u64::from_le_bytes(*text.get(start..)?.first_chunk::<8>()?);
    // The high bit of each byte that is a letter.
    let letters = |word: u64| {
        let low = word & !HIGH;
        (low + (0x80 - b'a' as u64) * ONES) & !(low + (0x7F - b'z' as u64) * ONES) & !word & HIGH
    };
    let small = if CASED { letters(word) } else { letters(word | 0x20 * ONES) };
    let lead = word as u8;
    // What may stand before the letters, or is one.
    let leads = lead < 0x80 && !lead.is_ascii_digit() && lead != b'\r' && lead != b'\n' && lead != b'\'';
    let capital = CASED && (word >> 8) as u8 & 0xDF == (word >> 8) as u8 && ((word >> 8) as u8).is_ascii_uppercase();
    let from = 1 + u32::from(capital && !lead.is_ascii_alphabetic());
    let run = (!(small >> (8 * from)) & HIGH).trailing_zeros() / 8;
    let length = from + run;
    if !leads || run == 0 || length > 7 {
        return None;
    }
    let behind = (word >> (8 * length)) as u8;
    (behind < 0x80 && behind != b'\'').then_some(start + length as usize)
}

/// A contraction, or letters with at most one character before them that is no number or newline.
fn caseless_word(text: &[u8], start: usize) -> Option<usize> {
    if let Some(end) = ascii_word::<false>(text, start) {
        return Some(end);
    }
    if let Some(end) = contraction(text, start) {
        return Some(end);
    }
    let (class, length) = class_at(text, start);
    let letters = if LEADING.has(class) { start + length } else { start };
    let end = skip(text, letters, LETTERS);
    (end > letters).then_some(end)
}

/// Letters and marks up to where lower case gives way to upper case, with at most one character before them.
fn cased_word(text: &[u8], start: usize) -> Option<usize> {
    if let Some(end) = ascii_word::<true>(text, start) {
        return Some(end);
    }
    let (class, length) = class_at(text, start);
    // A mark may lead a word too, but taking it as the word's first letter ends at the same place.
    let letters = if class == OTHER || class == SPACE { start + length } else { start };
    cased_letters(text, letters)
}

fn cased_letters(text: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    // The first alternative must end in at least one `LOWERISH`. If no lower-case letter follows, it gives
    // letters back until one that is in both sets, so the last such place is all the backtracking there is.
    let mut after_caseless = None;
    let class = loop {
        let (class, length) = class_at(text, at);
        if !UPPERISH.has(class) {
            break class;
        }
        at += length;
        if class != UPPER {
            after_caseless = Some(at);
        }
    };
    if class == LOWER {
        return Some(skip(text, at, LOWERISH));
    }
    after_caseless.or((at > start).then_some(at))
}

/// End of `'s`, `'t`, `'re` and the like in any case. Without regard to case, U+017F (long s) is an s.
fn contraction(text: &[u8], start: usize) -> Option<usize> {
    if text.get(start) != Some(&b'\'') {
        return None;
    }
    let lower = |i: usize| text.get(start + i).map_or(0, u8::to_ascii_lowercase);
    match (lower(1), lower(2)) {
        (b's' | b't' | b'm' | b'd', _) => Some(start + 2),
        (b'r', b'e') | (b'v', b'e') | (b'l', b'l') | (0xC5, 0xBF) => Some(start + 3),
        _ => None,
    }
}

/// Up to `most` numbers.
fn numbers(text: &[u8], start: usize, most: usize) -> Option<usize> {
    let mut at = start;
    for _ in 0..most {
        let (class, length) = class_at(text, at);
        if class != NUMBER {
            break;
        }
        at += length;
    }
    (at > start).then_some(at)
}

/// Symbols with at most one blank before them, and any of `tail` after them.
fn symbols(text: &[u8], start: usize, tail: &[u8]) -> Option<usize> {
    let first = start + usize::from(text[start] == b' ');
    let mut end = skip(text, first, SYMBOLS);
    if end == first {
        return None;
    }
    while text.get(end).is_some_and(|byte| tail.contains(byte)) {
        end += 1;
    }
    Some(end)
}

/// `\s*[\r\n]+|\s+(?!\S)|\s+`
fn blanks(text: &[u8], start: usize) -> usize {
    let run = whitespace(text, start);
    run.after_newline.unwrap_or(run.before_word)
}

struct Whitespace {
    end: usize,
    after_newline: Option<usize>,
    /// The end of `\s+(?!\S)|\s+`: one character stays for the word that follows, if there are two.
    before_word: usize,
}

fn whitespace(text: &[u8], start: usize) -> Whitespace {
    let (mut end, mut last, mut after_newline) = (start, start, None);
    loop {
        let (class, length) = class_at(text, end);
        if !WHITESPACE.has(class) {
            let keep_one = class != END && last > start;
            return Whitespace { end, after_newline, before_word: if keep_one { last } else { end } };
        }
        last = end;
        end += length;
        if class == NEWLINE {
            after_newline = Some(end);
        }
    }
}

fn skip(text: &[u8], mut at: usize, set: Set) -> usize {
    loop {
        let (class, length) = class_at(text, at);
        if !set.has(class) {
            return at;
        }
        at += length;
    }
}

/// Class and length in bytes of the character at `at`, which must be a character's first byte.
#[inline]
fn class_at(text: &[u8], at: usize) -> (u8, usize) {
    let Some(&first) = text.get(at) else { return (END, 0) };
    if first < 0x80 {
        return (LEAVES[first as usize] & 7, 1);
    }
    let next = |i: usize| text.get(at + i).map_or(0, |&byte| u32::from(byte & 0x3F));
    let first = u32::from(first);
    let (code, length) = match first {
        0..0xE0 => ((first & 0x1F) << 6 | next(1), 2),
        0xE0..0xF0 => ((first & 0x0F) << 12 | next(1) << 6 | next(2), 3),
        _ => ((first & 0x07) << 18 | next(1) << 12 | next(2) << 6 | next(3), 4),
    };
    (class_of(code), length)
}

fn class_of(code: u32) -> u8 {
    let leaf = usize::from(BLOCKS[(code >> 7) as usize]);
    LEAVES[leaf << 7 | (code & 127) as usize] & 7
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_that_of_the_reference() {
        let sets = [
            (UPPER, r"[\p{Lu}\p{Lt}]"),
            (LOWER, r"\p{Ll}"),
            (CASELESS, r"[\p{Lm}\p{Lo}]"),
            (MARK, r"\p{M}"),
            (NUMBER, r"\p{N}"),
            (SPACE, r"[\s--[\r\n]]"),
            (NEWLINE, r"[\r\n]"),
            (OTHER, r"[^\p{L}\p{M}\p{N}\s]"),
        ];
        let mut seen = 0;
        for (class, pattern) in sets {
            let hir = regex_syntax::parse(pattern).unwrap();
            let regex_syntax::hir::HirKind::Class(regex_syntax::hir::Class::Unicode(set)) = hir.kind() else {
                panic!("{pattern} is a class");
            };
            for code in set.ranges().iter().flat_map(|range| range.start()..=range.end()) {
                assert_eq!(class_of(code.into()), class, "{code:?}");
                seen += 1;
            }
        }
        assert_eq!(seen, 0x11_0000 - 0x800, "every code point but the surrogates");
        let age = |version: &str| regex_syntax::parse(&format!(r"\p{{Age={version}}}")).is_ok();
        assert!(age(crate::UNICODE_VERSION));
    }

    #[test]
    fn cuts() {
        let cut = |pattern, text| -> Vec<&str> { Pretokens::new(pattern, text).map(|r| &text[r]).collect() };
        let text = "I'd HTTPServer's  x\n\n /a//\n1234  ";
        assert_eq!(
            cut(Pattern::Cl100k, text),
            ["I", "'d", " HTTPServer", "'s", " ", " x", "\n\n", " /", "a", "//\n", "123", "4", "  "]
        );
        assert_eq!(
            cut(Pattern::O200k, text),
            ["I'd", " HTTPServer's", " ", " x", "\n\n", " /", "a", "//\n", "123", "4", "  "]
        );
        assert_eq!(cut(Pattern::O200k, "a\n  "), ["a", "\n", "  "]);
        assert_eq!(cut(Pattern::Cl100k, "a\n  "), ["a", "\n  "]);
    }
}
