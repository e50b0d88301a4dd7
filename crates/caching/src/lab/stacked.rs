use units::Money;

use super::{
    Ask, LayerRow, Report, prompt,
    report::{Metrics, share},
    requests, similarity,
};
use crate::{
    Answer, Owned, Request, Traffic,
    similarity::StaticModel,
    stacked::{Similar, Stack, replay},
    tally,
};

pub(super) fn report(owned: &Owned, ask: &Ask, model: Option<&StaticModel>) -> Result<Report, String> {
    let refs = owned.refs();
    // What is saved must not hold what a cache saved before.
    let requests_: Vec<Request> = owned
        .requests
        .iter()
        .zip(&owned.uncached)
        .map(|(request, cost)| Request { cost: *cost, ..*request })
        .collect();
    let traffic = Traffic { requests: &requests_, ..refs.traffic() };
    let (prompts, space) = similarity::space(owned, ask, model)?;
    let (settings, worth) = similarity::settings(ask);
    let provider = prompt::choose(owned, ask);
    let stack = Stack {
        exact: Some(ask.exact()),
        similar: Some(Similar { prompts: &prompts, space: &space, settings, threshold: ask.threshold }),
        prompt: provider.map(|provider| ask.prompt(provider)),
        worth,
    };
    let (stacked, answers) = replay(&traffic, &stack);
    let sum = tally(traffic.requests, &answers, &worth);
    let mut left = stacked.cost;
    let layers = [("exact", &stacked.exact), ("similar", &stacked.similar), ("prompt", &stacked.prompt)];
    let row = |(name, layer): (&str, &crate::stacked::Layer)| {
        left = left - layer.saved;
        LayerRow {
            layer: name.to_owned(),
            requests: layer.requests,
            saved: (layer.saved, layer.most),
            left,
            seconds: (name != "prompt").then(|| layer.time.as_ms() / 1e3),
        }
    };
    let layers: Vec<LayerRow> = layers.into_iter().map(row).collect();
    let total = |of: fn(&LayerRow) -> Money| layers.iter().map(of).sum::<Money>();
    let known = stacked.cost > Money::ZERO || sum.unpriced < sum.hits + sum.misses;
    let (saved, most) = (total(|layer| layer.saved.0), total(|layer| layer.saved.1));
    let hits = stacked.exact.requests + stacked.similar.requests;
    let unasked = answers.iter().filter(|answer| matches!(answer, Answer::Unknown)).count() as u64;
    let mut report = Report {
        requests: requests_.len() as u64,
        metrics: Metrics {
            hits,
            misses: requests_.len() as u64 - hits,
            by_request: share(hits as f64, requests_.len() as f64),
            by_dollar: share(saved.to_f64(), stacked.cost.to_f64()),
            saved: known.then_some(saved),
            saved_most: known.then_some(most),
            unpriced: stacked.unpriced,
            ..Metrics::of(&sum)
        },
        cost: known.then_some(stacked.cost),
        layers,
        ..Report::default()
    };
    match provider {
        Some(provider) => {
            report.notes.push(format!("The prompt cache is by the rules of {}.", prompt::describe(provider)))
        }
        None => report
            .notes
            .push("No provider is known for these models: no prompt cache is replayed.".to_owned()),
    }
    if unasked > 0 {
        report.abstained.push(("no prompt text".to_owned(), unasked));
    }
    if stacked.abstained > 0 {
        report.abstained.push(("the provider's rules".to_owned(), stacked.abstained));
    }
    if stacked.unpriced > 0 {
        report.notes.push(format!(
            "Of {} a cost or a saving is not known: they are in no amount.",
            requests(stacked.unpriced)
        ));
    }
    Ok(report)
}
