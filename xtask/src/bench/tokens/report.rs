//! The tables of `docs/benchmarks.md`, made from what was measured.

use crate::bench::corpora;
use crate::bench::page::{line, number, numbers, rows, setting, spread, text};
use crate::bench::tokens::goals;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// What was measured of a contestant in a case: the first pass is the cold one.
pub struct Pass<'a> {
    place: &'a str,
    text: &'a str,
    encoding: &'a str,
    operation: &'a str,
    name: &'a str,
    bytes: f64,
    ms: Vec<f64>,
    /// `None` if it was stopped for taking too long.
    tokens: Option<u64>,
    record: &'a Value,
}

impl Pass<'_> {
    /// MB/s of each warm pass.
    fn speeds(&self) -> Vec<f64> {
        self.ms.iter().skip(1).map(|ms| self.bytes / 1e3 / ms).collect()
    }
}

/// All that was measured.
pub struct Results<'a> {
    records: &'a [Value],
    passes: Vec<Pass<'a>>,
}

impl<'a> Results<'a> {
    fn of(records: &'a [Value]) -> Results<'a> {
        let of_kind = records.iter().filter(|record| record["kind"] == "passes");
        let passes = of_kind.map(|record| Pass {
            place: text(record, "place"),
            text: text(record, "text"),
            encoding: text(record, "encoding"),
            operation: text(record, "operation"),
            name: text(record, "name"),
            bytes: record["bytes"].as_f64().unwrap_or(f64::NAN),
            ms: numbers(&record["ms"]),
            tokens: record["tokens"].as_u64(),
            record,
        });
        Results { records, passes: passes.collect() }
    }

    /// The passes of a case, ours first.
    fn case(&self, place: &str, text: &str, encoding: &str, operation: &str) -> Vec<&Pass<'a>> {
        let this = |pass: &&Pass| {
            (pass.place, pass.text, pass.encoding, pass.operation) == (place, text, encoding, operation)
        };
        self.passes.iter().filter(this).collect()
    }

    /// How many times as fast as `peer` ours counts the text with o200k, round by round.
    pub fn ratios(&self, place: &str, text: &str, peer: &str) -> Vec<f64> {
        ratios(&self.case(place, text, "o200k_base", "count"), peer)
    }

    /// The times of ours for a text in ms, the cold pass first.
    pub fn times(&self, place: &str, text: &str) -> Vec<f64> {
        let case = self.case(place, text, "o200k_base", "count");
        case.first().map(|ours| ours.ms.clone()).unwrap_or_default()
    }

    /// Those that were measured in a place, ours first.
    pub fn names(&self, place: &str) -> Vec<&'a str> {
        let mut seen = BTreeSet::new();
        let here = self.passes.iter().filter(|pass| pass.place == place);
        here.map(|pass| pass.name).filter(|name| seen.insert(*name)).collect()
    }

    /// The times that a contestant took to make o200k ready, in ms.
    pub fn loads(&self, place: &str, name: &str) -> Vec<f64> {
        if place == "native" {
            let of = self.records.iter().find(|record| record["kind"] == "load" && record["name"] == name);
            return of.map(|record| numbers(&record["ms"])).unwrap_or_default();
        }
        self.load_parts(name, "init")
    }

    /// In Chromium: `init` (all fetched to the first count) or `all`, in ms.
    fn load_parts(&self, name: &str, part: &str) -> Vec<f64> {
        let here = self.passes.iter().filter(|pass| {
            (pass.place, pass.encoding, pass.operation, pass.name)
                == ("Chromium", "o200k_base", "count", name)
        });
        here.filter_map(|pass| pass.record["load"][part].as_f64()).collect()
    }

    /// The one record of a kind.
    pub fn record(&self, kind: &str, name: Option<&str>) -> Option<&'a Value> {
        let wanted =
            |record: &&Value| record["kind"] == kind && name.is_none_or(|name| record["name"] == name);
        self.records.iter().find(wanted)
    }
}

fn ratios(case: &[&Pass], peer: &str) -> Vec<f64> {
    let (Some(ours), Some(theirs)) = (case.first(), case.iter().find(|pass| pass.name == peer)) else {
        return Vec::new();
    };
    ours.speeds().iter().zip(theirs.speeds()).map(|(ours, theirs)| ours / theirs).collect()
}

