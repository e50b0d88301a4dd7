//! What recorders of HTTP and batches keep of model calls.

mod common;

use std::io::Write;

use base64::{Engine, engine::general_purpose::STANDARD};
use common::{Session, fixture, import};
use flate2::{Compression, write::GzEncoder};
use formats::Import;
use serde_json::{Value, json};
use trace::{Call, Component, Operation, ProblemCode, Status, Trace, TraceBuilder};
use units::Nanos;

fn calls(trace: &Trace) -> Vec<&Call> {
    trace.calls().map(|(_, call)| call).collect()
}

fn texts<'a>(trace: &'a Trace, call: &Call) -> Vec<(Component, &'a str)> {
    trace.messages(call).iter().map(|message| (message.component, trace.text(message.text))).collect()
}

fn har(entries: &[Value]) -> Session {
    let log = json!({"log": {"version": "1.2", "creator": {"name": "x"}, "entries": entries}});
    Session::of(log.to_string().as_bytes())
}

const URL: &str = "https://api.openai.com/v1/chat/completions";

fn entry(url: &str, status: u64, content: Value) -> Value {
    let request =
        json!({"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello"}], "stream": true});
    json!({
        "startedDateTime": "2026-01-01T00:00:00Z", "time": 1000.5,
        "timings": {"blocked": -1, "send": 1, "wait": 300.25, "receive": 699.25},
        "request": {"method": "POST", "url": url, "headers": [], "postData": {"text": request.to_string()}},
        "response": {"status": status, "headers": [], "content": content},
    })
}

fn stream() -> String {
    let chunk = |delta: Value, usage: Value| {
        let choices = json!([{"index": 0, "delta": delta, "finish_reason": null}]);
        let chunk = json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": "gpt-4o-2024",
            "choices": choices, "usage": usage});
        format!("data: {chunk}\n\n")
    };
    let usage = json!({"prompt_tokens": 8, "completion_tokens": 2});
    chunk(json!({"content": "Hi"}), Value::Null) + &chunk(json!({}), usage) + "data: [DONE]\n\n"
}

#[test]
fn a_streamed_entry_has_tokens_texts_and_times() {
    let session = har(&[entry(URL, 200, json!({"text": stream()}))]);
    let trace = session.trace();
    let call = calls(trace)[0];
    assert_eq!((call.usage.input.get(), call.usage.output.get()), (Some(8), Some(2)));
    assert_eq!(call.duration, Some(Nanos(1_000_500_000)));
    assert_eq!(call.ttft, Some(Nanos(301_250_000)), "all but the time of receiving");
    assert_eq!(texts(trace, call), [(Component::User, "Hello"), (Component::Output, "Hi")]);
    assert_eq!((trace.str(call.provider), trace.str(call.model)), ("openai", "gpt-4o-2024"));
    assert_eq!(trace.str(call.name), "/v1/chat/completions");
    let mut third = entry(URL, 200, json!({"text": stream()}));
    third["request"]["headers"] = json!([{"name": "x-stainless-retry-count", "value": "2"}]);
    assert_eq!(calls(har(&[third]).trace())[0].retries, 2);
}

#[test]
fn an_archive_without_requests_to_models_says_where_its_requests_went() {
    let session = Session::open("har/langchain-agent-tools.har");
    let problem = session.problems(ProblemCode::NoRequests)[0];
    assert!(problem.message.ends_with("they went to en.wikipedia.org"), "{}", problem.message);
}

#[test]
fn the_entries_before_a_cut_or_a_stop_are_read() {
    let text = String::from_utf8(fixture("har/langchain-agent-tools.har")).unwrap();
    let at = text.rfind("\"request\"").unwrap();
    let session = Session::of(&text.as_bytes()[..at]);
    assert_eq!(session.report().dropped["not a model call"], 3);
    let mut builder = TraceBuilder::new();
    let mut import = Import::begin("test", text.len() as u64, &mut builder);
    import.push(&text.as_bytes()[..at], &mut builder);
    import.stop(&mut builder);
    assert_eq!(builder.trace().files[0].read, 3);
}

