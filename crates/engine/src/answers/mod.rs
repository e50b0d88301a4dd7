//! Answers to queries: pure functions of the session and a filter, one file per screen or per question.

mod bench;
mod bill;
mod bill_reported;
mod bill_reprice;
mod components;
mod detail;
mod facts;
mod filter;
mod findings;
mod flags;
mod flame;
mod flame_base;
mod flame_item;
mod flame_sum;
mod flame_view;
mod latency;
mod mapped;
mod overview;
mod own_prices;
mod quotes;
mod table;
mod timeline;
mod verdicts;

pub(crate) use bench::Bench;
pub(crate) use bill::bill;
pub(crate) use bill_reprice::reprice;
pub(crate) use detail::detail;
pub(crate) use flame::{FlameCache, export, flame};
pub(crate) use latency::latency;
pub(crate) use mapped::mapped;
pub(crate) use overview::overview;
pub(crate) use own_prices::{import_notes, own_prices};
pub(crate) use quotes::{models, quotes};
pub(crate) use table::{OrderCache, table};
