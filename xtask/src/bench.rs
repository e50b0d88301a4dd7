//! `cargo xtask bench`: how fast and how large the engine is, beside others, natively and in Chromium.

mod caches;
pub mod corpora;
mod flame;
mod formats;
mod page;
mod prices;
mod prose;
mod tokens;
mod traces;

use crate::dist::{self, target_dir};
use crate::setup;
use crate::shell::{command, root, run};
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// How a benchmark was asked for.
#[derive(Clone, Copy)]
struct Options {
    /// Less of everything, for tuning.
    quick: bool,
    /// Put the tables into docs/benchmarks.md.
    write: bool,
}

impl Options {
    fn read(options: &[&str]) -> Result<Options, String> {
        if let Some(unknown) = options.iter().find(|option| !["--quick", "--write"].contains(option)) {
            return Err(format!("there is no option `{unknown}`: there are --quick and --write"));
        }
        let [quick, write] = ["--quick", "--write"].map(|option| options.contains(&option));
        if quick && write {
            return Err("a quick run is for tuning: docs/benchmarks.md takes a full one".to_owned());
        }
        Ok(Options { quick, write })
    }

    /// The command that was given.
    fn invoked(self, name: &str) -> String {
        format!("cargo xtask bench {name}{}", if self.quick { " --quick" } else { "" })
    }
}

/// Runs the benchmark that the first argument names.
pub fn run_named(args: &[String]) -> Result<(), String> {
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["corpora"] => corpora::make(),
        ["tokens", ref options @ ..] => tokens::measure(Options::read(options)?),
        ["formats", ref options @ ..] => formats::measure(Options::read(options)?),
        ["prices", ref options @ ..] => prices::measure(Options::read(options)?),
        ["flame", ref options @ ..] => flame::measure(Options::read(options)?),
        ["caches", ref options @ ..] => caches::measure(Options::read(options)?),
        _ => Err(
            "say what: `tokens`, `formats`, `prices`, `flame` or `caches` (with --quick, --write), or `corpora`"
                .to_owned(),
        ),
    }
}

/// How busy others keep the machine; building comes on top of it.
fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().filter(|load| !load.is_empty()).unwrap_or("unknown").to_owned()
}

/// Where what the benchmarks build lies.
fn made() -> PathBuf {
    target_dir().join("bench")
}

/// Builds in a folder that is a workspace of its own.
fn cargo_build(folder: &str, what: &[&str]) -> Result<(), String> {
    // From its folder, or cargo would take the configuration and the lock file of the project.
    run(command("cargo")
        .args(["build", "--quiet", "--release", "--locked"])
        .args(what)
        .current_dir(root().join(folder))
        .env("CARGO_TARGET_DIR", target_dir()))
}

/// The program of the name, natively.
fn native_program(folder: &str, name: &str, features: &[&str]) -> Result<PathBuf, String> {
    cargo_build(folder, &[&["--bin", name], features].concat())?;
    Ok(target_dir().join("release").join(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
}

/// The folder's library as the wasm module `name`, made as the worker of the page is.
fn wasm_module(folder: &str, library: &str, name: &str, features: &[&str]) -> Result<(), String> {
    let wasm = made().join("wasm");
    cargo_build(folder, &[&["--lib", "--target", "wasm32-unknown-unknown"], features].concat())?;
    let built = target_dir().join(format!("wasm32-unknown-unknown/release/{library}.wasm"));
    run(command("wasm-bindgen")
        .args(["--target", "web", "--no-typescript", "--out-name", name, "--out-dir"])
        .args([&wasm, &built]))?;
    let file = wasm.join(format!("{name}_bg.wasm"));
    dist::run_wasm_opt(&dist::wasm_opt(), "-O3", &file, &file)
}

/// What the benchmarks in the browser need beside Chromium.
fn ready_for_browser() -> Result<(), String> {
    setup::for_build()?;
    if setup::npm_packages()? {
        return Ok(());
    }
    Err("the benchmark in the browser needs Node 20 or newer and npm: install both".to_owned())
}

/// Measures in Chromium: each folder is served under its name, and the page `/js/index.html` is asked for
/// each case.
fn in_chromium(folders: &[(&str, PathBuf)], cases: Vec<Value>) -> Result<Vec<Value>, String> {
    let folders: Value = folders.iter().map(|(name, path)| ((*name).to_owned(), json!(path))).collect();
    in_node("benches/chromium.mjs", &json!({ "folders": folders, "cases": cases }), "Chromium")
}

/// What a script that starts Chromium prints when it is asked.
fn in_node(script: &str, asked: &Value, place: &str) -> Result<Vec<Value>, String> {
    let chromium = setup::browser()?.chromium;
    lines(command("node").arg(script).arg(asked.to_string()).env("CHROMIUM", chromium), place)
}

/// Where the page lies, which has to be built.
fn built_page() -> Result<PathBuf, String> {
    let dist = root().join("dist");
    match dist.join("index.html").is_file() {
        true => Ok(dist),
        false => Err("dist/ is missing: run `cargo xtask build` first".to_owned()),
    }
}

/// Runs the program and reads the JSON objects that it prints, one a line; each is told where it is from.
fn lines(program: &mut Command, place: &str) -> Result<Vec<Value>, String> {
    println!("Measuring ({place}): leave the machine alone.");
    let name = program.get_program().to_string_lossy().into_owned();
    let output = program
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("{name} did not start: {error}"))?;
    if !output.status.success() {
        return Err(format!("{name} ended with {}", output.status));
    }
    let text = String::from_utf8(output.stdout).map_err(|error| format!("{name}: {error}"))?;
    text.lines()
        .map(|line| {
            let mut record: Value =
                serde_json::from_str(line).map_err(|error| format!("{name} printed `{line}`: {error}"))?;
            record["place"] = place.into();
            Ok(record)
        })
        .collect()
}
