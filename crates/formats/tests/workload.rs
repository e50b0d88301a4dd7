//! Workload traces.

mod common;

use std::collections::HashSet;

use common::{Session, expected};
use trace::{Call, Status};
use units::{Nanos, Timestamp};

fn calls(session: &Session) -> Vec<&Call> {
    session.trace().calls().map(|(_, call)| call).collect()
}

fn tokens(calls: &[&Call]) -> (u64, u64) {
    let sum = |figure: fn(&Call) -> Option<u64>| calls.iter().filter_map(|call| figure(call)).sum();
    (sum(|call| call.usage.input.get()), sum(|call| call.usage.output.get()))
}

#[test]
fn mooncake_blocks_replay_to_the_known_hit_rate() {
    let session = Session::open("mooncake/synthetic_trace.jsonl.gz");
    let expected = expected("mooncake", "synthetic_trace.jsonl");
    let calls = calls(&session);
    assert_eq!(calls.len() as u64, expected["requests"]);
    let (input, output) = tokens(&calls);
    assert_eq!((input, output), (expected["input"].as_u64().unwrap(), expected["output"].as_u64().unwrap()));
    let span = calls.last().unwrap().start.unwrap() - calls[0].start.unwrap();
    assert_eq!(span, Nanos(expected["duration_ms"].as_i64().unwrap() * 1_000_000));
    assert_eq!(session.codes(), ["uncertain"], "times without a date");

    // A cache without end.
    let mut seen = HashSet::new();
    let (mut blocks, mut hits, mut hit_tokens) = (0, 0, 0);
    for call in calls {
        let ids: Vec<u64> = session.trace().blocks(call).collect();
        let hit = ids.iter().take_while(|id| seen.contains(*id)).count() as u64;
        blocks += ids.len() as u64;
        hits += hit;
        hit_tokens += (hit * u64::from(call.block_tokens)).min(call.usage.input.get().unwrap());
        seen.extend(ids);
    }
    assert_eq!(blocks, expected["blocks"]);
    assert_eq!(seen.len() as u64, expected["unique_blocks"]);
    assert_eq!(hits, expected["prefix_hit_blocks_infinite_cache"]);
    assert_eq!(hit_tokens, expected["prefix_hit_tokens"]);
}

#[test]
fn sessions_delays_and_other_block_sizes() {
    let session = Session::open("mooncake/dynamo-sessions.jsonl");
    let calls = calls(&session);
    let trace = session.trace();
    let sessions: Vec<_> = calls.iter().map(|call| trace.str(call.session)).collect();
    assert_eq!(sessions, ["s1", "s1", "s2", ""]);
    assert_eq!((calls[1].start, calls[2].start), (None, Some(Timestamp(27_500_000))), "a delay is no time");
    let sizes: Vec<_> = calls.iter().map(|call| call.block_tokens).collect();
    assert_eq!(sizes, [512, 512, 64, 1024]);
    assert_eq!(session.report().dropped["a request without lengths"], 1);
}

#[test]
fn bailian_chats_go_on_in_their_conversation() {
    let session = Session::open("qwen-bailian/sessions.jsonl");
    let calls = calls(&session);
    let trace = session.trace();
    let all: Vec<_> =
        calls.iter().map(|call| (trace.str(call.session), trace.str(call.name), call.block_tokens)).collect();
    assert_eq!(
        all[..4],
        [("159", "text", 16), ("160", "search", 16), ("159", "text", 16), ("159", "text", 16)]
    );
    assert_eq!(all[4], ("77", "image", 0), "the chat before it is not in the file");
    assert_eq!(calls[0].start, Some(Timestamp(61_114_000_000)));
    assert_eq!(trace.blocks(calls[2]).skip(32).take(2).collect::<Vec<_>>(), [32, 100]);
}

#[test]
fn azure_rows_have_dates() {
    let session = Session::open("azure-llm/AzureLLMInferenceTrace_code.csv");
    let expected = expected("azure-llm", "AzureLLMInferenceTrace_code.csv");
    let calls = calls(&session);
    assert_eq!(calls.len() as u64, expected["rows"]);
    let (input, output) = tokens(&calls);
    assert_eq!((input, output), (expected["input"].as_u64().unwrap(), expected["output"].as_u64().unwrap()));
    assert_eq!(calls[0].start, Some(Timestamp(1_700_158_623_979_960_000)), "2023-11-16 18:17:03.9799600");
    let span = calls.last().unwrap().start.unwrap() - calls[0].start.unwrap();
    assert!((span.as_ms() / 1e3 - expected["duration_s"].as_f64().unwrap()).abs() < 5e-4, "given in ms");
    assert_eq!(session.report().problems, []);

    let session = Session::open("azure-llm/2024-with-zone.csv");
    let calls = self::calls(&session);
    assert_eq!(calls[1].start.unwrap() - calls[0].start.unwrap(), Nanos(7_405_000));
    assert_eq!(calls[2].start, calls[1].start, "an hour later, in a zone an hour ahead");
}

#[test]
fn burstgpt_rows_in_both_forms() {
    let session = Session::open("burstgpt/first-form.csv");
    let calls = calls(&session);
    let failed: Vec<_> = calls.iter().map(|call| call.status == Status::Failed).collect();
    assert_eq!(failed, [false, false, false, true, true], "no answer is its word for a failure");
    assert_eq!(calls[0].start, Some(Timestamp(5_000_000_000)));
    assert_eq!((session.trace().str(calls[2].model), calls[2].duration), ("GPT-4", None));

    let session = Session::open("burstgpt/with-sessions.csv");
    let calls = self::calls(&session);
    let of: Vec<_> = calls.iter().map(|call| (session.trace().str(call.session), call.duration)).collect();
    let all = [("conv-1", Some(Nanos(3_500_000_000))), ("", Some(Nanos(125_000_000))), ("conv-1", None)];
    assert_eq!(of, all);
}

#[test]
fn vidur_rows_keep_their_decimals() {
    let session = Session::open("vidur/splitwise_conv.csv");
    let calls = calls(&session);
    assert_eq!(calls.len() as u64 + 1, expected("vidur", "splitwise_conv.csv")["lines"]);
    assert_eq!(calls[4].start, Some(Timestamp(5_892_655_000)), "5.8926549999999995");
    assert_eq!(tokens(&calls[..2]), (770, 153));
    assert_eq!(session.codes(), ["uncertain"]);
}

#[test]
fn impossible_values_are_unknown_and_noted() {
    let rows = b"arrived_at,num_prefill_tokens,num_decode_tokens\n-1,5,6\nsoon,5,x\n1e300,,\n2,,7\n";
    let session = Session::of(rows);
    let all: Vec<_> = calls(&session).iter().map(|c| (c.start.is_some(), c.usage.output.get())).collect();
    assert_eq!(all, [(false, Some(6)), (false, None), (true, Some(7))]);
    assert_eq!(session.report().dropped["a request without lengths"], 1);
    let rows = br#"{"timestamp": 1, "input_length": 100, "output_length": 1, "hash_ids": [1, "x"]}
{"timestamp": 1, "input_length": 100, "output_length": 1, "hash_ids": [1, 2, 3, 4, 5, 6, 7, 8, 9, -1]}
{"timestamp": 1, "input_length": 3, "output_length": 1, "hash_ids": [1, 2, 3, 4]}"#;
    let session = Session::of(rows);
    assert!(calls(&session).iter().all(|call| call.blocks.is_empty()));
    assert_eq!(session.codes(), ["uncertain", "bad_value", "contradiction"]);
}
