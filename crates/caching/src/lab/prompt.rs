use super::{
    Ask, Progress, ProviderRow, Report, observed,
    report::{Metrics, share},
    requests,
};
use crate::{
    Owned, Traffic,
    prompt::{Prediction, Provider, Saving, Why, predict, saving},
};

/// Whose prompt cache a model is behind, by its name; `None` where the name tells nobody's.
pub fn own_provider(model: &str) -> Option<Provider> {
    let name = model.to_ascii_lowercase();
    let is = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if is(&["claude", "mythos"]) || (is(&["opus-", "sonnet-", "haiku-", "fable-"]) && !is(&["gpt"])) {
        // Names of Bedrock hold the seller: `us.anthropic.claude-...`.
        return Some(if name.contains("anthropic.") {
            Provider::Bedrock
        } else {
            Provider::AnthropicExplicit
        });
    }
    if is(&["gemini"]) {
        return Some(Provider::GeminiImplicit);
    }
    if is(&["deepseek"]) {
        return Some(Provider::Deepseek);
    }
    let last = name.rsplit('/').next().unwrap_or(&name);
    if let Some(version) = last.strip_prefix("gpt-") {
        let number: Vec<u32> = version
            .split(|c: char| !c.is_ascii_digit())
            .map_while(|digits| digits.parse().ok())
            .take(2)
            .collect();
        let newer = match number[..] {
            [major, minor] if major < 1_000 && minor < 100 => (major, minor) >= (5, 6),
            [major, ..] => (6..1_000).contains(&major),
            [] => false,
        };
        return (!number.is_empty()).then_some(if newer {
            Provider::OpenaiFrom56
        } else {
            Provider::OpenaiTo55
        });
    }
    let reasoning = ["o1", "o3", "o4"]
        .iter()
        .any(|name| last.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('-')));
    (reasoning || last.starts_with("chatgpt-")).then_some(Provider::OpenaiTo55)
}

/// A provider's rules in words.
pub const fn describe(provider: Provider) -> &'static str {
    match provider {
        Provider::OpenaiTo55 => "OpenAI, up to GPT-5.5",
        Provider::OpenaiFrom56 => "OpenAI, from GPT-5.6 on",
        Provider::AnthropicExplicit => "Anthropic, breakpoints as sent",
        Provider::AnthropicAutomatic => "Anthropic, automatic breakpoint",
        Provider::AnthropicBest => "Anthropic, breakpoints placed best",
        Provider::GeminiImplicit => "Gemini, implicit",
        Provider::GeminiExplicit => "Gemini, named cache",
        Provider::Deepseek => "DeepSeek",
        Provider::Bedrock => "Bedrock, cache points as sent",
    }
}

/// What a prediction lacks, in words.
pub(super) fn reason(why: Why) -> &'static str {
    match why {
        Why::Read => "read what could be read",
        Why::First => "nothing sent before begins like it",
        Why::BelowMinimum => "below the minimum",
        Why::Expired => "idle for too long",
        Why::OtherModel => "sent to another model before",
        Why::PrefixChanged => "the beginning changed",
        Why::NoBreakpoint => "no breakpoint where an earlier one ends",
        Why::TooManyBreakpoints => "more breakpoints than are taken",
        Why::UnknownRule => "the minimum of this model is not known",
        Why::NoParts => "the trace tells no parts of the prompt",
    }
}

/// A model of the provider whose rules and multiples of the input price stand for models that it does not sell.
const fn stand_in(provider: Provider) -> &'static str {
    match provider {
        Provider::OpenaiTo55 => "gpt-5.4",
        Provider::OpenaiFrom56 => "gpt-5.6",
        Provider::GeminiImplicit | Provider::GeminiExplicit => "gemini-2.5-flash",
        Provider::Deepseek => "",
        _ => "claude-sonnet-5",
    }
}

fn sells(provider: Provider, model: &str) -> bool {
    let family = |provider: Provider| match provider {
        Provider::OpenaiTo55 | Provider::OpenaiFrom56 => 0,
        Provider::GeminiImplicit | Provider::GeminiExplicit => 1,
        Provider::Deepseek => 2,
        _ => 3,
    };
    own_provider(model).is_some_and(|own| family(own) == family(provider))
}

