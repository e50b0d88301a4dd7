//! Charts as SVG: pure functions from what the engine answers to marks and tooltips, and their frame.
//!
//! A chart has at most about 2,000 marks; the engine aggregates. Each has a table twin in its panel.

pub mod bands;
pub mod bars;
mod chart;
pub mod columns;
pub mod histogram;
pub mod mark;
pub mod over_time;
pub mod scale;
pub mod scatter;
pub mod shares;
pub mod timeline;

pub use chart::{Chart, Drawing, Fact, Spot};
