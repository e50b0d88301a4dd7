use memchr::{memchr, memchr3};

use crate::split::{Bad, Found, Inner, MAX_DEPTH, MAX_RECORD, Piece, Place};

/// What OpenAI's streams end with, between JSON values.
const STREAM_END: &str = "[DONE]";

/// Splits text into JSON values, however they follow each other: by line or not, with commas or not, inside
/// one top-level array or not. It checks the grammar as it goes, because only a broken value's first error
/// tells where the next one may begin, and it never looks at a byte twice for being called more often.
pub struct JsonSplitter {
    /// The text from the beginning of the current record on.
    buf: String,
    /// Where `buf` begins in the decoded file.
    base: u64,
    /// The next byte of `buf` to look at.
    pos: usize,
    line: u64,
    /// Where the current line begins in the decoded file.
    line_start: u64,
    mode: Mode,
    in_array: bool,
    /// The list inside of a value whose elements are records instead of the value.
    inner: Option<Inner>,
    /// The objects around that list, from its beginning to their end.
    around: u32,
    /// No text follows.
    ended: bool,
    limit: usize,
    record: Grammar,
}

#[derive(Clone, Copy)]
enum Mode {
    /// Between two records.
    Between,
    /// Inside a record.
    Inside,
    /// Passing over the rest of a line; then records begin again, or with a column: only at a line that
    /// opens a value no further right than that.
    SkipLine(Option<u64>),
    /// At the beginning of a line of a broken value.
    SkipBlank(u64),
}

/// The state of the grammar inside a record.
#[derive(Default)]
struct Grammar {
    /// Where it begins in `buf`.
    start: usize,
    line: u64,
    column: u64,
    expect: Expect,
    /// Open brackets, the innermost in the lowest bit: 1 for an object.
    stack: u128,
    depth: u32,
    /// Where the current bare word begins in `buf`.
    word: usize,
    /// The value of a `\u` escape so far, and where the first half of a surrogate pair stands.
    hex: u16,
    high: Option<usize>,
    /// What must not reach a JSON reader, by place in `buf`: words that are no JSON and halves of pairs.
    patches: Vec<(usize, usize, &'static str)>,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Expect {
    #[default]
    Value,
    ValueOrEnd,
    Key,
    KeyOrEnd,
    Colon,
    CommaOrEnd,
    /// Inside a string; the flag says whether it is a key.
    Text(bool),
    Escape(bool),
    Hex(bool, u8),
    Word,
}

impl JsonSplitter {
    /// A splitter at the beginning of a file.
    pub fn new() -> JsonSplitter {
        JsonSplitter::with_limit(MAX_RECORD)
    }

    /// A splitter that takes the elements of a list inside of a value for the records. What stands around the
    /// list is only checked.
    pub fn inside_of(inner: Inner) -> JsonSplitter {
        JsonSplitter { inner: Some(inner), ..JsonSplitter::new() }
    }

    fn with_limit(limit: usize) -> JsonSplitter {
        JsonSplitter {
            buf: String::new(),
            base: 0,
            pos: 0,
            line: 1,
            line_start: 0,
            mode: Mode::Between,
            in_array: false,
            inner: None,
            around: 0,
            ended: false,
            limit,
            record: Grammar::default(),
        }
    }