#[test]
fn packed_bodies_are_unpacked() {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(stream().as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    let (one, two) = gzip.split_at(gzip.len() / 2);
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    for text in [
        STANDARD.encode(stream()),
        STANDARD.encode(&gzip),
        json!([STANDARD.encode(one), STANDARD.encode(two)]).to_string(),
        json!([hex(one), hex(two)]).to_string(),
    ] {
        let session = har(&[entry(URL, 200, json!({"encoding": "base64", "text": text}))]);
        assert_eq!(calls(session.trace())[0].usage.input.get(), Some(8));
        assert_eq!(session.report().problems.len(), 0);
    }
    let session =
        har(&[entry(URL, 200, json!({"encoding": "base64", "text": STANDARD.encode(b"\x8b\xff\x00")}))]);
    assert_eq!(calls(session.trace())[0].usage.input.get(), None);
    assert_eq!(session.codes(), ["malformed"]);
}

#[test]
fn what_is_no_model_call_is_dropped() {
    let mut get = entry(URL, 200, json!({}));
    get["request"]["method"] = json!("GET");
    let other = entry("https://example.org/api/items", 200, json!({"text": "{}"}));
    let gateway = entry("https://example.org/llm", 200, json!({"text": stream()}));
    let session = har(&[get, other, gateway, json!(7)]);
    let report = session.report();
    assert_eq!((report.read, report.kept()), (4, 1), "{report:?}");
    assert_eq!(report.dropped["not a model call"], 2);
}

#[test]
fn failures_are_told_by_status_and_body() {
    let error = |kind: &str| json!({"text": json!({"error": {"type": kind, "message": "no"}}).to_string()});
    let mut aborted = entry(URL, 0, json!({}));
    aborted["response"]["_error"] = json!("net::ERR_ABORTED");
    let session = har(&[
        entry(URL, 429, error("rate_limit_error")),
        entry(URL, 400, error("invalid_request_error")),
        entry(URL, 529, json!({})),
        entry(URL, 500, json!({"text": "<html>"})),
        aborted,
        entry(URL, 0, json!({})),
    ]);
    let trace = session.trace();
    let ends: Vec<_> = calls(trace).iter().map(|call| (call.status, trace.str(call.error))).collect();
    assert_eq!(
        ends,
        [
            (Status::RateLimited, "rate_limit_error"),
            (Status::Failed, "invalid_request_error"),
            (Status::RateLimited, "529"),
            (Status::Failed, "500"),
            (Status::Cancelled, "net::ERR_ABORTED"),
            (Status::Failed, "no response"),
        ]
    );
}

#[test]
fn secrets_are_counted_and_not_kept() {
    let mut secret = entry(&format!("{URL}?key=SECRET"), 200, json!({"text": stream()}));
    secret["request"]["headers"] =
        json!([{"name": "Authorization", "value": "Bearer SECRET"}, {"name": "accept", "value": "*"}]);
    secret["response"]["headers"] = json!([{"name": "set-cookie", "value": "SECRET"}]);
    let session = har(&[secret]);
    let problem = &session.report().problems[0];
    assert_eq!((problem.code, problem.count), (ProblemCode::Redacted, 3), "{problem:?}");
    let cassette = json!({"interactions": [{
        "request": {"method": "POST", "uri": URL, "headers": {"X-Api-Key": ["SECRET"]}, "body": "{}"},
        "response": {"status": {"code": 200}, "headers": {}, "body": {"string": stream()}},
    }]});
    let cassette = Session::of(cassette.to_string().as_bytes());
    assert_eq!(cassette.report().problems[0].count, 1);
    let gateways = [
        json!({"call_type": "completion", "startTime": 1, "response_cost": 0, "model": "m",
            "proxy_server_request": {"headers": {"authorization": "Bearer SECRET"}}}),
        json!({"ai_org": "openai", "ai_model": "m", "response_time": 5, "request_url": "https://x/y?key=SECRET",
            "request": {"headers": {"x-portkey-api-key": "SECRET"}}}),
        json!({"request_id": "r", "request_created_at": "2025-01-01T00:00:00Z",
            "target_url": "https://x/y?key=SECRET", "request_properties": {"Helicone-Auth": "SECRET"}}),
        json!({"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": "5b8efff798038103d269b633813fc60c",
            "spanId": "eee19b7ec3c1b174", "name": "POST", "attributes": [
            {"key": "http.request.header.authorization", "value": {"arrayValue": {"values": [{"stringValue": "SECRET"}]}}},
            {"key": "http.request.header.x-api-key", "value": {"stringValue": "SECRET"}}]}]}]}]}),
    ];
    let gateways = gateways.map(|record| Session::of(record.to_string().as_bytes()));
    let counts = gateways.each_ref().map(|session| {
        let problems = session.problems(ProblemCode::Redacted);
        problems.iter().map(|problem| problem.count).sum::<u64>()
    });
    assert_eq!(counts, [1, 2, 2, 2]);
    for session in [session, cassette].into_iter().chain(gateways) {
        let tables = common::summary(session.trace()) + &format!("{:?}", session.trace().strings);
        assert!(!tables.contains("SECRET"));
    }
}

