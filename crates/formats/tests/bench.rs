//! Files of benchmark tools.

mod common;

use common::{Session, assert_nothing_lost, expected};
use serde_json::Value;
use trace::{Call, Component, ProblemCode, Status};
use units::{Nanos, Timestamp};

fn calls(session: &Session) -> Vec<&Call> {
    session.trace().calls().map(|(_, call)| call).collect()
}

fn us(us: i64) -> Nanos {
    Nanos(us * 1_000)
}

fn gaps(session: &Session, call: &Call) -> Vec<Nanos> {
    session.trace().gaps(call).collect()
}

fn dropped(session: &Session) -> Vec<(&str, u64)> {
    session.report().dropped.iter().map(|(reason, count)| (reason.as_str(), *count)).collect()
}

#[track_caller]
fn same(ours: f64, theirs: &Value) {
    assert!((ours - theirs.as_f64().unwrap()).abs() < 1e-5, "{ours} {theirs}");
}

#[track_caller]
fn same_spread(ms: &[f64], theirs: &Value) {
    assert_eq!(ms.len() as u64, theirs["n"]);
    same(ms.iter().copied().fold(f64::MIN, f64::max), &theirs["max"]);
    same(ms.iter().copied().fold(f64::MAX, f64::min), &theirs["min"]);
    same(ms.iter().sum(), &theirs["sum"]);
}

#[test]
fn aiperf_gives_every_gap() {
    let session = Session::open("aiperf/profile_export.jsonl");
    let expected = expected("aiperf", "profile_export.jsonl");
    let calls = calls(&session);
    assert_eq!(calls.len() as u64, expected["records"]);
    assert_eq!(session.report().problems, []);
    let all: Vec<f64> = calls.iter().flat_map(|call| gaps(&session, call)).map(Nanos::as_ms).collect();
    same_spread(&all, &expected["chunk_gaps_ms"]);
    let means: Vec<f64> = calls.iter().map(|call| call.itl_ms().unwrap()).collect();
    same_spread(&means, &expected["mean_itl_ms"]);
    // The gaps lead from the first token to the end, but for the rounding of each.
    for call in calls {
        let end = call.ttft.unwrap() + gaps(&session, call).into_iter().sum();
        assert!((end - call.duration.unwrap()).0.abs() <= 100, "{end:?} {call:?}");
    }
}

#[test]
fn older_aiperf_names_failures_and_warm_up() {
    let session = Session::open("aiperf/older-names.jsonl");
    let calls = calls(&session);
    assert_eq!(dropped(&session), [("a request before the measurement (warm-up)", 1)]);
    let ends: Vec<_> = calls.iter().map(|call| call.status).collect();
    assert_eq!(ends, [Status::Cancelled, Status::Ok, Status::RateLimited, Status::Ok]);
    assert_eq!(session.trace().str(calls[0].error), "RequestCancellationError");
    let whole = calls[1];
    assert_eq!(whole.start, Some(Timestamp(1_759_522_419_000_002_000)));
    assert_eq!((whole.ttft, whole.duration), (Some(Nanos(1_680_543_782)), Some(Nanos(1_860_543_782))));
    assert_eq!(gaps(&session, whole), [Nanos(100_000_001), us(60_000), Nanos(19_999_999)]);
    assert_eq!((whole.usage.output.get(), whole.usage.reasoning.get()), (Some(4), Some(3)));
    assert_eq!((calls[3].duration, calls[3].ttft), (Some(us(250_000)), None), "seconds, and not streamed");
    assert_eq!(calls[2].duration, None);
}

#[test]
fn a_file_of_a_run_opened_twice_counts_once() {
    for (path, n) in [("aiperf/profile_export.jsonl", 10), ("vllm-bench/detailed.json", 4)] {
        let mut session = Session::open(path);
        common::import(&mut session.0, "again", &common::fixture(path));
        assert_eq!(calls(&session).len(), n, "{path}");
        assert_eq!(session.trace().files[1].merged_total(), n as u64, "{path}");
    }
}

#[test]
fn vllm_lists_become_requests() {
    let session = Session::open("vllm-bench/detailed.json");
    let calls = calls(&session);
    assert_eq!((calls.len(), session.report().kept()), (4, 4));
    assert_eq!(session.codes(), ["uncertain"], "a clock that does not count from 1970");
    assert_eq!(session.trace().str(calls[0].model), "Qwen/Qwen2.5-7B-Instruct");
    assert_eq!((calls[0].ttft, calls[0].duration), (Some(us(250_000)), Some(us(340_000))));
    assert_eq!(gaps(&session, calls[0]), [us(20_000), us(30_000), us(40_000)]);
    assert_eq!(gaps(&session, calls[1]), [us(62_500), us(5_000_000)], "longer than four seconds");
    assert_eq!(calls[1].start.unwrap() - calls[0].start.unwrap(), us(500_000));
    assert_eq!(calls[2].duration, calls[2].ttft, "one token has no gap");
    let failed = calls[3];
    assert_eq!((failed.status, failed.ttft, failed.duration), (Status::Failed, None, None));
    assert_eq!(session.trace().str(failed.error), "aiohttp.client_exceptions.ClientConnectorError");
    assert_eq!((failed.usage.input.get(), failed.usage.output.get()), (Some(50), None));
    let answer = session.trace().messages(calls[1])[0];
    assert_eq!((answer.component, session.trace().text(answer.text)), (Component::Output, "Yes it is"));
    // Each request is found in its own place.
    assert!(calls[0].record.offset < calls[1].record.offset && calls[1].record.len < 20);
}

