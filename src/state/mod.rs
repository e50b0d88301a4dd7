//! What all of the page shares: three narrow contexts, and the text that is carried to the workbench.

pub mod draft;
pub mod session;
pub mod settings;
pub mod view;

pub use session::{Session, use_reading, use_session};
pub use settings::{Theme, use_theme};
pub use view::{ViewHandle, use_view};
