//! The command line on real files: every figure of `fixtures/expected.json` that it prints, the shape of its
//! answer, and what it says of files that it cannot read.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

fn fixture(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures").join(path)
}

fn expected(format: &str) -> Value {
    let all: Value = serde_json::from_slice(&std::fs::read(fixture("expected.json")).unwrap()).unwrap();
    all["formats"][format].clone()
}

/// Exit code, standard output and standard error of `tokenflame summary ... --json`.
fn run(files: &[PathBuf]) -> (i32, Value, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_tokenflame"))
        .arg("summary")
        .args(files)
        .arg("--json")
        .output()
        .unwrap();
    let json = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    (output.status.code().unwrap(), json, String::from_utf8(output.stderr).unwrap())
}

fn summary(path: &str) -> Value {
    let (code, json, errors) = run(&[fixture(path)]);
    assert_eq!((code, errors.as_str()), (0, ""), "{path}");
    let records = &json["records"];
    let n = |key: &str| records[key].as_u64().unwrap();
    assert_eq!(n("read"), n("kept") + n("merged") + n("dropped"), "{path}");
    json
}

#[track_caller]
fn same_distribution(ours: &Value, theirs: &Value) {
    assert_eq!(ours.is_null(), theirs.is_null(), "{ours} {theirs}");
    for key in ["n", "p50", "p90", "p95", "p99", "sum"].into_iter().filter(|_| !theirs.is_null()) {
        let (a, b) = (ours[key].as_f64().unwrap(), theirs[key].as_f64().unwrap());
        assert!((a - b).abs() < 1e-5, "{key}: {a} {b}");
    }
}

#[test]
fn otlp_figures_are_as_expected() {
    for format in ["otlp-json", "otlp-json-genai", "openinference", "jaeger"] {
        for (file, expected) in expected(format).as_object().unwrap() {
            if expected.get("llm_calls").is_none() {
                continue;
            }
            let ours = summary(&format!("{format}/{file}"));
            assert_eq!(ours["spans"], expected["spans"], "{file}");
            assert_eq!(ours["requests"], expected["llm_calls"], "{file}");
            assert_eq!(ours["errors"], expected["llm_call_errors"], "{file}");
            let tokens = &expected["tokens"];
            for (our, their) in [
                ("input", "input_total"),
                ("output", "output"),
                ("cache_read", "cache_read"),
                ("cache_write", "cache_write"),
                ("reasoning", "reasoning"),
            ] {
                assert_eq!(ours["tokens"][our], tokens[their], "{file}: {our}");
            }
            same_distribution(&ours["latency_ms"], &expected["llm_latency_ms"]);
            same_distribution(&ours["ttft_ms"], &expected["ttft_ms"]);
            let mut models = expected["models"].as_object().unwrap().clone();
            if let Some(unnamed) = models.remove("None") {
                models.insert("unknown".to_owned(), unnamed);
            }
            assert_eq!(ours["models"], Value::Object(models), "{file}");
        }
    }
}

#[test]
fn claude_code_figures_are_as_expected() {
    for (file, expected) in expected("claude-code").as_object().unwrap() {
        let ours = summary(&format!("claude-code/{file}"));
        let usage = |key: &str| expected["usage"][key].as_u64().unwrap();
        let (read, write) = (usage("cache_read_input_tokens"), usage("cache_creation_input_tokens"));
        assert_eq!(ours["records"]["read"], expected["lines"], "{file}");
        assert_eq!(ours["requests"], expected["requests"], "{file}");
        assert_eq!(ours["models"], expected["models"], "{file}");
        assert_eq!(ours["tokens"]["fresh"], usage("input_tokens"), "{file}");
        assert_eq!(ours["tokens"]["input"], usage("input_tokens") + read + write, "{file}");
        assert_eq!(
            (&ours["tokens"]["cache_read"], &ours["tokens"]["cache_write"]),
            (&read.into(), &write.into())
        );
        assert_eq!(ours["tokens"]["output"], usage("output_tokens"), "{file}");
        assert!(ours["latency_ms"].is_null(), "the log has no durations");
    }
}

