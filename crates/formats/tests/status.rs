//! How a call ended, in every source that says it; and which calls were attempts at the same request.

mod common;

use common::{Session, calls};
use serde_json::{Value, json};
use trace::Status::{self, Cancelled, Failed, Ok as Fine, RateLimited};

const START: &str = "2025-01-01T00:00:00Z";
const END: &str = "2025-01-01T00:00:01Z";

fn otlp(attributes: &[(&str, &str)], status: Value) -> Value {
    let attribute = |(key, value): &(&str, &str)| json!({"key": key, "value": {"stringValue": value}});
    let own = [("gen_ai.operation.name", "chat"), ("gen_ai.request.model", "m")];
    let attributes: Vec<Value> = own.iter().chain(attributes).map(attribute).collect();
    json!({"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": "5b8efff798038103d269b633813fc60c",
        "spanId": "eee19b7ec3c1b174", "name": "chat", "startTimeUnixNano": "1", "endTimeUnixNano": "2",
        "attributes": attributes, "status": status}]}]}]})
}

fn har(status: u64, error: &str, body: Value) -> Value {
    json!({"log": {"version": "1.2", "creator": {"name": "x"}, "entries": [{"startedDateTime": START, "time": 1,
        "request": {"method": "POST", "url": "https://api.openai.com/v1/chat/completions", "headers": []},
        "response": {"status": status, "_error": error, "content": {"text": body.to_string()}}}]}})
}

fn langfuse(level: &str, message: &str) -> Value {
    json!({"id": "o", "traceId": "t", "type": "GENERATION", "startTime": START, "endTime": END, "model": "m",
        "level": level, "statusMessage": message})
}

fn langsmith(error: &str) -> Value {
    json!({"id": "r", "trace_id": "r", "run_type": "llm", "start_time": START, "end_time": END, "error": error})
}

fn litellm(code: &str, class: &str) -> Value {
    json!({"call_type": "acompletion", "startTime": START, "endTime": END, "response_cost": 0, "status": "failure",
        "error_information": {"error_code": code, "error_class": class}})
}

fn own(status: &str) -> Vec<Value> {
    vec![json!({"prompt_tokens": 1, "completion_tokens": 1, "wall_time": 1, "status": status})]
}

fn helicone(status: i64) -> Value {
    json!({"request_id": "r", "request_created_at": START, "response_status": status, "model": "m"})
}

fn portkey(status: u64) -> Value {
    json!({"ai_org": "openai", "ai_model": "m", "response_time": 5, "response_status_code": status})
}

fn aiperf(code: u64, cancelled: bool) -> Value {
    json!({"metadata": {"x_request_id": "x", "request_start_ns": 1, "request_end_ns": 2, "benchmark_phase": "profiling",
        "was_cancelled": cancelled},
        "metrics": {"request_latency": {"value": 1.0, "unit": "ms"}}, "error": {"code": code, "type": "x", "message": "x"}})
}

fn batch(code: u64) -> Value {
    json!({"id": "b", "custom_id": "c", "response": {"status_code": code, "body": {}}, "error": null})
}

fn inspect(error: &str) -> Value {
    json!({"status": "error", "eval": {"task": "t", "model": "m"}, "samples": [{"id": 1, "epoch": 1,
        "events": [{"event": "model", "model": "a/m", "input": [], "output": {"choices": []}, "error": error}]}]})
}

