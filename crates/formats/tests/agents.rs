//! Logs of coding agents against figures that were computed by other means, and the traps of each.

mod common;

use common::{Session, assert_nothing_lost, calls, expected, fixture, import, open, said, sum};
use serde_json::{Value, json};
use trace::{Call, Component, Convention, ProblemCode, SpanKind, Status, TraceBuilder, Usage};
use units::{Figure, Money, Nanos};

#[test]
fn pi_figures_are_right() {
    let session = open("pi-agent/large-session.jsonl.gz");
    let figures = expected("pi-agent", "large-session.jsonl");
    let (trace, calls) = (session.trace(), calls(&session));
    for (class, key) in [
        ((|u| u.input) as fn(&Usage) -> Figure, "input_total"),
        (|u| u.fresh(), "input_uncached"),
        (|u| u.cache_read, "cache_read"),
        (|u| u.cache_write, "cache_write"),
        (|u| u.output, "output"),
    ] {
        assert_eq!(sum(&session, class), figures[key], "{key}");
    }
    assert_eq!(
        (json!(calls.len()), json!(session.report().read)),
        (figures["requests"].clone(), figures["lines"].clone())
    );
    let results = trace.messages.iter().filter(|m| m.component == Component::Retrieved).count();
    assert!(json!(results).as_u64() >= figures["tool_results"].as_u64(), "each result was said");
    let cost: f64 = calls.iter().filter_map(|call| call.reported_cost).map(|cost| cost.to_f64()).sum();
    assert!((cost - figures["cost_usd"].as_f64().unwrap()).abs() < 1e-9);
    let of = |status: Status| json!(calls.iter().filter(|call| call.status == status).count());
    assert_eq!(of(Status::Cancelled), figures["stop_reasons"]["aborted"]);
    assert_eq!(of(Status::Failed), figures["stop_reasons"]["error"]);
    let finished = calls.iter().filter(|call| call.is_finished()).filter_map(|call| call.duration);
    assert_eq!(json!(finished.sum::<Nanos>().as_ms()), figures["latency_ms_finished"]["sum"]);
}

#[test]
fn a_pi_session_that_was_branched_off_adds_nothing() {
    let mut builder = TraceBuilder::new();
    let bytes = fixture("pi-agent/large-session.jsonl.gz");
    import(&mut builder, "first", &bytes);
    import(&mut builder, "branch", &bytes);
    assert_eq!(builder.trace().calls().count(), 453);
}

#[test]
fn gemini_cli_and_qwen_code_figures_are_right() {
    let session = open("gemini-cli/gemini-cli-session.json");
    let figures = expected("gemini-cli", "gemini-cli-session.json");
    assert_eq!(json!(session.report().read), figures["records"]);
    assert_eq!(json!(calls(&session).len()), figures["requests"]);
    assert_eq!(sum(&session, |u| u.input), figures["tokens"]["input"]);
    assert_eq!(sum(&session, |u| u.output), figures["tokens"]["output"]);
    let texts = said(&session, calls(&session)[0]);
    assert_eq!(texts[0], (Component::User, "Run a command"));
    assert_eq!(texts[1], (Component::Reasoning, "Placeholder thoughts for schema coverage."));
    assert!(texts[2].1.starts_with("run_shell_command({\"command\""), "{texts:?}");

    let session = open("gemini-cli/qwen-code-session.jsonl");
    let figures = expected("gemini-cli", "qwen-code-session.jsonl");
    assert_eq!(json!(session.report().read), figures["records"]);
    assert_eq!(json!(calls(&session).len()), figures["requests"], "each answer is told twice");
    assert_eq!(sum(&session, |u| u.input), figures["usage"]["input_total"]);
    assert_eq!(sum(&session, |u| u.cache_read), figures["usage"]["cache_read"]);
    assert_eq!(sum(&session, |u| u.output), figures["usage"]["output"]);
    let durations: Vec<_> = calls(&session).iter().filter_map(|call| call.duration).collect();
    assert_eq!(durations, [Nanos(47_000_000), Nanos(13_000_000)]);
}