/// All tables, with what they were measured on.
pub fn markdown(records: &[Value], invoked: &str, load: &str) -> Result<String, String> {
    let results = Results::of(records);
    let rounds = results.passes.iter().map(|pass| pass.ms.len()).max().unwrap_or(1) - 1;
    let mut page = setting(records, invoked, load);
    write!(page, "Medians of {rounds} warm passes, with the least and the most in brackets.\n\n")
        .expect("a String takes all");
    page += &corpora::sizes()?;
    page += &goals::table(&results);
    for (place, title) in [("native", "Natively"), ("Chromium", "In Chromium")] {
        write!(page, "\n### {title}\n\n{}", speeds(&results, place)).expect("a String takes all");
        write!(page, "\n{}\n{}", runs(&results, place), loads(&results, place)).expect("a String takes all");
    }
    page += &workers_and_memory(&results);
    Ok(page)
}

/// Warm speeds, ratios and cold speeds of a place.
fn speeds(results: &Results, place: &str) -> String {
    let names = results.names(place);
    let (mut warm, mut beside, mut cold) = (rows(&names), rows(&names[1..]), rows(&names));
    let mut notes = Vec::new();
    for (encoding, operation) in [
        ("o200k_base", "count"),
        ("o200k_base", "encode"),
        ("cl100k_base", "count"),
        ("cl100k_base", "encode"),
    ] {
        for text in corpora::NAMES {
            let case = results.case(place, text, encoding, operation);
            let Some(ours) = case.first() else { continue };
            let short = encoding.trim_end_matches("_base");
            let label = format!("{text} ({:.1} MB), {short} {operation}", ours.bytes / 1e6);
            let cells = |cell: &dyn Fn(&Pass) -> String| {
                let each = names.iter().map(|name| {
                    case.iter().find(|pass| pass.name == *name).map_or("–".to_owned(), |pass| cell(pass))
                });
                each.collect::<Vec<_>>()
            };
            line(
                &mut warm,
                &label,
                &cells(&|pass| {
                    format!(
                        "{}{}{}",
                        spread(&pass.speeds()),
                        if pass.bytes < ours.bytes { "¹" } else { "" },
                        if differs(pass, &case) { " **≠**" } else { "" }
                    )
                }),
            );
            line(
                &mut cold,
                &label,
                &cells(&|pass| pass.ms.first().map_or("–".to_owned(), |ms| number(pass.bytes / 1e3 / ms))),
            );
            let peers = names[1..].iter().map(|peer| format!("{}×", spread(&ratios(&case, peer))));
            line(&mut beside, &label, &peers.collect::<Vec<_>>());
            notes.extend(
                case.iter().filter(|pass| differs(pass, &case)).map(|pass| note(pass, &case, &label)),
            );
        }
    }
    let mut all = format!(
        "Warm passes, MB/s:\n\n{warm}\nOurs is so many times as fast, warm:\n\n{beside}\nThe first, cold pass, MB/s:\n\n{cold}"
    );
    if place == "Chromium" {
        all += "\n¹ On the first 1 MB only, as it is slow; the ratio is that of the speeds.\n";
    }
    if notes.is_empty() {
        all += "\nAll gave the same number of tokens for each text.\n";
    } else {
        write!(all, "\n**≠** gives another number of tokens than tiktoken-rs: {}.\n", notes.join("; "))
            .expect("a String takes all");
    }
    all
}

/// How many tokens tiktoken-rs gives for the part of the text that the contestant had.
fn expected(pass: &Pass, case: &[&Pass]) -> Option<u64> {
    let reference = || case.iter().find(|pass| pass.name == "tiktoken-rs")?.tokens;
    pass.record["expected"].as_u64().or_else(reference)
}

fn differs(pass: &Pass, case: &[&Pass]) -> bool {
    // Pieces can differ while the sums agree.
    let wrong = pass.record["wrong_pieces"].as_u64().unwrap_or(0);
    wrong > 0 || pass.tokens.is_some_and(|tokens| Some(tokens) != expected(pass, case))
}

fn note(pass: &Pass, case: &[&Pass], label: &str) -> String {
    let number = |tokens: Option<u64>| tokens.map_or("none".to_owned(), |tokens| tokens.to_string());
    format!("{} on {label} ({}, not {})", pass.name, number(pass.tokens), number(expected(pass, case)))
}

