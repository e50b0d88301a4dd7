//! Traces whose JSON is sound and whose values are not: any field may hold anything.

mod common;

use common::{Session, all_fixtures, fixture};
use proptest::prelude::*;
use serde_json::{Value, json};

/// The JSON values of the fixtures of some formats.
fn values_of(formats: &[&str]) -> Vec<Vec<Value>> {
    let of = |path: &&String| {
        let readable = ![".yaml", ".gz", ".csv", ".sse"].iter().any(|end| path.ends_with(end));
        readable && formats.iter().any(|format| path.starts_with(format))
    };
    let values = |path: &String| {
        let bytes = fixture(path);
        serde_json::Deserializer::from_slice(&bytes).into_iter().map_while(Result::ok).collect::<Vec<Value>>()
    };
    all_fixtures().iter().filter(of).map(values).collect()
}

/// The fixtures whose records are spans.
fn traces() -> Vec<Vec<Value>> {
    values_of(&[
        "otlp-",
        "langfuse/",
        "langsmith/",
        "jaeger/",
        "zipkin/",
        "openinference/",
        "otel-",
        "chrome-trace/",
        "braintrust/",
        "mlflow/",
        "weave/",
    ])
}

/// Those whose records are bodies of providers, or hold such bodies; of streams every tenth event.
fn bodies() -> Vec<Vec<Value>> {
    let formats = ["openai-", "anthropic-messages/", "gemini/", "bedrock/", "cohere/", "ollama/", "har/"];
    let bodies = values_of(&formats);
    let short = |values: Vec<Value>| {
        let many = values.len() > 100;
        let kept = values.into_iter().enumerate().filter(|(i, _)| !many || i % 10 == 0 || *i < 5);
        kept.map(|(_, value)| value).collect()
    };
    bodies.into_iter().map(short).collect()
}

/// The fixtures whose records are requests of a benchmark or of a workload, but for tables.
fn requests() -> Vec<Vec<Value>> {
    const FOLDERS: &[&str] = &[
        "aiperf",
        "vllm-bench",
        "sglang-bench",
        "genai-perf",
        "llmperf",
        "guidellm",
        "inference-perf",
        "mooncake",
        "qwen-bailian",
    ];
    let values = |path: &String| {
        let bytes = fixture(path);
        serde_json::Deserializer::from_slice(&bytes).into_iter().collect::<Result<Vec<Value>, _>>().ok()
    };
    let of_requests =
        |path: &&String| path.split_once('/').is_some_and(|(folder, _)| FOLDERS.contains(&folder));
    all_fixtures().iter().filter(of_requests).filter_map(values).collect()
}

/// The fixtures whose records are what agents and people said, but for the large ones.
fn conversations() -> Vec<Vec<Value>> {
    const FOLDERS: &[&str] = &[
        "codex",
        "pi-agent",
        "gemini-cli",
        "copilot-chat",
        "cline",
        "aider",
        "opencode",
        "mini-swe-agent",
        "atif",
        "inspect-eval",
        "wildchat",
        "chatgpt",
    ];
    let values = |path: &String| {
        let bytes = fixture(path);
        let values =
            serde_json::Deserializer::from_slice(&bytes).into_iter().collect::<Result<Vec<Value>, _>>();
        values.ok().filter(|_| bytes.len() < 150_000)
    };
    let of_agents =
        |path: &&String| path.split_once('/').is_some_and(|(folder, _)| FOLDERS.contains(&folder));
    all_fixtures().iter().filter(of_agents).filter_map(values).collect()
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(list) => list.iter().map(count).sum(),
        Value::Object(map) => map.values().map(count).sum(),
        _ => 0,
    }
}

/// Puts something else in the place of the value number `at`.
fn replace(value: &mut Value, at: &mut usize, with: &Value) {
    if *at == 0 {
        *value = with.clone();
    }
    *at = at.wrapping_sub(1);
    match value {
        Value::Array(list) => list.iter_mut().for_each(|value| replace(value, at, with)),
        Value::Object(map) => map.values_mut().for_each(|value| replace(value, at, with)),
        _ => {}
    }
}

