//! Prices usages for `docs/compare`: a line of JSON in (`provider`, `model`, `at` in seconds, counts by class),
//! a line out: the total in dollars, or `null` without a price.

use std::io::{self, BufRead};

use pricing::{Billable, PriceBook, Service, Terms};
use serde_json::Value;
use units::Timestamp;

fn main() -> io::Result<()> {
    let book = PriceBook::bundled();
    for line in io::stdin().lock().lines() {
        let usage: Value = serde_json::from_str(&line?)?;
        let text = |key: &str| usage[key].as_str();
        let count = |key: &str| usage[key].as_u64().unwrap_or(0);
        let at = usage["at"].as_i64().map(|seconds| Timestamp(seconds * 1_000_000_000));
        let service =
            Service::ALL.into_iter().find(|s| Some(s.as_str()) == text("service")).unwrap_or_default();
        let tokens = Billable {
            fresh: count("i"),
            cache_read: count("r"),
            cache_write_5m: count("w"),
            cache_write_30m: count("m"),
            cache_write_1h: count("h"),
            audio_in: count("a"),
            audio_read: count("b"),
            image_in: count("p"),
            image_read: count("q"),
            output: count("o"),
            reasoning: count("t"),
            audio_out: count("s"),
            image_out: count("g"),
            web_searches: count("f"),
            total_input: 0,
        }
        .summed();
        let model = text("model").unwrap_or_default();
        let found = match at {
            Some(at) => book.lookup_at(text("provider"), model, at),
            None => book.lookup(text("provider"), model),
        };
        let regional = usage["regional"].as_bool().unwrap_or(false);
        match found {
            Some(found) => println!("{}", found.price.cost(&tokens, &Terms { service, regional, at }).total),
            None => println!("null"),
        }
    }
    Ok(())
}
