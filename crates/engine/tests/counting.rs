//! The counting of texts in shards: who counts what when never shows in a figure, and no text is counted twice.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use engine::protocol::{Answer, CallId, Command, EncodingName, Filter};
use engine::{Encoding, Session, Shard};
use proptest::prelude::*;
use tokens::{bundled, bundled_asset};

thread_local! {
    /// What counts the shards, as a worker would, and what counts whole texts to compare with.
    static ENCODINGS: RefCell<HashMap<EncodingName, Encoding>> = RefCell::default();
}

fn with<T>(name: EncodingName, then: impl FnOnce(&Encoding) -> T) -> T {
    ENCODINGS.with_borrow_mut(|all| then(all.entry(name).or_insert_with(|| bundled(name))))
}

fn count(shard: &Shard) -> Vec<u32> {
    with(shard.encoding, |encoding| shard.count(encoding))
}

fn read(session: &mut Session, content: &str) {
    session.begin_file("a.jsonl", content.len() as u64);
    session.push(content.as_bytes());
    session.end_file();
}

/// Reads a file and has the vocabularies that its texts want.
fn open(session: &mut Session, content: &str) {
    read(session, content);
    for name in session.info().wants {
        session.set_vocabulary(name, bundled_asset(name)).unwrap();
    }
}

/// Calls as records: model, prompt and answer, without any usage.
fn records(calls: &[(&str, String, String)]) -> String {
    let line = |(model, prompt, answer): &(&str, String, String)| {
        serde_json::json!({ "model": model, "prompt": prompt, "completion": answer }).to_string() + "\n"
    };
    calls.iter().map(line).collect()
}

fn finish(session: &mut Session) {
    while session.work(usize::MAX) {}
    session.show_counts();
}

/// All figures of the overview, as text to compare.
fn figures(session: &mut Session) -> String {
    format!("{:?}", session.answer(Command::Overview(Filter::default())).unwrap())
}

fn totals(session: &mut Session) -> (u64, u64) {
    let Answer::Overview(all) = session.answer(Command::Overview(Filter::default())).unwrap() else {
        panic!()
    };
    (all.tokens.input, all.tokens.output)
}

fn text() -> impl Strategy<Value = String> {
    // Words, lines, runs without any place to cut at, and anything else.
    prop_oneof![
        "([a-z]{1,9}[ ,.]){0,40}",
        "([a-zA-Z]{1,9} ?){0,6}(\n[a-z ]{0,30}){0,12}",
        "[a]{0,400}",
        "[ \n]{0,60}x",
        // Letters that are put together, contractions, and letters of several kinds.
        "([a-zA-Z'\u{301}\u{308}\u{338}=<1 \n/あПक्가]{1,9} ?){0,20}",
        "\\PC{0,60}",
    ]
}

/// Models of several encodings, of which one puts letters together before it counts.
const MODELS: [(&str, EncodingName); 4] = [
    ("gpt-4o", EncodingName::O200kBase),
    ("gpt-4", EncodingName::Cl100kBase),
    ("qwen2.5-7b-instruct", EncodingName::Qwen2),
    ("mistral-nemo-2407", EncodingName::Tekken),
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn the_order_and_size_of_shards_never_show(
        texts in proptest::collection::vec((0..MODELS.len(), text(), text()), 1..12),
        sizes in proptest::collection::vec(1..300usize, 1..20),
        choices in proptest::collection::vec((any::<prop::sample::Index>(), 0..10u8), 1..60),
    ) {
        let calls: Vec<_> = texts.into_iter().map(|(m, a, b)| (MODELS[m].0, a, b)).collect();
        let mut session = Session::new();
        open(&mut session, &records(&calls));
        let (mut out, mut lost, mut stops) = (Vec::<Shard>::new(), false, 0);
        let (mut sizes, mut choices) = (sizes.iter().cycle(), choices.iter().cycle());
        loop {
            let (index, kind) = choices.next().unwrap();
            let next = if *kind < 5 || out.is_empty() { session.next_shard(*sizes.next().unwrap()) } else { None };
            match next {
                Some(shard) => out.push(shard),
                None if out.is_empty() => break,
                None => {
                    let shard = out.swap_remove(index.index(out.len()));
                    if *kind == 9 && !std::mem::replace(&mut lost, true) {
                        prop_assert_eq!(session.lose_shard(shard.number), 0, "the first time");
                    } else if *kind == 8 && stops < 3 {
                        stops += 1;
                        session.take_back_shards();
                        session.settle_shard(shard.number, &count(&shard));
                        out.clear();
                    } else {
                        session.settle_shard(shard.number, &count(&shard));
                        session.settle_shard(shard.number, &count(&shard));
                    }
                    session.show_counts();
                }
            }
        }
        prop_assert_eq!(session.uncounted(), 0);

        let mut once = Session::new();
        open(&mut once, &records(&calls));
        finish(&mut once);
        prop_assert_eq!(figures(&mut session), figures(&mut once));
        // And each text by itself is what the encoding counts of it.
        for id in 0..calls.len() as u32 {
            let Answer::Detail(detail) = session.answer(Command::Detail(CallId(id))).unwrap() else { panic!() };
            let encoding = MODELS.iter().find(|model| model.0 == calls[id as usize].0).unwrap().1;
            for message in &detail.messages {
                prop_assert_eq!(message.tokens.get(), Some(with(encoding, |e| e.count(&message.text))));
            }
        }
    }
}

