use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};
use serde_json::{Map, Number, Value};

use crate::split::{Bad, Found, MAX_DEPTH, MAX_RECORD, Piece, Place};

/// The keys under which recorders of HTTP keep their list.
const LISTS: [&str; 2] = ["interactions:", "http_interactions:"];
/// As many values an alias may repeat within one item: more are made to fill the memory.
const MAX_REPEATED: usize = 100_000;

/// Splits a YAML file into the items of its one list, each as JSON. An item begins at a line with a dash in
/// the list's own column, so that one is parsed at a time.
pub struct YamlSplitter {
    /// The last line, as far as it has come, behind the lines of the item.
    buf: String,
    /// Where the last line begins in `buf`.
    line_at: usize,
    /// Where `buf` begins in the decoded file.
    base: u64,
    line: u64,
    /// The line on which the item begins.
    began: u64,
    place: Within,
}

#[derive(Clone, Copy, PartialEq)]
enum Within {
    /// In front of the list, or behind it.
    Outside,
    /// Behind the list's key.
    List,
    /// Inside an item whose dash is in this column.
    Item(usize),
    /// The same, but it is too large.
    TooLarge(usize),
}

/// Whether a text holds such a list.
pub fn is_yaml(text: &str) -> bool {
    text.lines().any(|line| LISTS.contains(&line.trim_end()))
}

impl YamlSplitter {
    /// A splitter at the beginning of a file.
    pub fn new() -> YamlSplitter {
        YamlSplitter { buf: String::new(), line_at: 0, base: 0, line: 1, began: 1, place: Within::Outside }
    }

