//! `cargo xtask bench`: our tokenizer beside others, natively and in Chromium, in one run.

pub mod corpora;
mod goals;
mod prose;
mod report;

use crate::dist::{self, target_dir};
use crate::setup;
use crate::shell::{command, root, run};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const FOLDER: &str = "benches/tokens";
/// Each is a wasm module of its own, by the feature that builds it in.
const MODULES: [&str; 3] = ["ours", "tiktoken", "tiktoken-rs"];

/// What is measured of which texts, and how often.
struct Plan {
    /// Warm rounds, after a cold one.
    rounds: usize,
    /// The most bytes of a text, natively and in Chromium.
    most: (usize, usize),
    cases: Vec<Case>,
    /// Who takes part in Chromium; `None` is all.
    names: Option<&'static [&'static str]>,
}

struct Case {
    text: &'static str,
    encoding: &'static str,
    operation: &'static str,
}

impl Plan {
    fn full() -> Plan {
        let mut plan = Plan { rounds: 5, most: (8_000_000, 3_000_000), cases: Plan::counts(), names: None };
        for (encoding, operation) in
            [("o200k_base", "encode"), ("cl100k_base", "count"), ("cl100k_base", "encode")]
        {
            let more = ["english", "code", "mixed"];
            plan.cases.extend(more.map(|text| Case { text, encoding, operation }));
        }
        plan
    }

    fn quick() -> Plan {
        // Of the others some take seconds to load.
        let names = &["ours", "tiktoken 4", "tiktoken-rs", "gpt-tokenizer"];
        Plan { rounds: 3, most: (1_000_000, 1_000_000), cases: Plan::counts(), names: Some(names) }
    }

    fn counts() -> Vec<Case> {
        let texts = corpora::NAMES.iter().chain(&corpora::RUNS);
        texts.map(|text| Case { text, encoding: "o200k_base", operation: "count" }).collect()
    }
}

/// Runs the benchmark that the first argument names.
pub fn run_named(args: &[String]) -> Result<(), String> {
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["corpora"] => corpora::make(),
        ["tokens", ref options @ ..] => {
            if let Some(unknown) = options.iter().find(|option| !["--quick", "--write"].contains(option)) {
                return Err(format!("there is no option `{unknown}`: there are --quick and --write"));
            }
            tokens(options.contains(&"--quick"), options.contains(&"--write"))
        }
        _ => Err("say what: `tokens` (with --quick, --write) or `corpora`".to_owned()),
    }
}

fn tokens(quick: bool, write: bool) -> Result<(), String> {
    if quick && write {
        return Err("a quick run is for tuning: docs/benchmarks.md takes a full one".to_owned());
    }
    // What others did to the machine; building comes on top of it.
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().filter(|load| !load.is_empty()).unwrap_or("unknown");
    let plan = if quick { Plan::quick() } else { Plan::full() };
    let browser = setup::browser()?;
    corpora::ensure()?;
    let native = build_native()?;
    build_browser()?;
    gather_vocabularies()?;

    let vocab = made().join("vocab");
    let mut records = Vec::new();
    records
        .extend(lines(Command::new(&native).arg("load").arg(&vocab).arg(plan.rounds.to_string()), "native")?);
    let mut passes = Command::new(&native);
    passes.arg("passes").args([corpora::folder(), vocab]);
    passes.args([plan.rounds.to_string(), plan.most.0.to_string()]);
    passes.args(
        plan.cases.iter().map(|Case { text, encoding, operation }| format!("{text}:{encoding}:{operation}")),
    );
    records.extend(lines(&mut passes, "native")?);

    let mut node = command("node");
    node.arg("browser/run.mjs").arg(in_browser(&plan).to_string()).current_dir(root().join(FOLDER));
    records.extend(lines(node.env("CHROMIUM", browser.chromium), "Chromium")?);

    let invoked = format!("cargo xtask bench tokens{}", if quick { " --quick" } else { "" });
    let text = report::markdown(&records, &invoked, load)?;
    println!("\n{text}");
    if write { report::write(&text) } else { Ok(()) }
}

