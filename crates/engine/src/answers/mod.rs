//! Answers to queries: pure functions of the session and a filter, one file per screen or per question.

mod bench;
mod components;
mod detail;
mod facts;
mod filter;
mod latency;
mod mapped;
mod overview;
mod quotes;
mod table;
mod timeline;
mod verdicts;

pub(crate) use bench::Bench;
pub(crate) use detail::detail;
pub(crate) use latency::latency;
pub(crate) use mapped::mapped;
pub(crate) use overview::overview;
pub(crate) use quotes::{models, quotes};
pub(crate) use table::{OrderCache, table};
