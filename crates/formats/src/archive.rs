use std::rc::Rc;

use containers::{Part, Unzip};
use trace::{FileId, Problem, ProblemCode, TraceBuilder};

use crate::{choice::Choices, import::One};

/// An archive of files, each of which becomes a file of the session behind the archive itself.
#[derive(Default)]
pub struct Archive {
    choices: Rc<Choices>,
    unzip: Unzip,
    /// The file that is being unpacked.
    pub entry: Option<One>,
    /// Records of the files that are done with.
    records: u64,
    /// Why the archive cannot be read any further.
    damage: Option<String>,
}

impl Archive {
    /// An archive whose files may be read otherwise than their content tells.
    pub fn new(choices: Rc<Choices>) -> Archive {
        Archive { choices, ..Archive::default() }
    }

    /// Whether more bytes can change anything.
    pub fn wants_more(&self) -> bool {
        self.damage.is_none() && self.unzip.wants_more()
    }

    /// Records read so far, of all its files.
    pub fn records(&self) -> u64 {
        self.records + self.entry.as_ref().map_or(0, One::records)
    }

    /// Takes the next bytes of the archive, which is `file`.
    pub fn push(&mut self, file: FileId, chunk: &[u8], builder: &mut TraceBuilder) {
        let Archive { choices, unzip, entry, records, .. } = self;
        let result = unzip.push(chunk, &mut |part| take_part(file, part, choices, entry, records, builder));
        self.damage = result.err();
    }

    /// The archive has ended.
    pub fn finish(mut self, file: FileId, builder: &mut TraceBuilder) {
        if self.damage.is_none() {
            let Archive { choices, unzip, entry, records, .. } = &mut self;
            let result = unzip.finish(&mut |part| take_part(file, part, choices, entry, records, builder));
            self.damage = result.err();
        }
        let mut problem = |code, message: String, hint: &str| {
            let hint = hint.to_owned();
            builder.report(file).problem(Problem { code, message, hint, line: 0, byte: 0, count: 1 });
        };
        match self.damage {
            Some(why) => problem(
                ProblemCode::BadCompression,
                format!("The archive cannot be read to its end: {why}"),
                "Copy or download the archive again, or unpack it and open the files inside.",
            ),
            None if self.unzip.entries() == 0 => {
                problem(ProblemCode::Empty, "The archive holds no file".to_owned(), "");
            }
            None => {}
        }
    }
}

/// Gives a part of an archive to the file that it belongs to. The answer is whether that needs more.
fn take_part(
    archive: FileId,
    part: Part<'_>,
    choices: &Choices,
    entry: &mut Option<One>,
    records: &mut u64,
    builder: &mut TraceBuilder,
) -> bool {
    let mut damage = None;
    match part {
        Part::Begin(name, packed) => {
            let name = format!("{}/{name}", builder.trace().files[archive.0 as usize].name);
            let file = builder.begin_file(&name, packed.unwrap_or(0));
            builder.report(file).archive = Some((archive, file.0 - archive.0 - 1));
            *entry = Some(One::begin(file, choices));
            return true;
        }
        Part::Data(bytes) => {
            let Some(one) = entry else { return false };
            one.push(bytes, builder);
            if one.wants_more() {
                return true;
            }
        }
        Part::End(why) => damage = why,
    }
    let Some(one) = entry.take() else { return false };
    let file = one.file();
    *records += one.records();
    // Of what could not even begin, there is nothing else to say.
    if damage.is_none() || !one.is_untouched() {
        one.finish(builder);
    }
    if let Some(why) = damage {
        builder.report(file).problem(Problem {
            code: ProblemCode::BadCompression,
            message: format!("The file in the archive cannot be read to its end: {why}"),
            hint: "Unpack the archive and open the file by itself.".to_owned(),
            line: 0,
            byte: 0,
            count: 1,
        });
    }
    false
}
