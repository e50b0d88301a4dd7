//! The cache lab in the terminal: known figures of public traces, what providers reported against their rules, and the
//! figures of the document's cache.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};

fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures").join(path)
}

/// Exit code, answer and messages of `tokenflame caches FILE --json ...`.
fn run(file: &Path, options: &[&str]) -> (i32, Value, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_tokenflame"))
        .arg("caches")
        .arg(file)
        .arg("--json")
        .args(options)
        .output()
        .unwrap();
    let json = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    (output.status.code().unwrap(), json, String::from_utf8(output.stderr).unwrap())
}

#[track_caller]
fn caches(file: &Path, options: &[&str]) -> Value {
    let (code, json, errors) = run(file, options);
    assert_eq!((code, errors.as_str()), (0, ""), "{options:?}");
    json
}

/// A log of a gateway: second, prompt, answer, milliseconds, prompt and answer tokens, dollars.
fn log(name: &str, calls: &[(i64, &str, &str, i64, u64, u64)]) -> PathBuf {
    let at = |ms: i64| format!("2025-10-09T08:{:02}:{:02}.{:03}Z", ms / 60_000, ms / 1_000 % 60, ms % 1_000);
    let line = |(number, call): (usize, &(i64, &str, &str, i64, u64, u64))| {
        let (second, prompt, answer, ms, input, output) = call;
        let messages = json!([{"role": "user", "content": prompt}]).to_string();
        let id = format!("chatcmpl-{number}");
        let response = json!({"id": id, "model": "gpt-4o",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": answer}}]});
        json!({"request_id": id, "call_type": "acompletion", "spend": 0.001, "total_tokens": input + output,
            "prompt_tokens": input, "completion_tokens": output, "startTime": at(second * 1_000),
            "endTime": at(second * 1_000 + ms), "model": "gpt-4o", "custom_llm_provider": "openai",
            "messages": messages, "response": response.to_string(), "status": "success", "api_key": ""})
        .to_string()
            + "\n"
    };
    let text: String = calls.iter().enumerate().map(line).collect();
    let path = std::env::temp_dir().join(format!("tokenflame-caches-{}-{name}.jsonl", std::process::id()));
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn mooncake_gives_the_known_figures() {
    let file = fixture("mooncake/synthetic_trace.jsonl.gz");
    let all = caches(&file, &["--cache", "prefix"]);
    let unbounded = all["curve"].as_array().unwrap().last().unwrap();
    assert_eq!((&unbounded["blocks_hit"], &unbounded["blocks"]), (&json!(77_953), &json!(121_877)));
    assert_eq!(unbounded["capacity_tokens"], Value::Null);
    for (tokens, share) in [("1048576", "22.80"), ("4194304", "54.79"), ("16777216", "84.49"), ("", "86.27")]
    {
        let mut options = vec!["--cache", "prefix", "--block", "512", "--from-request", "50%"];
        if !tokens.is_empty() {
            options.extend(["--capacity-tokens", tokens]);
        }
        let json = caches(&file, &options);
        let rate = json["hit_rate"]["token"].as_f64().unwrap();
        assert_eq!(format!("{:.2}", rate * 100.0), share);
        assert_eq!(json["requests"], 1_997);
        // No order of eviction does better than the bound, and the curve holds the size that was asked for.
        let point = |point: &&Value| {
            point["capacity_tokens"].as_u64() == tokens.parse().ok() && !point["bound"].is_null()
        };
        let point = json["curve"].as_array().unwrap().iter().find(point).unwrap();
        assert_eq!(point["hit_rate"]["token"], rate);
        assert!(point["bound"].as_f64().unwrap() >= rate);
    }
}

/// Reasons of one model, with how many requests each explains.
fn reasons(json: &Value, model: &str) -> Vec<(String, u64)> {
    let rows = json["observed"].as_array().unwrap();
    let row = rows.iter().find(|row| row["model"] == model).unwrap();
    let reason =
        |row: &Value| (row["reason"].as_str().unwrap().to_owned(), row["requests"].as_u64().unwrap());
    row["reasons"].as_array().unwrap().iter().map(reason).collect()
}

/// What providers reported, and why it differs from what their rules tell where it does. A rule that leaves nothing open
/// agrees to the token.
#[test]
fn what_was_observed_is_explained() {
    let of = |file: &str, model: &str| reasons(&caches(&fixture(file), &["--cache", "prompt"]), model);
    let table = |rows: &[(&str, u64)]| -> Vec<(String, u64)> {
        rows.iter().map(|(why, count)| ((*why).to_owned(), *count)).collect()
    };
    // A coding agent's session. After some of the person's questions nothing was read, though the last use lies less
    // than 5 minutes back: the file, which lacks the system prompt, does not tell why.
    assert_eq!(
        of("pi-agent/large-session.jsonl.gz", "claude-sonnet-4-5"),
        table(&[
            ("as predicted", 396),
            ("read nothing, though an entry should have lived", 30),
            ("as predicted: idle for too long", 4),
            ("as predicted: nothing sent before begins like it", 4),
            // Two calls before these were broken off, and read or wrote more than the file tells.
            ("read more than predicted (read what could be read)", 2),
            ("read more: the request before tells no tokens and may have written some", 2),
            ("read more: what wrote it lies before the trace", 1),
        ])
    );
    // A proxy that caches nothing: no breakpoint was sent.
    assert_eq!(
        of("claude-code/session-30530d66.jsonl", "claude-sonnet-4"),
        table(&[("as predicted: no breakpoint where an earlier one ends", 14)])
    );
    assert_eq!(
        of("vcr-cassette/openai-chat-prompt-cache.yaml", "gpt-5.6-sol"),
        table(&[("as predicted", 1), ("as predicted: nothing sent before begins like it", 1)])
    );
    // What the first call reads was written before the recording.
    assert_eq!(
        of("vcr-cassette/anthropic-prompt-cache.yaml", "claude-sonnet-4-5-20250929"),
        table(&[("as predicted", 1), ("read more: what wrote it lies before the trace", 1)])
    );
}

/// The document's cache by hand: 1, 2 and 4 miss, 3 is the same as 1, 5 shares 19 of 20 words with 4.
#[test]
fn the_figures_of_the_documents_cache() {
    let long: Vec<String> = (0..19).map(|n| format!("word{n}")).collect();
    let (fourth, fifth) = (format!("{} one", long.join(" ")), long.join(" "));
    let file = log(
        "seed",
        &[
            (0, "What is the capital of France?", "Paris.", 1_000, 100, 0),
            (10, "And of Spain?", "Madrid.", 2_000, 100, 0),
            (20, "What is the capital of France?", "Paris.", 1_000, 100, 0),
            (30, &fourth, "Yes.", 3_000, 100, 0),
            (40, &fifth, "Yes.", 1_000, 100, 0),
        ],
    );
    let json = caches(&file, &["--cache", "similarity", "--lookup", "100ms", "--pairs", "5"]);
    // 100 tokens of gpt-4o are $0.00025; the similar hit saves 0.8 of them.
    assert_eq!((&json["requests"], &json["hits"], &json["misses"]), (&json!(5), &json!(2), &json!(3)));
    assert_eq!(json["hit_rate"], json!({"request": 0.4, "token": 0.4, "dollar": 0.4}));
    assert_eq!(json["cost_saved_usd"], "0.00045");
    assert_eq!((&json["avg_hit_latency_ms"], &json["avg_miss_latency_ms"]), (&json!(100.0), &json!(2_100.0)));
    assert!((json["latency_improvement"].as_f64().unwrap() - 2_000.0 / 2_100.0).abs() < 1e-12);
    assert_eq!(json["seconds_saved"], 1.8);
    let curve = json["curve"].as_array().unwrap();
    assert_eq!(
        (curve.len(), &curve[0]["threshold"], &curve[50]["threshold"]),
        (51, &json!(0.5), &json!(1.0))
    );
    let hits = |at: usize| curve[at]["hits"].as_u64().unwrap();
    assert_eq!((hits(45), hits(46), hits(50)), (2, 1, 1), "0.95, 0.96 and 1.00");
    // Each point is what a replay at that threshold alone gives.
    for (at, threshold) in [(0, "0.5"), (46, "0.96")] {
        let alone = caches(&file, &["--cache", "similarity", "--lookup", "100ms", "--threshold", threshold]);
        for key in ["hits", "misses", "hit_rate", "cost_saved_usd", "avg_miss_latency_ms"] {
            assert_eq!(alone[key], curve[at][key], "{threshold} {key}");
        }
    }
    let pair = &json["pairs"][0];
    assert_eq!(
        (&pair["source"], &pair["request"], &pair["similarity"]),
        (&json!(3), &json!(4), &json!(0.95))
    );
    assert_eq!(pair["first"][1], json!({"differs": true, "text": "one"}));
    assert_eq!(pair["answers_alike"], 1.0);

    // The exact cache: one hit, which a time to live of 15 seconds forgets.
    let exact = |options: &[&str]| caches(&file, &[&["--cache", "exact"], options].concat());
    assert_eq!((&exact(&[])["hits"], &exact(&[])["cost_saved_usd"]), (&json!(1), &json!("0.00025")));
    assert_eq!(exact(&["--ttl", "15s"])["hits"], 0);
    assert_eq!(exact(&["--capacity", "1"])["hits"], 0);
    assert_eq!(exact(&["--capacity", "1", "--evict", "belady"])["hits"], 1);
    std::fs::remove_file(file).unwrap();
}

/// What the layers save and what is left is what all costs without a cache.
#[test]
fn stacked_savings_sum_to_the_cost() {
    let question = |n: usize| format!("tell me {}", vec!["more"; n].join(" "));
    let prompts: Vec<String> = (0..40).map(|n| question(n % 7 + 1)).collect();
    let calls: Vec<_> =
        prompts.iter().zip(0..).map(|(text, at)| (at, text.as_str(), "Well.", 500, 2_000, 50)).collect();
    let file = log("stacked", &calls);
    let json = caches(&file, &["--cache", "stacked", "--threshold", "0.6", "--ttl", "10s"]);
    let picos = |value: &Value| {
        let (whole, part) = value.as_str().unwrap().split_once('.').unwrap_or((value.as_str().unwrap(), ""));
        format!("{whole}{part:0<12}").parse::<i128>().unwrap()
    };
    let layers = json["layers"].as_array().unwrap();
    let saved: i128 = layers.iter().map(|layer| picos(&layer["saved_usd"])).sum();
    assert_eq!(saved, picos(&json["cost_saved_usd"]));
    assert_eq!(saved + picos(&layers[2]["left_usd"]), picos(&json["cost_usd"]));
    assert_eq!(picos(&json["cost_usd"]), 40 * (2_000 * 2_500_000 + 50 * 10_000_000));
    let requests: Vec<u64> = layers.iter().map(|layer| layer["requests"].as_u64().unwrap()).collect();
    assert!(requests[0] > 0 && requests[0] + requests[1] == json["hits"].as_u64().unwrap());
    std::fs::remove_file(file).unwrap();
}

#[test]
fn traces_without_text_say_what_they_cannot() {
    let file = fixture("mooncake/synthetic_trace.jsonl.gz");
    let json = caches(&file, &["--cache", "similarity"]);
    assert_eq!(json["abstained"], json!([{"rule": "no prompt text", "requests": 3_993}]));
    assert_eq!((&json["hits"], &json["hit_rate"]["request"]), (&json!(0), &Value::Null));
    // The blocks of a whole prompt tell whether it is the same.
    assert_eq!(caches(&file, &["--cache", "exact"])["abstained"], json!([]));
    let carried = caches(&file, &["--cache", "similarity", "--measure", "carried"]);
    assert_eq!(carried["notes"], json!(["The trace carries no embeddings."]));
}

#[test]
fn wrong_options_say_what_is_right() {
    let file = fixture("vcr-cassette/openai-chat-prompt-cache.yaml");
    for (options, words) in [
        (&["--cache", "magic"][..], "exact, similarity, prompt, prefix, stacked"),
        (&["--cache", "exact", "--ttl", "soon"], "a time such as 1h"),
        (&["--cache", "exact", "--evict", "best"], "lru, lfu, fifo, s3fifo, belady"),
        (&["--cache", "similarity", "--sweep", "0.5-1"], "0.50..1.00/51"),
        (&["--cache", "similarity", "--sweep", "0.9..0.5/10"], "up to one of at most 1"),
        (&["--cache", "similarity", "--threshold", "1.5"], "at most 1"),
        (&["--cache", "similarity", "--measure", "model"], "model.safetensors"),
        (&["--cache", "prefix", "--capacity-gb", "40"], "shape of the model"),
        (&["--cache", "prompt", "--model", "gpt-5"], "belong to bill"),
        (&["--ttl", "1h"], "caches needs --cache"),
    ] {
        let (code, _, errors) = run(&file, options);
        assert!(code == 2 && errors.contains(words), "{options:?}: {code} {errors}");
    }
}

/// Requests to Anthropic as a browser recorded them: second, body, input tokens.
fn recorded(name: &str, calls: &[(u64, Value, u64)]) -> PathBuf {
    let entry = |(second, body, input): &(u64, Value, u64)| {
        let answer = json!({"id": format!("msg_{second}"), "type": "message", "role": "assistant",
            "model": "claude-sonnet-4-5", "content": [{"type": "text", "text": "Yes."}], "stop_reason": "end_turn",
            "usage": {"input_tokens": input, "output_tokens": 2}});
        json!({"startedDateTime": format!("2026-05-01T08:00:{second:02}.000Z"), "time": 1000,
            "request": {"method": "POST", "url": "https://api.anthropic.com/v1/messages", "headers": [],
                "postData": {"mimeType": "application/json", "text": body.to_string()}},
            "response": {"status": 200, "headers": [],
                "content": {"mimeType": "application/json", "text": answer.to_string()}},
            "timings": {"send": 0, "wait": 1000, "receive": 0}})
    };
    let entries: Vec<Value> = calls.iter().map(entry).collect();
    let path = std::env::temp_dir().join(format!("tokenflame-caches-{}-{name}.har", std::process::id()));
    let har =
        json!({"log": {"version": "1.2", "creator": {"name": "test", "version": "1"}, "entries": entries}});
    std::fs::write(&path, har.to_string()).unwrap();
    path
}

/// The breakpoints are those that the requests set: behind the system prompt, not behind a question that never comes
/// again.
#[test]
fn breakpoints_are_replayed_as_they_were_sent() {
    let rules: Vec<String> = (0..2_000).map(|n| format!("rule{n}")).collect();
    let body = |marked: bool, question: &str| {
        let mut system = json!({"type": "text", "text": rules.join(" ")});
        if marked {
            system["cache_control"] = json!({"type": "ephemeral", "ttl": "1h"});
        }
        json!({"model": "claude-sonnet-4-5", "max_tokens": 9, "system": [system],
            "messages": [{"role": "user", "content": question}]})
    };
    let hits = |name: &str, marked: bool| {
        let calls = [(0, body(marked, "One?"), 6_020), (9, body(marked, "And two?"), 6_022)];
        let json = caches(&recorded(name, &calls), &["--cache", "prompt", "--provider", "anthropic"]);
        json["hits"].as_u64().unwrap()
    };
    assert_eq!((hits("marked", true), hits("unmarked", false)), (1, 0));
}

/// With another temperature the same prompt is another question, unless one says otherwise.
#[test]
fn sampling_parameters_are_a_part_of_the_key() {
    let body = |temperature: f64| {
        json!({"model": "claude-sonnet-4-5", "max_tokens": 9, "temperature": temperature,
            "messages": [{"role": "user", "content": "Flip a coin."}]})
    };
    let file = recorded("sampled", &[(0, body(0.0), 12), (5, body(1.0), 12), (9, body(0.0), 12)]);
    let hits = |options: &[&str]| caches(&file, options)["hits"].as_u64().unwrap();
    assert_eq!(hits(&["--cache", "exact"]), 1);
    assert_eq!(hits(&["--cache", "exact", "--ignore", "parameters"]), 2);
}
