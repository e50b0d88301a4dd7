//! What each cache would have saved on the same traffic, and what it would have broken: replays of requests
//! through exact, similarity, provider prompt and KV prefix caches.
//!
//! ```text
//! Traffic ──▶ exact · similarity · prompt · prefix ──▶ outcomes ──▶ metrics, curves
//!                       └──────── stacked ────────┘
//! ```
//!
//! A replay is a pure function of the [`Traffic`] and its settings. Where requests tell no text, hashes and
//! token counts are enough for all but the similarity of texts; what could not be replayed is counted and named.

mod curve;
mod evict;
pub mod exact;
pub mod false_hits;
pub mod lab;
mod metrics;
mod owned;
pub mod prefix;
pub mod prompt;
mod request;
pub mod similarity;
pub mod stacked;
mod wilson;

pub use curve::Distances;
pub use evict::Evict;
pub use metrics::{Answer, CacheMetrics, Tally, Worth, tally};
pub use owned::Owned;
pub use request::{Lifetime, Part, Rates, Request, Traffic};
pub use wilson::wilson;
