//! Rollouts of Codex against figures that were computed by other means, and their traps.

mod common;

use common::{Session, assert_nothing_lost, calls, expected, fixture, import, open, said, sum};
use serde_json::{Value, json};
use trace::{Component, ProblemCode, Status, TraceBuilder};
use units::{Figure, Nanos, Timestamp};

const CODEX: [&str; 3] =
    ["rollout-all-event-kinds.jsonl", "rollout-forked-child.jsonl", "rollout-parent.jsonl"];

#[test]
fn codex_totals_are_differences() {
    for file in CODEX {
        let session = open(&format!("codex/{file}"));
        let figures = expected("codex", file);
        let deltas = &figures["sum_of_deltas"];
        assert_eq!(sum(&session, |u| u.input), deltas["input_tokens"], "{file}");
        assert_eq!(sum(&session, |u| u.cache_read), deltas["cached_input_tokens"], "{file}");
        assert_eq!(sum(&session, |u| u.output), deltas["output_tokens"], "{file}");
        assert_eq!(sum(&session, |u| u.reasoning), deltas["reasoning_output_tokens"], "{file}");
        let report = session.report();
        assert_eq!(json!(report.read), figures["lines"], "{file}");
        let again = report.merged.get("same totals told again").copied().unwrap_or(0);
        assert_eq!(json!(again), figures["repeated_total_events"], "{file}");
        let undated: u64 = session.problems(ProblemCode::BadValue).iter().map(|p| p.count).sum();
        assert_eq!(json!(undated), figures["undated_lines"], "{file}");
        let resets = report.dropped.get("counters set back to zero").copied().unwrap_or(0);
        assert_eq!(json!(resets), figures["counter_resets"], "{file}");
    }
}

#[test]
fn a_codex_fork_counts_what_it_copied_once_in_any_order() {
    let [_, child, parent] = CODEX.map(|file| fixture(&format!("codex/{file}")));
    // A fork of the fork, whose first line names only its parent.
    let text = String::from_utf8(child.clone()).unwrap();
    let grandchild =
        text.replace("parent-session", "child-session").replacen("child-session", "grandchild", 1);
    let grandchild = grandchild.into_bytes();
    // The authors of the sample count 26,938,802 by the last usages; repeated events leave 26,801,911.
    for order in
        [[&parent, &child, &grandchild], [&grandchild, &child, &parent], [&child, &grandchild, &parent]]
    {
        let mut builder = TraceBuilder::new();
        for (i, bytes) in order.into_iter().enumerate() {
            import(&mut builder, &i.to_string(), bytes);
        }
        let session = Session(builder);
        assert_nothing_lost(session.trace());
        assert_eq!(calls(&session).len(), 194);
        assert_eq!(sum(&session, |u| u.input), json!(26_692_274));
        assert_eq!(sum(&session, |u| u.output), json!(109_637));
        let start = calls(&session)[0].start;
        assert_eq!(start, Some(Timestamp(1_893_499_202_000_000_000)), "of the original");
    }
}

