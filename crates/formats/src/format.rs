use std::collections::BTreeMap;

use containers::Inner;
use memchr::{memchr, memchr_iter};
use serde_json::{Value, value::RawValue};
use trace::{Fate, FileId, FileReport, List, Problem, ProblemCode, RecordRef, TraceBuilder};
use units::Timestamp;

/// How sure a format is that a file is its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// Certainly not.
    #[default]
    No,
    /// It could be read, for want of anything better.
    Possible,
    /// It looks like it.
    Likely,
    /// It carries a mark that no other format has.
    Certain,
}

impl Confidence {
    /// The word for a person.
    pub const fn word(self) -> &'static str {
        match self {
            Confidence::No => "no",
            Confidence::Possible => "possible",
            Confidence::Likely => "likely",
            Confidence::Certain => "certain",
        }
    }
}

/// How the records of a file are wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// JSON values one after another, by line or not; a single value is the shortest such file. The elements
    /// of a top-level array count as values, and so do the data of server-sent events and the items of a list
    /// in YAML.
    Json,
    /// Comma-separated values with a header line.
    Csv,
}

/// The beginning of a file, for detection by content. File names never count.
pub struct Head {
    /// How the records are wrapped.
    pub container: Container,
    /// The first records. The last one may be cut at the end of the head: its open strings and brackets were
    /// closed, so that its first keys can be seen. A CSV row is an object of strings.
    pub records: Vec<Value>,
}

/// What belongs together in a list of formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// Spans of any application.
    Spans,
    /// Exports of products that observe, and of gateways.
    Products,
    /// Sessions of coding agents and evaluations.
    Agents,
    /// What goes over the wire to a provider and back.
    Http,
    /// Results of load generators.
    Benchmarks,
    /// Published traffic, without texts.
    Workloads,
    /// Texts of people and models, without figures.
    Conversations,
    /// Records of one's own.
    Own,
}

impl Family {
    /// Every family, in the order in which a person is shown them.
    pub const ALL: [Family; 8] = [
        Family::Spans,
        Family::Products,
        Family::Agents,
        Family::Http,
        Family::Benchmarks,
        Family::Workloads,
        Family::Conversations,
        Family::Own,
    ];

    /// The name for a person.
    pub const fn name(self) -> &'static str {
        match self {
            Family::Spans => "Spans",
            Family::Products => "Observability products and gateways",
            Family::Agents => "Coding agents and evaluations",
            Family::Http => "Requests, responses and streams of model providers",
            Family::Benchmarks => "Benchmarks of inference servers",
            Family::Workloads => "Workload traces",
            Family::Conversations => "Conversations",
            Family::Own => "Your own records",
        }
    }
}

/// What to know of a format.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// The key in reports and figures: `otlp`.
    pub key: &'static str,
    /// The name for a person: `OTLP/JSON`.
    pub name: &'static str,
    /// What it belongs with.
    pub family: Family,
    /// Where such files come from: programs, folders, commands.
    pub origin: &'static str,
}

/// One trace format: its name, how it is recognised, how it is read.
pub trait Format: Sync {
    /// What to know of it.
    fn about(&self) -> &About;
    /// Whether the file is of this format.
    fn sniff(&self, head: &Head) -> Confidence;
    /// A reader for one file.
    fn reader(&self) -> Box<dyn Reader>;
    /// The list inside of a file's only value that holds what is read. Its elements come to the reader one by one,
    /// so that a large file is neither held as a whole nor read in one go. Nothing else of the value comes then.
    fn inner(&self) -> Option<Inner> {
        None
    }
}

/// Reads the records of one file in their order.
pub trait Reader {
    /// Takes one record of the container: a JSON value, or a CSV row. It may hold many records of the format
    /// (the spans of an export request) or one.
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>);

    /// The file has ended.
    fn finish(&mut self, _out: &mut Output<'_>) {}
}

/// One record of a container.
pub struct Record<'a> {
    /// The JSON text of the value. A CSV row comes as a JSON object of strings, so that one reader serves
    /// both.
    pub text: &'a str,
    /// Where the record lies.
    pub at: RecordRef,
}