#[test]
fn langfuse_figures_are_as_expected() {
    for (file, expected) in expected("langfuse").as_object().unwrap() {
        let ours = summary(&format!("langfuse/{file}"));
        assert_eq!(ours["spans"], expected["observations"], "{file}");
        assert_eq!(ours["requests"], expected["generations"], "{file}");
        assert_eq!(ours["errors"], expected["errors"], "{file}");
        assert_eq!(ours["models"], expected["models"], "{file}");
        assert_eq!(ours["tokens"]["input"], expected["input_total"], "{file}");
        assert_eq!(ours["tokens"]["output"], expected["output_total"], "{file}");
        let reported: f64 = ours["reported_cost_usd"].as_str().unwrap().parse().unwrap();
        assert!((reported - expected["cost_usd"].as_f64().unwrap()).abs() < 1e-9, "{file}");
        same_distribution(&ours["latency_ms"], &expected["generation_latency_ms_from_times"]);
    }
}

/// The tokens of `usage` in `expected.json` against ours; a class that nobody told of is 0 there.
#[track_caller]
fn same_tokens(file: &str, ours: &Value, usage: &Value) {
    for (our, their) in [
        ("input", "input_total"),
        ("output", "output"),
        ("cache_read", "cache_read"),
        ("cache_write", "cache_write"),
        ("reasoning", "reasoning"),
    ] {
        assert_eq!(ours["tokens"][our].as_u64().unwrap_or(0), usage[their], "{file}: {our}");
    }
}

#[test]
fn provider_bodies_are_as_expected() {
    for format in ["openai-chat-sse", "openai-responses", "anthropic-messages", "gemini"] {
        for (file, expected) in expected(format).as_object().unwrap() {
            let ours = summary(&format!("{format}/{file}"));
            assert_eq!(ours["records"]["read"], expected["events"], "{file}");
            assert_eq!(ours["records"]["dropped"], expected["bad_lines"], "{file}");
            assert_eq!(ours["requests"], expected["requests"], "{file}");
            let model = expected["model"].as_str().unwrap();
            assert_eq!(ours["models"], serde_json::json!({ model: 1 }), "{file}");
            same_tokens(file, &ours, &expected["usage"]);
            assert!(ours["latency_ms"].is_null() && ours["ttft_ms"].is_null(), "bodies have no times");
        }
    }
}

#[test]
fn recorded_http_is_as_expected() {
    for (file, expected) in expected("har").as_object().unwrap() {
        let ours = summary(&format!("har/{file}"));
        assert_eq!(ours["records"]["read"], expected["entries"], "{file}");
        assert_eq!(ours["requests"], expected["llm_entries"], "{file}");
        assert_eq!(ours["models"], expected["models"], "{file}");
        same_distribution(&ours["latency_ms"], &expected["time_ms"]);
        assert!(ours["ttft_ms"].is_null(), "all of the time is waiting");
        if expected["usage"].is_object() {
            same_tokens(file, &ours, &expected["usage"]);
        }
    }
    for (file, expected) in expected("vcr-cassette").as_object().unwrap() {
        let ours = summary(&format!("vcr-cassette/{file}"));
        assert_eq!(ours["records"]["read"], expected["interactions"], "{file}");
        assert_eq!(ours["requests"], expected["llm_interactions"], "{file}");
        same_tokens(file, &ours, &expected["usage"]);
        if let Some(times) = expected["ollama_ns"].as_array() {
            let total: f64 = times.iter().map(|times| times["total_duration"].as_f64().unwrap()).sum();
            assert!((ours["latency_ms"]["sum"].as_f64().unwrap() - total / 1e6).abs() < 1e-6, "{file}");
        }
    }
}

#[test]
fn batches_are_as_expected() {
    for (file, expected) in expected("openai-batch").as_object().unwrap() {
        let ours = summary(&format!("openai-batch/{file}"));
        assert_eq!(ours["records"]["read"], expected["lines"], "{file}");
        assert_eq!(ours["requests"], expected["lines"], "{file}");
        assert_eq!(ours["errors"], expected["errors"], "{file}");
        assert_eq!(ours["models"], expected["models"], "{file}");
        if expected["usage"].is_object() {
            same_tokens(file, &ours, &expected["usage"]);
        }
    }
}

