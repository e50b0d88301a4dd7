//! 1,577 usage objects that providers really sent, with the prices that genai-prices put on them for each
//! provider whose dialect they could be. Each of these pairs costs exactly the same here, or stands in
//! `usages.tsv` with the reason why not.

use std::collections::BTreeMap;

use pricing::{Billable, Class, PriceBook, Terms};
use serde_json::Value;
use units::{Money, Timestamp};

/// The day of the collection: 2026-07-29, at noon.
const COLLECTED: Timestamp = Timestamp(20_663 * 86_400_000_000_000 + 43_200_000_000_000);

/// By provider and model: input and output there, and here where there is a price.
type Pairs = BTreeMap<(String, String), Vec<Costs>>;
type Costs = ((Money, Money), Option<(Money, Money)>);

#[test]
fn real_usage_costs_what_another_calculator_says_or_there_is_a_reason() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/provider-usage/usages.min.json");
    let entries: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let book = PriceBook::bundled();
    let (mut exact, mut differ) = (0, Pairs::new());
    for entry in &entries {
        let Some(model) = entry["model"].as_str() else { continue };
        for extracted in entry["extracted"].as_array().unwrap() {
            let tokens = billable(&extracted["usage"]);
            for theirs in extracted["extractors"].as_array().unwrap() {
                let price = |key: &str| theirs[key].as_str().map(|text| text.parse::<Money>().unwrap());
                let expected = (price("input_price"), price("output_price"));
                if expected == (None, None) {
                    continue;
                }
                let expected = (expected.0.unwrap_or_default(), expected.1.unwrap_or_default());
                let provider = theirs["provider_id"].as_str().unwrap();
                let ours = cost(&book, provider, model, &tokens);
                if ours == Some(expected) {
                    exact += 1;
                } else {
                    differ.entry((provider.to_owned(), model.to_owned())).or_default().push((expected, ours));
                }
            }
        }
    }
    let mut reasons = BTreeMap::new();
    for line in include_str!("usages.tsv").lines().filter(|line| !line.starts_with('#')) {
        let [reason, pairs, provider, model] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        let found = differ.remove(&(provider.to_owned(), model.to_owned())).unwrap_or_default();
        assert_eq!(found.len().to_string(), pairs, "{provider} {model}, {reason}: {found:?}");
        for (theirs, ours) in &found {
            let held = match (reason, ours) {
                ("not sold", ours) => ours.is_none(),
                ("free", Some(ours)) => *ours == (Money::ZERO, Money::ZERO),
                // Two of them lie above 200,000 tokens as well.
                ("no region", Some(ours)) => {
                    let regional = |theirs: Money, ours: Money, tier: (u64, u64)| {
                        theirs.times(10) == ours.times(11)
                            || theirs.times(10 * tier.0) == ours.times(11 * tier.1)
                    };
                    regional(theirs.0, ours.0, (2, 1)) && regional(theirs.1, ours.1, (3, 2))
                }
                ("tier", Some(ours)) => {
                    let (input, output) = (ours.0.max(theirs.0), ours.1.max(theirs.1));
                    let (less, least) = (ours.0.min(theirs.0), ours.1.min(theirs.1));
                    input == less.times(2) && output.times(2) == least.times(3)
                }
                (_, ours) => ours.is_some(),
            };
            assert!(held, "{provider} {model}, {reason}: {theirs:?} {ours:?}");
        }
        *reasons.entry(reason).or_insert(0) += found.len();
    }
    let differ: Vec<_> =
        differ.into_iter().map(|(key, pairs)| format!("{key:?} {} {:?}\n", pairs.len(), pairs[0])).collect();
    assert!(differ.is_empty(), "without a reason:\n{}", differ.concat());
    let counted: Vec<_> = reasons.into_iter().collect();
    assert_eq!(
        (exact, &counted[..]),
        (
            3_129,
            &[
                ("-latest", 59),
                ("free", 1),
                ("no region", 210),
                ("not sold", 16),
                ("other seller", 8),
                ("since changed", 32),
                ("sound", 4),
                ("sources differ", 9),
                ("tier", 6),
            ][..]
        )
    );
}

/// Input and output apart, without the fees, which genai-prices has in neither.
fn cost(book: &PriceBook, provider: &str, model: &str, tokens: &Billable) -> Option<(Money, Money)> {
    let found = book.lookup_at(Some(provider), model, COLLECTED)?;
    let cost = found.price.cost(tokens, &Terms { at: Some(COLLECTED), ..Terms::default() });
    let sum = |input: bool| {
        let rows = cost.rows().filter(|row| !row.class.is_fee() && (row.class < Class::Output) == input);
        rows.map(|row| row.amount).sum()
    };
    Some((sum(true), sum(false)))
}

/// The disjoint classes of a usage that tells sums and their parts.
fn billable(usage: &Value) -> Billable {
    let count = |key: &str| usage.get(key).and_then(Value::as_u64).unwrap_or(0);
    let (read, write, write_1h) =
        (count("cache_read_tokens"), count("cache_write_tokens"), count("cache_write_1h_tokens"));
    let (audio_read, image_read) = (count("cache_audio_read_tokens"), count("cache_image_read_tokens"));
    let (audio, image) = (count("input_audio_tokens"), count("input_image_tokens"));
    let (audio_out, image_out) = (count("output_audio_tokens"), count("output_image_tokens"));
    Billable {
        fresh: count("input_tokens") - read - write - (audio - audio_read) - (image - image_read),
        cache_read: read - audio_read - image_read,
        cache_write_5m: write - write_1h,
        cache_write_1h: write_1h,
        audio_in: audio - audio_read,
        audio_read,
        image_in: image - image_read,
        image_read,
        output: count("output_tokens") - audio_out - image_out,
        audio_out,
        image_out,
        web_searches: count("web_searches"),
        ..Billable::default()
    }
    .summed()
}
