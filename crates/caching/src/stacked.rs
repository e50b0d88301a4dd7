//! All layers at once: a request goes to the cache of the same prompts, what misses there to that of similar ones,
//! what misses there to the model, whose provider may have its beginning cached. Each saving counts once, where it
//! is made.

use serde::{Deserialize, Serialize};
use units::{Money, Nanos};

use crate::{
    Answer, Request, Traffic, Worth,
    exact::{self, Exact},
    prompt::{self, Prediction, Prompt},
    similarity::{Prompts, Similarity, Space, Sweep},
};

/// Which layers there are.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stack<'a> {
    /// A cache of the same prompts.
    pub exact: Option<Exact>,
    /// A cache of similar prompts.
    pub similar: Option<Similar<'a>>,
    /// The provider's prompt cache.
    pub prompt: Option<Prompt>,
    /// What a hit is worth.
    pub worth: Worth,
}

/// A cache of similar prompts at one threshold.
#[derive(Clone, Copy, Debug)]
pub struct Similar<'a> {
    /// The prompts of all requests.
    pub prompts: &'a Prompts,
    /// Where they are compared.
    pub space: &'a Space,
    /// What the cache keeps.
    pub settings: Similarity,
    /// How similar is similar enough.
    pub threshold: f64,
}

/// What one layer did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layer {
    /// Requests that it answered, or of which it read something for sure.
    pub requests: u64,
    /// What it saves.
    pub saved: Money,
    /// The most that it may save, where its rules leave that open.
    pub most: Money,
    /// The time that it saves; not known of a provider's cache.
    pub time: Nanos,
}

/// What all layers did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stacked {
    /// The cache of the same prompts.
    pub exact: Layer,
    /// The cache of similar prompts.
    pub similar: Layer,
    /// The provider's cache.
    pub prompt: Layer,
    /// What all requests cost: [`Request::cost`], which must be without any cache here.
    pub cost: Money,
    /// What is left to pay: the cost without all that is saved.
    pub left: Money,
    /// Requests whose cost or saving is not known; they are in no amount.
    pub unpriced: u64,
    /// Requests of which the provider's rules tell nothing.
    pub abstained: u64,
}

/// Replays the traffic through all layers. The second part tells what the caches of answers said to each request.
pub fn replay(traffic: &Traffic, stack: &Stack) -> (Stacked, Vec<Answer>) {
    let count = traffic.requests.len();
    let mut answers = match &stack.exact {
        Some(exact) => exact::replay(traffic, exact),
        None => vec![Answer::Miss; count],
    };
    let open = |answer: &Answer| matches!(answer, Answer::Miss | Answer::Unknown);
    let by_exact: Vec<bool> = answers.iter().map(|answer| !open(answer)).collect();
    if let Some(similar) = &stack.similar {
        let mut prompts = similar.prompts.clone();
        prompts
            .of
            .iter_mut()
            .zip(&by_exact)
            .filter(|(_, answered)| **answered)
            .for_each(|(of, _)| *of = None);
        let mut sweep = Sweep::new(traffic, &prompts, similar.space, &similar.settings, &[similar.threshold]);
        while sweep.advance(count.max(1)) {}
        if !sweep.thresholds().is_empty() {
            for (answer, said) in answers.iter_mut().zip(sweep.answers(0)) {
                if open(answer) && said != Answer::Unknown {
                    *answer = said;
                }
            }
        }
    }

    // What was answered never comes to the provider.
    let predictions: Option<Vec<Prediction>> = stack.prompt.map(|settings| {
        let unanswered = |(request, answer): (&Request, &Answer)| Request {
            parts: if open(answer) { request.parts } else { (0, 0) },
            ..*request
        };
        let requests: Vec<Request> = traffic.requests.iter().zip(&answers).map(unanswered).collect();
        prompt::predict(&Traffic { requests: &requests, ..*traffic }, &settings)
    });

    let mut stacked = Stacked::default();
    for (number, (request, answer)) in traffic.requests.iter().zip(&answers).enumerate() {
        match request.cost {
            Some(cost) => stacked.cost += cost,
            None => stacked.unpriced += 1,
        }
        let exact = by_exact[number];
        if !open(answer) {
            let layer = if exact { &mut stacked.exact } else { &mut stacked.similar };
            let similar = matches!(answer, Answer::Similar(_));
            let saved = request.cost.map_or(Money::ZERO, |cost| stack.worth.saved(cost, similar));
            layer.requests += 1;
            (layer.saved, layer.most) = (layer.saved + saved, layer.most + saved);
            layer.time += request.duration.map_or(Nanos::ZERO, |duration| duration - stack.worth.lookup);
            continue;
        }
        let Some((settings, predictions)) = stack.prompt.zip(predictions.as_ref()) else { continue };
        let prediction = &predictions[number];
        if prediction.why.abstains() {
            stacked.abstained += 1;
            continue;
        }
        stacked.prompt.requests += u64::from(prediction.read.0 > 0);
        // A saving of what has no cost would make what is left wrong.
        let saving =
            request.cost.and_then(|_| prompt::of_one(traffic, settings.provider, request, prediction));
        match saving {
            Some((least, most)) => {
                stacked.prompt.saved += least;
                stacked.prompt.most += most;
            }
            None => stacked.unpriced += u64::from(request.cost.is_some()),
        }
    }
    stacked.left = stacked.cost - stacked.exact.saved - stacked.similar.saved - stacked.prompt.saved;
    (stacked, answers)
}