fn zipkin(error: &str) -> Value {
    json!([{"traceId": "5b8efff798038103", "id": "5b8efff798038103", "name": "chat", "timestamp": 1, "duration": 1,
        "tags": {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m", "error": error}}])
}

fn braintrust(error: &str) -> Value {
    json!({"id": "a", "span_id": "a", "root_span_id": "a", "span_attributes": {"name": "x", "type": "llm"},
        "metrics": {"start": 1.0, "end": 2.0}, "error": error})
}

fn weave(error: &str) -> Value {
    json!({"id": "a", "trace_id": "t", "op_name": "openai.chat.completions.create", "started_at": START,
        "ended_at": END, "exception": error, "inputs": {"model": "m"}, "summary": {"usage": {}}})
}

fn pi(reason: &str, error: &str) -> Vec<Value> {
    vec![
        json!({"type": "session", "version": 3, "id": "s", "timestamp": START, "cwd": "/"}),
        json!({"type": "message", "id": "a", "timestamp": END, "message": {"role": "assistant", "content": [],
            "provider": "openai", "model": "m", "api": "x", "usage": {"input": 0, "output": 0, "cacheRead": 0,
            "cacheWrite": 0}, "stopReason": reason, "errorMessage": error, "timestamp": 1_735_689_600_000u64}}),
    ]
}

fn claude_code(error: &str, text: &str) -> Value {
    json!({"type": "assistant", "uuid": "u", "sessionId": "s", "timestamp": START, "isApiErrorMessage": true,
        "error": error, "message": {"id": "m", "model": "<synthetic>", "role": "assistant",
        "content": [{"type": "text", "text": text}], "usage": {"input_tokens": 0, "output_tokens": 0}}})
}

#[test]
fn every_source_says_how_a_call_ended() {
    let error = json!({"code": 2});
    let one = |value: Value| vec![value];
    let table: Vec<(Vec<Value>, Status)> = vec![
        (
            one(json!({"error": {"message": "x", "type": "requests", "code": "rate_limit_exceeded"}})),
            RateLimited,
        ),
        (one(json!({"error": {"message": "x", "type": "insufficient_quota"}})), RateLimited),
        (one(json!({"error": {"message": "x", "type": "invalid_request_error"}})), Failed),
        (one(json!({"type": "error", "error": {"type": "overloaded_error", "message": "x"}})), RateLimited),
        (one(json!({"type": "error", "error": {"type": "rate_limit_error", "message": "x"}})), RateLimited),
        (one(json!({"type": "error", "error": {"type": "api_error", "message": "x"}})), Failed),
        (one(json!({"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "x"}})), RateLimited),
        (one(json!({"error": {"code": 8, "status": "RESOURCE_EXHAUSTED", "message": "x"}})), RateLimited),
        (
            one(
                json!({"error": {"code": 503, "status": "UNAVAILABLE", "message": "The model is overloaded."}}),
            ),
            RateLimited,
        ),
        (one(json!({"error": {"code": 499, "status": "CANCELLED", "message": "x"}})), Cancelled),
        (one(json!({"throttlingException": {"message": "x"}})), RateLimited),
        (one(json!({"__type": "com.amazon.coral#ThrottlingException", "message": "x"})), RateLimited),
        (one(json!({"__type": "ValidationException", "message": "x"})), Failed),
        (one(json!({"id": "r", "object": "response", "model": "m", "status": "cancelled"})), Cancelled),
        (
            one(json!({"id": "r", "object": "response", "model": "m", "status": "failed",
            "error": {"code": "rate_limit_exceeded", "message": "x"}})),
            RateLimited,
        ),
        (one(har(200, "", json!({"object": "chat.completion"}))), Fine),
        (one(har(429, "", json!({}))), RateLimited),
        (one(har(529, "", json!({}))), RateLimited),
        (one(har(400, "", json!({"__type": "ThrottlingException"}))), RateLimited),
        (one(har(499, "", json!({}))), Cancelled),
        (one(har(0, "net::ERR_ABORTED", json!(null))), Cancelled),
        (one(har(500, "", json!({}))), Failed),
        (one(batch(429)), RateLimited),
        (one(batch(500)), Failed),
        (one(json!({"custom_id": "a", "result": {"type": "canceled"}})), Cancelled),
        (one(otlp(&[], json!({}))), Fine),
        (one(otlp(&[("error.type", "RateLimitError")], error.clone())), RateLimited),
        (one(otlp(&[("error.type", "ThrottlingException")], error.clone())), RateLimited),
        (one(otlp(&[("error.type", "429")], error.clone())), RateLimited),
        (one(otlp(&[("error.type", "asyncio.CancelledError")], error.clone())), Cancelled),
        (one(otlp(&[], json!({"code": 2, "message": "RESOURCE_EXHAUSTED: x"}))), RateLimited),
        (one(otlp(&[("error.type", "timeout")], error)), Failed),
        (one(langfuse("DEFAULT", "")), Fine),
        (one(langfuse("ERROR", "RateLimitError: x")), RateLimited),
        (one(langfuse("ERROR", "AbortError: This operation was aborted")), Cancelled),
        (one(langfuse("ERROR", "boom")), Failed),
        (one(langsmith("RateLimitError(\"Error code: 429\")")), RateLimited),
        (one(langsmith("CancelledError()")), Cancelled),
        (one(langsmith("ValueError()")), Failed),
        (one(litellm("429", "RateLimitError")), RateLimited),
        (one(litellm("499", "x")), Cancelled),
        (one(litellm("500", "InternalServerError")), Failed),
        (one(helicone(200)), Fine),
        (one(helicone(529)), RateLimited),
        (one(helicone(-3)), Cancelled),
        (one(helicone(-1)), Failed),
        (one(portkey(429)), RateLimited),
        (one(portkey(499)), Cancelled),
        (one(portkey(502)), Failed),
        (one(aiperf(429, false)), RateLimited),
        (one(aiperf(499, false)), Cancelled),
        (one(aiperf(500, true)), Cancelled),
        (one(inspect("RateLimitError('429')")), RateLimited),
        (one(inspect("ValueError")), Failed),
        (one(zipkin("429 Too Many Requests")), RateLimited),
        (one(zipkin("canceled")), Cancelled),
        (one(zipkin("")), Failed),
        (one(braintrust("RateLimitError: 429")), RateLimited),
        (one(braintrust("AbortError")), Cancelled),
        (one(weave("RateLimitError: 429")), RateLimited),
        (pi("aborted", "Request was aborted."), Cancelled),
        (pi("error", "529 overloaded"), RateLimited),
        (pi("error", "boom"), Failed),
        (one(claude_code("rate_limit", "API Error")), RateLimited),
        (one(claude_code("", "API Error: 529 Overloaded")), RateLimited),
        (one(claude_code("", "API Error: Request was aborted.")), Cancelled),
        (one(claude_code("", "API Error: 500")), Failed),
        (
            one(json!({"prompt_tokens": 1, "completion_tokens": 1, "wall_time": 1, "status": 429})),
            RateLimited,
        ),
        (
            one(json!({"prompt_tokens": 1, "completion_tokens": 1, "wall_time": 1, "status": "aborted"})),
            Cancelled,
        ),
        (one(json!({"prompt_tokens": 1, "completion_tokens": 1, "wall_time": 1, "error": "boom"})), Failed),
        (own("RESOURCE_EXHAUSTED"), RateLimited),
        (own("Rate limit reached"), RateLimited),
        (own("timeout"), Failed),
        (own("success"), Fine),
    ];
    let mut wrong = Vec::new();
    for (values, status) in table {
        let lines: Vec<String> = values.iter().map(Value::to_string).collect();
        let session = Session::of(lines.join("\n").as_bytes());
        let ends: Vec<Status> = calls(&session).iter().map(|call| call.status).collect();
        if ends != [status] {
            wrong.push(format!("{ends:?}, not {status:?}: {} {:?}", lines.join(" "), session.report()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_refused_call_and_the_next_one_are_one_request() {
    let prompt = json!([{"role": "user", "content": "Where?"}]);
    let entry = |second: u32, status: u64, body: Value| {
        json!({"startedDateTime": format!("2025-01-01T00:00:{second:02}Z"), "time": 900,
            "request": {"method": "POST", "url": "https://api.openai.com/v1/chat/completions", "headers": [],
                "postData": {"text": json!({"model": "gpt-4o", "messages": prompt}).to_string()}},
            "response": {"status": status, "content": {"text": body.to_string()}}})
    };
    let answer = json!({"id": "c", "object": "chat.completion", "model": "gpt-4o-2024-08-06",
        "choices": [{"message": {"role": "assistant", "content": "In Bern."}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 5, "completion_tokens": 3}});
    let entries = [entry(0, 429, json!({})), entry(1, 529, json!({})), entry(4, 200, answer.clone())];
    let har = json!({"log": {"version": "1.2", "creator": {}, "entries": entries}}).to_string();

    let portkey = |second: u32, status: u64| {
        json!({"ai_org": "openai", "ai_model": "gpt-4o", "response_time": 500, "response_status_code": status,
            "created_at": format!("2025-01-01T00:00:{second:02}Z"), "request": {"messages": prompt}})
    };
    let helicone = |second: u32, status: u64| {
        json!({"request_id": second.to_string(), "request_created_at": format!("2025-01-01T00:00:{second:02}Z"),
            "delay_ms": 500, "response_status": status, "model": "gpt-4o", "request_body": {"messages": prompt}})
    };
    // The gateway tells the number, and logs each attempt.
    let litellm = |second: u32, status: &str, told: u32| {
        json!({"call_type": "acompletion", "id": second.to_string(), "response_cost": 0, "status": status,
            "startTime": format!("2025-01-01T00:00:{second:02}Z"), "endTime": format!("2025-01-01T00:00:{second:02}.5Z"),
            "model": "gpt-4o", "messages": prompt, "metadata": {"attempted_retries": told}})
    };
    let exchange =
        |response: Value| json!({"request": {"model": "gpt-4o", "messages": prompt}, "response": response});
    let refused = json!({"error": {"message": "x", "type": "rate_limit_error"}});
    let record = |second: u32, status: u64| {
        json!({"prompt_tokens": 1, "completion_tokens": 1, "wall_time": 0.5, "prompt": "Where?", "model": "m",
            "timestamp": format!("2025-01-01T00:00:{second:02}Z"), "status": status})
    };
    let lines = |values: &[Value]| values.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    for (what, text) in [
        ("HAR", har),
        ("Portkey", lines(&[portkey(0, 429), portkey(1, 429), portkey(3, 200)])),
        ("Helicone, out of order", lines(&[helicone(3, 200), helicone(0, 429), helicone(1, 500)])),
        ("LiteLLM", lines(&[litellm(0, "failure", 0), litellm(1, "failure", 1), litellm(3, "success", 2)])),
        ("bodies", lines(&[exchange(refused.clone()), exchange(refused), exchange(answer)])),
        ("records", lines(&[record(0, 429), record(1, 500), record(3, 200)])),
    ] {
        let session = Session::of(text.as_bytes());
        let told: Vec<(bool, u32)> =
            calls(&session).iter().map(|call| (call.is_finished(), call.retries)).collect();
        let finished: Vec<u32> = told.iter().filter(|(fine, _)| *fine).map(|(_, n)| *n).collect();
        assert_eq!((told.len(), finished), (3, vec![2]), "{what}: {:?}", session.report());
    }
}
