//! `tokenflame`: the engine of the page in a terminal.

mod bill;
mod caches;
mod count;
mod export;
mod latency;
mod table;
mod text;

use std::{
    ffi::OsStr,
    fs::File,
    io::{Read, Write},
    path::PathBuf,
    process::ExitCode,
    rc::Rc,
};

use caches::Options;
use engine::{
    Choices, Session,
    protocol::{BillAsk, Choice, EncodingName, GroupBy, LatencyAsk, Unit},
};
use lexopt::prelude::*;

const USAGE: &str = "\
Usage: tokenflame summary FILE... [--json] [--as FORMAT | --unit UNIT | --mapping FILE]
       tokenflame bill FILE... [--json] [--as-of DATE] [--model NAME] [--by GROUP] [...]
       tokenflame latency FILE... [--json] [--slo PROMISES] [--rules FILE] [--by GROUP] [...]
       tokenflame export FILE... --to chrome|speedscope [--output FILE] [...]
       tokenflame count [FILE|-] (--encoding NAME | --model NAME) [--ids] [--json]
       tokenflame caches FILE... --cache CACHE [--json] [...]

  summary    requests, tokens, cost and latency of trace files, taken together
  bill       what they cost, row by row: tokens times price
  latency    where their time goes: phases, percentiles, spans, the critical path, goodput
  export     their spans as a file of another profiler: Chrome's trace events (Perfetto) or speedscope's own
  count      the tokens of a text, from a file or from standard input
  caches     what caches would have saved of the same traffic; --help lists its options
  --as-of    at the prices of this day (2026-11-24), whenever the calls were made
  --model    as if all calls had gone to this model; the model whose tokens are counted
  --by       rows of each model, component, session, user or day; model if nothing is said
  --success  a field that is true of what succeeded, for the cost of one success; else all that did not fail
  --slo      what was promised, for goodput: ttft=500ms,itl=50ms,e2e=10s, or any of them
  --rules    which spans are a phase, a line for each rule: name vector search = embedding_lookup
  --to       the format of the export
  --output   the file that is written; standard output if nothing is said
  --encoding the encoding that counts: o200k_base, cl100k_base, ...
  --ids      the ids of the tokens as well
  --json     one JSON object on standard output instead of a table
  --as       read the files as this format, whatever they look like: otlp, langfuse, ...
  --unit     read them as records of LLMMetrics and LatencyProfile whose times are in s, ms, us or ns
  --mapping  read them as a JSON file says: what is what, as the page saves it

