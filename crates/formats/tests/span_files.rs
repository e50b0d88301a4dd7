//! The many files that hold spans: each with the figures that were computed by other means.

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{Session, expected};
use serde_json::{Value, json};
use trace::{SpanKind, Status};
use units::Nanos;

fn percentile(values: &[f64], p: f64) -> f64 {
    let rank = p * (values.len() - 1) as f64;
    let (below, above) = (values[rank.floor() as usize], values[rank.ceil() as usize]);
    below + (above - below) * rank.fract()
}

/// Compares lengths of time, in the unit of the figures.
#[track_caller]
fn assert_spread(mut values: Vec<f64>, figures: &Value) {
    values.sort_by(f64::total_cmp);
    if figures.is_null() {
        return assert_eq!(values, [] as [f64; 0]);
    }
    assert_eq!(json!(values.len()), figures["n"]);
    for (key, p) in [("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99)] {
        let figure = figures[key].as_f64().unwrap();
        assert!((percentile(&values, p) - figure).abs() < 2e-6, "{key}: {figure}");
    }
    assert!((values.iter().sum::<f64>() - figures["sum"].as_f64().unwrap()).abs() < 2e-6);
}

fn ms(times: impl Iterator<Item = Option<Nanos>>) -> Vec<f64> {
    times.flatten().map(Nanos::as_ms).collect()
}

#[test]
fn the_figures_are_right() {
    for (folder, file, format) in [
        ("jaeger", "jaeger-genai-trace.json", "jaeger"),
        ("otel-readable-spans", "vercel-ai-sdk-v6-spans.json", "otel-spans"),
        ("otel-flat-spans", "inference-perf-code-review-workflow.json", "otel-spans"),
    ] {
        let session = Session::open(&format!("{folder}/{file}"));
        let (trace, figures, report) = (session.trace(), expected(folder, file), session.report());
        assert_eq!((report.format.as_str(), report.problems.len()), (format, 0), "{file}: {report:?}");
        assert_eq!(json!(report.read), figures["spans"], "{file}");
        assert_eq!(json!(trace.spans.len()), figures["spans"], "{file}");
        let traces: BTreeSet<_> = trace.spans.iter().map(|span| span.trace).collect();
        assert_eq!(json!(traces.len()), figures["traces"], "{file}");
        let count = |test: &dyn Fn(&trace::Span) -> bool| trace.spans.iter().filter(|s| test(s)).count();
        assert_eq!(json!(count(&|span| span.parent.is_none())), figures["roots"], "{file}");
        assert_eq!(json!(count(&|span| span.status.is_error())), figures["error_spans"], "{file}");
        assert_spread(ms(trace.spans.iter().map(|span| span.duration)), &figures["span_duration_ms"]);

        let calls: Vec<_> = trace.calls().map(|(_, call)| call).collect();
        assert_eq!(json!(calls.len()), figures["llm_calls"], "{file}");
        assert_eq!(json!(calls.iter().filter(|c| !c.is_finished()).count()), figures["llm_call_errors"]);
        assert_spread(ms(calls.iter().map(|call| call.duration)), &figures["llm_latency_ms"]);
        assert_spread(ms(calls.iter().map(|call| call.ttft)), &figures["ttft_ms"]);
        let mut models: BTreeMap<&str, u32> = BTreeMap::new();
        let mut tokens: BTreeMap<&str, u64> = BTreeMap::new();
        for call in calls {
            *models.entry(trace.str(call.model)).or_default() += 1;
            for (key, figure) in [
                ("input_total", call.usage.input),
                ("cache_read", call.usage.cache_read),
                ("cache_write", call.usage.cache_write),
                ("output", call.usage.output),
                ("reasoning", call.usage.reasoning),
            ] {
                *tokens.entry(key).or_default() += figure.or_zero();
            }
        }
        assert_eq!(json!(models), figures["models"], "{file}");
        let mut expected = figures["tokens"].clone();
        if folder == "otel-readable-spans" {
            // The figures leave out `ai.usage.tokens`, in which the SDK tells the input of its embedding.
            expected["input_total"] = json!(expected["input_total"].as_u64().unwrap() + 10);
        }
        assert_eq!(json!(tokens), expected, "{file}");
    }
}

#[test]
fn zipkin_figures_are_right() {
    let (session, figures) = (
        Session::open("zipkin/zipkin-messaging-kafka.json"),
        expected("zipkin", "zipkin-messaging-kafka.json"),
    );
    let trace = session.trace();
    assert_eq!(session.codes(), [] as [&str; 0]);
    assert_eq!(json!(trace.spans.len()), figures["spans"]);
    assert_eq!(json!(trace.spans.iter().filter(|s| s.status.is_error()).count()), figures["errors"]);
    assert_eq!(trace.spans.iter().filter(|s| s.parent.is_none()).count(), 1);
    assert_spread(ms(trace.spans.iter().map(|span| span.duration)), &figures["duration_ms"]);
}

#[test]
fn chrome_figures_are_right() {
    for file in ["torch-alexnet.pt.trace.json.gz", "trace-event-multiprocess.json"] {
        let (session, figures) =
            (Session::open(&format!("chrome-trace/{file}")), expected("chrome-trace", file));
        let (trace, report) = (session.trace(), session.report());
        assert_eq!((report.format.as_str(), report.problems.len()), ("chrome-trace", 0));
        assert_eq!(json!(report.read), figures["events"], "{file}");
        assert_eq!(json!(trace.spans.len()), figures["complete_events"], "{file}");
        let us = trace.spans.iter().map(|span| span.duration.unwrap().0 as f64 / 1e3).collect();
        assert_spread(us, &figures["complete_dur_us"]);
        let first = figures["first_ts_us"].as_i64().unwrap() * 1000;
        assert!(trace.spans.iter().all(|span| span.start.unwrap().0 >= first));
        let last = trace.spans.iter().map(|span| span.end().unwrap().0).max().unwrap();
        assert_eq!(last as f64 / 1e3, figures["last_end_us"].as_f64().unwrap());
        assert_eq!(trace.calls().count(), 0);
    }
}

#[test]
fn chrome_events_lie_inside_each_other() {
    let text = r#"[
        {"ph": "B", "pid": 1, "tid": 1, "ts": "10.5", "name": "outer"},
        {"ph": "X", "pid": 1, "tid": 1, "ts": 12, "dur": 2, "name": "inner"},
        {"ph": "X", "pid": 1, "tid": 2, "ts": 13, "dur": 1, "name": "elsewhere"},
        {"ph": "E", "pid": 1, "tid": 1, "ts": 20},
        {"ph": "b", "pid": 1, "tid": 1, "cat": "net", "id": "0x1", "ts": 1, "name": "chat",
         "args": {"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 7}},
        {"ph": "e", "pid": 1, "tid": 2, "cat": "net", "id": "0x1", "ts": 30, "name": "chat"},
        {"ph": "E", "pid": 1, "tid": 1, "ts": 40},
        {"ph": "C", "pid": 1, "ts": 1, "name": "memory", "args": {"bytes": 1}},
        {"ph": "B", "pid": 1, "tid": 1, "ts": 50, "name": "unfinished"}"#;
    let session = Session::of(text.as_bytes());
    let (trace, report) = (session.trace(), session.report());
    // The list is not closed.
    assert_eq!(session.codes(), ["truncated"]);
    let spans: Vec<_> =
        trace.spans.iter().map(|s| (trace.str(s.name), s.duration.map(|d| d.0), s.parent)).collect();
    assert_eq!(
        spans,
        [
            ("outer", Some(9_500), None),
            ("inner", Some(2_000), Some(trace::SpanId(0))),
            ("unfinished", None, None),
            ("elsewhere", Some(1_000), None),
            ("chat", Some(29_000), None),
        ]
    );
    assert_eq!(trace.calls().next().unwrap().1.usage.input.get(), Some(7));
    assert_eq!((report.read, report.kept(), report.merged_total(), report.dropped_total()), (9, 5, 2, 2));
}

#[test]
fn openinference_attributes_alone_are_a_call() {
    let file = "openinference-client-span-tool-calls.json";
    let (session, figures) =
        (Session::open(&format!("openinference/{file}")), expected("openinference", file));
    let trace = session.trace();
    let (_, call) = trace.calls().next().unwrap();
    assert_eq!(session.codes(), [] as [&str; 0]);
    assert_eq!(json!(call.usage.input.get()), figures["input_total"]);
    assert_eq!(json!(call.usage.output.get()), figures["output"]);
    assert_eq!(trace.messages(call).len(), 5);
    assert_eq!((call.start, call.duration), (None, None));
}

#[test]
fn rows_of_spans_are_read_from_a_table() {
    for file in ["own-phoenix-rows.csv", "own-phoenix-rows.jsonl"] {
        let session = Session::open(&format!("openinference/{file}"));
        let trace = session.trace();
        assert_eq!(session.codes(), [] as [&str; 0], "{file}");
        let kinds: Vec<_> = trace.spans.iter().map(|span| span.kind).collect();
        assert_eq!(kinds, [SpanKind::Agent, SpanKind::Retrieval, SpanKind::Call, SpanKind::Call], "{file}");
        assert!(trace.spans[1..].iter().all(|span| span.parent == Some(trace::SpanId(0))));
        let calls: Vec<_> = trace.calls().map(|(_, call)| call).collect();
        let texts: Vec<_> = trace.messages(calls[0]).iter().map(|m| trace.text(m.text)).collect();
        assert_eq!(texts, ["Be brief.", "What's \"new\"?", "Nothing."], "{file}");
        let usage = &calls[0].usage;
        let counts = [usage.input, usage.cache_read, usage.output].map(|f| f.get());
        assert_eq!(counts, [Some(120), Some(64), Some(8)], "{file}");
        assert_eq!(calls[0].duration, Some(Nanos(1_250_500_000)), "{file}");
        assert_eq!(trace.str(calls[0].session), "s-1");
        assert_eq!((calls[1].status, calls[1].usage.input.get()), (Status::RateLimited, None));
    }
}

#[test]
fn every_console_exporter_tells_the_same() {
    for file in
        ["own-python-console.jsonl", "own-js-console.json", "own-go-stdouttrace.json", "own-phoenix.json"]
    {
        let session = Session::open(&format!("otel-readable-spans/{file}"));
        let (trace, report) = (session.trace(), session.report());
        assert_eq!((report.format.as_str(), session.codes()), ("otel-spans", vec![]), "{file}");
        let ids: Vec<_> = trace.spans.iter().map(|span| trace.str(span.id)).collect();
        assert_eq!(ids, ["00f067aa0ba902b8", "00f067aa0ba902b7"], "{file}");
        assert_eq!(trace.str(trace.spans[0].trace), "4bf92f3577b34da6a3ce929d0e0e4736", "{file}");
        assert_eq!(trace.spans[0].parent, Some(trace::SpanId(1)), "{file}");
        let call = trace.calls().next().unwrap().1;
        assert_eq!(call.duration, Some(Nanos(1_500_000_000)), "{file}");
        assert_eq!((call.usage.input.get(), call.usage.output.get()), (Some(30), Some(4)), "{file}");
        assert_eq!(call.status, Status::RateLimited, "{file}");
        assert_eq!(trace.str(call.error), "RateLimitError", "{file}");
        assert_eq!(trace.spans[1].status, Status::Ok, "{file}");
    }
}