impl<'a> Record<'a> {
    /// The elements of the first of several lists that the record holds, and where they lie; the record itself
    /// if it holds none.
    pub(crate) fn elements(&self, lists: &[&str]) -> Vec<(&'a str, RecordRef)> {
        let fields: BTreeMap<String, &'a RawValue> = serde_json::from_str(self.text).unwrap_or_default();
        let list = |name: &&str| serde_json::from_str::<Vec<&'a RawValue>>(fields.get(*name)?.get()).ok();
        let Some(list) = lists.iter().find_map(list) else { return vec![(self.text, self.at)] };
        let mut places = self.places();
        list.into_iter().map(|raw| (raw.get(), places.next(raw.get()))).collect()
    }

    /// Where a part of this record lies: `part` must be a slice of [`text`](Self::text). Falls back to the
    /// whole record for a CSV row, whose JSON form does not stand in the file.
    ///
    /// Counts the lines before the part: for a record of many parts use [`places`](Self::places).
    pub fn locate(&self, part: &str) -> RecordRef {
        self.places().next(part)
    }

    /// Locates the parts of a record one after another, so that each line is counted once.
    pub fn places(&self) -> Places<'_> {
        let lines = memchr(b'\n', self.text.as_bytes()).is_some();
        Places { text: self.text, lines, at: self.at, offset: 0, line: self.at.line }
    }
}

/// See [`Record::places`].
pub struct Places<'a> {
    text: &'a str,
    /// Whether it has several.
    lines: bool,
    at: RecordRef,
    offset: usize,
    line: u32,
}

impl Places<'_> {
    /// Where the next part lies, as [`Record::locate`] says it. A part that lies before the last one costs
    /// a count from the beginning.
    pub fn next(&mut self, part: &str) -> RecordRef {
        let offset = (part.as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize);
        if offset > self.text.len() || self.at.len as usize != self.text.len() {
            return self.at;
        }
        if offset < self.offset {
            (self.offset, self.line) = (0, self.at.line);
        }
        if self.lines {
            self.line += memchr_iter(b'\n', &self.text.as_bytes()[self.offset..offset]).count() as u32;
        }
        self.offset = offset;
        RecordRef {
            offset: self.at.offset + offset as u64,
            len: part.len() as u32,
            line: self.line,
            ..self.at
        }
    }
}

/// So many different reasons and problems are kept apart for one file: their texts may come from the file.
const MAX_KINDS: usize = 100;

/// Where a reader puts what it reads.
pub struct Output<'a> {
    /// The session's tables.
    pub builder: &'a mut TraceBuilder,
    /// The file being read.
    pub file: FileId,
}

impl Output<'_> {
    /// Counts a record of the format.
    pub fn count(&mut self, fate: Fate) {
        self.builder.report(self.file).record(fate);
    }

    /// Counts a record that tells more of one that is kept.
    pub(crate) fn merged(&mut self, reason: &'static str, kept: RecordRef, at: RecordRef) {
        self.count(Fate::Merged(reason));
        self.builder.part(kept, at);
    }

    /// Counts a record that is not in the tables, for a reason that names something from the file.
    pub fn dropped(&mut self, reason: String) {
        let report = self.report();
        let reason = match report.dropped.len() {
            0..MAX_KINDS => reason,
            _ if report.dropped.contains_key(&reason) => reason,
            _ => "for other reasons".to_owned(),
        };
        report.read += 1;
        *report.dropped.entry(reason).or_default() += 1;
    }

    /// Notes a problem at a place.
    pub fn problem(&mut self, code: ProblemCode, at: RecordRef, message: impl Into<String>, hint: &str) {
        let report = self.report();
        let message = match report.problems.len() {
            0..MAX_KINDS => message.into(),
            _ => "There are more problems of this kind than are listed one by one".to_owned(),
        };
        report.problem(Problem {
            code,
            message,
            hint: hint.to_owned(),
            line: at.line.into(),
            byte: at.offset,
            count: 1,
        });
    }

    /// The gaps between the points in time at which chunks came; stamps out of order are noted and give none.
    pub(crate) fn gaps_between(&mut self, stamps: &[Timestamp], at: RecordRef) -> List {
        if !stamps.is_sorted() {
            let message = "The times of chunks are out of order; the gaps between them were left out";
            self.problem(ProblemCode::BadValue, at, message, "");
            return List::default();
        }
        self.builder.gaps(stamps.windows(2).map(|pair| pair[1] - pair[0]))
    }

    /// The file's report.
    pub fn report(&mut self) -> &mut FileReport {
        self.builder.report(self.file)
    }
}
