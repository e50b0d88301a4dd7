//! Large trace files, made from the fixtures into `target/bench/traces`: their records over and over, each time
//! with fresh ids, later times and, in every other text, another word. The same bytes each time.
//!
//! Ids are fresh, so that no record is taken for one that was read before. Half of the distinct texts, chosen
//! by their hash, are the same in all repetitions, as instructions and definitions of tools are; the others
//! are told anew in each. Within a repetition texts recur as they do in the fixtures.

use crate::dist::target_dir;
use crate::shell::root;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// A file: its name and the folders of the fixtures that it repeats.
pub const FILES: [(&str, &[&str]); 3] = [
    ("otlp", &["otlp-json", "otlp-json-genai"]),
    ("claude-code", &["claude-code"]),
    ("langfuse", &["langfuse"]),
];

/// From one repetition to the next.
const STEP: SignedDuration = SignedDuration::from_secs(600);
/// A string of so many bytes with a space in it is a text.
const TEXT: usize = 40;

/// A file that was made.
pub struct Made {
    pub name: &'static str,
    pub path: PathBuf,
    /// One repetition alone.
    pub once: PathBuf,
    pub repetitions: u64,
}

/// Makes the files of at least so many bytes.
pub fn make(bytes: usize) -> Result<Vec<Made>, String> {
    let folder = target_dir().join("bench/traces");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let file = |(name, fixtures): (&'static str, &[&str])| {
        let pieces = template(fixtures)?;
        let path = folder.join(format!("{name}.jsonl"));
        let once = folder.join(format!("{name}-once.jsonl"));
        write(&once, &pieces, 1)?;
        let repetitions = write(&path, &pieces, bytes)?;
        Ok(Made { name, path, once, repetitions })
    };
    FILES.into_iter().map(file).collect()
}

/// Repeats the template until the file has so many bytes. The answer is how often.
fn write(path: &Path, pieces: &[Piece], bytes: usize) -> Result<u64, String> {
    let failed = |error: std::io::Error| format!("{} cannot be written: {error}", path.display());
    let mut out = BufWriter::new(fs::File::create(path).map_err(failed)?);
    let (mut written, mut repetitions) = (0, 0);
    while written < bytes {
        for piece in pieces {
            let text = piece.text(repetitions);
            out.write_all(text.as_bytes()).map_err(failed)?;
            written += text.len();
        }
        repetitions += 1;
    }
    out.flush().map_err(failed)?;
    Ok(repetitions)
}

/// A part of a repetition.
#[derive(Debug, PartialEq)]
enum Piece {
    /// The same in all of them.
    Same(String),
    Id(String),
    /// A time in nanoseconds.
    Nanos(i64),
    /// A time as text, with so many decimals.
    Time(Timestamp, usize),
    /// What makes a text another one.
    Word,
}

impl Piece {
    fn text(&self, repetition: u64) -> String {
        let shift = STEP * i32::try_from(repetition).unwrap_or(i32::MAX);
        match self {
            Piece::Same(text) => text.clone(),
            Piece::Word => format!(" {repetition}"),
            Piece::Nanos(nanos) => (nanos + shift.as_nanos() as i64).to_string(),
            Piece::Time(time, decimals) => format!("{:.*}", *decimals, *time + shift),
            Piece::Id(id) => match id.get(..8).and_then(|first| u32::from_str_radix(first, 16).ok()) {
                // An odd factor: no two repetitions have the same.
                Some(first) => {
                    format!("{:08x}{}", first ^ (repetition as u32).wrapping_mul(0x9e37_79b1), &id[8..])
                }
                None => format!("{id}{repetition:05}"),
            },
        }
    }
}

/// The records of all fixtures, one a line.
fn template(folders: &[&str]) -> Result<Vec<Piece>, String> {
    let mut files = Vec::new();
    for folder in folders {
        let folder = root().join("tests/fixtures").join(folder);
        let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.extension().is_some_and(|end| end == "json" || end == "jsonl") {
                files.push(path);
            }
        }
    }
    files.sort();
    let texts = files.iter().map(|path| {
        let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        // One value that fills the file, or one a line.
        match serde_json::from_str::<Value>(&text) {
            Ok(_) => Ok(vec![text]),
            Err(_) => Ok(text.lines().map(str::to_owned).collect()),
        }
    });
    let records: Vec<String> = texts.collect::<Result<Vec<_>, String>>()?.concat();
    let mut scan = Scan::default();
    for record in &records {
        scan.record(record, &mut |scan, key, text, _| scan.learn(key, text));
    }
    scan.pieces.clear();
    for record in &records {
        scan.record(record, &mut |scan, key, text, raw| scan.put(key, text, raw));
        scan.same("\n");
    }
    Ok(scan.pieces)
}

#[derive(Default)]
struct Scan {
    /// All ids, wherever they stand.
    ids: BTreeSet<String>,
    pieces: Vec<Piece>,
    /// How many strings of JSON the place lies in: what is written there is escaped as often.
    inside: usize,
}

type Take<'a> = &'a mut dyn FnMut(&mut Scan, &str, &str, &str);

