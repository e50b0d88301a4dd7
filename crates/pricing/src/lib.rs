//! What tokens cost: a dated price table with its sources, the lookup by the model names met in traces, and
//! bills that add up to the pico-dollar.
//!
//! The crate knows nothing of traces. The table is data: `data/prices.tsv`, made by `cargo xtask prices`, and
//! `data/rules.tsv`, kept by hand. No price per token of the providers in it is finer than a pico-dollar; what is
//! sold by the second or by the pixel is not in it.

mod book;
mod card;
mod class;
mod cost;
mod hours;
pub mod import;
pub mod line;
mod name;
mod price;
mod rates;
mod rules;
mod table;
mod tariff;

pub use book::{Match, PriceBook, Rule};
pub use class::Class;
pub use cost::{Basis, Billable, Cost, CostRow};
pub use hours::Hours;
pub use price::{Conflict, Lane, Mode, Price, PriceRow, Service, Terms};
pub use rates::{Rates, Share};
pub use rules::rules;
pub use tariff::Tariff;
