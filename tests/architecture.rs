//! The arrows between the crates, and what the engine must never know: read from what cargo resolves, so that
//! a new dependency cannot slip in.

use std::{collections::BTreeMap, process::Command};

use serde_json::Value;

/// What each crate may use of the others.
const ARROWS: [(&str, &[&str]); 13] = [
    ("tokenflame-units", &[]),
    ("tokenflame-trace", &["units"]),
    ("tokenflame-tokens", &[]),
    ("tokenflame-huggingface", &[]),
    ("tokenflame-pricing", &["units"]),
    ("tokenflame-containers", &[]),
    ("tokenflame-formats", &["units", "trace", "containers"]),
    ("tokenflame-stats", &["units", "trace"]),
    ("tokenflame-caching", &["units"]),
    ("tokenflame-layout", &["units", "trace"]),
    ("tokenflame-engine", &["units", "trace", "formats", "tokens", "pricing", "stats", "layout", "caching"]),
    ("tokenflame-cli", &["units", "tokens", "engine", "caching"]),
    ("tokenflame", &["units", "engine", "huggingface", "caching"]),
];

/// A browser, a clock or chance in the engine would make its answers depend on where it runs.
const FORBIDDEN: [&str; 9] = [
    "web-sys",
    "js-sys",
    "wasm-bindgen",
    "yew",
    "gloo",
    "getrandom",
    "rand",
    "bincode",
    "opentelemetry-proto",
];

fn metadata() -> Value {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml");
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--locked", "--manifest-path", manifest])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The normal dependencies of each package, by package name.
fn dependencies(metadata: &Value) -> BTreeMap<String, Vec<String>> {
    let names: BTreeMap<&str, &str> = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| (package["id"].as_str().unwrap(), package["name"].as_str().unwrap()))
        .collect();
    let nodes = metadata["resolve"]["nodes"].as_array().unwrap();
    nodes
        .iter()
        .map(|node| {
            let normal = |dep: &&Value| {
                dep["dep_kinds"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .any(|kind| kind["kind"].is_null() && kind["target"].is_null())
            };
            let deps = node["deps"].as_array().unwrap().iter().filter(normal);
            let deps = deps.map(|dep| names[dep["pkg"].as_str().unwrap()].to_owned()).collect();
            (names[node["id"].as_str().unwrap()].to_owned(), deps)
        })
        .collect()
}

#[test]
fn crates_use_only_what_their_arrow_allows() {
    let all = dependencies(&metadata());
    for (name, allowed) in ARROWS {
        for dep in all[name].iter().filter_map(|dep| dep.strip_prefix("tokenflame-")) {
            assert!(allowed.contains(&dep), "{name} must not depend on {dep}");
        }
    }
    let ours = all.keys().filter(|name| name.starts_with("tokenflame")).count();
    assert_eq!(ours, ARROWS.len(), "a new crate needs its arrow here");
}

#[test]
fn the_engine_knows_no_browser_no_clock_and_no_chance() {
    let all = dependencies(&metadata());
    let (mut seen, mut next) = (Vec::new(), vec!["tokenflame-engine".to_owned()]);
    while let Some(name) = next.pop() {
        if !seen.contains(&name) {
            assert!(!FORBIDDEN.contains(&name.as_str()), "the engine reaches {name}");
            next.extend(all.get(&name).into_iter().flatten().cloned());
            seen.push(name);
        }
    }
}
