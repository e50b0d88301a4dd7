//! Reads files natively and prints one JSON object a line; `cargo xtask bench formats` makes tables of them.
//!
//! `bench-formats passes ROUNDS FILE...` for the speed, `bench-formats memory FILE` for the peak of a process
//! that reads one file and does nothing else.

use std::fs::{self, File};
use std::hint::black_box;
use std::io::Read;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use bench_formats::{Figures, Reading, SLICE, figures};

fn main() -> Result<(), String> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["passes", rounds, ref files @ ..] => {
            let rounds = rounds.parse().map_err(|_| format!("`{rounds}` is no number"))?;
            files.iter().try_for_each(|file| passes(Path::new(file), rounds))
        }
        ["memory", file] => memory(Path::new(file)),
        _ => Err("this program is run by `cargo xtask bench formats`".to_owned()),
    }
}

/// Each round reads the file with ours and with serde_json, each first in every other round.
fn passes(file: &Path, rounds: usize) -> Result<(), String> {
    let bytes = fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let (mut ours, mut peer) = (Vec::new(), Vec::new());
    let mut found = None;
    for round in 0..rounds {
        for turn in 0..2 {
            let begin = Instant::now();
            if (round + turn) % 2 == 0 {
                let builder = read(&bytes);
                ours.push(begin.elapsed().as_secs_f64() * 1e3);
                found = Some(figures(&builder));
            } else {
                values(&bytes)?;
                peer.push(begin.elapsed().as_secs_f64() * 1e3);
            }
        }
    }
    let output = Command::new(std::env::current_exe().map_err(|error| error.to_string())?)
        .arg("memory")
        .arg(file)
        .output()
        .map_err(|error| error.to_string())?;
    let peak: u64 = String::from_utf8_lossy(&output.stdout)
        .trim()
        .parse()
        .map_err(|_| String::from_utf8_lossy(&output.stderr).into_owned())?;
    let Figures { calls, spans, texts, strings } = found.ok_or("no round was asked for")?;
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    println!(
        r#"{{"kind":"passes","file":"{name}","bytes":{},"calls":{calls},"spans":{spans},"texts":{texts},"strings":{strings},"memory":{peak},"ours":{ours:?},"json":{peer:?}}}"#,
        bytes.len(),
    );
    Ok(())
}

fn read(bytes: &[u8]) -> trace::TraceBuilder {
    let mut reading = Reading::begin(bytes.len() as u64);
    bytes.chunks(SLICE).for_each(|chunk| reading.push(chunk));
    reading.finish()
}

/// What is read beside: each line as a value, which is dropped.
fn values(bytes: &[u8]) -> Result<(), String> {
    for line in bytes.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
        let value = serde_json::from_slice::<serde_json::Value>(line).map_err(|error| error.to_string())?;
        black_box(value);
    }
    Ok(())
}

/// Prints by how much the most memory that the process had at once grew while it read the file from disk.
fn memory(file: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", file.display());
    let mut input = File::open(file).map_err(failed)?;
    let mut slice = vec![0; SLICE];
    let before = peak()?;
    let mut reading = Reading::begin(input.metadata().map_err(failed)?.len());
    loop {
        let len = input.read(&mut slice).map_err(failed)?;
        if len == 0 {
            break;
        }
        reading.push(&slice[..len]);
    }
    black_box(reading.finish());
    println!("{}", peak()?.saturating_sub(before));
    Ok(())
}

/// The most memory that this process had at once, in bytes.
fn peak() -> Result<u64, String> {
    let status = fs::read_to_string("/proc/self/status").map_err(|error| format!("/proc: {error}"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("/proc tells no peak")?;
    let kilobytes = line.trim().trim_end_matches(" kB").parse::<u64>();
    Ok(kilobytes.map_err(|error| error.to_string())? * 1024)
}
