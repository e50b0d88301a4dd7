//! Statistics over a trace: percentiles, histograms, and where the time of a request goes.
//!
//! Figures here are floats in milliseconds: they describe, they are not billed.

mod histogram;
mod percentiles;
mod phases;

pub use histogram::{Bin, Histogram};
pub use percentiles::{Percentiles, percentile};
pub use phases::{EndToEnd, end_to_end, of_call};
