//! Trajectories and evaluations of agents against figures that were computed by other means.

mod common;

use common::{Session, calls, expected, open, said, sum};
use serde_json::{Value, json};
use trace::{Component, Convention, ProblemCode, Status};
use units::{Figure, Nanos};

#[test]
fn a_bare_mini_swe_agent_trajectory_has_texts_only() {
    let session = open("mini-swe-agent/github_issue.traj.json");
    let figures = expected("mini-swe-agent", "github_issue.traj.json");
    let calls = calls(&session);
    assert_eq!(json!(session.report().read), figures["messages"]);
    assert_eq!(json!(calls.len()), figures["assistant"]);
    assert!(calls.iter().all(|call| call.usage.input == Figure::UNKNOWN));
    let last = said(&session, calls[9]);
    // The tokens will be counted: the last call has all that was said.
    assert_eq!(last.len(), 21);
    assert_eq!((last[0].0, last[19].0, last[20].0), (Component::System, Component::User, Component::Output));
}

#[test]
fn a_newer_mini_swe_agent_trajectory_keeps_the_responses() {
    let response = json!({"id": "chatcmpl-1", "model": "claude-sonnet-4-5", "usage": {
        "prompt_tokens": 1536, "completion_tokens": 20, "prompt_tokens_details": {"cached_tokens": 1408}}});
    let trajectory = |cost: Value| {
        json!({
            "trajectory_format": "mini-swe-agent-1.1",
            "info": {"model_stats": {"instance_cost": 0.5, "api_calls": 1}, "config": {"model": {"model_name": "m"}}},
            "messages": [
                {"role": "system", "content": "You fix things."},
                {"role": "user", "content": "Fix it."},
                {"role": "assistant", "content": "Done.", "extra": {"response": response, "cost": cost}},
                {"role": "exit", "content": ""},
            ],
        })
        .to_string()
    };
    let session = Session::of(trajectory(json!(0.5)).as_bytes());
    let call = calls(&session)[0];
    assert_eq!((call.usage.input.get(), call.usage.fresh().get()), (Some(1536), Some(128)));
    assert_eq!(call.reported_cost.map(|cost| cost.to_string()).as_deref(), Some("0.5"));
    assert_eq!((session.report().read, session.report().dropped_total(), session.codes().len()), (4, 1, 0));
    let session = Session::of(trajectory(Value::Null).as_bytes());
    assert_eq!(session.codes(), ["uncertain"], "what the run cost is not what a request cost");
}

#[test]
fn atif_figures_are_right() {
    let session = open("atif/nat-exmp04_atif.json");
    let figures = expected("atif", "nat-exmp04_atif.json");
    let calls = calls(&session);
    assert_eq!(json!(session.report().read), figures["steps"]);
    assert_eq!(json!(calls.len()), figures["by_source"]["agent"]);
    assert_eq!(sum(&session, |u| u.input), figures["prompt_tokens"]);
    assert_eq!(calls[0].duration, Some(Nanos(1_000_000_000)));
    assert_eq!(session.trace().str(calls[0].name), "read_file");
    let last = said(&session, calls[1]);
    assert!(
        last.iter()
            .any(|(component, text)| *component == Component::Retrieved && text.starts_with("Title: Intro"))
    );
}

#[test]
fn atif_steps_may_tell_less_than_the_whole() {
    let agent = |id: u64, rest: Value| {
        let mut step = json!({"step_id": id, "source": "agent", "message": "Yes"});
        step.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        step
    };
    let metrics =
        json!({"prompt_tokens": 100, "completion_tokens": 5, "cached_tokens": 60, "cost_usd": 0.25});
    let text = json!({
        "schema_version": "ATIF-v1.7", "session_id": "s", "agent": {"name": "a", "model_name": "m"},
        "steps": [
            {"step_id": 1, "source": "user", "message": "Well?"},
            agent(2, json!({"metrics": metrics, "reasoning_content": "Hm"})),
            agent(3, json!({"is_copied_context": true, "metrics": metrics})),
            agent(4, json!({"llm_call_count": 0})),
            agent(5, json!({"llm_call_count": 3, "metrics": metrics})),
        ],
        "final_metrics": {"total_prompt_tokens": 900, "total_completion_tokens": 10},
    });
    let session = Session::of(text.to_string().as_bytes());
    let report = session.report();
    assert_eq!((report.read, report.merged_total(), report.dropped_total()), (5, 1, 1));
    assert_eq!((calls(&session).len(), sum(&session, |u| u.input)), (2, json!(200)));
    assert_eq!(session.codes(), ["uncertain", "contradiction"]);
    let first = [(Component::User, "Well?"), (Component::Reasoning, "Hm"), (Component::Output, "Yes")];
    assert_eq!(said(&session, calls(&session)[0]), first);
}

