//! Exports of tracing products that tell a run in several records.

mod common;

use common::{Session, expected};
use serde_json::json;
use trace::{Component, SpanKind, Status};
use units::Nanos;

#[test]
fn langsmith_posts_and_patches_are_one_run() {
    for file in ["run-js-openai-reasoning.json", "run-py-openai-stream.json"] {
        let (session, figures) = (Session::open(&format!("langsmith/{file}")), expected("langsmith", file));
        let (trace, report) = (session.trace(), session.report());
        assert_eq!((report.format.as_str(), session.codes()), ("langsmith", vec![]), "{file}");
        assert_eq!((report.read, report.kept(), report.merged["patch of a run"]), (2, 1, 1), "{file}");
        assert_eq!(json!(trace.spans.len()), figures["runs"], "{file}");
        assert_eq!(json!(trace.calls().count()), figures["llm_runs"], "{file}");
        let (_, call) = trace.calls().next().unwrap();
        for (key, figure) in [
            ("input_total", call.usage.input),
            ("cache_read", call.usage.cache_read),
            ("output", call.usage.output),
            ("reasoning", call.usage.reasoning),
        ] {
            assert_eq!(json!(figure.get()), figures[key], "{file} {key}");
        }
        // The figures were computed with floats of seconds, which step by 0.24 microseconds.
        let near = |time: Option<Nanos>, figures: &serde_json::Value| match time {
            Some(time) => (time.as_ms() - figures["p50"].as_f64().unwrap()).abs() < 2.5e-4,
            None => figures.is_null(),
        };
        assert!(near(call.duration, &figures["latency_ms"]), "{file}");
        assert!(near(call.ttft, &figures["ttft_ms"]), "{file} {:?}", call.ttft);
        let gaps: Vec<_> = trace.gaps(call).collect();
        let streamed = file == "run-py-openai-stream.json";
        assert_eq!(gaps.len(), if streamed { 11 } else { 0 }, "{file}");
        assert_eq!(gaps.into_iter().sum::<Nanos>(), Nanos(if streamed { 81_684_000 } else { 0 }), "{file}");
        assert!(trace.messages(call).len() >= 2, "{file}");
        assert!(trace.str(call.response).starts_with("chatcmpl-"), "{file}");
    }
}

