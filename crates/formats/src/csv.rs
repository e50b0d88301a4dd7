use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use memchr::{memchr, memchr_iter};

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
pub struct CsvSplitter {
    core: Reader,
    delimiter: u8,
    fields: Vec<u8>,
    fields_len: usize,
    ends: Vec<usize>,
    ends_len: usize,
    /// The names of the columns as JSON texts, once the header was read.
    header: Option<Vec<String>>,
    /// The current row as JSON.
    json: Vec<u8>,
    /// Where the current row begins, and how much of it was read.
    row: Option<(Place, usize)>,
    at: Place,
    /// Passing over a row that is too large.
    skipping: bool,
    limit: usize,
}

impl CsvSplitter {
    /// A splitter at the beginning of a file.
    pub fn new(delimiter: u8) -> CsvSplitter {
        CsvSplitter {
            core: ReaderBuilder::new().delimiter(delimiter).build(),
            delimiter,
            fields: vec![0; 4096],
            fields_len: 0,
            ends: vec![0; 64],
            ends_len: 0,
            header: None,
            json: Vec::new(),
            row: None,
            at: Place { offset: 0, line: 1 },
            skipping: false,
            limit: MAX_RECORD,
        }
    }

    /// Takes the next piece of text.
    pub fn push(&mut self, text: &str, sink: &mut dyn FnMut(Piece<'_>)) {
        let mut rest = text.as_bytes();
        while let Some(&byte) = rest.first() {
            if self.skipping {
                let line = memchr(b'\n', rest).map_or(rest.len(), |len| len + 1);
                self.skipping = rest[line - 1] != b'\n';
                self.pass(&mut rest, line);
                continue;
            }
            if self.row.is_none() {
                // Blank lines, and what is left of the last row's end.
                if matches!(byte, b'\r' | b'\n') {
                    self.pass(&mut rest, 1);
                    continue;
                }
                self.row = Some((self.at, 0));
            }
            let (place, read) = self.row.unwrap_or_default();
            let now = &rest[..rest.len().min(self.limit + 1 - read)];
            let (done, len) = self.read(now);
            let end = now[..len].last().is_some_and(|b| matches!(b, b'\r' | b'\n'));
            self.pass(&mut rest, len);
            self.row = Some((place, read + len));
            if done {
                self.emit(usize::from(end), sink);
            } else if read + len > self.limit {
                sink(Piece::Bad(Bad::TooLarge, place));
                self.core = ReaderBuilder::new().delimiter(self.delimiter).build();
                (self.row, self.fields_len, self.ends_len, self.skipping) = (None, 0, 0, true);
            }
        }
    }

    /// The file has ended.
    pub fn finish(&mut self, sink: &mut dyn FnMut(Piece<'_>)) {
        if self.row.is_some() && self.read(&[]).0 {
            self.emit(0, sink);
        }
    }

    fn pass(&mut self, rest: &mut &[u8], len: usize) {
        let (passed, later) = rest.split_at(len);
        self.at.offset += len as u64;
        self.at.line += memchr_iter(b'\n', passed).count() as u64;
        *rest = later;
    }

    /// Reads on in a row: whether it is complete, and how much was read.
    fn read(&mut self, input: &[u8]) -> (bool, usize) {
        let mut read = 0;
        loop {
            let (result, bytes, fields, ends) = self.core.read_record(
                &input[read..],
                &mut self.fields[self.fields_len..],
                &mut self.ends[self.ends_len..],
            );
            read += bytes;
            self.fields_len += fields;
            self.ends_len += ends;
            match result {
                ReadRecordResult::InputEmpty | ReadRecordResult::End => return (false, read),
                ReadRecordResult::OutputFull => self.fields.resize(self.fields.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record => return (true, read),
            }
        }
    }

    fn emit(&mut self, terminator: usize, sink: &mut dyn FnMut(Piece<'_>)) {
        let (place, len) = self.row.take().unwrap_or_default();
        let mut from = 0;
        let columns = self.ends[..self.ends_len].iter().map(|&to| {
            let field = str::from_utf8(&self.fields[from..to]).unwrap_or_default();
            from = to;
            field
        });
        match &self.header {
            None => self.header = Some(names(columns)),
            Some(header) => {
                self.json.clear();
                for (name, value) in header.iter().zip(columns) {
                    self.json.push(if self.json.is_empty() { b'{' } else { b',' });
                    self.json.extend_from_slice(name.as_bytes());
                    self.json.push(b':');
                    // A vector takes whatever is written to it.
                    let _ = serde_json::to_writer(&mut self.json, value);
                }
                self.json.push(b'}');
                if self.ends_len != header.len() {
                    sink(Piece::Uneven(place, header.len()));
                }
                let text = str::from_utf8(&self.json).unwrap_or("{}");
                sink(Piece::Record(Found { text, place, len: len - terminator, not_finite: 0, halves: 0 }));
            }
        }
        (self.fields_len, self.ends_len) = (0, 0);
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