#[test]
fn sglang_runs_stand_line_by_line() {
    let session = Session::open("sglang-bench/two-runs.jsonl");
    let calls = calls(&session);
    let times: Vec<_> = calls.iter().map(|call| (call.ttft.unwrap(), call.duration.unwrap())).collect();
    assert_eq!(times, [(us(100_000), us(150_000)), (us(150_000), us(200_000))]);
    assert_eq!(dropped(&session), [("a summary without requests", 1)]);
    assert!(session.problems(ProblemCode::NoRequests)[0].hint.contains("--output-details"));
}

#[test]
fn lists_that_do_not_fit_are_noted() {
    let run = r#"{"completed": 3, "mean_ttft_ms": 1, "input_lens": [1, 2], "ttfts": [0.5], "itls": [["x", -1, 0.5]],
                  "output_lens": [3, 4]}"#;
    let session = Session::of(run.as_bytes());
    let calls = calls(&session);
    assert_eq!((calls.len(), calls[1].ttft), (2, None));
    assert_eq!(gaps(&session, calls[0]), [us(500_000)]);
    assert_eq!(session.codes(), ["contradiction", "bad_value", "bad_value", "contradiction"]);
}

#[test]
fn genai_perf_takes_times_from_pieces_with_text() {
    let session = Session::open("genai-perf/profile_export.json");
    let calls = calls(&session);
    assert_eq!((calls.len(), session.codes()), (3, vec![]));
    let streamed = calls[0];
    assert_eq!((streamed.ttft, streamed.duration), (Some(us(50_000)), Some(Nanos(120_000_007))));
    assert_eq!(gaps(&session, streamed), [us(30_000), Nanos(40_000_007)]);
    let trace = session.trace();
    let texts: Vec<_> = trace.messages(streamed).iter().map(|m| (m.component, trace.text(m.text))).collect();
    assert_eq!(texts, [(Component::User, "This is test"), (Component::Output, "I like dogs!")]);
    assert_eq!(trace.str(streamed.model), "llama-2-7b");
    assert_eq!(streamed.usage.input.get(), None, "the file has no counts");
    assert_eq!((calls[1].ttft, calls[1].duration), (None, Some(us(80_000))), "not streamed");
    assert_eq!((calls[1].usage.input.get(), calls[1].usage.output.get()), (Some(7), Some(3)));
    assert_eq!((calls[2].status, calls[2].duration), (Status::Failed, None));

    let session = Session::open("genai-perf/triton.json");
    assert_eq!(gaps(&session, self::calls(&session)[0]), [Nanos(2), Nanos(3)]);
    assert_eq!(session.codes(), ["uncertain"]);
}

#[test]
fn llmperf_responses_add_up() {
    let session = Session::open("llmperf/individual-groq_70b.json");
    let expected = expected("llmperf", "individual-groq_70b.json");
    let seconds = |time: fn(&Call) -> Option<Nanos>| -> Vec<f64> {
        calls(&session).iter().map(|call| time(call).unwrap().as_ms() / 1e3).collect()
    };
    same_spread(&seconds(|call| call.ttft), &expected["ttft_s"]);
    same_spread(&seconds(|call| call.duration), &expected["e2e_s"]);
    assert_eq!(session.report().problems, []);

    let session = Session::open("llmperf/individual-with-error.json");
    assert_eq!((calls(&session)[0].status, calls(&session)[0].duration), (Status::RateLimited, None));
}

#[test]
fn guidellm_requests_are_read_where_they_were_kept() {
    let session = Session::open("guidellm/with-requests.json");
    let trace = session.trace();
    let calls = calls(&session);
    let ends: Vec<_> = calls.iter().map(|call| (call.status, trace.str(call.error))).collect();
    let all = [(Status::Ok, ""), (Status::Ok, ""), (Status::Failed, "ReadTimeout"), (Status::Cancelled, "")];
    assert_eq!(ends, all);
    assert_eq!(calls[0].start, Some(Timestamp(1_786_678_163_500_000_000)));
    assert_eq!((calls[0].ttft, calls[0].duration), (Some(us(50_000)), Some(us(250_000))));
    assert_eq!((calls[0].usage.input.get(), calls[0].usage.output.get()), (Some(12), Some(8)));
    assert_eq!((trace.str(calls[0].model), trace.str(calls[0].response)), ("own-model", "chatcmpl-1"));
    let texts: Vec<_> = trace.messages(calls[0]).iter().map(|m| trace.text(m.text)).collect();
    assert_eq!(texts, ["Question 1", "Eight tokens"]);
    assert!(!common::summary(trace).contains("not-a-real-key"));

    let session = Session::open("guidellm/older-report.json");
    let call = self::calls(&session)[0];
    assert_eq!((call.ttft, call.usage.output.get()), (Some(us(50_000)), Some(3)));
    assert_eq!(session.trace().str(call.model), "old-model");
}

