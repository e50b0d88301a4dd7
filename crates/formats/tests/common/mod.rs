//! What the tests of this crate share.
#![allow(dead_code)]

use std::path::{Path, PathBuf};

use formats::Import;
use serde_json::Value;
use trace::{FileId, FileReport, Problem, ProblemCode, Trace, TraceBuilder};

/// The folder of the fixtures.
pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures")
}

/// The bytes of a fixture.
pub fn fixture(path: &str) -> Vec<u8> {
    std::fs::read(fixtures().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// All fixtures of all formats, by their path.
pub fn all_fixtures() -> Vec<String> {
    let mut paths = Vec::new();
    for folder in std::fs::read_dir(fixtures()).unwrap().flatten().filter(|entry| entry.path().is_dir()) {
        for file in std::fs::read_dir(folder.path()).unwrap().flatten() {
            let (folder, file) = (folder.file_name(), file.file_name());
            if file != "SOURCES.md" && file != "figures.json" {
                paths.push(format!("{}/{}", folder.display(), file.display()));
            }
        }
    }
    paths.sort();
    paths
}

/// Reads a file in one piece into a session.
pub fn import(builder: &mut TraceBuilder, name: &str, bytes: &[u8]) -> FileId {
    import_in(builder, name, bytes, &[bytes.len().max(1)])
}

/// Reads a file in chunks of the given sizes, over and over.
pub fn import_in(builder: &mut TraceBuilder, name: &str, bytes: &[u8], sizes: &[usize]) -> FileId {
    let mut import = Import::begin(name, bytes.len() as u64, builder);
    let mut rest = bytes;
    for size in sizes.iter().cycle() {
        if rest.is_empty() || !import.wants_more() {
            break;
        }
        let (chunk, later) = rest.split_at((*size).clamp(1, rest.len()));
        import.push(chunk, builder);
        rest = later;
    }
    import.finish(builder)
}

/// One file as a session of its own.
pub struct Session(pub TraceBuilder);

impl Session {
    /// Reads bytes.
    pub fn of(bytes: &[u8]) -> Session {
        let mut builder = TraceBuilder::new();
        import(&mut builder, "test", bytes);
        Session(builder)
    }

    /// Reads a fixture.
    pub fn open(path: &str) -> Session {
        Session::of(&fixture(path))
    }

    /// The tables.
    pub fn trace(&self) -> &Trace {
        self.0.trace()
    }

    /// The report of the first file.
    pub fn report(&self) -> &FileReport {
        &self.trace().files[0]
    }

    /// The problems of a kind.
    pub fn problems(&self, code: ProblemCode) -> Vec<&Problem> {
        self.report().problems.iter().filter(|problem| problem.code == code).collect()
    }

    /// The codes of all problems, in order.
    pub fn codes(&self) -> Vec<&'static str> {
        self.report().problems.iter().map(|problem| problem.code.key()).collect()
    }
}

/// Figures for a fixture that were computed by other means.
pub fn expected(format: &str, file: &str) -> Value {
    let all: Value = serde_json::from_slice(&fixture("expected.json")).unwrap();
    let figures = all["formats"][format][file].clone();
    assert!(figures.is_object(), "no figures for {format}/{file}");
    figures
}

/// Everything about a session that must not depend on how its bytes came in.
pub fn summary(trace: &Trace) -> String {
    format!("{:#?}\n{:#?}\n{:#?}\n{:#?}", trace.files, trace.records, trace.spans, trace.messages)
}

/// Each record is kept, merged or dropped.
pub fn assert_nothing_lost(trace: &Trace) {
    for file in &trace.files {
        assert!(file.merged_total() + file.dropped_total() <= file.read, "{file:?}");
    }
}

/// The only file of a session whose records add up.
pub fn open(path: &str) -> Session {
    let session = Session::open(path);
    assert_nothing_lost(session.trace());
    assert_eq!(session.report().format, path.split('/').next().unwrap());
    session
}

/// The model calls, each once.
pub fn calls(session: &Session) -> Vec<&trace::Call> {
    session.trace().calls().map(|(_, call)| call).collect()
}

/// A class of tokens, where it is known, over all calls.
pub fn sum(session: &Session, class: fn(&trace::Usage) -> units::Figure) -> Value {
    Value::from(session.trace().calls().filter_map(|(_, call)| class(&call.usage).get()).sum::<u64>())
}

/// What the messages of a call are for, and what they say.
pub fn said<'a>(session: &'a Session, call: &trace::Call) -> Vec<(trace::Component, &'a str)> {
    let trace = session.trace();
    trace.messages(call).iter().map(|m| (m.component, trace.text(m.text))).collect()
}
