//! `cargo xtask bench caches`: traffic replayed through caches, natively beside plain replays and packages of PyPI, in
//! Chromium, and on the built page.

use crate::bench::page::{self, goals, line, median, number, numbers, rows, setting, spread, text};
use crate::bench::{
    Options, built_page, in_chromium, in_node, lines, load, made, native_program, ready_for_browser,
    wasm_module,
};
use crate::shell::{command, root, run};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const FOLDER: &str = "benches/caches";
/// The packages that find pairs, too.
const PEERS: [&str; 2] = ["SetSimilaritySearch==1.0.1", "datasketch==2.0.0"];
const SWEEPS: [(&str, &str); 3] = [
    ("words", "Jaccard over words"),
    ("tfidf", "cosine of TF-IDF"),
    ("ngrams", "Jaccard over runs of 3 letters"),
];

/// How much is measured.
struct Sizes {
    replayed: u64,
    joined: u64,
    plain: u64,
    rounds: u64,
}

/// Measures and makes the tables.
pub fn measure(options: Options) -> Result<(), String> {
    let load = load();
    let sizes = match options.quick {
        true => Sizes { replayed: 20_000, joined: 4_000, plain: 1_000, rounds: 1 },
        false => Sizes { replayed: 100_000, joined: 20_000, plain: 4_000, rounds: 1 },
    };
    ready_for_browser()?;
    let dist = built_page()?;
    let made = made();
    let folder = made.join("caches");
    fs::create_dir_all(&folder).map_err(|error| format!("{} cannot be made: {error}", folder.display()))?;
    let native = native_program(FOLDER, "bench-caches", &[])?;
    wasm_module(FOLDER, "bench_caches", "caches", &[])?;

    let mut records = joins(&native, &folder, &sizes)?;
    let names = SWEEPS.iter().map(|(name, _)| *name).chain(["stacked"]);
    for name in names.clone() {
        let [requests, rounds] = [sizes.replayed, sizes.rounds].map(|number| number.to_string());
        records.extend(lines(Command::new(&native).args(["replay", name, &requests, &rounds]), "native")?);
    }
    let cases = names
        .map(|name| json!(["replay", { "name": name, "requests": sizes.replayed, "rounds": sizes.rounds }]))
        .collect();
    let folders = [("js", root().join(FOLDER).join("browser")), ("wasm", made.join("wasm"))];
    records.extend(in_chromium(&folders, cases)?);

    let trace = folder.join(format!("{}.jsonl", sizes.replayed));
    run(Command::new(&native).args(["trace", &sizes.replayed.to_string()]).arg(&trace))?;
    let asked = json!({ "dist": dist, "trace": trace });
    records.extend(in_node("benches/caches/run.mjs", &asked, "page")?);

    let tables = setting(&records, &options.invoked("caches"), &load) + &tables(&records, &sizes)?;
    println!("\n{tables}");
    if options.write { page::write("caches", &tables) } else { Ok(()) }
}

/// Joins by us, by plain comparison and by packages of PyPI, over the same prompts.
fn joins(native: &Path, folder: &Path, sizes: &Sizes) -> Result<Vec<Value>, String> {
    let python = python(folder)?;
    let joined = sizes.joined.to_string();
    let prompts = folder.join("prompts.txt");
    run(Command::new(native).args(["prompts", &joined]).arg(&prompts))?;
    let mut records = lines(Command::new(native).args(["join", &joined]), "native")?;
    records.extend(lines(Command::new(python).arg("benches/caches/peers.py").arg(&prompts), "native")?);
    for (name, _) in SWEEPS {
        records
            .extend(lines(Command::new(native).args(["naive", name, &sizes.plain.to_string()]), "native")?);
    }
    Ok(records)
}

/// Python with the packages, in an environment of its own.
fn python(folder: &Path) -> Result<PathBuf, String> {
    let place = folder.join("venv");
    let python = place.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    if !python.is_file() {
        run(command("python3").args(["-m", "venv"]).arg(&place))?;
    }
    run(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(PEERS))?;
    Ok(python)
}