    /// Takes the next piece of text.
    pub fn push(&mut self, text: &str, sink: &mut dyn FnMut(Piece<'_>)) {
        self.buf.push_str(text);
        self.scan(sink);
        // What stands before the current record is done with. A record that fills several pieces of text
        // begins at 0, so that nothing is moved for it.
        let done = if let Mode::Inside = self.mode { self.record.start } else { self.pos };
        if done > 0 {
            self.buf.drain(..done);
            self.base += done as u64;
            self.pos -= done;
            self.record.rebase(done);
        }
    }

    /// The file has ended.
    pub fn finish(&mut self, sink: &mut dyn FnMut(Piece<'_>)) {
        self.ended = true;
        self.scan(sink);
        // After a cut value, what lay inside it may still be records of their own.
        while let Mode::Inside = self.mode {
            if self.record.expect == Expect::Word && self.record.depth == 0 && self.end_word() {
                self.emit(sink);
            } else {
                self.fail(Bad::Cut, sink);
                self.scan(sink);
            }
        }
        if self.in_array && matches!(self.mode, Mode::Between) {
            sink(Piece::Bad(Bad::OpenArray, Place { offset: self.base + self.pos as u64, line: self.line }));
        }
    }

    fn newline(&mut self) {
        self.line += 1;
        self.line_start = self.base + self.pos as u64;
    }

    fn scan(&mut self, sink: &mut dyn FnMut(Piece<'_>)) {
        while let Some(&byte) = self.buf.as_bytes().get(self.pos) {
            match self.mode {
                Mode::Inside => self.inside(sink),
                Mode::Between if self.waits_for_mark() => return,
                Mode::Between => self.between(byte),
                Mode::SkipLine(column) => {
                    let Some(len) = memchr(b'\n', &self.buf.as_bytes()[self.pos..]) else {
                        self.pos = self.buf.len();
                        return;
                    };
                    self.pos += len + 1;
                    self.newline();
                    self.mode = column.map_or(Mode::Between, Mode::SkipBlank);
                }
                Mode::SkipBlank(column) => match byte {
                    b'\n' | b' ' | b'\t' | b'\r' => {
                        self.pos += 1;
                        if byte == b'\n' {
                            self.newline();
                        }
                    }
                    b'{' | b'[' if self.column() <= column => self.mode = Mode::Between,
                    b']' if self.in_array && self.column() <= column => self.mode = Mode::Between,
                    _ => self.mode = Mode::SkipLine(Some(column)),
                },
            }
        }
    }

    fn column(&self) -> u64 {
        self.base + self.pos as u64 - self.line_start
    }

    /// Whether the text ends in what may become the mark of a stream's end.
    fn waits_for_mark(&self) -> bool {
        let rest = &self.buf[self.pos..];
        !self.ended && !self.in_array && rest.len() < STREAM_END.len() && STREAM_END.starts_with(rest)
    }

    fn between(&mut self, byte: u8) {
        match byte {
            // No value: a list would hold no bare word.
            b'[' if !self.in_array && self.buf[self.pos..].starts_with(STREAM_END) => {
                self.pos += STREAM_END.len();
            }
            b'\n' => {
                self.pos += 1;
                self.newline();
            }
            // A comma between values only separates them, inside an array or not.
            b' ' | b'\t' | b'\r' | b',' => self.pos += 1,
            b'[' if !self.in_array => {
                self.in_array = true;
                self.pos += 1;
            }
            b']' if self.in_array => {
                self.in_array = false;
                self.pos += 1;
                if self.around > 0 {
                    self.begin();
                    let record = &mut self.record;
                    (record.depth, record.stack) = (self.around, objects(self.around));
                    record.expect = Expect::CommaOrEnd;
                }
            }
            _ => self.begin(),
        }
    }

    fn begin(&mut self) {
        let patches = std::mem::take(&mut self.record.patches);
        let (start, line, column) = (self.pos, self.line, self.column());
        self.record = Grammar { start, line, column, patches, ..Grammar::default() };
        self.mode = Mode::Inside;
    }

    /// Whether a bracket here opens the list whose elements are the records.
    fn opens_inner(&self) -> bool {
        let Some((key, depth)) = self.inner.filter(|_| !self.in_array && self.around == 0) else {
            return false;
        };
        let is_key = || {
            let before = self.buf[self.record.start..self.pos].trim_ascii_end().strip_suffix(':')?;
            before.trim_ascii_end().strip_suffix('"')?.strip_suffix(key)?.strip_suffix('"')
        };
        (self.record.depth, self.record.stack) == (depth, objects(depth)) && is_key().is_some()
    }

    /// Goes on inside a record, to its end, its first error, or the end of the text.
    fn inside(&mut self, sink: &mut dyn FnMut(Piece<'_>)) {
        let end = self.buf.len().min(self.record.start.saturating_add(self.limit));
        while self.pos < end {
            match self.step(end) {
                Step::On => {}
                Step::Done => return self.emit(sink),
                Step::Inner => {
                    self.record.patches.clear();
                    (self.mode, self.in_array, self.around) = (Mode::Between, true, self.record.depth);
                    return;
                }
                Step::Bad(bad) => return self.fail(bad, sink),
            }
        }
        if end < self.buf.len() {
            self.fail(Bad::TooLarge, sink);
        }
    }

    fn step(&mut self, end: usize) -> Step {
        use Expect::*;
        let bytes = &self.buf.as_bytes()[..end];
        let byte = bytes[self.pos];
        if byte == b'[' && self.record.expect == Value && self.opens_inner() {
            self.pos += 1;
            return Step::Inner;
        }
        let record = &mut self.record;
        let expect = record.expect;
        match expect {
            Text(mut key) => loop {
                let rest = &bytes[self.pos..];
                let len = text_len(rest);
                self.pos += len;
                if len > 0 {
                    record.lone_high();
                }
                match rest[len..] {
                    [] => return Step::On,
                    [b'\\', b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => {
                        record.lone_high();
                        self.pos += 2;
                    }
                    [b'\\', ..] => {
                        record.expect = Escape(key);
                        self.pos += 1;
                        return Step::On;
                    }
                    // Never inside a JSON string: a line was cut here.
                    [b'\n', ..] => {
                        record.lone_high();
                        return Step::Bad(Bad::Malformed);
                    }
                    [_, ref after @ ..] => {
                        record.lone_high();
                        self.pos += 1;
                        // Mostly a string follows at once.
                        let to_next = match after {
                            [b':', b'"', ..] if key => 2,
                            [b':', b' ', b'"', ..] if key => 3,
                            [b',', b'"', ..] if !key && record.depth > 0 => 2,
                            [b',', b' ', b'"', ..] if !key && record.depth > 0 => 3,
                            _ if key => {
                                record.expect = Colon;
                                return Step::On;
                            }
                            _ => return record.value_done(),
                        };
                        self.pos += to_next;
                        key = !key && record.stack & 1 == 1;
                        record.expect = Text(key);
                    }
                }
            },
            Escape(key) => {
                record.expect = match byte {
                    b'u' => {
                        record.hex = 0;
                        Hex(key, 0)
                    }
                    b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {
                        record.lone_high();
                        Text(key)
                    }
                    _ => return Step::Bad(Bad::Malformed),
                };
                self.pos += 1;
            }
            Hex(key, n) => {
                let Some(digit) = (byte as char).to_digit(16) else { return Step::Bad(Bad::Malformed) };
                record.hex = record.hex << 4 | digit as u16;
                self.pos += 1;
                record.expect = if n < 3 { Hex(key, n + 1) } else { Text(key) };
                if n == 3 {
                    record.surrogate(self.pos);
                }
            }
            Word => match byte {
                b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'+' | b'-' | b'.' => self.pos += 1,
                _ if self.end_word() => return self.record.value_done(),
                _ => return Step::Bad(Bad::Malformed),
            },
            _ if matches!(byte, b' ' | b'\t' | b'\r') => self.pos += 1,
            _ if byte == b'\n' => {
                self.pos += 1;
                self.newline();
            }
            Colon if byte == b':' => {
                record.expect = Value;
                self.pos += 1;
            }
            Key | KeyOrEnd if byte == b'"' => {
                record.expect = Text(true);
                self.pos += 1;
            }
            KeyOrEnd | CommaOrEnd | ValueOrEnd if matches!(byte, b'}' | b']') => {
                let object = record.stack & 1 == 1;
                if object != (byte == b'}') {
                    return Step::Bad(Bad::Malformed);
                }
                record.stack >>= 1;
                record.depth -= 1;
                self.pos += 1;
                return record.value_done();
            }
            CommaOrEnd if byte == b',' => {
                record.expect = if record.stack & 1 == 1 { Key } else { Value };
                self.pos += 1;
            }
            Value | ValueOrEnd => {
                match byte {
                    b'{' | b'[' if record.depth == MAX_DEPTH => return Step::Bad(Bad::TooDeep),
                    b'{' | b'[' => {
                        record.stack = record.stack << 1 | u128::from(byte == b'{');
                        record.depth += 1;
                        record.expect = if byte == b'{' { KeyOrEnd } else { ValueOrEnd };
                    }
                    b'"' => record.expect = Text(false),
                    b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' => {
                        record.word = self.pos;
                        record.expect = Word;
                    }
                    _ => return Step::Bad(Bad::Malformed),
                }
                self.pos += 1;
            }
            _ => return Step::Bad(Bad::Malformed),
        }
        Step::On
    }

    /// Whether the word that ends here is a JSON value, or one that Python writes in its place.
    fn end_word(&mut self) -> bool {
        let word = &self.buf[self.record.word..self.pos];
        let finite = match word {
            "true" | "false" | "null" => true,
            "NaN" | "Infinity" | "-Infinity" => false,
            _ if !is_number(word.as_bytes()) => return false,
            // Beyond all floats: JSON readers refuse it.
            _ => word.parse::<f64>().is_ok_and(f64::is_finite),
        };
        if !finite {
            self.record.patches.push((self.record.word, self.pos, "null"));
        }
        true
    }

    fn emit(&mut self, sink: &mut dyn FnMut(Piece<'_>)) {
        self.mode = Mode::Between;
        let record = &mut self.record;
        if self.around > 0 && !self.in_array {
            // The end of what stands around the records.
            self.around = 0;
            return record.patches.clear();
        }
        let raw = &self.buf[record.start..self.pos];
        let mut found = Found {
            text: raw,
            place: Place { offset: self.base + record.start as u64, line: record.line },
            len: raw.len(),
            not_finite: 0,
            halves: 0,
        };
        let mut patched = String::new();
        let mut from = record.start;
        for (start, end, instead) in record.patches.drain(..) {
            patched.push_str(&self.buf[from..start]);
            patched.push_str(instead);
            from = end;
            *(if instead == "null" { &mut found.not_finite } else { &mut found.halves }) += 1;
        }
        if from > record.start {
            patched.push_str(&self.buf[from..self.pos]);
            found.text = &patched;
        }
        sink(Piece::Record(found));
    }

    /// Gives the record up and looks for the next one: on the next line if the error is in the first one,
    /// else behind that first line, at a line that opens a value no further right: the record may be a cut
    /// line that has swallowed good ones. As brackets nest at most [`MAX_DEPTH`] deep, a byte is looked at
    /// no more often than that, and in all but hostile files twice.
    fn fail(&mut self, bad: Bad, sink: &mut dyn FnMut(Piece<'_>)) {
        let record = &mut self.record;
        record.patches.clear();
        record.high = None;
        if !self.in_array {
            self.around = 0;
        }
        sink(Piece::Bad(bad, Place { offset: self.base + record.start as u64, line: record.line }));
        let lines = memchr(b'\n', &self.buf.as_bytes()[record.start..self.pos]);
        self.mode = match lines {
            None => Mode::SkipLine(None),
            // Not worth a second look.
            Some(_) if bad == Bad::TooLarge => Mode::SkipLine(Some(record.column)),
            Some(len) => {
                self.pos = record.start + len + 1;
                self.line = record.line;
                self.newline();
                Mode::SkipBlank(self.record.column)
            }
        };
    }

    /// The record that the text ends in, its open strings and brackets closed.
    pub fn closed(&self) -> Option<String> {
        let Mode::Inside = self.mode else { return None };
        let record = &self.record;
        let (cut, end) = match record.expect {
            Expect::Text(true) => (self.buf.len(), "\":null"),
            Expect::Text(false) => (self.buf.len(), "\""),
            Expect::Escape(key) | Expect::Hex(key, _) => {
                (self.buf.rfind('\\').unwrap_or_default(), if key { "\":null" } else { "\"" })
            }
            Expect::Word => (record.word, "null"),
            Expect::Colon => (self.buf.len(), ":null"),
            Expect::Value => (self.buf.len(), "null"),
            Expect::Key => (self.buf.rfind(',').unwrap_or_default(), ""),
            _ => (self.buf.len(), ""),
        };
        let mut text = String::new();
        let mut from = record.start;
        for &(start, to, instead) in record.patches.iter().filter(|patch| patch.1 <= cut) {
            text.push_str(&self.buf[from..start]);
            text.push_str(instead);
            from = to;
        }
        text.push_str(&self.buf[from..cut.max(from)]);
        text.push_str(end);
        text.extend((0..record.depth).map(|level| if record.stack >> level & 1 == 1 { '}' } else { ']' }));
        Some(text)
    }
}

/// So many objects inside each other, as a stack of brackets.
const fn objects(depth: u32) -> u128 {
    (1 << depth) - 1
}

enum Step {
    On,
    Done,
    /// The list with the records begins.
    Inner,
    Bad(Bad),
}

impl Grammar {
    /// A value has ended.
    fn value_done(&mut self) -> Step {
        self.expect = Expect::CommaOrEnd;
        if self.depth == 0 { Step::Done } else { Step::On }
    }

    /// A `\u` escape has ended before `end`.
    fn surrogate(&mut self, end: usize) {
        match self.hex {
            0xd800..0xdc00 => {
                self.lone_high();
                self.high = Some(end - 6);
            }
            0xdc00..0xe000 if self.high.take().is_none() => self.patches.push((end - 6, end, "\\ufffd")),
            0xdc00..0xe000 => {}
            _ => self.lone_high(),
        }
    }

    /// What comes is not the second half of a pair.
    fn lone_high(&mut self) {
        if let Some(at) = self.high.take() {
            self.patches.push((at, at + 6, "\\ufffd"));
        }
    }

    /// The buffer has lost its first bytes.
    fn rebase(&mut self, bytes: usize) {
        self.start = self.start.saturating_sub(bytes);
        self.word = self.word.saturating_sub(bytes);
        self.high = self.high.map(|at| at - bytes);
        for patch in &mut self.patches {
            *patch = (patch.0 - bytes, patch.1 - bytes, patch.2);
        }
    }
}

/// How many bytes come before a quote, a backslash or a line end. Between escapes there are few: up to 32 are
/// looked at eight at a time, for which no search has to be set up.
pub fn text_len(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    let is_zero = |word: u64| word.wrapping_sub(ONES) & !word & (ONES << 7);
    for (place, eight) in bytes.as_chunks::<8>().0.iter().take(4).enumerate() {
        let word = u64::from_le_bytes(*eight);
        let marks = [b'"', b'\\', b'\n'].map(|mark| is_zero(word ^ (ONES * u64::from(mark))));
        let found = marks[0] | marks[1] | marks[2];
        if found != 0 {
            return place * 8 + found.trailing_zeros() as usize / 8;
        }
    }
    let from = bytes.len().min(32) & !7;
    memchr3(b'"', b'\\', b'\n', &bytes[from..]).map_or(bytes.len(), |len| from + len)
}

/// Whether a word is a number by the JSON grammar.
fn is_number(word: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().take_while(|b| b.is_ascii_digit()).count();
    let word = word.strip_prefix(b"-").unwrap_or(word);
    let whole = digits(word);
    let mut rest = &word[whole..];
    if whole == 0 || whole > 1 && word[0] == b'0' {
        return false;
    }
    if let Some(part) = rest.strip_prefix(b".") {
        let len = digits(part);
        if len == 0 {
            return false;
        }
        rest = &part[len..];
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        let exponent = exponent.strip_prefix(b"-").or(exponent.strip_prefix(b"+")).unwrap_or(exponent);
        let len = digits(exponent);
        return len > 0 && len == exponent.len();
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::split::{Splitter, tests::pieces};
    use proptest::prelude::*;
    use serde_json::Value;

    fn split(text: &str, sizes: &[usize], limit: usize) -> Vec<String> {
        pieces(Splitter::Json(JsonSplitter::with_limit(limit)), text, sizes)
    }

    #[test]
    fn values_follow_each_other_in_any_way() {
        for (text, found) in [
            ("{\"a\":1}\r\n\n[2]3 \"x\"", &["{\"a\":1}@0+7:1", "2@11+1:3", "3@13+1:3", "\"x\"@15+3:3"][..]),
            ("[{\"a\":\n[1]},\n true]", &["{\"a\":\n[1]}@1+10:1", "true@14+4:3"]),
            ("{\"a\": NaN, \"b\": -Infinity}", &["{\"a\": null, \"b\": null}@0+26:1"]),
            ("{\"a\": [1e999]}", &["{\"a\": [null]}@0+14:1"]),
            (r#"["\ud83d\ude00\ud83dx\ud83d\n\ude00"]"#, &[r#""\ud83d\ude00\ufffdx\ufffd\n\ufffd"@1+35:1"#]),
            ("{\"a\":1,\n{\"b\":2}\n", &["Malformed@0:1", "{\"b\":2}@8+7:2"]),
            ("{\"a\":[\n{\"b\":2}\n{\"c\":3}\n", &["Malformed@0:1", "{\"b\":2}@7+7:2", "{\"c\":3}@15+7:3"]),
            ("{\n  \"a\": x,\n  \"b\": {}\n}\n{\"c\":3}", &["Malformed@0:1", "{\"c\":3}@24+7:5"]),
            ("[\n  {\"a\": x},\n  {\"b\": 2}\n]\n3", &["Malformed@4:2", "{\"b\": 2}@16+8:3", "3@27+1:5"]),
            ("{\"a\":1}\n{\"b\"", &["{\"a\":1}@0+7:1", "Cut@8:2"]),
            ("\"\\ud83d\\x\"\n{}", &["Malformed@0:1", "{}@11+2:2"]),
            ("[{},\n", &["{}@1+2:1", "OpenArray@5:2"]),
            ("{\"long\": \"0123456789012345678901234567890123456789\"}\n{}", &["TooLarge@0:1", "{}@53+2:2"]),
        ] {
            for size in [1, 2, 3, 1000] {
                assert_eq!(split(text, &[size], 45), found, "{text} in {size}");
            }
        }
    }

    #[test]
    fn an_open_record_can_be_closed() {
        let whole = r#"{"a": [1, {"b\u00e9": "c\n"}, -1.5e3, [], true], "d": null, "e": {}}"#;
        for end in 1..=whole.len() {
            let mut splitter = JsonSplitter::new();
            let mut records = 0;
            splitter.push(&whole[..end], &mut |_| records += 1);
            match splitter.closed() {
                Some(text) => {
                    serde_json::from_str::<Value>(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
                }
                None => assert_eq!((records, end), (1, whole.len())),
            }
        }
    }

    #[test]
    fn the_elements_of_a_list_inside_are_records() {
        for (text, found) in [
            (
                r#"{"log": {"a": NaN, "list": [{"b": 1}, {"list": [2]}], "c": ["x"]}}"#,
                &["{\"b\": 1}@28+8:1", "{\"list\": [2]}@38+13:1"][..],
            ),
            ("{\"log\": {\"list\" :\n[1]}}\n{\"log\": {\"list\": [2]}}", &["1@19+1:2", "2@42+1:3"]),
            // Not there, or elsewhere: the value itself.
            ("{\"list\": [1]}", &["{\"list\": [1]}@0+13:1"]),
            ("[{\"log\": {\"list\": [1]}}]", &["{\"log\": {\"list\": [1]}}@1+22:1"]),
            ("{\"log\": {\"my list\": [1]}}", &["{\"log\": {\"my list\": [1]}}@0+25:1"]),
            // Cut, and broken behind the list.
            ("{\"log\": {\"list\": [1, {\"b\":", &["1@18+1:1", "Cut@21:1"]),
            ("{\"log\": {\"list\": [1], \"c\"", &["1@18+1:1", "Cut@20:1"]),
            ("{\"log\": {\"list\": [1], x}\n2", &["1@18+1:1", "Malformed@20:1", "2@25+1:2"]),
        ] {
            for size in [1, 2, 3, 1000] {
                assert_eq!(
                    pieces(Splitter::inside_of(("list", 2)), text, &[size]),
                    found,
                    "{text} in {size}"
                );
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_found_is_json_and_what_is_json_is_found(text in r#"([\[\]{}:, ]|"[ab]"|\\|-?[0-9]{1,2}|\.|e|true|null){0,12}"#) {
            let object = format!("{{\"k\":{text}}}");
            let whole = format!("{object}@0+{}:1", object.len());
            let found = split(&object, &[7], 1000);
            prop_assert_eq!(serde_json::from_str::<Value>(&object).is_ok(), found == [whole]);
        }
    }
}
