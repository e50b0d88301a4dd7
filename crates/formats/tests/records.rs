//! The product's own records.

mod common;

use common::{Session, assert_nothing_lost};
use trace::{Call, Component, Phase, ProblemCode, Status};
use units::{Figure, Money, Nanos, Timestamp};

fn calls(session: &Session) -> Vec<&Call> {
    session.trace().calls().map(|(_, call)| call).collect()
}

fn ms(ms: i64) -> Nanos {
    Nanos(ms * 1_000_000)
}

fn phases(call: &Call) -> [i64; Phase::COUNT] {
    Phase::ALL.map(|phase| call.profile.unwrap().get(phase).0 / 1_000)
}

#[test]
fn metrics_are_the_same_in_every_container() {
    for file in ["llm_metrics.json", "llm_metrics.jsonl", "llm_metrics.csv"] {
        let session = Session::open(&format!("records/{file}"));
        let calls = calls(&session);
        assert_eq!((session.report().format.as_str(), calls.len()), ("records", 3), "{file}");
        assert_eq!(session.report().problems, [], "{file}");
        let call = calls[0];
        assert_eq!((call.usage.input, call.usage.output), (Figure::reported(1200), Figure::reported(300)));
        assert_eq!((call.duration, call.ttft), (Some(ms(4150)), Some(ms(400))), "{file}");
        assert_eq!((call.tokens_per_second, call.cache_hit), (Some(80.0), Some(false)));
        assert_eq!(call.start, Some(Timestamp(1_772_366_400_000_000_000)));
        assert_eq!(call.reported_cost, Some(Money::from_picos(6_000_000_000)));
        assert_eq!(session.trace().str(call.model), "gpt-4o");
        assert_eq!(call.profile, None);
        assert_eq!((calls[1].cache_hit, calls[1].reported_cost), (Some(true), None), "cost 0 is not a cost");
        assert_eq!(calls[2].model_load, Some(ms(1250)));
    }
}

#[test]
fn profiles_are_the_same_in_every_container() {
    for file in ["latency_profile.json", "latency_profile.jsonl", "latency_profile.csv"] {
        let session = Session::open(&format!("records/{file}"));
        let calls = calls(&session);
        assert_eq!(session.report().problems, [], "{file}");
        let micros = [10_000, 50_000, 20_000, 0, 150_000, 200_000, 10_000, 60_000];
        assert_eq!(phases(calls[0]), micros, "{file}: what is missing is unattributed");
        assert_eq!((calls[0].duration, calls[0].ttft), (Some(ms(500)), Some(ms(150))));
        assert_eq!((calls[0].queue, calls[0].usage.input), (Some(ms(20)), Figure::UNKNOWN));
        assert_eq!(calls[1].duration, Some(ms(1355)), "without a total, the sum of the parts");
        assert_eq!(calls[1].profile.unwrap().bottleneck(), Phase::TokenGeneration);
    }
}

#[test]
fn records_of_one_request_meet() {
    let session = Session::open("records/mixed.jsonl");
    let calls = calls(&session);
    assert_eq!((session.report().read, session.report().merged_total(), calls.len()), (6, 2, 4));
    assert_eq!((calls[0].usage.input.get(), calls[0].duration), (Some(100), Some(ms(350))));
    assert_eq!(calls[0].profile.unwrap().total(), ms(440));
    assert_eq!((calls[1].usage.fresh().get(), calls[1].duration), (Some(72), Some(ms(500))));
    assert_eq!(phases(calls[1])[Phase::Unattributed as usize], 90_000);
    assert_eq!(
        calls[2].status,
        Status::RateLimited,
        "another attempt under the same id is a call of its own"
    );
    let trace = session.trace();
    let texts: Vec<_> = trace.messages(calls[3]).iter().map(|m| (m.component, trace.text(m.text))).collect();
    assert_eq!(texts, [(Component::Retrieved, "Hello?"), (Component::Output, "Hi.")]);
}

#[test]
fn parts_beyond_the_total_are_explained_or_noted() {
    let session = Session::open("records/queue-in-ttft.json");
    let calls = calls(&session);
    assert_eq!(phases(calls[0]), [10_000, 50_000, 20_000, 0, 150_000, 200_000, 10_000, 0]);
    assert_eq!(calls[0].ttft, Some(ms(150)));
    assert_eq!(phases(calls[2])[Phase::Unattributed as usize], 0);
    assert_eq!(session.codes(), ["uncertain", "contradiction"]);
    assert_eq!(session.problems(ProblemCode::Contradiction)[0].count, 1, "rounding is no contradiction");
}

