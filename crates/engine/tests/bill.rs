//! The bill: rows multiply and sum, groups are parts of the whole, and what differs is told.

use std::collections::BTreeMap;

use engine::{
    Session,
    protocol::{Answer, BillAsk, BillSheet, Command, Filter, GroupBy, RepriceAsk, Repriced, StatusFilter},
};
use proptest::prelude::*;
use serde_json::{Value, json};
use units::Money;

fn session(records: &[Value]) -> Session {
    let text: String = records.iter().map(|record| format!("{record}\n")).collect();
    let mut session = Session::new();
    session.begin_file("calls.jsonl", text.len() as u64);
    session.push(text.as_bytes());
    session.end_file();
    session
}

fn bill(session: &mut Session, ask: BillAsk) -> BillSheet {
    match session.answer(Command::Bill(Box::new(ask))).unwrap() {
        Answer::Bill(bill) => *bill,
        other => panic!("{other:?}"),
    }
}

fn usd(text: &str) -> Money {
    text.parse().unwrap()
}

/// A response of OpenAI's, of which the usage decides what it costs.
fn openai(id: &str, usage: &Value) -> Value {
    json!({"id": id, "object": "chat.completion", "created": 1_795_000_000, "model": "gpt-4o", "usage": usage,
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "x"}}]})
}

/// A message of pi's log with the cost that it reports.
fn pi(model: &str, read: u64, write: u64, cost: f64) -> Value {
    json!({"type": "message", "timestamp": "2025-11-20T23:33:54.572Z", "message": {"role": "assistant",
        "content": [], "api": "anthropic-messages", "provider": "anthropic", "model": model,
        "usage": {"input": 1000, "output": 100, "cacheRead": read, "cacheWrite": write,
            "cost": {"input": 0, "output": 0, "cacheRead": 0, "cacheWrite": 0, "total": cost}},
        "stopReason": "stop", "timestamp": 1_763_681_630_793u64}})
}

fn pi_session(messages: &[Value]) -> Session {
    let head = json!({"type": "session", "id": "s", "timestamp": "2025-11-20T23:33:50.805Z", "cwd": "/",
        "provider": "anthropic", "modelId": "claude-sonnet-4-5", "thinkingLevel": "off"});
    session(&[std::slice::from_ref(&head), messages].concat())
}

#[test]
fn a_reported_cost_is_explained_by_what_leads_to_it() {
    // Fresh 1,000 at $3 and 100 of output at $15 are $0.0045; 10,000 read at $0.30 are $0.003, 4,000 written at
    // $3.75 are $0.015.
    for (read, write, reported, reason) in [
        (10_000, 0, 0.0075, None),
        (10_000, 0, 0.0345, Some("Cache reads priced as fresh input")),
        (10_000, 0, 0.0375, Some("Cached tokens counted twice")),
        (10_000, 0, 0.0045, Some("Cache reads left out")),
        (0, 4_000, 0.0165, Some("Cache writes priced as fresh input")),
        (0, 4_000, 0.0045, Some("Cache writes left out")),
        (0, 0, 0.00225, Some("Priced as a batch")),
        (10_000, 4_000, 0.0225001, Some("Not explained")),
        (10_001, 0, 0.0075, Some("Rounded in the file")),
        (0, 0, 123.456, Some("Not explained")),
    ] {
        let bill =
            bill(&mut pi_session(&[pi("claude-sonnet-4-5", read, write, reported)]), BillAsk::default());
        let total = bill.total.unwrap();
        assert_eq!(bill.reported, Money::from_f64(reported));
        let differs: Vec<_> = bill.bridge.iter().filter(|row| row.calls > 0).collect();
        assert_eq!(differs.first().map(|row| row.reason.as_str()), reason, "{reported} {differs:?}");
        assert_eq!(total + bill.bridge.iter().map(|row| row.amount).sum(), bill.reported.unwrap());
        assert_eq!(bill.bridge.last().unwrap().reason, "Not explained", "the rest is always shown");
    }
}

