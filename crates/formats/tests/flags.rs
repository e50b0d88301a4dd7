//! What is true or false of a call or a span: each product tells it at a place of its own.

use std::rc::Rc;

use formats::{Choice, Choices, Import};
use serde_json::{Value, json};
use trace::TraceBuilder;

fn flags(record: &Value, others: Choice) -> (String, Vec<(String, bool)>) {
    let bytes = record.to_string().into_bytes();
    let mut builder = TraceBuilder::new();
    let choices = Rc::new(Choices { others, ..Choices::default() });
    let mut import = Import::begin_as("test.json", bytes.len() as u64, &choices, &mut builder);
    import.push(&bytes, &mut builder);
    import.finish(&mut builder);
    let trace = builder.trace();
    let flags = trace.flags.iter().map(|flag| (trace.str(flag.name).to_owned(), flag.value));
    (trace.files[0].format.clone(), flags.collect())
}

#[test]
fn each_product_tells_yes_and_no_at_its_place() {
    let (begin, end) = ("2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z");
    let langsmith = json!({"id": "r", "trace_id": "r", "dotted_order": "20260101T000000000000Zr", "run_type": "chain",
        "name": "agent", "start_time": begin, "end_time": end, "outputs": {"resolved": true, "answer": "true"},
        "extra": {"metadata": {"first_try": false}}});
    let braintrust = json!({"id": "row", "span_id": "s", "root_span_id": "s", "span_attributes": {"name": "agent", "type": "task"},
        "metrics": {"start": 1767225600.0, "end": 1767225601.0}, "metadata": {"cached": false},
        "scores": {"good": true, "close": 0.5}});
    let weave = json!({"id": "c", "trace_id": "t", "project_id": "p/q", "op_name": "weave:///p/q/op/agent:v1",
        "started_at": begin, "ended_at": end, "output": {"correct": false}, "attributes": {"weave": {}, "gold": true},
        "inputs": {}, "summary": {}});
    let mlflow = json!({"info": {"trace_id": "tr-1", "assessments": [
            {"assessment_name": "is_right", "feedback": {"value": true}},
            {"assessment_name": "stars", "feedback": {"value": 4}}]},
        "data": {"spans": [
            {"trace_id": "1", "span_id": "a", "parent_span_id": null, "name": "agent",
                "start_time_unix_nano": 1, "end_time_unix_nano": 2, "attributes": {}},
            {"trace_id": "1", "span_id": "b", "parent_span_id": "a", "name": "tool",
                "start_time_unix_nano": 1, "end_time_unix_nano": 2, "attributes": {"mlflow.ok": "false"}}]}});
    let yes = |name: &str| (name.to_owned(), true);
    let no = |name: &str| (name.to_owned(), false);
    for (format, record, expected) in [
        ("langsmith", langsmith, vec![yes("resolved"), no("first_try")]),
        ("braintrust", braintrust, vec![yes("good"), no("cached")]),
        ("weave", weave, vec![no("correct"), yes("gold")]),
        ("mlflow", mlflow, vec![yes("is_right"), no("mlflow.ok")]),
    ] {
        assert_eq!(flags(&record, Choice::default()), (format.to_owned(), expected));
    }
}

#[test]
fn of_a_mapped_record_each_other_yes_and_no_is_noted() {
    let mapping = json!({"fields": {"model": {"path": "llm"}, "prompt_tokens": {"path": "in"}, "error": {"path": "bad"}}});
    let record =
        json!({"llm": "gpt-4o", "in": 5, "bad": false, "solved": true, "checked": "False", "note": "x"});
    let found = flags(&record, Choice::Mapping(serde_json::from_value(mapping).unwrap()));
    assert_eq!(found.1, [("checked".to_owned(), false), ("solved".to_owned(), true)]);
}