#[test]
fn codex_requests_have_what_was_said_and_how_they_ended() {
    let line = |kind: &str, payload: Value| {
        json!({"timestamp": "2026-01-01T00:00:00Z", "type": kind, "payload": payload}).to_string()
    };
    let text = |role: &str, text: &str| {
        line(
            "response_item",
            json!({"type": "message", "role": role, "content": [{"type": "text", "text": text}]}),
        )
    };
    let usage = |input: u64| json!({"input_tokens": input, "output_tokens": 5, "total_tokens": input + 5});
    let count = |total: u64, last: u64| {
        let info = json!({"total_token_usage": usage(total), "last_token_usage": usage(last)});
        line("event_msg", json!({"type": "token_count", "info": info}))
    };
    let event = |event: Value| line("event_msg", event);
    let lines = [
        line(
            "session_meta",
            json!({"id": "s", "model_provider": "openai", "base_instructions": {"text": "You code."}}),
        ),
        line("turn_context", json!({"model": "gpt-5"})),
        event(json!({"type": "task_started", "turn_id": "t1"})),
        text("user", "Count the files"),
        line(
            "response_item",
            json!({"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm"}]}),
        ),
        line("response_item", json!({"type": "custom_tool_call", "name": "shell", "input": "ls"})),
        line("response_item", json!({"type": "custom_tool_call_output", "output": "a b"})),
        count(10, 10),
        event(json!({"type": "stream_error", "message": "stream disconnected"})),
        text("assistant", "Two."),
        count(30, 19),
        event(
            json!({"type": "task_complete", "turn_id": "t1", "duration_ms": 900, "time_to_first_token_ms": 300}),
        ),
        event(json!({"type": "error", "message": "exceeded retry limit, last status: 429"})),
        text("assistant", "Thr"),
        event(json!({"type": "turn_aborted", "reason": "interrupted"})),
    ];
    let session = Session::of(lines.join("\n").as_bytes());
    let calls = calls(&session);
    let statuses: Vec<_> = calls.iter().map(|call| call.status).collect();
    assert_eq!(statuses, [Status::Ok, Status::Ok, Status::RateLimited, Status::Cancelled]);
    assert_eq!(calls.iter().map(|call| call.retries).collect::<Vec<_>>(), [0, 1, 0, 0]);
    assert_eq!(calls[0].ttft, Some(Nanos(300_000_000)));
    assert_eq!(calls[1].usage.input, Figure::counted(20), "the difference of totals, not the last usage");
    assert_eq!(calls[3].usage.input, Figure::UNKNOWN);
    let first = [
        (Component::System, "You code."),
        (Component::User, "Count the files"),
        (Component::Reasoning, "Hm"),
        (Component::Output, "shell(ls)"),
    ];
    assert_eq!(said(&session, calls[0]), first);
    assert_eq!(said(&session, calls[1]), [(Component::Retrieved, "a b"), (Component::Output, "Two.")]);
    assert_eq!(session.trace().str(calls[0].name), "shell");
    // The turn is a span around its two requests; a copy of the session adds none.
    let mut builder = TraceBuilder::new();
    let copy = lines.join("\n").replace("\"id\":\"s\"", "\"id\":\"copy\",\"forked_from_id\":\"s\"");
    for text in [&lines.join("\n"), &copy] {
        import(&mut builder, "file", text.as_bytes());
    }
    let trace = builder.trace();
    let turn = trace.spans.iter().position(|span| span.kind == trace::SpanKind::Agent).unwrap();
    assert_eq!(trace.spans[turn].duration, Some(Nanos(900_000_000)));
    let inside = trace.spans.iter().filter(|span| span.parent == Some(trace::SpanId(turn as u32)));
    assert_eq!((trace.spans.len(), inside.count()), (3, 2));
    assert_eq!(trace.calls().count(), 4);
}

#[test]
fn the_first_codex_versions_told_no_tokens() {
    let lines = [
        r#"{"id":"s","timestamp":"2025-08-01T00:00:00Z","instructions":null}"#,
        r#"{"type":"message","role":"user","content":[{"type":"input_text","text":"Hi"}]}"#,
        r#"{"record_type":"state"}"#,
        r#"{"type":"message","role":"assistant","content":[{"type":"output_text","text":"Hello"}]}"#,
        r#"{"type":"message","role":"user","content":[{"type":"input_text","text":"Bye"}]}"#,
        r#"{"type":"message","role":"assistant","content":[{"type":"output_text","text":"See you"}]}"#,
    ];
    let session = Session::of(lines.join("\n").as_bytes());
    assert_eq!(session.report().format, "codex");
    let calls = calls(&session);
    assert_eq!(calls.len(), 2);
    // The tokens will be counted, so the second call has all that was sent.
    let second = [(Component::History, "Hi"), (Component::History, "Hello"), (Component::User, "Bye")];
    assert_eq!(said(&session, calls[1])[..3], second);
    assert_eq!(session.trace().str(calls[1].session), "s");
}
