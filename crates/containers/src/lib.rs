//! From the bytes of a file to its records.
//!
//! ```text
//! bytes ─▶ unzip ─▶ decode (gz, zstd, event streams, text) ─▶ split into records (JSON, CSV, SSE, YAML)
//! ```
//!
//! Every byte of a file passes through here, so this is built for speed, where the readers of formats are built for
//! size. Nothing in here knows what a record means.

mod csv;
mod decode;
mod eventstream;
mod split;
mod sse;
mod unzip;
mod unzstd;
mod values;
mod walk;
mod yaml;

pub use csv::delimiter;
pub use decode::{Decoder, RangeDecoder};
pub use split::{Bad, Found, Inner, MAX_DEPTH, MAX_RECORD, Piece, Place, Splitter, Wrap};
pub use sse::is_sse;
pub use unzip::{Part, Unzip};
pub use walk::Walk;
pub use yaml::is_yaml;