fn anything() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!(null),
        json!(true),
        json!(-1),
        json!(0),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(-1e300),
        json!("18446744073709551616"),
        json!("NaN"),
        json!(""),
        json!("0000000000000000"),
        json!("\u{0}é🦀"),
        json!("[{\"type\":\"text\"}]"),
        json!("[[[[[[[[[[{\"role\":1,\"content\":{\"content\":[null,7]}}]]]]]]]]]]"),
        json!([]),
        json!({}),
        json!([[], {}, "x", 1]),
        json!({"stringValue": 1, "intValue": "x"}),
        json!({"arrayValue": {"values": [{"kvlistValue": {}}]}}),
        json!({"role": "user", "content": [{"type": "tool_use", "input": null}]}),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn each_span_is_accounted_for(
        values in prop::sample::select(traces()),
        changes in prop::collection::vec((any::<prop::sample::Index>(), anything()), 1..8),
    ) {
        let mut values = Value::Array(values);
        for (at, with) in changes {
            // The list of records itself stays.
            let mut at = 1 + at.index(count(&values).max(2) - 1);
            replace(&mut values, &mut at, &with);
        }
        let lines: Vec<String> = values.as_array().unwrap().iter().map(Value::to_string).collect();
        let session = Session::of(lines.join("\n").as_bytes());
        let (trace, report) = (session.trace(), session.report());
        let of_spans = ["same span sent twice", "event of a call", "patch of a run", "the end of an event"];
        let told_twice: u64 = of_spans.iter().filter_map(|reason| report.merged.get(*reason)).sum();
        prop_assert_eq!(report.read - report.dropped_total() - told_twice, trace.spans.len() as u64);
        let joined = trace.records.iter().filter(|call| call.merged_into.is_some()).count() as u64;
        prop_assert_eq!(report.merged_total(), told_twice + joined);
        prop_assert!(trace.spans.iter().all(|span| span.duration.is_none_or(|d| d.0 >= 0)));
        prop_assert!(trace.records.iter().all(|call| call.ttft.is_none_or(|t| t.0 >= 0)));
    }

    #[test]
    fn each_request_is_accounted_for(
        values in prop::sample::select(requests()),
        changes in prop::collection::vec((any::<prop::sample::Index>(), anything()), 1..8),
    ) {
        let mut values = Value::Array(values);
        for (at, with) in changes {
            let mut at = 1 + at.index(count(&values).max(2) - 1);
            replace(&mut values, &mut at, &with);
        }
        let lines: Vec<String> = values.as_array().unwrap().iter().map(Value::to_string).collect();
        let session = Session::of(lines.join("\n").as_bytes());
        let (trace, report) = (session.trace(), session.report());
        prop_assert_eq!(report.read - report.dropped_total(), trace.records.len() as u64);
        for call in &trace.records {
            prop_assert!([call.duration, call.ttft].into_iter().flatten().all(|time| time.0 >= 0));
            prop_assert!(trace.gaps(call).all(|gap| gap.0 >= 0));
            let blocks = trace.blocks(call).count() as u64;
            prop_assert!(blocks == 0 || call.usage.input.or_zero().div_ceil(call.block_tokens.into()) == blocks);
        }
    }

    #[test]
    fn each_body_is_accounted_for(
        values in prop::sample::select(bodies()),
        changes in prop::collection::vec((any::<prop::sample::Index>(), anything()), 1..8),
    ) {
        let mut values = Value::Array(values);
        for (at, with) in changes {
            let mut at = 1 + at.index(count(&values).max(2) - 1);
            replace(&mut values, &mut at, &with);
        }
        let lines: Vec<String> = values.as_array().unwrap().iter().map(Value::to_string).collect();
        let session = Session::of(lines.join("\n").as_bytes());
        let (trace, report) = (session.trace(), session.report());
        let parts = report.merged.get("part of a stream").copied().unwrap_or(0);
        let joined = trace.records.iter().filter(|call| call.merged_into.is_some()).count() as u64;
        prop_assert_eq!(report.merged_total(), parts + joined);
        prop_assert_eq!(report.read, trace.records.len() as u64 + parts + report.dropped_total());
        prop_assert!(trace.records.iter().all(|call| call.ttft.is_none_or(|t| t.0 >= 0)));
        prop_assert!(trace.records.iter().all(|call| call.duration.is_none_or(|d| d.0 >= 0)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn each_message_is_accounted_for(
        values in prop::sample::select(conversations()),
        changes in prop::collection::vec((any::<prop::sample::Index>(), anything()), 1..8),
    ) {
        let mut values = Value::Array(values);
        for (at, with) in changes {
            let mut at = 1 + at.index(count(&values).max(2) - 1);
            replace(&mut values, &mut at, &with);
        }
        let lines: Vec<String> = values.as_array().unwrap().iter().map(Value::to_string).collect();
        let session = Session::of(lines.join("\n").as_bytes());
        let (trace, report) = (session.trace(), session.report());
        prop_assert!(report.merged_total() + report.dropped_total() <= report.read);
        let joined = trace.records.iter().filter(|call| call.merged_into.is_some()).count() as u64;
        prop_assert!(joined <= report.merged_total());
        for call in &trace.records {
            prop_assert!([call.duration, call.ttft].into_iter().flatten().all(|time| time.0 >= 0));
        }
    }
}