    /// Takes the next piece of text.
    pub fn push(&mut self, text: &str, sink: &mut dyn FnMut(Piece<'_>)) {
        for part in text.split_inclusive('\n') {
            self.buf.push_str(part);
            if part.ends_with('\n') {
                self.take_line(sink);
            } else if self.buf.len() > MAX_RECORD {
                self.give_up(sink);
            }
        }
    }

    /// The file has ended.
    pub fn finish(&mut self, sink: &mut dyn FnMut(Piece<'_>)) {
        if self.line_at < self.buf.len() {
            self.take_line(sink);
        }
        self.emit(self.buf.len(), true, sink);
    }

    /// A line is complete.
    fn take_line(&mut self, sink: &mut dyn FnMut(Piece<'_>)) {
        let line = &self.buf[self.line_at..];
        let column = line.len() - line.trim_start_matches(' ').len();
        let dash = line[column..].starts_with("- ") || line[column..].trim_end() == "-";
        let key = LISTS.contains(&line.trim_end());
        let blank = line.trim().is_empty() || line.trim_start().starts_with('#');
        match self.place {
            Within::List if dash => self.begin(Within::Item(column), sink),
            Within::Item(list) | Within::TooLarge(list) if dash && column == list => {
                self.begin(Within::Item(list), sink);
            }
            // A key of the file itself ends the list.
            Within::Item(list) | Within::TooLarge(list) if !blank && column <= list && !dash => {
                self.begin(if key { Within::List } else { Within::Outside }, sink);
            }
            Within::Item(_) => {}
            _ if key => self.begin(Within::List, sink),
            place => self.begin(place, sink),
        }
        self.line_at = self.buf.len();
        self.line += 1;
        if self.buf.len() > MAX_RECORD {
            self.give_up(sink);
        }
    }

    /// The last line belongs to something new.
    fn begin(&mut self, place: Within, sink: &mut dyn FnMut(Piece<'_>)) {
        self.emit(self.line_at, false, sink);
        self.buf.drain(..self.line_at);
        self.base += self.line_at as u64;
        self.line_at = 0;
        self.began = self.line;
        self.place = place;
    }

    /// The item is larger than any may be.
    fn give_up(&mut self, sink: &mut dyn FnMut(Piece<'_>)) {
        if let Within::Item(column) = self.place {
            sink(Piece::Bad(Bad::TooLarge, Place { offset: self.base, line: self.began }));
            self.place = Within::TooLarge(column);
        }
        // What is left of the line tells its column no more, but the next line will.
        self.base += self.buf.len() as u64;
        self.buf.clear();
        self.line_at = 0;
    }

    fn emit(&mut self, end: usize, last: bool, sink: &mut dyn FnMut(Piece<'_>)) {
        let Within::Item(_) = self.place else { return };
        let text = self.buf[..end].trim_end();
        let place = Place { offset: self.base, line: self.began };
        match item(text) {
            Ok(value) => {
                let json = value.to_string();
                sink(Piece::Record(Found { text: &json, place, len: text.len(), not_finite: 0, halves: 0 }));
            }
            Err(Bad::NotYaml) if last => sink(Piece::Bad(Bad::Cut, place)),
            Err(bad) => sink(Piece::Bad(bad, place)),
        }
    }

    /// The item that the text ends in, as far as it can be read.
    pub fn closed(&self) -> Option<Value> {
        let Within::Item(_) = self.place else { return None };
        let mut reader = Reader::default();
        reader.read(&self.buf).ok();
        reader.close().as_array_mut()?.first_mut().map(Value::take)
    }
}

/// The one item of a list.
fn item(text: &str) -> Result<Value, Bad> {
    let mut reader = Reader::default();
    reader.read(text)?;
    reader.close().as_array_mut().and_then(Vec::pop).ok_or(Bad::NotYaml)
}

/// Builds a JSON value from the events of a YAML parser.
#[derive(Default)]
struct Reader {
    /// Open lists and maps, the innermost last.
    open: Vec<Open>,
    whole: Value,
    anchors: HashMap<usize, Value>,
    repeated: usize,
}

struct Open {
    value: Value,
    anchor: usize,
    key: Option<String>,
}

impl Reader {
    fn read(&mut self, text: &str) -> Result<(), Bad> {
        let mut parser = Parser::new_from_str(text);
        while let Some(event) = parser.next_event() {
            let (event, _) = event.map_err(|_| Bad::NotYaml)?;
            match event {
                Event::SequenceStart(anchor, _) => self.open(Value::Array(Vec::new()), anchor)?,
                Event::MappingStart(anchor, _) => self.open(Value::Object(Map::new()), anchor)?,
                Event::SequenceEnd | Event::MappingEnd => self.end(),
                Event::Scalar(text, style, anchor, tag) => {
                    let value = scalar(&text, style, tag.as_deref());
                    self.put(value, anchor);
                }
                Event::Alias(anchor) => {
                    let value = self.anchors.get(&anchor).ok_or(Bad::NotYaml)?;
                    self.repeated += count(value);
                    if self.repeated > MAX_REPEATED {
                        return Err(Bad::TooLarge);
                    }
                    self.put(value.clone(), 0);
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn open(&mut self, value: Value, anchor: usize) -> Result<(), Bad> {
        if self.open.len() as u32 == MAX_DEPTH {
            return Err(Bad::TooDeep);
        }
        self.open.push(Open { value, anchor, key: None });
        Ok(())
    }

    fn end(&mut self) {
        if let Some(Open { value, anchor, .. }) = self.open.pop() {
            self.put(value, anchor);
        }
    }

    fn put(&mut self, value: Value, anchor: usize) {
        if anchor > 0 {
            self.anchors.insert(anchor, value.clone());
        }
        match self.open.last_mut() {
            None => self.whole = value,
            Some(Open { value: Value::Array(list), .. }) => list.push(value),
            Some(Open { value: Value::Object(map), key, .. }) => match key.take() {
                Some(key) => drop(map.insert(key, value)),
                None => {
                    *key = Some(match value {
                        Value::String(text) => text,
                        other => other.to_string(),
                    });
                }
            },
            Some(_) => {}
        }
    }

    fn close(mut self) -> Value {
        while !self.open.is_empty() {
            self.end();
        }
        self.whole
    }
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(list) => list.iter().map(count).sum(),
        Value::Object(map) => map.values().map(count).sum(),
        _ => 0,
    }
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Value {
    let plain = style == ScalarStyle::Plain;
    match tag.map(|tag| tag.suffix.as_str()) {
        // Bytes stand there as base64.
        Some("binary") => {
            let text: String = text.split_whitespace().collect();
            return Value::Object(Map::from_iter([("base64".to_owned(), text.into())]));
        }
        Some("str") => return text.into(),
        _ => {}
    }
    match text {
        _ if !plain => text.into(),
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => true.into(),
        "false" | "False" | "FALSE" => false.into(),
        _ => match text.parse::<Number>() {
            // Only what JSON would write so, too: no `.5`, no `010`.
            Ok(number) if number.as_f64().is_some_and(f64::is_finite) => number.into(),
            _ => text.into(),
        },
    }
}
