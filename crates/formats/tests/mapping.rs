//! Files of any shape, read as a person says; and formats chosen by hand.

mod common;

use std::{collections::BTreeMap, rc::Rc};

use common::{assert_nothing_lost, fixture};
use formats::{Ask, Choice, Choices, Import, Mapping, Outline, Part, Source, Unit, outline, preview};
use proptest::prelude::*;
use serde_json::json;
use trace::{Call, Status, Trace, TraceBuilder};
use units::{Money, Nanos, Timestamp};

/// Reads bytes as one file of this choice; files of archives too.
fn read(bytes: &[u8], others: Choice) -> TraceBuilder {
    read_all(bytes, Choices { others, ..Choices::default() })
}

fn read_all(bytes: &[u8], choices: Choices) -> TraceBuilder {
    let mut builder = TraceBuilder::new();
    let mut import = Import::begin_as("test", bytes.len() as u64, &Rc::new(choices), &mut builder);
    bytes.chunks(1000).for_each(|chunk| import.push(chunk, &mut builder));
    import.finish(&mut builder);
    assert_nothing_lost(builder.trace());
    builder
}

fn mapping(value: serde_json::Value) -> Mapping {
    serde_json::from_value(value).unwrap()
}

fn calls(trace: &Trace) -> Vec<&Call> {
    trace.calls().map(|(_, call)| call).collect()
}

const NESTED: &str = r#"{"run": {"items": [
    {"q": "Who?", "a": "Me.", "llm": "gpt-4o", "usage": {"in": "10", "out": 3, "cached": 4},
     "t": [1735689600, 1735689602.5], "took": 2500, "first": 0.4, "usd": 0.25, "code": 200},
    {"q": [{"role": "user", "content": "Hi"}], "llm": "gpt-4o", "usage": {"in": 7, "out": 0},
     "t": ["2025-01-01T00:00:01Z", "2025-01-01T00:00:02Z"], "code": 429}
]}}"#;

#[test]
fn parts_are_found_in_a_nested_list() {
    let mapping = mapping(json!({"records": "run.items", "fields": {
        "prompt": {"path": "q"}, "response": {"path": "a"}, "model": {"path": "llm"},
        "prompt_tokens": {"path": "usage.in"}, "completion_tokens": {"path": "usage.out"},
        "cached_tokens": {"path": "usage.cached"}, "start": {"path": "t.0"}, "end": {"path": "t.1"},
        "duration": {"path": "took", "unit": "ms"}, "ttft": {"path": "first"}, "cost": {"path": "usd"},
        "status": {"path": "code"},
    }}));
    let builder = read(NESTED.as_bytes(), Choice::Mapping(mapping));
    let trace = builder.trace();
    let report = &trace.files[0];
    assert_eq!((report.format.as_str(), report.by_hand, report.kept()), ("mapping", true, 2));
    assert_eq!(report.problems, []);
    let [first, second] = calls(trace)[..] else { panic!("{report:?}") };
    assert_eq!(trace.str(first.model), "gpt-4o");
    let usage = &first.usage;
    let figures = [usage.input, usage.output, usage.cache_read].map(|figure| figure.get());
    assert_eq!(figures, [Some(10), Some(3), Some(4)]);
    assert_eq!(first.start, Some(Timestamp(1_735_689_600_000_000_000)));
    assert_eq!((first.duration, first.ttft), (Some(Nanos(2_500_000_000)), Some(Nanos(400_000_000))));
    assert_eq!(first.reported_cost, Some(Money::from_picos(250_000_000_000)));
    // No duration is told: from start to end.
    assert_eq!((second.duration, second.status), (Some(Nanos(1_000_000_000)), Status::RateLimited));
    // Each record has its own place.
    assert_eq!((first.record.line, second.record.line), (2, 4));
    let texts: Vec<&str> = trace.messages(second).iter().map(|message| trace.text(message.text)).collect();
    assert_eq!(texts, ["Hi"]);
}

