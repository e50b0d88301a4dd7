//! The bill in the terminal, on real files: totals to the last digit, whichever way the rows are grouped.

use std::{collections::BTreeMap, process::Command};

use serde_json::Value;
use units::Money;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/");

fn run(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_tokenflame")).args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn bill(file: &str, options: &[&str]) -> Value {
    let path = format!("{FIXTURES}{file}");
    let (code, out, errors) = run(&[&["bill", &path, "--json"], options].concat());
    assert_eq!((code, errors.as_str()), (0, ""), "{file}");
    serde_json::from_str(&out).unwrap()
}

fn money(value: &Value) -> Money {
    value.as_str().unwrap().parse().unwrap()
}

/// Rows multiply, rows sum to the total, and the difference leads from the computed to the reported cost.
#[track_caller]
fn adds_up(bill: &Value) {
    let mut sum = Money::ZERO;
    for row in bill["rows"].as_array().unwrap() {
        let tokens = row["tokens"].as_u64().unwrap();
        let millionfold = money(&row["usd_per_million"]).times(tokens);
        assert_eq!(millionfold, money(&row["usd"]).times(1_000_000), "{row}");
        sum += money(&row["usd"]);
    }
    let total = if bill["total_usd"].is_null() { Money::ZERO } else { money(&bill["total_usd"]) };
    assert_eq!(sum, total);
    if !bill["reported_usd"].is_null() {
        let reasons = bill["difference"].as_array().unwrap().iter();
        assert_eq!(total + reasons.map(|row| money(&row["usd"])).sum(), money(&bill["reported_usd"]));
    }
}

#[test]
fn known_sessions_cost_what_they_cost() {
    for (file, total, reported) in [
        ("pi-agent/large-session.jsonl.gz", "30.3301977", "30.3301977"),
        ("aider/sample-analytics.jsonl", "5.305332", "5.305332"),
    ] {
        let bill = bill(file, &[]);
        assert_eq!((&bill["total_usd"], &bill["reported_usd"]), (&total.into(), &reported.into()), "{file}");
        assert_eq!(bill["unpriced"], Value::Array(vec![]), "{file}");
        let unexplained: Vec<_> = bill["difference"].as_array().unwrap().iter().collect();
        assert_eq!(unexplained.len(), 1, "{unexplained:?}");
        assert_eq!(
            (&unexplained[0]["reason"], &unexplained[0]["usd"]),
            (&"Not explained".into(), &"0".into())
        );
    }
    let pi = bill("pi-agent/large-session.jsonl.gz", &[]);
    let rows: Vec<_> = pi["rows"].as_array().unwrap().iter().collect();
    let read = rows.iter().find(|row| row["class"] == "cache_read").unwrap();
    for (key, value) in [
        ("group", Value::from("claude-sonnet-4-5")),
        ("model", "claude-sonnet-4-5".into()),
        ("tier", Value::Null),
        ("service_tier", "standard".into()),
        ("tokens", 43_229_469.into()),
        ("usd_per_million", "0.3".into()),
        ("usd", "12.9688407".into()),
    ] {
        assert_eq!(read[key], value, "{key}");
    }
    assert!(read["source"].is_string() && read["checked"].is_string(), "{read}");
}

#[test]
fn each_grouping_adds_up_to_the_same_bill() {
    for file in [
        "pi-agent/large-session.jsonl.gz",
        "aider/sample-analytics.jsonl",
        "claude-code/session-30530d66.jsonl",
        "langfuse/trace-nested-claude-agent.json",
        "litellm/own-spend-logs.jsonl",
        "openai-batch/batch_output.jsonl",
        "anthropic-messages/anthropic-web-search.json",
    ] {
        let by = |word| {
            let bill = bill(file, &["--by", word]);
            adds_up(&bill);
            let mut tokens: BTreeMap<String, u64> = BTreeMap::new();
            for row in bill["rows"].as_array().unwrap() {
                let key = ["model", "class", "tier", "service_tier", "usd_per_million"]
                    .map(|key| row[key].to_string());
                *tokens.entry(key.join(" ")).or_default() += row["tokens"].as_u64().unwrap();
            }
            (bill["total_usd"].clone(), tokens)
        };
        let first = by("model");
        for word in ["component", "session", "user", "day"] {
            assert_eq!(by(word), first, "{file} by {word}");
        }
    }
}

#[test]
fn prices_of_a_day_and_of_another_model_can_be_asked_for() {
    let file = "aider/sample-analytics.jsonl";
    let earlier = bill(file, &["--as-of", "2025-08-01"]);
    adds_up(&earlier);
    let other = bill(file, &["--model", "gpt-4o-mini"]);
    adds_up(&other);
    let rows = other["rows"].as_array().unwrap();
    assert!(!rows.is_empty() && rows.iter().all(|row| row["model"] == "gpt-4o-mini"), "{rows:?}");
    let batch = bill("openai-batch/own-anthropic-results.jsonl", &[]);
    let services: Vec<_> = batch["rows"].as_array().unwrap().iter().map(|row| &row["service_tier"]).collect();
    assert!(!services.is_empty() && services.iter().all(|service| **service == "batch"), "{services:?}");
}

#[test]
fn what_cannot_be_asked_is_said() {
    let file = format!("{FIXTURES}aider/sample-analytics.jsonl");
    for (options, says) in [
        (&["--by", "colour"][..], "model, component, session, user, day"),
        (&["--as-of", "yesterday"], "is not a day"),
        (&["--model", "no-such-model-at-all"], "no price for the model"),
    ] {
        let (code, out, errors) = run(&[&["bill", &file], options].concat());
        assert_eq!((code, out.as_str()), (2, ""));
        assert!(errors.contains(says), "{errors}");
    }
    let (code, _, errors) = run(&["summary", &file, "--by", "model"]);
    assert!(code == 2 && errors.contains("belong to bill"), "{errors}");
}

#[test]
fn a_person_gets_a_table() {
    let (code, out, _) = run(&["bill", &format!("{FIXTURES}pi-agent/large-session.jsonl.gz")]);
    assert_eq!(code, 0);
    let row = |name: &str| out.lines().find(|line| line.trim_start().starts_with(name)).unwrap_or_default();
    assert!(row("Cache read").contains("43,229,469") && row("Cache read").contains("$12.9688407"), "{out}");
    assert!(row("Total of priced rows").ends_with("$30.3301977"), "{out}");
}
