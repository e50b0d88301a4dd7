//! Conversations without usage: every answer is a request that was sent all that stands before it.

mod common;

use common::{Session, assert_nothing_lost, calls, expected, fixture, import, open, said};
use serde_json::{Value, json};
use trace::{Component, TraceBuilder};
use units::{Figure, Timestamp};

#[test]
fn share_gpt_figures_are_right() {
    let session = open("sharegpt/dummy_conversation.json");
    let figures = expected("sharegpt", "dummy_conversation.json");
    let trace = session.trace();
    assert_eq!(json!(session.report().read), figures["turns"]);
    assert_eq!(json!(calls(&session).len()), figures["by_from"]["gpt"]);
    let sessions: std::collections::BTreeSet<_> = calls(&session).iter().map(|call| call.session).collect();
    assert_eq!(json!(sessions.len()), figures["conversations"]);
    // What is new in each call: its last question and its answer.
    let new = calls(&session).into_iter().flat_map(|call| trace.messages(call));
    let new = new.filter(|m| m.component != Component::History).map(|m| trace.text(m.text).chars().count());
    assert_eq!(json!(new.sum::<usize>()), figures["chars"]);
    assert!(calls(&session).iter().all(|call| call.usage.input == Figure::UNKNOWN));
    let second = [
        (Component::History, "Who are you?"),
        (
            Component::History,
            "I am Vicuna, a language model trained by researchers from Large Model Systems Organization (LMSYS).",
        ),
        (Component::User, "Have a nice day!"),
        (Component::Output, "You too!"),
    ];
    assert_eq!(said(&session, calls(&session)[1]), second);
}

#[test]
fn wild_chat_and_lmsys_name_the_model() {
    let session = open("wildchat/conversations.jsonl");
    let told: Vec<_> = calls(&session)
        .iter()
        .map(|call| (session.trace().str(call.model), said(&session, call).len(), call.start.is_some()))
        .collect();
    assert_eq!(told, [("gpt-4-0314", 2, true), ("gpt-4-0314", 4, true), ("vicuna-13b", 2, false)]);
    let mut builder = TraceBuilder::new();
    for name in ["once", "twice"] {
        import(&mut builder, name, &fixture("wildchat/conversations.jsonl"));
    }
    assert_eq!(builder.trace().calls().count(), 3);
}

#[test]
fn a_chat_gpt_export_is_read_along_its_current_branch() {
    let session = open("chatgpt/conversations.json");
    let (report, calls) = (session.report(), calls(&session));
    assert_eq!((report.read, report.kept(), calls.len()), (9, 7, 3));
    assert_eq!(report.dropped["on another branch of the conversation"], 1);
    assert_eq!(report.dropped["message without text"], 1);
    let first = [
        (Component::User, "Which is the longest river?"),
        (Component::Reasoning, "Nile or Amazon?"),
        (Component::Output, "The Nile, by most measures."),
    ];
    assert_eq!(said(&session, calls[0]), first);
    assert_eq!(calls[0].start, Some(Timestamp(1_735_689_600_500_000_000)));
    let last: Vec<_> = said(&session, calls[2]).into_iter().map(|(component, _)| component).collect();
    use Component::{History, Output, Retrieved};
    assert_eq!(last, [History, History, History, History, Retrieved, Output]);
    assert!(calls.iter().all(|call| session.trace().str(call.model) == "o3"));
}

#[test]
fn a_tree_that_is_a_circle_ends() {
    let mut chat: Value =
        serde_json::from_slice::<Value>(&fixture("chatgpt/conversations.json")).unwrap()[0].take();
    chat["mapping"]["root"]["parent"] = json!("a3");
    let session = Session::of(chat.to_string().as_bytes());
    assert_nothing_lost(session.trace());
    assert_eq!(calls(&session).len(), 3);
    // Nobody says where it ends: at a leaf.
    chat["current_node"] = Value::Null;
    assert!(!calls(&Session::of(chat.to_string().as_bytes())).is_empty());
}

#[test]
fn a_conversation_without_end_does_not_fill_the_memory() {
    let turn = r#"{"from":"human","value":"a"},{"from":"gpt","value":"b"}"#;
    let text = format!(r#"{{"id":"x","conversations":[{}]}}"#, vec![turn; 20_000].join(","));
    let session = Session::of(text.as_bytes());
    assert_eq!((session.report().read, calls(&session).len()), (40_000, 20_000));
    assert!(session.trace().messages.len() < 16 << 20);
    let last = calls(&session)[19_999];
    assert!(said(&session, last).is_empty(), "too long to repeat: its tokens stay unknown");
}