#[test]
fn impossible_figures_are_unknown_and_noted() {
    let session = Session::open("records/impossible.jsonl");
    let calls = calls(&session);
    let report = session.report();
    assert_eq!((report.read, report.kept(), calls.len()), (10, 6, 6), "an empty list holds no record");
    let dropped: Vec<_> = report.dropped.iter().map(|(reason, count)| (reason.as_str(), *count)).collect();
    let reasons = [
        ("cut off at the end of the file", 1),
        ("no known field", 1),
        ("not an object with fields", 1),
        ("not valid JSON", 1),
    ];
    assert_eq!(dropped, reasons[..]);
    assert_eq!(
        (calls[0].usage.output, calls[0].duration, calls[0].ttft, calls[0].cache_hit),
        (Figure::UNKNOWN, None, None, Some(true))
    );
    assert_eq!((calls[1].usage.input, calls[1].usage.output), (Figure::UNKNOWN, Figure::UNKNOWN));
    assert_eq!(calls[1].tokens_per_second, None);
    assert_eq!((calls[2].usage.output.get(), calls[2].duration), (Some(8), Some(ms(2000))));
    assert_eq!((calls[4].duration, calls[4].start, calls[4].cache_hit), (None, None, None));
    let contradictions = session.problems(ProblemCode::Contradiction);
    assert_eq!(contradictions.iter().map(|p| p.line).collect::<Vec<_>>(), [3, 4]);
    assert_eq!(session.problems(ProblemCode::Malformed)[0].line, 9);
    assert_eq!(session.problems(ProblemCode::Truncated)[0].line, 11);
    assert_eq!(session.problems(ProblemCode::NotUtf8)[0].line, 10);
    assert_nothing_lost(session.trace());
}

#[test]
fn times_that_must_be_milliseconds_are_asked_about() {
    let session = Session::open("records/milliseconds-without-unit.jsonl");
    assert_eq!(session.codes(), ["unit_unknown"]);
    assert!(session.report().problems[0].hint.contains("_ms"));
}

#[test]
fn the_seed_examples_are_read() {
    let session = Session::open("records/seed-example.jsonl");
    let trace = session.trace();
    let components: Vec<_> = calls(&session).iter().map(|call| trace.str(call.component)).collect();
    assert_eq!(components, ["system_prompt", "user_query", "few_shot_examples"]);
    let of: Vec<_> = calls(&session).iter().map(|call| trace.messages(call)[0].component).collect();
    assert_eq!(of, [Component::System, Component::User, Component::FewShot]);
    let answer = trace.messages(calls(&session)[1])[1];
    assert_eq!(trace.text(answer.text), "The capital of France is Paris.");

    let session = Session::open("records/seed-latency.json");
    let call = calls(&session)[0];
    assert_eq!(phases(call), [10_000, 50_000, 20_000, 0, 150_000, 200_000, 10_000, 0]);
    assert_eq!((call.duration, call.profile.unwrap().bottleneck()), (Some(ms(440)), Phase::TokenGeneration));
}

#[test]
fn usage_bodies_of_providers_are_not_claimed() {
    for body in [
        r#"{"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12}"#,
        r#"{"prompt_tokens": 5, "completion_tokens": 7, "prompt_tokens_details": {"cached_tokens": 1}}"#,
        r#"{"input_tokens": 5, "output_tokens": 7}"#,
        r#"{"object": "list", "data": [{"id": "m", "object": "model"}]}"#,
        r#"{"id": 1, "span_attributes": {}, "metrics": {"prompt_tokens": 5, "completion_tokens": 7, "start": 1}}"#,
        r#"{"metrics": {"cpu": 1, "duration": 2}}"#,
        r#"{"name": "x", "duration": 5}"#,
        "Wall time,Step,Value\n1,2,3\n",
    ] {
        assert_eq!(Session::of(body.as_bytes()).codes(), ["unknown_format"], "{body}");
    }
}

