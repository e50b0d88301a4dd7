//! The quantities of Tokenflame: exact money, integer time, and figures that say where they come from.
//!
//! Everything here is an integer. Floats appear only where something is drawn or a statistic is taken.

mod figure;
mod money;
pub mod order;
pub mod show;
mod time;

pub use figure::{Figure, Provenance};
pub use money::{Money, ParseMoneyError};
pub use time::{Nanos, Timestamp};
