use std::ops::Range;

use memchr::{memchr, memchr_iter, memchr3};

use crate::split::{Bad, Found, MAX_RECORD, Piece, Place};

/// What may stand between two columns.
const DELIMITERS: [u8; 4] = *b",;\t|";

/// The delimiter of a table: the one that stands most often in its header line. `None` for a text that is no
/// table of two columns or more.
pub fn delimiter(text: &str) -> Option<u8> {
    let header = text.trim_start().lines().next()?;
    let count = |&delimiter: &u8| {
        let mut quoted = false;
        header
            .bytes()
            .filter(|&b| {
                quoted ^= b == b'"';
                !quoted && b == delimiter
            })
            .count()
    };
    // Of equals the first one named.
    DELIMITERS.into_iter().rev().max_by_key(count).filter(|delimiter| count(delimiter) > 0)
}

/// Splits a table into rows, each as a JSON object of strings under the names of the header.
///
/// A forgotten quote would swallow all rows up to the next one, or all there are. So a row is kept as it is
/// in the file until it is whole: if one of its quotes turns out to be forgotten, reading goes on at the line
/// below that quote.
pub struct CsvSplitter {
    delimiter: u8,
    /// The text from the beginning of the current row on.
    buf: String,
    /// Where `buf` begins in the decoded file.
    base: u64,
    /// The next byte of `buf` to look at.
    pos: usize,
    state: State,
    /// Where the current row begins in `buf`, and its line.
    start: usize,
    line: u64,
    /// Where the last quote opens in `buf`, and where the line below it begins if the quoted text has one.
    quote: usize,
    below: Option<usize>,
    /// The columns of the current row, one behind another, and where each ends.
    columns: String,
    ends: Vec<usize>,
    /// The names of the columns as JSON texts, once the header was read.
    header: Option<Vec<String>>,
    /// The current row as JSON.
    json: Vec<u8>,
    limit: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    /// Between two rows.
    Between,
    /// At the beginning of a column.
    Column,
    /// In a column without quotes, or behind its quotes.
    Plain,
    /// Inside quotes.
    Quoted,
    /// Behind a quote inside quotes: the end of them, or the first of two that stand for one.
    Closed,
    /// Passing over the rest of a line.
    Skip,
}

impl CsvSplitter {
    /// A splitter at the beginning of a file.
    pub fn new(delimiter: u8) -> CsvSplitter {
        CsvSplitter::with_limit(delimiter, MAX_RECORD)
    }

    fn with_limit(delimiter: u8, limit: usize) -> CsvSplitter {
        CsvSplitter {
            delimiter,
            buf: String::new(),
            base: 0,
            pos: 0,
            state: State::Between,
            start: 0,
            line: 1,
            quote: 0,
            below: None,
            columns: String::new(),
            ends: Vec::new(),
            header: None,
            json: Vec::new(),
            limit,
        }
    }