#[test]
fn the_address_tells_dialect_and_model() {
    for (url, provider, model, operation) in [
        (
            "https://x.openai.azure.com/openai/deployments/d/embeddings?api-version=1",
            "azure",
            "",
            Operation::Embed,
        ),
        (
            "https://generativelanguage.googleapis.com/v1beta/models/gemini-x:streamGenerateContent?alt=sse",
            "google",
            "gemini-x",
            Operation::Generate,
        ),
        (
            "https://bedrock-runtime.us-east-1.amazonaws.com/model/us.claude-x%3A0/converse",
            "bedrock",
            "us.claude-x:0",
            Operation::Generate,
        ),
        ("http://localhost:11434/api/chat", "ollama", "", Operation::Generate),
        ("https://api.cohere.com/v2/rerank", "cohere", "", Operation::Rerank),
        ("https://api.anthropic.com/v1/messages?beta=true", "anthropic", "", Operation::Generate),
    ] {
        let mut entry = entry(url, 200, json!({}));
        entry["request"]["postData"] = json!({"text": "{}"});
        let session = har(&[entry]);
        let trace = session.trace();
        let call = calls(trace)[0];
        assert_eq!(
            (trace.str(call.provider), trace.str(call.model), call.operation),
            (provider, model, operation)
        );
    }
}

#[test]
fn the_pieces_of_an_ollama_stream_have_gaps() {
    let session = Session::open("vcr-cassette/ollama-streaming-chat.yaml");
    let trace = session.trace();
    let call = calls(trace)[0];
    let gaps: Vec<Nanos> = trace.gaps(call).collect();
    // 49 pieces of text, from 46.294874 s to 47.840827 s.
    assert_eq!((gaps.len(), gaps[0]), (48, Nanos(32_537_000)));
    assert_eq!(gaps.iter().copied().sum::<Nanos>(), Nanos(1_545_953_000));
    let (ttft, all) = (Nanos(1_631_208 + 313_560_000), Nanos(1_897_385_625));
    assert_eq!((call.ttft, call.duration, call.model_load), (Some(ttft), Some(all), Some(Nanos(1_631_208))));
}

#[test]
fn a_cassette_of_ruby_is_read() {
    let yaml = format!(
        "---\nhttp_interactions:\n- request:\n    method: post\n    uri: {URL}\n    body:\n      encoding: UTF-8\n      \
         string: '{{\"model\":\"gpt-4o\",\"messages\":[{{\"role\":\"user\",\"content\":\"Hello\"}}]}}'\n  response:\n    \
         status:\n      code: 200\n      message: OK\n    body:\n      string: !!binary |\n        {}\n  \
         recorded_at: Thu, 01 Jan 2026 00:00:00 GMT\n- request: [unfinished\nrecorded_with: VCR 6\n",
        STANDARD.encode(stream())
    );
    let session = Session::of(yaml.as_bytes());
    let (trace, report) = (session.trace(), session.report());
    let call = calls(trace)[0];
    assert_eq!((call.usage.input.get(), report.read, report.kept()), (Some(8), 2, 1), "{report:?}");
    assert_eq!(report.dropped["not valid YAML"], 1);
    assert_eq!(texts(trace, call), [(Component::User, "Hello"), (Component::Output, "Hi")]);
    assert_eq!((call.record.line, call.record.offset), (3, 23));
}

#[test]
fn references_in_a_cassette_are_followed_and_bounded() {
    let item = "- request: {method: POST, uri: &u 'https://api.openai.com/v1/chat/completions'}\n  response: {status: {code: 500}, body: {string: ''}, again: *u}\n";
    let session = Session::of(format!("interactions:\n{item}").as_bytes());
    assert_eq!(calls(session.trace())[0].status, Status::Failed);
    let mut bomb = "interactions:\n- a0: &a0 [x]\n".to_owned();
    for i in 1..40 {
        bomb += &format!("  a{i}: &a{i} [*a{0}, *a{0}, *a{0}]\n", i - 1);
    }
    let session = Session::of(format!("{bomb}{item}").as_bytes());
    assert_eq!((session.report().dropped["too large"], calls(session.trace()).len()), (1, 1));
}

