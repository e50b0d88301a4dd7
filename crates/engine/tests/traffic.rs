//! Calls as traffic for caches: prompts that grow share their beginnings, to the token.

use caching::{Lifetime, Owned, Part, Request};
use engine::{Session, protocol::Filter};
use serde_json::{Value, json};

fn traffic(records: &[Value]) -> Owned {
    let text: String = records.iter().map(|record| format!("{record}\n")).collect();
    let mut session = Session::new();
    session.begin_file("calls.jsonl", text.len() as u64);
    session.push(text.as_bytes());
    session.end_file();
    session.traffic(&Filter::default())
}

fn parts<'a>(owned: &'a Owned, request: &Request) -> &'a [Part] {
    &owned.parts[request.parts.0 as usize..request.parts.1 as usize]
}

fn tokens(parts: &[Part]) -> Vec<u32> {
    parts.iter().map(|part| part.tokens).collect()
}

/// An agent's log: what a person says, and answers with fresh, read and written tokens.
fn agent(calls: &[(&str, u64, u64, u64)]) -> Vec<Value> {
    let mut lines =
        vec![json!({"type": "session", "id": "s", "timestamp": "2025-11-20T23:33:50.805Z", "cwd": "/"})];
    for ((said, input, read, write), at) in calls.iter().zip(0u64..) {
        let time = 1_763_681_630_000u64 + at * 10_000;
        lines.push(json!({"type": "message", "message": {"role": "user", "content": [{"type": "text", "text": said}]}}));
        lines.push(json!({"type": "message", "timestamp": "2025-11-20T23:59:59.000Z", "message": {
            "role": "assistant", "content": [{"type": "text", "text": format!("answer {at}")}],
            "api": "anthropic-messages", "provider": "anthropic", "model": "claude-sonnet-4-5", "stopReason": "stop",
            "usage": {"input": input, "output": 10, "cacheRead": read, "cacheWrite": write}, "timestamp": time}}));
    }
    lines
}

#[test]
fn a_log_that_shows_only_what_is_new_gives_prompts_that_grow() {
    // The third prompt is shorter than the second: it is another conversation.
    let owned = traffic(&agent(&[
        ("one", 3, 0, 2_000),
        ("two", 3, 2_000, 500),
        ("three", 3, 0, 1_200),
        ("two", 3, 1_200, 300),
    ]));
    let all: Vec<Vec<u32>> = owned.requests.iter().map(|request| tokens(parts(&owned, request))).collect();
    assert_eq!(all, [vec![2_000], vec![2_000, 500], vec![1_200], vec![1_200, 300]]);
    let hashes =
        |at: usize| parts(&owned, &owned.requests[at]).iter().map(|part| part.hash).collect::<Vec<_>>();
    assert_eq!(hashes(0)[0], hashes(1)[0]);
    assert_ne!(hashes(2)[0], hashes(0)[0]);
    // A breakpoint stands where reads and writes end, and nowhere before.
    for request in &owned.requests {
        let marks: Vec<_> = parts(&owned, request).iter().map(|part| part.mark).collect();
        assert_eq!(marks.last(), Some(&Some(Lifetime::Minutes5)));
        assert!(marks[..marks.len() - 1].iter().all(Option::is_none));
    }
    // The same question in another place of the conversation is not the same.
    let [second, fourth] = [1, 3].map(|at: usize| &owned.requests[at]);
    assert_eq!(second.prompt, fourth.prompt);
    assert_ne!(second.context, fourth.context);
}

#[test]
fn packed_traffic_comes_back_as_it_was() {
    let owned = traffic(&agent(&[("a \u{1f525}", 3, 0, 2_000), ("b", 3, 2_000, 500)]));
    let packed = owned.pack().unwrap();
    assert_eq!(Owned::unpack(&packed).unwrap(), owned);
    assert!(owned.requests.len() == 2 && owned.uncached.iter().all(Option::is_some));
    for cut in [0, 1, packed.len() / 2, packed.len() - 1] {
        assert!(Owned::unpack(&packed[..cut]).is_err(), "{cut}");
    }
}
