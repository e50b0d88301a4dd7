//! Langfuse exports against figures that were computed by other means.

mod common;

use std::collections::BTreeMap;

use common::{Session, expected};
use serde_json::{Value, json};
use trace::{Call, Component, Convention, Operation, SpanKind, Status};
use units::{Figure, Money, Nanos};

const FILES: [(&str, u64, u64); 3] = [
    // File, observations that it tells twice, generations inside a generation that tells other tokens.
    ("trace-nested-claude-agent.json", 7, 0),
    ("trace-nested-vercel-aisdk.json", 3, 1),
    ("trace-observations-agno.json", 0, 2),
];

#[test]
fn the_figures_are_right() {
    for (file, twice, doubtful) in FILES {
        let figures = expected("langfuse", file);
        let session = Session::open(&format!("langfuse/{file}"));
        let (trace, report) = (session.trace(), session.report());
        assert_eq!(report.format, "langfuse", "{file}");
        let problems: u64 = report.problems.iter().map(|problem| problem.count).sum();
        assert_eq!(problems, doubtful, "{file}: {:?}", report.problems);
        assert_eq!(json!(trace.spans.len()), figures["observations"], "{file}");
        assert_eq!(report.read, trace.spans.len() as u64 + twice, "{file}");
        let doubled = report.merged.get("same span sent twice").copied().unwrap_or(0);
        assert_eq!((doubled, report.merged_total(), report.dropped_total()), (twice, twice, 0), "{file}");
        assert_eq!(json!(trace.calls().count()), figures["generations"], "{file}");

        let (mut models, mut input, mut output) = (BTreeMap::new(), 0, 0);
        let (mut cost, mut latency) = (Money::ZERO, Nanos::ZERO);
        for (_, call) in trace.calls() {
            *models.entry(trace.str(call.model)).or_insert(0) += 1;
            input += call.usage.input.get().unwrap();
            output += call.usage.output.get().unwrap();
            cost += call.reported_cost.unwrap();
            latency += call.duration.unwrap();
        }
        assert_eq!(json!(models), figures["models"], "{file}");
        assert_eq!(json!(input), figures["input_total"], "{file}");
        assert_eq!(json!(output), figures["output_total"], "{file}");
        // The file's own costs are floats that have lost their last digits.
        let off = cost.to_f64() - figures["cost_usd"].as_f64().unwrap();
        assert!(off.abs() < 1e-11, "{file}: off by {off}");
        assert_eq!(json!(latency.as_ms()), figures["generation_latency_ms_from_times"]["sum"], "{file}");
        let mut sorted: Vec<_> = trace.calls().map(|(_, call)| call.duration.unwrap().as_ms()).collect();
        sorted.sort_by(f64::total_cmp);
        let ends = json!([sorted[0], sorted[sorted.len() - 1]]);
        let spread = &figures["generation_latency_ms_from_times"];
        assert_eq!(ends, json!([spread["min"], spread["max"]]), "{file}");
    }
}

