//! OTLP/JSON against figures that were computed by other means, and every generation of names by itself.

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{Session, expected, fixture};
use serde_json::{Value, json};
use trace::{Call, Component, Convention, Message, Operation, ProblemCode, SpanKind, Status, Trace};
use units::{Nanos, Timestamp};

const SAMPLES: [(&str, &str); 5] = [
    ("otlp-json", "jaeger-otel-traces-01.json"),
    ("otlp-json", "open-agent-traces.json"),
    ("otlp-json", "proto-example-trace.json"),
    ("otlp-json-genai", "openinference.jsonl"),
    ("otlp-json-genai", "openllmetry.jsonl"),
];

/// Compares a distribution of milliseconds: percentiles by linear interpolation.
fn assert_spread(mut values: Vec<f64>, figures: &Value, what: &str) {
    values.sort_by(f64::total_cmp);
    if figures.is_null() {
        assert_eq!(values, [] as [f64; 0], "{what}");
        return;
    }
    let percentile = |p: f64| {
        let rank = p * (values.len() - 1) as f64;
        let (below, above) = (values[rank.floor() as usize], values[rank.ceil() as usize]);
        below + (above - below) * rank.fract()
    };
    assert_eq!(json!(values.len()), figures["n"], "{what}");
    let sum = values.iter().sum();
    for (key, value) in [
        ("p50", percentile(0.5)),
        ("p90", percentile(0.9)),
        ("p95", percentile(0.95)),
        ("p99", percentile(0.99)),
        ("sum", sum),
    ] {
        let figure = figures[key].as_f64().unwrap();
        assert!((value - figure).abs() < 2e-6, "{what} {key}: {value} is not {figure}");
    }
}

#[test]
fn the_figures_are_right() {
    for (folder, file) in SAMPLES {
        let session = Session::open(&format!("{folder}/{file}"));
        let (trace, figures) = (session.trace(), expected(folder, file));
        let report = session.report();
        assert_eq!((report.format.as_str(), report.problems.len()), ("otlp", 0), "{file}");
        assert_eq!(json!(trace.spans.len()), figures["spans"], "{file}");
        assert_eq!(json!(report.read), figures["spans"], "{file}");
        let traces: BTreeSet<_> = trace.spans.iter().map(|span| span.trace).collect();
        assert_eq!(json!(traces.len()), figures["traces"], "{file}");
        let count =
            |test: &dyn Fn(&trace::Span) -> bool| json!(trace.spans.iter().filter(|s| test(s)).count());
        // The figures take a parent for found wherever its id stands; here it has to be of the same trace.
        let ids: BTreeSet<_> = trace.spans.iter().map(|span| span.id).collect();
        assert_eq!(count(&|span| !ids.contains(&span.parent_id)), figures["roots"], "{file}");
        let joined = trace.spans.iter().filter_map(|span| Some((span, trace.span(span.parent?))));
        assert!(joined.into_iter().all(|(span, parent)| span.trace == parent.trace), "{file}");
        assert_eq!(count(&|span| span.status.is_error()), figures["error_spans"], "{file}");
        assert_eq!(json!(trace.records.len()), figures["llm_calls_all_nested"], "{file}");
        assert_eq!(json!(trace.calls().count()), figures["llm_calls"], "{file}");
        let ms = |time: Nanos| time.as_ms();
        let durations = trace.spans.iter().map(|span| ms(span.duration.unwrap())).collect();
        assert_spread(durations, &figures["span_duration_ms"], file);

        let mut models: BTreeMap<&str, u32> = BTreeMap::new();
        let mut tokens: BTreeMap<&str, u64> = BTreeMap::new();
        let (mut failed, mut latencies, mut ttfts) = (0, vec![], vec![]);
        for (_, call) in trace.calls() {
            let model = trace.str(call.model);
            *models.entry(if model.is_empty() { "None" } else { model }).or_default() += 1;
            failed += u32::from(call.status.is_error());
            if call.is_finished() {
                latencies.push(ms(call.duration.unwrap()));
                ttfts.extend(call.ttft.map(ms));
            }
            let usage = &call.usage;
            for (key, figure) in [
                ("input_total", usage.input),
                ("cache_read", usage.cache_read),
                ("cache_write", usage.cache_write),
                ("output", usage.output),
                ("reasoning", usage.reasoning),
            ] {
                *tokens.entry(key).or_default() += figure.or_zero();
            }
        }
        if trace.calls().count() > 0 {
            assert_eq!(json!(models), figures["models"], "{file}");
            assert_eq!(json!(tokens), figures["tokens"], "{file}");
        }
        assert_eq!(json!(failed), figures["llm_call_errors"], "{file}");
        assert_spread(latencies, &figures["llm_latency_ms"], &format!("{file} latency"));
        assert_spread(ttfts, &figures["ttft_ms"], &format!("{file} TTFT"));
    }
}

