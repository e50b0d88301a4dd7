//! The prompt caches of providers: what each would have read and written of the same traffic, by its published
//! rules.
//!
//! A rule that is not known, or that its provider does not promise to keep, gives a range, or no figure and a name
//! for what is missing. Sources of the rules stand beside them, checked on 2026-11-24.

mod anthropic;
mod bedrock;
mod best;
mod deepseek;
mod gemini;
mod openai;
mod path;
mod saving;

use serde::{Deserialize, Serialize};

use crate::{Lifetime, Traffic};
use path::Paths;

pub(crate) use saving::of_one;
pub use saving::{Saving, saving};

/// Whose rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    /// OpenAI's models up to GPT-5.5: automatic, in steps of 128 tokens.
    OpenaiTo55,
    /// OpenAI's models from GPT-5.6 on: breakpoints, written at a price.
    OpenaiFrom56,
    /// Anthropic, with the breakpoints that the requests have.
    AnthropicExplicit,
    /// Anthropic, with the one breakpoint that moves along.
    AnthropicAutomatic,
    /// Anthropic, with at most four breakpoints placed in the knowledge of what comes.
    AnthropicBest,
    /// Gemini without being asked.
    GeminiImplicit,
    /// Gemini with a named cache of what the requests begin with.
    GeminiExplicit,
    /// DeepSeek, on disk.
    Deepseek,
    /// Bedrock, with the cache points that the requests have.
    Bedrock,
}

impl Provider {
    /// All of them.
    pub const ALL: [Provider; 9] = [
        Provider::OpenaiTo55,
        Provider::OpenaiFrom56,
        Provider::AnthropicExplicit,
        Provider::AnthropicAutomatic,
        Provider::AnthropicBest,
        Provider::GeminiImplicit,
        Provider::GeminiExplicit,
        Provider::Deepseek,
        Provider::Bedrock,
    ];
}

/// What is chosen beside the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
    /// Whose rules.
    pub provider: Provider,
    /// How long Anthropic's automatic and best breakpoints live.
    pub lifetime: Lifetime,
    /// OpenAI's `prompt_cache_retention=24h`, for models up to GPT-5.5.
    pub retain_day: bool,
    /// OpenAI's implicit breakpoint, from GPT-5.6 on.
    pub implicit: bool,
}

impl Prompt {
    /// The provider's rules as they come.
    pub const fn of(provider: Provider) -> Prompt {
        Prompt { provider, lifetime: Lifetime::Minutes5, retain_day: false, implicit: true }
    }
}

/// Why a request read what it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Why {
    /// All that could be read was.
    Read,
    /// Nothing that was sent before begins like this.
    First,
    /// What could be read is shorter than the provider's minimum.
    BelowMinimum,
    /// The last use of what it begins with lies too far back.
    Expired,
    /// The same beginning was sent to another model, or apart from this one.
    OtherModel,
    /// It begins like an earlier one, and then goes another way.
    PrefixChanged,
    /// It has no breakpoint, or none where an earlier one ends.
    NoBreakpoint,
    /// It has more breakpoints than the provider takes.
    TooManyBreakpoints,
    /// The rule for this model is not known.
    UnknownRule,
    /// The trace does not tell the parts of the prompt.
    NoParts,
}

impl Why {
    /// Whether there is no prediction at all.
    pub fn abstains(self) -> bool {
        matches!(self, Why::UnknownRule | Why::NoParts | Why::TooManyBreakpoints)
    }
}

/// What a provider's cache would have done with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prediction {
    /// Tokens read: at least, and at most.
    pub read: (u64, u64),
    /// Tokens written with the shortest lifetime, if the least is read.
    pub write: u64,
    /// Tokens written for an hour.
    pub write_1h: u64,
    /// Token-seconds of storage that are billed.
    pub stored: u64,
    /// Why.
    pub why: Why,
    /// Where the prompt parts from the last one with the same beginning.
    pub broke: Option<Broke>,
}

/// Where two prompts part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Broke {
    /// The part of the prompt that differs, from 0.
    pub part: u32,
    /// The first byte of it that does, where both texts are known.
    pub byte: Option<u32>,
    /// The number, in [`Traffic::parts`], of the part that stood there before.
    pub other: u32,
}

impl Prediction {
    fn nothing(why: Why) -> Prediction {
        Prediction { read: (0, 0), write: 0, write_1h: 0, stored: 0, why, broke: None }
    }

    /// Whether what was observed is what was predicted, to a token.
    pub fn agrees(&self, observed: u64) -> bool {
        self.read.0 <= observed.saturating_add(1) && observed <= self.read.1.saturating_add(1)
    }
}