/// The hard cases, in ms.
fn runs(results: &Results, place: &str) -> String {
    let names = results.names(place);
    let mut table = rows(&names);
    for text in corpora::RUNS {
        let case = results.case(place, text, "o200k_base", "count");
        let cells = names.iter().map(|name| {
            let Some(pass) = case.iter().find(|pass| pass.name == *name) else { return "–".to_owned() };
            if let Some(limit) = pass.record["limit"].as_f64() {
                return format!("> {limit:.0}");
            }
            let wrong = if differs(pass, &case) { " **≠**" } else { "" };
            format!("{} / {}{wrong}", number(pass.ms[0]), spread(&pass.ms[1..]))
        });
        line(&mut table, text.trim_start_matches("run-"), &cells.collect::<Vec<_>>());
    }
    format!("200 KB without a break, o200k count, ms cold / warm:\n\n{table}")
}

fn loads(results: &Results, place: &str) -> String {
    let names = results.names(place);
    let mut table = rows(&names);
    let init: Vec<String> = names.iter().map(|name| spread(&results.loads(place, name))).collect();
    if place == "native" {
        line(&mut table, "in a new process", &init);
    } else {
        line(&mut table, "from what was fetched", &init);
        let all = names.iter().map(|name| spread(&results.load_parts(name, "all")));
        line(&mut table, "with fetching and compiling", &all.collect::<Vec<_>>());
        table +=
            "\nModules of JavaScript make tables while they are imported, which only the second row has.\n";
    }
    format!("Ready to count with o200k, ms:\n\n{table}")
}

fn workers_and_memory(results: &Results) -> String {
    let mut text = String::from("\n### Workers and memory\n\n");
    if let Some(workers) = results.record("workers", None) {
        let (one, two) = (numbers(&workers["one"]), numbers(&workers["two"]));
        let megabytes = workers["bytes"].as_f64().unwrap_or(f64::NAN) / 1e6;
        let speed = |ms: &[f64]| spread(&ms.iter().map(|ms| megabytes * 1e3 / ms).collect::<Vec<_>>());
        let ratio: Vec<f64> = one.iter().zip(&two).map(|(one, two)| one / two).collect();
        writeln!(
            text,
            "{megabytes:.1} MB of mixed scripts and English as UTF-8: one worker {} MB/s, two {} MB/s, {} times as fast.\n",
            speed(&one),
            speed(&two),
            spread(&ratio),
        )
        .expect("a String takes all");
    }
    text += "Memory of the wasm module with o200k and cl100k, MB:\n\n";
    text += "| | loaded | after counting mixed scripts |\n| --- | --- | --- |\n";
    for record in results.records.iter().filter(|record| record["kind"] == "memory") {
        let megabytes =
            |key: &str| record[key].as_f64().map_or("–".to_owned(), |bytes| number(bytes / 1e6));
        writeln!(text, "| {} | {} | {} |", self::text(record, "name"), megabytes("ready"), megabytes("used"))
            .expect("a String takes all");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn ratios_are_taken_round_by_round_without_the_cold_one() {
        let pass = |name: &str, ms: [f64; 4]| {
            json!({"kind": "passes", "place": "native", "text": "code", "encoding": "o200k_base",
                   "operation": "count", "name": name, "bytes": 1000, "tokens": 9, "ms": ms})
        };
        let records = [pass("ours", [9.0, 1.0, 2.0, 4.0]), pass("peer", [1.0, 2.0, 2.0, 2.0])];
        let results = Results::of(&records);
        assert_eq!(results.ratios("native", "code", "peer"), [2.0, 1.0, 0.5]);
        assert_eq!(spread(&results.ratios("native", "code", "peer")), "1.00 [0.50–2.00]");
        assert!(results.ratios("Chromium", "code", "peer").is_empty());
    }

    #[test]
    fn another_number_of_tokens_is_marked() {
        let pass = |name: &str, tokens: u64| {
            json!({"kind": "passes", "place": "native", "text": "code", "encoding": "o200k_base",
                   "operation": "count", "name": name, "bytes": 1000, "tokens": tokens, "ms": [1.0, 1.0]})
        };
        let right = [pass("ours", 9), pass("tiktoken-rs", 9)];
        assert!(speeds(&Results::of(&right), "native").contains("the same number of tokens"));
        let wrong = [pass("ours", 8), pass("tiktoken-rs", 9)];
        assert!(speeds(&Results::of(&wrong), "native").contains("o200k count (8, not 9)"));
    }
}
