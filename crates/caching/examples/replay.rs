//! How long all layers and a sweep over 51 thresholds take: `cargo run --release -p tokenflame-caching --example replay [PROMPTS] [words,tfidf,ngrams]`.

use std::time::Instant;

use caching::{
    Part, Request, Traffic, Worth,
    exact::{Exact, Scope},
    prompt::{Prompt, Provider},
    similarity::{self, Measure, Similarity, Sweep, default_thresholds},
    stacked::{self, Similar, Stack},
};
use units::Money;

#[path = "../tests/common/mod.rs"]
mod common;

/// All layers over the same requests.
fn stack(owned: &common::Owned) {
    let traffic = owned.traffic();
    // Two parts each: one that all share, and the prompt.
    let part = |hash, tokens| Part { hash, tokens, ..Part::default() };
    let parts: Vec<Part> =
        (0..traffic.requests.len() as u64).flat_map(|n| [part(1, 3_000), part(n + 2, 40)]).collect();
    let requests: Vec<Request> = (0u32..)
        .zip(traffic.requests)
        .map(|(n, request)| Request {
            parts: (2 * n, 2 * n + 2),
            cost: Some(Money::from_picos(1)),
            ..*request
        })
        .collect();
    let models = ["claude-opus-4-8"; 2];
    let traffic = Traffic { requests: &requests, parts: &parts, models: &models, ..traffic };
    let start = Instant::now();
    let (prompts, space) = similarity::prompts(&traffic, Measure::Words, Scope::default());
    let similar =
        Similar { prompts: &prompts, space: &space, settings: Similarity::default(), threshold: 0.95 };
    let stack = Stack {
        exact: Some(Exact::default()),
        similar: Some(similar),
        prompt: Some(Prompt::of(Provider::AnthropicBest)),
        ..Stack::default()
    };
    let (all, _) = stacked::replay(&traffic, &stack);
    println!(
        "stacked: {} exact, {} similar, {} from the provider's cache, of {} requests in {:.2?}",
        all.exact.requests,
        all.similar.requests,
        all.prompt.requests,
        requests.len(),
        start.elapsed()
    );
}

fn main() {
    let count = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(100_000);
    let owned = common::random_texts(count, 1, 40);
    let traffic = owned.traffic();
    stack(&owned);
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
