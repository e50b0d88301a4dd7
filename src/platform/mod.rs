//! One browser API per file.

pub mod clipboard;
pub mod download;
pub mod drop;
pub mod fetch;
pub mod file;
pub mod focus;
pub mod folder;
pub mod keys;
pub mod pack;
pub mod scroll;
pub mod storage;
pub mod traffic;
pub mod worker;
