use std::rc::Rc;

use containers::{Bad, Decoder, Inner, MAX_DEPTH, MAX_RECORD, Piece, Place, Splitter, Unzip, Wrap};
use trace::{Candidate, Fate, FileId, Problem, ProblemCode, RecordRef, TraceBuilder};
use units::show;

use crate::{
    Confidence, Container, FORMATS, Format, Head, Output, Reader, Record,
    archive::Archive,
    choice::{Choice, Choices},
    mapping::Mapped,
    mixed::Mixed,
    readers::records::{Own, Records},
    unknown,
};

/// As much text decides about a format. Large enough that the telling keys of a single object come into
/// sight behind a prompt that stands before them.
const HEAD: usize = 256 * 1024;
/// As many records are shown to a format.
const HEAD_RECORDS: usize = 50;

/// One file on its way into a [`TraceBuilder`], or an archive of files, each of which becomes a file of the
/// session behind the archive itself.
///
/// ```text
/// begin ─▶ push, push, … while wants_more ─▶ finish
/// ```
///
/// What comes out does not depend on how the bytes are cut into chunks.
pub struct Import {
    file: FileId,
    choices: Rc<Choices>,
    shape: Shape,
    /// Bytes taken so far, as they lie on disk.
    taken: u64,
}

enum Shape {
    /// Too few bytes to tell.
    First(Vec<u8>),
    One(Box<One>),
    Archive(Box<Archive>),
}

/// What lies in one file.
pub struct One {
    decoder: Decoder,
    body: Body,
}

struct Body {
    file: FileId,
    choice: Choice,
    state: State,
    records: u64,
    decoded: u64,
}

enum State {
    /// Waiting for enough to tell the format.
    Head(String),
    Reading {
        splitter: Box<Splitter>,
        reader: Box<dyn Reader>,
    },
    /// No reader knows the content; its beginning is kept to say so.
    Refused(String),
}

impl Import {
    /// Begins a file of `bytes` bytes. Its name is for the report only.
    pub fn begin(name: &str, bytes: u64, builder: &mut TraceBuilder) -> Import {
        Import::begin_as(name, bytes, &Rc::default(), builder)
    }

    /// Begins a file that may be read otherwise than its content tells.
    pub fn begin_as(name: &str, bytes: u64, choices: &Rc<Choices>, builder: &mut TraceBuilder) -> Import {
        let file = builder.begin_file(name, bytes);
        Import { file, choices: choices.clone(), shape: Shape::First(Vec::new()), taken: 0 }
    }

    /// Takes the next bytes of the file.
    pub fn push(&mut self, chunk: &[u8], builder: &mut TraceBuilder) {
        if !self.wants_more() {
            return;
        }
        self.taken += chunk.len() as u64;
        match &mut self.shape {
            Shape::One(one) => one.push(chunk, builder),
            Shape::Archive(archive) => archive.push(self.file, chunk, builder),
            Shape::First(first) => {
                first.extend_from_slice(chunk);
                if first.len() >= 4 {
                    self.open(builder);
                }
            }
        }
    }

    /// Enough is there to tell an archive from a file.
    fn open(&mut self, builder: &mut TraceBuilder) {
        let Shape::First(first) = &mut self.shape else { return };
        let first = std::mem::take(first);
        self.shape = if Unzip::is_zip(&first) {
            let report = builder.report(self.file);
            (report.format, report.format_name) = ("zip".to_owned(), "ZIP archive".to_owned());
            let mut archive = Box::new(Archive::new(self.choices.clone()));
            archive.push(self.file, &first, builder);
            Shape::Archive(archive)
        } else {
            let mut one = Box::new(One::begin(self.file, &self.choices));
            one.push(&first, builder);
            Shape::One(one)
        };
    }

    /// Whether more bytes can change anything: not for content that no reader knows, nor behind damage in
    /// compressed data.
    pub fn wants_more(&self) -> bool {
        match &self.shape {
            Shape::First(_) => true,
            Shape::One(one) => one.wants_more(),
            Shape::Archive(archive) => archive.wants_more(),
        }
    }

    /// Records read so far.
    pub fn records(&self) -> u64 {
        match &self.shape {
            Shape::First(_) => 0,
            Shape::One(one) => one.records(),
            Shape::Archive(archive) => archive.records(),
        }
    }

    /// The file is given up before its end: what was read stays, and the report says how far that was.
    pub fn stop(mut self, builder: &mut TraceBuilder) -> FileId {
        self.open(builder);
        let one = match &mut self.shape {
            Shape::First(_) => None,
            Shape::One(one) => Some(&mut **one),
            Shape::Archive(archive) => archive.entry.as_mut(),
        };
        let byte = one.map_or(0, |one| one.stop(builder));
        let report = builder.report(self.file);
        let (taken, all) = (show::bytes(self.taken), show::bytes(report.bytes));
        report.problem(Problem {
            code: ProblemCode::Stopped,
            message: format!("Reading was stopped after {taken} of {all}; the figures are of that part"),
            hint: "Open the file again to read all of it.".to_owned(),
            line: 0,
            byte,
            count: 1,
        });
        builder.settle();
        self.file
    }

