//! Bodies and streams of model providers.

mod common;

use common::{Session, fixture};
use serde_json::{Value, json};
use trace::{Call, Component, Message, Operation, Status, Trace};
use units::Nanos;

fn calls(trace: &Trace) -> Vec<&Call> {
    trace.calls().map(|(_, call)| call).collect()
}

fn only(trace: &Trace) -> &Call {
    let calls = calls(trace);
    assert_eq!(calls.len(), 1, "{:?}", trace.files);
    calls[0]
}

fn texts<'a>(trace: &'a Trace, call: &Call) -> Vec<(Component, &'a str)> {
    trace
        .messages(call)
        .iter()
        .map(|&Message { component, text, .. }| (component, trace.text(text)))
        .collect()
}

fn of(values: &[Value]) -> Session {
    let lines: Vec<String> = values.iter().map(Value::to_string).collect();
    Session::of(lines.join("\n").as_bytes())
}

/// Input, cache reads, cache writes, output, reasoning.
fn tokens(call: &Call) -> [Option<u64>; 5] {
    let usage = &call.usage;
    [usage.input, usage.cache_read, usage.cache_write, usage.output, usage.reasoning]
        .map(|figure| figure.get())
}

#[test]
fn a_stream_is_one_call_in_any_wrapping() {
    for path in [
        "openai-chat-sse/openai-chat-text.chunks.jsonl",
        "openai-responses/openai-responses-web-search.chunks.jsonl",
        "anthropic-messages/anthropic-web-search.chunks.jsonl",
        "gemini/gemini3-tool-call.chunks.jsonl",
    ] {
        let lines = String::from_utf8(fixture(path)).unwrap();
        let sse: String = lines.lines().map(|line| format!("event: x\ndata: {line}\n\n")).collect();
        let plain = Session::of(lines.as_bytes());
        let events = Session::of((sse + "data: [DONE]\n").as_bytes());
        let list = Session::of(format!("[{}]", lines.trim().replace('\n', ",\n")).as_bytes());
        for session in [&plain, &events, &list] {
            let (trace, report) = (session.trace(), session.report());
            let call = only(trace);
            assert_eq!(report.read as usize, lines.lines().count(), "{path}");
            assert_eq!(
                (report.kept(), report.dropped_total(), report.problems.len()),
                (1, 0, 0),
                "{report:?}"
            );
            assert_eq!(tokens(call), tokens(only(plain.trace())));
            assert_eq!(texts(trace, call), texts(plain.trace(), only(plain.trace())));
            assert_eq!((call.ttft, call.duration), (None, None), "{path}");
        }
    }
}

