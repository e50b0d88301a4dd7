//! Files in which records of several formats stand one after another: the logs of two tools in one file, the bodies
//! of several providers.

use rustc_hash::FxHashSet;

use crate::{Confidence, Container, FORMATS, Family, Format, Head, Output, Reader, Record};

/// The keys of so many kinds of records are looked at until a file passes for one of a single format.
const MAX_KINDS: usize = 64;
/// The keys of a record are looked for in so many bytes.
const KEYS: usize = 256;
/// A record longer than this is taken for one of the format that the file has been of so far: to look at it costs
/// memory, and what is that long stands alone in its file.
const MAX_LOOK: usize = 1 << 20;

/// Reads each record with the reader of its format. As long as no other format was met, only the first record of
/// each kind, by its first keys, is looked at.
pub struct Mixed {
    open: Vec<(&'static dyn Format, Box<dyn Reader>)>,
    /// The one that the last record was of.
    last: usize,
    kinds: FxHashSet<String>,
}

impl Mixed {
    /// A reader for a file that is of a format, as far as its beginning tells.
    pub fn new(format: &'static dyn Format) -> Mixed {
        Mixed { open: vec![(format, format.reader())], last: 0, kinds: FxHashSet::default() }
    }

    /// Whether a record has to be looked at.
    fn is_new(&mut self, text: &str) -> bool {
        self.open.len() > 1 || self.kinds.len() < MAX_KINDS && self.kinds.insert(keys(text))
    }

    /// Finds the reader of a record: one that reads this file already and is the surest of it, or else a format that
    /// is certain. A record that no one is sure of goes with the one before: many formats have lines that only make
    /// sense among their own.
    fn choose(&mut self, text: &str, out: &mut Output<'_>) {
        let Ok(value) = serde_json::from_str(text) else { return };
        let head = Head { container: Container::Json, records: vec![value] };
        // One's own records may be anything: another reader that is there is the likelier one.
        let is_own = |place: usize| self.open[place].0.about().family == Family::Own;
        if is_own(self.last) {
            self.last = (0..self.open.len()).rev().find(|&place| !is_own(place)).unwrap_or(self.last);
        }
        let last = self.open[self.last].0.sniff(&head).max(Confidence::Possible);
        let open = self.open.iter().enumerate().map(|(place, (format, _))| (format.sniff(&head), place));
        let best = open.fold((last, self.last), |best, next| if next.0 > best.0 { next } else { best });
        self.last = best.1;
        let certain = |format: &&&'static dyn Format| format.sniff(&head) == Confidence::Certain;
        if best.0 < Confidence::Certain
            && let Some(format) = FORMATS.iter().find(certain)
        {
            self.last = self.open.len();
            self.open.push((*format, format.reader()));
            let names: Vec<&str> = self.open.iter().map(|(format, _)| format.about().name).collect();
            out.report().format_name = names.join(", ");
        }
    }
}

impl Reader for Mixed {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        if record.text.len() <= MAX_LOOK && self.is_new(record.text) {
            self.choose(record.text, out);
        }
        self.open[self.last].1.record(record, out);
    }

    fn finish(&mut self, out: &mut Output<'_>) {
        for (_, reader) in &mut self.open {
            reader.finish(out);
        }
    }
}

/// The first two keys of an object.
fn keys(text: &str) -> String {
    let start = &text[..text.floor_char_boundary(KEYS)];
    let mut kind = String::new();
    let (mut depth, mut keys, mut rest) = (0, 0, start);
    while let Some(at) = rest.find(['{', '}', '[', ']', '"']) {
        let (mark, after) = (rest.as_bytes()[at], &rest[at + 1..]);
        rest = after;
        match mark {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {
                let Some(end) = closing(after) else { break };
                rest = &after[end + 1..];
                if depth == 1 && rest.trim_start().starts_with(':') {
                    kind += &after[..end];
                    kind.push(' ');
                    keys += 1;
                    if keys == 2 {
                        break;
                    }
                }
            }
        }
    }
    kind
}

/// Where a string ends.
fn closing(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|b| {
        let ends = b == b'"' && !escaped;
        escaped = b == b'\\' && !escaped;
        ends
    })
}