#[test]
fn inference_perf_requests_have_the_time_of_each_token() {
    let session = Session::open("inference-perf/per_request_lifecycle_metrics.json");
    let calls = calls(&session);
    assert_eq!((calls[0].ttft, calls[0].duration), (Some(us(250_000)), Some(us(1_000_000))));
    assert_eq!(gaps(&session, calls[0]), [us(250_000), us(125_000), us(375_000)]);
    assert_eq!((calls[1].usage.input.get(), calls[1].ttft), (Some(9), Some(us(500_000))), "newer form");
    assert_eq!((calls[2].status, calls[2].duration), (Status::Failed, None));
    assert_eq!(session.trace().str(calls[2].error), "TimeoutError");
    assert_eq!(session.codes(), ["uncertain"]);
}

#[test]
fn a_summary_says_what_it_holds_and_what_to_open() {
    for (path, records, holds, instead) in [
        ("aiperf/profile_export_aiperf.json", 1, "summary of 64 requests", "profile_export.jsonl"),
        ("aiperf/older-summary.json", 1, "summary of 64 requests", "profile_export.jsonl"),
        ("aiperf/summary.csv", 4, "as a table", "profile_export.jsonl"),
        (
            "vllm-bench/result-long-rate16.json",
            1,
            "1000 requests (mean time to first token 1250125.1 ms",
            "--save-detailed",
        ),
        ("llmperf/summary-groq_70b.json", 1, "150 completed requests", "individual_responses.json"),
        ("guidellm/guidellm_report_v2.json", 2, "2 successful, 0 failed and 0 incomplete", "must not be 0"),
        ("inference-perf/stage_0_lifecycle_metrics.json", 1, "60 successful and 0 failed", "per_request"),
        (
            "llama-bench/llama-bench-raw_runs.jsonl",
            540,
            "Rows: 540 (270 of prompt processing, up to 1083.01 tokens/s; 270 of generation, up to",
            "Measure a server",
        ),
        (
            "llama-bench/llama-bench-raw_runs.jsonl",
            540,
            "runs: 2700, builds: 2, model: llama 7B Q4_K - Medium",
            "",
        ),
        (
            "servegen/m-large-chunk-1-trace.csv",
            2016,
            "request rates in 2016 windows (arrivals: Gamma",
            "ServeGen",
        ),
        ("servegen/m-large-chunk-106-dataset.json", 56, "lengths in 56 windows", "ServeGen"),
    ] {
        let session = Session::open(path);
        assert_eq!((session.report().read, session.report().dropped_total()), (records, records), "{path}");
        assert_eq!(session.trace().records.len(), 0, "{path}");
        let problems = session.problems(ProblemCode::NoRequests);
        assert!(problems[0].message.contains(holds), "{path}: {}", problems[0].message);
        assert!(problems[0].hint.contains(instead), "{path}: {}", problems[0].hint);
        assert_nothing_lost(session.trace());
    }
}

#[test]
fn llama_bench_writes_tables_in_many_ways() {
    let row = r#"{"build_commit": "a", "model_type": "m", "n_prompt": 512, "n_gen": 0, "avg_ns": 5, "avg_ts": 12.5}"#;
    let table =
        "build_commit,model_type,n_prompt,n_gen,avg_ns,avg_ts\n\"a\",\"m\",\"512\",\"0\",\"5\",\"12.5\"\n";
    for text in [row.to_owned(), format!("[\n  {row}\n]\n"), table.to_owned()] {
        let session = Session::of(text.as_bytes());
        let said = &session.problems(ProblemCode::NoRequests)[0].message;
        assert!(said.contains("Rows: 1 (1 of prompt processing, up to 12.50 tokens/s)"), "{said}");
    }
}

#[test]
fn the_lists_of_a_large_run_may_fill_the_head() {
    let lens = vec!["100000"; 50_000].join(",");
    let run = format!(
        r#"{{"completed":1,"total_input_tokens":1,"request_throughput":1,"input_lens":[{lens}],"mean_ttft_ms":1}}"#
    );
    let session = Session::of(run.as_bytes());
    assert_eq!((session.report().format.as_str(), calls(&session).len()), ("vllm-bench", 50_000));
}