/// One provider's rules over the whole traffic. For models that it does not sell, one of its own stands in, at its
/// multiples of the input price that is paid now.
pub(super) fn row(owned: &Owned, ask: &Ask, provider: Provider) -> (ProviderRow, Vec<Prediction>) {
    let refs = owned.refs();
    let stand_in = stand_in(provider);
    let foreign: Vec<bool> = owned.models.iter().map(|model| !sells(provider, model)).collect();
    let all = refs.traffic();
    let models: Vec<&str> = all
        .models
        .iter()
        .zip(&foreign)
        .map(|(model, foreign)| if *foreign && !stand_in.is_empty() { stand_in } else { *model })
        .collect();
    // Its own multiples, not those of who sells the model now.
    let mut rates = owned.rates.clone();
    rates.extend(owned.rates.iter().map(|rates| crate::Rates {
        read: None,
        write: None,
        write_1h: None,
        ..*rates
    }));
    let reqs: Vec<crate::Request> = owned
        .requests
        .iter()
        .map(|request| crate::Request {
            rates: request.rates.map(|number| match foreign.get(request.model as usize) {
                Some(true) => number + owned.rates.len() as u32,
                _ => number,
            }),
            ..*request
        })
        .collect();
    let traffic = Traffic { requests: &reqs, models: &models, rates: &rates, ..all };
    let prompt = ask.prompt(provider);
    let predictions = predict(&traffic, &prompt);
    let tokens = reqs.iter().zip(&predictions).filter(|(_, prediction)| !prediction.why.abstains());
    let tokens = tokens.map(|(request, _)| request.input.or_zero()).sum();
    let is_foreign = |request: &crate::Request| {
        foreign.get(request.model as usize) == Some(&true) && request.parts.0 < request.parts.1
    };
    let used = !stand_in.is_empty() && owned.requests.iter().any(is_foreign);
    let row = ProviderRow {
        provider,
        stand_in: if used { stand_in.to_owned() } else { String::new() },
        saving: saving(&traffic, &prompt, &predictions),
        tokens,
    };
    (row, predictions)
}

/// The provider that is asked for, or else that of most requests.
pub(super) fn choose(owned: &Owned, ask: &Ask) -> Option<Provider> {
    ask.provider.or_else(|| {
        let own: Vec<Option<Provider>> = owned.models.iter().map(|model| own_provider(model)).collect();
        let count = |provider: &Provider| {
            owned
                .requests
                .iter()
                .filter(|r| own.get(r.model as usize).copied().flatten() == Some(*provider))
                .count()
        };
        Provider::ALL.into_iter().rev().filter(|provider| count(provider) > 0).max_by_key(count)
    })
}

pub(super) fn report(owned: &Owned, ask: &Ask, progress: &mut Progress) -> Report {
    let mut report = Report { requests: owned.requests.len() as u64, ..Report::default() };
    let chosen = choose(owned, ask);
    let steps = Provider::ALL.len() as u64 + 1;
    for (done, provider) in Provider::ALL.into_iter().enumerate() {
        progress(done as u64, steps);
        let (row, _) = row(owned, ask, provider);
        if chosen == Some(provider) {
            settle(owned, &row, &mut report);
        }
        report.providers.push(row);
    }
    progress(steps - 1, steps);
    observed::add(owned, ask, &mut report);
    if let (Some(provider), None) = (chosen, ask.provider) {
        report.notes.push(format!("Rules of most requests' own provider: {}.", describe(provider)));
    }
    report
}

/// The figures of the chosen provider.
fn settle(owned: &Owned, row: &ProviderRow, report: &mut Report) {
    let saving: &Saving = &row.saving;
    let cost: units::Money = owned.uncached.iter().flatten().copied().sum();
    let told = saving.requests > saving.unpriced;
    report.cost = owned.uncached.iter().any(Option::is_some).then_some(cost);
    report.metrics = Metrics {
        hits: saving.hits,
        misses: saving.requests - saving.hits,
        by_request: share(saving.hits as f64, saving.requests as f64),
        by_token: share(saving.read.0 as f64, row.tokens as f64),
        by_dollar: share(saving.least.to_f64(), cost.to_f64()).filter(|_| told),
        saved: told.then_some(saving.least),
        saved_most: told.then_some(saving.most),
        unpriced: saving.unpriced,
        ..Metrics::default()
    };
    report.abstained =
        saving.abstained.iter().map(|(why, count)| (reason(*why).to_owned(), *count)).collect();
    if saving.unpriced > 0 {
        report
            .notes
            .push(format!("Of {} a price is missing: dollars leave them out.", requests(saving.unpriced)));
    }
    if !row.stand_in.is_empty() {
        report.notes.push(format!(
            "Where the provider does not sell a model, the rules of {} stand in, at its multiples of the input price that is paid now.",
            row.stand_in
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_tells_whose_cache_it_is_behind() {
        for (model, provider) in [
            ("gpt-4o-mini-2024-07-18", Some(Provider::OpenaiTo55)),
            ("gpt-5.5", Some(Provider::OpenaiTo55)),
            ("gpt-5-mini", Some(Provider::OpenaiTo55)),
            ("gpt-5-2025-08-07", Some(Provider::OpenaiTo55)),
            ("openai/gpt-5.6-sol", Some(Provider::OpenaiFrom56)),
            ("gpt-6", Some(Provider::OpenaiFrom56)),
            ("o3-mini", Some(Provider::OpenaiTo55)),
            ("claude-haiku-4-5-20251001", Some(Provider::AnthropicExplicit)),
            ("us.anthropic.claude-opus-4-7-v1:0", Some(Provider::Bedrock)),
            ("gemini-2.5-pro", Some(Provider::GeminiImplicit)),
            ("deepseek-chat", Some(Provider::Deepseek)),
            ("llama-3.1-70b", None),
            ("gpt-oss-120b", None),
            ("", None),
        ] {
            assert_eq!(own_provider(model), provider, "{model}");
        }
    }
}