/// An OTLP file of spans with these attributes, each a trace of its own.
fn spans(spans: &[(usize, &[(&str, serde_json::Value)])]) -> String {
    let span = |(id, attributes): &(usize, &[(&str, serde_json::Value)])| {
        let value = |value: &serde_json::Value| match value.as_u64() {
            Some(number) => serde_json::json!({ "intValue": number.to_string() }),
            None => {
                serde_json::json!({ "stringValue": value.as_str().map_or(value.to_string(), str::to_owned) })
            }
        };
        let attributes: Vec<_> =
            attributes.iter().map(|(key, v)| serde_json::json!({ "key": key, "value": value(v) })).collect();
        serde_json::json!({
            "traceId": format!("{id:032x}"), "spanId": format!("{id:016x}"), "name": "chat", "attributes": attributes,
            "startTimeUnixNano": "1700000000000000000", "endTimeUnixNano": "1700000001000000000",
        })
    };
    let spans: Vec<_> = spans.iter().map(span).collect();
    serde_json::json!({ "resourceSpans": [{ "scopeSpans": [{ "spans": spans }] }] }).to_string()
}

fn message(role: &str, text: &str) -> serde_json::Value {
    serde_json::json!({ "role": role, "parts": [{ "type": "text", "content": text }] })
}

#[test]
fn a_history_sent_with_each_turn_costs_its_distinct_text() {
    let turn =
        |i: usize| format!("Turn {i}: {}\n", "what was said before counts as well. ".repeat(i % 7 + 1));
    let file = |turns: std::ops::Range<usize>| -> String {
        let calls: Vec<_> = turns
            .map(|i| {
                let role = |i: usize| ["user", "assistant"][i % 2];
                let sent: Vec<_> = (0..=i).map(|i| message(role(i), &turn(i))).collect();
                let answer = vec![message("assistant", &turn(i + 1))];
                (
                    i + 1,
                    [
                        ("gen_ai.operation.name", "chat".into()),
                        ("gen_ai.request.model", "gpt-4o".into()),
                        ("gen_ai.input.messages", sent.into()),
                        ("gen_ai.output.messages", answer.into()),
                    ],
                )
            })
            .collect();
        spans(&calls.iter().map(|(i, attributes)| (*i, &attributes[..])).collect::<Vec<_>>())
    };
    let mut session = Session::new();
    // The conversation goes on in a second file, which is opened when the first is counted.
    let mut handed = 0;
    for part in [0..25, 25..50] {
        open(&mut session, &file(part));
        while let Some(shard) = session.next_shard(1000) {
            handed += shard.text.len();
            session.settle_shard(shard.number, &count(&shard));
        }
    }
    session.show_counts();
    let distinct: HashSet<String> = (0..=50).map(turn).collect();
    assert_eq!(session.trace().calls().count(), 50);
    assert_eq!(session.trace().messages.len(), (1..=50).map(|n| n + 1).sum::<usize>(), "all of it was sent");
    assert_eq!(handed, distinct.iter().map(String::len).sum::<usize>());
    assert_eq!(session.counting().0, handed as u64);
    let answers: u64 = (1..=50).map(|i| with(EncodingName::O200kBase, |e| e.count(&turn(i)))).sum();
    assert_eq!(totals(&mut session).1, answers);
}