#[test]
fn gemini_cli_writes_a_message_again_when_its_tokens_are_known() {
    let answer = |tokens: Value| {
        json!({"id": "a", "timestamp": "2026-01-01T00:00:02Z", "type": "gemini", "content": "Hello",
            "model": "gemini-3-pro", "tokens": tokens})
    };
    let early = json!({"input": 100, "output": 1, "cached": 0, "thoughts": 0, "tool": 0, "total": 101});
    // Thoughts beside the output, the prompts of the provider's tools beside the input.
    let late = json!({"input": 100, "output": 10, "cached": 60, "thoughts": 5, "tool": 7, "total": 122});
    let user =
        json!({"id": "u", "timestamp": "2026-01-01T00:00:00Z", "type": "user", "content": [{"text": "Hi"}]});
    let lines = [
        json!({"sessionId": "s", "projectHash": "p", "startTime": "2026-01-01T00:00:00Z"}),
        user.clone(),
        answer(early),
        answer(late.clone()),
        json!({"$set": {"lastUpdated": "2026-01-01T00:00:03Z"}}),
        json!({"$set": {"messages": [user, answer(late)]}}),
        json!({"$rewindTo": "u"}),
    ];
    let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
    let session = Session::of(lines.join("\n").as_bytes());
    let (report, calls) = (session.report(), calls(&session));
    assert_eq!((report.format.as_str(), calls.len()), ("gemini-cli", 1));
    assert_eq!((report.read, report.kept(), report.merged_total(), report.dropped_total()), (8, 2, 5, 1));
    let usage = calls[0].usage;
    assert_eq!((usage.input.get(), usage.cache_read.get()), (Some(107), Some(60)));
    assert_eq!((usage.output.get(), usage.reasoning.get()), (Some(15), Some(5)));
    assert_eq!(said(&session, calls[0]), [(Component::User, "Hi"), (Component::Output, "Hello")]);
}

#[test]
fn qwen_code_telemetry_joins_its_answer_on_either_side() {
    let line = |kind: &str, rest: Value| {
        let mut line =
            json!({"sessionId": "s", "uuid": "", "type": kind, "timestamp": "2026-01-01T00:00:00Z"});
        line.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        line.to_string()
    };
    let event = |event: Value| {
        line("system", json!({"subtype": "ui_telemetry", "systemPayload": {"uiEvent": event}}))
    };
    let response = |input: u64| {
        event(json!({"event.name": "qwen-code.api_response", "duration_ms": 40, "model": "m",
            "event.timestamp": "2026-01-01T00:00:01Z", "input_token_count": input, "output_token_count": 5}))
    };
    let answer = |id: &str, input: u64| {
        line(
            "assistant",
            json!({"uuid": id, "model": "m", "message": {"parts": [{"text": "Hi"}]},
            "usageMetadata": {"promptTokenCount": input, "candidatesTokenCount": 5, "thoughtsTokenCount": 2,
                "totalTokenCount": input + 5}}),
        )
    };
    let failed =
        event(json!({"event.name": "qwen-code.api_error", "status_code": 429, "error_type": "quota"}));
    let lines =
        [response(10), answer("a", 10), answer("b", 20), response(20), response(7), failed, answer("c", 30)];
    let session = Session::of(lines.join("\n").as_bytes());
    assert_nothing_lost(session.trace());
    let calls = calls(&session);
    let told = |call: &&Call| (call.usage.input.get(), call.duration.is_some(), call.status);
    let mut told: Vec<_> = calls.iter().map(told).collect();
    told.sort();
    assert_eq!(
        told,
        [
            (None, false, Status::RateLimited),
            (Some(7), true, Status::Ok),
            (Some(10), true, Status::Ok),
            (Some(20), true, Status::Ok),
            (Some(30), false, Status::Ok),
        ]
    );
    assert_eq!(calls[0].usage.output.get(), Some(5), "the total says that thoughts are inside");
}

