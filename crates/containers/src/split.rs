use serde_json::Value;

use crate::{csv::CsvSplitter, sse::SseSplitter, values::JsonSplitter, yaml::YamlSplitter};

/// A record larger than this is skipped. It has to fit into the memory of a browser tab a few times.
pub const MAX_RECORD: usize = 512 << 20;
/// Values nested deeper than this are skipped: JSON readers work by recursion. A bit of a `u128` each.
pub const MAX_DEPTH: u32 = 120;

/// A head is split in steps of this size, so that it ends soon where records are short.
const HEAD_STEP: usize = 8 * 1024;

/// The key of a list inside of a value, and in so many objects it lies.
pub type Inner = (&'static str, u32);

/// What a splitter finds.
#[derive(Debug, PartialEq)]
pub enum Piece<'a> {
    /// A whole record.
    Record(Found<'a>),
    /// A place where no record could be made of what is there.
    Bad(Bad, Place),
    /// A CSV row that has fewer or more columns than the header. It comes as a record all the same.
    Uneven(Place, usize),
}

/// A record as it was found.
#[derive(Debug, PartialEq)]
pub struct Found<'a> {
    /// Valid JSON.
    pub text: &'a str,
    /// Where it lies.
    pub place: Place,
    /// Its length in the decoded file.
    pub len: usize,
    /// NaN, Infinity and numbers beyond all floats that became null.
    pub not_finite: u64,
    /// Halves of surrogate pairs that became U+FFFD.
    pub halves: u64,
}

/// A place in the decoded file.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Place {
    /// Byte offset.
    pub offset: u64,
    /// Line, from 1.
    pub line: u64,
}

/// Why there is no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bad {
    /// Not valid JSON.
    Malformed,
    /// Not valid YAML.
    NotYaml,
    /// Deeper than [`MAX_DEPTH`].
    TooDeep,
    /// Larger than [`MAX_RECORD`].
    TooLarge,
    /// The file ends inside the record.
    Cut,
    /// The file ends before the closing bracket of the array that holds the records.
    OpenArray,
    /// A CSV row with a quote that nothing closes, or only a quote of a later row.
    OpenQuote,
}

/// What stands around the records of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrap {
    /// Nothing, or a list.
    Json,
    /// A table with this delimiter.
    Table(u8),
    /// Server-sent events.
    Events,
    /// A YAML list under a key.
    Yaml,
}

/// Splits text into records, however the text is cut into pieces.
pub enum Splitter {
    /// JSON.
    Json(JsonSplitter),
    /// A table.
    Csv(Box<CsvSplitter>),
    /// Server-sent events.
    Sse(SseSplitter),
    /// A list in YAML.
    Yaml(YamlSplitter),
}

impl Splitter {
    /// A splitter at the beginning of a file.
    pub fn new(wrap: Wrap) -> Splitter {
        match wrap {
            Wrap::Json => Splitter::Json(JsonSplitter::new()),
            Wrap::Table(delimiter) => Splitter::Csv(Box::new(CsvSplitter::new(delimiter))),
            Wrap::Events => Splitter::Sse(SseSplitter::new()),
            Wrap::Yaml => Splitter::Yaml(YamlSplitter::new()),
        }
    }

    /// A splitter of JSON whose records lie in a list inside of a value.
    pub fn inside_of(inner: Inner) -> Splitter {
        Splitter::Json(JsonSplitter::inside_of(inner))
    }

    /// Takes the next piece of text.
    pub fn push(&mut self, text: &str, sink: &mut dyn FnMut(Piece<'_>)) {
        match self {
            Splitter::Json(splitter) => splitter.push(text, sink),
            Splitter::Csv(splitter) => splitter.push(text, sink),
            Splitter::Sse(splitter) => splitter.push(text, sink),
            Splitter::Yaml(splitter) => splitter.push(text, sink),
        }
    }

    /// The file has ended.
    pub fn finish(&mut self, sink: &mut dyn FnMut(Piece<'_>)) {
        match self {
            Splitter::Json(splitter) => splitter.finish(sink),
            Splitter::Csv(splitter) => splitter.finish(sink),
            Splitter::Sse(splitter) => splitter.finish(sink),
            Splitter::Yaml(splitter) => splitter.finish(sink),
        }
    }

    /// The first records of a text, `most` of them; the last one may be cut and was closed then.
    pub fn head(mut self, mut text: &str, most: usize) -> Vec<Value> {
        let mut records: Vec<Value> = Vec::new();
        let mut sink = |piece: Piece<'_>| {
            if let Piece::Record(found) = piece {
                records.extend(serde_json::from_str::<Value>(found.text));
            }
            records.len()
        };
        let mut count = 0;
        while count < most && !text.is_empty() {
            let (now, later) = text.split_at(text.floor_char_boundary(HEAD_STEP));
            self.push(now, &mut |piece| count = sink(piece));
            text = later;
        }
        if count < most {
            match self {
                Splitter::Json(splitter) => {
                    records.extend(splitter.closed().and_then(|text| serde_json::from_str(&text).ok()));
                }
                Splitter::Sse(splitter) => {
                    records.extend(splitter.closed().and_then(|text| serde_json::from_str(&text).ok()));
                }
                Splitter::Csv(mut splitter) => splitter.end(&mut |piece| count = sink(piece)),
                Splitter::Yaml(splitter) => records.extend(splitter.closed()),
            }
        }
        records.truncate(most);
        records
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// What a splitter finds in a text that comes in pieces of these sizes: `text@offset+length:line`.
    pub fn pieces(mut splitter: Splitter, text: &str, sizes: &[usize]) -> Vec<String> {
        let mut found = Vec::new();
        let mut sink = |piece: Piece<'_>| {
            found.push(match piece {
                Piece::Record(r) => format!("{}@{}+{}:{}", r.text, r.place.offset, r.len, r.place.line),
                Piece::Bad(bad, place) => format!("{bad:?}@{}:{}", place.offset, place.line),
                Piece::Uneven(place, _) => format!("Uneven@{}:{}", place.offset, place.line),
            });
        };
        let mut rest = text;
        for size in sizes.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (now, later) = rest.split_at(rest.ceil_char_boundary((*size).min(rest.len())));
            splitter.push(now, &mut sink);
            rest = later;
        }
        splitter.finish(&mut sink);
        found
    }
}