#[test]
fn progress_is_told_by_what_is_left_of_each_encoding() {
    let mut session = Session::new();
    read(
        &mut session,
        &records(&[
            ("gpt-4o", "one ".repeat(100), "two ".repeat(100)),
            ("gpt-4", "three ".repeat(50), String::new()),
            ("gpt-4", "one ".repeat(100), String::new()),
        ]),
    );
    assert_eq!((session.counting(), session.uncounted()), ((0, vec![]), 1500), "no vocabulary is there");
    assert!(session.next_shard(100).is_none());
    session.set_vocabulary(EncodingName::Cl100kBase, bundled_asset(EncodingName::Cl100kBase)).unwrap();
    assert_eq!(session.counting(), (0, vec![(EncodingName::Cl100kBase, 700)]));
    assert!(!session.show_counts(), "nothing has been counted");
    while session.work(1) {}
    assert_eq!(session.counting(), (700, vec![(EncodingName::Cl100kBase, 0)]));
    assert_eq!(session.uncounted(), 800);
    let generation = session.generation();
    assert!(session.show_counts());
    assert!(session.generation() > generation);
}

#[test]
fn a_text_over_which_two_workers_are_lost_stays_unknown_and_takes_no_other_with_it() {
    let bad = "bad ".repeat(30);
    let mut session = Session::new();
    open(
        &mut session,
        &records(&[
            ("gpt-4o", "good ".repeat(20), bad.clone()),
            ("gpt-4o", "fine ".repeat(20), "fair".into()),
        ]),
    );
    let (mut lost, mut given_up) = (0, 0);
    while let Some(shard) = session.next_shard(1 << 20) {
        if shard.text.contains("bad") {
            lost += 1;
            given_up += session.lose_shard(shard.number);
        } else {
            session.settle_shard(shard.number, &count(&shard));
        }
    }
    session.show_counts();
    assert_eq!((lost, given_up, session.uncounted()), (2, bad.len() as u64, 0));
    assert_eq!(totals(&mut session).1, 1, "the answer that was given up is not known");
    assert_eq!(
        totals(&mut session).0,
        with(EncodingName::O200kBase, |e| e.count(&"good ".repeat(20)) + e.count(&"fine ".repeat(20)))
    );
}

#[test]
fn counts_of_a_cleared_session_are_not_taken_for_those_of_the_next() {
    let mut session = Session::new();
    open(&mut session, &records(&[("gpt-4o", "one two three".into(), "four".into())]));
    let old = session.next_shard(1 << 20).unwrap();
    session.answer(Command::Clear).unwrap();
    open(&mut session, &records(&[("gpt-4o", "x".into(), "y".into())]));
    let new = session.next_shard(1 << 20).unwrap();
    session.settle_shard(old.number, &count(&old));
    assert!(session.counting().1.iter().any(|(_, left)| *left > 0));
    session.settle_shard(new.number, &count(&new));
    session.show_counts();
    assert_eq!(totals(&mut session), (1, 1));
}

#[test]
fn reported_usage_stands_whether_it_was_read_before_or_after_the_texts_were_counted() {
    let texts = vec![message("user", &"one two three ".repeat(40))];
    let call = [
        ("gen_ai.operation.name", "chat".into()),
        ("gen_ai.request.model", "gpt-4o".into()),
        ("gen_ai.response.id", "resp_1".into()),
        ("gen_ai.input.messages", texts.into()),
    ];
    // The same response again, in a log that has the usage in place of the texts.
    let mut told = call.clone();
    told[3] = ("gen_ai.usage.input_tokens", 3.into());
    let figures = [true, false].map(|counted_before| {
        let mut session = Session::new();
        open(&mut session, &spans(&[(1, &call)]));
        if counted_before {
            finish(&mut session);
            assert!(totals(&mut session).0 > 100);
        }
        // Asked in the middle of the reading, too.
        let second = spans(&[(2, &told)]);
        session.begin_file("b.json", second.len() as u64);
        session.push(&second.as_bytes()[..50]);
        figures(&mut session);
        session.push(&second.as_bytes()[50..]);
        session.end_file();
        finish(&mut session);
        assert_eq!(totals(&mut session).0, 3);
        figures(&mut session)
    });
    assert_eq!(figures[0], figures[1]);
}