#[test]
fn a_vs_code_chat_export_has_times_and_no_tokens() {
    let session = open("copilot-chat/vscode-copilot-chat-export.json.gz");
    let figures = expected("copilot-chat", "vscode-copilot-chat-export.json");
    let (trace, calls) = (session.trace(), calls(&session));
    assert_eq!((json!(calls.len()), json!(session.report().read)), (figures["requests"].clone(), json!(3)));
    let turns =
        trace.spans.iter().filter(|span| span.kind == SpanKind::Agent).filter_map(|span| span.duration);
    assert_eq!(json!(turns.sum::<Nanos>().as_ms()), json!(figures["total_elapsed_ms"]["sum"].as_f64()));
    let first: Nanos = calls.iter().filter_map(|call| call.ttft).sum();
    assert_eq!(json!(first.as_ms()), json!(figures["first_progress_ms"]["sum"].as_f64()));
    let models = figures["models"].as_object().unwrap();
    for call in calls {
        assert!(models.contains_key(trace.str(call.model)));
        // Several rounds with tools between them: the turn's time is not the model's.
        assert_eq!((call.duration, call.usage.input), (None, Figure::UNKNOWN));
        assert_eq!(
            trace.span(call.span.unwrap()).parent.map(|id| trace.span(id).kind),
            Some(SpanKind::Agent)
        );
    }
    assert_eq!(session.problems(ProblemCode::Uncertain)[0].count, 3);
}

#[test]
fn a_vs_code_replay_has_each_request() {
    let session = open("copilot-chat/replay.json");
    let calls = calls(&session);
    let told: Vec<_> = calls
        .iter()
        .map(|call| {
            (call.usage.input.get(), call.usage.cache_read.get(), call.ttft.map(|t| t.as_ms()), call.status)
        })
        .collect();
    assert_eq!(
        told,
        [
            (Some(5200), Some(4096), Some(410.0), Status::Ok),
            (None, None, None, Status::RateLimited),
            (Some(5300), Some(5120), Some(300.0), Status::Ok),
        ]
    );
    let last = said(&session, calls[2]);
    assert_eq!(last[0], (Component::System, "You are a programming assistant."));
    assert_eq!(last[1], (Component::User, "Which port does the server use?"));
    assert_eq!(
        last[last.len() - 2..],
        [(Component::Retrieved, "port = 8080"), (Component::Output, "It uses 8080.")]
    );
    assert_eq!(session.report().dropped["not a request to a model: toolCall"], 1);
}

#[test]
fn the_log_of_a_vs_code_chat_is_played_to_its_end() {
    let session = open("copilot-chat/log.jsonl");
    let (report, calls) = (session.report(), calls(&session));
    assert_eq!((report.read, report.kept(), report.merged_total()), (13, 2, 10));
    assert_eq!(report.dropped["change of what is not there"], 1);
    assert_eq!((calls[0].usage.input.get(), calls[0].usage.output.get()), (Some(5200), Some(40)));
    let ms = |ms: i64| Some(Nanos(ms * 1_000_000));
    assert_eq!((calls[0].duration, calls[0].ttft), (ms(1900), ms(400)), "one round: the time is the model's");
    assert_eq!(said(&session, calls[0]), [(Component::User, "Question 1"), (Component::Output, "Answer 1")]);
    assert_eq!((calls.len(), calls[1].status, calls[1].usage.input), (2, Status::Cancelled, Figure::UNKNOWN));
}

#[test]
fn the_otel_file_of_copilot_cli_is_several_printed_values() {
    let session = Session::open("otlp-own/copilot-cli.jsonl");
    let report = session.report();
    assert_eq!((report.format.as_str(), report.read, report.kept()), ("otlp", 4, 4));
    assert_eq!((sum(&session, |u| u.input), sum(&session, |u| u.output)), (json!(18_300), json!(160)));
    // Its cost counts premium requests, not dollars.
    assert!(calls(&session).iter().all(|call| call.reported_cost.is_none()));
}