/// Replays the traffic by a provider's rules: one prediction for each request.
pub fn predict(traffic: &Traffic, prompt: &Prompt) -> Vec<Prediction> {
    let paths = Paths::of(traffic);
    match prompt.provider {
        Provider::OpenaiTo55 => openai::to_55(traffic, &paths, prompt.retain_day),
        Provider::OpenaiFrom56 => openai::from_56(traffic, &paths, prompt.implicit),
        Provider::AnthropicExplicit => {
            anthropic::replay(traffic, &paths, anthropic::minimum, &|request, _| {
                path::marks(traffic, request)
            })
        }
        Provider::AnthropicAutomatic => {
            anthropic::replay(traffic, &paths, anthropic::minimum, &|request, _| {
                let last = traffic.parts_of(&traffic.requests[request]).len().checked_sub(1);
                last.map(|last| (last, prompt.lifetime)).into_iter().collect()
            })
        }
        Provider::AnthropicBest => best::replay(traffic, &paths, prompt.lifetime),
        Provider::GeminiImplicit => gemini::implicit(traffic, &paths),
        Provider::GeminiExplicit => gemini::explicit(traffic, &paths),
        Provider::Deepseek => deepseek::replay(traffic, &paths),
        Provider::Bedrock => {
            anthropic::replay(traffic, &paths, bedrock::minimum, &|request, _| path::marks(traffic, request))
        }
    }
}

/// From how many tokens on a provider keeps a prompt: surely not below the first, surely from the second on. They differ
/// where sources do. `None` where no rule is known; nobody says so when a prompt is shorter.
pub fn minimum(provider: &str, model: &str) -> Option<(u64, u64)> {
    match provider {
        "anthropic" => anthropic::minimum(model),
        "bedrock" => bedrock::minimum(model),
        "openai" => Some((openai::MINIMUM, openai::MINIMUM)),
        "google" => gemini::minimum(model),
        _ => None,
    }
}

/// A model's name is one of the rules': the name itself, perhaps with who sells it before it and with a date or a
/// version behind it. `opus-4` is no `opus-4-8`.
fn is_model(model: &str, name: &str) -> bool {
    let model = model.to_ascii_lowercase().replace(['.', '_'], "-");
    let Some(at) = model.rfind(name) else { return false };
    let rest = &model[at + name.len()..];
    let begins = at == 0 || !model.as_bytes()[at - 1].is_ascii_alphanumeric();
    let dated = rest.strip_prefix(['-', '@']).is_some_and(|rest| {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        digits >= 6
            || rest.starts_with("latest")
            || rest.starts_with("preview")
            || rest.starts_with("v1")
            || (digits == 4 && rest.as_bytes().get(4) == Some(&b'-'))
    });
    begins && (rest.is_empty() || rest.starts_with(':') || dated)
}

/// The value of the first rule whose name is the model's.
fn rule<T: Copy>(model: &str, rules: &[(&str, T)]) -> Option<T> {
    rules
        .iter()
        .find(|(names, _)| names.split_ascii_whitespace().any(|name| is_model(model, name)))
        .map(|rule| rule.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minimum_is_that_of_the_dated_model_and_not_of_its_successor() {
        for (provider, model, tokens) in [
            ("anthropic", "claude-opus-5", Some((512, 512))),
            ("anthropic", "claude-opus-5-5", Some((512, 4_096))),
            ("anthropic", "claude-sonnet-4-20250514", Some((1_024, 1_024))),
            ("anthropic", "claude-haiku-4-5-20251001", Some((4_096, 4_096))),
            ("openai", "gpt-5-mini", Some((1_024, 1_024))),
            ("google", "gemini-2.5-pro", Some((2_048, 4_096))),
            ("google", "gemini-3-flash-preview", Some((1_024, 4_096))),
            ("mistral", "mistral-large-4", None),
        ] {
            assert_eq!(minimum(provider, model), tokens, "{model}");
        }
    }

    #[test]
    fn names_are_whole_names() {
        for (model, name, is) in [
            ("claude-opus-4-20250514", "opus-4", true),
            ("claude-opus-4-8", "opus-4", false),
            ("anthropic/claude-opus-4.8", "opus-4-8", true),
            ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "sonnet-4-5", true),
            ("claude-haiku-4-5@20251001", "haiku-4-5", true),
            ("gpt-4o-mini", "gpt-4o", false),
            ("gpt-4o-2024-08-06", "gpt-4o", true),
            ("chatgpt-4o", "gpt-4o", false),
        ] {
            assert_eq!(is_model(model, name), is, "{model} {name}");
        }
    }
}
