use serde::{Deserialize, Serialize};

use super::{PairView, diff::diff, similarity::Swept};
use crate::{
    Owned, Request, Traffic,
    exact::Scope,
    false_hits,
    similarity::{Hit, Measure, nearest, prompts},
};

/// Which pairs of a sweep.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// The threshold.
    pub threshold: f64,
    /// A sample of all similar hits at the threshold, to be reviewed; else those nearest to it.
    pub sample: bool,
    /// How many.
    pub count: u32,
}

impl Swept {
    pub fn pairs(&self, owned: &Owned, choice: &Choice) -> Vec<PairView> {
        let refs = owned.refs();
        let traffic = refs.traffic();
        let count = choice.count.min(1_000) as usize;
        let hits = match choice.sample {
            false => nearest(&self.prompts, &self.hits, choice.threshold, count),
            true => sample(self, choice.threshold, count),
        };
        hits.iter().filter_map(|hit| view(owned, &traffic, hit)).collect()
    }
}

/// Hits spread evenly over those at a threshold, so that what is found of them holds for all. The same each time.
fn sample(swept: &Swept, threshold: f64, count: usize) -> Vec<Hit> {
    let Some(at) = swept.thresholds.iter().rposition(|other| *other <= threshold + 1e-9) else {
        return vec![];
    };
    let similar = |hit: &&Hit| hit.similarity.is_some() && hit.thresholds >> at & 1 != 0;
    let of: Vec<&Hit> = swept.hits.iter().filter(similar).collect();
    let count = count.min(of.len());
    (0..count).map(|number| *of[number * of.len() / count.max(1)]).collect()
}

fn view(owned: &Owned, traffic: &Traffic, hit: &Hit) -> Option<PairView> {
    let [source, request] = [hit.source, hit.request].map(|number| owned.requests[number as usize]);
    let text = |request: &Request| traffic.text(request.prompt).unwrap_or_default();
    let (first, second) = diff(text(&source), text(&request));
    let id = |number: u32| owned.ids.get(number as usize).copied().unwrap_or(number);
    Some(PairView {
        source: id(hit.source),
        request: id(hit.request),
        similarity: hit.similarity?,
        first,
        second,
        findings: false_hits::detect_hit(traffic, hit),
        answers_alike: answers_alike(traffic, &source, &request),
    })
}

/// How alike two answers are, over their words.
fn answers_alike(traffic: &Traffic, source: &Request, request: &Request) -> Option<f64> {
    let answers: Vec<&str> =
        [source, request].into_iter().map(|one| traffic.text(one.response)).collect::<Option<_>>()?;
    if answers[0] == answers[1] {
        return Some(1.0);
    }
    let pair = [0, 1].map(|number| Request { prompt: Some(number), ..Request::default() });
    let two = Traffic { requests: &pair, texts: &answers, ..Traffic::default() };
    let (_, space) = prompts(&two, Measure::Words, Scope::default());
    Some(space.similarity(0, 1))
}
