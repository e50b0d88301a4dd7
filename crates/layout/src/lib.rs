//! Where spans are drawn. Columns go in, columns to draw come out.
//!
//! ```text
//! Trace ──▶ Spans ──▶ Rows::in_time ─────────────┐
//!             │                                  ├──▶ Marks (a viewport: one mark a pixel and row)
//!             └─ weights ─▶ Flame ─▶ Rows::of_flame ┘
//! ```
//!
//! Weights come from the caller (self time, tokens, pico-dollars, all whole numbers), so that this crate knows
//! neither prices nor tokenizers. Whatever is merged keeps its sum.

mod apportion;
mod axis;
pub mod export;
mod flame;
mod kind;
mod lanes;
mod leaves;
mod marks;
mod minimap;
mod names;
mod order;
mod range;
mod rows;
mod search;
mod spans;
mod ticks;

pub use apportion::apportion;
pub use axis::{Axis, Cut};
pub use flame::{Flame, Shape};
pub use kind::Kind;
pub use leaves::Leaves;
pub use marks::Marks;
pub use minimap::Minimap;
pub use names::{NameRow, names};
pub use range::{Range, clip, range};
pub use rows::{CALLER, Rows, Way};
pub use search::{Search, matching};
pub use spans::{Row, Spans};
pub use ticks::{Ticks, time_step};
pub use trace::{NONE, UNKNOWN};
