use units::{Figure, Money, Nanos, Timestamp};

/// The requests that are replayed, in the order in which they arrived, and the tables that they point into.
#[derive(Clone, Copy, Debug, Default)]
pub struct Traffic<'a> {
    /// The requests. Those without a time keep their place.
    pub requests: &'a [Request],
    /// The parts of all prompts, those of one request side by side.
    pub parts: &'a [Part],
    /// Prompts, responses and the texts of parts.
    pub texts: &'a [&'a str],
    /// The names of models.
    pub models: &'a [&'a str],
    /// What tokens cost.
    pub rates: &'a [Rates],
    /// Embeddings that the trace carries.
    pub vectors: &'a [&'a [f32]],
}

impl<'a> Traffic<'a> {
    /// The parts of a request's prompt.
    pub fn parts_of(&self, request: &Request) -> &'a [Part] {
        self.parts.get(request.parts.0 as usize..request.parts.1 as usize).unwrap_or_default()
    }

    /// A text by its number.
    pub fn text(&self, number: Option<u32>) -> Option<&'a str> {
        self.texts.get(number? as usize).copied()
    }

    /// The name of a request's model; empty where it has none.
    pub fn model(&self, request: &Request) -> &'a str {
        self.models.get(request.model as usize).copied().unwrap_or_default()
    }

    /// What a request's tokens cost.
    pub fn rates_of(&self, request: &Request) -> Option<&'a Rates> {
        self.rates.get(request.rates? as usize)
    }
}

/// One request, as far as a cache could know it. All that is not known is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Request {
    /// When it arrived.
    pub at: Option<Timestamp>,
    /// The number of its model in [`Traffic::models`].
    pub model: u32,
    /// The hash of its system prompt.
    pub system: Option<u64>,
    /// The hash of the messages around the text that is compared: earlier turns, what was looked up. 0 where there
    /// are none.
    pub context: u64,
    /// The hash of its sampling parameters; 0 where there are none.
    pub parameters: u64,
    /// The number of the text that a cache of answers would compare.
    pub prompt: Option<u32>,
    /// The hash of that text, for traces that have no text.
    pub prompt_hash: Option<u64>,
    /// The number of its embedding in [`Traffic::vectors`].
    pub vector: Option<u32>,
    /// The whole prompt as a range of [`Traffic::parts`].
    pub parts: (u32, u32),
    /// The hash of what keeps the cached prompts of one user apart from those of another: a workspace, a
    /// `prompt_cache_key`. 0 where all share.
    pub partition: u64,
    /// All tokens of the prompt.
    pub input: Figure,
    /// All generated tokens.
    pub output: Figure,
    /// How long it took.
    pub duration: Option<Nanos>,
    /// What it cost. For a replay of all layers: what it would without any cache.
    pub cost: Option<Money>,
    /// The number of its prices in [`Traffic::rates`].
    pub rates: Option<u32>,
    /// The number of the text that was answered.
    pub response: Option<u32>,
    /// Prompt tokens that the provider says it read from its cache.
    pub cached: Figure,
    /// Prompt tokens that the provider says it wrote to its cache.
    pub written: Figure,
}

/// A part of a prompt, the smallest of which the trace tells whether it is that of another request: a message, a
/// tool's definition, a block of a fixed number of tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Part {
    /// The hash of its content. The id of a block, which stands for all before it too, will do as well.
    pub hash: u64,
    /// Its tokens.
    pub tokens: u32,
    /// The number of its text in [`Traffic::texts`].
    pub text: Option<u32>,
    /// A cache breakpoint at its end, as the request set it.
    pub mark: Option<Lifetime>,
}

/// How long a provider keeps what a breakpoint stands behind.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub enum Lifetime {
    /// 5 minutes.
    #[default]
    Minutes5,
    /// 30 minutes.
    Minutes30,
    /// An hour.
    Hour,
}

impl Lifetime {
    /// As a length of time.
    pub const fn length(self) -> Nanos {
        Nanos(
            60_000_000_000
                * match self {
                    Lifetime::Minutes5 => 5,
                    Lifetime::Minutes30 => 30,
                    Lifetime::Hour => 60,
                },
        )
    }
}

/// What one token costs, by class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Rates {
    /// Fresh input.
    pub input: Money,
    /// Output.
    pub output: Money,
    /// Input read from a cache, where the price table has it.
    pub read: Option<Money>,
    /// Input written to a cache with the shortest lifetime that the provider sells.
    pub write: Option<Money>,
    /// Input written for an hour.
    pub write_1h: Option<Money>,
}