Files are recognised by their content: spans (OTLP, Jaeger, Zipkin, Chrome, console), exports of observability
products and gateways, logs of coding agents, requests, responses and streams of model providers, batches, HAR
files, VCR cassettes, results of benchmarks, workload traces, conversations, and records of LLMMetrics and
LatencyProfile as JSON, JSONL or CSV; plain, gzipped, in Zstandard or in ZIP archives.";

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
    let mut choice = Choice::Auto;
    let mut ask: Option<BillAsk> = None;
    let (mut slo, mut rules) = (None, None);
    let (mut encoding, mut ids) = (None, false);
    let (mut to, mut output) = (None, None::<PathBuf>);
    let mut replay: Option<Options> = None;
    while let Some(arg) = parser.next().map_err(|error| error.to_string())? {
        match arg {
            Long("json") => json = true,
            Long("ids") => ids = true,
            Long("to") => to = Some(export::format(&parser.value().map_err(|error| error.to_string())?)?),
            Long("output") => output = Some(parser.value().map_err(|error| error.to_string())?.into()),
            Long("encoding") => {
                let name = parser.value().map_err(|error| error.to_string())?;
                let name = name.to_string_lossy().parse::<EncodingName>();
                encoding = Some(name.map_err(|error| error.to_string())?);
            }
            Long(option) if Options::know(option) => {
                let option = option.to_owned();
                let value =
                    || Ok(parser.value().map_err(|error| error.to_string())?.to_string_lossy().into_owned());
                replay.get_or_insert_default().set(&option, value)?;
            }
            Long(option @ ("as" | "unit" | "mapping")) => {
                let option = option.to_owned();
                let value = parser.value().map_err(|error| error.to_string())?;
                if choice != Choice::Auto {
                    return Err("--as, --unit and --mapping exclude each other".to_owned());
                }
                choice = choose(&option, &value)?;
            }
            Long("slo") => {
                let value = parser.value().map_err(|error| error.to_string())?;
                slo = Some(value.to_string_lossy().into_owned());
            }
            Long("rules") => {
                let value = parser.value().map_err(|error| error.to_string())?;
                let text = std::fs::read_to_string(&value);
                rules = Some(text.map_err(|error| format!("{}: {error}", value.to_string_lossy()))?);
            }
            Long(option @ ("as-of" | "model" | "by" | "success")) => {
                let option = option.to_owned();
                let value = parser.value().map_err(|error| error.to_string())?;
                let (value, ask) = (value.to_string_lossy().into_owned(), ask.get_or_insert_default());
                match option.as_str() {
                    "as-of" => ask.as_of = value,
                    "model" => ask.model = value,
                    "success" => ask.success_field = value,
                    _ => ask.by = group(&value)?,
                }
            }
            Short('h') | Long("help") => {
                println!("{USAGE}\n\n{}", caches::USAGE);
                return Ok(ExitCode::SUCCESS);
            }
            Value(value) if command.is_none() => command = Some(value),
            Value(value) => files.push(value.into()),
            other => return Err(format!("{}\n\n{USAGE}", other.unexpected())),
        }
    }
    let Some(command) = command else { return Err(format!("name a command\n\n{USAGE}")) };
    let command = command.to_string_lossy();
    if &*command != "count" && (ids || encoding.is_some()) {
        return Err(format!("--encoding and --ids belong to count\n\n{USAGE}"));
    }
    if &*command != "latency" && (slo.is_some() || rules.is_some()) {
        return Err(format!("--slo and --rules belong to latency\n\n{USAGE}"));
    }
    if &*command != "export" && (to.is_some() || output.is_some()) {
        return Err(format!("--to and --output belong to export\n\n{USAGE}"));
    }
    if &*command != "caches" && replay.is_some() {
        return Err(format!("these options belong to caches\n\n{}", caches::USAGE));
    }
    match &*command {
        "count" => {
            let ask = ask.unwrap_or_default();
            if choice != Choice::Auto || ask != (BillAsk { model: ask.model.clone(), ..BillAsk::default() }) {
                return Err(format!("count takes --encoding or --model, --ids and --json alone\n\n{USAGE}"));
            }
            let by = match (encoding, ask.model) {
                (Some(name), model) if model.is_empty() => text::By::Encoding(name),
                (None, model) if !model.is_empty() => text::By::Model(model),
                _ => return Err(format!("count needs either --encoding or --model\n\n{USAGE}")),
            };
            write(&text::count(&files, &by, ids, json)?).map(|()| ExitCode::SUCCESS)
        }
        "summary" | "bill" | "latency" | "export" | "caches" if files.is_empty() => {
            Err(format!("name at least one file\n\n{USAGE}"))
        }
        "caches" => match replay.filter(Options::is_complete) {
            Some(_) if ask.is_some() => {
                Err(format!("--as-of, --model, --by and --success belong to bill\n\n{USAGE}"))
            }
            Some(options) => answer(&files, choice, |session| caches::caches(session, &options, json)),
            None => Err(format!("caches needs --cache\n\n{}", caches::USAGE)),
        },
        "summary" | "export" if ask.is_some() => {
            Err(format!("--as-of, --model, --by and --success belong to bill\n\n{USAGE}"))
        }
        "summary" => answer(&files, choice, |session| summary(session, json)),
        "bill" => answer(&files, choice, |session| bill::bill(session, ask.unwrap_or_default(), json)),
        "latency" => {
            let BillAsk { by, .. } = ask.clone().unwrap_or_default();
            if ask.is_some_and(|ask| ask != BillAsk { by, ..BillAsk::default() }) {
                return Err(format!("--as-of, --model and --success do not belong to latency\n\n{USAGE}"));
            }
            let ask = LatencyAsk { by, rules, slo: slo.unwrap_or_default(), ..LatencyAsk::default() };
            answer(&files, choice, |session| latency::latency(session, ask, json))
        }
        "export" if json => Err(format!("what export writes is JSON; it takes no --json\n\n{USAGE}")),
        "export" => {
            let to = to.ok_or(format!("export needs --to chrome or --to speedscope\n\n{USAGE}"))?;
            let export = export::Export { to, output };
            answer(&files, choice, |session| export::export(session, &export).map(|()| String::new()))
        }
        _ => Err(format!("there is no command {command:?}\n\n{USAGE}")),
    }
}

