//! Claude Code sessions against figures that were computed by other means.

mod common;

use std::collections::BTreeMap;

use common::{Session, assert_nothing_lost, expected, fixture, import};
use serde_json::json;
use trace::{Component, ProblemCode, Role, Status, TraceBuilder};
use units::{Figure, Money, Timestamp};

const FILES: [&str; 3] =
    ["representative-messages.jsonl", "session-30530d66.jsonl", "session-small-newer-version.jsonl"];

#[test]
fn the_figures_are_right() {
    for file in FILES {
        let session = Session::open(&format!("claude-code/{file}"));
        let trace = session.trace();
        let figures = expected("claude-code", file);
        let mut models = BTreeMap::new();
        let mut usage = [0; 4];
        for (_, call) in trace.calls() {
            *models.entry(trace.str(call.model)).or_insert(0) += 1;
            let u = &call.usage;
            for (sum, class) in usage.iter_mut().zip([u.fresh(), u.cache_read, u.cache_write, u.output]) {
                *sum += class.get().unwrap();
            }
        }
        assert_eq!(json!(trace.calls().count()), figures["requests"], "{file}");
        assert_eq!(json!(models), figures["models"], "{file}");
        let [input_tokens, cache_read_input_tokens, cache_creation_input_tokens, output_tokens] = usage;
        let sums = json!({
            "input_tokens": input_tokens, "cache_read_input_tokens": cache_read_input_tokens,
            "cache_creation_input_tokens": cache_creation_input_tokens, "output_tokens": output_tokens,
        });
        assert_eq!(sums, figures["usage"], "{file}");

        let report = session.report();
        assert_eq!(report.format, "claude-code");
        assert_eq!(json!(report.read), figures["lines"], "{file}");
        let again = report.merged.get("same call told again").copied().unwrap_or(0);
        let with_usage = again as usize + trace.calls().count();
        assert_eq!(json!(with_usage), figures["assistant_lines_with_usage"], "{file}");
        for (kind, lines) in figures["types"].as_object().unwrap() {
            if !["assistant", "user"].contains(&kind.as_str()) {
                let reason = format!("not part of the conversation: {kind}");
                assert_eq!(json!(report.dropped.get(&reason)), *lines, "{file} {kind}");
            }
        }
        assert_nothing_lost(trace);
    }
}

#[test]
fn a_copied_session_adds_nothing() {
    let mut builder = TraceBuilder::new();
    let bytes = fixture("claude-code/session-30530d66.jsonl");
    import(&mut builder, "first", &bytes);
    let messages =
        |b: &TraceBuilder| b.trace().calls().map(|(_, c)| b.trace().messages(c).to_vec()).collect::<Vec<_>>();
    let before = messages(&builder);
    let copy = String::from_utf8(bytes).unwrap().replace("30530d66-37fb", "00000000-0000");
    import(&mut builder, "resumed", copy.as_bytes());
    assert_eq!(builder.trace().calls().count(), 15);
    let merged: Vec<_> = builder.trace().files[1].merged.values().copied().collect();
    assert_eq!((merged, builder.trace().files[1].kept()), (vec![30, 28], 0), "answers and questions");
    assert_eq!(messages(&builder), before);
}

#[test]
fn a_call_has_what_was_new_and_its_answer() {
    let session = Session::open("claude-code/representative-messages.jsonl");
    let trace = session.trace();
    let parts: Vec<Vec<_>> = trace
        .calls()
        .map(|(_, call)| trace.messages(call).iter().map(|m| (m.role, m.component)).collect())
        .collect();
    let (user, output) = ((Role::User, Component::User), (Role::Assistant, Component::Output));
    let tool = (Role::Tool, Component::Retrieved);
    assert_eq!(parts, [[user, output], [user, output], [tool, output], [user, output], [tool, output]]);
    let (_, first) = trace.calls().next().unwrap();
    assert_eq!(first.start, Some(Timestamp(1_749_895_200_000_000_000)), "when it was asked");
    assert_eq!(first.duration, None, "no start is recorded, and an estimate is not a measurement");
    assert_eq!(trace.str(first.session), "test_session");
    assert!(session.report().problems.is_empty());
}

