//! Files in which records of several formats stand one after another.

mod common;

use common::{Session, all_fixtures, assert_nothing_lost, calls, fixture};
use formats::FORMATS;

/// Fixtures whose records may stand among others.
const LINES: [&str; 7] = [
    "otlp-json-genai/openllmetry.jsonl",
    "litellm/own-spend-logs.jsonl",
    "helicone/own-requests.jsonl",
    "records/llm_metrics.jsonl",
    "claude-code/representative-messages.jsonl",
    "openai-chat/own-groq.chunks.jsonl",
    "anthropic-messages/own-bedrock-invoke-stream.jsonl",
];

#[test]
fn two_logs_in_one_file_are_both_read() {
    for first in LINES {
        for second in LINES.into_iter().filter(|second| *second != first) {
            let [a, b] = [first, second].map(|path| String::from_utf8(fixture(path)).unwrap());
            let [one, two] = [first, second].map(Session::open);
            // Behind each other, also where the second begins far behind the beginning; and in turns.
            let joined = format!("{a}\n{b}");
            let many = format!("{}\n{b}", a.trim_end().to_owned() + &"\n".repeat(300_000));
            let turns: String = {
                let (mut a, mut b) = (a.lines(), b.lines());
                std::iter::from_fn(|| {
                    let lines: Vec<&str> = [a.next(), b.next()].into_iter().flatten().collect();
                    (!lines.is_empty()).then(|| lines.join("\n") + "\n")
                })
                .collect()
            };
            for text in [joined, many, turns] {
                let session = Session::of(text.as_bytes());
                assert_nothing_lost(session.trace());
                let (count, report) = (calls(&session).len(), session.report());
                assert_eq!(count, calls(&one).len() + calls(&two).len(), "{first} and {second}: {report:?}");
                let dropped = one.report().dropped_total() + two.report().dropped_total();
                assert_eq!(report.dropped_total(), dropped, "{first} and {second}: {report:?}");
                for name in [&one.report().format_name, &two.report().format_name] {
                    assert!(report.format_name.contains(name.as_str()), "{}", report.format_name);
                }
            }
        }
    }
}

#[test]
fn no_file_of_one_format_is_taken_for_a_mixed_one() {
    for path in all_fixtures() {
        let session = Session::open(&path);
        for report in session.trace().files.iter().filter(|report| !report.format.is_empty()) {
            let known = FORMATS.iter().any(|format| format.about().name == report.format_name);
            assert!(known || report.format == "zip", "{path}: {}", report.format_name);
        }
    }
}
