//! Every record that tells of a call can be found from that call.

mod common;

use common::{Session, assert_nothing_lost, fixture};
use formats::RangeDecoder;

/// The lines at which the records of each call lie, its own first.
fn lines(text: &str) -> Vec<Vec<u32>> {
    let session = Session::of(text.as_bytes());
    let trace = session.trace();
    assert_nothing_lost(trace);
    let calls = trace.calls().map(|(id, _)| trace.places(id).iter().map(|at| at.line).collect());
    calls.collect()
}

#[test]
fn records_that_a_reader_puts_together_are_all_found() {
    // What the file is of, its lines, and those of each call.
    type Row = (&'static str, &'static str, &'static [&'static [u32]]);
    let rows: [Row; 9] = [
        (
            "aider",
            r#"{"event": "message_send_starting", "properties": {}, "user_id": "u", "time": 1770000000}
{"event": "message_send", "properties": {"main_model": "m", "prompt_tokens": 5, "completion_tokens": 1}, "user_id": "u", "time": 1770000003}
{"event": "message_send", "properties": {"main_model": "m", "prompt_tokens": 6, "completion_tokens": 1}, "user_id": "u", "time": 1770000009}"#,
            &[&[2, 1], &[3]],
        ),
        (
            "Braintrust",
            r#"{"id": "r1", "span_id": "s1", "root_span_id": "s1", "_is_merge": false, "span_attributes": {"type": "llm"}, "metrics": {"start": 1760000000}}
{"id": "r1", "span_id": "s1", "root_span_id": "s1", "_is_merge": true, "metrics": {"prompt_tokens": 10, "completion_tokens": 2}}
{"id": "r2", "span_id": "s2", "root_span_id": "s1", "_is_merge": false, "span_attributes": {"type": "llm"}, "metrics": {"start": 1760000000}}
{"id": "r1", "span_id": "s1", "root_span_id": "s1", "_is_merge": true, "metrics": {"end": 1760000002}}
{"id": "r1", "span_id": "s1", "root_span_id": "s1", "_is_merge": true, "span_attributes": {"type": "llm"}, "scores": {"good": 1}}"#,
            &[&[1, 2, 4, 5], &[3]],
        ),
        (
            "LangSmith",
            r#"{"post": [{"id": "a", "trace_id": "a", "dotted_order": "20241013T070538291001Za", "run_type": "llm", "start_time": 1728803138291}]}
{"post": [{"id": "b", "trace_id": "b", "dotted_order": "20241013T070538291001Zb", "run_type": "llm", "start_time": 1728803138291}]}
{"patch": [{"id": "a", "trace_id": "a", "dotted_order": "20241013T070538291001Za", "end_time": 1728803139000}]}"#,
            &[&[1, 3], &[2]],
        ),
        (
            "a span that was sent twice",
            r#"{"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": "5b8efff798038103d269b633813fc60c", "spanId": "eee19b7ec3c1b174", "name": "chat", "attributes": [{"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}}]}]}]}]}
{"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": "5b8efff798038103d269b633813fc60c", "spanId": "eee19b7ec3c1b174", "name": "chat", "attributes": [{"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}}]}]}]}]}
{"resourceLogs": [{"scopeLogs": [{"logRecords": [{"traceId": "5b8efff798038103d269b633813fc60c", "spanId": "eee19b7ec3c1b174", "eventName": "gen_ai.choice", "body": {"kvlistValue": {"values": []}}}]}]}]}
{"resourceLogs": [{"scopeLogs": [{"logRecords": [{"traceId": "5b8efff798038103d269b633813fc60c", "spanId": "aaa19b7ec3c1b174", "eventName": "gen_ai.user.message"}]}]}]}
{"resourceLogs": [{"scopeLogs": [{"logRecords": [{"traceId": "5b8efff798038103d269b633813fc60c", "spanId": "aaa19b7ec3c1b174", "eventName": "gen_ai.choice"}]}]}]}"#,
            &[&[1, 2, 3], &[4, 5]],
        ),
        (
            "Qwen Code",
            r#"{"sessionId": "s", "uuid": "1", "type": "user", "message": {"parts": [{"text": "Hi"}]}}
{"sessionId": "s", "uuid": "2", "type": "system", "systemPayload": {"uiEvent": {"event.name": "qwen-code.api_response", "input_token_count": 5, "output_token_count": 1, "duration_ms": 9}}}
{"sessionId": "s", "uuid": "3", "type": "assistant", "usageMetadata": {"promptTokenCount": 5, "candidatesTokenCount": 1}, "message": {"parts": [{"text": "Ho"}]}}
{"sessionId": "s", "uuid": "4", "type": "assistant", "usageMetadata": {"promptTokenCount": 7, "candidatesTokenCount": 1}, "message": {"parts": [{"text": "Ho"}]}}
{"sessionId": "s", "uuid": "5", "type": "system", "systemPayload": {"uiEvent": {"event.name": "qwen-code.api_response", "input_token_count": 7, "output_token_count": 1, "duration_ms": 9}}}"#,
            &[&[3, 2], &[4, 5]],
        ),
        (
            "Cline",
            r#"{"ts": 1, "type": "say", "say": "api_req_retried", "text": ""}
{"ts": 2, "type": "say", "say": "api_req_started", "text": "{\"tokensIn\": 14, \"tokensOut\": 210}"}
{"ts": 3, "type": "say", "say": "text", "text": "Yes."}
{"ts": 4, "type": "say", "say": "api_req_started", "text": "{\"tokensIn\": 15, \"tokensOut\": 210}"}"#,
            &[&[2, 1, 3], &[4]],
        ),
        (
            "Codex",
            r#"{"type": "session_meta", "payload": {"id": "s"}}
{"type": "turn_context", "payload": {"model": "m"}}
{"type": "event_msg", "payload": {"type": "stream_error"}}
{"type": "response_item", "payload": {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Yes."}]}}
{"type": "event_msg", "payload": {"type": "agent_message", "message": "Yes."}}
{"type": "event_msg", "payload": {"type": "token_count", "info": {"total_token_usage": {"input_tokens": 5, "output_tokens": 1, "total_tokens": 6}}}}
{"type": "event_msg", "payload": {"type": "token_count", "info": {"total_token_usage": {"input_tokens": 5, "output_tokens": 1, "total_tokens": 6}}}}
{"type": "event_msg", "payload": {"type": "token_count", "info": {"total_token_usage": {"input_tokens": 12, "output_tokens": 2, "total_tokens": 14}}}}"#,
            &[&[6, 3, 4, 5, 7], &[8]],
        ),
        (
            "Chrome",
            r#"[{"ph": "B", "ts": 1, "pid": 1, "tid": 1, "name": "chat", "args": {"gen_ai.operation.name": "chat"}},
{"ph": "X", "ts": 2, "dur": 1, "pid": 1, "tid": 1, "name": "parse"},
{"ph": "E", "ts": 9, "pid": 1, "tid": 1}]"#,
            &[&[1, 3]],
        ),
        (
            "VS Code",
            r#"{"kind": 0, "v": {"version": 3, "creationDate": 1770000000000, "responderUsername": "GitHub Copilot", "sessionId": "c", "requests": [{"requestId": "r", "message": {"text": "?"}, "response": [], "timestamp": 1770000100000}]}}
{"kind": 2, "k": ["requests", 0, "response"], "v": [{"value": "Yes."}]}
{"kind": 1, "k": ["requests", 0, "completionTokens"], "v": 40}"#,
            &[&[1, 2, 3]],
        ),
    ];
    for (name, text, expected) in rows {
        assert_eq!(lines(text), expected, "{name}");
    }
}

#[test]
fn the_chunks_of_a_stream_lie_in_the_place_of_its_call() {
    let bytes = fixture("openai-chat/own-groq.chunks.jsonl");
    let session = Session::of(&bytes);
    let trace = session.trace();
    let merged = session.report().merged["part of a stream"];
    let mut told = 0;
    for (id, _) in trace.calls() {
        for at in trace.places(id) {
            let mut range = RangeDecoder::new(at.offset, at.len.into());
            range.push(&bytes);
            told += range.finish().lines().count() as u64;
        }
    }
    assert_eq!(told, merged + trace.calls().count() as u64);
}