#[test]
fn benchmark_figures_are_as_expected() {
    // Lengths of time in milliseconds.
    let in_ms = |seconds: &Value| {
        let ms = |(key, value): (&String, &Value)| {
            let factor = if key == "n" { 1.0 } else { 1e3 };
            (key.clone(), Value::from(value.as_f64().unwrap() * factor))
        };
        Value::Object(seconds.as_object().unwrap().iter().map(ms).collect())
    };
    let ours = summary("aiperf/profile_export.jsonl");
    let aiperf = &expected("aiperf")["profile_export.jsonl"];
    same_distribution(&ours["latency_ms"], &aiperf["latency_ms"]);
    same_distribution(&ours["ttft_ms"], &aiperf["ttft_ms"]);
    same_distribution(&ours["itl_ms"], &aiperf["mean_itl_ms"]);
    let ours_too = summary("llmperf/individual-groq_70b.json");
    let llmperf = &expected("llmperf")["individual-groq_70b.json"];
    for (ours, theirs) in [("latency_ms", "e2e_s"), ("ttft_ms", "ttft_s")] {
        let theirs = in_ms(&llmperf[theirs]);
        for key in ["n", "p50", "p90", "p95", "p99", "sum"] {
            let (a, b) = (ours_too[ours][key].as_f64().unwrap(), theirs[key].as_f64().unwrap());
            // They were rounded to a microsecond.
            assert!((a - b).abs() <= 1e-3, "{ours} {key}: {a} {b}");
        }
    }
    for (ours, theirs) in [(ours, aiperf), (ours_too, llmperf)] {
        assert_eq!(ours["requests"], theirs["records"]);
        assert_eq!(ours["errors"], theirs["errors"]);
        assert_eq!(ours["tokens"]["input"], theirs["input"]);
        assert_eq!(ours["tokens"]["output"], theirs["output"]);
    }
}

#[test]
fn workload_figures_are_as_expected() {
    for (path, expected, count) in [
        ("mooncake/synthetic_trace.jsonl.gz", &expected("mooncake")["synthetic_trace.jsonl"], "requests"),
        (
            "azure-llm/AzureLLMInferenceTrace_code.csv",
            &expected("azure-llm")["AzureLLMInferenceTrace_code.csv"],
            "rows",
        ),
    ] {
        let ours = summary(path);
        assert_eq!(ours["requests"], expected[count], "{path}");
        assert_eq!(ours["tokens"]["input"], expected["input"], "{path}");
        assert_eq!(ours["tokens"]["output"], expected["output"], "{path}");
        assert!(ours["latency_ms"].is_null() && ours["ttft_ms"].is_null(), "nothing was measured");
    }
}

#[test]
fn summaries_of_benchmarks_give_no_requests_and_say_so() {
    for (path, figure) in [
        ("aiperf/profile_export_aiperf.json", 64),
        ("vllm-bench/result-long-rate16.json", 1000),
        ("llmperf/summary-groq_70b.json", 150),
        ("inference-perf/stage_0_lifecycle_metrics.json", 60),
        ("llama-bench/llama-bench-raw_runs.jsonl", 540),
    ] {
        let ours = summary(path);
        assert_eq!(ours["requests"], 0, "{path}");
        assert_eq!(ours["problems"][0]["code"], "no_requests", "{path}");
        let message = ours["problems"][0]["message"].as_str().unwrap();
        assert!(message.contains(&figure.to_string()), "{message}");
    }
}

