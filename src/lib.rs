//! The Tokenflame app: the only code that knows the browser.
//!
//! ```text
//! bin/app.rs  ─▶ App  ─▶ views ─▶ use_query ─▶ client ═ port ═▶ worker ─▶ engine
//! bin/labs.rs ─▶ Labs ─▶ views ─▶ use_query ─▶ client ═ port ═▶ client of the app
//! bin/caches.rs: replays, asked by the worker for the labs
//! ```
//!
//! The page holds no data but what it shows: everything else is asked of the engine, which runs in a worker.

mod app;
pub mod charts;
mod chrome;
pub mod client;
pub mod format;
pub mod labs;
pub mod platform;
pub mod route;
pub mod state;
pub mod views;
pub mod widgets;
mod wire;
pub mod worker;

pub use app::App;
pub use wire::encode;

#[cfg(test)]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
