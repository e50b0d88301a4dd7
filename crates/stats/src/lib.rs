//! Statistics over a trace: percentiles, histograms, and where the time of a request goes.
//!
//! Figures here are floats in milliseconds: they describe, they are not billed. What has to add up (phases, self
//! times, critical paths) is in whole nanoseconds.

mod bands;
mod concurrency;
mod critical_path;
mod ecdf;
mod histogram;
mod line;
mod percentiles;
mod phases;
mod rules;
mod sample;
mod self_time;
mod slo;
mod spread;

pub use bands::{Band, mean};
pub use concurrency::{Concurrency, InFlight};
pub use critical_path::{Segment, critical_path, on_critical_path};
pub use ecdf::Ecdf;
pub use histogram::{Bin, Histogram};
pub use line::{Fit, Line};
pub use percentiles::{Percentiles, median, percentile};
pub use phases::{EndToEnd, Request, end_to_end, of_call, requests};
pub use rules::{Attribute, Rule, Rules, When};
pub use sample::Sample;
pub use self_time::{self_time, self_times};
pub use slo::{Goodput, Served, Slo};
pub use spread::{Spread, spreads};