#[test]
fn langsmith_runs_that_were_read_back() {
    let session = Session::open("langsmith/own-read-runs.json");
    let (trace, report) = (session.trace(), session.report());
    assert_eq!((report.read, report.kept(), session.codes()), (5, 5, vec![]));
    let kinds: Vec<_> = trace.spans.iter().map(|span| span.kind).collect();
    assert_eq!(kinds, [SpanKind::Agent, SpanKind::Call, SpanKind::Tool, SpanKind::Call, SpanKind::Call]);
    assert!(trace.spans[1..].iter().all(|span| span.parent == Some(trace::SpanId(0))));
    let calls: Vec<_> = trace.calls().map(|(_, call)| call).collect();
    let [chat, refused, again] = calls[..] else { panic!("{}", calls.len()) };
    let usage = &chat.usage;
    let counts = [
        usage.input,
        usage.cache_read,
        usage.cache_write,
        usage.cache_write_1h,
        usage.output,
        usage.reasoning,
    ];
    assert_eq!(counts.map(|f| f.get()), [3560, 2048, 1500, 500, 20, 7].map(Some));
    assert_eq!(chat.ttft, Some(Nanos(500_000_000)));
    assert_eq!(chat.reported_cost.unwrap().to_string(), "0.0123");
    let named = [chat.provider, chat.model, chat.session, chat.response];
    assert_eq!(named.map(|id| trace.str(id)), ["anthropic", "claude-sonnet-4-5", "th-1", "msg_own_ls"]);
    let texts: Vec<_> = trace.messages(chat).iter().map(|m| (m.component, trace.text(m.text))).collect();
    assert_eq!(
        texts,
        [
            (Component::Tools, r#"{"description":"The weather.","name":"weather"}"#),
            (Component::System, "Be brief."),
            (Component::User, "Weather?"),
            (Component::Output, "Let me look."),
            (Component::Output, r#"weather({"city":"Oslo"})"#),
        ]
    );
    assert_eq!((refused.status, trace.str(refused.error)), (Status::RateLimited, "RateLimitError"));
    assert_eq!(refused.usage.input.get(), None);
    assert_eq!((again.usage.input.get(), again.usage.cache_read.get()), (Some(500), Some(128)));
    assert_eq!(again.retries, 1);
}

#[test]
fn braintrust_rows_are_merged() {
    let (session, figures) =
        (Session::open("braintrust/log-payloads.json"), expected("braintrust", "log-payloads.json"));
    let (trace, report) = (session.trace(), session.report());
    assert_eq!(report.format, "braintrust");
    assert_eq!(json!(report.read), figures["rows"]);
    assert_eq!(json!(report.merged_total()), figures["merge_rows"]);
    assert_eq!(json!(trace.spans.len()), figures["ids"]);
    assert_eq!(json!(trace.calls().count()), figures["llm"]);
    assert_eq!(trace.spans.iter().filter(|span| span.parent.is_none()).count(), 1);
    // The snapshot has placeholders for its figures.
    assert!(trace.calls().all(|(_, call)| call.usage.input.get().is_none() && call.ttft.is_none()));
    assert!(trace.calls().all(|(_, call)| trace.str(call.model) == "gpt-4o-mini-2024-07-18"));
    let (_, first) = trace.calls().next().unwrap();
    let texts: Vec<_> = trace.messages(first).iter().map(|m| trace.text(m.text)).collect();
    assert_eq!(texts, ["Reply with exactly OK.", "<llm-response>"]);
}

#[test]
fn braintrust_figures() {
    let session = Session::open("braintrust/own-fetch.json");
    let trace = session.trace();
    assert_eq!((session.report().read, session.codes()), (4, vec![]));
    assert!(trace.spans[1..].iter().all(|span| span.parent == Some(trace::SpanId(0))));
    let calls: Vec<_> = trace.calls().map(|(_, call)| call).collect();
    let [chat, refused] = calls[..] else { panic!("{}", calls.len()) };
    let usage = &chat.usage;
    let counts = [usage.input, usage.cache_read, usage.cache_write, usage.output, usage.reasoning];
    assert_eq!(counts.map(|f| f.get()), [3560, 2048, 1500, 40, 8].map(Some));
    assert_eq!((chat.duration, chat.ttft), (Some(Nanos(2_500_000_000)), Some(Nanos(500_000_000))));
    assert_eq!(chat.reported_cost.unwrap().to_string(), "0.0123");
    let texts: Vec<_> = trace.messages(chat).iter().map(|m| (m.component, trace.text(m.text))).collect();
    assert_eq!(texts, [(Component::User, "Hi"), (Component::Output, "Hello")]);
    assert_eq!((refused.status, trace.str(refused.error)), (Status::RateLimited, "RateLimitError"));

    let session = Session::open("braintrust/own-merges.jsonl");
    let (trace, report) = (session.trace(), session.report());
    assert_eq!((report.read, report.kept(), session.codes()), (6, 2, vec![]));
    let calls: Vec<_> = trace.calls().map(|(_, call)| call).collect();
    assert_eq!(calls.len(), 1);
    assert_eq!((calls[0].usage.input.get(), calls[0].duration), (Some(10), Some(Nanos(1_500_000_000))));
    assert_eq!(trace.str(calls[0].model), "gpt-4o-2024-08-06");
    assert_eq!(trace.messages(calls[0]).len(), 2);
    let open = trace.spans.iter().find(|span| span.kind == SpanKind::Tool).unwrap();
    assert_eq!(open.duration, None);
}

#[test]
fn mlflow_traces_of_both_versions() {
    for file in ["own-trace-v3.json", "own-traces-v2.jsonl"] {
        let session = Session::open(&format!("mlflow/{file}"));
        let trace = session.trace();
        assert_eq!((session.report().format.as_str(), session.codes()), ("mlflow", vec![]), "{file}");
        let kinds: Vec<_> = trace.spans.iter().map(|span| span.kind).collect();
        assert_eq!(kinds, [SpanKind::Agent, SpanKind::Retrieval, SpanKind::Call, SpanKind::Call], "{file}");
        assert!(trace.spans[1..].iter().all(|span| span.parent == Some(trace::SpanId(0))), "{file}");
        assert_eq!(trace.str(trace.spans[0].id), "00000000000000a1", "{file}");
        let calls: Vec<_> = trace.calls().map(|(_, call)| call).collect();
        let usage = &calls[0].usage;
        let counts = [usage.input, usage.cache_read, usage.output].map(|f| f.get());
        assert_eq!(counts, [24, 8, 3].map(Some), "{file}");
        assert_eq!(calls[0].duration, Some(Nanos(1_200_000_001)), "{file}");
        let named = [calls[0].model, calls[0].response, calls[0].session];
        let expected = ["gpt-4o-mini-2024-07-18", "chatcmpl-own-ml", "ses-1"];
        assert_eq!(named.map(|id| trace.str(id)), expected, "{file}");
        let texts: Vec<_> =
            trace.messages(calls[0]).iter().map(|m| (m.component, trace.text(m.text))).collect();
        assert_eq!(
            texts,
            [
                (Component::Tools, r#"{"function":{"name":"f"},"type":"function"}"#),
                (Component::System, "Be brief."),
                (Component::User, "What is MLflow?"),
                (Component::Output, "A platform."),
            ],
            "{file}"
        );
        assert_eq!(calls[1].status, Status::RateLimited, "{file}");
        assert_eq!(trace.str(calls[1].model), "gpt-4o-mini", "{file}");
    }
}

#[test]
fn weave_calls_around_calls_repeat_them() {
    let session = Session::open("weave/own-calls.jsonl");
    let (trace, report) = (session.trace(), session.report());
    assert_eq!((report.format.as_str(), session.codes()), ("weave", vec![]));
    assert_eq!((report.read, report.kept(), trace.spans.len()), (7, 7, 7));
    let calls: Vec<_> = trace.calls().map(|(_, call)| call).collect();
    let [openai, anthropic, refused, embedding] = calls[..] else { panic!("{}", calls.len()) };
    assert_eq!((openai.usage.input.get(), openai.usage.cache_read.get()), (Some(100), Some(64)));
    assert_eq!(openai.duration, Some(Nanos(1_500_000_000)));
    assert_eq!(openai.reported_cost.unwrap().to_string(), "0.00035");
    assert_eq!(trace.str(openai.name), "openai.chat.completions.create");
    assert_eq!(trace.messages(openai).len(), 2);
    assert_eq!((anthropic.usage.input.get(), anthropic.usage.fresh().get()), (Some(3560), Some(12)));
    assert_eq!(anthropic.duration, Some(Nanos(2_000_000_000)));
    let parents: Vec<_> = trace.spans.iter().filter(|span| span.parent.is_none()).collect();
    assert_eq!((parents.len(), parents[0].kind), (1, SpanKind::Agent));
    assert_eq!(refused.status, Status::RateLimited);
    assert_eq!(embedding.operation, trace::Operation::Embed);
}
