//! How long a sweep over 51 thresholds takes: `cargo run --release -p tokenflame-caching --example replay [PROMPTS] [words,tfidf,ngrams]`.

use std::time::Instant;

use caching::{
    Worth,
    exact::Scope,
    similarity::{self, Measure, Similarity, Sweep, default_thresholds},
};

#[path = "../tests/common/mod.rs"]
mod common;

fn main() {
    let count = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(100_000);
    let owned = common::random_texts(count, 1);
    let traffic = owned.traffic();
    let wanted = std::env::args().nth(2).unwrap_or_else(|| "words".to_owned());
    let all = [("words", Measure::Words), ("tfidf", Measure::TfIdf), ("ngrams", Measure::Ngrams(3))];
    for (name, measure) in all.into_iter().filter(|(name, _)| wanted.contains(name)) {
        let start = Instant::now();
        let (prompts, space) = similarity::prompts(&traffic, measure, Scope::default());
        let read = start.elapsed();
        let mut sweep = Sweep::new(&traffic, &prompts, &space, &Similarity::default(), &default_thresholds());
        while sweep.advance(1_000) {}
        let tallies = sweep.tallies(&traffic, &Worth::default());
        let rate = |at: usize| 100.0 * tallies[at].metrics().hit_rate.unwrap_or(0.0);
        println!(
            "{name}: {count} requests, {} prompts, 51 thresholds in {:.2?} (reading {read:.2?}), hits {:.1}% at 0.50, {:.1}% at 0.95, {:.1}% at 1.00",
            prompts.first.len(),
            start.elapsed(),
            rate(0),
            rate(45),
            rate(50),
        );
    }
}
