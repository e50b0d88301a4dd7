use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::FileId;

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fate {
    /// It stands in the tables.
    Kept,
    /// It told of something that another record had told already; the reason says of what.
    Merged(&'static str),
    /// It is not in the tables; the reason says why.
    Dropped(&'static str),
}

/// The kinds of trouble a file can be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemCode {
    /// The file holds no byte.
    Empty,
    /// No reader knows the content.
    UnknownFormat,
    /// The compressed data is damaged or cut.
    BadCompression,
    /// A record is not what its container promises (JSON, CSV).
    Malformed,
    /// The last record is cut off: normal for a log that is still being written.
    Truncated,
    /// Reading was stopped; the rest of the file was not read.
    Stopped,
    /// Bytes that are not UTF-8; they were replaced by U+FFFD.
    NotUtf8,
    /// A record is larger than the reader takes.
    TooLarge,
    /// A record lacks what its format requires.
    MissingField,
    /// A value is impossible: a negative duration, a count below zero, NaN.
    BadValue,
    /// Two figures of the file contradict each other.
    Contradiction,
    /// A figure is a lower bound or otherwise not what its name says.
    Uncertain,
    /// Times name no unit and are too large for the one they were read in.
    UnitUnknown,
    /// The file tells of requests in sums only: no single one stands in it.
    NoRequests,
    /// Keys and cookies that were left out of the tables.
    Redacted,
}

impl ProblemCode {
    /// The code as it is written: `unknown_format`.
    pub const fn key(self) -> &'static str {
        match self {
            ProblemCode::Empty => "empty",
            ProblemCode::UnknownFormat => "unknown_format",
            ProblemCode::BadCompression => "bad_compression",
            ProblemCode::Malformed => "malformed",
            ProblemCode::Truncated => "truncated",
            ProblemCode::Stopped => "stopped",
            ProblemCode::NotUtf8 => "not_utf8",
            ProblemCode::TooLarge => "too_large",
            ProblemCode::MissingField => "missing_field",
            ProblemCode::BadValue => "bad_value",
            ProblemCode::Contradiction => "contradiction",
            ProblemCode::Uncertain => "uncertain",
            ProblemCode::UnitUnknown => "unit_unknown",
            ProblemCode::NoRequests => "no_requests",
            ProblemCode::Redacted => "redacted",
        }
    }
}

/// Something a person should know about a file: what was seen, what was expected, what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What kind of trouble.
    pub code: ProblemCode,
    /// The sentence for a person.
    pub message: String,
    /// What to do about it; empty where nothing needs doing.
    pub hint: String,
    /// The first place: line from 1, 0 where a line means nothing.
    pub line: u64,
    /// The first place: byte of the decoded file.
    pub byte: u64,
    /// How often it was met.
    pub count: u64,
}

/// A format that a file could be of as well.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// The reader's key.
    pub key: String,
    /// The reader's name for a person.
    pub name: String,
    /// How sure it is: "certain", "likely", "possible".
    pub sure: String,
}

/// A file and what became of its records: `read = kept + merged + dropped`, always.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileReport {
    /// The file's name. Text from outside: only ever shown as text.
    pub name: String,
    /// The archive that it was in, and which of its files it was, from 0.
    pub archive: Option<(FileId, u32)>,
    /// Bytes as they lie on disk; 0 where an archive does not say.
    pub bytes: u64,
    /// Bytes after decompression.
    pub decoded_bytes: u64,
    /// The reader's key, e.g. `otlp`; empty where no reader knew the content.
    pub format: String,
    /// The reader's name for a person, e.g. `OTLP/JSON`.
    pub format_name: String,
    /// Whether a person chose the reader.
    pub by_hand: bool,
    /// Other formats that are about as sure of the file, the surest first.
    pub candidates: Vec<Candidate>,
    /// What the first record looks like: "a table with the columns …". Empty where nothing of it is in doubt,
    /// and where there is no record to be seen.
    pub seen: String,
    /// Records read.
    pub read: u64,
    /// Records merged, by reason.
    pub merged: BTreeMap<String, u64>,
    /// Records dropped, by reason.
    pub dropped: BTreeMap<String, u64>,
    /// What a person should know, most often met first within a code.
    pub problems: Vec<Problem>,
}

impl FileReport {
    /// Records that stand in the tables.
    pub fn kept(&self) -> u64 {
        self.read - self.merged_total() - self.dropped_total()
    }

    /// Records merged, for whatever reason.
    pub fn merged_total(&self) -> u64 {
        self.merged.values().sum()
    }

    /// Records dropped, for whatever reason.
    pub fn dropped_total(&self) -> u64 {
        self.dropped.values().sum()
    }

    /// Counts one record.
    pub fn record(&mut self, fate: Fate) {
        self.read += 1;
        match fate {
            Fate::Kept => {}
            Fate::Merged(reason) => *self.merged.entry(reason.to_owned()).or_default() += 1,
            Fate::Dropped(reason) => *self.dropped.entry(reason.to_owned()).or_default() += 1,
        }
    }

    /// Notes a problem; the same code and message again only counts.
    pub fn problem(&mut self, problem: Problem) {
        match self.problems.iter_mut().find(|p| p.code == problem.code && p.message == problem.message) {
            Some(known) => known.count += problem.count,
            None => self.problems.push(problem),
        }
    }
}