#[test]
fn questions_and_answers_of_a_batch_meet() {
    let (input, output) =
        (fixture("openai-batch/batch_input.jsonl"), fixture("openai-batch/batch_output.jsonl"));
    for files in [[&input, &output, &output], [&output, &input, &input]] {
        let mut builder = TraceBuilder::new();
        for file in files {
            import(&mut builder, "batch", file);
        }
        let trace = builder.trace();
        let calls = calls(trace);
        assert_eq!(calls.len(), 3);
        for call in calls {
            let texts: Vec<_> = texts(trace, call).into_iter().map(|(component, _)| component).collect();
            assert_eq!(texts, [Component::System, Component::User, Component::Output]);
            assert!(call.usage.input.is_known());
        }
        let merged: u64 = trace.files.iter().map(|file| file.merged_total()).sum();
        assert_eq!(merged, 6);
    }
    // The same ids of the caller in another batch are other calls.
    let other = String::from_utf8(output.clone()).unwrap().replace("chatcmpl-", "chatcmpl-other-");
    let mut builder = TraceBuilder::new();
    for file in [&input, &output, &other.into_bytes()] {
        import(&mut builder, "batch", file);
    }
    assert_eq!(builder.trace().calls().count(), 6);
}

#[test]
fn a_batch_of_anthropic_is_read() {
    let message = json!({"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-x",
        "content": [{"type": "text", "text": "Hi"}], "stop_reason": "end_turn",
        "usage": {"input_tokens": 5, "output_tokens": 2}});
    let lines = [
        json!({"custom_id": "a", "params": {"model": "claude-x", "max_tokens": 9, "messages": [{"role": "user", "content": "Hello"}]}}),
        json!({"custom_id": "a", "result": {"type": "succeeded", "message": message}}),
        json!({"custom_id": "b", "result": {"type": "errored", "error": {"type": "error", "error": {"type": "overloaded_error"}}}}),
        json!({"custom_id": "c", "result": {"type": "canceled"}}),
        json!({"custom_id": "d", "result": {"type": "expired"}}),
    ];
    let text: Vec<String> = lines.iter().map(Value::to_string).collect();
    let session = Session::of(text.join("\n").as_bytes());
    let trace = session.trace();
    let calls = calls(trace);
    let ends: Vec<_> = calls.iter().map(|call| (call.status, trace.str(call.error))).collect();
    assert_eq!(
        ends,
        [
            (Status::Ok, ""),
            (Status::RateLimited, "overloaded_error"),
            (Status::Cancelled, "canceled"),
            (Status::Failed, "expired"),
        ]
    );
    assert_eq!(texts(trace, calls[0]), [(Component::User, "Hello"), (Component::Output, "Hi")]);
    assert_eq!((trace.str(calls[0].model), calls[0].usage.input.get()), ("claude-x", Some(5)));
}

#[test]
fn a_damaged_event_stream_says_so_and_keeps_what_came_before() {
    let whole = fixture("bedrock/own-converse.eventstream");
    let told = |bytes: &[u8]| {
        let session = Session::of(bytes);
        let said = calls(session.trace()).first().map(|call| texts(session.trace(), call)[0].1.to_owned());
        let problems = &session.report().problems;
        (said, problems.iter().map(|problem| problem.message.clone()).collect::<Vec<_>>().join("; "))
    };
    let second = whole.windows(6).position(|bytes| bytes == b"\"In \"}").map(|at| at + 20).unwrap();
    let mut wrong = whole.clone();
    wrong[second + 60] ^= 1;
    for (bytes, why) in
        [(&whole[..whole.len() - 9], "the data ends inside a message"), (&wrong, "checksum of a message")]
    {
        let (said, problems) = told(bytes);
        assert!(said.is_some_and(|said| said.starts_with("In ")), "{problems}");
        assert!(
            problems.contains("The event stream is damaged or cut") && problems.contains(why),
            "{problems}"
        );
    }
    // Whatever is wrong with a body, it costs the body and not the entry.
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        let mut entry =
            entry("https://bedrock-runtime.x.amazonaws.com/model/m/converse-stream", 200, Value::Null);
        entry["response"]["content"] = json!({"text": STANDARD.encode(bytes), "encoding": "base64"});
        let session = har(&[entry]);
        assert_eq!((calls(session.trace()).len(), session.codes()), (1, vec!["malformed"]), "byte {at}");
    }
}