#[test]
fn both_instrumentations_tell_of_the_same_steps_and_failure() {
    for file in ["openinference.jsonl", "openllmetry.jsonl"] {
        let session = Session::open(&format!("otlp-json-genai/{file}"));
        let trace = session.trace();
        for phase in ["preprocess", "retrieval", "postprocess"] {
            assert!(trace.spans.iter().any(|span| trace.str(span.name) == phase), "{file}: {phase}");
        }
        let failed: Vec<_> = trace.calls().filter(|(_, call)| call.status.is_error()).collect();
        assert_eq!(failed[0].1.status, Status::RateLimited);
        assert!(trace.str(failed[0].1.error).ends_with("RateLimitError"));
        assert_eq!(session.report().merged_total(), 2);
    }
}

/// The attributes of one span as a request.
fn request(attributes: &Value) -> Vec<u8> {
    let value = |value: &Value| match value {
        Value::String(text) => json!({ "stringValue": text }),
        number => json!({ "intValue": number.to_string() }),
    };
    let list = attributes.as_object().unwrap().iter();
    let list: Vec<_> = list.map(|(key, v)| json!({"key": key, "value": value(v)})).collect();
    let span = json!({"traceId": "t", "spanId": "s", "name": "chat", "attributes": list});
    json!({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}).to_string().into_bytes()
}

#[test]
fn an_openinference_span_has_its_messages() {
    let file = "openinference-client-span-tool-calls.json";
    let attributes = serde_json::from_slice(&fixture(&format!("openinference/{file}"))).unwrap();
    let session = Session::of(&request(&attributes));
    let (call, messages) = only(&session);
    let figures = expected("openinference", file);
    assert_eq!(json!(call.usage.input.get()), figures["input_total"]);
    assert_eq!(json!(call.usage.output.get()), figures["output"]);
    assert_eq!(
        messages,
        [
            (Component::User, "Weather in Paris?"),
            (Component::History, "Absolutely! Let me check the weather for you."),
            (Component::History, r#"get_weather({"location":"Paris"})"#),
            (Component::Retrieved, "rainy, 57°F"),
            (Component::Output, "The weather in Paris is currently rainy with a temperature of 57°F."),
        ]
    );
}

#[test]
fn texts_without_a_role_are_one_turn() {
    let prompt = |text: &str| request(&json!({"openinference.span.kind": "EMBEDDING", "input.value": text}));
    for text in [
        r#"{"input": ["one", "two"]}"#,
        r#"[{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]"#,
    ] {
        let session = Session::of(&prompt(text));
        assert_eq!(only(&session).1, [(Component::User, "one"), (Component::User, "two")]);
    }
}

fn texts<'s>(trace: &'s Trace, call: &Call) -> Vec<(Component, &'s str)> {
    trace.messages(call).iter().map(|m: &Message| (m.component, trace.text(m.text))).collect()
}

fn only(session: &Session) -> (&Call, Vec<(Component, &str)>) {
    let calls: Vec<_> = session.trace().calls().collect();
    assert_eq!(calls.len(), 1);
    (calls[0].1, texts(session.trace(), calls[0].1))
}

