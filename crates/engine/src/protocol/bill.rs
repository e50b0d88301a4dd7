//! What is asked and answered about money.

use serde::{Deserialize, Serialize};
use units::{Money, Nanos, Provenance, Timestamp};

use super::{CallId, Filter};

/// What the bill is asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BillAsk {
    /// Which calls.
    pub filter: Filter,
    /// How rows are grouped.
    pub by: GroupBy,
    /// At most so many groups stand for themselves; the last one holds all others.
    pub top: u32,
    /// The day whose prices hold (`2026-11-24`); empty for each call's own.
    pub as_of: String,
    /// Price everything as on this model; empty for each call's own.
    pub model: String,
    /// Price everything in this service tier (`batch`); empty for each call's own.
    pub service: String,
    /// Which calls are a success; those that fail never are.
    pub success: Filter,
    /// A field of [`BillSheet::fields`]: then what it is true of is a success, and nothing else. Empty for none.
    pub success_field: String,
    /// A component above this share of all tokens is wasteful, in thousandths.
    pub wasteful: u16,
}

impl Default for BillAsk {
    fn default() -> BillAsk {
        BillAsk {
            filter: Filter::default(),
            by: GroupBy::default(),
            top: 40,
            as_of: String::new(),
            model: String::new(),
            service: String::new(),
            success: Filter::default(),
            success_field: String::new(),
            wasteful: 300,
        }
    }
}

/// What the rows of a bill are grouped by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum GroupBy {
    /// The model.
    #[default]
    Model,
    /// What a part of the prompt or answer is for, or the part of the application.
    Component,
    /// The session or conversation.
    Session,
    /// The user of the application.
    User,
    /// The day (UTC).
    Day,
}

impl GroupBy {
    /// All of them.
    pub const ALL: [GroupBy; 5] =
        [GroupBy::Model, GroupBy::Component, GroupBy::Session, GroupBy::User, GroupBy::Day];

    /// The word for it in the terminal and in addresses.
    pub const fn key(self) -> &'static str {
        match self {
            GroupBy::Model => "model",
            GroupBy::Component => "component",
            GroupBy::Session => "session",
            GroupBy::User => "user",
            GroupBy::Day => "day",
        }
    }
}

/// Everything the bill shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BillSheet {
    /// Calls that the filter lets through.
    pub requests: u64,
    /// Calls in all.
    pub of: u64,
    /// Calls with a price and known tokens.
    pub priced: u64,
    /// What these cost: the sum of all rows. `None` if there is none.
    pub total: Option<Money>,
    /// The weakest provenance among their tokens.
    pub from: Provenance,
    /// What is not in the total, by model.
    pub unpriced: Vec<Unpriced>,
    /// The rows, dearest group first; days in their order.
    pub groups: Vec<BillGroup>,
    /// What the files say. `None` if they say nothing.
    pub reported: Option<Money>,
    /// From the computed total to the reported one.
    pub bridge: Vec<BridgeRow>,
    /// What reading from caches saved, and what writing to them cost more than plain input.
    pub cache: (Money, Money),
    /// Calls that are a success, or what the asked field is true of.
    pub successes: u64,
    /// Fields by which the files tell success, or anything else that is true or false: of how many spans and calls
    /// each is true, and of how many false.
    pub fields: Vec<(String, u64, u64)>,
    /// What failed attempts took.
    pub waste: Waste,
    /// The computed cost over time, where there are times.
    pub over_time: Option<CostTimeline>,
    /// The same traffic for 30 days; `None` where it is shorter than an hour or has no dates.
    pub month: Option<Money>,
    /// The dearest calls.
    pub dearest: Vec<CostlyCall>,
    /// What to save on, by dollars.
    pub findings: Vec<Finding>,
}

/// Calls of a model that are not in the total, or not with all they used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unpriced {
    /// The model; empty where nobody says it.
    pub model: String,
    /// Its calls.
    pub requests: u64,
    /// Their tokens; `None` if none are known.
    pub tokens: Option<u64>,
    /// Why: "no price for this name".
    pub why: String,
}

/// Rows that belong together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BillGroup {
    /// The model, component, session, user or day.
    pub name: String,
    /// Priced calls that have a part in it.
    pub calls: u64,
    /// The sum of its rows.
    pub amount: Money,
    /// Tokens times price, by model and class.
    pub lines: Vec<BillLine>,
}

impl BillGroup {
    /// What led to the price, where it is the same for all rows and worth a word.
    pub fn matched(&self) -> Option<&str> {
        let first = &self.lines.first()?.matched;
        let same = self.lines.iter().all(|line| line.matched == *first);
        (same && !first.is_empty()).then_some(first)
    }
}