#[test]
fn the_text_of_a_stream_is_put_together() {
    let session = Session::open("openai-chat-sse/openai-chat-text.chunks.jsonl");
    let answer = texts(session.trace(), only(session.trace()));
    assert_eq!(answer.len(), 1);
    assert!(answer[0].1.starts_with("**Holiday Name"), "{}", answer[0].1);
    assert_eq!(answer[0].0, Component::Output);
    let session = Session::open("gemini/gemini3-tool-call.chunks.jsonl");
    let answer = texts(session.trace(), only(session.trace()));
    assert_eq!(answer, [(Component::Output, r#"weather({"location":"San Francisco"})"#)]);
}

#[test]
fn two_streams_in_one_file_are_two_calls() {
    let chunk = |id: &str, text: &str, end: Value| {
        json!({"id": id, "object": "chat.completion.chunk", "model": "m",
            "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": end}]})
    };
    let session = of(&[
        chunk("a", "1", Value::Null),
        chunk("b", "x", Value::Null),
        chunk("a", "2", json!("stop")),
        chunk("b", "y", Value::Null),
    ]);
    let trace = session.trace();
    let calls = calls(trace);
    let said: Vec<_> = calls.iter().map(|call| texts(trace, call)[0].1).collect();
    assert_eq!(said, ["12", "xy"]);
    assert_eq!(tokens(calls[0]), [None; 5]);
    assert_eq!(session.codes(), ["truncated"], "the second one has no end");
}

#[test]
fn a_request_and_its_answer_are_one_call() {
    let session = of(&[json!({
        "request": {
            "model": "claude-x", "max_tokens": 5, "system": "Be kind.",
            "messages": [{"role": "user", "content": "Hello"}],
        },
        "response": {
            "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-x-1",
            "content": [{"type": "thinking", "thinking": "Hm."}, {"type": "text", "text": "Hi"}],
            "stop_reason": "end_turn",
            "usage": {"input_tokens": 3, "cache_read_input_tokens": 10, "cache_creation_input_tokens": 20,
                "cache_creation": {"ephemeral_1h_input_tokens": 5, "ephemeral_5m_input_tokens": 15},
                "output_tokens": 4},
        },
    })]);
    let trace = session.trace();
    let call = only(trace);
    assert_eq!(tokens(call), [Some(33), Some(10), Some(20), Some(4), None]);
    assert_eq!(call.usage.cache_write_1h.get(), Some(5));
    assert_eq!((trace.str(call.model), trace.str(call.provider)), ("claude-x-1", "anthropic"));
    assert_eq!(
        texts(trace, call),
        [
            (Component::System, "Be kind."),
            (Component::User, "Hello"),
            (Component::Reasoning, "Hm."),
            (Component::Output, "Hi"),
        ]
    );
}

#[test]
fn a_cut_stream_has_no_output_count() {
    let session = of(&[
        json!({"type": "message_start", "message": {"id": "m", "type": "message", "role": "assistant",
            "model": "claude-x", "content": [], "stop_reason": null,
            "usage": {"input_tokens": 9, "output_tokens": 1}}}),
        json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Once"}}),
    ]);
    let call = only(session.trace());
    assert_eq!(tokens(call), [Some(9), None, None, None, None]);
    assert_eq!(session.codes(), ["truncated"]);
    assert_eq!(texts(session.trace(), call), [(Component::Output, "Once")]);
}

#[test]
fn events_of_no_stream_are_no_call_and_an_error_ends_a_stream() {
    let session = of(&[
        json!({"type": "ping"}),
        json!({"id": "a", "object": "chat.completion.chunk", "model": "m",
            "choices": [{"index": 0, "delta": {"content": "Hi"}, "finish_reason": null}]}),
        json!({"error": {"message": "Slow down", "type": "rate_limit_error"}}),
    ]);
    let report = session.report();
    assert_eq!(report.dropped["an event that belongs to no stream"], 1);
    assert_eq!((report.kept(), report.merged_total()), (1, 1));
    let call = only(session.trace());
    assert_eq!((call.status, session.trace().str(call.error)), (Status::RateLimited, "rate_limit_error"));
}

#[test]
fn errors_are_failures_of_their_kind() {
    for (body, status, error) in [
        (
            json!({"error": {"message": "Slow down", "type": "rate_limit_exceeded", "code": "429"}}),
            Status::RateLimited,
            "rate_limit_exceeded",
        ),
        (
            json!({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}),
            Status::RateLimited,
            "overloaded_error",
        ),
        (
            json!({"error": {"code": 400, "status": "INVALID_ARGUMENT", "message": "No"}}),
            Status::Failed,
            "INVALID_ARGUMENT",
        ),
        (
            json!({"id": "r", "object": "response", "model": "m", "status": "failed",
                "error": {"code": "server_error", "message": "No"}}),
            Status::Failed,
            "server_error",
        ),
    ] {
        let session = of(&[body]);
        let call = only(session.trace());
        assert_eq!((call.status, session.trace().str(call.error)), (status, error));
    }
}

#[test]
fn servers_that_measure_are_believed() {
    let ms = |ms: i64| Some(Nanos(ms * 1_000_000));
    let groq = json!({"id": "a", "object": "chat.completion", "model": "llama", "choices": [],
        "usage": {"prompt_tokens": 5, "completion_tokens": 7, "queue_time": 0.25, "prompt_time": 0.05,
            "completion_time": 0.1, "total_time": 0.15}});
    let llama = json!({"id": "a", "object": "chat.completion", "model": "llama", "choices": [],
        "usage": {"prompt_tokens": 5, "completion_tokens": 7},
        "timings": {"cache_n": 2, "prompt_n": 3, "prompt_ms": 300, "predicted_n": 7, "predicted_ms": 100}});
    let native = json!({"content": "x", "stop": true, "model": "llama",
        "timings": {"cache_n": 2, "prompt_n": 3, "prompt_ms": 300, "predicted_n": 7, "predicted_ms": 100}});
    let ollama = json!({"model": "llama", "created_at": "2024-05-24T20:26:47Z", "done": true,
        "message": {"role": "assistant", "content": "x"}, "total_duration": 400_000_000,
        "load_duration": 100_000_000, "prompt_eval_duration": 200_000_000, "prompt_eval_count": 5,
        "eval_duration": 100_000_000, "eval_count": 7});
    for (body, queue, load, provider) in [
        (groq, ms(250), None, "groq"),
        (llama, None, None, ""),
        (native, None, None, "llama.cpp"),
        (ollama, None, ms(100), "ollama"),
    ] {
        let session = of(&[body]);
        let call = only(session.trace());
        assert_eq!((call.duration, call.ttft, call.queue), (ms(400), ms(300), queue), "{provider}");
        assert_eq!((call.model_load, session.trace().str(call.provider)), (load, provider));
        assert_eq!((call.usage.input.get(), call.usage.output.get()), (Some(5), Some(7)));
    }
}

#[test]
fn other_dialects_stream_too() {
    let bedrock = [
        json!({"messageStart": {"role": "assistant"}}),
        json!({"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "He"}}}),
        json!({"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "llo"}}}),
        json!({"messageStop": {"stopReason": "end_turn"}}),
        json!({"metadata": {"usage": {"inputTokens": 3, "outputTokens": 2, "totalTokens": 15,
            "cacheReadInputTokens": 10}, "metrics": {"latencyMs": 500}}}),
    ];
    let cohere = [
        json!({"id": "c", "type": "message-start", "delta": {"message": {"role": "assistant", "content": []}}}),
        json!({"type": "content-start", "index": 0, "delta": {"message": {"content": {"type": "text", "text": ""}}}}),
        json!({"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": "Hello"}}}}),
        json!({"type": "message-end", "delta": {"finish_reason": "COMPLETE", "usage": {
            "billed_units": {"input_tokens": 3, "output_tokens": 2}, "cached_tokens": 10,
            "tokens": {"input_tokens": 13, "output_tokens": 2}}}}),
    ];
    for (events, provider, ms) in [(&bedrock[..], "bedrock", Some(500)), (&cohere, "cohere", None)] {
        let session = of(events);
        let trace = session.trace();
        let call = only(trace);
        assert_eq!(tokens(call)[..2], [Some(13), Some(10)], "{provider}");
        assert_eq!(call.usage.output.get(), Some(2));
        assert_eq!(call.duration, ms.map(|ms| Nanos(ms * 1_000_000)));
        assert_eq!(texts(trace, call), [(Component::Output, "Hello")], "{provider}");
        assert_eq!(trace.str(call.provider), provider);
        assert_eq!(session.report().problems.len(), 0);
    }
}

#[test]
fn requests_alone_have_a_prompt_and_no_tokens() {
    for (request, operation) in [
        (json!({"model": "gpt-4", "messages": [{"role": "user", "content": "Hello"}]}), Operation::Generate),
        (json!({"model": "gpt-5", "input": "Hello", "instructions": "x"}), Operation::Generate),
        (json!({"contents": [{"role": "user", "parts": [{"text": "Hello"}]}]}), Operation::Generate),
        (json!({"model": "llama", "prompt": "Hello", "options": {}}), Operation::Generate),
        (
            json!({"message": "Hello", "chat_history": [{"role": "CHATBOT", "message": "Hi"}]}),
            Operation::Generate,
        ),
        (json!({"model": "text-embedding-3-small", "input": "Hello"}), Operation::Embed),
    ] {
        let session = of(std::slice::from_ref(&request));
        let trace = session.trace();
        let call = only(trace);
        assert_eq!((tokens(call), call.operation), ([None; 5], operation), "{request}");
        assert_eq!(*texts(trace, call).last().unwrap(), (Component::User, "Hello"), "{request}");
    }
}

#[test]
fn every_dialect_says_what_was_answered() {
    for (path, provider, answer) in [
        ("bedrock/own-converse.json", "bedrock", "Bern is the seat of the federal authorities."),
        ("bedrock/own-exchange.json", "bedrock", "In Bern."),
        ("bedrock/own-invoke-llama-stream.jsonl", "bedrock", "Bern it is."),
        ("anthropic-messages/own-bedrock-invoke-stream.jsonl", "bedrock", "In Bern."),
        ("anthropic-messages/own-events.sse", "anthropic", "Hello"),
        ("cohere/own-chat-v2.json", "cohere", "In Bern."),
        ("cohere/own-chat-v1.json", "cohere", "In Bern."),
        ("cohere/own-stream-v2.jsonl", "cohere", "In Bern."),
        ("cohere/own-stream-v1.jsonl", "cohere", "In Bern."),
        ("ollama/own-chat-stream.jsonl", "ollama", "In Bern."),
        ("ollama/own-generate.json", "ollama", "In Bern."),
        ("ollama/own-llama-cpp-completion.jsonl", "llama.cpp", "In Bern."),
        ("openai-chat/own-groq.chunks.jsonl", "groq", "In Bern."),
        ("openai-chat/own-groq.json", "groq", "In Bern."),
        ("openai-chat/own-deepseek.json", "deepseek", "Bern."),
        ("openai-chat/own-openrouter.sse", "openrouter", "In Bern."),
        ("openai-chat/own-mistral.json", "", "In Bern."),
        ("openai-chat/own-azure.chunks.jsonl", "openai", "In Bern."),
        ("openai-chat/own-llama-cpp.chunks.jsonl", "", "In Bern."),
    ] {
        let session = Session::open(path);
        let trace = session.trace();
        let call = only(trace);
        assert_eq!(*texts(trace, call).last().unwrap(), (Component::Output, answer), "{path}");
        assert_eq!(trace.str(call.provider), provider, "{path}");
    }
}