#[test]
fn figures_of_other_exports_are_as_expected() {
    // Each sample, and the names of its figures for requests, input and output.
    for (format, file, [requests, input, output]) in [
        ("litellm", "standard_logging_payload.json", ["requests", "input_total", "output"]),
        ("langsmith", "run-js-openai-reasoning.json", ["llm_runs", "input_total", "output"]),
        ("langsmith", "run-py-openai-stream.json", ["llm_runs", "input_total", "output"]),
    ] {
        let (ours, expected) = (summary(&format!("{format}/{file}")), &expected(format)[file]);
        assert_eq!(ours["formats"], serde_json::json!([format]), "{file}");
        assert_eq!(ours["requests"], expected[requests], "{file}");
        assert_eq!(ours["tokens"]["input"], expected[input], "{file}");
        assert_eq!(ours["tokens"]["output"], expected[output], "{file}");
        assert_eq!(ours["errors"], 0, "{file}");
    }
    let expected = |format: &str, file: &str, key: &str| expected(format)[file][key].clone();
    for (format, file, key) in [
        ("zipkin", "zipkin-messaging-kafka.json", "spans"),
        ("chrome-trace", "torch-alexnet.pt.trace.json.gz", "complete_events"),
        ("chrome-trace", "trace-event-multiprocess.json", "complete_events"),
        ("braintrust", "log-payloads.json", "ids"),
    ] {
        assert_eq!(summary(&format!("{format}/{file}"))["spans"], expected(format, file, key), "{file}");
    }
    for (format, file) in [
        ("otel-readable-spans", "vercel-ai-sdk-v6-spans.json"),
        ("otel-flat-spans", "inference-perf-code-review-workflow.json"),
    ] {
        let ours = summary(&format!("{format}/{file}"));
        assert_eq!(ours["spans"], expected(format, file, "spans"), "{file}");
        assert_eq!(ours["requests"], expected(format, file, "llm_calls"), "{file}");
        assert_eq!(ours["models"], expected(format, file, "models"), "{file}");
        same_distribution(&ours["latency_ms"], &expected(format, file, "llm_latency_ms"));
        same_distribution(&ours["ttft_ms"], &expected(format, file, "ttft_ms"));
    }
}

#[test]
fn several_files_are_one_session_and_a_file_given_twice_counts_once() {
    let once = summary("otlp-json-genai/openllmetry.jsonl");
    let file = fixture("otlp-json-genai/openllmetry.jsonl");
    let (code, twice, _) = run(&[file.clone(), file]);
    assert_eq!(code, 0);
    for key in ["requests", "errors", "spans", "tokens", "cost_usd", "latency_ms", "phases_ms", "models"] {
        assert_eq!(once[key], twice[key], "{key}");
    }
    assert_eq!(twice["files"], 2);
    assert_eq!(twice["records"]["read"].as_u64(), once["records"]["read"].as_u64().map(|n| n * 2));
    let (_, mixed, _) = run(&[
        fixture("otlp-json-genai/openllmetry.jsonl"),
        fixture("claude-code/session-30530d66.jsonl"),
        fixture("langfuse/trace-observations-agno.json"),
    ]);
    assert_eq!(mixed["requests"], 6 + 15 + 4);
    assert_eq!(mixed["formats"], serde_json::json!(["otlp", "claude-code", "langfuse"]));
}

#[test]
fn codex_figures_are_as_expected() {
    for (file, expected) in expected("codex").as_object().unwrap() {
        let ours = summary(&format!("codex/{file}"));
        let deltas = &expected["sum_of_deltas"];
        assert_eq!(ours["records"]["read"], expected["lines"], "{file}");
        for (our, their) in [
            ("input", "input_tokens"),
            ("cache_read", "cached_input_tokens"),
            ("output", "output_tokens"),
            ("reasoning", "reasoning_output_tokens"),
        ] {
            assert_eq!(ours["tokens"][our], deltas[their], "{file}: {our}");
        }
    }
}

/// The files of a format with their figures; large ones are kept gzipped.
fn samples(format: &str) -> Vec<(Value, Value)> {
    let ours = |(file, figures): (&String, &Value)| {
        let path = format!("{format}/{file}");
        let path = if fixture(&path).exists() { path } else { path + ".gz" };
        (summary(&path), figures.clone())
    };
    expected(format).as_object().unwrap().iter().map(ours).collect()
}

#[test]
fn pi_figures_are_as_expected() {
    for (ours, expected) in samples("pi-agent") {
        assert_eq!(ours["records"]["read"], expected["lines"]);
        assert_eq!(ours["requests"], expected["requests"]);
        for (our, their) in [
            ("input", "input_total"),
            ("fresh", "input_uncached"),
            ("cache_read", "cache_read"),
            ("cache_write", "cache_write"),
            ("output", "output"),
        ] {
            assert_eq!(ours["tokens"][our], expected[their], "{our}");
        }
        let reported: f64 = ours["reported_cost_usd"].as_str().unwrap().parse().unwrap();
        assert!((reported - expected["cost_usd"].as_f64().unwrap()).abs() < 1e-9);
        same_distribution(&ours["latency_ms"], &expected["latency_ms_finished"]);
        for (model, figures) in expected["per_model"].as_object().unwrap() {
            assert_eq!(ours["models"][model], figures["requests"], "{model}");
        }
    }
}