#[test]
fn texts_and_names() {
    let session = Session::open("langfuse/trace-nested-claude-agent.json");
    let trace = session.trace();
    let said = |name: &str, text: &str| {
        trace.calls().any(|(_, call)| {
            trace.str(call.name) == name
                && trace.messages(call).iter().any(|message| trace.text(message.text).contains(text))
        })
    };
    assert!(said("claude.assistant.turn", r#"mcp__weather__get_weather({"city":"Berlin"})"#));
    assert!(said("claude.assistant.turn", "What's the weather like in Berlin and New York?"));
    let tools = trace.spans.iter().filter(|span| span.kind == SpanKind::Tool).count();
    assert_eq!(tools, 2);
    let session = Session::open("langfuse/trace-observations-agno.json");
    let trace = session.trace();
    let (_, call) = trace.calls().next().unwrap();
    assert_eq!(trace.str(call.session), "35cc6c90-b657-4819-b66c-c931c03ad569");
}

#[test]
fn calls_belong_to_the_user_of_their_trace() {
    let user = |value: Value| {
        let session = Session::of(value.to_string().as_bytes());
        let user = session.trace().calls().next().unwrap().1.user;
        session.trace().str(user).to_owned()
    };
    assert_eq!(user(observation(json!({"userId": "u1"}))), "u1");
    assert_eq!(user(json!({"id": "t1", "userId": "u2", "observations": [observation(json!({}))]})), "u2");
    assert_eq!(user(json!({"trace": {"user_id": "u3"}, "observations": [observation(json!({}))]})), "u3");
    assert_eq!(user(observation(json!({}))), "");
}

/// An observation with some fields over the usual ones.
fn observation(fields: Value) -> Value {
    let mut whole = json!({
        "id": "o1", "traceId": "t1", "type": "GENERATION", "name": "call",
        "startTime": "2025-01-01T00:00:00.000Z", "endTime": "2025-01-01T00:00:02.000Z",
        "model": "gpt-4o", "input": "\"[{\\\"role\\\":\\\"user\\\",\\\"content\\\":\\\"Hi\\\"}]\"",
    });
    whole.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    whole
}

fn only(fields: Value) -> (Session, Call) {
    let session = Session::of(observation(fields).to_string().as_bytes());
    assert_eq!(session.trace().calls().count(), 1, "{:?}", session.report());
    let call = session.trace().records[0].clone();
    (session, call)
}

#[test]
fn buckets_are_apart_or_inside_as_the_sums_say() {
    for (details, sum, input, output, convention) in [
        // Cached tokens were subtracted from the input, reasoning from the output.
        (
            json!({"input": 128, "input_cached_tokens": 1408, "output": 3, "output_reasoning": 5, "total": 1544}),
            1536,
            1536,
            8,
            Convention::Exclusive,
        ),
        // Neither was.
        (
            json!({"input": 1536, "input_cached_tokens": 1408, "output": 8, "output_reasoning_tokens": 5, "total": 1544}),
            2944,
            1536,
            8,
            Convention::Inclusive,
        ),
        // No total: the sum beside confirms it.
        (
            json!({"input": 12, "input_cache_read": 2048, "input_cache_creation": 1500, "output": 5}),
            3560,
            3560,
            5,
            Convention::Exclusive,
        ),
        // Anthropic's own names have no part in that sum; the input cannot hold so much.
        (
            json!({"input": 12, "cache_read_input_tokens": 2048, "cache_creation_input_tokens": 1500, "output": 5}),
            12,
            3560,
            5,
            Convention::Repaired,
        ),
        // A provider's own names, one of them twice.
        (
            json!({"input": 9, "prompt_token_count": 9, "candidates_token_count": 3, "thoughts_token_count": 2,
                "total_token_count": 14}),
            0,
            9,
            5,
            Convention::Inclusive,
        ),
        (
            json!({"input": 10, "input_audio_tokens": 4, "output": 5, "total": 19}),
            14,
            14,
            5,
            Convention::Inclusive,
        ),
    ] {
        let (_, call) = only(json!({"usageDetails": details, "inputUsage": sum}));
        let usage = call.usage;
        assert_eq!((usage.input.get(), usage.output.get()), (Some(input), Some(output)), "{details}");
        assert_eq!(usage.convention, convention, "{details}");
    }
}

#[test]
fn cache_writes_by_lifetime() {
    let absurd = Figure::MAX - 1;
    for (details, input, written, written_1h) in [
        // The whole beside its parts.
        (
            json!({"input": 10, "input_cache_read": 1000, "input_cache_creation": 500,
                "input_cache_creation_5m": 200, "input_cache_creation_1h": 300, "total": 1510}),
            1510,
            500,
            300,
        ),
        (
            json!({"input": 10, "input_ephemeral_5m_input_tokens": 200,
                "input_ephemeral_1h_input_tokens": 300, "total": 510}),
            510,
            500,
            300,
        ),
        (
            json!({"input": absurd, "input_cache_creation_5m": absurd, "input_cache_creation_1h": absurd}),
            Figure::MAX,
            Figure::MAX,
            absurd,
        ),
    ] {
        let usage = only(json!({"usageDetails": details})).1.usage;
        let classes = [usage.input, usage.cache_write, usage.cache_write_1h].map(|figure| figure.get());
        assert_eq!(classes, [input, written, written_1h].map(Some), "{details}");
    }
}

#[test]
fn older_usage_and_unknown_usage() {
    for (fields, tokens) in [
        (json!({"promptTokens": 7, "completionTokens": 3}), (Some(7), Some(3))),
        (json!({"usage": {"input": 7, "output": 3, "unit": "TOKENS"}}), (Some(7), Some(3))),
        (json!({"usage": {"input": 7, "output": 3, "unit": "CHARACTERS"}}), (None, None)),
        (json!({"usageDetails": {}, "inputUsage": 0, "outputUsage": 0}), (None, None)),
        (json!({"usageDetails": "{\"input\": 7, \"output\": 3}"}), (Some(7), Some(3))),
    ] {
        let (_, call) = only(fields.clone());
        assert_eq!((call.usage.input.get(), call.usage.output.get()), tokens, "{fields}");
    }
}

#[test]
fn fields_of_a_generation() {
    let (session, call) = only(json!({
        "completionStartTime": "2025-01-01T00:00:00.440Z", "latency": 2000, "totalCost": 0,
        "costDetails": {"total": 0.25}, "level": "ERROR", "statusMessage": "RateLimitError: 429 slow down",
        "sessionId": "s", "output": {"role": "assistant", "content": "Hello"},
        "metadata": "{\"attributes\":{\"gen_ai.system\":\"openai\",\"gen_ai.response.id\":\"resp_1\"}}",
        "toolDefinitions": {"search": "{\"name\":\"search\"}"},
    }));
    let trace = session.trace();
    assert_eq!((call.duration, call.ttft), (Some(Nanos(2_000_000_000)), Some(Nanos(440_000_000))));
    assert_eq!((call.status, trace.str(call.error)), (Status::RateLimited, "RateLimitError"));
    let named = [call.session, call.provider, call.response, call.model, call.name, call.trace];
    assert_eq!(named.map(|id| trace.str(id)), ["s", "openai", "resp_1", "gpt-4o", "call", "t1"]);
    assert_eq!(call.reported_cost, None, "0 is not computed");
    let texts: Vec<_> = trace.messages(&call).iter().map(|m| (m.component, trace.text(m.text))).collect();
    assert_eq!(
        texts,
        [(Component::Tools, "{\"name\":\"search\"}"), (Component::User, "Hi"), (Component::Output, "Hello")]
    );
}

#[test]
fn every_shape_is_found() {
    let first = observation(json!({}));
    let second = observation(json!({"id": "o2", "parentObservationId": "o1", "type": "EMBEDDING"}));
    let snake = json!({
        "id": "o3", "trace_id": "t1", "type": "GENERATION", "parent_observation_id": "o2",
        "start_time": "2025-01-01 00:00:00.000000", "end_time": "2025-01-01 00:00:01.000000",
        "completion_start_time": "2025-01-01 00:00:00.500000", "provided_model_name": "gpt-4o",
        "usage_details": {"input": 4, "output": 2, "total": 6}, "total_cost": "0.5",
    });
    let list = json!([first, second]);
    for (text, read) in [
        (json!({"id": "t1", "sessionId": "s", "observations": list}).to_string(), 2),
        (json!({"data": list, "meta": {"page": 1}}).to_string(), 2),
        (json!({"trace": {"id": "t1", "observations": list}, "observations": list}).to_string(), 4),
        (list.to_string(), 2),
        (format!("{first}\n{second}\n"), 2),
    ] {
        let session = Session::of(text.as_bytes());
        let report = session.report();
        assert_eq!(
            (report.format.as_str(), report.read, report.dropped_total()),
            ("langfuse", read, 0),
            "{text}"
        );
        assert_eq!(session.trace().spans.len(), 2, "{text}");
        assert_eq!(session.trace().spans[1].parent, Some(trace::SpanId(0)), "{text}");
        assert_eq!(session.trace().records[1].operation, Operation::Embed, "{text}");
    }
    let session = Session::of(snake.to_string().as_bytes());
    let call = &session.trace().records[0];
    assert_eq!(session.trace().str(call.model), "gpt-4o");
    assert_eq!((call.ttft, call.duration), (Some(Nanos(500_000_000)), Some(Nanos(1_000_000_000))));
    assert_eq!((call.usage.input.get(), call.reported_cost), (Some(4), Money::from_f64(0.5)));
}

#[test]
fn names_of_usage_that_nobody_knows_are_named() {
    let (session, call) = only(json!({"usageDetails": {"tokens_in": 7, "tokens_out": 3, "total": 10}}));
    assert_eq!(call.usage.input.get(), None);
    let problem = &session.report().problems[0];
    assert_eq!(problem.code, trace::ProblemCode::Uncertain);
    assert!(problem.message.contains("tokens_in, tokens_out"), "{}", problem.message);
    let known = json!({"usageDetails": {"tokens_in": 7}, "promptTokens": 7});
    assert!(only(known).0.report().problems.is_empty());
}

#[test]
fn an_observation_sent_again_gives_what_was_missing() {
    let early = observation(json!({"usageDetails": {}, "endTime": null, "input": null}));
    let late = observation(json!({
        "usageDetails": {"input": 7, "output": 3}, "level": "ERROR", "statusMessage": "boom", "output": "Hello",
        "completionStartTime": "2025-01-01T00:00:00.500Z",
    }));
    for (first, second) in [(&early, &late), (&late, &early)] {
        let session = Session::of(format!("{first}\n{second}").as_bytes());
        let (trace, report) = (session.trace(), session.report());
        let calls: Vec<_> = trace.calls().map(|(_, call)| call).collect();
        assert_eq!((calls.len(), report.kept(), report.merged_total()), (1, 1, 1));
        let call = calls[0];
        assert_eq!((call.usage.input.get(), call.usage.output.get()), (Some(7), Some(3)));
        assert_eq!((call.duration, call.ttft), (Some(Nanos(2_000_000_000)), Some(Nanos(500_000_000))));
        assert_eq!((call.status, trace.spans[0].status), (Status::Failed, Status::Failed));
        assert_eq!(trace.spans[0].duration, call.duration);
        assert_eq!(trace.messages(call).len(), 2);
    }
}

#[test]
fn a_generation_without_tokens_inside_another_is_the_same() {
    let outer = observation(json!({"usageDetails": {"input": 7, "output": 3}}));
    let inner = observation(json!({"id": "o2", "parentObservationId": "o1"}));
    let session = Session::of(format!("{outer}\n{inner}").as_bytes());
    assert_eq!((session.trace().calls().count(), session.report().problems.len()), (1, 0));
}
