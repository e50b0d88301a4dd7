//! Cuts text into the pieces that are then encoded one by one: the split patterns of the encodings as
//! straight-line code, so that no regular expression runs (or can blow up) at run time.

use std::ops::Range;

use crate::unicode::{BLOCKS, LEAVES};
use crate::vocab::u64_of;

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

/// Hands the pieces of the text to `take`, in order; together they are the text.
pub(crate) fn each_piece(pattern: Pattern, text: &str, take: impl FnMut(Range<usize>)) {
    /// One of these for each pattern, so that a scanner and what happens to its pieces become one loop.
    #[inline(always)]
    fn scan(text: &[u8], end_of: impl Fn(&[u8], usize) -> usize, mut take: impl FnMut(Range<usize>)) {
        let mut start = 0;
        while start < text.len() {
            let end = end_of(text, start);
            take(start..end);
            start = end;
        }
    }
    let text = text.as_bytes();
    match pattern {
        Pattern::Gpt2 => scan(text, gpt2, take),
        Pattern::Cl100k => scan(text, cl100k, take),
        Pattern::Qwen2 => scan(text, qwen2, take),
        Pattern::O200k => scan(text, o200k, take),
        Pattern::Tekken => scan(text, tekken, take),
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
    if let Some(end) = ascii_word::<false>(text, start) {
        return end;
    }
    if class_at(text, start).0 == NUMBER {
        return numbers(text, start, 3);
    }
    if let Some(end) = caseless_word(text, start).or_else(|| symbols(text, start, b"\r\n")) {
        return end;
    }
    let run = whitespace(text, start);
    if run.end == text.len() { run.end } else { run.after_newline.unwrap_or(run.before_word) }
}

/// `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
fn qwen2(text: &[u8], start: usize) -> usize {
    if let Some(end) = ascii_word::<false>(text, start) {
        return end;
    }
    if class_at(text, start).0 == NUMBER {
        return numbers(text, start, 1);
    }
    caseless_word(text, start)
        .or_else(|| symbols(text, start, b"\r\n"))
        .unwrap_or_else(|| blanks(text, start))
}

/// ```text
/// [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?
/// |[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?
/// |\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+
/// ```
fn o200k(text: &[u8], start: usize) -> usize {
    if let Some(end) = ascii_word::<true>(text, start) {
        return end;
    }
    if let Some(end) = cased_word(text, start) {
        return contraction(text, end).unwrap_or(end);
    }
    if class_at(text, start).0 == NUMBER {
        return numbers(text, start, 3);
    }
    symbols(text, start, b"\r\n/").unwrap_or_else(|| blanks(text, start))
}

/// As [`o200k`] without the contractions, and each number by itself.
fn tekken(text: &[u8], start: usize) -> usize {
    if let Some(end) = ascii_word::<true>(text, start).or_else(|| cased_word(text, start)) {
        return end;
    }
    if class_at(text, start).0 == NUMBER {
        return numbers(text, start, 1);
    }
    symbols(text, start, b"\r\n/").unwrap_or_else(|| blanks(text, start))
}

/// The common case of a word in a few instructions: letters of ASCII, in `CASED` patterns at most one capital
/// before small ones, with a letter, blank or symbol of ASCII before them and within the next 16 bytes something
/// behind them that ends the word in every pattern.
#[inline(always)]
fn ascii_word<const CASED: bool>(text: &[u8], start: usize) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * ONES;
    // The high bit of each byte that is no letter; no small letter if the pattern minds the case.
    let ends = |word: u64| {
        let word = if CASED { word } else { word | (0x20 * ONES) };
        let low = word & !HIGH;
        !((low + (0x80 - b'a' as u64) * ONES) & !(low + (0x7F - b'z' as u64) * ONES) & !word) & HIGH
    };
    let bytes = text.get(start..start + 16)?;
    let word = u64_of(&bytes[..8]);
    let (lead, second) = (word as u8, (word >> 8) as u8);
    // What may stand before the letters, or is one.
    if ASCII[lead as usize] & LEADS == 0 {
        return None;
    }
    let capital = CASED && ASCII[second as usize] & CAPITAL > 0 && ASCII[lead as usize] & LETTER == 0;
    let from = 8 + 8 * u32::from(capital);
    let mut behind = (ends(word) >> from << from).trailing_zeros();
    let mut next = word;
    let mut length = behind / 8;
    if behind == 64 {
        next = u64_of(&bytes[8..]);
        behind = ends(next).trailing_zeros();
        if behind == 64 {
            return None;
        }
        length = 8 + behind / 8;
    } else if behind < from + 8 {
        return None;
    }
    let last = (next >> (behind & !7)) as u8;
    (ASCII[last as usize] & JOINS == 0).then_some(start + length as usize)
}

const LEADS: u8 = 1;
const CAPITAL: u8 = 2;
const LETTER: u8 = 4;
/// May go on with a word: the apostrophe, and what is not ASCII.
const JOINS: u8 = 8;

static ASCII: [u8; 256] = {
    let mut table = [JOINS; 256];
    let mut byte = 0;
    while byte < 128 {
        let b = byte as u8;
        table[byte] = (if b.is_ascii_digit() || b == b'\r' || b == b'\n' || b == b'\'' { 0 } else { LEADS })
            | (if b.is_ascii_uppercase() { CAPITAL } else { 0 })
            | (if b.is_ascii_alphabetic() { LETTER } else { 0 })
            | (if b == b'\'' { JOINS } else { 0 });
        byte += 1;
    }
    table
};

/// A contraction, or letters with at most one character before them that is no number or newline.
fn caseless_word(text: &[u8], start: usize) -> Option<usize> {
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
fn numbers(text: &[u8], start: usize, most: usize) -> usize {
    let mut at = start;
    for _ in 0..most {
        let (class, length) = class_at(text, at);
        if class != NUMBER {
            break;
        }
        at += length;
    }
    at
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
#[inline(always)]
fn class_at(text: &[u8], at: usize) -> (u8, usize) {
    match text.get(at) {
        None => (END, 0),
        Some(&first) if first < 0x80 => (LEAVES[first as usize] & 7, 1),
        Some(_) => wide_class_at(text, at),
    }
}

#[inline(never)]
fn wide_class_at(text: &[u8], at: usize) -> (u8, usize) {
    let first = u32::from(text[at]);
    let next = |i: usize| text.get(at + i).map_or(0, |&byte| u32::from(byte & 0x3F));
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
        let cut = |pattern, text: &'static str| {
            let mut pieces: Vec<&str> = Vec::new();
            each_piece(pattern, text, |piece| pieces.push(&text[piece]));
            pieces
        };
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
