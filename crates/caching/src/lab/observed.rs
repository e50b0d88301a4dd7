use rustc_hash::FxHashMap;
use units::Money;

use super::{
    Ask, Break, Observed, Report,
    prompt::{own_provider, reason},
};
use crate::{
    Owned, Request, Traffic,
    prompt::{Prediction, Provider, Why, predict},
};

/// Breaks that are shown.
const BREAKS: usize = 20;
/// Bytes of a text that are shown before and behind the place where it breaks.
const BEFORE: usize = 60;
const BEHIND: usize = 180;

/// Compares, model by model, what providers reported with what their own rules predict of the same requests.
pub(super) fn add(owned: &Owned, ask: &Ask, report: &mut Report) {
    let own: Vec<Option<Provider>> = owned.models.iter().map(|model| own_provider(model)).collect();
    let provider_of = |request: &Request| own.get(request.model as usize).copied().flatten();
    let refs = owned.refs();
    let mut rows: Vec<Observed> = owned
        .models
        .iter()
        .zip(&own)
        .map(|(model, provider)| Observed {
            model: model.clone(),
            provider: *provider,
            ..Observed::default()
        })
        .collect();
    let mut reasons: Vec<FxHashMap<String, (u64, i64)>> = vec![FxHashMap::default(); rows.len()];
    let mut breaks: Vec<(Money, Break)> = Vec::new();
    for provider in Provider::ALL {
        let numbers: Vec<usize> = (0..owned.requests.len())
            .filter(|at| provider_of(&owned.requests[*at]) == Some(provider))
            .collect();
        if numbers.is_empty() {
            continue;
        }
        let requests: Vec<Request> = numbers.iter().map(|at| owned.requests[*at]).collect();
        let traffic = Traffic { requests: &requests, ..refs.traffic() };
        let mut untold = false;
        for ((at, request), prediction) in
            numbers.iter().zip(&requests).zip(predict(&traffic, &ask.prompt(provider)))
        {
            let model = request.model as usize;
            let Some(row) = rows.get_mut(model) else { continue };
            if let Some(cached) = request.cached.get()
                && !prediction.why.abstains()
            {
                row.requests += 1;
                row.predicted = (row.predicted.0 + prediction.read.0, row.predicted.1 + prediction.read.1);
                row.reported += cached;
                let difference = cached as i64
                    - cached.clamp(prediction.read.0, prediction.read.1.max(prediction.read.0)) as i64;
                let known = reasons[model].entry(explain(&prediction, cached, untold)).or_default();
                *known = (known.0 + 1, known.1 + difference);
            }
            untold = prediction.why == Why::NoParts;
            if let Some(broken) = broken(owned, &traffic, *at, request, &prediction) {
                breaks.push((broken.cost.unwrap_or_default(), broken));
            }
        }
    }
    for (row, reasons) in rows.iter_mut().zip(reasons) {
        row.reasons = reasons.into_iter().map(|(why, (count, tokens))| (why, count, tokens)).collect();
        row.reasons.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    }
    rows.retain(|row| row.requests > 0);
    rows.sort_by(|a, b| b.requests.cmp(&a.requests).then_with(|| a.model.cmp(&b.model)));
    report.observed = rows;
    breaks.sort_by(|a, b| b.0.cmp(&a.0).then(b.1.tokens.cmp(&a.1.tokens)).then(a.1.id.cmp(&b.1.id)));
    report.breaks = breaks.into_iter().take(BREAKS).map(|(_, broken)| broken).collect();
}

/// Why what was reported is what was predicted, or is not.
fn explain(prediction: &Prediction, cached: u64, untold: bool) -> String {
    if prediction.agrees(cached) {
        return match prediction.why {
            Why::Read | Why::PrefixChanged => "as predicted".to_owned(),
            why => format!("as predicted: {}", reason(why)),
        };
    }
    if cached > prediction.read.1 {
        return match prediction.why {
            _ if untold => {
                "read more: the request before tells no tokens and may have written some".to_owned()
            }
            Why::First => "read more: what wrote it lies before the trace".to_owned(),
            why => format!("read more than predicted ({})", reason(why)),
        };
    }
    match cached {
        0 => "read nothing, though an entry should have lived".to_owned(),
        _ => "read less: a shorter beginning than the one sent before".to_owned(),
    }
}

/// A request whose beginning was another than before, and what that cost.
fn broken(
    owned: &Owned,
    traffic: &Traffic,
    at: usize,
    request: &Request,
    prediction: &Prediction,
) -> Option<Break> {
    let broke = prediction.broke.filter(|_| prediction.why == Why::PrefixChanged)?;
    let parts = traffic.parts_of(request);
    let here = parts.get(broke.part as usize)?;
    let there = traffic.parts.get(broke.other as usize)?;
    let shared: u64 = parts[..broke.part as usize].iter().map(|part| u64::from(part.tokens)).sum();
    // What stands behind the break in both prompts would have been read, were it not for the break.
    let behind: u64 = parts[broke.part as usize..].iter().map(|part| u64::from(part.tokens)).sum();
    let tokens = behind.min(request.input.get().unwrap_or(u64::MAX).saturating_sub(shared));
    let rates = traffic.rates_of(request);
    let cost = rates.and_then(|rates| Some((rates.input - rates.read?).times(tokens)));
    let excerpt = |text: Option<u32>| {
        let text = traffic.text(text).unwrap_or_default();
        let byte = broke.byte.unwrap_or(0) as usize;
        let edge = |mut at: usize| {
            at = at.min(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        text[edge(byte.saturating_sub(BEFORE))..edge(byte.saturating_add(BEHIND))].to_owned()
    };
    Some(Break {
        id: owned.ids.get(at).copied().unwrap_or(at as u32),
        model: traffic.model(request).to_owned(),
        part: broke.part,
        byte: broke.byte,
        before: excerpt(there.text),
        after: excerpt(here.text),
        tokens,
        cost,
    })
}
