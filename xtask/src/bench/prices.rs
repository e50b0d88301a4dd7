//! `cargo xtask bench prices`: a million calls priced, natively and in Chromium.

use crate::bench::page::{goals, line, median, numbers, rows, setting, spread, text};
use crate::bench::{
    Options, in_chromium, lines, load, made, native_program, page, ready_for_browser, wasm_module,
};
use crate::shell::root;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::process::Command;

const FOLDER: &str = "benches/prices";

/// Measures and makes the tables.
pub fn measure(options: Options) -> Result<(), String> {
    let load = load();
    let rounds = if options.quick { 5 } else { 15 };
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
    let priced: Vec<&Value> = records.iter().filter(|record| record["kind"] == "priced").collect();
    let [native, browser] = priced[..] else { return Err("one of the two did not price".to_owned()) };
    if native["total"] != browser["total"] {
        return Err(format!("natively {} dollars, in Chromium {}", native["total"], browser["total"]));
    }

    let mut page = setting(&records, &options.invoked("prices"), &load);
    writeln!(page, "Medians of {rounds} passes, with the least and the most in brackets.\n")
        .expect("a String takes all");
    let ms = numbers(&browser["ms"]);
    page += &goals(&[(
        "a million calls priced in Chromium: under 300 ms".to_owned(),
        format!("{} ms", spread(&ms)),
        median(&ms).map(|middle| middle < 300.0),
    )]);
    write!(page, "\n{}", rows(&["ms", "the first, ms"])).expect("a String takes all");
    for record in priced {
        let ms = numbers(&record["ms"]);
        line(&mut page, text(record, "place"), &[spread(&ms), spread(&ms[..1.min(ms.len())])]);
    }
    println!("\n{page}");
    if options.write { page::write("prices", &page) } else { Ok(()) }
}