#[test]
fn the_same_request_reads_the_same_from_every_container() {
    let fields = json!({"fields": {"model": {"path": "m"}, "prompt_tokens": {"path": "tok.in"},
        "duration": {"path": "took", "unit": "us"}}});
    let (row, record) = (r#"gpt-4o,12,1500"#, r#"{"m": "gpt-4o", "tok": {"in": 12}, "took": 1500}"#);
    for text in [
        format!("{record}\n{record}\n"),
        format!("[{record}, {record}]"),
        format!("m,tok.in,took\n{row}\n{row}\n"),
        format!("m;tok.in;took\n{row}\n{row}\n").replace(',', ";"),
    ] {
        let builder = read(text.as_bytes(), Choice::Mapping(mapping(fields.clone())));
        let calls = calls(builder.trace());
        assert_eq!(calls.len(), 2, "{text}");
        for call in calls {
            assert_eq!((call.usage.input.get(), call.duration), (Some(12), Some(Nanos(1_500_000))), "{text}");
        }
    }
}

#[test]
fn values_that_do_not_fit_are_told_with_their_path_and_place() {
    let mapping = mapping(json!({"fields": {
        "prompt_tokens": {"path": "n.in"}, "start": {"path": "t0"}, "end": {"path": "t1"},
        "duration": {"path": "took"}, "model": {"path": "m"},
    }}));
    for (record, message) in [
        (r#"{"m": "x", "n": {"in": -1}}"#, "n.in is negative; it was taken as unknown"),
        (r#"{"m": "x", "n": {"in": 1.5}}"#, "n.in is not a whole number; it was taken as unknown"),
        (r#"{"m": "x", "n": {"in": {}}}"#, "n.in is not a number; it was taken as unknown"),
        (r#"{"m": "x", "t0": "yesterday"}"#, "t0 is not a point in time; it was taken as unknown"),
        (r#"{"m": "x", "took": "long"}"#, "took is not a number; it was taken as unknown"),
        (
            r#"{"m": "x", "t0": 1735689600, "t1": 1735689599}"#,
            "The end lies before the start; the duration was taken as unknown",
        ),
    ] {
        let text = format!("{{\"m\": \"fine\"}}\n{record}\n");
        let builder = read(text.as_bytes(), Choice::Mapping(mapping.clone()));
        let trace = builder.trace();
        let [problem] = &trace.files[0].problems[..] else { panic!("{record}: {:?}", trace.files[0]) };
        assert_eq!((problem.message.as_str(), problem.line), (message, 2));
        // The call stays, without what was wrong.
        assert_eq!((trace.files[0].kept(), calls(trace).len()), (2, 2));
        assert_eq!((calls(trace)[1].usage.input.get(), calls(trace)[1].duration), (None, None));
    }
}

#[test]
fn records_in_which_nothing_of_the_mapping_is_are_dropped_with_a_reason() {
    let model = |records: &str| mapping(json!({"records": records, "fields": {"model": {"path": "m"}}}));
    for (records, text, kept, reason) in [
        ("", "{\"m\": \"a\"}\n{\"x\": 1}\n", 1, "no known field"),
        ("list", "{\"list\": [{\"m\": 1}, {}, 3]}\n", 1, "no known field"),
        ("list", "{\"list\": [{\"m\": 1}]}\n{\"list\": {}}\n", 1, "no list where the records should be"),
    ] {
        let builder = read(text.as_bytes(), Choice::Mapping(model(records)));
        let report = &builder.trace().files[0];
        assert_eq!(report.kept(), kept, "{report:?}");
        assert_eq!(report.dropped.keys().collect::<Vec<_>>(), [reason]);
    }
    // Nothing to map at all.
    let builder = read(b"Dear diary: nothing happened.", Choice::Mapping(model("")));
    assert_eq!(builder.trace().files[0].problems[0].code.key(), "unknown_format");
}

#[test]
fn a_mapping_is_saved_as_small_json_and_refuses_what_it_does_not_know() {
    let saved =
        r#"{"records":"","fields":{"model":{"path":"m","unit":"s"},"ttft":{"path":"a.b","unit":"ms"}}}"#;
    let read: Mapping = serde_json::from_str(saved).unwrap();
    assert_eq!(read.fields.get(Part::Ttft), Some(&Source { path: "a.b".to_owned(), unit: Unit::Ms }));
    assert_eq!(serde_json::to_string(&read).unwrap(), saved);
    for wrong in [
        r#"{"fields": {"modell": {"path": "m"}}}"#,
        r#"{"fields": {"ttft": {"path": "m", "unit": "h"}}}"#,
        r#"{"fields": {"ttft": "m"}}"#,
        r#"{"field": {}}"#,
    ] {
        assert!(serde_json::from_str::<Mapping>(wrong).is_err(), "{wrong}");
    }
}

/// What is proposed: each part with its path, lengths of time with their unit.
fn proposed(outline: &Outline) -> Vec<String> {
    let fields = outline.mapping.fields.iter();
    fields
        .map(|(part, source)| match part.has_unit() {
            true => format!("{}={} {}", part.name(), source.path, source.unit.key()),
            false => format!("{}={}", part.name(), source.path),
        })
        .collect()
}

#[test]
fn a_proposal_follows_names_and_values() {
    for (text, records, parts) in [
        (
            NESTED,
            "run.items",
            &[
                "Model=llm",
                "Prompt=q",
                "Response=a",
                "Prompt tokens=usage.in",
                "Completion tokens=usage.out",
                "Cached tokens=usage.cached",
                "Start=t.0",
                "Duration=took ms",
                "Time to first token=first s",
                "Cost in dollars=usd",
            ][..],
        ),
        (
            "when,llm,question,answer,tokensIn,tokensOut,elapsed_ms,user_id\n\
             2025-01-01 10:00:00,gpt-4o,Who?,Me.,10,2,1200,7\n",
            "",
            &[
                "Model=llm",
                "Prompt=question",
                "Response=answer",
                "Prompt tokens=tokensIn",
                "Completion tokens=tokensOut",
                "Start=when",
                "Duration=elapsed_ms ms",
            ],
        ),
        (
            r#"{"req": {"body": {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}}, "latency": 0.8}"#,
            "",
            &["Model=req.body.model", "Prompt=req.body.messages", "Duration=latency s"],
        ),
        (
            r#"{"x": "A text that is long enough to be what somebody asked of a model", "y": 1735689600}"#,
            "",
            &["Prompt=x", "Start=y"],
        ),
        // The name of a number does not make it a text, nor that of a text a number.
        (r#"{"prompt": 5, "duration": "long", "model": 4}"#, "", &[]),
    ] {
        let outline = outline(text, &Ask::Proposal(Vec::new())).unwrap();
        assert_eq!(outline.mapping.records, records, "{text}");
        assert_eq!(proposed(&outline), parts, "{text}");
    }
    // In another list than the one that is proposed.
    let whole = outline(NESTED, &Ask::Guess(String::new())).unwrap();
    assert_eq!((whole.mapping.records.as_str(), whole.paths[0].0.as_str()), ("", "run.items.0.a"));
    assert_eq!(outline("Dear diary: nothing happened.", &Ask::Proposal(Vec::new())), None);
    assert_eq!(outline("{}", &Ask::Proposal(Vec::new())), None);
}

#[test]
fn what_stands_where_is_listed_with_short_samples() {
    let outline = outline(NESTED, &Ask::Proposal(Vec::new())).unwrap();
    assert_eq!(outline.lists, [("run.items".to_owned(), 2)]);
    let samples: BTreeMap<_, _> = outline.paths.iter().map(|(path, seen)| (&**path, &**seen)).collect();
    assert_eq!(samples["usage.in"], "10 · 7");
    assert_eq!(samples["llm"], "gpt-4o");
    assert_eq!(samples["q"], "Who? · 1 messages");
    assert_eq!(samples["q.0.content"], "Hi");

    let keys = r#"{"headers": {"authorization": "Bearer abc"}, "n": 1}"#;
    let keys = formats::outline(keys, &Ask::Proposal(Vec::new())).unwrap();
    assert_eq!(keys.paths[0], ("headers.authorization".to_owned(), "‹hidden›".to_owned()));

    let wide: BTreeMap<String, String> = (0..500).map(|i| (format!("k{i}"), "é".repeat(500))).collect();
    let wide = formats::outline(&json!(wide).to_string(), &Ask::Proposal(Vec::new())).unwrap();
    assert_eq!(wide.paths.len(), 200);
    assert!(wide.paths.iter().all(|(_, sample)| sample.chars().count() == 61));
}

#[test]
fn a_saved_mapping_is_proposed_for_files_that_have_all_of_it() {
    let with = |paths: &[(&str, &str)]| {
        let fields: BTreeMap<_, _> =
            paths.iter().map(|(part, path)| (*part, json!({"path": path}))).collect();
        mapping(json!({"fields": fields}))
    };
    let saved = vec![
        with(&[("model", "m")]),
        with(&[("model", "m"), ("prompt", "p"), ("error", "none")]),
        with(&[("model", "m"), ("prompt", "p")]),
        with(&[]),
    ];
    let proposal = outline(r#"{"m": "x", "p": "y"}"#, &Ask::Proposal(saved.clone())).unwrap();
    assert_eq!((proposal.saved, &proposal.mapping), (Some(2), &saved[2]));
    assert_eq!(outline(r#"{"model": "x"}"#, &Ask::Proposal(saved.clone())).unwrap().saved, None);
    // One that is asked about is not replaced.
    let asked = outline(r#"{"m": "x", "p": "y"}"#, &Ask::Try(saved[0].clone())).unwrap();
    assert_eq!((asked.saved, &asked.mapping), (None, &saved[0]));
}

#[test]
fn a_preview_reads_the_first_records_also_of_one_that_is_cut() {
    let whole = format!(r#"{{"data": [{}]}}"#, vec![r#"{"m": "x", "n": 2}"#; 100].join(", "));
    let mapping = mapping(json!({"records": "data", "fields": {
        "model": {"path": "m"}, "prompt_tokens": {"path": "n"}}}));
    for head in [&whole[..], &whole[..500]] {
        let mut builder = TraceBuilder::new();
        preview(head, &mapping, &mut builder);
        let inputs: Vec<_> = calls(builder.trace()).iter().map(|call| call.usage.input.get()).collect();
        assert_eq!(inputs, [Some(2); 5]);
    }
}

#[test]
fn a_file_is_read_as_the_format_that_was_chosen() {
    let bytes = fixture("litellm/own-spend-logs.jsonl");
    let auto = read(&bytes, Choice::Auto);
    let report = &auto.trace().files[0];
    assert_eq!((report.format.as_str(), report.by_hand), ("litellm", false));
    let [candidate] = &report.candidates[..] else { panic!("{report:?}") };
    assert_eq!((candidate.key.as_str(), candidate.sure.as_str()), ("records", "likely"));
    assert!(report.seen.contains("completion_tokens"), "{}", report.seen);

    let chosen = read(&bytes, Choice::Format("records".to_owned()));
    let report = &chosen.trace().files[0];
    assert_eq!((report.format.as_str(), report.by_hand), ("records", true));
    assert_eq!(report.candidates[0].key, "litellm");
    assert!(report.kept() > 0);

    // A format that finds nothing in it, and one that does not exist.
    let other = read(&bytes, Choice::Format("har".to_owned()));
    let report = &other.trace().files[0];
    assert_eq!((report.format.as_str(), report.kept(), calls(other.trace()).len()), ("har", 0, 0));
    let none = read(&bytes, Choice::Format("no such format".to_owned()));
    assert_eq!(none.trace().files[0].format, "");
}

#[test]
fn times_without_a_unit_are_read_in_the_one_that_was_chosen() {
    let bytes = fixture("records/milliseconds-without-unit.jsonl");
    let durations = |choice: Choice| {
        let builder = read(&bytes, choice);
        let codes: Vec<_> =
            builder.trace().files[0].problems.iter().map(|problem| problem.code.key()).collect();
        let durations: Vec<_> = calls(builder.trace()).iter().map(|call| call.duration.unwrap()).collect();
        (durations, codes)
    };
    let (seconds, asked) = durations(Choice::Auto);
    assert_eq!(asked, ["unit_unknown"]);
    for (unit, parts) in [(Unit::S, 1), (Unit::Ms, 1_000), (Unit::Us, 1_000_000), (Unit::Ns, 1_000_000_000)] {
        let (chosen, asked) = durations(Choice::Unit(unit));
        let expected: Vec<_> = seconds.iter().map(|length| Nanos((length.0 + parts / 2) / parts)).collect();
        assert_eq!((chosen, asked), (expected, Vec::new()));
    }
}

#[test]
fn one_file_of_several_is_chosen_for() {
    // Two stored entries in an archive, then by its place the second one.
    let entry = |name: &str, data: &str| {
        let mut crc = flate2::Crc::new();
        crc.update(data.as_bytes());
        let mut bytes = b"PK\x03\x04\x0a\0\0\0\0\0\0\0\0\0".to_vec();
        bytes.extend(crc.sum().to_le_bytes());
        bytes.extend((data.len() as u32).to_le_bytes());
        bytes.extend((data.len() as u32).to_le_bytes());
        bytes.extend((name.len() as u16).to_le_bytes());
        bytes.extend([0, 0]);
        bytes.extend(name.as_bytes());
        bytes.extend(data.as_bytes());
        bytes
    };
    let zip = [entry("a", "{\"m\": \"x\"}\n"), entry("b", "{\"m\": \"y\"}\n")].concat();
    let chosen = Choice::Mapping(mapping(json!({"fields": {"model": {"path": "m"}}})));
    let files = BTreeMap::from([(trace::FileId(2), chosen)]);
    let builder = read_all(&zip, Choices { files, ..Choices::default() });
    let formats: Vec<_> = builder.trace().files.iter().map(|file| file.format.as_str()).collect();
    assert_eq!(formats, ["zip", "", "mapping"]);
    assert_eq!(calls(builder.trace()).len(), 1);
}

/// Paths that may or may not lead somewhere.
fn any_mapping() -> impl Strategy<Value = Mapping> {
    let path = prop_oneof![
        Just(String::new()),
        "[abmt]{1,2}",
        "[ab0-2.]{0,6}",
        "(model|usage|usage.in|took|messages.0.content|data.items)",
    ];
    let unit = prop::sample::select(Unit::ALL.to_vec());
    let part = prop::sample::select(Part::ALL.to_vec());
    let source = (path.clone(), unit).prop_map(|(path, unit)| Source { path, unit });
    (path, prop::collection::vec((part, source), 0..8))
        .prop_map(|(records, fields)| Mapping { records, fields: fields.into_iter().collect() })
}

fn any_text() -> impl Strategy<Value = Vec<u8>> {
    let leaf = prop_oneof![
        "(null|true|0|-1|1e308|12|1735689600|\"\"|\"x\"|\"2025-01-01T00:00:00Z\"|\"NaN\")",
        Just("9223372036854775807".to_owned()),
    ];
    let value = leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|list| format!("[{}]", list.join(","))),
            prop::collection::vec(("[abmt0-2.]{1,3}|usage|items|data|role", inner), 0..4).prop_map(
                |fields| {
                    let fields: Vec<_> =
                        fields.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
                    format!("{{{}}}", fields.join(","))
                }
            ),
        ]
    });
    prop_oneof![
        prop::collection::vec(value, 0..4).prop_map(|values| values.join("\n").into_bytes()),
        prop::collection::vec("[abmt,;\"0-9.]{0,12}", 1..5).prop_map(|lines| lines.join("\n").into_bytes()),
        prop::collection::vec(any::<u8>(), 0..60),
    ]
}

proptest! {
    #[test]
    fn no_bytes_and_no_mapping_lead_to_a_panic(bytes in any_text(), mapping in any_mapping()) {
        let builder = read(&bytes, Choice::Mapping(mapping.clone()));
        let report = &builder.trace().files[0];
        prop_assert_eq!(report.kept() + report.merged_total() + report.dropped_total(), report.read);
        let text = String::from_utf8_lossy(&bytes);
        preview(&text, &mapping, &mut TraceBuilder::new());
        let asked = outline(&text, &Ask::Try(mapping.clone()));
        if let Some(proposed) = outline(&text, &Ask::Proposal(vec![mapping])) {
            // A proposal names nothing that is not listed.
            prop_assert!(asked.is_some() && proposed.paths.len() <= 200);
            if proposed.saved.is_none() {
                let listed: Vec<_> = proposed.paths.iter().map(|(path, _)| path).collect();
                prop_assert!(proposed.mapping.fields.iter().all(|(_, source)| listed.contains(&&source.path)));
            }
        }
    }
}
