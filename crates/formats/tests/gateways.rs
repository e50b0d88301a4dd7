//! The logs of gateways: one record a call, no spans.

mod common;

use common::{Session, expected};
use serde_json::json;
use trace::{Call, Component, Convention, Operation, Phase, Status};
use units::{Figure, Nanos};

fn calls(session: &Session) -> Vec<&Call> {
    session.trace().calls().map(|(_, call)| call).collect()
}

fn texts<'s>(session: &'s Session, call: &Call) -> Vec<(Component, &'s str)> {
    let trace = session.trace();
    trace.messages(call).iter().map(|message| (message.component, trace.text(message.text))).collect()
}

#[test]
fn a_litellm_payload_has_the_figures_and_no_invented_ttft() {
    let file = "standard_logging_payload.json";
    let (session, figures) = (Session::open(&format!("litellm/{file}")), expected("litellm", file));
    assert_eq!((session.report().format.as_str(), session.codes()), ("litellm", vec![]));
    let calls = calls(&session);
    assert_eq!(json!(calls.len()), figures["requests"]);
    let call = calls[0];
    assert_eq!(json!(call.usage.input.get()), figures["input_total"]);
    assert_eq!(json!(call.usage.output.get()), figures["output"]);
    assert_eq!(json!(call.duration.unwrap().as_ms()), figures["latency_ms"]);
    assert_eq!(call.ttft, None, "the first token is said to come with the end");
    assert_eq!(session.trace().str(call.model), figures["model"].as_str().unwrap());
    assert_eq!(call.reported_cost.unwrap().to_f64(), figures["cost_usd"].as_f64().unwrap());
    assert_eq!(texts(&session, call), [(Component::User, "Hello, world!"), (Component::Output, "hi")]);
}

#[test]
fn litellm_spend_logs_are_read_from_lines_and_tables() {
    for file in ["own-spend-logs.jsonl", "own-spend-logs.csv"] {
        let session = Session::open(&format!("litellm/{file}"));
        let (trace, report) = (session.trace(), session.report());
        assert_eq!((report.format.as_str(), session.codes()), ("litellm", vec![]), "{file}");
        assert_eq!((report.read, report.kept(), report.dropped_total()), (6, 5, 1), "{file}");
        let calls = calls(&session);
        let [stream, cached, hit, refused, embedding] = calls[..] else { panic!("{file}: {}", calls.len()) };

        let usage = &stream.usage;
        let counts = [usage.input, usage.cache_read, usage.output, usage.reasoning].map(|f| f.get());
        assert_eq!(counts, [1000, 768, 100, 40].map(Some), "{file}");
        assert_eq!(stream.ttft, Some(Nanos(400_000_000)));
        let named = [stream.model, stream.provider, stream.session, stream.component];
        assert_eq!(named.map(|id| trace.str(id)), ["gpt-4o-2024-08-06", "openai", "sess-1", "shop"]);
        assert_eq!(texts(&session, stream), [(Component::User, "Hello"), (Component::Output, "Hi")]);

        assert_eq!((cached.usage.fresh().get(), cached.usage.cache_write.get()), (Some(12), Some(1500)));
        assert_eq!(cached.usage.convention, Convention::Inclusive);
        assert_eq!((cached.ttft, trace.messages(cached).len()), (None, 0));
        assert_eq!((hit.cache_hit, hit.reported_cost), (Some(true), None));
        assert_eq!((refused.status, trace.str(refused.error)), (Status::RateLimited, "RateLimitError"));
        assert_eq!(refused.usage.input.get(), None, "a refused call has no tokens that anybody counted");
        assert_eq!(embedding.operation, Operation::Embed);
        assert_eq!(texts(&session, embedding), [(Component::User, "The fox")]);
    }
}

