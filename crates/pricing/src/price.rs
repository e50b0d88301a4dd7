use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use units::{Money, Timestamp};

use crate::{Class, Hours, Rates, Share};

/// The service tier that a request was answered in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    /// What one gets without asking.
    #[default]
    Standard,
    /// Answered within a day.
    Batch,
    /// Answered when there is room.
    Flex,
    /// Answered before others.
    Priority,
    /// Answered by faster machines.
    Fast,
}

impl Service {
    /// All of them.
    pub const ALL: [Service; 5] =
        [Service::Standard, Service::Batch, Service::Flex, Service::Priority, Service::Fast];

    /// The word for it in the price table and on screen.
    pub fn as_str(self) -> &'static str {
        match self {
            Service::Standard => "standard",
            Service::Batch => "batch",
            Service::Flex => "flex",
            Service::Priority => "priority",
            Service::Fast => "fast",
        }
    }
}

/// Under what terms a request is billed, beside its model and its day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// The service tier.
    pub service: Service,
    /// Answered in a region that was asked for, for which some sellers ask more: `inference_geo: us` at
    /// Anthropic, data residency at OpenAI, a regional endpoint at Vertex. Bedrock and Azure have models of
    /// their own for it (`us.anthropic...`).
    pub regional: bool,
    /// When, where prices depend on the hour.
    pub at: Option<Timestamp>,
}

impl Terms {
    /// In a service tier, at no known time.
    pub fn of(service: Service) -> Terms {
        Terms { service, ..Terms::default() }
    }
}

/// Prices that hold together: in one service tier, above one size of input, at the usual or the peak hours.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    /// The service tier.
    pub service: Service,
    /// At the hours that [`Price::hours`] tells.
    pub peak: bool,
    /// Input tokens, cached ones included, that the request has to exceed. The price is then that of all its
    /// tokens, not of those above.
    pub above: u64,
    /// The part of the standard price that every class costs in this service tier or at these hours, where
    /// there is one such part; it holds for classes that are not listed, too.
    pub share: Option<Share>,
    /// Only [`Price::other_source`] tells of this size.
    pub other: bool,
    /// The prices, of the classes that the source gives: for others, those of a lane below it hold.
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
    /// Made for sound or pictures.
    Media,
}

impl Mode {
    pub(crate) const ALL: [(Mode, &str); 6] = [
        (Mode::Chat, "chat"),
        (Mode::Completion, "completion"),
        (Mode::Responses, "responses"),
        (Mode::Embedding, "embedding"),
        (Mode::Rerank, "rerank"),
        (Mode::Media, "media"),
    ];
}

/// One price of a class on which the sources do not agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// Of what.
    pub class: Class,
    /// At the peak hours.
    pub peak: bool,
    /// Above how many input tokens.
    pub above: u64,
    /// What [`Price::other_source`] says.
    pub value: Money,
}

/// The prices of a model at a provider from one day to another, with where they come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// Who sells it, on which surface: `anthropic`, `bedrock`, `openrouter`. Empty where the user's own price
    /// holds for all.
    pub provider: Cow<'static, str>,
    /// The model's name in the price table; at Bedrock and Azure with its region.
    pub model: Cow<'static, str>,
    /// What the model is for.
    pub mode: Mode,
    /// The standard prices come first, then those of each service tier by rising size.
    pub lanes: Vec<Lane>,
    /// The hours of the lanes that say `peak`.
    pub hours: Option<Hours>,
    /// What a request in a region of one's choice costs, as a part of what others cost.
    pub regional: Option<Share>,
    /// The largest input, in tokens, where known.
    pub context_window: Option<u64>,
    /// The longest output, in tokens, where known.
    pub max_output: Option<u64>,
    /// The first day (UTC, `2026-08-17`) of this price, where known.
    pub from: Option<Cow<'static, str>>,
    /// The first day on which it does not hold any more.
    pub to: Option<Cow<'static, str>>,
    /// Where the price was read: a package's name, or [`Price::TYPED`].
    pub source: Cow<'static, str>,
    /// The version of the source.
    pub source_version: Cow<'static, str>,
    /// The day (UTC) on which the source was read.
    pub checked: Cow<'static, str>,
    /// The other source that has the model.
    pub other_source: Option<Cow<'static, str>>,
    /// Classes that only the other source has a price for.
    pub taken: Vec<Class>,
    /// Where the other source says something else.
    pub conflicts: Vec<Conflict>,
}

/// One price of one class, as a row to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceRow<'a> {
    /// Of what.
    pub class: Class,
    /// In which service tier, above what size, at which hours.
    pub lane: &'a Lane,
    /// The price of one token, search or request.
    pub value: Money,
    /// Who says so.
    pub source: &'a str,
    /// What the other source says instead.
    pub conflict: Option<&'a Conflict>,
}

impl Price {
    /// The source of a price that the user typed.
    pub const TYPED: &str = "typed by you";

    /// After so many days a price should be looked at again.
    pub const FRESH_DAYS: i32 = 90;

    /// A price of the user's own, for a model at any provider.
    pub fn typed(model: &str, rates: Rates) -> Price {
        Price {
            provider: "".into(),
            model: model.to_owned().into(),
            mode: Mode::Chat,
            lanes: vec![Lane { rates, ..Lane::default() }],
            hours: None,
            regional: None,
            context_window: None,
            max_output: None,
            from: None,
            to: None,
            source: Price::TYPED.into(),
            source_version: "".into(),
            checked: "".into(),
            other_source: None,
            taken: vec![],
            conflicts: vec![],
        }
    }

    /// Whether the price was last looked at more than 90 days before a day (`2026-11-24`). The user's own never
    /// is, nor is anything on a day that is none.
    pub fn is_stale(&self, as_of: &str) -> bool {
        let days = || {
            let date = |text: &str| text.parse::<jiff::civil::Date>().ok();
            Some(date(&self.checked)?.until(date(as_of)?).ok()?.get_days())
        };
        days().is_some_and(|days| days > Price::FRESH_DAYS)
    }

    /// Each of its prices.
    pub fn rows(&self) -> impl Iterator<Item = PriceRow<'_>> {
        self.lanes.iter().flat_map(move |lane| {
            lane.rates.iter().map(move |(class, value)| PriceRow {
                class,
                lane,
                value,
                source: match &self.other_source {
                    Some(other) if lane.other || self.taken.contains(&class) => other,
                    _ => &self.source,
                },
                conflict: self.conflicts.iter().find(|conflict| {
                    lane.service == Service::Standard
                        && (conflict.class, conflict.peak, conflict.above) == (class, lane.peak, lane.above)
                }),
            })
        })
    }

    pub(crate) fn lane(&self, service: Service, peak: bool, above: u64) -> Option<&Lane> {
        self.lanes.iter().find(|lane| (lane.service, lane.peak, lane.above) == (service, peak, above))
    }
}
