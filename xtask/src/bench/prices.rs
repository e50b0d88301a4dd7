//! `cargo xtask bench prices`: a million calls priced, natively and in Chromium; typing into the workbench of the built
//! page.

use crate::bench::page::{goals, line, median, numbers, rows, setting, spread, text};
use crate::bench::{
    Options, built_page, in_chromium, in_node, lines, load, made, native_program, page, ready_for_browser,
    wasm_module,
};
use crate::shell::root;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::process::Command;

const FOLDER: &str = "benches/prices";

/// What is typed into, and its name in the records.
const TYPED_INTO: [(&str, &str); 3] = [
    ("another part than the one of 1 MB", "other"),
    ("1 MB of text in lines", "lines"),
    ("1 MB of text in one line", "line"),
];

/// Measures and makes the tables.
pub fn measure(options: Options) -> Result<(), String> {
    let load = load();
    let rounds = if options.quick { 5 } else { 15 };
    let dist = built_page()?;
    ready_for_browser()?;
    let native = native_program(FOLDER, "bench-prices", &[])?;
    wasm_module(FOLDER, "bench_prices", "prices", &[])?;
    let mut records = lines(Command::new(&native).arg(rounds.to_string()), "native")?;
    let folders = [
        ("js", root().join(FOLDER).join("browser")),
        ("wasm", made().join("wasm")),
        ("data", root().join("crates/pricing/data")),
    ];
    records.extend(in_chromium(&folders, vec![json!(["priced", { "rounds": rounds }])])?);
    let asked = json!({ "dist": dist, "rounds": if options.quick { 1 } else { 3 } });
    records.extend(in_node("benches/prices/typing.mjs", &asked, "Chromium")?);
    let priced: Vec<&Value> = records.iter().filter(|record| record["kind"] == "priced").collect();
    let [native, browser] = priced[..] else { return Err("one of the two did not price".to_owned()) };
    if native["total"] != browser["total"] {
        return Err(format!("natively {} dollars, in Chromium {}", native["total"], browser["total"]));
    }

    let mut page = setting(&records, &options.invoked("prices"), &load);
    writeln!(page, "Medians of {rounds} passes, with the least and the most in brackets.\n")
        .expect("a String takes all");
    let ms = numbers(&browser["ms"]);
    let (tasks, longest) = long_tasks(&typed(&records, "ours", "other"));
    page += &goals(&[
        (
            "a million calls priced in Chromium: under 300 ms".to_owned(),
            format!("{} ms", spread(&ms)),
            median(&ms).map(|middle| middle < 300.0),
        ),
        (
            "typing beside 1 MB of text: no task over 50 ms on the page's thread".to_owned(),
            format!("{tasks}, the longest {longest} ms"),
            Some(tasks == 0),
        ),
    ]);
    write!(page, "\n{}", rows(&["ms", "the first, ms"])).expect("a String takes all");
    for record in priced {
        let ms = numbers(&record["ms"]);
        line(&mut page, text(record, "place"), &[spread(&ms), spread(&ms[..1.min(ms.len())])]);
    }
    page += &typing_table(&records);
    println!("\n{page}");
    if options.write { page::write("prices", &page) } else { Ok(()) }
}

/// Each time that 41 keys were typed.
fn typed<'a>(records: &'a [Value], who: &str, case: &str) -> Vec<&'a Value> {
    records
        .iter()
        .filter(|record| record["kind"] == "typed" && record["who"] == who && record["case"] == case)
        .collect()
}

/// How many tasks over 50 ms there were, and the longest, ms.
fn long_tasks(typed: &[&Value]) -> (usize, f64) {
    let long: Vec<f64> = typed.iter().flat_map(|record| numbers(&record["long"])).collect();
    (long.len(), long.into_iter().fold(0.0, f64::max))
}

/// The workbench, and beside it a bare text area with the same text.
fn typing_table(records: &[Value]) -> String {
    let mut table = rows(&[
        "tasks over 50 ms",
        "in a bare text area",
        "the longest, ms",
        "bare",
        "from a key to the end of its frame, ms",
        "bare",
    ]);
    table.insert(0, '\n');
    for (label, case) in TYPED_INTO {
        let [ours, bare] = ["ours", "bare"].map(|who| {
            let typed = typed(records, who, case);
            let keys: Vec<f64> = typed.iter().flat_map(|record| numbers(&record["keys"])).collect();
            (long_tasks(&typed), spread(&keys))
        });
        let tasks = [ours.0.0, bare.0.0].map(|tasks| tasks.to_string());
        let longest = [ours.0.1, bare.0.1].map(|longest| longest.to_string());
        line(&mut table, label, &[&tasks[..], &longest, &[ours.1, bare.1]].concat());
    }
    table
}