fn group(word: &str) -> Result<GroupBy, String> {
    let keys = GroupBy::ALL.map(GroupBy::key);
    let known = GroupBy::ALL.into_iter().find(|by| by.key() == word);
    known.ok_or_else(|| format!("rows cannot be grouped by {word:?}; they can by {}", keys.join(", ")))
}

/// How the files are to be read.
fn choose(option: &str, value: &OsStr) -> Result<Choice, String> {
    let word = value.to_string_lossy();
    match option {
        "as" => {
            let keys: Vec<&str> = engine::format_keys().collect();
            let known = keys.contains(&&*word).then(|| Choice::Format(word.to_string()));
            known.ok_or_else(|| format!("there is no format {word:?}; the formats are {}", keys.join(", ")))
        }
        "unit" => {
            let unit = Unit::ALL.into_iter().find(|unit| unit.key() == word);
            unit.map(Choice::Unit)
                .ok_or_else(|| format!("there is no unit {word:?}; the units are s, ms, us and ns"))
        }
        _ => {
            let text = std::fs::read(value).map_err(|error| format!("{word}: {error}"))?;
            let mapping = serde_json::from_slice(&text)
                .map_err(|error| format!("{word} is not a mapping as the page saves it: {error}"))?;
            Ok(Choice::Mapping(mapping))
        }
    }
}

fn summary(session: &mut Session, json: bool) -> Result<String, String> {
    count::count(session)?;
    let summary = engine::summary(session);
    Ok(match json {
        true => serde_json::to_string(&summary).map_err(|error| error.to_string())? + "\n",
        false => table::render(&summary),
    })
}

/// Reads the files and writes what is asked about them.
fn answer(
    files: &[PathBuf],
    choice: Choice,
    ask: impl FnOnce(&mut Session) -> Result<String, String>,
) -> Result<ExitCode, String> {
    let choices = Rc::new(Choices { others: choice, ..Choices::default() });
    let mut session = Session::new();
    // A file that gives nothing is an error of the run, though the other files' figures stand.
    let mut code = ExitCode::SUCCESS;
    for path in files {
        if let Err(error) = read(&mut session, path, &choices) {
            eprintln!("tokenflame: {}: {error}", printable(&path.to_string_lossy()));
            code = ExitCode::FAILURE;
        }
    }
    if session.trace().files.is_empty() {
        return Ok(code);
    }
    let text = ask(&mut session)?;
    write(&text)?;
    for file in session.trace().files.iter().filter(|file| file.format.is_empty()) {
        for problem in &file.problems {
            eprintln!("tokenflame: {}: {}", printable(&file.name), printable(&engine::sentence(problem)));
        }
        code = ExitCode::FAILURE;
    }
    Ok(code)
}

fn write(text: &str) -> Result<(), String> {
    match std::io::stdout().write_all(text.as_bytes()) {
        // Whoever reads has seen enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        result => result.map_err(|error| format!("the answer could not be written: {error}")),
    }
}

/// Text from a file, safe to show in a terminal: control characters and marks that turn the direction of the
/// text could forge what stands around it.
fn printable(text: &str) -> String {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if hidden(c) { '\u{fffd}' } else { c }).collect()
}

fn read(session: &mut Session, path: &PathBuf, choices: &Rc<Choices>) -> std::io::Result<()> {
    if path.is_dir() {
        return Err(std::io::Error::other("is a folder; name the files in it"));
    }
    let mut file = File::open(path)?;
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    session.begin_file_as(&name, file.metadata()?.len(), choices);
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
