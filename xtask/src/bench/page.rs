//! The page with what was measured, and what its tables are made of.

use crate::shell::{command, output, root};
use serde_json::Value;
use std::fmt::Write as _;
use std::fs;

const PAGE: &str = "docs/benchmarks.md";

/// Puts the tables into the page, between the two marks of the benchmark.
pub fn write(name: &str, tables: &str) -> Result<(), String> {
    let (begin, end) = (format!("<!-- {name}: begin -->\n"), format!("<!-- {name}: end -->\n"));
    let path = root().join(PAGE);
    let page = fs::read_to_string(&path).map_err(|error| format!("{PAGE} cannot be read: {error}"))?;
    let parts = page.split_once(&begin).and_then(|(before, rest)| Some((before, rest.split_once(&end)?.1)));
    let (before, after) = parts.ok_or_else(|| format!("{PAGE} lacks the marks {begin} and {end}"))?;
    fs::write(&path, format!("{before}{begin}\n{tables}\n{end}{after}"))
        .map_err(|error| format!("{PAGE} cannot be written: {error}"))?;
    println!("Wrote {PAGE}.");
    Ok(())
}

/// When and on what it was measured.
pub fn setting(records: &[Value], invoked: &str, load: &str) -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("an unknown processor", |(_, model)| model);
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let rust = output(command("rustc").arg("--version")).unwrap_or_default();
    let rust = rust.split_whitespace().nth(1).unwrap_or("unknown").to_owned();
    let browser = records.iter().find(|record| record["kind"] == "browser");
    let chromium = browser.map_or("unknown", |record| text(record, "version"));
    let date = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    format!(
        "Measured on {date} by `{invoked}`: {cores} cores of {model}, Rust {rust}, Chromium {chromium}; the machine's load \
         average was {load} at the start. "
    )
}

/// A goal, what was measured, and whether that reaches it; `None` if it was not measured.
pub type Outcome = (String, String, Option<bool>);

/// Goals as a table.
pub fn goals(outcomes: &[Outcome]) -> String {
    let mut table = String::from("| goal | measured | |\n| --- | --- | --- |\n");
    for (goal, measured, met) in outcomes {
        let word = match met {
            Some(true) => "met",
            Some(false) => "**missed**",
            None => "not measured",
        };
        line(&mut table, goal, &[measured.clone(), word.to_owned()]);
    }
    table
}

/// The head of a table with a column for each name.
pub fn rows(names: &[&str]) -> String {
    format!("| | {} |\n|{}\n", names.join(" | "), " --- |".repeat(names.len() + 1))
}

pub fn line(table: &mut String, label: &str, cells: &[String]) {
    writeln!(table, "| {label} | {} |", cells.join(" | ")).expect("a String takes all");
}

/// `52.1 [50.0–53.2]`: the median, the least and the most.
pub fn spread(values: &[f64]) -> String {
    let Some(median) = median(values) else { return "–".to_owned() };
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    format!("{} [{}–{}]", number(median), number(least), number(most))
}

/// The middle value; of an even number the mean of the two.
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let half = sorted.len() / 2;
    let upper = *sorted.get(half)?;
    Some(if sorted.len().is_multiple_of(2) { f64::midpoint(sorted[half - 1], upper) } else { upper })
}

/// Three digits or so.
pub fn number(value: f64) -> String {
    match value {
        _ if value >= 100.0 => format!("{value:.0}"),
        _ if value >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

pub fn text<'a>(record: &'a Value, key: &str) -> &'a str {
    record[key].as_str().unwrap_or("?")
}

/// The numbers of an array, none if it is none.
pub fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().into_iter().flatten().filter_map(Value::as_f64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_measured_has_no_median() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0, 1.0]), Some(2.0));
        assert_eq!(spread(&[]), "–");
    }
}