#[test]
fn gemini_cli_figures_are_as_expected() {
    for (ours, expected) in samples("gemini-cli") {
        assert_eq!(ours["records"]["read"], expected["records"]);
        assert_eq!(ours["requests"], expected["requests"]);
        let usage = ["tokens", "usage"].into_iter().find_map(|key| expected.get(key)).unwrap();
        let input = usage.get("input_total").unwrap_or(&usage["input"]);
        assert_eq!((&ours["tokens"]["input"], &ours["tokens"]["output"]), (input, &usage["output"]));
    }
}

#[test]
fn figures_of_other_agents_are_as_expected() {
    for (ours, expected) in samples("aider") {
        assert_eq!(
            (&ours["records"]["read"], &ours["requests"]),
            (&expected["events"], &expected["message_send"])
        );
        assert_eq!(ours["models"], expected["models"]);
        assert_eq!(ours["tokens"]["input"], expected["input_total"]);
        assert_eq!(ours["tokens"]["output"], expected["output"]);
        let reported: f64 = ours["reported_cost_usd"].as_str().unwrap().parse().unwrap();
        assert!((reported - expected["cost_usd"].as_f64().unwrap()).abs() < 1e-9);
    }
    for (ours, expected) in samples("cline") {
        assert_eq!(
            (&ours["records"]["read"], &ours["requests"]),
            (&expected["messages"], &expected["with_metrics"])
        );
        for (our, their) in [
            ("input", "inputTokens"),
            ("output", "outputTokens"),
            ("cache_read", "cacheReadTokens"),
            ("cache_write", "cacheWriteTokens"),
        ] {
            assert_eq!(ours["tokens"][our], expected["sums"][their], "{our}");
        }
    }
    for (ours, expected) in samples("copilot-chat") {
        assert_eq!((&ours["requests"], &ours["models"]), (&expected["requests"], &expected["models"]));
        same_distribution(&ours["ttft_ms"], &expected["first_progress_ms"]);
        let turns = ours["phases_ms"].as_object().unwrap().values().filter_map(Value::as_f64);
        assert_eq!(Some(turns.sum()), expected["total_elapsed_ms"]["sum"].as_f64());
    }
    for (ours, expected) in samples("inspect-eval") {
        assert_eq!(ours["requests"], expected["model_events"]);
        assert_eq!(ours["tokens"]["input"], expected["input_tokens"]);
        assert_eq!(ours["tokens"]["output"], expected["output_tokens"]);
        let sum = ours["latency_ms"]["sum"].as_f64().unwrap() / 1e3;
        assert!((sum - expected["model_time_s"]["sum"].as_f64().unwrap()).abs() < 1e-6);
    }
    for (format, read, requests) in [
        ("mini-swe-agent", "/messages", "/assistant"),
        ("atif", "/steps", "/by_source/agent"),
        ("sharegpt", "/turns", "/by_from/gpt"),
    ] {
        for (ours, expected) in samples(format) {
            assert_eq!(Some(&ours["records"]["read"]), expected.pointer(read), "{format}");
            assert_eq!(Some(&ours["requests"]), expected.pointer(requests), "{format}");
        }
    }
}

