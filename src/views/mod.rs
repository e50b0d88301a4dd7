//! The screens, one folder each.

pub mod bill;
pub mod caches;
pub mod flame;
pub mod import;
mod import_files;
pub mod landing;
pub mod latency;
pub mod overview;
pub mod requests;
pub mod workbench;
