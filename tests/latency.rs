//! Where the time goes, in the terminal, on real files: figures computed here from the raw files by other means.

use std::{collections::BTreeMap, fs, process::Command};

use serde_json::Value;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/");

fn run(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_tokenflame")).args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn latency(file: &str, options: &[&str]) -> Value {
    let path = format!("{FIXTURES}{file}");
    let (code, out, errors) = run(&[&["latency", &path, "--json"], options].concat());
    assert_eq!((code, errors.as_str()), (0, ""), "{file}");
    serde_json::from_str(&out).unwrap()
}

fn read(file: &str) -> String {
    fs::read_to_string(format!("{FIXTURES}{file}")).unwrap()
}

fn lines(file: &str) -> Vec<Value> {
    read(file).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[track_caller]
fn close(ours: &Value, theirs: f64) {
    let ours = ours.as_f64().unwrap_or_else(|| panic!("{ours} is no number"));
    assert!((ours - theirs).abs() <= 1e-9 * theirs.abs().max(1.0), "{ours} {theirs}");
}

/// numpy's default, and Excel's PERCENTILE.INC.
fn type_7(values: &[f64], q: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = q * (sorted.len() as f64 - 1.0);
    let below = rank.floor() as usize;
    match sorted.get(below + 1) {
        Some(above) => sorted[below] * (1.0 - rank.fract()) + above * rank.fract(),
        None => sorted[below],
    }
}

#[track_caller]
fn percentiles(ours: &Value, values: &[f64]) {
    assert_eq!(ours["n"], values.len());
    for (name, q) in [("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99), ("p99.9", 0.999)] {
        close(&ours[name], type_7(values, q));
    }
}

/// The phases sum to the whole, and so does the critical path to the wall time.
#[track_caller]
fn adds_up(latency: &Value) -> i64 {
    let phases = latency["phases_ms"].as_object().unwrap();
    // What the file does not tell of is null, and no part of the sum.
    let told = phases.values().filter(|phase| !phase.is_null());
    let sum: i64 = told.map(|phase| phase["sum_ns"].as_i64().unwrap()).sum();
    assert_eq!(sum, latency["total_ns"]);
    let spans = latency["spans"].as_array().unwrap().iter();
    let critical: i64 = spans.map(|span| span["critical_path_ns"].as_i64().unwrap()).sum();
    assert_eq!(
        (critical, critical),
        (latency["critical_path_ns"].as_i64().unwrap(), latency["wall_ns"].as_i64().unwrap())
    );
    sum
}

/// What AIPerf wrote of each request: when it began (ns), when by its latency it had its last response, and its
/// metrics.
fn aiperf() -> Vec<(i64, i64, BTreeMap<String, Value>)> {
    let request = |line: Value| {
        let start = line["metadata"]["request_start_ns"].as_i64().unwrap();
        let metrics = line["metrics"].as_object().unwrap().iter();
        let metrics: BTreeMap<String, Value> =
            metrics.map(|(key, metric)| (key.clone(), metric["value"].clone())).collect();
        let latency = metrics["request_latency"].as_f64().unwrap();
        (start, start + (latency * 1e6).round() as i64, metrics)
    };
    lines("aiperf/profile_export.jsonl").into_iter().map(request).collect()
}

#[test]
fn percentiles_of_a_benchmark_are_those_of_its_own_figures() {
    let latency = latency("aiperf/profile_export.jsonl", &[]);
    let requests = aiperf();
    let of = |key: &str| -> Vec<f64> {
        requests.iter().map(|(.., metrics)| metrics[key].as_f64().unwrap()).collect()
    };
    for (measure, key) in [
        ("e2e_ms", "request_latency"),
        ("call_ms", "request_latency"),
        ("ttft_ms", "time_to_first_token"),
        ("itl_ms", "inter_token_latency"),
        ("second_chunk_ms", "time_to_second_token"),
        ("user_tokens_per_second", "output_token_throughput_per_user"),
    ] {
        percentiles(&latency["measures"][measure], &of(key));
    }
    let gaps: Vec<f64> = requests
        .iter()
        .flat_map(|(.., metrics)| metrics["inter_chunk_latency"].as_array().unwrap())
        .map(|gap| gap.as_f64().unwrap())
        .collect();
    percentiles(&latency["measures"]["chunk_gap_ms"], &gaps);
    percentiles(&latency["phases_ms"]["time_to_first_token"], &of("time_to_first_token"));
    let whole = of("request_latency").iter().map(|ms| (ms * 1e6).round() as i64).sum::<i64>();
    assert_eq!(adds_up(&latency), whole);
    let first = requests.iter().map(|request| request.0).min().unwrap();
    let last = requests.iter().map(|request| request.1).max().unwrap();
    let tokens: f64 = of("output_sequence_length").iter().sum();
    close(&latency["output_tokens_per_second"], tokens / ((last - first) as f64 / 1e9));
}

#[test]
fn goodput_is_that_of_the_tools_own_code() {
    // aiperf 0.13.0: a request is good if it keeps every promise; goodput is good requests by the benchmark's duration.
    let requests = aiperf();
    let duration = (requests.iter().map(|r| r.1).max().unwrap() - requests.iter().map(|r| r.0).min().unwrap())
        as f64
        / 1e9;
    for (ttft, itl, e2e) in
        [(32.0, 18.2, 3700.0), (30.0, 18.0, 3600.0), (1.0, 1.0, 1.0), (500.0, 50.0, 10_000.0)]
    {
        let slo = format!("ttft={ttft}ms,itl={itl}ms,e2e={e2e}ms");
        let latency = latency("aiperf/profile_export.jsonl", &["--slo", &slo]);
        let keeps = |metrics: &BTreeMap<String, Value>| {
            [("time_to_first_token", ttft), ("inter_token_latency", itl), ("request_latency", e2e)]
                .iter()
                .all(|(key, limit)| metrics[*key].as_f64().unwrap() <= *limit)
        };
        let good: Vec<_> = requests.iter().filter(|request| keeps(&request.2)).collect();
        let tokens: f64 =
            good.iter().map(|request| request.2["output_sequence_length"].as_f64().unwrap()).sum();
        let goodput = &latency["goodput"];
        assert_eq!((&goodput["good"], &goodput["requests"]), (&good.len().into(), &requests.len().into()));
        close(&goodput["requests_per_second"], good.len() as f64 / duration);
        close(&goodput["output_tokens_per_second"], tokens / duration);
        let broken: u64 =
            goodput["broken_by_phase"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
        assert_eq!(broken, (requests.len() - good.len()) as u64);
    }
    // What inference-perf 0.7.0's own function says of this file; it leaves the failed request out altogether, and
    // calls the inter-token latency TPOT.
    for (slo, good, requests, tokens) in [
        ("ttft=300ms,itl=300ms", 1, 0.6666666666666666, 7.333333333333333),
        ("itl=300ms", 1, 0.6666666666666666, 7.333333333333333),
        ("ttft=500ms,itl=500ms,e2e=1s", 2, 1.3333333333333333, 14.666666666666666),
        ("e2e=999ms", 0, 0.0, 0.0),
    ] {
        let goodput =
            &latency("inference-perf/per_request_lifecycle_metrics.json", &["--slo", slo])["goodput"];
        let counts = ["requests", "failed", "good"].map(|key| goodput[key].as_u64());
        assert_eq!(counts, [Some(3), Some(1), Some(good)]);
        close(&goodput["requests_per_second"], requests);
        close(&goodput["tokens_per_second"], tokens);
    }
}

/// Name, parent, start, end.
type Span = (String, Option<usize>, i64, i64);

fn spans(file: &str) -> Vec<Span> {
    let mut raw = Vec::new();
    for request in lines(file) {
        for resource in request["resourceSpans"].as_array().unwrap() {
            for scope in resource["scopeSpans"].as_array().unwrap() {
                raw.extend(scope["spans"].as_array().unwrap().iter().cloned());
            }
        }
    }
    let text = |span: &Value, key: &str| span[key].as_str().unwrap_or_default().to_owned();
    let ids: Vec<String> = raw.iter().map(|span| text(span, "spanId")).collect();
    let time = |span: &Value, key: &str| text(span, key).parse().unwrap();
    raw.iter()
        .map(|span| {
            let parent = ids.iter().position(|id| *id == text(span, "parentSpanId"));
            (text(span, "name"), parent, time(span, "startTimeUnixNano"), time(span, "endTimeUnixNano"))
        })
        .collect()
}

/// Looks at each stretch between two moments at which anything begins or ends: who runs there without a child, and
/// who is waited for, which is the child that ends last of those that began before the stretch's end.
fn by_name(spans: &[Span]) -> BTreeMap<String, [i64; 2]> {
    let mut times: Vec<i64> = spans.iter().flat_map(|span| [span.2, span.3]).collect();
    times.sort_unstable();
    times.dedup();
    let mut sums: BTreeMap<String, [i64; 2]> = BTreeMap::new();
    let children = |of: usize| (0..spans.len()).filter(move |&i| spans[i].1 == Some(of));
    for pair in times.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let runs = |i: &usize| spans[*i].2 <= from && spans[*i].3 >= to;
        for i in (0..spans.len()).filter(|i| runs(i)) {
            if !children(i).any(|child| runs(&child)) {
                sums.entry(spans[i].0.clone()).or_default()[0] += to - from;
            }
        }
        for root in (0..spans.len()).filter(|i| spans[*i].1.is_none() && runs(i)) {
            let mut at = root;
            // Back from the end of `at`, from child to child, to the one that covers the stretch.
            loop {
                let mut end = spans[at].3;
                let covering = loop {
                    let last =
                        children(at).filter(|&child| spans[child].2 < end && spans[child].3.min(end) > from);
                    let Some(last) = last.max_by_key(|&child| spans[child].3) else { break None };
                    if spans[last].2 <= from {
                        break (spans[last].3.min(end) >= to).then_some(last);
                    }
                    end = spans[last].2;
                };
                match covering {
                    Some(child) => at = child,
                    None => break,
                }
            }
            sums.entry(spans[at].0.clone()).or_default()[1] += to - from;
        }
    }
    sums
}

#[test]
fn self_times_and_critical_paths_are_those_of_the_raw_spans() {
    for file in ["otlp-json-genai/openinference.jsonl", "otlp-json-genai/openllmetry.jsonl"] {
        let latency = latency(file, &[]);
        adds_up(&latency);
        let spans = spans(file);
        let roots = spans.iter().filter(|span| span.1.is_none());
        assert_eq!(latency["wall_ns"], roots.map(|span| span.3 - span.2).sum::<i64>());
        let expected = by_name(&spans);
        let rows = latency["spans"].as_array().unwrap();
        assert_eq!(rows.len(), expected.len(), "{file}");
        for row in rows {
            let name = row["name"].as_str().unwrap();
            let [own, critical] = expected[name];
            assert_eq!(
                (&row["self_ns"], &row["critical_path_ns"]),
                (&own.into(), &critical.into()),
                "{name}"
            );
            let same = spans.iter().filter(|span| span.0 == name);
            assert_eq!(row["n"], same.clone().count(), "{name}");
            assert_eq!(row["total_ns"], same.map(|span| span.3 - span.2).sum::<i64>(), "{name}");
        }
    }
}

#[test]
fn phases_are_those_of_the_sources() {
    let profile = latency("records/seed-latency.json", &[]);
    assert_eq!(adds_up(&profile), 440_000_000);
    for (phase, ms) in
        [("preprocessing", 10), ("embedding_lookup", 50), ("llm_queue_wait", 20), ("unattributed", 0)]
    {
        assert_eq!(profile["phases_ms"][phase]["sum_ns"], ms * 1_000_000);
        close(&profile["phases_ms"][phase]["p99.9"], f64::from(ms));
        close(&profile["phases_ms"][phase]["share"], f64::from(ms) / 440.0);
    }
    assert_eq!(profile["phases_ms"]["model_load"], Value::Null, "a profile of six phases");
    assert_eq!(profile["bottleneck"], "token_generation");
    close(&profile["outside_the_model"], 70.0 / 440.0);
    // vLLM tells its queue; 62.5 ms to the first token hold 2.1 ms of it.
    let vllm = latency("otlp-own/vllm.json", &[]);
    adds_up(&vllm);
    let ns = |phase: &str| vllm["phases_ms"][phase]["sum_ns"].as_i64().unwrap();
    close(
        &vllm["measures"]["ttft_ms"]["p50"],
        (ns("llm_queue_wait") + ns("time_to_first_token")) as f64 / 1e6,
    );
    assert!(ns("llm_queue_wait") > 0);
    // Each band and each group is made of its phases.
    let detailed = latency("vllm-bench/detailed.json", &["--by", "component"]);
    adds_up(&detailed);
    for band in detailed["bands"].as_array().unwrap().iter().chain(detailed["groups"].as_array().unwrap()) {
        let phases = band["phases_ns"].as_object().unwrap();
        let largest = phases.values().filter_map(Value::as_i64).max().unwrap();
        // A benchmark of a server knows nothing of what its clients did.
        assert!(
            ["preprocessing", "embedding_lookup", "model_load"].iter().all(|&phase| phases[phase].is_null())
        );
        assert_eq!(phases[band["bottleneck"].as_str().unwrap()], largest);
        close(&band["share"], largest as f64 / band["duration_ns"].as_f64().unwrap());
    }
    let members = detailed["groups"].as_array().unwrap().iter().map(|group| group["n"].as_u64().unwrap());
    assert_eq!(detailed["requests"], members.sum::<u64>());
}

#[test]
fn rules_move_time_between_phases_and_lose_none() {
    let file = "otlp-json-genai/openinference.jsonl";
    let standard = latency(file, &[]);
    let path = std::env::temp_dir().join(format!("tokenflame-rules-{}", std::process::id()));
    fs::write(&path, "# ours\nname post* = preprocessing\nname Retrieval = llm_queue_wait\n").unwrap();
    let own = latency(file, &["--rules", path.to_str().unwrap()]);
    assert_eq!(adds_up(&standard), adds_up(&own));
    let ns = |latency: &Value, phase: &str| latency["phases_ms"][phase]["sum_ns"].as_i64().unwrap();
    let spans = spans(file);
    let length =
        |name: &str| spans.iter().filter(|span| span.0 == name).map(|span| span.3 - span.2).sum::<i64>();
    assert_eq!(standard["phases_ms"]["llm_queue_wait"], Value::Null);
    // The embedding call inside the retrieval is a call, and speaks for itself.
    assert_eq!(ns(&own, "llm_queue_wait"), length("retrieval") - length("CreateEmbeddings"));
    assert_eq!(ns(&own, "embedding_lookup"), length("CreateEmbeddings"));
    fs::write(&path, "name post* = thinking\n").unwrap();
    let (code, out, errors) =
        run(&["latency", &format!("{FIXTURES}{file}"), "--rules", path.to_str().unwrap()]);
    fs::remove_file(&path).unwrap();
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(errors.contains("there is no phase \"thinking\""), "{errors}");
}

#[test]
fn what_a_file_does_not_tell_is_unknown() {
    let latency = latency("claude-code/session-30530d66.jsonl", &["--slo", "ttft=500ms"]);
    for measure in ["e2e_ms", "ttft_ms", "itl_ms", "output_tokens_per_second"] {
        assert_eq!(latency["measures"][measure], Value::Null, "{measure}");
    }
    let goodput = &latency["goodput"];
    assert_eq!((&goodput["good"], &goodput["requests"]), (&0.into(), &goodput["not_measured"]));
    assert_eq!(goodput["requests_per_second"], Value::Null);
    assert_eq!((&latency["bottleneck"], &latency["outside_the_model"]), (&Value::Null, &Value::Null));
}

#[test]
fn what_cannot_be_asked_is_said() {
    let file = format!("{FIXTURES}aiperf/profile_export.jsonl");
    for (options, says) in [
        (&["--slo", "ttft=500"][..], "is no promise"),
        (&["--slo", "tpot=5ms"], "is no promise"),
        (&["--by", "colour"], "model, component, session, user, day"),
        (&["--as-of", "2026-01-01"], "do not belong to latency"),
    ] {
        let (code, out, errors) = run(&[&["latency", &file], options].concat());
        assert_eq!((code, out.as_str()), (2, ""), "{options:?}");
        assert!(errors.contains(says), "{errors}");
    }
    let (code, _, errors) = run(&["summary", &file, "--slo", "ttft=1s"]);
    assert!(code == 2 && errors.contains("belong to latency"), "{errors}");
}

#[test]
fn a_person_gets_a_table() {
    let file = format!("{FIXTURES}aiperf/profile_export.jsonl");
    let (code, out, _) = run(&["latency", &file, "--slo", "ttft=32ms,itl=18.2ms,e2e=3.7s"]);
    assert_eq!(code, 0);
    let row = |name: &str| out.lines().find(|line| line.trim_start().starts_with(name)).unwrap_or_default();
    assert!(
        out.starts_with("Fast or slow, it is token generation: 99% of p50, 99% of p95, 99% of p99."),
        "{out}"
    );
    assert!(row("Token generation").ends_with("10") && row("Token generation").contains("99.1%"), "{out}");
    assert!(row("Goodput, requests").contains("70.0%"), "{out}");
}