    /// The file has ended: completes its report and joins its records with those of the files before.
    pub fn finish(mut self, builder: &mut TraceBuilder) -> FileId {
        self.open(builder);
        match self.shape {
            Shape::First(_) => {}
            Shape::One(one) => one.finish(builder),
            Shape::Archive(archive) => archive.finish(self.file, builder),
        }
        builder.settle();
        self.file
    }
}

impl One {
    /// The file that it is.
    pub fn file(&self) -> FileId {
        self.body.file
    }

    /// Records read so far.
    pub fn records(&self) -> u64 {
        self.body.records
    }

    /// Whether nothing of it has come yet.
    pub fn is_untouched(&self) -> bool {
        matches!(&self.body.state, State::Head(head) if head.is_empty())
    }

    pub fn begin(file: FileId, choices: &Choices) -> One {
        let (choice, state) = (choices.of(file), State::Head(String::new()));
        One { decoder: Decoder::default(), body: Body { file, choice, state, records: 0, decoded: 0 } }
    }

    pub fn push(&mut self, chunk: &[u8], builder: &mut TraceBuilder) {
        if self.wants_more() {
            self.decoder.push(chunk, &mut |text| self.body.take(text, builder));
        }
    }

    pub fn wants_more(&self) -> bool {
        self.decoder.damage.is_none() && !matches!(self.body.state, State::Refused(_))
    }

    /// Reads the records that are whole; the one under way is not. The answer is how much was decoded.
    pub fn stop(&mut self, builder: &mut TraceBuilder) -> u64 {
        self.body.decide(builder);
        if let State::Reading { reader, .. } = &mut self.body.state {
            reader.finish(&mut Output { builder, file: self.body.file });
        }
        builder.report(self.body.file).decoded_bytes = self.body.decoded;
        self.body.decoded
    }

    pub fn finish(mut self, builder: &mut TraceBuilder) {
        if !matches!(self.body.state, State::Refused(_)) {
            self.decoder.finish(&mut |text| self.body.take(text, builder));
            self.body.finish(builder);
            self.body.judge_bytes(&self.decoder, builder);
        }
        if let State::Refused(head) = &self.body.state
            && !(self.decoder.damage.is_some() && head.is_empty())
        {
            let packed = self.decoder.is_packed();
            builder.report(self.body.file).problem(unknown::problem(self.decoder.magic(), head, packed));
        }
        builder.report(self.body.file).decoded_bytes = self.body.decoded;
    }
}

impl Body {
    fn take(&mut self, text: &str, builder: &mut TraceBuilder) {
        match &mut self.state {
            State::Head(head) => {
                head.push_str(text);
                if head.len() >= HEAD {
                    let rest = head.split_off(head.floor_char_boundary(HEAD));
                    self.decide(builder);
                    self.take(&rest, builder);
                }
            }
            State::Reading { splitter, reader } => {
                self.decoded += text.len() as u64;
                let mut out = Output { builder, file: self.file };
                splitter.push(text, &mut |piece| self.records += read(piece, &mut **reader, &mut out));
            }
            State::Refused(_) => {}
        }
    }

    /// Chooses the reader and gives it the head.
    fn decide(&mut self, builder: &mut TraceBuilder) {
        let State::Head(text) = &mut self.state else { return };
        let text = std::mem::take(text);
        let heads = heads(&text);
        let found = ranked(&heads);
        let report = builder.report(self.file);
        let Some(Chosen { key, name, wrap, inner, reader }) = choose(&self.choice, &heads, &found) else {
            report.seen = seen(&heads);
            self.decoded = text.len() as u64;
            self.state = State::Refused(text);
            return;
        };
        (report.format, report.format_name) = (key.to_owned(), name.to_owned());
        report.by_hand = self.choice != Choice::Auto;
        report.candidates = candidates(&found, key);
        if report.by_hand || !report.candidates.is_empty() {
            report.seen = seen(&heads);
        }
        let splitter = match inner.filter(|_| wrap == Wrap::Json) {
            Some(inner) => Splitter::inside_of(inner),
            None => Splitter::new(wrap),
        };
        self.state = State::Reading { splitter: Box::new(splitter), reader };
        self.take(&text, builder);
    }

    fn finish(&mut self, builder: &mut TraceBuilder) {
        self.decide(builder);
        if let State::Reading { splitter, reader } = &mut self.state {
            let mut out = Output { builder, file: self.file };
            splitter.finish(&mut |piece| self.records += read(piece, &mut **reader, &mut out));
            reader.finish(&mut out);
        }
    }

