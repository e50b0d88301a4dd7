//! Every task of the project: `cargo xtask` lists them.
//!
//! Each task first sets up what it needs and skips what is there, so no task depends on another
//! having been run.

mod bench;
mod dist;
mod exact;
mod formats;
mod prices;
mod serve;
mod setup;
mod shell;
mod test;
mod vocab;

use std::process::ExitCode;

/// A task: its name, what it does in a line, and how to run it with the rest of the command line.
struct Task {
    name: &'static str,
    about: &'static str,
    run: fn(&[String]) -> Result<(), String>,
}

const TASKS: &[Task] = &[
    Task {
        name: "serve",
        about: "build and serve the page on this machine (--port N, --dev for quick unoptimised builds)",
        run: serve::run,
    },
    Task {
        name: "build",
        about: "make dist/, which any static server can serve from any path",
        run: |args| no_arguments(args).and_then(|()| dist::build()),
    },
    Task {
        name: "test",
        about: "run every check, or the named ones (fmt clippy native build size wasm e2e)",
        run: test::run_steps,
    },
    Task {
        name: "new-format",
        about: "begin a reader: its file, its fixtures, its line in the registry (new-format NAME)",
        run: formats::begin,
    },
    Task {
        name: "formats",
        about: "write docs/formats.md anew",
        run: |args| no_arguments(args).and_then(|()| formats::write()),
    },
    Task {
        name: "vocab",
        about: "write the vocabularies in www/vocab anew",
        run: |args| no_arguments(args).and_then(|()| vocab::write()),
    },
    Task {
        name: "prices",
        about: "make the bundled price table anew (or from the package versions given, such as litellm==1.2.3)",
        // It reads the requirements itself.
        run: |_| prices::run(),
    },
    Task {
        name: "bench",
        about: "measure the tokenizer beside others (tokens), reading (formats), prices, flame or caches; --quick, --write",
        run: bench::run_named,
    },
    Task {
        name: "exact",
        about: "compare tokens with the reference on a million random strings and the benchmark's texts",
        run: |args| no_arguments(args).and_then(|()| exact::run_all()),
    },
    Task {
        name: "shrink",
        about: "what Trunk runs after each build: make the wasm files small with wasm-opt",
        run: |args| no_arguments(args).and_then(|()| dist::shrink()),
    },
];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let Some((name, rest)) = args.split_first() else {
        print!("{}", usage());
        return ExitCode::SUCCESS;
    };
    let Some(task) = TASKS.iter().find(|task| task.name == name) else {
        eprint!("There is no task `{name}`.\n\n{}", usage());
        return ExitCode::from(2);
    };
    match (task.run)(rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\n`cargo xtask {name}` failed: {error}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> String {
    let lines: String = TASKS.iter().map(|task| format!("  {:10} {}\n", task.name, task.about)).collect();
    format!("Usage: cargo xtask <task>\n\n{lines}")
}

fn no_arguments(args: &[String]) -> Result<(), String> {
    match args {
        [] => Ok(()),
        [first, ..] => Err(format!("this task takes no arguments, but was given `{first}`")),
    }
}