#[test]
fn names_from_a_file_cannot_forge_the_table() {
    let path = std::env::temp_dir().join(format!("tokenflame-forged-{}.json", std::process::id()));
    let model = "x\\u001b[31m\\nRequests   999\\u202e";
    std::fs::write(
        &path,
        format!(r#"{{"model":"{model}","prompt_tokens":1,"wall_time":1,"cache_hit":false}}"#),
    )
    .unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_tokenflame")).arg("summary").arg(&path).output().unwrap();
    std::fs::remove_file(path).unwrap();
    let table = String::from_utf8(output.stdout).unwrap();
    assert!(!table.contains(['\u{1b}', '\u{202e}']), "{table}");
    assert_eq!(table.lines().filter(|line| line.starts_with("Requests")).count(), 1, "{table}");
}

#[test]
fn the_worked_example_comes_out() {
    // Three components of gpt-4 at $0.03 and $0.06 per 1,000 tokens; texts only, so the tokens are counted.
    let ours = summary("records/seed-example.jsonl");
    assert_eq!(ours["requests"], 3);
    let (input, output) =
        (ours["tokens"]["input"].as_u64().unwrap(), ours["tokens"]["output"].as_u64().unwrap());
    let picos = u128::from(input) * 30_000_000 + u128::from(output) * 60_000_000;
    let cost: f64 = ours["cost_usd"].as_str().unwrap().parse().unwrap();
    assert!((cost - picos as f64 / 1e12).abs() < 1e-15, "{cost} {picos}");
    // One request of 10 + 50 + 20 + 150 + 200 + 10 ms.
    let ours = summary("records/seed-latency.json");
    let phases = &ours["phases_ms"];
    for (phase, ms) in [
        ("preprocessing", 10.0),
        ("embedding_lookup", 50.0),
        ("llm_queue_wait", 20.0),
        ("time_to_first_token", 150.0),
        ("token_generation", 200.0),
        ("postprocessing", 10.0),
        ("unattributed", 0.0),
    ] {
        assert!((phases[phase].as_f64().unwrap() - ms).abs() < 1e-9, "{phase}: {phases}");
    }
    assert_eq!(ours["latency_ms"]["sum"].as_f64().unwrap().round(), 440.0);
}

#[test]
fn what_cannot_be_read_is_said_and_the_rest_stands() {
    let dir = std::env::temp_dir().join(format!("tokenflame-cli-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = dir.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let good = fixture("claude-code/session-30530d66.jsonl");
    for (name, bytes) in [
        ("empty.json", &b""[..]),
        ("picture.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
        ("notes.txt", b"Dear diary, today I wrote no JSON."),
    ] {
        let (code, json, errors) = run(&[write(name, bytes), good.clone()]);
        assert_ne!(code, 0, "{name}");
        assert!(errors.contains(name), "{errors}");
        assert_eq!(json["requests"], 15, "{name}");
    }
    let (code, json, errors) = run(&[dir.join("missing.json")]);
    assert!(code != 0 && json.is_null() && errors.contains("missing.json"), "{errors}");
    let (code, json, errors) = run(&[dir.clone(), good.clone()]);
    assert!(code != 0 && json["requests"] == 15 && errors.contains("is a folder"), "{errors}");
    std::fs::remove_dir_all(dir).unwrap();
}

#[test]
fn files_are_read_as_one_says() {
    let dir = std::env::temp_dir().join(format!("tokenflame-as-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let write = |name: &str, text: &str| {
        let path = dir.join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let run = |option: &str, value: &Path, file: &Path| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tokenflame"));
        let output = command.arg("summary").arg(file).arg(option).arg(value).arg("--json").output().unwrap();
        let json: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        (output.status.code().unwrap(), json, String::from_utf8(output.stderr).unwrap())
    };
    let spend = fixture("litellm/own-spend-logs.jsonl");
    let (code, json, errors) = run("--as", Path::new("records"), &spend);
    assert_eq!((code, &json["formats"]), (0, &serde_json::json!(["records"])), "{errors}");
    let (code, json, errors) = run("--as", Path::new("record"), &spend);
    assert!(code == 2 && json.is_null() && errors.contains("otlp, claude-code, "), "{errors}");

    let times = fixture("records/milliseconds-without-unit.jsonl");
    let (_, json, errors) = run("--unit", Path::new("ms"), &times);
    assert_eq!((&json["latency_ms"]["sum"], errors.as_str()), (&Value::from(5600.5), ""));
    let (code, _, errors) = run("--unit", Path::new("h"), &times);
    assert!(code == 2 && errors.contains("s, ms, us and ns"), "{errors}");

    let log = write(
        "log.jsonl",
        "{\"m\": \"gpt-4o\", \"n\": {\"in\": 7}}\n{\"m\": \"gpt-4o\", \"n\": {\"in\": 5}}\n",
    );
    let mapping = r#"{"fields": {"model": {"path": "m"}, "prompt_tokens": {"path": "n.in"}}}"#;
    let (code, json, errors) = run("--mapping", &write("mapping.json", mapping), &log);
    assert_eq!((code, &json["requests"], &json["tokens"]["input"]), (0, &2.into(), &12.into()), "{errors}");
    let wrong = write("wrong.json", r#"{"fields": {"modell": {"path": "m"}}}"#);
    let (code, _, errors) = run("--mapping", &wrong, &log);
    assert!(code == 2 && errors.contains("modell"), "{errors}");
    std::fs::remove_dir_all(dir).unwrap();
}