#[test]
fn caches_saved_what_plain_input_would_have_cost_more() {
    let mut session = pi_session(&[pi("claude-sonnet-4-5", 10_000, 4_000, 0.0)]);
    let bill = bill(&mut session, BillAsk::default());
    // 10,000 x ($3 - $0.30) and 4,000 x ($3.75 - $3) per million.
    assert_eq!(bill.cache, (usd("0.027"), usd("0.003")));
}

#[test]
fn each_class_has_its_row() {
    let usage = json!({"prompt_tokens": 100, "completion_tokens": 60, "total_tokens": 160,
        "prompt_tokens_details": {"cached_tokens": 30},
        "completion_tokens_details": {"reasoning_tokens": 10}});
    let bill = bill(&mut session(&[openai("a", &usage)]), BillAsk::default());
    let rows: Vec<_> =
        bill.groups[0].lines.iter().map(|line| (line.label.as_str(), line.tokens, line.amount)).collect();
    assert_eq!(
        rows,
        [
            ("Fresh input", 70, usd("0.000175")),
            ("Cache read", 30, usd("0.0000375")),
            ("Output and reasoning", 60, usd("0.0006"))
        ]
    );
}

/// Records of a made-up application: any of these models, components and tokens.
fn record() -> impl Strategy<Value = Value> {
    (
        prop::sample::select(vec!["gpt-4o", "gpt-4", "claude-sonnet-4-5", "nobody-knows-this"]),
        prop::sample::select(vec!["system_prompt", "retriever", "user_query"]),
        0..400_000u64,
        0..5_000u64,
        0..40i64,
        any::<bool>(),
    )
        .prop_map(|(model, component, input, output, hours, ok)| {
            let at = 1_763_000_000 + hours * 3_600;
            json!({"request_id": format!("{model}{component}{input}{output}{hours}"), "model": model,
                "prompt_tokens": input, "completion_tokens": output, "wall_time": 1.5, "time_to_first_token": 0.5,
                "component": component, "timestamp": at, "status": if ok { "ok" } else { "error" }})
        })
}

/// What is billed at which price, however it is grouped.
fn contents(bill: &BillSheet) -> BTreeMap<(String, String, u64, Money), (u64, Money)> {
    let mut sums: BTreeMap<_, (u64, Money)> = BTreeMap::new();
    for group in &bill.groups {
        assert_eq!(group.amount, group.lines.iter().map(|line| line.amount).sum());
        for line in &group.lines {
            assert_eq!(line.price.times(line.tokens), line.amount, "rows multiply");
            let sum =
                sums.entry((line.model.clone(), line.class.clone(), line.above, line.price)).or_default();
            sum.0 += line.tokens;
            sum.1 += line.amount;
        }
    }
    assert_eq!(bill.total.unwrap_or_default(), sums.values().map(|(_, amount)| *amount).sum());
    sums
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn groups_are_parts_of_the_whole(records in prop::collection::vec(record(), 1..30), top in 1..5u32) {
        let mut session = session(&records);
        let whole = contents(&bill(&mut session, BillAsk::default()));
        for by in GroupBy::ALL {
            for top in [40, top] {
                let ask = BillAsk { by, top, ..BillAsk::default() };
                let bill = bill(&mut session, ask);
                prop_assert!(bill.groups.len() <= top as usize);
                prop_assert_eq!(contents(&bill), whole.clone(), "{:?}", by);
            }
        }
    }

    #[test]
    fn filters_divide_the_total(records in prop::collection::vec(record(), 1..30)) {
        let mut session = session(&records);
        let all = bill(&mut session, BillAsk::default());
        let filter = |status| Filter { status: Some(status), ..Filter::default() };
        let some = |session: &mut Session, status| bill(session, BillAsk { filter: filter(status), ..BillAsk::default() });
        let (ok, failed) = (some(&mut session, StatusFilter::Ok), some(&mut session, StatusFilter::Error));
        prop_assert_eq!(ok.priced + failed.priced, all.priced);
        let sum = ok.total.unwrap_or_default() + failed.total.unwrap_or_default();
        prop_assert_eq!(sum, all.total.unwrap_or_default());
        let left_out = |bill: &BillSheet| bill.unpriced.iter().map(|row| row.requests).sum::<u64>();
        prop_assert_eq!(left_out(&ok) + left_out(&failed), left_out(&all));
        prop_assert!(all.priced + left_out(&all) <= all.requests);
        let over_time: Money = all.over_time.iter().flat_map(|times| times.steps.iter().flatten().copied()).sum();
        prop_assert_eq!(over_time, all.total.unwrap_or_default(), "all calls have a time");
        prop_assert_eq!(all.successes, ok.requests);
    }
}