    /// Notes what was wrong with the bytes of the whole file.
    fn judge_bytes(&self, decoder: &Decoder, builder: &mut TraceBuilder) {
        let mut problem = |code, message: String, hint: &str, byte, count| {
            let hint = hint.to_owned();
            builder.report(self.file).problem(Problem { code, message, hint, line: 0, byte, count });
        };
        if let Some(why) = &decoder.damage {
            let message =
                format!("The {} is damaged or cut ({why}); what stands before was read", decoder.packing());
            let hint = "Copy or download the file again; the end of it is missing here.";
            problem(ProblemCode::BadCompression, message, hint, self.decoded, 1);
        }
        // Of content that no reader knows, its kind is told instead.
        if let (State::Reading { .. }, (count @ 1.., byte)) = (&self.state, decoder.replaced()) {
            let message = "Bytes that are not UTF-8 text were replaced by \u{fffd}".to_owned();
            problem(
                ProblemCode::NotUtf8,
                message,
                "Export the file as UTF-8 if texts look wrong.",
                byte,
                count,
            );
        }
    }
}

/// A format that is sure of a file, and how the file is seen then.
type Sure = (Confidence, &'static dyn Format, Wrap);

/// The formats that could read a file, the surest first. Of equals the first: JSON before a table, then the
/// order of the registry.
fn ranked(heads: &[(Head, Wrap)]) -> Vec<Sure> {
    let all = heads
        .iter()
        .flat_map(|(head, wrap)| FORMATS.iter().map(|format| (format.sniff(head), *format, *wrap)));
    let mut found: Vec<Sure> = all.filter(|(sure, ..)| *sure > Confidence::No).collect();
    units::order::sort_by_key(&mut found, |(sure, ..)| std::cmp::Reverse(*sure));
    found
}

/// What reads a file.
struct Chosen {
    key: &'static str,
    name: &'static str,
    wrap: Wrap,
    inner: Option<Inner>,
    reader: Box<dyn Reader>,
}

fn choose(choice: &Choice, heads: &[(Head, Wrap)], found: &[Sure]) -> Option<Chosen> {
    // As the format itself sees it, or else in the first way that there is.
    let wrap = |key: &str| {
        let own = found.iter().find(|(_, format, _)| format.about().key == key);
        own.map(|(.., wrap)| *wrap).or(Some(heads.first()?.1))
    };
    let of = |format: &dyn Format, reader, wrap| {
        let about = format.about();
        Chosen { key: about.key, name: about.name, wrap, inner: format.inner(), reader }
    };
    match choice {
        Choice::Auto => found.first().map(|&(_, format, wrap)| {
            let reader: Box<dyn Reader> = match wrap {
                // Elements of a list alone do not say what they are of.
                Wrap::Json | Wrap::Events if format.inner().is_none() => Box::new(Mixed::new(format)),
                _ => format.reader(),
            };
            of(format, reader, wrap)
        }),
        Choice::Format(key) => {
            let format = FORMATS.iter().find(|format| format.about().key == key)?;
            Some(of(*format, format.reader(), wrap(key)?))
        }
        Choice::Unit(unit) => Some(of(&Records, Box::new(Own::in_unit(*unit)), wrap(Records.about().key)?)),
        Choice::Mapping(mapping) => {
            let (_, wrap) = heads.iter().find(|(head, _)| unknown::records(head).is_some())?;
            let reader = Box::new(Mapped::new(mapping.clone()));
            Some(Chosen { key: "mapping", name: "Your own mapping", wrap: *wrap, inner: None, reader })
        }
    }
}

/// Formats beside the chosen one that are at most one step less sure than the surest.
fn candidates(found: &[Sure], chosen: &str) -> Vec<Candidate> {
    let mut close: Vec<Candidate> = Vec::new();
    let surest = found.first().map(|(sure, ..)| *sure as u8).unwrap_or_default();
    for (sure, format, _) in found.iter().filter(|(sure, ..)| *sure as u8 + 1 >= surest) {
        let about = format.about();
        if about.key != chosen && close.iter().all(|known| known.key != about.key) {
            let (key, name) = (about.key.to_owned(), about.name.to_owned());
            close.push(Candidate { key, name, sure: sure.word().to_owned() });
        }
    }
    close
}

/// What the first records look like.
fn seen(heads: &[(Head, Wrap)]) -> String {
    heads.iter().find_map(|(head, _)| unknown::records(head)).unwrap_or_default()
}

/// The ways to see the beginning of a file.
pub(crate) fn heads(text: &str) -> Vec<(Head, Wrap)> {
    let mut heads = Vec::new();
    let mut see = |wrap: Wrap, container| {
        let records = Splitter::new(wrap).head(text, HEAD_RECORDS);
        heads.push((Head { container, records }, wrap));
    };
    let opens = |line: &str| line.starts_with(['{', '[']);
    let begins = opens(text.trim_start());
    if !begins && containers::is_sse(text) {
        see(Wrap::Events, Container::Json);
        return heads;
    }
    // A log may begin in the middle of a line.
    if begins || text.lines().any(opens) {
        see(Wrap::Json, Container::Json);
    }
    if !begins && let Some(delimiter) = containers::delimiter(text) {
        see(Wrap::Table(delimiter), Container::Csv);
    }
    if !begins && containers::is_yaml(text) {
        see(Wrap::Yaml, Container::Json);
    }
    heads
}

/// Gives a piece to the reader or to the report. The answer is how many records it was.
fn read(piece: Piece<'_>, reader: &mut dyn Reader, out: &mut Output<'_>) -> u64 {
    let file = out.file;
    let at = |place: Place, len: usize| RecordRef {
        file,
        offset: place.offset,
        len: u32::try_from(len).unwrap_or(u32::MAX),
        line: u32::try_from(place.line).unwrap_or(u32::MAX),
    };
    match piece {
        Piece::Record(found) => {
            let at = at(found.place, found.len);
            if found.not_finite > 0 {
                let message = "NaN, Infinity or a number beyond all bounds was taken as unknown";
                out.problem(ProblemCode::BadValue, at, message, "");
            }
            if found.halves > 0 {
                let message = "Half characters (lone surrogates) were replaced by \u{fffd}";
                out.problem(ProblemCode::NotUtf8, at, message, "");
            }
            reader.record(&Record { text: found.text, at }, out);
            return 1;
        }
        Piece::Uneven(place, columns) => {
            let message = format!("A row does not have the {columns} columns of the header");
            let hint = "Missing columns count as not given; columns without a name are left out.";
            out.problem(ProblemCode::Malformed, at(place, 0), message, hint);
        }
        Piece::Bad(bad, place) => {
            let (code, reason, message, hint) = describe(bad);
            if bad != Bad::OpenArray {
                out.count(Fate::Dropped(reason));
            }
            out.problem(code, at(place, 0), message, hint);
        }
    }
    0
}

fn describe(bad: Bad) -> (ProblemCode, &'static str, String, &'static str) {
    match bad {
        Bad::Malformed => (
            ProblemCode::Malformed,
            "not valid JSON",
            "A record is not valid JSON; it was skipped".to_owned(),
            "Look at the line: often a line was cut or two programs wrote into one file.",
        ),
        Bad::NotYaml => (
            ProblemCode::Malformed,
            "not valid YAML",
            "An item of the list is not valid YAML; it was skipped".to_owned(),
            "An item may not repeat (by *name) what stands in another one.",
        ),
        Bad::TooDeep => (
            ProblemCode::Malformed,
            "nested too deep",
            format!("A record is nested more than {MAX_DEPTH} levels deep; it was skipped"),
            "No trace format nests that deep: the file is probably not what it seems.",
        ),
        Bad::TooLarge => (
            ProblemCode::TooLarge,
            "too large",
            format!("A record is larger than {} MB; it was skipped", MAX_RECORD >> 20),
            "Export the data in several files, or one record a line.",
        ),
        Bad::Cut => (
            ProblemCode::Truncated,
            "cut off at the end of the file",
            "The last record is cut off; it was skipped".to_owned(),
            "Normal for a log that is still being written; else copy the file again.",
        ),
        Bad::OpenArray => (
            ProblemCode::Truncated,
            "",
            "The file ends before its list is closed: records may be missing".to_owned(),
            "Copy or download the file again.",
        ),
        Bad::OpenQuote => (
            ProblemCode::Malformed,
            "a quote is not closed",
            "A quote opens in this line and is not closed; the row was skipped".to_owned(),
            "Reading went on at the next line. Write a quote inside quotes as two.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, path::Path};

    /// A new format must not take files from another one, nor leave it to the order of the registry.
    #[test]
    fn no_two_formats_are_equally_sure_of_a_fixture() {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures");
        let folders =
            fs::read_dir(fixtures).unwrap().flatten().map(|entry| entry.path()).filter(|path| path.is_dir());
        for file in folders.flat_map(|folder| fs::read_dir(folder).unwrap().flatten()) {
            let Ok(text) = fs::read_to_string(file.path()) else { continue };
            let mut sure: Vec<(Confidence, &str)> = heads(&text)
                .iter()
                .flat_map(|(head, _)| FORMATS.iter().map(|format| (format.sniff(head), format.about().key)))
                .filter(|(confidence, _)| *confidence > Confidence::No)
                .collect();
            sure.sort_by(|a, b| b.cmp(a));
            if let [first, second, ..] = sure[..] {
                assert_ne!(first.0, second.0, "{:?}: {sure:?}", file.path());
            }
        }
    }
}
