//! The spans as a file of another profiler.

use std::{
    ffi::OsStr,
    fs::File,
    io::{self, BufWriter, ErrorKind, Write},
    path::PathBuf,
};

use engine::{Session, protocol::FlameFile};

/// Where the spans go.
pub struct Export {
    /// The format.
    pub to: FlameFile,
    /// The file; standard output if there is none.
    pub output: Option<PathBuf>,
}

/// The format of a word.
pub fn format(word: &OsStr) -> Result<FlameFile, String> {
    match word.to_str() {
        Some("chrome") => Ok(FlameFile::Chrome),
        Some("speedscope") => Ok(FlameFile::Speedscope),
        _ => Err(format!("there is no export to {word:?}; there is to chrome and to speedscope")),
    }
}

/// Writes the spans, and says on standard error how many have no place in time.
pub fn export(session: &Session, export: &Export) -> Result<(), String> {
    let written = match &export.output {
        Some(path) => {
            let file = File::create(path).map_err(|error| format!("{}: {error}", path.display()))?;
            write(session, export.to, file)
        }
        None => write(session, export.to, io::stdout().lock()),
    };
    match written {
        Ok(0) => Ok(()),
        Ok(lacking) => {
            eprintln!("tokenflame: {lacking} spans do not say when they began and ended: they are left out");
            Ok(())
        }
        // Whoever reads has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(format!("the export could not be written: {error}")),
    }
}

fn write(session: &Session, to: FlameFile, out: impl Write) -> io::Result<u64> {
    let mut out = BufWriter::new(out);
    let lacking = engine::export(session, to, &mut out)?;
    out.flush()?;
    Ok(lacking)
}