#[test]
fn the_same_traffic_is_priced_on_other_models() {
    let usage = json!({"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100});
    let mut session = session(&[openai("a", &usage), openai("b", &usage)]);
    let ask = |models: &[&str], service: &str| RepriceAsk {
        filter: Filter::default(),
        models: models.iter().map(|model| (*model).to_owned()).collect(),
        as_of: String::new(),
        service: service.to_owned(),
    };
    let mut reprice = |ask| -> Vec<Repriced> {
        match session.answer(Command::Reprice(Box::new(ask))).unwrap() {
            Answer::Repriced(rows) => rows,
            other => panic!("{other:?}"),
        }
    };
    let rows = reprice(ask(&["gpt-4o-mini", "claude-sonnet-4-5", "gpt-4"], ""));
    let totals: Vec<_> = rows.iter().map(|row| row.total.unwrap()).collect();
    // 2,000 at $2.50 and 200 at $10; then at $0.15 and $0.60, which has the same tokenizer.
    assert_eq!(totals[..2], [usd("0.007"), usd("0.00042")]);
    assert!(rows[1].from == units::Provenance::Reported && rows[1].scaled == 0, "{:?}", rows[1]);
    assert!(rows[2].from == units::Provenance::Estimated && rows[2].scaled == 2, "{:?}", rows[2]);
    assert!(rows[2].input > 2000, "Claude's tokenizer makes more of the same text");
    assert!(rows.iter().all(|row| row.before == Some(totals[0])));
    let batch = reprice(ask(&["gpt-4o"], "batch"));
    assert_eq!(batch[1].total, Some(usd("0.0035")));
    let big = json!({"prompt_tokens": 100_000, "completion_tokens": 100, "total_tokens": 100_100});
    let mut session = self::session(&[openai("a", &big)]);
    let Answer::Repriced(rows) = session.answer(Command::Reprice(Box::new(ask(&["gpt-4"], "")))).unwrap()
    else {
        panic!("no rows")
    };
    assert_eq!((rows[0].overflows, rows[1].overflows), (0, 1), "gpt-4 has 8,192 tokens");
}

#[test]
fn a_price_list_is_told_from_a_trace() {
    let litellm = br#"{ "sample_spec": {"max_tokens": 1, "litellm_provider": "one of"}, "gpt-9": {} }"#;
    let models_dev = br#"{"openai": {"id": "openai", "npm": "@ai-sdk/openai", "models": {"gpt-9": {}}}}"#;
    assert!(engine::is_price_list(litellm) && engine::is_price_list(models_dev));
    let mut session = session(&[]);
    let list = r#"{"house-model":{"input_cost_per_token":0.000001}}"#;
    let Answer::OwnPrices(own) = session.add_prices(list, engine::TYPED).unwrap() else {
        panic!("no prices")
    };
    assert!(engine::is_price_list(own.list.as_bytes()), "{}", own.list);
    let mut seen = 0;
    for folder in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures")).unwrap() {
        let folder = folder.unwrap().path();
        for file in folder.is_dir().then(|| std::fs::read_dir(&folder).unwrap()).into_iter().flatten() {
            let path = file.unwrap().path();
            assert!(!engine::is_price_list(&std::fs::read(&path).unwrap()), "{}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 100, "the fixtures are there");
}

#[test]
fn a_field_may_say_what_is_a_success() {
    let record = |request: &str, resolved: Value, tokens: u64| {
        json!({"request_id": request, "model": "gpt-4o", "prompt_tokens": tokens, "completion_tokens": 0,
            "wall_time": 1.0, "time_to_first_token": 0.5, "resolved": resolved, "stage": "true story"})
    };
    let mut own = session(&[
        record("a", json!(true), 1000),
        record("b", json!(false), 1000),
        record("c", json!("True"), 2000),
        record("d", Value::Null, 2000),
    ]);
    let all = bill(&mut own, BillAsk::default());
    assert_eq!((all.successes, all.fields), (4, vec![("resolved".to_owned(), 2, 1)]));
    let ask = |field: &str| BillAsk { success_field: field.to_owned(), ..BillAsk::default() };
    assert_eq!(bill(&mut own, ask("resolved")).successes, 2);
    assert_eq!(bill(&mut own, ask("solved")).successes, 0);

    // Said of a span: one success, whatever calls lie inside it.
    let span = |id: &str, parent: &str, attributes: Value| {
        json!({"traceId": "t", "spanId": id, "parentSpanId": parent, "name": id, "startTimeUnixNano": "1000",
            "endTimeUnixNano": "2000", "attributes": attributes})
    };
    let yes = json!([{"key": "task.done", "value": {"boolValue": true}}]);
    let call = json!([{"key": "gen_ai.request.model", "value": {"stringValue": "gpt-4o"}},
        {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
        {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "5"}}]);
    let spans = [
        span("root", "", yes.clone()),
        span("one", "root", call.clone()),
        span("two", "root", call),
        span("elsewhere", "", yes),
    ];
    let mut spans = session(&[json!({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]})]);
    let bill = bill(&mut spans, ask("task.done"));
    assert_eq!((bill.requests, bill.successes, bill.fields), (2, 1, vec![("task.done".to_owned(), 1, 0)]));
}

#[test]
fn an_answer_from_one_region_costs_what_the_seller_asks_for_it() {
    let message = |geo: &str, speed: &str| {
        json!({"id": format!("msg_{geo}_{speed}"), "type": "message", "role": "assistant", "model": "claude-opus-5",
            "content": [{"type": "text", "text": "x"}], "stop_reason": "end_turn",
            "usage": {"input_tokens": 1_000_000, "output_tokens": 0, "inference_geo": geo, "speed": speed,
                "service_tier": "standard"}})
    };
    // $5 a million of input, a tenth more in one region, twice as much in fast mode.
    for (geo, speed, dollars) in
        [("global", "standard", "5"), ("us", "standard", "5.5"), ("not_available", "standard", "5")]
    {
        let bill = bill(&mut session(&[message(geo, speed)]), BillAsk::default());
        assert_eq!(bill.total, Some(usd(dollars)), "{geo} {speed}");
        assert_eq!(bill.groups[0].lines[0].notes.len(), usize::from(geo == "us"), "{geo}");
    }
    let fast = bill(&mut session(&[message("global", "fast")]), BillAsk::default());
    assert_eq!(fast.groups[0].lines[0].service, "fast");
    assert_eq!(fast.total, Some(usd("10")));
}

#[test]
fn prices_of_a_file_do_not_outlive_it() {
    let usage = json!({"prompt_tokens": 1_000_000, "completion_tokens": 0, "total_tokens": 1_000_000});
    let of = |model: &str| {
        let mut record = openai("a", &usage);
        record["model"] = json!(model);
        format!("{record}\n")
    };
    let mut session = Session::new();
    let total = |session: &mut Session, model: &str| {
        session.begin_file("calls.jsonl", 0);
        session.push(of(model).as_bytes());
        session.end_file();
        bill(session, BillAsk::default()).total
    };
    assert_eq!(total(&mut session, "gpt-4o"), Some(usd("2.5")));
    session.answer(Command::Clear).unwrap();
    assert_eq!(total(&mut session, "gpt-4o-mini"), Some(usd("0.15")));
    session.forget_files();
    assert_eq!(total(&mut session, "gpt-4o"), Some(usd("2.5")));
}
