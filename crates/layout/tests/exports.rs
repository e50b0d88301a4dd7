//! The files of other profilers: what is written holds every span with its exact times, and is properly nested.

mod common;

use std::collections::BTreeMap;

use common::{place, trees};
use layout::{
    Spans,
    export::{Fact, Labels, chrome, speedscope},
};
use proptest::prelude::*;
use serde_json::Value;

const NAMES: [&str; 5] = ["plan", "search \"web\"", "line\nbreak", "<b>&amp;", ""];

fn labels<'a>(spans: &'a Spans, facts: &'a dyn Fn(u32) -> Vec<(&'static str, Fact)>) -> Labels<'a> {
    assert!(spans.name.iter().all(|&name| (name as usize) < NAMES.len()));
    Labels { name: &|name| NAMES[name as usize], facts }
}

fn no_facts(_: u32) -> Vec<(&'static str, Fact)> {
    Vec::new()
}

/// How many spans have each name and place. Times count from the first.
fn expected(spans: &Spans) -> BTreeMap<(String, i64, i64), usize> {
    let places = || (0..spans.len() as u32).filter_map(|row| Some((row, place(spans, row)?)));
    let origin = places().map(|(_, place)| place.0).min().unwrap_or(0);
    let mut all = BTreeMap::new();
    for (row, (from, to)) in places() {
        let name = NAMES[spans.name[row as usize] as usize].to_owned();
        *all.entry((name, from - origin, to - origin)).or_default() += 1;
    }
    all
}

/// The part of JSON Schema (draft 7) that speedscope's schema is written in. A keyword that is not known here fails.
fn fits(schema: &Value, value: &Value, root: &Value) -> Result<(), String> {
    for (keyword, rule) in schema.as_object().ok_or("a schema is an object")? {
        match keyword.as_str() {
            "$schema" | "definitions" | "title" => {}
            "$ref" => {
                let path =
                    rule.as_str().and_then(|path| path.strip_prefix('#')).ok_or("a foreign reference")?;
                fits(root.pointer(path).ok_or_else(|| format!("no {path}"))?, value, root)?;
            }
            "type" => {
                let is = match rule.as_str() {
                    Some("object") => value.is_object(),
                    Some("array") => value.is_array(),
                    Some("string") => value.is_string(),
                    Some("number") => value.is_number(),
                    other => return Err(format!("type {other:?}")),
                };
                is.then_some(()).ok_or_else(|| format!("{value} is no {rule}"))?;
            }
            "const" if rule == value => {}
            "enum" if rule.as_array().is_some_and(|all| all.contains(value)) => {}
            "anyOf" => {
                let any = rule.as_array().into_iter().flatten().any(|one| fits(one, value, root).is_ok());
                any.then_some(()).ok_or_else(|| format!("{value} is none of {rule}"))?;
            }
            "required" => {
                for key in rule.as_array().into_iter().flatten() {
                    let there = key.as_str().is_some_and(|key| value.get(key).is_some());
                    there.then_some(()).ok_or_else(|| format!("{value} lacks {key}"))?;
                }
            }
            "properties" => {
                for (key, rule) in rule.as_object().into_iter().flatten() {
                    value.get(key).map_or(Ok(()), |value| fits(rule, value, root))?;
                }
            }
            "items" => {
                value.as_array().into_iter().flatten().try_for_each(|value| fits(rule, value, root))?
            }
            _ => return Err(format!("{value} against {keyword}: {rule}")),
        }
    }
    Ok(())
}

fn schema() -> Value {
    serde_json::from_str(include_str!("speedscope-schema.json")).unwrap()
}

#[test]
fn the_check_of_the_schema_finds_what_is_wrong() {
    let schema = schema();
    let mut out = Vec::new();
    speedscope(&Spans::default(), "nothing", &labels(&Spans::default(), &no_facts), &mut out).unwrap();
    let good: Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(fits(&schema, &good, &schema), Ok(()));
    for (key, value) in [
        ("$schema", Value::from("https://example.com")),
        ("profiles", serde_json::json!([{ "type": "evented", "name": "a" }])),
        ("shared", serde_json::json!({ "frames": [{ "line": 1 }] })),
    ] {
        let mut bad = good.clone();
        bad[key] = value;
        assert!(fits(&schema, &bad, &schema).is_err(), "{key}");
    }
}

