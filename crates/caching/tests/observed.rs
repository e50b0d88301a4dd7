//! What providers reported against what their rules predict. Each difference is in a table here, with its reason where
//! the file shows one.

mod common;

use std::{collections::BTreeMap, io::Read};

use caching::{
    Lifetime, Part,
    prompt::{Prompt, Provider, Why, predict},
};
use common::Owned;
use serde_json::Value;

fn fixture(path: &str) -> Vec<u8> {
    std::fs::read(format!("{}/../../tests/fixtures/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The values of a key in the order of a YAML file.
fn values(yaml: &str, key: &str) -> Vec<u64> {
    let value = |line: &str| line.trim().strip_prefix(key)?.strip_prefix(": ")?.trim().parse().ok();
    yaml.lines().filter_map(value).collect()
}

/// A coding agent's session of 439 calls. The file has no system prompt and no tools; what all calls begin with is
/// told by the counts: each call sends what the one before sent up to its breakpoint, and more.
#[test]
fn a_session_of_the_pi_agent() {
    let mut text = String::new();
    let packed = fixture("pi-agent/large-session.jsonl.gz");
    flate2::read::MultiGzDecoder::new(packed.as_slice()).read_to_string(&mut text).unwrap();
    let mut owned = Owned { models: vec!["claude-sonnet-4-5"], ..Owned::default() };
    let (mut path, mut observed, mut asked, mut aborted) =
        (Vec::<Part>::new(), Vec::new(), Vec::new(), Vec::new());
    let mut totals = Vec::new();
    let (mut asks, mut was_aborted, mut end) = (false, false, 0);
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let message = &line["message"];
        match message["role"].as_str() {
            Some("user") => asks = true,
            Some("assistant") => {
                let usage = |key: &str| message["usage"][key].as_u64().unwrap();
                let (input, read, write) = (usage("input"), usage("cacheRead"), usage("cacheWrite"));
                was_aborted |= message["stopReason"] == "aborted";
                if input + read + write == 0 {
                    continue;
                }
                let total = read + write;
                // Of a shorter prompt it is not known where it parts from the one before.
                let (from, hash) = if total < end { (0, 1_000_000) } else { (end, 0) };
                if total < end {
                    path.clear();
                }
                if total > from {
                    let (hash, tokens) = (hash + observed.len() as u64 + 1, (total - from) as u32);
                    path.push(Part { hash, tokens, ..Part::default() });
                }
                end = total;
                let parts: Vec<(u64, u32)> = path.iter().map(|part| (part.hash, part.tokens)).collect();
                let at = message["timestamp"].as_i64().unwrap();
                let range = owned.push(at, &parts).parts;
                owned.parts[range.1 as usize - 1].mark = Some(Lifetime::Minutes5);
                totals.push(total);
                observed.push(read);
                asked.push(std::mem::take(&mut asks));
                aborted.push(std::mem::take(&mut was_aborted));
            }
            _ => {}
        }
    }
    let predictions = predict(&owned.traffic(), &Prompt::of(Provider::AnthropicExplicit));
    // Calls after a question of the person's whose entry still lives, and those of them that read nothing. The file
    // does not tell what they have in common: it lacks the system prompt, which may have been another.
    let mut warm = (0, 0);
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for (number, prediction) in predictions.iter().enumerate() {
        let seen = observed[number];
        let lived = asked[number] && !prediction.agrees(0);
        warm = (warm.0 + usize::from(lived), warm.1 + usize::from(lived && seen == 0));
        let reason = if prediction.agrees(seen) {
            match prediction.why {
                Why::Expired => "agrees: idle for more than 5 minutes",
                Why::First => "agrees: the first of its kind",
                _ => "agrees",
            }
        } else if seen == 0 && asked[number] {
            "not explained: after a person's question nothing was read and all was written again, within 5 minutes"
        } else if seen > prediction.read.1 && aborted[number] {
            "an aborted call lies between, which may have written more; the file has no counts of it"
        } else if number > 1 && seen == totals[number - 2] {
            "it goes on from the call before the last one, whose prompt was another"
        } else {
            panic!("call {number}: {prediction:?}, observed {seen}")
        };
        *reasons.entry(reason).or_default() += 1;
    }
    println!("{reasons:#?} {warm:?}");
    let agree: usize =
        reasons.iter().filter(|(reason, _)| reason.starts_with("agrees")).map(|(_, n)| n).sum();
    assert_eq!((predictions.len(), agree, warm), (439, 406, (72, 30)));
}

/// Two calls with the same prompt. The provider writes and reads up to the end of the message; behind it the prompt
/// goes on with 8 tokens that begin the answer.
#[test]
fn openai_56_in_a_cassette() {
    let yaml = String::from_utf8(fixture("vcr-cassette/openai-chat-prompt-cache.yaml")).unwrap();
    let (read, written) = (values(&yaml, "cached_tokens"), values(&yaml, "cache_write_tokens"));
    let (sent, at) = (values(&yaml, "prompt_tokens"), values(&yaml, "created"));
    assert_eq!((sent.as_slice(), at.len()), (&[4_020, 4_020][..], 2));
    let mut owned = Owned { models: vec!["gpt-5.6-sol"], ..Owned::default() };
    for at in at {
        owned.push(at as i64 * 1_000, &[(1, sent[0] as u32 - 8)]);
    }
    let predictions = predict(&owned.traffic(), &Prompt::of(Provider::OpenaiFrom56));
    let told: Vec<(u64, u64)> = predictions.iter().map(|p| (p.read.0, p.write)).collect();
    assert_eq!(told, read.into_iter().zip(written).collect::<Vec<_>>());
}

/// A conversation of two turns with Anthropic's automatic breakpoint. The first call reads what a call before the
/// recording wrote: that cannot be predicted from the file. The second one reads the same and writes its own turn.
#[test]
fn anthropic_in_a_cassette() {
    let yaml = String::from_utf8(fixture("vcr-cassette/anthropic-prompt-cache.yaml")).unwrap();
    let read = values(&yaml, "cache_read_input_tokens");
    let written = values(&yaml, "cache_creation_input_tokens");
    assert_eq!((read.as_slice(), written.as_slice()), (&[1_111, 1_111][..], &[0, 418][..]));
    let mut owned = Owned { models: vec!["claude-sonnet-4-5"], ..Owned::default() };
    owned.push(-60_000, &[(1, 1_111)]);
    owned.push(0, &[(1, 1_111)]);
    owned.push(10_000, &[(1, 1_111), (2, 418)]);
    let predictions = predict(&owned.traffic(), &Prompt::of(Provider::AnthropicAutomatic));
    let told: Vec<(u64, u64)> = predictions.iter().map(|p| (p.read.0, p.write)).collect();
    assert_eq!(told[1..], [(1_111, 0), (1_111, 418)]);
    assert_eq!(told[0], (0, 1_111), "the call before the recording");
    owned.requests.remove(0);
    let alone = predict(&owned.traffic(), &Prompt::of(Provider::AnthropicAutomatic));
    assert_eq!((alone[0].why, alone[0].agrees(read[0]), alone[1].agrees(read[1])), (Why::First, false, true));
}

/// A Claude Code session through a proxy that caches nothing: no breakpoint is in it, and nothing was read.
#[test]
fn claude_code_without_breakpoints() {
    let text = String::from_utf8(fixture("claude-code/session-30530d66.jsonl")).unwrap();
    let mut owned = Owned { models: vec!["claude-sonnet-4"], ..Owned::default() };
    let mut seen = std::collections::BTreeSet::new();
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let usage = &line["message"]["usage"];
        let Some(input) = usage["input_tokens"].as_u64().filter(|input| *input > 0) else { continue };
        if seen.insert(line["message"]["id"].as_str().unwrap().to_owned()) {
            assert_eq!(usage["cache_read_input_tokens"], 0);
            owned.push(seen.len() as i64 * 5_000, &[(1, 20_000), (input, input as u32 - 20_000)]);
        }
    }
    let predictions = predict(&owned.traffic(), &Prompt::of(Provider::AnthropicExplicit));
    assert!(predictions.len() > 10 && predictions.iter().all(|p| p.agrees(0) && p.why == Why::NoBreakpoint));
}
