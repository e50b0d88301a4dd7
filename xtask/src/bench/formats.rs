//! `cargo xtask bench formats`: how fast files become a trace and how much memory that takes, beside parsing
//! their JSON alone, natively and in Chromium, in one run.

use crate::bench::page::{Outcome, goals, line, median, number, numbers, rows, setting, spread, text};
use crate::bench::traces::{self, Made};
use crate::bench::{
    Options, in_chromium, lines, load, made, native_program, page, ready_for_browser, wasm_module,
};
use crate::shell::root;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::process::Command;

const FOLDER: &str = "benches/formats";
const CHROMIUM: &str = "Chromium";

/// Measures and makes the tables.
pub fn measure(options: Options) -> Result<(), String> {
    let load = load();
    let (rounds, bytes) = if options.quick { (3, 20_000_000) } else { (7, 100_000_000) };
    ready_for_browser()?;
    let native = native_program(FOLDER, "bench-formats", &[])?;
    wasm_module(FOLDER, "bench_formats", "formats", &[])?;
    let files = traces::make(bytes)?;

    let mut once = Command::new(&native);
    once.args(["passes", "1"]).args(files.iter().map(|file| &file.once));
    let once = lines(&mut once, "native")?;
    let mut passes = Command::new(&native);
    passes.arg("passes").arg(rounds.to_string()).args(files.iter().map(|file| &file.path));
    let mut records = lines(&mut passes, "native")?;

    let folders = [("js", root().join(FOLDER).join("browser")), ("wasm", made().join("wasm"))];
    let cases = files
        .iter()
        .map(|file| json!(["passes", { "name": file.name, "file": file.path, "rounds": rounds }]));
    records.extend(in_chromium(&folders, cases.collect())?);
    check(&files, &once, &records)?;

    let text = markdown(&records, &options.invoked("formats"), &load);
    println!("\n{text}");
    if options.write { page::write("formats", &text) } else { Ok(()) }
}

/// Nothing was taken for what had been read before, and all places read the same.
fn check(files: &[Made], once: &[Value], records: &[Value]) -> Result<(), String> {
    for (Made { name, repetitions, .. }, once) in files.iter().zip(once) {
        for record in records.iter().filter(|record| record["file"] == **name) {
            for figure in ["calls", "spans"] {
                let expected = once[figure].as_u64().map(|count| count * repetitions);
                let found = record[figure].as_f64().map(|count| count as u64);
                if found != expected || figure == "calls" && expected.unwrap_or(0) == 0 {
                    let place = text(record, "place");
                    return Err(format!("{name} ({place}): {found:?} {figure}, not {expected:?}"));
                }
            }
        }
    }
    Ok(())
}

/// Passes over one file in one place.
fn find<'a>(records: &'a [Value], place: &str, file: &str) -> Option<&'a Value> {
    records.iter().find(|record| record["place"] == place && record["file"] == file)
}

/// MB/s of each pass of a kind.
fn speeds(record: &Value, kind: &str) -> Vec<f64> {
    let bytes = record["bytes"].as_f64().unwrap_or(f64::NAN);
    numbers(&record[kind]).into_iter().map(|ms| bytes / 1e3 / ms).collect()
}

/// How many times as fast one is as another, round by round.
fn ratios(record: &Value, kind: &str, other: &str) -> Vec<f64> {
    numbers(&record[kind]).iter().zip(numbers(&record[other])).map(|(ms, other)| other / ms).collect()
}

/// Bytes of a figure.
fn bytes(record: &Value, figure: &str) -> f64 {
    record[figure].as_f64().unwrap_or(f64::NAN)
}

/// Bytes of distinct texts, names and ids.
fn kept(record: &Value) -> f64 {
    bytes(record, "texts") + bytes(record, "strings")
}

fn markdown(records: &[Value], invoked: &str, load: &str) -> String {
    let rounds = records.iter().map(|record| numbers(&record["ours"]).len()).max().unwrap_or(0);
    let mut page = setting(records, invoked, load);
    write!(page, "Medians of {rounds} passes, with the least and the most in brackets.\n\n### Goals\n\n")
        .expect("a String takes all");
    page += &goals(&outcomes(records));
    let mut table = |title: &str, place, columns: &[&str], cells: &dyn Fn(&Value) -> Vec<String>| {
        write!(page, "\n### {title}\n\n{}", rows(columns)).expect("a String takes all");
        for (file, _) in traces::FILES {
            if let Some(record) = find(records, place, file) {
                let label = format!("{file} ({:.0} MB)", bytes(record, "bytes") / 1e6);
                line(&mut page, &label, &cells(record));
            }
        }
    };
    let columns =
        ["from the file, MB/s", "the engine alone, MB/s", "`JSON.parse` of each line, MB/s", "beside it"];
    table("Speed in Chromium", CHROMIUM, &columns, &|record| {
        let beside = format!("{}×", spread(&ratios(record, "ours", "json")));
        let speeds = ["ours", "alone", "json"].map(|kind| spread(&speeds(record, kind)));
        [&speeds[..], &[beside]].concat()
    });
    let columns = ["the engine alone, MB/s", "serde_json's `Value` of each line, MB/s", "beside it"];
    table("Speed natively", "native", &columns, &|record| {
        let beside = format!("{}×", spread(&ratios(record, "ours", "json")));
        let speeds = ["ours", "json"].map(|kind| spread(&speeds(record, kind)));
        [&speeds[..], &[beside]].concat()
    });
    let columns =
        ["calls", "spans", "texts, MB", "names and ids, MB", "memory, MB", "memory for a byte of text"];
    for (title, place) in [("Memory in Chromium", CHROMIUM), ("Memory natively", "native")] {
        table(title, place, &columns, &|record| {
            let megabytes = |figure: &str| number(bytes(record, figure) / 1e6);
            let mut cells = ["calls", "spans"].map(|figure| format!("{:.0}", bytes(record, figure))).to_vec();
            cells.extend(["texts", "strings", "memory"].map(megabytes));
            cells.push(number(bytes(record, "memory") / kept(record)));
            cells
        });
    }
    page
}

fn outcomes(records: &[Value]) -> Vec<Outcome> {
    let mut all = Vec::new();
    let otlp = find(records, CHROMIUM, "otlp");
    let speeds = otlp.map(|record| speeds(record, "ours")).unwrap_or_default();
    all.push((
        "OTLP/JSON by line in Chromium, from the file: at least 150 MB/s".to_owned(),
        format!("{} MB/s", spread(&speeds)),
        median(&speeds).map(|middle| middle >= 150.0),
    ));
    for (file, _) in traces::FILES {
        let ratio = find(records, CHROMIUM, file).map(|record| bytes(record, "memory") / kept(record));
        all.push((
            format!("{file} in Chromium: memory below 1.5 times the text that is kept"),
            ratio.map_or_else(|| "–".to_owned(), |ratio| format!("{}×", number(ratio))),
            ratio.map(|ratio| ratio < 1.5),
        ));
    }
    all
}
