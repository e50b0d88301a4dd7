//! `cargo xtask bench tokens`: our tokenizer beside others, natively and in Chromium, in one run.

mod goals;
mod report;

use crate::bench::{
    Options, corpora, in_chromium, lines, load, made, native_program, page, ready_for_browser, wasm_module,
};
use crate::setup;
use crate::shell::{command, root, run};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

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

/// Measures and makes the tables.
pub fn measure(options: Options) -> Result<(), String> {
    let load = load();
    let plan = if options.quick { Plan::quick() } else { Plan::full() };
    ready_for_browser()?;
    corpora::ensure()?;
    println!("Building the contestants natively: some minutes the first time.");
    let native = native_program(FOLDER, "bench-tokens", &["--features", "all"])?;
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

    let served = |name| (name, made().join(name));
    let folders = [served("js"), served("wasm"), served("vocab"), ("texts", corpora::folder())];
    records.extend(in_chromium(&folders, in_browser(&plan))?);

    let text = report::markdown(&records, &options.invoked("tokens"), &load)?;
    println!("\n{text}");
    if options.write { page::write("tokens", &text) } else { Ok(()) }
}

/// What the page is asked for.
fn in_browser(plan: &Plan) -> Vec<Value> {
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
    cases
}

/// The contestants for the browser: a wasm module each for those in Rust, and bundles for those in JavaScript.
fn build_browser() -> Result<(), String> {
    setup::npm_packages_of(FOLDER)?;
    for module in MODULES {
        wasm_module(FOLDER, "bench_tokens", module, &["--features", module])?;
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