#[test]
fn output_tokens_of_an_unfinished_stream_are_a_lower_bound() {
    let session = Session::open("claude-code/session-30530d66.jsonl");
    let uncertain = session.problems(ProblemCode::Uncertain);
    assert_eq!(uncertain.len(), 1);
    assert_eq!((uncertain[0].line, uncertain[0].count), (3, 1));
}

#[test]
fn errors_costs_caches_and_agents_are_told() {
    let line = |extra: &str, usage: &str| {
        format!(
            r#"{{"type":"assistant","sessionId":"s","uuid":"u","isSidechain":false,"timestamp":"2026-01-01T00:00:00Z",{extra}"usage":{usage}}}}}"#
        )
    };
    let usage = r#"{"input_tokens":10,"cache_creation_input_tokens":700,"cache_read_input_tokens":5000,"output_tokens":5,"cache_creation":{"ephemeral_5m_input_tokens":200,"ephemeral_1h_input_tokens":500}}"#;
    let iterations = r#"{"input_tokens":10,"output_tokens":5,"iterations":[{"input_tokens":10,"output_tokens":5},{"input_tokens":90,"output_tokens":7}]}"#;
    let text = [
        line(r#""costUSD":0.25,"agentId":"a7","message":{"id":"m1","#, usage),
        line(
            r#""isApiErrorMessage":true,"error":"rate_limit","message":{"id":"m2","model":"<synthetic>","#,
            "{}",
        ),
        line(r#""isApiErrorMessage":true,"message":{"id":"m3","#, "{}"),
        line(r#""isAbortedMidStream":true,"message":{"id":"m4","#, "{}"),
        line(r#""message":{"id":"m5","#, iterations),
    ]
    .join("\n");
    let session = Session::of(text.as_bytes());
    let calls: Vec<_> = session.trace().calls().map(|(_, call)| call).collect();
    let u = &calls[0].usage;
    assert_eq!((u.input.get(), u.fresh().get(), u.cache_write_1h.get()), (Some(5710), Some(10), Some(500)));
    assert_eq!(calls[0].reported_cost, Some(Money::from_picos(250_000_000_000)));
    assert_eq!(session.trace().str(calls[0].component), "a7");
    let ends = [Status::Ok, Status::RateLimited, Status::Failed, Status::Cancelled, Status::Ok];
    assert_eq!(calls.iter().map(|call| call.status).collect::<Vec<_>>(), ends);
    assert_eq!((calls[4].usage.input.get(), calls[4].usage.output.get()), (Some(100), Some(12)));
    assert_eq!(calls[1].usage.output.get(), None, "unknown is not 0");
}

/// A line of an answer with its usage.
fn answer(id: &str, model: &str, text: &str, usage: serde_json::Value) -> String {
    let content = json!([{"type": "text", "text": text}]);
    json!({
        "type": "assistant", "sessionId": "s", "uuid": "u", "isSidechain": false, "requestId": "r",
        "timestamp": "2026-01-01T00:00:05Z",
        "message": {"id": id, "model": model, "content": content, "usage": usage},
    })
    .to_string()
}

#[test]
fn passes_are_billed_at_their_own_model() {
    let tokens = |input: u64, output: u64| json!({"input_tokens": input, "output_tokens": output});
    let pass = |kind: &str, model: Option<&str>, input: u64, output: u64| {
        let mut pass = tokens(input, output);
        pass["type"] = kind.into();
        pass["model"] = model.into();
        pass
    };
    let advice = pass("advisor_message", Some("claude-opus-4-5"), 1000, 100);
    let (haiku, opus) = ("claude-haiku-4-5-20251001", "claude-opus-4-5");
    let absurd = Figure::MAX - 1;
    for (total, passes, calls) in [
        // The same model by its other name.
        (tokens(100, 5), json!([pass("message", Some("claude-haiku-4-5"), 100, 5)]), vec![(haiku, 100, 5)]),
        (tokens(229, 5), json!([pass("compaction", None, 55_196, 131)]), vec![(haiku, 55_425, 136)]),
        (
            tokens(100, 5),
            json!([advice, pass("message", None, 100, 5)]),
            vec![(opus, 1000, 100), (haiku, 100, 5)],
        ),
        // A fallback: what the other model began may be in the total.
        (
            tokens(17, 9),
            json!([pass("message", Some(opus), 10, 4), pass("fallback_message", Some(haiku), 7, 5)]),
            vec![(opus, 10, 4), (haiku, 7, 5)],
        ),
        (tokens(100, 5), json!([pass("message", Some(opus), 0, 0)]), vec![(haiku, 100, 5)]),
        (
            tokens(absurd, 5),
            json!([pass("compaction", None, absurd, 1), pass("compaction", None, absurd, 1)]),
            vec![(haiku, Figure::MAX, 7)],
        ),
    ] {
        let mut usage = total;
        usage["iterations"] = passes.clone();
        let line = answer("m1", haiku, "ok", usage);
        // Each block of an answer repeats the usage.
        let session = Session::of(format!("{line}\n{line}").as_bytes());
        let trace = session.trace();
        let told: Vec<_> = trace
            .calls()
            .map(|(_, c)| (trace.str(c.model), c.usage.input.or_zero(), c.usage.output.or_zero()))
            .collect();
        assert_eq!(told, calls, "{passes}");
        let report = session.report();
        assert_eq!((report.kept(), report.merged_total()), (calls.len() as u64, calls.len() as u64));
    }
}

#[test]
fn a_synthetic_answer_has_no_lower_bound() {
    let text = "No tokens were spent on these words, as no model wrote them.";
    for (model, problems) in [("<synthetic>", 0), ("claude-sonnet-4-5", 1)] {
        let line = answer("m1", model, text, json!({"input_tokens": 0, "output_tokens": 0}));
        assert_eq!(Session::of(line.as_bytes()).report().problems.len(), problems, "{model}");
    }
}

#[test]
fn a_span_of_the_same_response_is_the_same_call() {
    let attribute = |key: &str, value: serde_json::Value| json!({"key": key, "value": value});
    let message =
        |role: &str, text: &str| json!([{"role": role, "parts": [{"type": "text", "content": text}]}]);
    let span = json!({
        "traceId": "t", "spanId": "s", "name": "chat",
        "startTimeUnixNano": "1767225600000000000", "endTimeUnixNano": "1767225602000000000",
        "attributes": [
            attribute("gen_ai.operation.name", json!({"stringValue": "chat"})),
            attribute("gen_ai.response.id", json!({"stringValue": "msg_01"})),
            attribute("gen_ai.usage.input_tokens", json!({"intValue": "10"})),
            attribute("gen_ai.usage.output_tokens", json!({"intValue": "5"})),
            attribute("gen_ai.input.messages", json!({"stringValue": message("user", "Hi").to_string()})),
            attribute("gen_ai.output.messages", json!({"stringValue": message("assistant", "Hello!").to_string()})),
        ],
    });
    let otlp = json!({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}).to_string();
    let claude =
        answer("msg_01", "claude-sonnet-4-5", "Hello", json!({"input_tokens": 10, "output_tokens": 5}));
    for files in [[&otlp, &claude], [&claude, &otlp]] {
        let mut builder = TraceBuilder::new();
        for text in files {
            import(&mut builder, "file", text.as_bytes());
        }
        let trace = builder.trace();
        let calls: Vec<_> = trace.calls().map(|(_, call)| call).collect();
        assert_eq!(calls.len(), 1);
        assert_eq!(calls[0].start, Some(Timestamp(1_767_225_600_000_000_000)), "where the time was measured");
        assert_eq!(calls[0].duration, Some(units::Nanos(2_000_000_000)));
        let texts: Vec<_> = trace.messages(calls[0]).iter().map(|m| trace.text(m.text)).collect();
        assert_eq!(texts, ["Hi", "Hello!"], "told by one of them, not by both");
        assert_eq!(trace.files[1].merged_total(), 1);
    }
}