#[test]
fn cline_figures_are_right() {
    let session = open("cline/session.messages.json");
    let figures = expected("cline", "session.messages.json");
    let (sums, calls) = (&figures["sums"], calls(&session));
    assert_eq!(json!(session.report().read), figures["messages"]);
    assert_eq!(json!(calls.len()), figures["with_metrics"]);
    assert_eq!(sum(&session, |u| u.input), sums["inputTokens"], "cached tokens are inside");
    assert_eq!(sum(&session, |u| u.cache_read), sums["cacheReadTokens"]);
    assert_eq!(sum(&session, |u| u.output), sums["outputTokens"]);
    let cost: f64 = calls.iter().filter_map(|call| call.reported_cost).map(Money::to_f64).sum();
    assert!((cost - sums["cost"].as_f64().unwrap()).abs() < 1e-9);
    assert_eq!(said(&session, calls[0])[0].0, Component::System);
}

#[test]
fn the_cline_extension_shows_requests_as_json_in_a_string() {
    let session = open("cline/ui_messages.json");
    let calls = calls(&session);
    let told: Vec<_> = calls
        .iter()
        .map(|call| (call.usage.input.get(), call.usage.fresh().get(), call.retries, call.status))
        .collect();
    assert_eq!(
        told,
        [
            (Some(5214), Some(14), 0, Status::Ok),
            (Some(5509), Some(9), 1, Status::Ok),
            (None, None, 0, Status::Cancelled),
        ]
    );
    let first = said(&session, calls[0]);
    assert_eq!(first[0], (Component::User, "<task>Rename the function</task>"));
    assert_eq!(first[1], (Component::Reasoning, "The function is in lib.rs."));
    // Roo Code names the protocol and counts all input.
    let text = r#"{\"apiProtocol\":\"anthropic\",\"tokensIn\":5214,\"tokensOut\":210,\"cacheWrites\":5200}"#;
    let line = format!(r#"[{{"ts":1770000001000,"type":"say","say":"api_req_started","text":"{text}"}}]"#);
    let session = Session::of(line.as_bytes());
    let usage = session.trace().records[0].usage;
    assert_eq!((usage.input.get(), usage.convention), (Some(5214), Convention::Inclusive));
}

#[test]
fn aider_figures_are_right() {
    let session = open("aider/sample-analytics.jsonl");
    let figures = expected("aider", "sample-analytics.jsonl");
    assert_eq!(json!(session.report().read), figures["events"]);
    assert_eq!(json!(calls(&session).len()), figures["message_send"]);
    let begun =
        (&session.report().merged, &session.report().dropped["request that was begun and not answered"]);
    assert_eq!((begun.0["begin of a request"], *begun.1), (103, 53), "by a script of a few lines");
    assert_eq!(sum(&session, |u| u.input), figures["input_total"]);
    assert_eq!(sum(&session, |u| u.output), figures["output"]);
    let cost: Money = calls(&session).iter().filter_map(|call| call.reported_cost).sum();
    assert!((cost.to_f64() - figures["cost_usd"].as_f64().unwrap()).abs() < 1e-9);
}

#[test]
fn open_code_reads_an_export_and_its_storage() {
    let mut builder = TraceBuilder::new();
    import(&mut builder, "export", &fixture("opencode/export.json"));
    import(&mut builder, "message", &fixture("opencode/msg_3.json"));
    let session = Session(builder);
    assert_nothing_lost(session.trace());
    let calls = calls(&session);
    let told: Vec<_> = calls
        .iter()
        .map(|call| {
            (call.usage.input.get(), call.usage.output.get(), call.duration.map(|d| d.as_ms()), call.status)
        })
        .collect();
    assert_eq!(
        told,
        [
            // Running the tool is part of the message's time.
            (Some(3560), Some(80), None, Status::Ok),
            // The total says that reasoning is beside the output.
            (Some(3568), Some(40), Some(2500.0), Status::Ok),
            (Some(0), Some(0), None, Status::Cancelled),
        ]
    );
    assert_eq!(session.trace().files[1].merged_total(), 1, "the message is in the export");
    assert!(calls.iter().all(|call| call.reported_cost.is_none()), "0 is not computed");
    let second = [
        (Component::Retrieved, "port = 8080"),
        (Component::Reasoning, "8080 it is."),
        (Component::Output, "8080."),
    ];
    assert_eq!(said(&session, calls[1]), second);
}
