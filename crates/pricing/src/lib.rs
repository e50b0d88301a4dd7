//! What tokens cost: a dated price table with its sources, the lookup by the model names met in traces, and
//! bills that add up to the pico-dollar.
//!
//! The crate knows nothing of traces. The table is data: `data/prices.tsv`, made by `cargo xtask prices`.

mod book;
mod cost;
mod name;
mod price;

pub use book::{Match, PriceBook, Rule};
pub use cost::{Billable, Class, Cost, CostRow};
pub use price::{Mode, Price, Rates, Tier};
