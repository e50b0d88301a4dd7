//! The built page: made by Trunk, shrunk by wasm-opt, held to its size budgets.

use crate::setup;
use crate::shell::{command, root, run};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// A wasm file of the page: how wasm-opt treats it, and the most bytes it may take under `gzip -9`.
struct Wasm {
    file: &'static str,
    level: &'static str,
    budget: usize,
}

const WASM: [Wasm; 5] = [
    Wasm { file: "app_bg.wasm", level: "-Oz", budget: 400_000 },
    Wasm { file: "labs_bg.wasm", level: "-Oz", budget: 550_000 },
    Wasm { file: "worker_bg.wasm", level: "-O3", budget: 1_000_000 },
    Wasm { file: "caches_bg.wasm", level: "-O3", budget: 400_000 },
    Wasm { file: "huggingface_bg.wasm", level: "-O1", budget: 900_000 },
];

/// What rustc and wasm-bindgen put in a module, all of it in every current browser.
const FEATURES: [&str; 8] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-simd",
];

/// Makes dist/.
pub fn build() -> Result<(), String> {
    setup::for_build()?;
    with_wasm_opt()?;
    let started = Instant::now();
    run(command("trunk").args(["build", "--release"]))?;
    println!("Made dist/ in {:.1} s.", started.elapsed().as_secs_f32());
    Ok(())
}

/// Sets up wasm-opt, and says so when that cannot be.
pub fn with_wasm_opt() -> Result<(), String> {
    if !setup::npm_packages()? {
        println!(
            "Without Node and npm there is no wasm-opt: the wasm files stay larger than they need to be."
        );
    }
    Ok(())
}

/// Makes the wasm files of a release build smaller, in the folder where Trunk gathers the page.
pub fn shrink() -> Result<(), String> {
    let stage = std::env::var_os("TRUNK_STAGING_DIR")
        .ok_or("this task is run by Trunk, which says where the page is; use `cargo xtask build`")?;
    let wasm_opt = wasm_opt();
    if std::env::var("TRUNK_PROFILE").as_deref() != Ok("release") || !wasm_opt.is_file() {
        return Ok(());
    }
    std::thread::scope(|scope| {
        let works = WASM.map(|wasm| {
            let path = Path::new(&stage).join(wasm.file);
            let wasm_opt = &wasm_opt;
            scope.spawn(move || optimise(wasm_opt, &wasm, &path))
        });
        works.into_iter().try_for_each(|work| work.join().expect("optimise does not panic"))
    })
}

/// Where wasm-opt lies once the npm packages of tests/e2e are there.
pub fn wasm_opt() -> PathBuf {
    root().join("tests/e2e/node_modules/binaryen/bin/wasm-opt")
}

/// Optimises a wasm file, with the features that Rust's compiler uses.
pub fn run_wasm_opt(wasm_opt: &Path, level: &str, from: &Path, to: &Path) -> Result<(), String> {
    // Through node, for Windows knows no "#!" lines.
    run(command("node")
        .arg(wasm_opt)
        .arg(level)
        .args(FEATURES)
        // The stack lies lowest, so nothing has an address near 0.
        .args(["--strip-producers", "--low-memory-unused"])
        .arg(from)
        .arg("-o")
        .arg(to))
}

/// Replaces the file by its optimised form. wasm-opt takes up to a minute, so its last answer is
/// kept together with the question.
fn optimise(wasm_opt: &Path, wasm: &Wasm, path: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{} cannot be shrunk: {error}", path.display());
    let kept = target_dir().join("wasm-opt").join(wasm.file);
    let (question, answer) = (kept.join("in.wasm"), kept.join("out.wasm"));
    let fresh = fs::read(path).map_err(failed)?;
    if !(fs::read(&question).is_ok_and(|old| old == fresh) && answer.is_file()) {
        fs::create_dir_all(&kept).map_err(failed)?;
        // In this order an interruption leaves no answer to another question.
        let _ = fs::remove_file(&answer);
        fs::write(&question, &fresh).map_err(failed)?;
        let fresh_answer = kept.join("new.wasm");
        run_wasm_opt(wasm_opt, wasm.level, &question, &fresh_answer)?;
        fs::rename(&fresh_answer, &answer).map_err(failed)?;
    }
    fs::copy(&answer, path).map(|_| ()).map_err(failed)
}

/// Prints what each wasm file of dist/ weighs, and fails when one is over its budget.
pub fn check_sizes() -> Result<(), String> {
    let mut over = Vec::new();
    for Wasm { file, budget, .. } in WASM {
        let path = root().join("dist").join(file);
        let bytes = fs::read(&path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
        let zipped = gzip_size(&bytes);
        println!("{file:20} {:>9} B, {zipped:>9} B gzipped of at most {budget:>9} B", bytes.len());
        if zipped > budget {
            over.push(format!("{file} is {} B over its budget of {budget} B gzipped", zipped - budget));
        }
    }
    if over.is_empty() { Ok(()) } else { Err(over.join("; ")) }
}

fn gzip_size(bytes: &[u8]) -> usize {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("writing to memory cannot fail").len()
}

/// Where cargo and the tasks put what they make.
pub fn target_dir() -> PathBuf {
    // Joining an absolute path takes that path.
    root().join(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}
