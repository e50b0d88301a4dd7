use crate::{split::Piece, values::JsonSplitter};

/// The fields of an event that say nothing of what was streamed. A comment begins with the colon.
const PASSED: [&str; 4] = ["event:", "id:", "retry:", ":"];
const DATA: &str = "data:";
/// The longest of these names: as much of a line tells its field.
const LONGEST: usize = 6;

/// Splits server-sent events into the JSON values of their data. What stands around the data becomes spaces,
/// so that each value keeps its place in the file.
pub struct SseSplitter {
    json: JsonSplitter,
    line: Line,
}

enum Line {
    /// Its beginning, too short to tell.
    Begin(String),
    Data,
    Passed,
}

/// Whether a text is one of server-sent events: before anything else there is a field of an event.
pub fn is_sse(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let field = |line: &str| line.starts_with(DATA) || PASSED.iter().any(|name| line.starts_with(name));
    lines.next().is_some_and(field) && text.lines().any(|line| line.starts_with(DATA))
}

impl SseSplitter {
    /// A splitter at the beginning of a file.
    pub fn new() -> SseSplitter {
        SseSplitter { json: JsonSplitter::new(), line: Line::Begin(String::new()) }
    }

    /// Takes the next piece of text.
    pub fn push(&mut self, text: &str, sink: &mut dyn FnMut(Piece<'_>)) {
        let mut clean = String::with_capacity(text.len() + LONGEST);
        for part in text.split_inclusive('\n') {
            self.part(part, &mut clean);
        }
        self.json.push(&clean, sink);
    }

    /// Takes a part of one line.
    fn part(&mut self, part: &str, clean: &mut String) {
        let joined;
        let mut text = part;
        if let Line::Begin(begun) = &mut self.line {
            begun.push_str(part);
            if begun.len() < LONGEST && !begun.ends_with('\n') {
                return;
            }
            joined = std::mem::take(begun);
            text = &joined;
            let data = text.starts_with(DATA);
            let passed = PASSED.iter().any(|name| text.starts_with(name));
            self.line = if passed { Line::Passed } else { Line::Data };
            if data {
                clean.extend([' '; DATA.len()]);
                text = &text[DATA.len()..];
            }
        }
        match self.line {
            Line::Passed => clean.extend(text.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' })),
            _ => clean.push_str(text),
        }
        if text.ends_with('\n') {
            self.line = Line::Begin(String::new());
        }
    }

    /// The file has ended.
    pub fn finish(&mut self, sink: &mut dyn FnMut(Piece<'_>)) {
        if let Line::Begin(begun) = &mut self.line {
            begun.push('\n');
            let mut clean = String::new();
            self.part("", &mut clean);
            self.json.push(clean.trim_end_matches('\n'), sink);
        }
        self.json.finish(sink);
    }

    /// The record that the text ends in, closed.
    pub fn closed(&self) -> Option<String> {
        self.json.closed()
    }
}