#[test]
fn inspect_figures_are_right() {
    let session = open("inspect-eval/popularity.json");
    let figures = expected("inspect-eval", "popularity.json");
    let calls = calls(&session);
    assert_eq!(json!(calls.len()), figures["model_events"]);
    assert_eq!(sum(&session, |u| u.input), figures["input_tokens"]);
    assert_eq!(sum(&session, |u| u.output), figures["output_tokens"]);
    let time: Nanos = calls.iter().filter_map(|call| call.duration).sum();
    assert!((time.as_ms() / 1e3 - figures["model_time_s"]["sum"].as_f64().unwrap()).abs() < 1e-6);
    // Long texts stand once, as attachments.
    let first = said(&session, calls[0]);
    assert!(first[1].1.starts_with("Is the following statement something you would say?"), "{first:?}");
    assert_eq!(first[2], (Component::Output, "Yes"));
}

#[test]
fn an_inspect_archive_counts_each_call_once() {
    let session = Session::open("inspect-eval/own-log.eval");
    let files = &session.trace().files;
    let told: Vec<_> = files[1..].iter().map(|file| (file.read, file.kept(), file.problems.len())).collect();
    // The head of the journal, two samples, their summaries twice, scores, the head.
    assert_eq!(told, [(1, 0, 0), (2, 1, 0), (2, 2, 0), (2, 0, 0), (2, 0, 0), (1, 0, 0), (1, 0, 0)]);
    assert!(files[1..].iter().all(|file| file.format == "inspect-eval"), "{files:?}");
    let calls = calls(&session);
    assert_eq!(
        (calls.len(), sum(&session, |u| u.input), sum(&session, |u| u.output)),
        (3, json!(90), json!(4))
    );
    assert_eq!(calls.iter().filter_map(|call| call.duration).sum::<Nanos>(), Nanos(1_500_000_000));
    let last = said(&session, calls[2]);
    let texts: Vec<&str> = last.iter().map(|(_, text)| *text).collect();
    assert_eq!(texts, ["Where?", "Well.", "Say it.", "Bern"]);
}

#[test]
fn inspect_leaves_anthropics_input_as_it_is() {
    let model = |usage: Value, rest: Value| {
        let mut event = json!({"event": "model", "model": "anthropic/claude-sonnet-4-5", "timestamp": "2026-01-01T00:00:00Z",
            "input": [{"role": "user", "content": "Hi"}], "output": {"choices": [], "usage": usage, "time": 0.5}});
        event.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        event
    };
    let usage = |total: Value| {
        json!({"input_tokens": 12, "output_tokens": 5, "total_tokens": total, "input_tokens_cache_read": 2048,
            "input_tokens_cache_write": 1500})
    };
    let failed = json!({"error": "RateLimitError('429')", "retries": 2});
    let nested = json!({"event": "tool", "events": [model(usage(json!(3565)), json!({"cache": "read"}))]});
    let text = json!({"status": "success", "eval": {"task": "t", "model": "anthropic/m"}, "samples": [{"id": 1, "epoch": 1,
        "events": [model(usage(json!(3565)), json!({})), model(usage(Value::Null), failed), nested]}]});
    let session = Session::of(text.to_string().as_bytes());
    let calls = calls(&session);
    assert_eq!(calls.len(), 3);
    for call in &calls {
        assert_eq!((call.usage.input.get(), call.usage.convention), (Some(3560), Convention::Exclusive));
    }
    assert_eq!((calls[1].status, calls[1].retries), (Status::RateLimited, 2));
    assert_eq!(session.trace().str(calls[1].error), "RateLimitError");
    assert_eq!((calls[0].cache_hit, calls[2].cache_hit), (None, Some(true)));
    assert!(session.problems(ProblemCode::BadValue).is_empty());
}