#[test]
fn current_conventions() {
    let session = Session::open("otlp-own/semconv-current.json");
    let trace = session.trace();
    let kinds: Vec<_> = trace.spans.iter().map(|span| span.kind).collect();
    use SpanKind::{Agent, Call, Retrieval, Tool};
    assert_eq!(kinds, [Agent, Call, Tool, Retrieval, Retrieval, Call, Call, Call, Call]);

    let calls: Vec<_> = trace.calls().map(|(_, call)| call).collect();
    let chat = calls[0];
    let named =
        [chat.provider, chat.model, chat.response, chat.session, chat.component, chat.name, chat.trace];
    assert_eq!(
        named.map(|id| trace.str(id)),
        [
            "openai",
            "gpt-5-2025-08-07",
            "resp_own_1",
            "conv-7",
            "helper",
            "chat gpt-5",
            "0af7651916cd43dd8448eb211c80319c"
        ]
    );
    let usage = &chat.usage;
    let classes = [
        usage.input,
        usage.cache_read,
        usage.cache_write,
        usage.cache_write_1h,
        usage.output,
        usage.reasoning,
    ];
    assert_eq!(classes.map(|figure| figure.get()), [3000, 1024, 512, 256, 400, 128].map(Some));
    assert_eq!(usage.convention, Convention::Inclusive);
    assert_eq!(chat.start, Some(Timestamp(1_760_000_000_100_000_000)));
    assert_eq!((chat.duration, chat.ttft), (Some(Nanos(1_400_000_000)), Some(Nanos(250_000_000))));
    assert_eq!(chat.reported_cost.unwrap().to_string(), "0.0123");
    assert_eq!(
        texts(trace, chat),
        [
            (Component::System, "Be kind."),
            (Component::Tools, r#"{"name":"get_weather","parameters":{"type":"object"},"type":"function"}"#),
            (Component::History, "Hello"),
            (Component::History, "A greeting."),
            (Component::History, r#"get_weather({"city":"Oslo"})"#),
            (Component::Retrieved, "rain"),
            (Component::User, "And tomorrow?"),
            (Component::Reasoning, "Think."),
            (Component::Output, "Sun."),
        ]
    );
    assert_eq!(calls[1].operation, Operation::Embed);
    let ends: Vec<_> = calls[2..].iter().map(|call| (call.status, trace.str(call.error))).collect();
    assert_eq!(
        ends,
        [
            (Status::RateLimited, "429"),
            (Status::Cancelled, "asyncio.CancelledError"),
            (Status::Failed, "500")
        ]
    );
    assert!(calls[2].usage.input.get().is_none(), "unknown is not 0");
}

#[test]
fn vercel_ai_sdk() {
    let session = Session::open("otlp-own/vercel-ai-sdk.json");
    let trace = session.trace();
    let kinds: Vec<_> = trace.spans.iter().map(|span| span.kind).collect();
    use SpanKind::{Agent, Call, Tool};
    assert_eq!(kinds, [Agent, Call, Tool, Agent, Call]);
    let calls: Vec<_> = trace.calls().map(|(_, call)| call).collect();
    let stream = calls[0];
    let named = [stream.provider, stream.model, stream.response, stream.session, stream.component];
    assert_eq!(
        named.map(|id| trace.str(id)),
        ["openai.chat", "gpt-4o-mini-2024-07-18", "chatcmpl-own", "s-1", "answer"]
    );
    let usage = &stream.usage;
    let classes = [usage.input, usage.cache_read, usage.output, usage.reasoning, usage.cache_write];
    assert_eq!(classes.map(|figure| figure.get()), [Some(40), Some(16), Some(20), Some(4), None]);
    assert_eq!(stream.ttft, Some(Nanos(120_500_000)));
    assert_eq!(stream.tokens_per_second, Some(25.5));
    assert_eq!(
        texts(trace, stream),
        [
            (Component::Tools, r#"{"type": "function", "name": "lookup"}"#),
            (Component::System, "Be brief."),
            (Component::User, "Hi"),
            (Component::Reasoning, "Greet."),
            (Component::Output, "Hello."),
            (Component::Output, r#"lookup({"q":1})"#),
        ]
    );
    assert_eq!((calls[1].operation, calls[1].usage.input.get()), (Operation::Embed, Some(10)));
    assert_eq!(texts(trace, calls[1]), [(Component::User, "\"The fox\"")]);
}

#[test]
fn vllm_server_span() {
    let session = Session::open("otlp-own/vllm.json");
    let (call, _) = only(&session);
    assert_eq!(session.trace().str(call.model), "meta-llama/Llama-3.1-8B");
    assert_eq!(session.trace().str(call.response), "chatcmpl-vllm-1");
    assert_eq!((call.usage.input.get(), call.usage.output.get()), (Some(512), Some(64)));
    assert_eq!((call.queue, call.ttft), (Some(Nanos(2_109_000)), Some(Nanos(62_500_000))));
    assert_eq!(call.duration, Some(Nanos(750_000_000)));
}

#[test]
fn names_and_ids_of_generic_protobuf() {
    let session = Session::open("otlp-own/protobuf-names.json");
    let trace = session.trace();
    let (call, messages) = only(&session);
    let ids: Vec<_> = trace.spans.iter().map(|span| trace.str(span.id)).collect();
    assert_eq!(ids, ["eee19b7ec3c1b173", "eee19b7ec3c1b174"]);
    assert_eq!(trace.str(call.trace), "5b8efff798038103d269b633813fc60c");
    assert_eq!(trace.spans[1].parent, call.span.map(|_| trace::SpanId(0)));
    assert_eq!(trace.spans[0].status, Status::Ok, "an exception that was handled");
    assert_eq!((call.status, trace.str(call.error)), (Status::Failed, ""));
    assert_eq!((call.usage.input.get(), call.usage.output.get()), (Some(7), Some(3)));
    assert_eq!((call.duration, call.ttft), (Some(Nanos(3_000_000)), Some(Nanos(1_000_000))));
    assert_eq!(messages, [(Component::User, "Hi")]);
    // Each span's record is its own JSON.
    let bytes = fixture("otlp-own/protobuf-names.json");
    for span in &trace.spans {
        let at = span.record.unwrap();
        let text = &bytes[at.offset as usize..][..at.len as usize];
        let own: Value = serde_json::from_slice(text).unwrap();
        assert_eq!(own["name"], trace.str(span.name));
        let line = 1 + bytes[..at.offset as usize].iter().filter(|&&b| b == b'\n').count();
        assert_eq!(at.line as usize, line);
    }
}

#[test]
fn messages_by_index() {
    let session = Session::open("otlp-own/openllmetry-indexed.json");
    let trace = session.trace();
    let (call, messages) = only(&session);
    assert_eq!(trace.spans[0].kind, SpanKind::Agent);
    let named = [call.provider, call.model, call.session, call.component];
    assert_eq!(named.map(|id| trace.str(id)), ["Anthropic", "claude-3-5-sonnet-20241022", "s-9", "qa"]);
    assert_eq!(call.usage.input.get(), Some(12 + 2048 + 1500));
    assert_eq!(call.usage.convention, Convention::Repaired);
    assert_eq!(messages[0], (Component::Tools, r#"{"description":"Search the web.","name":"search"}"#));
    assert_eq!(messages[1], (Component::System, "Be exact."));
    for turn in 1..=10 {
        assert_eq!(messages[turn + 1], (Component::History, format!("turn {turn}").as_str()));
    }
    assert_eq!(
        messages[12..],
        [
            (Component::User, "Last question"),
            (Component::Output, "Searching."),
            (Component::Output, r#"search({"q": "x"})"#)
        ]
    );
}

#[test]
fn messages_as_events() {
    let session = Session::open("otlp-own/message-events.json");
    let trace = session.trace();
    let calls: Vec<_> = trace.calls().map(|(_, call)| call).collect();
    assert_eq!(
        texts(trace, calls[0]),
        [(Component::System, "Be short."), (Component::User, "Why?"), (Component::Output, "Because.")]
    );
    assert_eq!(calls[0].ttft, Some(Nanos(40_000_000)), "the earliest chunk, wherever it stands");
    assert_eq!(trace.gaps(calls[0]).collect::<Vec<_>>(), [Nanos(20_000_000)]);
    assert_eq!(
        texts(trace, calls[1]),
        [(Component::User, "Plain prompt"), (Component::Output, "Plain answer")]
    );
}

#[test]
fn a_span_sent_again_may_be_the_first_to_say_that_it_is_a_call() {
    let (bare, full) = (
        request(&json!({})),
        request(&json!({"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 7})),
    );
    for first in [&bare, &full] {
        let text = [&first[..], &full, &bare, &full].join(&b'\n');
        let session = Session::of(&text);
        assert_eq!(only(&session).0.usage.input.get(), Some(7));
        let report = session.report();
        assert_eq!((report.read, report.kept(), session.trace().records.len()), (4, 1, 1));
    }
}

#[test]
fn an_http_status_of_a_call_tells_of_failure() {
    for (kind, code, status, error) in [
        ("chat", 200, Status::Ok, ""),
        ("chat", 429, Status::RateLimited, "429"),
        ("chat", 529, Status::RateLimited, "529"),
        ("chat", 500, Status::Failed, "500"),
        ("execute_tool", 404, Status::Ok, ""),
    ] {
        for name in ["http.response.status_code", "http.status_code"] {
            let session = Session::of(&request(&json!({"gen_ai.operation.name": kind, name: code})));
            let trace = session.trace();
            assert_eq!(trace.spans[0].status, status, "{kind} {code}");
            for (_, call) in trace.calls() {
                assert_eq!((call.status, trace.str(call.error)), (status, error), "{code}");
            }
        }
    }
}

#[test]
fn trouble_costs_no_more_than_itself() {
    let session = Session::open("otlp-own/trouble.jsonl");
    let (trace, report) = (session.trace(), session.report());
    assert_eq!((report.read, report.kept()), (10, 3));
    assert_eq!(report.merged, BTreeMap::from([("same span sent twice".to_owned(), 1)]));
    let dropped: BTreeMap<_, _> = report.dropped.iter().map(|(why, &n)| (why.as_str(), n)).collect();
    assert_eq!(
        dropped,
        BTreeMap::from([
            ("span cannot be read", 2),
            ("OTLP metrics: only spans and GenAI events are read", 1),
            ("not an OTLP request", 1),
            ("no spans in it", 2),
        ])
    );
    assert_eq!((trace.spans[0].duration, trace.spans[0].start.is_some()), (None, true));
    let (call, _) = only(&session);
    assert_eq!((call.start, call.duration, call.reported_cost), (None, None, None));
    assert_eq!((call.usage.input.get(), call.usage.output.get()), (None, None));
    assert_eq!(session.problems(ProblemCode::BadValue).len(), 3, "{:?}", report.problems);
}

#[test]
fn events_among_the_logs_complete_their_calls() {
    let session = Session::open("otlp-own/log-events.jsonl");
    let (trace, report) = (session.trace(), session.report());
    let calls: Vec<_> = trace.calls().map(|(_, call)| call).collect();
    let [messages, whole, alone] = calls[..] else { panic!("{}", calls.len()) };
    let expected = [(Component::System, "Be brief."), (Component::User, "Hi"), (Component::Output, "Hello")];
    assert_eq!(texts(trace, messages), expected);
    assert_eq!(messages.duration, Some(Nanos(1_000_000_000)));
    assert_eq!((whole.usage.input.get(), whole.usage.output.get()), (Some(50), Some(6)));
    assert_eq!((trace.str(whole.response), whole.duration), ("resp_log_b", Some(Nanos(1_000_000_000))));
    assert_eq!(texts(trace, whole), [(Component::User, "What?")]);
    assert_eq!((alone.usage.input.get(), alone.duration), (Some(7), None), "its span is not in the file");
    assert_eq!(trace.spans[0].kind, SpanKind::Agent);
    assert_eq!((report.read, report.kept(), session.codes()), (11, 4, vec![]));
    assert_eq!(report.merged, BTreeMap::from([("event of a call".to_owned(), 4)]));
    assert_eq!(report.dropped.len(), 3, "{report:?}");
}

#[test]
fn attributes_may_be_a_map() {
    let session = Session::open("otlp-own/attribute-map.json");
    let (call, _) = only(&session);
    assert_eq!((call.usage.input.get(), call.usage.output.get()), (Some(40), Some(5)));
    assert_eq!((call.duration, call.status), (Some(Nanos(1_000_000_005)), Status::RateLimited));
    assert_eq!(session.codes(), [] as [&str; 0]);
}
