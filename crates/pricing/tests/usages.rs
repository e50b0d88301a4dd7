//! 1,577 usage objects that providers really sent, with the price that genai-prices put on them.

use pricing::{Billable, Class, PriceBook, Rule};
use serde_json::Value;
use units::{Money, Timestamp};

/// The day of the collection: 2026-07-29.
const COLLECTED: Timestamp = Timestamp(20_663 * 86_400_000_000_000);

/// Who bills text by the token alone; the prices that gateways and hosts ask change by the week.
const SELLERS: [&str; 5] = ["anthropic", "deepseek", "google", "mistral", "openai"];

#[test]
fn real_usage_costs_what_another_calculator_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/provider-usage/usages.min.json");
    let entries: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let book = PriceBook::bundled();
    let (mut compared, mut unpriced, mut differ) = (0, 0, Vec::new());
    for entry in &entries {
        let Some(model) = entry["model"].as_str() else { continue };
        for extracted in entry["extracted"].as_array().unwrap() {
            let Some(tokens) = text_tokens(&extracted["usage"]) else { continue };
            for theirs in extracted["extractors"].as_array().unwrap() {
                let provider = theirs["provider_id"].as_str().unwrap();
                let price = |key: &str| Some(theirs[key].as_str()?.parse::<Money>().unwrap());
                let (Some(input), Some(output), true) =
                    (price("input_price"), price("output_price"), SELLERS.contains(&provider))
                else {
                    continue;
                };
                let Some(found) = book.lookup_at(Some(provider), model, COLLECTED) else {
                    unpriced += 1;
                    continue;
                };
                compared += 1;
                let cost = found.price.cost(&tokens);
                let ours: Money =
                    cost.rows.iter().filter(|row| row.class == Class::Output).map(|row| row.amount).sum();
                if (cost.total - ours, ours) != (input, output) {
                    // `-latest` means another model every few months.
                    let moved = model.ends_with("-latest");
                    let told = found.price.also.is_some() || found.price.hourly || found.rule == Rule::Free;
                    assert!(moved || told, "{provider} {model}: {input} + {output}, not {cost:?}");
                    differ.push(model);
                }
            }
        }
    }
    assert!(compared > 1_300, "{compared}");
    assert!(differ.len() * 10 < compared, "{} of {compared}: {differ:?}", differ.len());
    assert!(unpriced * 50 < compared, "{unpriced}");
}

/// `None` where something else than text is in the usage: images, sound and searches have their own prices.
fn text_tokens(usage: &Value) -> Option<Billable> {
    let usage = usage.as_object().unwrap();
    let other = ["image", "audio", "video", "tool", "search"];
    if usage.keys().any(|key| other.iter().any(|word| key.contains(word))) {
        return None;
    }
    let count = |key: &str| usage.get(key).and_then(Value::as_u64).unwrap_or(0);
    let (read, write, write_1h) =
        (count("cache_read_tokens"), count("cache_write_tokens"), count("cache_write_1h_tokens"));
    let fresh = count("input_tokens") - read - write;
    Some(Billable::new(fresh, read, write - write_1h, write_1h, count("output_tokens")))
}