    /// Takes the next piece of text.
    pub fn push(&mut self, text: &str, sink: &mut dyn FnMut(Piece<'_>)) {
        self.buf.push_str(text);
        self.scan(sink);
        // What stands before the current row is done with. A row that fills several pieces of text begins at
        // 0, so that nothing is moved for it.
        let done = if self.in_row() { self.start } else { self.pos };
        if done > 0 {
            self.buf.drain(..done);
            self.base += done as u64;
            self.pos -= done;
            self.start = 0;
            self.quote = self.quote.saturating_sub(done);
            self.below = self.below.map(|below| below.saturating_sub(done));
        }
    }

    /// The file has ended.
    pub fn finish(&mut self, sink: &mut dyn FnMut(Piece<'_>)) {
        while self.state == State::Quoted {
            self.fail(if self.below.is_some() { Bad::OpenQuote } else { Bad::Cut }, sink);
            self.scan(sink);
        }
        self.end(sink);
    }

    /// Takes the current row as far as it goes.
    pub fn end(&mut self, sink: &mut dyn FnMut(Piece<'_>)) {
        if self.in_row() {
            self.emit(self.pos, sink);
        }
    }

    fn in_row(&self) -> bool {
        !matches!(self.state, State::Between | State::Skip)
    }

    fn scan(&mut self, sink: &mut dyn FnMut(Piece<'_>)) {
        while self.pos < self.buf.len() {
            match self.state {
                State::Between => {
                    // Blank lines, and what is left of the last row's end.
                    if matches!(self.buf.as_bytes()[self.pos], b'\r' | b'\n') {
                        self.line += u64::from(self.buf.as_bytes()[self.pos] == b'\n');
                        self.pos += 1;
                    } else {
                        (self.state, self.start, self.below) = (State::Column, self.pos, None);
                    }
                }
                State::Skip => match memchr(b'\n', &self.buf.as_bytes()[self.pos..]) {
                    None => self.pos = self.buf.len(),
                    Some(len) => {
                        self.pos += len;
                        self.state = State::Between;
                    }
                },
                _ => self.row(sink),
            }
        }
    }

    /// Goes on inside a row, to its end, its first error, or the end of the text.
    fn row(&mut self, sink: &mut dyn FnMut(Piece<'_>)) {
        let end = self.buf.floor_char_boundary(self.start + self.limit);
        while self.pos < end {
            let rest = &self.buf.as_bytes()[self.pos..end];
            match self.state {
                State::Column if rest[0] == b'"' => {
                    (self.quote, self.below, self.state) = (self.pos, None, State::Quoted);
                    self.pos += 1;
                }
                State::Column => self.state = State::Plain,
                State::Quoted => {
                    // The first line's end matters, the others' do not.
                    let len = match self.below {
                        None => memchr3(b'"', b'\r', b'\n', rest),
                        Some(_) => memchr(b'"', rest),
                    };
                    let byte = len.map(|len| rest[len]);
                    let to = self.pos + len.unwrap_or(rest.len());
                    match byte {
                        Some(b'"') => self.state = State::Closed,
                        Some(_) => self.below = Some(to + 1),
                        None => {}
                    }
                    let quote = usize::from(byte == Some(b'"'));
                    let next = to + usize::from(byte.is_some());
                    self.take(self.pos..next - quote);
                    self.pos = next;
                }
                State::Closed => match rest[0] {
                    b'"' => {
                        self.take(self.pos..self.pos + 1);
                        self.pos += 1;
                        self.state = State::Quoted;
                    }
                    byte if matches!(byte, b'\r' | b'\n') || byte == self.delimiter => {
                        self.state = State::Plain;
                    }
                    // Quotes that go over a line and close inside a word: the first of them was forgotten,
                    // and this one opens the text of a later row.
                    _ if self.below.is_some() => return self.fail(Bad::OpenQuote, sink),
                    _ => self.state = State::Plain,
                },
                _ => {
                    let len = memchr3(self.delimiter, b'\r', b'\n', rest);
                    let byte = len.map(|len| rest[len]);
                    let to = self.pos + len.unwrap_or(rest.len());
                    self.take(self.pos..to);
                    self.pos = to;
                    match byte {
                        None => {}
                        Some(b'\r' | b'\n') => return self.emit(to, sink),
                        Some(_) => {
                            self.pos += 1;
                            self.ends.push(self.columns.len());
                            self.state = State::Column;
                        }
                    }
                }
            }
        }
        if end < self.buf.len() {
            let open = self.state == State::Quoted && self.below.is_some();
            self.fail(if open { Bad::OpenQuote } else { Bad::TooLarge }, sink);
        }
    }

    fn take(&mut self, range: Range<usize>) {
        self.columns.push_str(&self.buf[range]);
    }

    /// Gives the row up: reading goes on below the line that a quote opens in, else below the line that was
    /// come to. What is read again has quotes in pairs only, which close what they open: it is not read a
    /// third time.
    fn fail(&mut self, bad: Bad, sink: &mut dyn FnMut(Piece<'_>)) {
        let at = if matches!(bad, Bad::OpenQuote | Bad::Cut) { self.quote } else { self.start };
        let next = self.below.filter(|_| bad == Bad::OpenQuote);
        let line = self.line + self.lines(self.start..at);
        sink(Piece::Bad(bad, Place { offset: self.base + at as u64, line }));
        self.pos = next.unwrap_or(self.pos);
        self.line += self.lines(self.start..self.pos);
        self.state = if next.is_some() { State::Between } else { State::Skip };
        self.columns.clear();
        self.ends.clear();
    }

    fn lines(&self, range: Range<usize>) -> u64 {
        memchr_iter(b'\n', &self.buf.as_bytes()[range]).count() as u64
    }

    fn emit(&mut self, end: usize, sink: &mut dyn FnMut(Piece<'_>)) {
        self.ends.push(self.columns.len());
        let mut from = 0;
        let columns = self.ends.iter().map(|&to| &self.columns[std::mem::replace(&mut from, to)..to]);
        match &self.header {
            None => self.header = Some(names(columns)),
            Some(header) => {
                let place = Place { offset: self.base + self.start as u64, line: self.line };
                self.json.clear();
                for (name, value) in header.iter().zip(columns) {
                    self.json.push(if self.json.is_empty() { b'{' } else { b',' });
                    self.json.extend_from_slice(name.as_bytes());
                    self.json.push(b':');
                    // A vector takes whatever is written to it.
                    let _ = serde_json::to_writer(&mut self.json, value);
                }
                self.json.push(b'}');
                if self.ends.len() != header.len() {
                    sink(Piece::Uneven(place, header.len()));
                }
                let text = str::from_utf8(&self.json).unwrap_or("{}");
                sink(Piece::Record(Found { text, place, len: end - self.start, not_finite: 0, halves: 0 }));
            }
        }
        self.line += self.lines(self.start..end);
        self.state = State::Between;
        self.columns.clear();
        self.ends.clear();
    }
}

/// The header's names as JSON texts, each once: no column may hide another.
fn names<'a>(columns: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (i, column) in columns.enumerate() {
        let name = json(column.trim());
        names.push(if name == "\"\"" || names.contains(&name) {
            json(&format!("{} ({})", column.trim(), i + 1))
        } else {
            name
        });
    }
    names
}

fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::split::{Splitter, tests::pieces};
    use proptest::prelude::*;

    fn split(text: &str, sizes: &[usize], limit: usize) -> Vec<String> {
        pieces(Splitter::Csv(Box::new(CsvSplitter::with_limit(b',', limit))), text, sizes)
    }

    #[test]
    fn a_forgotten_quote_costs_only_its_row() {
        let two = |b: &str, at: &str| format!("{{\"a\":\"2\",\"b\":{b}}}@{at}");
        for (text, found) in [
            // Nothing closes it; a quote of a later row seems to.
            ("a,b\n1,\"x\n2,y\n", vec!["OpenQuote@6:2".to_owned(), two("\"y\"", "9+3:3")]),
            ("a,b\r\n1,\"x\r\n2,\"y\"\r\n", vec!["OpenQuote@7:2".to_owned(), two("\"y\"", "11+5:3")]),
            ("a,b\n1,\"x\n\n2,\"y\nz\"", vec!["OpenQuote@6:2".to_owned(), two("\"y\\nz\"", "10+7:4")]),
            ("a,b\n1,\"x\n2,\" y\"\n", vec!["OpenQuote@6:2".to_owned(), two("\" y\"", "9+6:3")]),
            // Below the quote, not below its row.
            ("a,b\n\"p\nq\",\"x\n2,\"y\"\n", vec!["OpenQuote@10:3".to_owned(), two("\"y\"", "13+5:4")]),
            ("a,b\n2,y\n3,\"x", vec![two("\"y\"", "4+3:2"), "Cut@10:3".to_owned()]),
            // No quote is forgotten here.
            ("a,b\n2,\"x\"\" , \n\n\"\n", vec![two("\"x\\\" , \\n\\n\"", "4+12:2")]),
            ("a,b\n2,\"x\" \n", vec![two("\"x \"", "4+6:2")]),
            ("a,b\n2,\"x\"y\"\n", vec![two("\"xy\\\"\"", "4+7:2")]),
            ("a,b\n2,", vec![two("\"\"", "4+2:2")]),
            // Too long with a quote that goes over a line, and without.
            (
                "a,b\n1,\"x\n____________________________\n2,y",
                vec![
                    "OpenQuote@6:2".to_owned(),
                    "Uneven@9:3".to_owned(),
                    "{\"a\":\"____________________________\"}@9+28:3".to_owned(),
                    two("\"y\"", "38+3:4"),
                ],
            ),
            (
                "a,b\n1,\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"\n2,y",
                vec!["TooLarge@4:2".to_owned(), two("\"y\"", "42+3:3")],
            ),
        ] {
            for size in [1, 2, 3, 1000] {
                assert_eq!(split(text, &[size], 30), found, "{text} in {size}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn rows_do_not_depend_on_pieces(text in "a,b\n([ab,]|\"|\n|\r\n|é){0,30}", sizes in prop::collection::vec(1..9usize, 1..4)) {
            prop_assert_eq!(split(&text, &sizes, 12), split(&text, &[text.len()], 12));
        }
    }
}
