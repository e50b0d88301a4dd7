//! `cargo xtask bench flame`: a million spans on the page of a release build, and in speedscope's own app.

use super::page::{self, rows};
use super::{Options, built_page, in_node, load, made, ready_for_browser};
use crate::shell::root;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::fs;

/// Measures, and prints or writes the tables.
pub fn measure(options: Options) -> Result<(), String> {
    ready_for_browser()?;
    let dist = built_page()?;
    let before = load();
    let made = made().join("flame");
    fs::create_dir_all(&made).map_err(|error| format!("{} cannot be made: {error}", made.display()))?;
    let ask = json!({
        "dist": dist,
        "made": made,
        "speedscope": root().join("tests/e2e/node_modules/speedscope/dist/release"),
        "spans": if options.quick { 100_000 } else { 1_000_000 },
    });
    let records = in_node("benches/flame/run.mjs", &ask, "Chromium")?;
    let tables = page::setting(&records, &options.invoked("flame"), &before) + "\n\n" + &table(&records);
    if options.write {
        return page::write("flame", &tables);
    }
    println!("\n{tables}");
    Ok(())
}

/// Each figure of both, and how many times as much it is in the other.
fn table(records: &[Value]) -> String {
    let of = |who: &str| records.iter().find(|record| record["kind"] == "flame" && record["who"] == who);
    let (ours, theirs) = (of("Tokenflame"), of("speedscope"));
    let mut table = rows(&["Tokenflame", "speedscope", "beside it"]);
    let figures = [
        ("reading the file, ms", vec!["read"]),
        ("from there to the first picture, ms", vec!["first"]),
        ("to all figures beside it, ms", vec!["figures"]),
        ("frame in time order, p50, ms", vec!["inOrder", "p50"]),
        ("frame in time order, p95, ms", vec!["inOrder", "p95"]),
        ("frame left heavy, p50, ms", vec!["merged", "p50"]),
        ("frame left heavy, p95, ms", vec!["merged", "p95"]),
    ];
    for (name, path) in figures {
        let value =
            |record: Option<&Value>| path.iter().try_fold(record?, |value, key| value.get(key))?.as_f64();
        let text = |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.1}"));
        let (a, b) = (value(ours), value(theirs));
        let beside =
            a.zip(b).filter(|(a, _)| *a > 0.0).map_or("–".to_owned(), |(a, b)| format!("{:.2}×", b / a));
        // Cannot fail: a string takes everything.
        let _ = writeln!(table, "| {name} | {} | {} | {beside} |", text(a), text(b));
    }
    let word = |record: Option<&Value>, key: &str| {
        record.map_or("–".to_owned(), |record| match &record[key] {
            Value::String(text) => text.clone(),
            value => value.to_string(),
        })
    };
    for (name, key) in [("memory", "memory"), ("bytes of the file", "bytes")] {
        let _ = writeln!(table, "| {name} | {} | {} | – |", word(ours, key), word(theirs, key));
    }
    table
}
