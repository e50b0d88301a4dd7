//! `tokenflame`: the engine of the page in a terminal.

mod table;

use std::{fs::File, io::Read, path::PathBuf, process::ExitCode};

use engine::{Session, protocol::EncodingName};
use lexopt::prelude::*;
use trace::ProblemCode;

const USAGE: &str = "\
Usage: tokenflame summary FILE... [--json]

  summary    requests, tokens, cost and latency of trace files, taken together
  --json     one JSON object on standard output instead of a table

Files are recognised by their content: OTLP/JSON, Claude Code sessions, Langfuse traces, and records of
LLMMetrics and LatencyProfile as JSON, JSONL or CSV; plain or gzipped.";

/// Bytes handed to the engine at once.
const CHUNK: usize = 1 << 20;

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(message) => {
            eprintln!("tokenflame: {message}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<ExitCode, String> {
    let mut parser = lexopt::Parser::from_env();
    let (mut command, mut files, mut json) = (None, Vec::<PathBuf>::new(), false);
    while let Some(arg) = parser.next().map_err(|error| error.to_string())? {
        match arg {
            Long("json") => json = true,
            Short('h') | Long("help") => {
                println!("{USAGE}");
                return Ok(ExitCode::SUCCESS);
            }
            Value(value) if command.is_none() => command = Some(value),
            Value(value) => files.push(value.into()),
            other => return Err(format!("{}\n\n{USAGE}", other.unexpected())),
        }
    }
    match command {
        Some(command) if command == "summary" && !files.is_empty() => summary(&files, json),
        Some(command) if command == "summary" => Err(format!("name at least one file\n\n{USAGE}")),
        Some(command) => Err(format!("there is no command {:?}\n\n{USAGE}", command.to_string_lossy())),
        None => Err(format!("name a command\n\n{USAGE}")),
    }
}

fn summary(files: &[PathBuf], json: bool) -> Result<ExitCode, String> {
    let mut session = Session::new();
    for path in files {
        read(&mut session, path).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    count(&mut session)?;
    let summary = engine::summary(&session);
    if json {
        println!("{}", serde_json::to_string(&summary).map_err(|error| error.to_string())?);
    } else {
        print!("{}", table::render(&summary));
    }
    // A file that gave nothing is an error of the run, though the other files' figures stand.
    let mut code = ExitCode::SUCCESS;
    for file in &session.trace().files {
        let refused =
            file.problems.iter().find(|p| matches!(p.code, ProblemCode::UnknownFormat | ProblemCode::Empty));
        if let Some(problem) = refused.filter(|_| file.format.is_empty()) {
            eprintln!("tokenflame: {}: {} {}", file.name, problem.message, problem.hint);
            code = ExitCode::FAILURE;
        }
    }
    Ok(code)
}

fn read(session: &mut Session, path: &PathBuf) -> std::io::Result<()> {
    let mut file = File::open(path)?;
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    session.begin_file(&name, file.metadata()?.len());
    let mut chunk = vec![0; CHUNK];
    loop {
        let n = file.read(&mut chunk)?;
        if n == 0 || !session.push(&chunk[..n]) {
            break;
        }
    }
    session.end_file();
    Ok(())
}

/// Counts the texts of calls whose usage no file tells.
fn count(session: &mut Session) -> Result<(), String> {
    for name in session.info().wants {
        let asset: &[u8] = match name {
            EncodingName::O200kBase => include_bytes!("../../../www/vocab/o200k_base.bin"),
            EncodingName::Cl100kBase => include_bytes!("../../../www/vocab/cl100k_base.bin"),
        };
        session.set_vocabulary(name, asset)?;
    }
    while session.work(usize::MAX) {}
    Ok(())
}
