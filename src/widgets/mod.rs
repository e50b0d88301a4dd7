//! The parts that every screen is made of.

mod dialog;
mod empty;
mod figure;
mod icon;
mod measure;
mod panel;
mod seg;
mod select;
mod swatch;
mod twin;
pub mod virtual_list;

pub use dialog::Dialog;
pub use empty::{Empty, ErrorState};
pub use figure::{Fig, Prov, underline};
pub use icon::{BrandMark, Icon, IconName};
pub use measure::{use_style, use_width};
pub use panel::Panel;
pub use seg::Seg;
pub use select::Select;
pub use swatch::Swatch;
pub use twin::TableTwin;
