//! The tools that the tasks need: each is looked for first and installed only when it is missing.

use crate::shell::{cargo, command, output, root, run, succeeds, which};
use std::fs;
use std::path::PathBuf;
use std::time::Instant;

/// The newest Trunk that builds with this project's Rust.
const TRUNK: &str = "0.21.14";
const NEXTEST: &str = "0.9.151";

/// What building the page needs, Node aside.
pub fn for_build() -> Result<(), String> {
    wasm_target()?;
    let version = wasm_bindgen_version(&read("Cargo.lock")?)?;
    // Without --locked: its own lock file names versions that not every registry mirror has.
    tool("wasm-bindgen", "wasm-bindgen-cli", &version, "", "about 2 minutes")?;
    tool("trunk", "trunk", TRUNK, "--locked --no-default-features --features rustls", "about 4 minutes")?;
    // Trunk builds offline.
    run(&mut cargo("fetch --quiet"))
}

/// cargo-nextest, which runs the native tests.
pub fn nextest() -> Result<(), String> {
    if succeeds(&mut cargo("nextest --version")) {
        return Ok(());
    }
    install(
        "cargo-nextest",
        NEXTEST,
        "--locked --no-default-features --features default-no-update",
        "about 3 minutes",
    )
}

/// The npm packages of tests/e2e, wasm-opt among them. `false` without Node.
pub fn npm_packages() -> Result<bool, String> {
    npm_packages_of("tests/e2e")
}

/// The npm packages that the folder's lock file names. `false` without Node.
pub fn npm_packages_of(folder: &str) -> Result<bool, String> {
    let (Some(_), Some(npm)) = (which("node"), which(if cfg!(windows) { "npm.cmd" } else { "npm" })) else {
        return Ok(false);
    };
    let lock = read(&format!("{folder}/package-lock.json"))?;
    let stamp = root().join(folder).join("node_modules/.installed-lock");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(true);
    }
    announce(&format!("the npm packages of {folder}"), "about 10 seconds");
    run(command(npm).arg("ci").current_dir(root().join(folder)))?;
    fs::write(&stamp, lock).map_err(|error| format!("{} cannot be written: {error}", stamp.display()))?;
    Ok(true)
}

/// A Chromium and its driver.
pub struct Browser {
    /// The browser itself.
    pub chromium: PathBuf,
    /// The matching WebDriver server.
    pub driver: PathBuf,
}

/// The browser of the tests: named by CHROMIUM and CHROMEDRIVER, or found on the PATH, or
/// installed with apt.
pub fn browser() -> Result<Browser, String> {
    if let Some(browser) = find_browser() {
        return Ok(browser);
    }
    let become_root: Option<&[&str]> = match output(&mut command_line("id -u")) {
        Some(id) if id.trim() == "0" => Some(&[]),
        _ if succeeds(&mut command_line("sudo -n true")) => Some(&["sudo", "-n"]),
        _ => None,
    };
    let (Some(become_root), Some(_)) = (become_root, which("apt-get")) else {
        return Err("the browser tests need Chromium (or Chrome) and the chromedriver of the same version: \
                    install both, then put them on the PATH or name them in CHROMIUM and CHROMEDRIVER"
            .to_owned());
    };
    announce("Chromium and its driver with apt", "about 1 minute");
    let prefix = become_root.iter().map(|word| format!("{word} ")).collect::<String>();
    // The package list of a new machine may be missing or too old to find the package.
    run(&mut command_line(&format!("{prefix}apt-get update -q")))?;
    let install = "apt-get install -y -q --no-install-recommends chromium chromium-driver";
    run(command_line(&format!("{prefix}{install}")).env("DEBIAN_FRONTEND", "noninteractive"))?;
    find_browser()
        .ok_or_else(|| "apt installed chromium and chromium-driver, yet the PATH lacks them".to_owned())
}

