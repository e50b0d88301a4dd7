use containers::{MAX_DEPTH, Splitter, Wrap};
use serde_json::Value;
use trace::{Problem, ProblemCode};

use crate::{Confidence, Container, FORMATS, Head};

/// Kinds of files by their first bytes, and what to do with them.
const KINDS: [(&[u8], &str, &str); 14] = [
    (b"\x89PNG", "a PNG image", ""),
    (b"\xff\xd8\xff", "a JPEG image", ""),
    (b"GIF8", "a GIF image", ""),
    (b"%PDF", "a PDF document", ""),
    (b"PK\x03\x04", "a ZIP archive inside another", "Unpack it once and open the archive inside."),
    (b"\x1f\x8b", "gzip data inside gzip data", "Unpack it once and open the result."),
    (b"\x28\xb5\x2f\xfd", "compressed data inside compressed data", "Unpack it once and open the result."),
    (b"BZh", "a bzip2 archive", "Unpack it (bunzip2) and open the result."),
    (b"\xfd7zXZ", "an XZ archive", "Unpack it (unxz) and open the result."),
    (b"SQLite format 3", "an SQLite database", "Export its table as JSON or CSV."),
    (b"PAR1", "a Parquet file", "Export the table as JSON lines or CSV."),
    (b"\x7fELF", "an ELF program", ""),
    (b"\0asm", "a WebAssembly program", ""),
    (b"MZ", "a Windows program", ""),
];

const UNFINISHED: &str = "Check that the export has finished and has any data.";

/// What to say about a file that no reader knows: what was seen, what is expected, what to do.
pub fn problem(magic: &[u8], head: &str, gzip: bool) -> Problem {
    let (code, message, hint) = if head.trim().is_empty() {
        let what = match (gzip, head.is_empty()) {
            (true, true) => "The compressed file holds no byte",
            (false, true) => "The file is empty",
            _ => "The file holds nothing but white space",
        };
        (ProblemCode::Empty, what.to_owned(), UNFINISHED.to_owned())
    } else if let Some(columns) = rowless(head) {
        (ProblemCode::Empty, format!("The file is {columns} and no rows"), UNFINISHED.to_owned())
    } else {
        let (seen, hint) = seen(magic, head);
        (ProblemCode::UnknownFormat, format!("No reader knows this content: it is {seen}"), hint)
    };
    Problem { code, message, hint, line: 0, byte: 0, count: 1 }
}

fn seen(magic: &[u8], head: &str) -> (String, String) {
    let expected = format!(
        "{} formats are readable (spans, observability exports, agents' sessions, requests and responses of \
         model providers, HAR files, benchmark results), as JSON, JSON lines, CSV or a stream's events, plain, \
         gzipped, in Zstandard or in a ZIP archive. Records of your own need fields such as prompt_tokens, \
         completion_tokens, wall_time.",
        FORMATS.len()
    );
    if let Some((_, kind, hint)) = KINDS.iter().find(|(bytes, ..)| magic.starts_with(bytes)) {
        return (kind.to_string(), if hint.is_empty() { expected } else { hint.to_string() });
    }
    let start: String = head.chars().take(2000).collect();
    let control = |c: char| c == '\u{fffd}' || c.is_control() && !c.is_whitespace();
    if start.chars().filter(|&c| control(c)).count() * 10 > start.chars().count() || magic.contains(&0) {
        let bytes: Vec<String> = magic.iter().map(|b| format!("{b:02x}")).collect();
        return (format!("binary data beginning with the bytes {}", bytes.join(" ")), expected);
    }
    let text = head.trim_start();
    let first = text.lines().next().unwrap_or_default();
    let lower = first.to_ascii_lowercase();
    let seen = if lower.starts_with("<!doctype html") || lower.starts_with("<html") {
        "an HTML page".to_owned()
    } else if lower.starts_with('<') {
        "XML or HTML".to_owned()
    } else if text.starts_with(['{', '[']) {
        json(text)
    } else if let Some(columns) = table(text) {
        columns
    } else {
        format!("text beginning ‹{}›", clip(first))
    };
    (seen, expected)
}

/// What records look like; `None` if none has a field.
pub fn records(head: &Head) -> Option<String> {
    let first = head.records.iter().filter_map(Value::as_object).find(|fields| !fields.is_empty())?;
    let names = list(first.keys().map(String::as_str));
    Some(match head.container {
        Container::Json => format!("JSON objects with the keys {names}"),
        Container::Csv => format!("a table with the columns {names}"),
    })
}

fn json(text: &str) -> String {
    let head = Head { container: Container::Json, records: Splitter::new(Wrap::Json).head(text, 1) };
    if let Some(seen) = records(&head) {
        return seen;
    }
    match head.records.first().map(Value::is_object) {
        Some(true) => "JSON objects without any key".to_owned(),
        Some(false) => "JSON without any object in it".to_owned(),
        None if text.bytes().take_while(|b| matches!(b, b'[' | b'{')).count() as u32 > MAX_DEPTH => {
            format!("JSON nested more than {MAX_DEPTH} levels deep, which no trace is")
        }
        None if text.split_whitespace().collect::<String>() == "[]" => "an empty JSON list".to_owned(),
        None => format!(
            "text that begins like JSON and is not: ‹{}›",
            clip(text.lines().next().unwrap_or_default())
        ),
    }
}

fn table(text: &str) -> Option<String> {
    let delimiter = containers::delimiter(text)?;
    // Prose has commas too, but hardly as many in each line.
    let mut columns = text.lines().map(|line| line.matches(char::from(delimiter)).count());
    if columns.next() != columns.next() {
        return None;
    }
    let records = Splitter::new(Wrap::Table(delimiter)).head(text, 1);
    self::records(&Head { container: Container::Csv, records })
}

/// The header of a table that some reader would know if only there were rows.
fn rowless(text: &str) -> Option<String> {
    let header = text.trim();
    let delimiter = containers::delimiter(header).filter(|_| header.lines().count() == 1)?;
    // Its own names as the values of a row.
    let records = Splitter::new(Wrap::Table(delimiter)).head(&format!("{header}\n{header}"), 1);
    let head = Head { container: Container::Csv, records };
    self::records(&head).filter(|_| FORMATS.iter().any(|format| format.sniff(&head) > Confidence::No))
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut names: Vec<String> = names.take(9).map(clip).collect();
    if names.len() == 9 {
        names[8] = "…".to_owned();
    }
    names.join(", ")
}

/// The beginning of a text from outside, short enough for a sentence.
fn clip(text: &str) -> String {
    let mut clipped: String = text.chars().take(60).collect();
    if clipped.len() < text.len() {
        clipped.push('…');
    }
    clipped
}