fn tables(records: &[Value], sizes: &Sizes) -> Result<String, String> {
    let of = |kind: &'static str| records.iter().filter(move |record| record["kind"] == kind);
    let joins: Vec<&Value> = of("join").collect();
    let [ours, exact, hashes] = joins[..] else { return Err("not all have joined".to_owned()) };
    if ours["pairs"] != exact["pairs"] {
        return Err(format!(
            "we find {} pairs, {} finds {}",
            ours["pairs"],
            text(exact, "who"),
            exact["pairs"]
        ));
    }
    let replay = |name: &str, place: &str| {
        of("replay").find(|record| record["name"] == name && record["place"] == place).unwrap_or(&Value::Null)
    };
    for name in SWEEPS.iter().map(|(name, _)| *name).chain(["stacked"]) {
        if replay(name, "native")["hits"] != replay(name, "Chromium")["hits"] {
            return Err(format!("{name}: natively and in Chromium something else hits"));
        }
    }
    let step = |what: &str| of("page").find(|record| record["what"] == what).unwrap_or(&Value::Null);

    let requests = sizes.replayed;
    let mut outcomes = Vec::new();
    let mut goal = |name: String, replay: &Value, most: f64| {
        let ms = numbers(&replay["ms"]);
        outcomes.push((name, format!("{} ms", spread(&ms)), median(&ms).map(|middle| middle < most)));
    };
    for (name, measure) in SWEEPS {
        let goal_name = format!("{requests} prompts, 51 thresholds, {measure}, in Chromium: under 5 s");
        goal(goal_name, replay(name, "Chromium"), 5_000.0);
    }
    let layers = replay("stacked", "Chromium");
    goal(format!("{requests} requests through all layers in Chromium: under 3 s"), layers, 3_000.0);
    for (what, told) in [("sweep", "a sweep"), ("stacked", "all layers"), ("ended", "a sweep that is ended")]
    {
        let longest = step(what)["longest"].as_f64();
        let measured = match longest {
            Some(0.0) => "none".to_owned(),
            Some(longest) => format!("{} of them, the longest {} ms", step(what)["tasks"], number(longest)),
            None => "–".to_owned(),
        };
        let name = format!("no task of the page thread over 50 ms during {told}");
        outcomes.push((name, measured, longest.map(|longest| longest <= 50.0)));
    }
    let said = step("sweep")["said"].as_u64();
    let measured = said.map_or("–".to_owned(), |said| format!("{said} different notes"));
    outcomes.push(("a sweep tells how far it is".to_owned(), measured, said.map(|said| said > 0)));
    let ended = step("ended")["ms"].as_f64();
    let measured = ended.map_or("–".to_owned(), |ms| format!("{} ms after it was asked to", number(ms)));
    outcomes.push(("a sweep can be ended".to_owned(), measured, ended.map(|_| true)));

    let mut out = format!(
        "Passes of each replay: {} (the median, with the least and the most in brackets); joins and plain replays \
         once.\n\n{}\n",
        sizes.rounds,
        goals(&outcomes)
    );
    let all = || SWEEPS.into_iter().chain([("stacked", "all layers")]);
    out += &rows(&["native, ms", "Chromium, ms", "memory for the traffic, MB", "and for the replay, MB"]);
    for (name, measure) in all() {
        let (native, browser) = (replay(name, "native"), replay(name, "Chromium"));
        let mb = |bytes: f64| number(bytes / 1e6);
        let [before, after] = ["traffic", "memory"].map(|key| browser[key].as_f64().unwrap_or(f64::NAN));
        let cells = [
            spread(&numbers(&native["ms"])),
            spread(&numbers(&browser["ms"])),
            mb(before),
            mb(after - before),
        ];
        line(&mut out, measure, &cells);
    }
    write!(
        out,
        "\nAll pairs of {} prompts with a Jaccard similarity of 0.5 or more over words:\n\n{}",
        ours["prompts"],
        rows(&["ms", "times ours", "pairs", "of all"])
    )
    .expect("a String takes all");
    let value = |record: &Value, key: &str| record[key].as_f64().unwrap_or(f64::NAN);
    for join in [ours, exact, hashes] {
        let cells = [
            number(value(join, "ms")),
            number(value(join, "ms") / value(ours, "ms")),
            join["pairs"].to_string(),
            format!("{:.1}%", 100.0 * value(join, "pairs") / value(ours, "pairs")),
        ];
        line(&mut out, text(join, "who"), &cells);
    }
    write!(
        out,
        "\n{} requests beside plain replays, which compare each prompt with all before it:\n\n{}",
        sizes.plain,
        rows(&["join, ms", "plain, ms", "times ours", "sweep, ms", "plain, ms", "times ours"])
    )
    .expect("a String takes all");
    for (naive, (_, measure)) in of("naive").zip(SWEEPS) {
        let [join, plain_join, sweep, plain_sweep] =
            ["join", "plain_join", "sweep", "plain_sweep"].map(|key| value(naive, key));
        let cells =
            [join, plain_join, plain_join / join, sweep, plain_sweep, plain_sweep / sweep].map(number);
        line(&mut out, measure, &cells);
    }
    let read = of("read").next().unwrap_or(&Value::Null);
    write!(
        out,
        "\nOn the built page: a trace of {} MB was read in {} ms; the screen of caches with its sweep, and what it asks \
         beside it, was there after {} ms, all layers after {} ms; memory {}.",
        number(value(read, "bytes") / 1e6),
        number(value(read, "ms")),
        number(value(step("sweep"), "ms")),
        number(value(step("stacked"), "ms")),
        text(read, "memory"),
    )
    .expect("a String takes all");
    Ok(out)
}