fn find_browser() -> Option<Browser> {
    let find = |variable: &str, names: &[&str]| {
        let named = std::env::var_os(variable).map(PathBuf::from);
        named.or_else(|| names.iter().find_map(|name| which(name)))
    };
    Some(Browser {
        chromium: find("CHROMIUM", &["chromium", "chromium-browser", "google-chrome", "chrome"])?,
        driver: find("CHROMEDRIVER", &["chromedriver"])?,
    })
}

/// The standard library for wasm.
pub fn wasm_target() -> Result<(), String> {
    let libraries = output(&mut command_line("rustc --print target-libdir --target wasm32-unknown-unknown"));
    if libraries.is_some_and(|path| PathBuf::from(path.trim()).is_dir()) {
        return Ok(());
    }
    if which("rustup").is_none() {
        return Err(
            "this Rust lacks the target wasm32-unknown-unknown, and without rustup it cannot be added \
                    here: install the target the way this Rust was installed"
                .to_owned(),
        );
    }
    announce("the wasm target of Rust", "a few seconds");
    run(&mut command_line("rustup target add wasm32-unknown-unknown"))
}

/// Sees to it that `program` is on the PATH in exactly this version.
fn tool(program: &str, package: &str, version: &str, args: &str, time: &str) -> Result<(), String> {
    let there = || {
        let printed = output(command(program).arg("--version")).unwrap_or_default();
        printed.split_whitespace().any(|word| word == version)
    };
    if there() {
        return Ok(());
    }
    install(package, version, args, time)?;
    if there() {
        return Ok(());
    }
    Err(match which(program) {
        Some(other) => format!(
            "{program} {version} was installed, but {} comes first on the PATH: remove that one, or put cargo's \
             bin folder before it",
            other.display()
        ),
        None => format!("{program} was installed, but cargo's bin folder is not on the PATH: add it"),
    })
}

/// Installs a program to cargo's usual place: ready-made where cargo-binstall can, else built.
fn install(package: &str, version: &str, args: &str, time: &str) -> Result<(), String> {
    announce(&format!("{package} {version}"), &format!("builds once, {time}"));
    if succeeds(&mut cargo("binstall -V")) {
        let binstall =
            cargo(&format!("binstall --no-confirm --disable-strategies compile {package}@{version}"));
        if run(&mut { binstall }).is_ok() {
            return Ok(());
        }
        println!("cargo-binstall has no ready-made {package} here; building it.");
    }
    let started = Instant::now();
    let mut build = cargo(&format!("install {package} --version {version} --force"));
    build.args(args.split_whitespace());
    // A tool that runs for seconds is not worth minutes of optimising.
    build.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1");
    build.env("CARGO_PROFILE_RELEASE_LTO", "off");
    build.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    // Nothing of it belongs among the project's own artifacts.
    build.env_remove("CARGO_TARGET_DIR");
    run(&mut build)?;
    println!("Installed {package} {version} in {:.0?}.", started.elapsed());
    Ok(())
}

/// wasm-bindgen's program reads only what the library of the very same version wrote.
fn wasm_bindgen_version(lock: &str) -> Result<String, String> {
    let (_, rest) = lock
        .split_once("name = \"wasm-bindgen\"\nversion = \"")
        .ok_or("Cargo.lock names no wasm-bindgen, though the app is built with it")?;
    Ok(rest.chars().take_while(|&c| c != '"').collect())
}

fn announce(what: &str, time: &str) {
    println!("Setting up {what} ({time}).");
}

fn command_line(line: &str) -> std::process::Command {
    let mut words = line.split(' ');
    let mut command = command(words.next().unwrap_or_default());
    command.args(words);
    command
}

fn read(path: &str) -> Result<String, String> {
    fs::read_to_string(root().join(path)).map_err(|error| format!("{path} cannot be read: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_wasm_bindgen_itself_is_read() {
        let lock = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.1\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.99\"\n";
        assert_eq!(wasm_bindgen_version(lock).unwrap(), "0.2.99");
        assert!(wasm_bindgen_version("[[package]]\nname = \"yew\"\n").is_err());
    }
}
