//! Recorded sessions: what their tools wrote down themselves, against what the table says.

use std::{collections::BTreeMap, io::Read};

use pricing::{Billable, Class, PriceBook, Terms};
use serde_json::Value;
use units::{Money, Timestamp};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures");

fn lines(text: &str) -> impl Iterator<Item = Value> + '_ {
    text.lines().filter_map(|line| serde_json::from_str(line).ok())
}

#[test]
fn each_call_of_a_recorded_session_costs_what_its_agent_reported() {
    let packed = std::fs::File::open(format!("{FIXTURES}/pi-agent/large-session.jsonl.gz")).unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(packed).read_to_string(&mut text).unwrap();
    let book = PriceBook::bundled();
    let (mut calls, mut total, mut parts) = (0, Money::ZERO, BTreeMap::<Class, Money>::new());
    for line in lines(&text) {
        let message = &line["message"];
        let (usage, "assistant") = (&message["usage"], message["role"].as_str().unwrap_or_default()) else {
            continue;
        };
        if usage.is_null() {
            continue;
        }
        let count = |key: &str| usage[key].as_u64().unwrap();
        let tokens =
            Billable::new(count("input"), count("cacheRead"), count("cacheWrite"), 0, count("output"));
        let at = Timestamp(message["timestamp"].as_i64().unwrap() * 1_000_000);
        let (provider, model) = (message["provider"].as_str(), message["model"].as_str().unwrap());
        let price = book.lookup_at(provider, model, at).unwrap().price;
        let cost = price.cost(&tokens, &Terms { at: Some(at), ..Terms::default() });
        // The agent's sums are floats: what they miss is far below a pico-dollar's worth of rounding.
        let reported = usage["cost"]["total"].as_f64().unwrap();
        assert!((cost.total.to_f64() - reported).abs() < 1e-12, "{line}");
        cost.rows().for_each(|row| *parts.entry(row.class).or_default() += row.amount);
        total += cost.total;
        calls += 1;
    }
    assert_eq!((calls, total.to_string().as_str()), (453, "30.3301977"));
    let parts: Vec<_> = parts.values().map(ToString::to_string).collect();
    assert_eq!(parts, ["0.003147", "12.9688407", "16.11087", "1.24734"]);
}

#[test]
fn each_message_of_aider_costs_what_it_reported() {
    let text = std::fs::read_to_string(format!("{FIXTURES}/aider/sample-analytics.jsonl")).unwrap();
    let book = PriceBook::bundled();
    let (mut calls, mut total) = (0, Money::ZERO);
    for line in lines(&text).filter(|line| line["event"] == "message_send") {
        let sent = &line["properties"];
        let tokens = Billable::uncached(
            sent["prompt_tokens"].as_u64().unwrap(),
            sent["completion_tokens"].as_u64().unwrap(),
        );
        let at = Timestamp(line["time"].as_i64().unwrap() * 1_000_000_000);
        let price = book.lookup_at(None, sent["main_model"].as_str().unwrap(), at).unwrap().price;
        let cost = price.cost(&tokens, &Terms { at: Some(at), ..Terms::default() });
        // To the pico-dollar: aider's floats end in ...0000001.
        assert_eq!(Some(cost.total), Money::from_f64(sent["cost"].as_f64().unwrap()), "{line}");
        total += cost.total;
        calls += 1;
    }
    assert_eq!((calls, total.to_string().as_str()), (107, "5.305332"));
}
