//! All layers at once, against one layer after the other done by hand.

mod common;

use caching::{
    Answer, Evict, Rates, Worth,
    exact::{Exact, Keep, Scope},
    prompt::{Prompt, Provider, predict, saving},
    similarity::{self, Measure, Similarity},
    stacked::{self, Similar, Stack},
};
use common::{Owned, random_texts};
use units::{Money, Nanos};

fn traffic() -> Owned {
    let mut owned = random_texts(3_000, 7, 40);
    owned.models = vec!["claude-opus-4-8", "claude-opus-4-8-20260101"];
    owned.rates = vec![Rates {
        input: Money::from_picos(5_000_000),
        output: Money::from_picos(25_000_000),
        ..Rates::default()
    }];
    for number in 0..owned.requests.len() {
        let from = owned.parts.len() as u32;
        let text = owned.requests[number].prompt.unwrap();
        for (hash, tokens) in [(1, 3_000), (u64::from(text) + 10, 40)] {
            owned.parts.push(caching::Part { hash, tokens, ..Default::default() });
        }
        let request = &mut owned.requests[number];
        request.parts = (from, from + 2);
        request.rates = Some(0);
        request.duration = Some(Nanos(1_000_000_000 + number as i64));
        request.cost = (number % 10 != 9).then(|| Money::from_picos(3_040 * 5_000_000 + number as i128));
    }
    owned
}

#[test]
fn each_saving_counts_once() {
    let owned = traffic();
    let traffic = owned.traffic();
    let (prompts, space) = similarity::prompts(&traffic, Measure::Words, Scope::default());
    let exact = Exact {
        keep: Keep { ttl: Some(Nanos(100_000_000_000)), capacity: Some(200), evict: Evict::Lru },
        ..Exact::default()
    };
    let similar =
        Similar { prompts: &prompts, space: &space, settings: Similarity::default(), threshold: 0.8 };
    let prompt = Prompt::of(Provider::AnthropicBest);
    let worth = Worth { lookup: Nanos(2_000_000), ..Worth::default() };
    let stack = Stack { exact: Some(exact), similar: Some(similar), prompt: Some(prompt), worth };
    let (all, answers) = stacked::replay(&traffic, &stack);

    let (alone, by_exact) =
        stacked::replay(&traffic, &Stack { exact: Some(exact), worth, ..Stack::default() });
    assert_eq!(all.exact, alone.exact, "the first layer sees all");
    assert!(all.exact.requests > 20 && all.similar.requests > 100 && all.prompt.requests > 1_000, "{all:?}");
    assert_eq!(all.cost, owned.requests.iter().filter_map(|request| request.cost).sum());
    assert_eq!(all.left, all.cost - all.exact.saved - all.similar.saved - all.prompt.saved);

    // The layers again, from the answers alone.
    let (mut saved, mut rest) = ([Money::ZERO; 2], Vec::new());
    for (number, answer) in answers.iter().enumerate() {
        let cost = owned.requests[number].cost.unwrap_or_default();
        let first = matches!(by_exact[number], Answer::Exact(_));
        match answer {
            Answer::Similar(_) => saved[1] += Money::from_picos((cost.picos() * 800 + 500) / 1_000),
            Answer::Exact(_) => saved[usize::from(!first)] += cost,
            _ => rest.push(owned.requests[number]),
        }
    }
    assert_eq!(saved, [all.exact.saved, all.similar.saved]);
    assert_eq!(rest.len() as u64, 3_000 - all.exact.requests - all.similar.requests);
    let rest = caching::Traffic { requests: &rest, ..traffic };
    let predictions = predict(&rest, &prompt);
    let read = predictions.iter().filter(|prediction| prediction.read.0 > 0).count() as u64;
    assert_eq!(all.prompt.requests, read);
    let priced: Vec<_> =
        rest.requests.iter().map(|r| caching::Request { rates: r.cost.and(r.rates), ..*r }).collect();
    let sum = saving(&caching::Traffic { requests: &priced, ..traffic }, &prompt, &predictions);
    assert_eq!((all.prompt.saved, all.prompt.most), (sum.least, sum.most));
    let unpriced = owned.requests.iter().filter(|request| request.cost.is_none()).count() as u64;
    assert_eq!((all.unpriced, all.abstained), (unpriced, 0));
    assert_eq!(stacked::replay(&traffic, &Stack::default()).0.left, all.cost);
}
