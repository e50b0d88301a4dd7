//! Folders of fixtures that bring their own figures: `figures.json` says what each of their files must give, as
//! worked out by other means than the reader.
//!
//! ```json
//! {"sample.jsonl": {"requests": 2, "errors": 1, "input": 1200, "duration_ms": 1580, "cost_usd": "0.00222"}}
//! ```

mod common;

use common::{Session, fixtures};
use serde_json::{Map, Value};
use trace::Call;
use units::{Figure, Money, Nanos};

/// A figure of a session by its name; `null` where no call tells of it.
fn figure(session: &Session, name: &str) -> Value {
    let calls: Vec<&Call> = session.trace().calls().map(|(_, call)| call).collect();
    let tokens = |class: fn(&Call) -> Figure| {
        calls.iter().filter_map(|call| class(call).get()).reduce(|a, b| a + b).into()
    };
    let ms = |time: fn(&Call) -> Option<Nanos>| {
        calls.iter().filter_map(|call| time(call)).reduce(|a, b| a + b).map(|sum| sum.as_ms()).into()
    };
    match name {
        "requests" => calls.len().into(),
        "errors" => calls.iter().filter(|call| call.status.is_error()).count().into(),
        "input" => tokens(|call| call.usage.input),
        "cache_read" => tokens(|call| call.usage.cache_read),
        "cache_write" => tokens(|call| call.usage.cache_write),
        "output" => tokens(|call| call.usage.output),
        "reasoning" => tokens(|call| call.usage.reasoning),
        "duration_ms" => ms(|call| call.duration),
        "ttft_ms" => ms(|call| call.ttft),
        "cost_usd" => {
            let costs = calls.iter().filter_map(|call| call.reported_cost);
            costs.reduce(|a: Money, b| a + b).map(|sum| sum.to_string()).into()
        }
        "read" => session.report().read.into(),
        "merged" => session.report().merged_total().into(),
        "dropped" => session.report().dropped_total().into(),
        "problems" => session.codes().into(),
        _ => panic!("there is no figure `{name}`"),
    }
}

#[test]
fn every_folder_gives_its_figures() {
    let folders = std::fs::read_dir(fixtures()).unwrap().flatten().map(|entry| entry.path());
    let mut differ = Vec::new();
    for folder in folders.filter(|path| path.join("figures.json").exists()) {
        let key = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let told = std::fs::read(folder.join("figures.json")).unwrap();
        let told: Map<String, Value> = serde_json::from_slice(&told).unwrap();
        for (file, figures) in told {
            let session = Session::open(&format!("{key}/{file}"));
            for (name, expected) in figures.as_object().unwrap() {
                let ours = figure(&session, name);
                let equal = match (ours.as_f64(), expected.as_f64()) {
                    (Some(ours), Some(expected)) => (ours - expected).abs() < 1e-6,
                    _ => ours == *expected,
                };
                if !equal {
                    differ.push(format!("{key}/{file}: {name} is {ours}, expected {expected}"));
                }
            }
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}