/// What the program in the browser is told.
fn in_browser(plan: &Plan) -> Value {
    let most = plan.most.1;
    let passes = plan.cases.iter().map(|Case { text, encoding, operation }| {
        // Some take half a minute for a run: ten seconds is enough to tell.
        let limit = if text.starts_with("run-") { 10_000 } else { 0 };
        json!(["passes", {
            "text": text, "encoding": encoding, "operation": operation,
            "rounds": plan.rounds, "most": most, "limit": limit, "names": plan.names,
        }])
    });
    let mut cases: Vec<Value> = vec![
        json!(["memory", { "text": "mixed", "most": most }]),
        json!(["workers", { "texts": ["mixed", "english"], "rounds": plan.rounds, "most": plan.most.0 }]),
    ];
    cases.extend(passes);
    json!({ "made": made(), "texts": corpora::folder(), "cases": cases })
}

/// Where what the benchmark builds lies.
fn made() -> PathBuf {
    target_dir().join("bench")
}

fn cargo_build(what: &[&str]) -> Result<(), String> {
    // From its folder, or cargo would take the configuration and the lock file of the project.
    run(command("cargo")
        .args(["build", "--quiet", "--release", "--locked"])
        .args(what)
        .current_dir(root().join(FOLDER))
        .env("CARGO_TARGET_DIR", target_dir()))
}

fn build_native() -> Result<PathBuf, String> {
    println!("Building the contestants natively: some minutes the first time.");
    cargo_build(&["--bin", "bench-tokens", "--features", "all"])?;
    Ok(target_dir().join("release").join(format!("bench-tokens{}", std::env::consts::EXE_SUFFIX)))
}

/// The contestants for the browser: a wasm module each for those in Rust, and bundles for those in JavaScript.
fn build_browser() -> Result<(), String> {
    setup::for_build()?;
    if !(setup::npm_packages()? && setup::npm_packages_of(FOLDER)?) {
        return Err("the benchmark in the browser needs Node 20 or newer and npm: install both".to_owned());
    }
    let wasm = made().join("wasm");
    for module in MODULES {
        cargo_build(&["--lib", "--target", "wasm32-unknown-unknown", "--features", module])?;
        let built = target_dir().join("wasm32-unknown-unknown/release/bench_tokens.wasm");
        run(command("wasm-bindgen")
            .args(["--target", "web", "--no-typescript", "--out-name", module, "--out-dir"])
            .args([&wasm, &built]))?;
        // As the worker of the page is made.
        let file = wasm.join(format!("{module}_bg.wasm"));
        dist::run_wasm_opt(&dist::wasm_opt(), "-O3", &file, &file)?;
    }
    let js = made().join("js");
    let _ = fs::remove_dir_all(&js);
    run(command("node").arg("browser/bundle.mjs").arg(&js).current_dir(root().join(FOLDER)))
}

/// Puts the assets side by side under the plain names of their encodings.
fn gather_vocabularies() -> Result<(), String> {
    let to = made().join("vocab");
    let failed = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    fs::create_dir_all(&to).map_err(|error| failed(&to, error))?;
    for encoding in ["o200k_base", "cl100k_base"] {
        let from = root().join("www/vocab");
        let entries = fs::read_dir(&from).map_err(|error| failed(&from, error))?;
        let assets: Vec<PathBuf> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| {
                let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
                name.strip_prefix(encoding)
                    .is_some_and(|rest| rest.starts_with('.') && rest.ends_with(".bin"))
            })
            .collect();
        let [asset] = &assets[..] else {
            return Err(format!("{} has {} files of {encoding}, not one", from.display(), assets.len()));
        };
        fs::copy(asset, to.join(format!("{encoding}.bin"))).map_err(|error| failed(asset, error))?;
    }
    Ok(())
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