#[test]
fn helicone_requests_are_read_from_lines_and_tables() {
    for file in ["own-requests.jsonl", "own-requests.csv"] {
        let session = Session::open(&format!("helicone/{file}"));
        let trace = session.trace();
        assert_eq!((session.report().format.as_str(), session.codes()), ("helicone", vec![]), "{file}");
        let calls = calls(&session);
        let [stream, hit, refused, cancelled] = calls[..] else { panic!("{file}: {}", calls.len()) };
        let usage = &stream.usage;
        let counts = [usage.input, usage.cache_read, usage.output].map(|f| f.get());
        assert_eq!(counts, [1000, 512, 100].map(Some), "{file}");
        assert_eq!((stream.duration, stream.ttft), (Some(Nanos(2_000_000_000)), Some(Nanos(350_000_000))));
        assert_eq!(stream.reported_cost.unwrap().to_string(), "0.0035");
        let named = [stream.model, stream.session, stream.component, stream.response];
        let expected = ["gpt-4o-2024-08-06", "s-7", "shop", "chatcmpl-own-hc"];
        assert_eq!(named.map(|id| trace.str(id)), expected);
        assert_eq!(texts(&session, stream), [(Component::User, "Hi"), (Component::Output, "Hello")]);
        assert_eq!((hit.cache_hit, hit.ttft, hit.reported_cost), (Some(true), None, None), "{file}");
        assert_eq!((refused.status, refused.usage.input.get()), (Status::RateLimited, None));
        assert_eq!(texts(&session, refused), [(Component::User, "Hi")], "an error is no answer");
        assert_eq!(cancelled.status, Status::Cancelled);
    }
}

#[test]
fn portkey_logs_are_read_without_their_headers() {
    let session = Session::open("portkey/own-logs.jsonl");
    let trace = session.trace();
    assert_eq!(
        (session.report().format.as_str(), session.codes()),
        ("portkey", vec!["redacted", "uncertain"])
    );
    let calls = calls(&session);
    let [chat, bare, refused] = calls[..] else { panic!("{}", calls.len()) };
    assert_eq!((chat.usage.input.get(), chat.usage.cache_read.get()), (Some(80), Some(64)));
    assert_eq!((chat.duration, chat.ttft, chat.reported_cost), (Some(Nanos(640_000_000)), None, None));
    assert_eq!(texts(&session, chat), [(Component::User, "Hi"), (Component::Output, "Hello")]);
    assert_eq!((bare.usage.input.get(), bare.usage.output.get()), (Some(10), Some(4)));
    assert_eq!(trace.messages(bare).len(), 0, "headers are no prompt");
    assert_eq!((refused.status, trace.str(refused.error)), (Status::RateLimited, "429"));
}

#[test]
fn counts_beyond_all_bounds_are_kept_and_not_added() {
    let most = Figure::MAX - 1;
    for record in [
        json!({"call_type": "completion", "startTime": 1, "spend": 0, "status": "failure",
            "prompt_tokens": most, "completion_tokens": most}),
        json!({"ai_org": "openai", "ai_model": "m", "response_time": 1, "response_status_code": 500,
            "req_units": most, "res_units": most}),
        json!({"request_id": "a", "request_created_at": "2025-01-01T00:00:00Z", "response_status": 500,
            "prompt_tokens": most, "completion_tokens": most}),
        json!({"id": "a", "trace_id": "t", "run_type": "llm", "prompt_tokens": most,
            "completion_tokens": most, "end_time": "2025-01-01T00:00:00Z"}),
    ] {
        let session = Session::of(record.to_string().as_bytes());
        let usage = calls(&session)[0].usage;
        assert_eq!((usage.input.get(), usage.output.get()), (Some(most), Some(most)), "{record}");
    }
}

#[test]
fn the_gateways_own_share_of_the_time_is_preprocessing() {
    for (first, overhead, expected) in [
        // Overhead, first token, generation, unattributed, in milliseconds.
        (Some("00.400"), json!(25.5), Some([25.5, 374.5, 600.0, 0.0])),
        (None, json!(25.5), Some([25.5, 0.0, 0.0, 974.5])),
        (Some("00.400"), json!(2000), Some([1000.0, 0.0, 0.0, 0.0])),
        (Some("00.400"), json!(null), None),
    ] {
        let first = format!("2025-01-01T00:00:{}Z", first.unwrap_or("01"));
        let log = json!({"call_type": "acompletion", "startTime": "2025-01-01T00:00:00Z", "response_cost": 1,
            "endTime": "2025-01-01T00:00:01Z", "completionStartTime": first,
            "hidden_params": {"litellm_overhead_time_ms": overhead}});
        let session = Session::of(log.to_string().as_bytes());
        let profile = calls(&session)[0].profile;
        let phases =
            [Phase::Preprocessing, Phase::TimeToFirstToken, Phase::TokenGeneration, Phase::Unattributed];
        assert_eq!(profile.map(|profile| phases.map(|phase| profile.get(phase).as_ms())), expected);
        assert_eq!(profile.map_or(1000.0, |profile| profile.total().as_ms()), 1000.0);
    }
}
