use serde::{Deserialize, Serialize};
use units::Money;

use super::{Prediction, Prompt, Provider, Why, is_model, rule};
use crate::Traffic;

/// What a provider's cache saves: without it all input is fresh. Writes cost, so it may be less than nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saving {
    /// If as little is read as the rules leave open.
    pub least: Money,
    /// If as much is.
    pub most: Money,
    /// Tokens read, at least and at most.
    pub read: (u64, u64),
    /// Tokens written, whatever the lifetime.
    pub written: u64,
    /// Requests that read something for sure.
    pub hits: u64,
    /// Requests of which there is a prediction.
    pub requests: u64,
    /// Requests that would save or cost something, but by how much is not known.
    pub unpriced: u64,
    /// Requests without a prediction, by reason.
    pub abstained: Vec<(Why, u64)>,
}

/// Multiples of the input price in thousandths: of a read, a write, a write for an hour.
fn multiples(provider: Provider, model: &str) -> Option<(Option<u32>, u32, u32)> {
    // Crate synaps 0.10.2 and claudit 1.8.2 (2026-09-23), quoting the pricing page.
    const ANTHROPIC: [(&str, u32); 2] = [("opus-5-5 sonnet-5-5", 50), ("fable-5-1 fable-5-2 mythos-5-1", 25)];
    // genai-prices of 2026-08-02.
    const OPENAI: [(&str, u32); 3] = [
        ("gpt-4o gpt-4o-mini o1 o1-mini o3-mini", 500),
        ("gpt-4-1 gpt-4-1-mini gpt-4-1-nano o3 o4-mini", 250),
        ("gpt-5 gpt-5-mini gpt-5-nano gpt-5-1 gpt-5-2 gpt-5-4 gpt-5-5 gpt-5-6 gpt-5-6-sol gpt-5-6-luna", 100),
    ];
    // Context cache overview of Vertex.
    const GEMINI: [(&str, u32); 2] = [
        ("gemini-2-0-flash", 250),
        ("gemini-2-5-flash gemini-2-5-pro gemini-2-5-flash-lite gemini-3-pro gemini-3-flash", 100),
    ];
    match provider {
        Provider::OpenaiTo55 => Some((rule(model, &OPENAI), 1_000, 1_000)),
        Provider::OpenaiFrom56 => Some((rule(model, &OPENAI), 1_250, 1_250)),
        Provider::GeminiImplicit | Provider::GeminiExplicit => Some((rule(model, &GEMINI), 1_000, 1_000)),
        Provider::Deepseek => Some((None, 1_000, 1_000)),
        _ => {
            let claude = model.to_ascii_lowercase().contains("claude") || is_model(model, "mythos");
            claude.then(|| (Some(rule(model, &ANTHROPIC).unwrap_or(100)), 1_250, 2_000))
        }
    }
}

/// The price of storing a million tokens for an hour, which only Gemini asks for. That of Flash is not known: sources
/// have $0.50 and $1.00.
fn storage(model: &str) -> Option<Money> {
    const RULES: [(&str, i128); 1] = [("gemini-2-5-pro", 4_500_000_000_000)];
    rule(model, &RULES).map(Money::from_picos)
}

/// Sums what predictions save, by the prices of the requests. Where a price of a class is missing, it is the
/// provider's multiple of the input price.
pub fn saving(traffic: &Traffic, prompt: &Prompt, predictions: &[Prediction]) -> Saving {
    let mut sum = Saving::default();
    for (request, prediction) in traffic.requests.iter().zip(predictions) {
        if prediction.why.abstains() {
            match sum.abstained.iter_mut().find(|(why, _)| *why == prediction.why) {
                Some((_, count)) => *count += 1,
                None => sum.abstained.push((prediction.why, 1)),
            }
            continue;
        }
        sum.requests += 1;
        sum.hits += u64::from(prediction.read.0 > 0);
        sum.read = (sum.read.0 + prediction.read.0, sum.read.1 + prediction.read.1);
        sum.written += prediction.write + prediction.write_1h;
        match of_one(traffic, prompt.provider, request, prediction) {
            Some((least, most)) => (sum.least, sum.most) = (sum.least + least, sum.most + most),
            None => sum.unpriced += 1,
        }
    }
    sum
}

/// What one request saves, at least and at most; `None` where a price is missing.
pub(crate) fn of_one(
    traffic: &Traffic,
    provider: Provider,
    request: &crate::Request,
    prediction: &Prediction,
) -> Option<(Money, Money)> {
    let quiet = prediction.read.1 == 0 && prediction.write + prediction.write_1h + prediction.stored == 0;
    if quiet {
        return Some((Money::ZERO, Money::ZERO));
    }
    let rates = traffic.rates_of(request)?;
    let model = traffic.model(request);
    let multiples = multiples(provider, model);
    let times = |multiple: u32| Money::from_picos((rates.input.picos() * i128::from(multiple) + 500) / 1_000);
    let read = rates.read.or_else(|| multiples?.0.map(times))?;
    let write = rates.write.or_else(|| multiples.map(|m| times(m.1)))?;
    let write_1h = rates.write_1h.or_else(|| multiples.map(|m| times(m.2)))?;
    let mut cost =
        (write - rates.input).times(prediction.write) + (write_1h - rates.input).times(prediction.write_1h);
    if prediction.stored > 0 {
        let picos = storage(model)?.picos() * i128::from(prediction.stored) / (3_600 * 1_000_000);
        cost += Money::from_picos(picos);
    }
    let gain = rates.input - read;
    // What is read beyond the least is not written.
    let more = prediction.read.1 - prediction.read.0;
    let spared = (write - rates.input).times(more.min(prediction.write));
    Some((gain.times(prediction.read.0) - cost, gain.times(prediction.read.1) - cost + spared))
}