/// Tokens, searches or requests of one class at one price.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BillLine {
    /// The model as the trace names it.
    pub model: String,
    /// The class in figures: `cache_read`.
    pub class: String,
    /// The class for people: "Cache read".
    pub label: String,
    /// The size of input above which the price holds; 0 where it holds for any.
    pub above: u64,
    /// The service tier whose price it is: `standard`.
    pub service: String,
    /// How many.
    pub tokens: u64,
    /// The price of one.
    pub price: Money,
    /// The product.
    pub amount: Money,
    /// Which model of the price book the name led to, and how; empty where the book has it by this name.
    pub matched: String,
    /// Where the price was read: "genai-prices 0.0.64".
    pub source: String,
    /// The first day of this price; empty where unknown.
    pub since: String,
    /// The day on which the source was read; empty for prices of the user's own.
    pub checked: String,
    /// What to know about the price: how firm it is, what another source says, how old it is.
    pub notes: Vec<String>,
}

/// One reason why the reported cost is not the computed one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BridgeRow {
    /// The reason: "Cache reads priced as fresh input".
    pub reason: String,
    /// Calls that it explains.
    pub calls: u64,
    /// Reported minus computed.
    pub amount: Money,
    /// Whether it is an explanation, and not what is left without one.
    pub explained: bool,
}

/// What attempts took that failed, were refused or were cancelled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waste {
    /// Such attempts.
    pub attempts: u64,
    /// Calls that came through after some of them.
    pub retried: u64,
    /// Their tokens.
    pub tokens: u64,
    /// Attempts whose tokens nobody knows: mostly refused before any was read.
    pub untold: u64,
    /// What their tokens cost, where known.
    pub cost: Option<Money>,
    /// How long they took.
    pub time: Nanos,
    /// How long all calls took.
    pub of_time: Nanos,
}

/// Cost over time in equal steps.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CostTimeline {
    /// The first step's start.
    pub start: Option<Timestamp>,
    /// A step's length.
    pub step: Nanos,
    /// The models told apart; the last entry may stand for all others.
    pub models: Vec<String>,
    /// Of each step the cost by model.
    pub steps: Vec<Vec<Money>>,
}

/// A call and what it costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CostlyCall {
    /// The call.
    pub call: CallId,
    /// Its name, or its model where it has none.
    pub name: String,
    /// The model.
    pub model: String,
    /// When it began.
    pub start: Option<Timestamp>,
    /// Prompt tokens.
    pub input: u64,
    /// Answer tokens.
    pub output: u64,
    /// What it costs, or what of it a finding is about. `None` is "unpriced".
    pub amount: Option<Money>,
}

/// Something that money may be saved on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Its kind in figures: `duplicate_prompts`.
    pub kind: String,
    /// In words: "42 prompts were sent more than once".
    pub head: String,
    /// The figures behind it.
    pub body: String,
    /// How to see for oneself.
    pub verify: String,
    /// How much is at stake.
    pub amount: Money,
    /// How that was found.
    pub from: Provenance,
    /// How many calls it is about.
    pub calls: u64,
    /// The dearest of them.
    pub proof: Vec<CostlyCall>,
}

/// What the traffic costs on other models.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RepriceAsk {
    /// Which calls.
    pub filter: Filter,
    /// The models.
    pub models: Vec<String>,
    /// The day whose prices hold; empty for today's.
    pub as_of: String,
    /// The service tier; empty for that of each call.
    pub service: String,
}

/// The traffic on one model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Repriced {
    /// The model; empty for the calls' own.
    pub model: String,
    /// Who sells it.
    pub provider: String,
    /// Calls in the total.
    pub calls: u64,
    /// Calls that are not, because their tokens or their price are not known.
    pub unpriced: u64,
    /// Prompt tokens.
    pub input: u64,
    /// Answer tokens.
    pub output: u64,
    /// The total; `None` if the model has no price.
    pub total: Option<Money>,
    /// What the same calls cost as they were made; `None` if none of them has a price.
    pub before: Option<Money>,
    /// How firm the tokens are.
    pub from: Provenance,
    /// How they were found.
    pub method: String,
    /// Calls whose tokens were scaled and not counted.
    pub scaled: u64,
    /// The context window, where known.
    pub window: Option<u64>,
    /// Calls whose prompt and answer do not fit in it.
    pub overflows: u64,
    /// What to know about its prices.
    pub notes: Vec<String>,
    /// Source and date of the price.
    pub source: String,
}

/// The user's own prices.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OwnPrices {
    /// Each of them.
    pub prices: Vec<OwnPrice>,
    /// All as a list of LiteLLM's shape, to keep and to export.
    pub list: String,
    /// How many prices the list that was dropped last brought, and what of it was not understood.
    pub notes: Vec<String>,
}

/// A price of the user's own, of a million tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnPrice {
    /// The model.
    pub model: String,
    /// Who sells it; empty where it holds for all.
    pub provider: String,
    /// Fresh input, cache read, cache write, output.
    pub rates: [Option<Money>; 4],
    /// Where it is from.
    pub source: String,
}
