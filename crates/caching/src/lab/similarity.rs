use rustc_hash::FxHashMap;

use super::{Alike, Ask, Point, Progress, Report, exact::note_unknown, report::Metrics, requests};
use crate::{
    Evict, Owned, Tally, Worth, false_hits,
    similarity::{Hit, Measure, Prompts, Similarity, Space, StaticModel, Sweep, literal, prompts},
    tally,
};

/// Requests that are replayed between two notes on progress.
const STEP: usize = 500;
/// Pairs that detectors look at; of more, every so many.
const LOOKED: usize = 20_000;

/// A sweep that was run, with all that later questions about it need.
#[derive(Debug)]
pub(super) struct Swept {
    /// The settings, but for the threshold, which may be any of the sweep's.
    ask: Ask,
    pub thresholds: Vec<f64>,
    pub prompts: Prompts,
    pub hits: Vec<Hit>,
    tallies: Vec<Tally>,
    /// For each threshold: similar hits that detectors looked at, and those with a sign.
    signs: Vec<(u64, u64)>,
}

/// What decides a sweep.
fn key(ask: &Ask, threshold: f64) -> Ask {
    Ask { threshold, literal: false, ..ask.clone() }
}

/// The measure of a question.
pub(super) fn measure<'a>(ask: &Ask, model: Option<&'a StaticModel>) -> Result<Measure<'a>, String> {
    Ok(match ask.measure {
        Alike::Jaccard => Measure::Words,
        Alike::Ngrams => Measure::Ngrams(ask.letters.clamp(1, 64)),
        Alike::Tfidf => Measure::TfIdf,
        Alike::Carried => Measure::Carried,
        Alike::Model => Measure::Model(
            model.ok_or("No embedding model is loaded: give model.safetensors and tokenizer.json of one.")?,
        ),
    })
}

/// Prompts and where they are compared.
pub(super) fn space(
    owned: &Owned,
    ask: &Ask,
    model: Option<&StaticModel>,
) -> Result<(Prompts, Space), String> {
    Ok(prompts(&owned.refs().traffic(), measure(ask, model)?, ask.scope))
}

impl Swept {
    pub fn run(
        owned: &Owned,
        ask: &Ask,
        model: Option<&StaticModel>,
        progress: &mut Progress,
    ) -> Result<Swept, String> {
        let refs = owned.refs();
        let (traffic, all) = (refs.traffic(), owned.requests.len() as u64);
        progress(0, all);
        let (prompts, space) = space(owned, ask, model)?;
        let settings = Similarity { scope: ask.scope, keep: ask.keep() };
        let mut sweep = Sweep::new(&traffic, &prompts, &space, &settings, &ask.thresholds());
        while sweep.advance(STEP) {
            progress(sweep.done() as u64, all);
        }
        let (thresholds, hits) = (sweep.thresholds().to_vec(), sweep.hits().to_vec());
        let tallies = sweep.tallies(&traffic, &ask.worth());
        drop(sweep);
        let signs = signs(owned, &prompts, &hits, thresholds.len());
        Ok(Swept { ask: key(ask, ask.threshold), thresholds, prompts, hits, tallies, signs })
    }

    /// Whether this is the sweep that is asked for.
    pub fn is_of(&self, ask: &Ask) -> bool {
        self.ask == key(ask, self.ask.threshold) && self.at(ask.threshold).is_some()
    }

    fn at(&self, threshold: f64) -> Option<usize> {
        self.thresholds.iter().position(|other| (other - threshold).abs() < 1e-9)
    }

    pub fn report(&self, owned: &Owned, ask: &Ask) -> Report {
        let point = |(at, threshold): (usize, &f64)| Point {
            threshold: Some(*threshold),
            metrics: Metrics::of(&self.tallies[at]),
            looked: self.signs[at].0,
            suspicious: self.signs[at].1,
            ..Point::default()
        };
        let sum = self.at(ask.threshold).map(|at| self.tallies[at]).unwrap_or_default();
        let mut report = Report {
            requests: owned.requests.len() as u64,
            metrics: Metrics::of(&sum),
            curve: self.thresholds.iter().enumerate().map(point).collect(),
            ..Report::default()
        };
        match ask.measure {
            Alike::Carried if owned.vectors.is_empty() => {
                report.notes.push("The trace carries no embeddings.".to_owned());
            }
            _ => note_unknown(&mut report, &sum),
        }
        if ask.evict == Evict::Belady && ask.capacity.is_some() {
            report.notes.push(
                "The best order of eviction is not known for similar prompts: what hits depends on what was kept. Least recently used instead."
                    .to_owned(),
            );
        }
        if ask.literal {
            let refs = owned.refs();
            let traffic = refs.traffic();
            let answers = literal(&traffic, ask.threshold);
            report.literal = Some(Metrics::of(&tally(traffic.requests, &answers, &ask.worth())));
            report.notes.push(
                "To the letter, the document's cache compares the words of a prompt with those of the answers that it keeps."
                    .to_owned(),
            );
        }
        let looked = self.signs.iter().map(|signs| signs.0).max().unwrap_or(0);
        let similar = self.tallies.iter().map(|tally| tally.similar).max().unwrap_or(0);
        if looked < similar {
            report.notes.push(format!(
                "Detectors looked at a part of the similar hits: {} of {}.",
                requests(looked),
                units::show::int(similar)
            ));
        }
        report
    }
}

/// For each threshold, how many similar hits detectors looked at, and how many of these have a sign.
fn signs(owned: &Owned, prompts: &Prompts, hits: &[Hit], thresholds: usize) -> Vec<(u64, u64)> {
    let refs = owned.refs();
    let traffic = refs.traffic();
    let similar = || hits.iter().filter(|hit| hit.similarity.is_some());
    let every = similar().count().div_ceil(LOOKED).max(1);
    let mut known: FxHashMap<_, bool> = FxHashMap::default();
    let mut signs = vec![(0, 0); thresholds];
    for hit in similar().step_by(every) {
        let systems = [hit.source, hit.request].map(|request| owned.requests[request as usize].system);
        let suspicious = *known
            .entry((prompts.pair(hit), systems))
            .or_insert_with(|| !false_hits::detect_hit(&traffic, hit).is_empty());
        for (at, sum) in signs.iter_mut().enumerate() {
            if hit.thresholds >> at & 1 != 0 {
                *sum = (sum.0 + 1, sum.1 + u64::from(suspicious));
            }
        }
    }
    signs
}

/// What a hit at one threshold is worth, for a stack.
pub(super) fn settings(ask: &Ask) -> (Similarity, Worth) {
    (Similarity { scope: ask.scope, keep: ask.keep() }, ask.worth())
}
