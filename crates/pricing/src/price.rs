use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use units::Money;

/// What one token costs, in US dollars, by class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rates {
    /// Input that no cache was asked about, and that none had.
    pub input: Money,
    /// Output, reasoning included.
    pub output: Money,
    /// Input read from a prompt cache.
    pub cache_read: Option<Money>,
    /// Input written to a prompt cache for its standard lifetime: 5 minutes at Anthropic, 30 at OpenAI.
    pub cache_write_5m: Option<Money>,
    /// Input written to a prompt cache for an hour.
    pub cache_write_1h: Option<Money>,
}

impl Rates {
    /// Prices of input and output quoted per so many tokens: `Rates::quoted("0.03", "0.06", 1_000)`.
    /// `None` where the price of one token is negative or finer than a pico-dollar.
    pub fn quoted(input: Money, output: Money, tokens: u32) -> Option<Rates> {
        let (input, output) = (per_token(input, tokens)?, per_token(output, tokens)?);
        Some(Rates { input, output, ..Rates::default() })
    }
}

/// The price of one token, exactly. The bound, a million dollars a token, keeps every product in range.
pub(crate) fn per_token(price: Money, tokens: u32) -> Option<Money> {
    let (picos, tokens) = (price.picos(), i128::from(tokens));
    let exact = tokens > 0 && picos % tokens == 0;
    let picos = if exact { picos / tokens } else { return None };
    (0..=10i128.pow(18)).contains(&picos).then(|| Money::from_picos(picos))
}

/// The prices of a request whose whole input is above a size: of all its tokens, not of those above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tier {
    /// Input tokens, cached ones included, that the request has to exceed.
    pub above: u64,
    /// What its tokens then cost.
    pub rates: Rates,
}

/// What a model is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Messages in, message out.
    Chat,
    /// Text in, its continuation out.
    Completion,
    /// Only by OpenAI's Responses interface.
    Responses,
    /// Text in, a vector out.
    Embedding,
    /// Passages in, an order out.
    Rerank,
}

impl Mode {
    pub(crate) fn parse(text: &str) -> Option<Mode> {
        Some(match text {
            "chat" => Mode::Chat,
            "completion" => Mode::Completion,
            "responses" => Mode::Responses,
            "embedding" => Mode::Embedding,
            "rerank" => Mode::Rerank,
            _ => return None,
        })
    }
}

/// A price of a model at a provider, with where it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// Who sells it: `anthropic`, `bedrock`, `openrouter`. Empty where it is typed by hand.
    pub provider: Cow<'static, str>,
    /// The model's name in the price table.
    pub model: Cow<'static, str>,
    /// What the model is for.
    pub mode: Mode,
    /// What a token costs below every tier.
    pub rates: Rates,
    /// By rising size.
    pub tiers: Vec<Tier>,
    /// The largest input, in tokens, where known.
    pub context_window: Option<u64>,
    /// The longest output, in tokens, where known.
    pub max_output: Option<u64>,
    /// The first day (UTC, `2026-08-17`) of this price, where known.
    pub from: Option<Cow<'static, str>>,
    /// The provider charges other prices at other hours; this is one of them.
    pub hourly: bool,
    /// Where the price was read: a package's name, or [`Price::TYPED`].
    pub source: Cow<'static, str>,
    /// The version of the source.
    pub source_version: Cow<'static, str>,
    /// The day (UTC) on which the source was read.
    pub checked: Cow<'static, str>,
    /// What the other source says where it differs, in words.
    pub also: Option<Cow<'static, str>>,
}

impl Price {
    /// The source of a price that the user typed.
    pub const TYPED: &str = "typed by you";

    /// A price of the user's own, for a model at any provider.
    pub fn typed(model: &str, rates: Rates) -> Price {
        Price {
            provider: "".into(),
            model: model.to_owned().into(),
            mode: Mode::Chat,
            rates,
            tiers: Vec::new(),
            context_window: None,
            max_output: None,
            from: None,
            hourly: false,
            source: Price::TYPED.into(),
            source_version: "".into(),
            checked: "".into(),
            also: None,
        }
    }

    /// What a token costs in a request with so many input tokens, and the tier that applies.
    pub fn rates_for(&self, total_input: u64) -> (&Rates, Option<&Tier>) {
        let tier = self.tiers.iter().rfind(|tier| total_input > tier.above);
        (tier.map_or(&self.rates, |tier| &tier.rates), tier)
    }
}
