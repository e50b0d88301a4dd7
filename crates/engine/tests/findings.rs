//! Findings of the bill: each on calls that have it, and none on calls that do not.

use engine::{
    Session,
    protocol::{Answer, BillAsk, Command, EncodingName, Finding},
};
use serde_json::{Value, json};
use units::Money;

fn findings(records: &[Value], wasteful: u16) -> Vec<Finding> {
    let text: String = records.iter().map(|record| format!("{record}\n")).collect();
    let mut session = Session::new();
    session.begin_file("calls.jsonl", text.len() as u64);
    session.push(text.as_bytes());
    session.end_file();
    for name in [EncodingName::O200kBase, EncodingName::Cl100kBase] {
        session.set_vocabulary(name, tokens::bundled_asset(name)).unwrap();
    }
    while session.work(1 << 20) {}
    session.show_counts();
    match session.answer(Command::Bill(Box::new(BillAsk { wasteful, ..BillAsk::default() }))).unwrap() {
        Answer::Bill(bill) => {
            assert!(bill.findings.is_sorted_by(|a, b| a.amount >= b.amount), "dearest first");
            bill.findings
        }
        other => panic!("{other:?}"),
    }
}

fn usd(text: &str) -> Money {
    text.parse().unwrap()
}

/// An exchange with OpenAI as a gateway logs it: LiteLLM's payload, for it has times, messages and usage.
fn exchange(id: usize, at: f64, system: &str, user: &str, usage: &Value) -> Value {
    json!({"id": format!("r{id}"), "call_type": "acompletion", "model": "gpt-4o", "custom_llm_provider": "openai",
        "status": "success", "startTime": at, "endTime": at + 1.0, "completionStartTime": at + 0.5,
        "prompt_tokens": usage["prompt_tokens"], "completion_tokens": usage["completion_tokens"],
        "total_tokens": 0, "response_cost": null, "stream": false, "metadata": {},
        "messages": [{"role": "system", "content": system}, {"role": "user", "content": user}],
        "response": {"id": format!("r{id}"), "object": "chat.completion", "created": at, "model": "gpt-4o",
            "usage": usage,
            "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "yes"}}]}})
}

fn kinds(findings: &[Finding]) -> Vec<(&str, Money, u64)> {
    findings.iter().map(|finding| (finding.kind.as_str(), finding.amount, finding.calls)).collect()
}

#[test]
fn a_prefix_that_no_cache_holds_is_found_with_what_a_cache_would_save() {
    // 1,200 tokens of instructions: one a word.
    let system = "word".to_owned() + &" word".repeat(1_199);
    let usage = |cached: u64| {
        json!({"prompt_tokens": 1_210, "completion_tokens": 10, "total_tokens": 1_220,
        "prompt_tokens_details": {"cached_tokens": cached}})
    };
    let calls = |cached, gap: f64| -> Vec<Value> {
        (0..3)
            .map(|i| {
                exchange(
                    i,
                    1_795_000_000.0 + gap * i as f64,
                    &system,
                    &format!("question {i}?"),
                    &usage(cached),
                )
            })
            .collect()
    };
    // The two later ones would read 1,200 tokens at $1.25 instead of $2.50 per million.
    let found = findings(&calls(0, 60.0), 1_000);
    assert_eq!(kinds(&found), [("uncached_prefix", usd("0.003"), 3)], "{found:#?}");
    assert!(found[0].proof.len() == 3 && !found[0].verify.is_empty());
    assert_eq!(kinds(&findings(&calls(1_152, 60.0), 1_000)), [], "a cache holds it");
    assert_eq!(kinds(&findings(&calls(0, 600.0), 1_000)), [], "a cache would have forgotten it");
    let half = findings(&calls(0, 60.0), 300);
    assert!(
        half.iter().any(|finding| finding.kind == "wasteful_component" && finding.calls == 3),
        "{half:#?}"
    );
    // 900 tokens are too few by 124.
    let system = "word".to_owned() + &" word".repeat(899);
    let short: Vec<Value> = (0..9)
        .map(|i| exchange(i, 1_795_000_000.0 + i as f64, &system, &format!("question {i}?"), &usage(0)))
        .collect();
    assert_eq!(
        findings(&short, 1_000).first().map(|finding| finding.kind.as_str()),
        Some("under_cache_minimum")
    );
}

#[test]
fn the_same_prompt_twice_is_found() {
    let usage = json!({"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100});
    let at = 1_795_000_000.0;
    let calls =
        [exchange(0, at, "be short", "who?", &usage), exchange(1, at + 9.0, "be short", "who?", &usage)];
    // One call of 1,000 at $2.50 and 100 at $10.
    assert_eq!(kinds(&findings(&calls, 1_000)), [("duplicate_prompts", usd("0.0035"), 1)]);
    let other =
        [exchange(0, at, "be short", "who?", &usage), exchange(1, at + 9.0, "be short", "what?", &usage)];
    assert_eq!(kinds(&findings(&other, 1_000)), []);
}

#[test]
fn reasoning_that_is_most_of_the_output_is_found() {
    let call = |thought: u64| {
        let usage = json!({"prompt_tokens": 10, "completion_tokens": 1000, "total_tokens": 1010,
            "completion_tokens_details": {"reasoning_tokens": thought}});
        exchange(0, 1_795_000_000.0, "be short", "who?", &usage)
    };
    assert_eq!(kinds(&findings(&[call(900)], 1_000)), [("reasoning", usd("0.009"), 1)]);
    assert_eq!(kinds(&findings(&[call(400)], 1_000)), []);
}

/// A line of Claude Code's log.
fn claude(id: usize, minute: usize, read: u64, write: u64) -> Value {
    json!({"type": "assistant", "sessionId": "s", "uuid": format!("u{id}"), "parentUuid": null, "version": "2.0.0",
        "isSidechain": false, "userType": "external", "cwd": "/", "requestId": format!("req{id}"),
        "timestamp": format!("2026-01-10T10:{minute:02}:00.000Z"),
        "message": {"id": format!("msg{id}"), "type": "message", "role": "assistant", "model": "claude-sonnet-4-5",
            "content": [{"type": "text", "text": "done"}], "stop_reason": "end_turn",
            "usage": {"input_tokens": 5, "output_tokens": 10, "cache_read_input_tokens": read,
                "cache_creation_input_tokens": write,
                "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": write}}}})
}

#[test]
fn a_write_for_an_hour_that_nothing_reads_is_found() {
    // 10,000 tokens at $6 instead of $3 per million.
    let found = findings(&[claude(0, 0, 0, 10_000)], 1_000);
    assert_eq!(kinds(&found), [("unread_long_writes", usd("0.03"), 1)]);
    assert_eq!(kinds(&findings(&[claude(0, 0, 0, 10_000), claude(1, 30, 10_000, 0)], 1_000)), []);
}

#[test]
fn prompts_above_the_dearer_size_are_found() {
    let found = findings(&[claude(0, 0, 300_000, 0)], 1_000);
    let large = found.iter().find(|finding| finding.kind == "large_prompts").unwrap();
    // 5 at $3, 300,000 at $0.30 and 10 at $15 more, the last by half of it.
    assert_eq!(large.amount, usd("0.09009"));
}

#[test]
fn failed_attempts_with_tokens_are_found() {
    let failed = json!({"request_id": "a", "model": "gpt-4o", "prompt_tokens": 1000, "completion_tokens": 0,
        "wall_time": 2.0, "time_to_first_token": 0.5, "component": "user_query", "status": "error", "error": "500",
        "timestamp": "2026-11-01T10:00:00Z"});
    assert_eq!(kinds(&findings(&[failed], 1_000)), [("failed_attempts", usd("0.0025"), 1)]);
}