#[test]
fn facts_stand_beside_a_span() {
    let mut spans = Spans::default();
    spans.push(layout::Row {
        start: 1_772_366_400_000_000_001,
        duration: 1_234_567,
        parent: layout::NONE,
        name: 1,
        kind: layout::Kind::Call,
        status: trace::Status::Ok,
        call: 0,
        span: 0,
    });
    let facts = |_| vec![("model", Fact::Text("a \"b\"".to_owned())), ("output_tokens", Fact::Whole(7))];
    let mut out = Vec::new();
    assert_eq!(chrome(&spans, &labels(&spans, &facts), &mut out).unwrap(), 0);
    let written: Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(written["otherData"]["origin_unix_ns"], "1772366400000000001");
    let event = &written["traceEvents"][1];
    assert_eq!(
        (&event["name"], &event["ph"], &event["cat"]),
        (&NAMES[1].into(), &"X".into(), &"model call".into())
    );
    assert_eq!(event["args"], serde_json::json!({ "model": "a \"b\"", "output_tokens": 7 }));
    assert!(String::from_utf8(out).unwrap().contains("\"ts\":0.000,\"dur\":1234.567"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn speedscope_files_fit_their_schema_and_hold_each_span(spans in trees()) {
        let mut out = Vec::new();
        let untold = speedscope(&spans, "a \"title\"", &labels(&spans, &no_facts), &mut out).unwrap();
        let written: Value = serde_json::from_slice(&out).unwrap();
        let schema = schema();
        prop_assert_eq!(fits(&schema, &written, &schema), Ok(()));
        let mut found = BTreeMap::new();
        for profile in written["profiles"].as_array().unwrap() {
            let (mut open, mut at) = (Vec::new(), 0);
            for event in profile["events"].as_array().unwrap() {
                let (frame, time) = (event["frame"].as_u64().unwrap(), event["at"].as_i64().unwrap());
                prop_assert!(time >= at, "times never fall");
                at = time;
                if event["type"] == "O" {
                    open.push((frame, time));
                } else {
                    let (opened, from) = open.pop().unwrap();
                    prop_assert_eq!(opened, frame, "the innermost closes first");
                    let name = written["shared"]["frames"][frame as usize]["name"].as_str().unwrap().to_owned();
                    *found.entry((name, from, time)).or_default() += 1;
                }
            }
            prop_assert!(open.is_empty());
            prop_assert_eq!(profile["endValue"].as_i64().unwrap(), at);
        }
        prop_assert_eq!(found.values().sum::<usize>() + untold as usize, spans.len());
        prop_assert_eq!(found, expected(&spans));
    }

    #[test]
    fn chrome_files_hold_each_span_and_nest(spans in trees()) {
        let mut out = Vec::new();
        let untold = chrome(&spans, &labels(&spans, &no_facts), &mut out).unwrap();
        let written: Value = serde_json::from_slice(&out).unwrap();
        let ns = |value: &Value| (value.as_f64().unwrap() * 1e3).round() as i64;
        let (mut found, mut open) = (BTreeMap::new(), BTreeMap::<u64, Vec<i64>>::new());
        for event in written["traceEvents"].as_array().unwrap().iter().filter(|event| event["ph"] == "X") {
            let (from, long) = (ns(&event["ts"]), ns(&event["dur"]));
            *found.entry((event["name"].as_str().unwrap().to_owned(), from, from + long)).or_default() += 1;
            let ends = open.entry(event["tid"].as_u64().unwrap()).or_default();
            while ends.last().is_some_and(|&end| end <= from && end < from + long.max(1)) {
                ends.pop();
            }
            prop_assert!(ends.last().is_none_or(|&end| from + long <= end), "inside what is open");
            ends.push(from + long);
        }
        prop_assert_eq!(found.values().sum::<usize>() + untold as usize, spans.len());
        prop_assert_eq!(found, expected(&spans));
    }
}
