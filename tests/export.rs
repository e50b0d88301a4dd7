//! `tokenflame export`: what is written is read back, by this program and span by span.

use std::{collections::BTreeMap, fs, process::Command};

use serde_json::Value;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/");

fn run(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_tokenflame")).args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn export(file: &str, to: &str) -> Value {
    let (code, out, errors) = run(&["export", &format!("{FIXTURES}{file}"), "--to", to]);
    assert_eq!((code, errors.as_str()), (0, ""), "{file}");
    serde_json::from_str(&out).unwrap()
}

/// How many spans there are of each name, and how long they are together, in ns.
type Spans = BTreeMap<String, (u64, i64)>;

fn add(spans: &mut Spans, name: &str, ns: i64) {
    let told = spans.entry(name.to_owned()).or_default();
    *told = (told.0 + 1, told.1 + ns);
}

fn of_chrome(file: &Value) -> Spans {
    let mut spans = Spans::new();
    for event in file["traceEvents"].as_array().unwrap().iter().filter(|event| event["ph"] == "X") {
        let ns = (event["dur"].as_f64().unwrap() * 1_000.0).round() as i64;
        add(&mut spans, event["name"].as_str().unwrap(), ns);
    }
    spans
}

fn of_speedscope(file: &Value) -> Spans {
    let frames = file["shared"]["frames"].as_array().unwrap();
    let mut spans = Spans::new();
    for profile in file["profiles"].as_array().unwrap() {
        let mut open: Vec<(u64, i64)> = Vec::new();
        for event in profile["events"].as_array().unwrap() {
            let (frame, at) = (event["frame"].as_u64().unwrap(), event["at"].as_i64().unwrap());
            if event["type"] == "O" {
                open.push((frame, at));
                continue;
            }
            let (opened, began) = open.pop().unwrap();
            assert_eq!(opened, frame, "what was opened last is closed first");
            add(&mut spans, frames[frame as usize]["name"].as_str().unwrap(), at - began);
        }
        assert!(open.is_empty());
    }
    spans
}

/// The spans of the file itself.
fn of_otlp(file: &str) -> Spans {
    let mut spans = Spans::new();
    for line in fs::read_to_string(format!("{FIXTURES}{file}")).unwrap().lines() {
        let value: Value = serde_json::from_str(line).unwrap();
        let scopes = value["resourceSpans"].as_array().into_iter().flatten();
        let scopes = scopes.flat_map(|resource| resource["scopeSpans"].as_array().unwrap());
        for span in scopes.flat_map(|scope| scope["spans"].as_array().unwrap()) {
            let ns = |key: &str| span[key].as_str().unwrap().parse::<i64>().unwrap();
            add(&mut spans, span["name"].as_str().unwrap(), ns("endTimeUnixNano") - ns("startTimeUnixNano"));
        }
    }
    spans
}

#[test]
fn both_formats_hold_every_span_with_its_length() {
    for file in ["otlp-json-genai/openinference.jsonl", "otlp-json-genai/openllmetry.jsonl"] {
        let expected = of_otlp(file);
        assert!(expected.len() > 3);
        assert_eq!(of_chrome(&export(file, "chrome")), expected, "{file}");
        assert_eq!(of_speedscope(&export(file, "speedscope")), expected, "{file}");
    }
}

#[test]
fn what_was_written_to_a_file_is_read_again() {
    let path = std::env::temp_dir().join(format!("tokenflame-export-{}.json", std::process::id()));
    let output = path.to_str().unwrap();
    let from = format!("{FIXTURES}otlp-json-genai/openinference.jsonl");
    assert_eq!(
        run(&["export", &from, "--to", "chrome", "--output", output]),
        (0, String::new(), String::new())
    );
    let (code, again, errors) = run(&["export", output, "--to", "speedscope"]);
    fs::remove_file(&path).unwrap();
    assert_eq!((code, errors.as_str()), (0, ""));
    let again = of_speedscope(&serde_json::from_str(&again).unwrap());
    assert_eq!(again, of_otlp("otlp-json-genai/openinference.jsonl"));
}

#[test]
fn what_cannot_be_is_said() {
    let file = format!("{FIXTURES}otlp-json-genai/openinference.jsonl");
    for (arguments, why) in [
        (vec!["export", &file], "export needs --to"),
        (vec!["export", &file, "--to", "perfetto"], "there is to chrome and to speedscope"),
        (vec!["export", "--to", "chrome"], "name at least one file"),
        (vec!["summary", &file, "--to", "chrome"], "belong to export"),
        (vec!["export", &file, "--to", "chrome", "--output", "/no/such/folder/f"], "/no/such/folder/f: "),
    ] {
        let (code, out, errors) = run(&arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}");
        assert!(errors.contains(why), "{errors}");
    }
    // A chat log has moments only: nothing of it has a length, and that is said.
    let log = format!("{FIXTURES}claude-code/session-30530d66.jsonl");
    let (code, out, errors) = run(&["export", &log, "--to", "chrome"]);
    assert_eq!(code, 0);
    assert_eq!(of_chrome(&serde_json::from_str(&out).unwrap()), Spans::new());
    assert!(errors.contains("spans do not say when they began and ended"), "{errors}");
}
