//! Every check of the project, one after the other.

use crate::shell::{cargo, command, root, run};
use crate::{dist, setup};
use std::time::Instant;

struct Step {
    /// The name that picks the step on the command line; steps may share one.
    name: &'static str,
    title: &'static str,
    run: fn() -> Result<(), String>,
}

/// Cheap before dear, so that a slip shows early. What later steps need, earlier ones built.
const STEPS: &[Step] = &[
    Step { name: "fmt", title: "Formatting", run: || run(&mut cargo("fmt --all --check")) },
    Step {
        name: "clippy",
        title: "Lints, native",
        run: || run(&mut cargo("clippy --workspace --exclude tokenflame --all-targets -- -D warnings")),
    },
    Step {
        name: "clippy",
        title: "Lints, benchmarks",
        run: || {
            // Workspaces of their own. Without the other contestants, which take minutes to build.
            let all = ["formats", "prices", "caches"].map(|folder| (folder, "--all-targets"));
            for (folder, what) in [("tokens", "--lib --features ours")].into_iter().chain(all) {
                let bench = format!("--manifest-path benches/{folder}/Cargo.toml");
                run(&mut cargo(&format!("fmt {bench} --check")))?;
                run(&mut cargo(&format!("clippy {bench} --locked {what} -- -D warnings")))?;
            }
            Ok(())
        },
    },
    Step {
        name: "clippy",
        title: "Lints, wasm",
        run: || {
            setup::wasm_target()?;
            let target = "--target wasm32-unknown-unknown";
            run(&mut cargo(&format!("clippy -p tokenflame {target} --all-targets -- -D warnings")))
        },
    },
    Step { name: "native", title: "Native tests", run: native },
    Step {
        name: "native",
        title: "Examples in the documentation",
        run: || run(&mut cargo("test --doc --quiet --workspace --exclude tokenflame")),
    },
    Step { name: "build", title: "The page", run: dist::build },
    Step { name: "size", title: "Size budgets", run: dist::check_sizes },
    Step { name: "wasm", title: "Tests in wasm, in Chromium", run: wasm },
    Step { name: "e2e", title: "End to end, in Chromium", run: e2e },
];

/// Runs all steps, or those named, and stops at the first that fails.
pub fn run_steps(args: &[String]) -> Result<(), String> {
    if let Some(unknown) = args.iter().find(|arg| STEPS.iter().all(|step| step.name != *arg)) {
        let mut names: Vec<_> = STEPS.iter().map(|step| step.name).collect();
        names.dedup();
        return Err(format!("there is no step `{unknown}`; the steps are {}", names.join(", ")));
    }
    let chosen: Vec<_> =
        STEPS.iter().filter(|step| args.is_empty() || args.iter().any(|arg| step.name == arg)).collect();
    let started = Instant::now();
    let mut summary = String::new();
    for (index, step) in chosen.iter().enumerate() {
        println!("\n== {} ({} of {})", step.title, index + 1, chosen.len());
        let step_started = Instant::now();
        let result = (step.run)();
        let seconds = step_started.elapsed().as_secs_f32();
        let word = if result.is_ok() { "ok" } else { "FAILED" };
        summary += &format!("  {:30} {word:6} {seconds:7.1} s\n", step.title);
        if let Err(error) = result {
            println!("\n{summary}");
            return Err(format!("{}: {error}", step.title));
        }
    }
    println!("\n{summary}  {:30} {:6} {:7.1} s", "All", "ok", started.elapsed().as_secs_f32());
    Ok(())
}

fn native() -> Result<(), String> {
    setup::nextest()?;
    run(&mut cargo("nextest run --workspace --exclude tokenflame --no-fail-fast"))
}

fn wasm() -> Result<(), String> {
    setup::for_build()?;
    let browser = setup::browser()?;
    run(cargo("test -p tokenflame --target wasm32-unknown-unknown --lib --tests")
        .env("CHROMEDRIVER", browser.driver))
}

fn e2e() -> Result<(), String> {
    if !setup::npm_packages()? {
        return Err("the end-to-end tests need Node 20 or newer and npm: install both".to_owned());
    }
    let browser = setup::browser()?;
    if !root().join("dist/index.html").is_file() {
        return Err("dist/ is missing: run `cargo xtask build` first".to_owned());
    }
    let folder = root().join("tests/e2e");
    let entries = std::fs::read_dir(&folder).map_err(|error| format!("tests/e2e cannot be read: {error}"))?;
    let mut files: Vec<_> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".test.mjs"))
        .collect();
    files.sort();
    // Some figures of the page are compared with those of the command line.
    run(&mut cargo("build --quiet -p tokenflame-cli"))?;
    let tokenflame =
        dist::target_dir().join("debug").join("tokenflame").with_extension(std::env::consts::EXE_EXTENSION);
    // Each file starts a browser of its own.
    run(command("node")
        .args(["--test", "--test-concurrency=2", "--test-reporter=spec"])
        .args(files)
        .current_dir(folder)
        .env("CHROMIUM", browser.chromium)
        .env("TOKENFLAME", tokenflame))
}