#[test]
fn words_for_no_error_are_none() {
    for none in [
        r#""None""#,
        r#""null""#,
        r#""NaN""#,
        r#""no""#,
        r#""0""#,
        r#""-""#,
        r#""""#,
        "[]",
        "{}",
        "0",
        "false",
        "null",
    ] {
        let session = Session::of(
            format!(r#"{{"prompt_tokens":1,"wall_time":1,"model":"m","error":{none}}}"#).as_bytes(),
        );
        assert_eq!(calls(&session)[0].status, Status::Ok, "{none}");
    }
    let session = Session::of(
        b"prompt_tokens,wall_time,error\n1,1,None\n1,1,nan\n1,1,0.0\n1,1,-\n1,1,Timeout\n1,1,1\n",
    );
    let failed: Vec<_> = calls(&session).iter().map(|call| call.status == Status::Failed).collect();
    assert_eq!(failed, [false, false, false, false, true, true]);
}

#[test]
fn a_wall_time_stands_for_a_missing_total() {
    let one = |text: &str| {
        let session = Session::of(text.as_bytes());
        (calls(&session)[0].clone(), session.codes())
    };
    // A queue and a first token do not make a profile.
    let (call, codes) = one(
        r#"{"prompt_tokens":5,"completion_tokens":6,"wall_time":1.0,"time_to_first_token":0.3,"queue_time":0.1}"#,
    );
    assert_eq!((call.profile, call.queue, call.ttft), (None, Some(ms(100)), Some(ms(300))));
    assert_eq!((call.itl_ms(), codes), (Some(140.0), vec![]));
    let (call, codes) =
        one(r#"{"wall_time":1.0,"preprocessing":0.1,"time_to_first_token":0.3,"token_generation":0.4}"#);
    assert_eq!(phases(&call), [100_000, 0, 0, 0, 300_000, 400_000, 0, 200_000]);
    assert_eq!((call.duration, codes), (Some(ms(1000)), vec![]));
    let (call, codes) = one(r#"{"wall_time":2.0,"total":1.0,"preprocessing":0.1,"time_to_first_token":0.3}"#);
    assert_eq!((call.duration, call.profile.unwrap().total()), (Some(ms(2000)), ms(2000)));
    assert_eq!(codes, ["contradiction"]);
    // A request may take longer than its call.
    let (call, codes) = one(r#"{"wall_time":0.4,"total":1.0,"preprocessing":0.1,"time_to_first_token":0.3}"#);
    assert_eq!((call.duration, call.profile.unwrap().total(), codes), (Some(ms(1000)), ms(1000), vec![]));
}

#[test]
fn two_fields_for_one_time_must_agree() {
    for (fields, codes) in [
        (r#""wall_time":1.0,"wall_time_ms":1000"#, &[][..]),
        (r#""wall_time":1.234,"latency_ms":1234.4"#, &[]),
        (r#""wall_time":1.0,"wall_time_ms":2000"#, &["contradiction"]),
        (r#""wall_time":1.0,"latency_ms":900"#, &["contradiction"]),
    ] {
        let session =
            Session::of(format!(r#"{{"prompt_tokens":1,"completion_tokens":1,{fields}}}"#).as_bytes());
        assert_eq!(session.codes(), codes, "{fields}");
    }
}

#[test]
fn more_than_the_fields_of_ours_is_no_harm() {
    let plain = r#""prompt_tokens":5,"completion_tokens":6"#;
    for (text, n) in [
        (format!(r#"{{{plain},"wall_time":1,"metadata":{{"a":1}},"tags":["a"]}}"#), 1),
        (format!("{{{plain}}}"), 1),
        ("prompt_tokens,completion_tokens\n5,6\n".to_owned(), 1),
        (format!(r#"{{{plain},"wall_time":1,"data":[{{"a":1}}]}}"#), 1),
        (format!(r#"{{{plain},"wall_time":1,"ttft":0.5,"cache_hit":true,"metrics":{{"a":[1]}}}}"#), 1),
        (r#"{"wall_time":5}"#.to_owned(), 1),
        (format!(r#"{{"metrics":{{{plain},"wall_time":1}}}}"#), 1),
        (
            format!(
                r#"{{"request_id":"a","metrics":{{{plain},"wall_time":1}},"profile":{{"preprocessing":0.1}}}}"#
            ),
            1,
        ),
        (format!(r#"{{{plain},"latency":{{"preprocessing":0.1,"total":1}}}}"#), 1),
        (format!("{{\"version\":1,\"records\":[\n{{{plain},\"wall_time\":1}},\n{{{plain}}}]}}"), 2),
        (format!(r#"{{"data":[{{{plain},"wall_time":1}}]}}"#), 1),
    ] {
        let session = Session::of(text.as_bytes());
        let calls = calls(&session);
        assert_eq!((session.codes(), calls.len()), (vec![], n), "{text}");
        assert_nothing_lost(session.trace());
        for (i, call) in calls.iter().enumerate() {
            assert!(call.usage.output.get() == Some(6) || call.duration == Some(ms(5000)), "{text}");
            let lies = call.record.offset as usize..call.record.offset as usize + call.record.len as usize;
            assert!(n == 1 || text[lies].starts_with('{') && call.record.line as usize == i + 2, "{text}");
        }
    }
}

#[test]
fn a_conversation_is_its_messages() {
    let session = Session::of(
        br#"{"prompt_tokens":9,"completion_tokens":1,"wall_time":1,"response":"R","prompt":[
            {"role":"system","content":"S"},{"role":"user","content":"A"},{"role":"assistant","content":"B"},
            {"role":"tool","content":"T"},{"role":"user","content":"Q"}]}"#,
    );
    let trace = session.trace();
    let texts: Vec<_> =
        trace.messages(calls(&session)[0]).iter().map(|m| (m.component, trace.text(m.text))).collect();
    use Component::*;
    assert_eq!(
        texts,
        [(System, "S"), (History, "A"), (History, "B"), (Retrieved, "T"), (User, "Q"), (Output, "R")]
    );
}

#[test]
fn cached_tokens_of_an_unknown_input_are_unknown() {
    let session =
        Session::of(br#"{"prompt_tokens":NaN,"completion_tokens":6,"cached_tokens":60,"wall_time":1}"#);
    let usage = calls(&session)[0].usage;
    assert_eq!((usage.input, usage.cache_read), (Figure::UNKNOWN, Figure::UNKNOWN));
    assert_eq!(session.problems(ProblemCode::BadValue).len(), 2);
}