impl Scan {
    /// Goes through a JSON text and gives each string that is a value to `take`: the key it stands under, what
    /// it says, and how it is written. What is between goes to the pieces, without white space.
    fn record(&mut self, json: &str, take: Take<'_>) {
        let (mut rest, mut key, mut attribute) = (json, String::new(), String::new());
        while let Some(quote) = rest.find('"') {
            let blank = |c: char| c.is_ascii_whitespace();
            self.same(&rest[..quote].replace(blank, ""));
            let bytes = rest.as_bytes();
            let mut end = quote + 1;
            while bytes[end] != b'"' {
                end += if bytes[end] == b'\\' { 2 } else { 1 };
            }
            let raw = &rest[quote + 1..end];
            let text: String = serde_json::from_str(&rest[quote..=end]).unwrap_or_default();
            rest = &rest[end + 1..];
            self.same("\"");
            if rest.trim_start().starts_with(':') {
                self.same(raw);
                key = text;
            } else {
                // The value of an attribute stands under its type.
                let name = if key.ends_with("Value") { attribute.clone() } else { key.clone() };
                let inner = text.trim_start().starts_with(['{', '[', '"']);
                if inner && serde_json::from_str::<Value>(&text).is_ok() {
                    self.inside += 1;
                    self.record(&text, take);
                    self.inside -= 1;
                } else {
                    take(self, &name, &text, raw);
                }
                if key == "key" {
                    attribute = text;
                }
            }
            self.same("\"");
        }
        self.same(&rest.replace(|c: char| c.is_ascii_whitespace(), ""));
    }

    fn learn(&mut self, key: &str, text: &str) {
        let key = key.to_ascii_lowercase();
        let is_id = (key.ends_with("id") || key.ends_with("uuid"))
            && !["model", "project", "prompt"].iter().any(|word| key.contains(word))
            && text.len() >= 2
            && text.bytes().any(|byte| byte != b'0');
        if is_id {
            self.ids.insert(text.to_owned());
        }
    }

    fn put(&mut self, key: &str, text: &str, raw: &str) {
        if self.ids.contains(text) {
            self.pieces.push(Piece::Id(text.to_owned()));
        } else if let (true, Ok(nanos)) = (key.ends_with("UnixNano"), text.parse()) {
            self.pieces.push(Piece::Nanos(nanos));
        } else if let (10.., Ok(time)) = (text.len(), text.parse::<Timestamp>()) {
            let decimals = text
                .split_once('.')
                .map_or(0, |(_, part)| part.bytes().take_while(u8::is_ascii_digit).count());
            self.pieces.push(Piece::Time(time, decimals.min(9)));
        } else if let (TEXT.., Some(space), true) = (text.len(), raw.find(' '), is_told_anew(text)) {
            self.same(&raw[..space]);
            self.pieces.push(Piece::Word);
            self.same(&raw[space..]);
        } else {
            self.same(raw);
        }
    }

    fn same(&mut self, text: &str) {
        let mut text = text.to_owned();
        for _ in 0..self.inside {
            let quoted = Value::from(text).to_string();
            text = quoted[1..quoted.len() - 1].to_owned();
        }
        match self.pieces.last_mut() {
            Some(Piece::Same(last)) => last.push_str(&text),
            _ => self.pieces.push(Piece::Same(text)),
        }
    }
}

/// Every other text, by FNV-1a.
fn is_told_anew(text: &str) -> bool {
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    hash >> 32 & 1 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repeated(record: &str, repetition: u64) -> Value {
        let mut scan = Scan::default();
        scan.record(record, &mut |scan, key, text, _| scan.learn(key, text));
        scan.pieces.clear();
        scan.record(record, &mut |scan, key, text, raw| scan.put(key, text, raw));
        let text: String = scan.pieces.iter().map(|piece| piece.text(repetition)).collect();
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn ids_and_times_move_together_wherever_they_stand() {
        let record = r#"{ "spanId": "00000001abcdef00", "request_id": "req_01", "startTimeUnixNano": "1700000000000000000",
            "at": "2025-01-01T00:00:00.5Z", "model_id": "model-1",
            "inner": "{\"list\": [{\"parent\": \"00000001abcdef00\", \"say\": \"a \\\"b\\\" c\"}]}" }"#;
        let value = repeated(record, 1);
        assert_eq!(value["spanId"], "9e3779b0abcdef00");
        assert_eq!(value["request_id"], "req_0100001");
        assert_eq!(value["startTimeUnixNano"], "1700000600000000000");
        assert_eq!(value["at"], "2025-01-01T00:10:00.5Z");
        assert_eq!(value["model_id"], "model-1");
        let inner: Value = serde_json::from_str(value["inner"].as_str().unwrap()).unwrap();
        assert_eq!(inner["list"][0]["parent"], value["spanId"]);
        assert_eq!(inner["list"][0]["say"], "a \"b\" c");
    }

    #[test]
    fn some_texts_are_told_anew_and_some_are_not() {
        let text = |n: u64| format!("The {n} quick brown foxes jump over the lazy dogs of the neighbours");
        let anew = |n: &u64| {
            let record = Value::from_iter([("text", text(*n))]).to_string();
            let (first, second) = (repeated(&record, 0), repeated(&record, 1));
            assert_eq!(second, repeated(&record, 1));
            first != second
        };
        let count = (0..100).filter(anew).count();
        assert!((30..70).contains(&count), "{count}");
    }
}
