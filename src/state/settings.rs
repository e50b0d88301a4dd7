//! Settings: the theme. Remembered between visits; `theme.js` sets it before the first paint.

use std::rc::Rc;

use yew::prelude::*;

use crate::platform::storage;

const NAME: &str = "tokenflame.theme";

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// Its name; also that in the page and in the storage.
    pub const fn key(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    /// The one that the switch comes to next.
    pub const fn next(self) -> Theme {
        match self {
            Theme::System => Theme::Light,
            Theme::Light => Theme::Dark,
            Theme::Dark => Theme::System,
        }
    }

    fn remembered() -> Theme {
        let key = storage::read(NAME);
        [Theme::Light, Theme::Dark]
            .into_iter()
            .find(|theme| key.as_deref() == Some(theme.key()))
            .unwrap_or_default()
    }

    fn apply(self) {
        let Some(root) = gloo::utils::document().document_element() else { return };
        let chosen = (self != Theme::System).then(|| self.key());
        let _ = match chosen {
            Some(key) => root.set_attribute("data-theme", key),
            None => root.remove_attribute("data-theme"),
        };
        storage::write(NAME, chosen);
    }
}

impl Reducible for Theme {
    type Action = Theme;

    fn reduce(self: Rc<Self>, theme: Theme) -> Rc<Self> {
        theme.apply();
        Rc::new(theme)
    }
}

/// The theme as the page has it, and the way to change it.
pub type ThemeHandle = UseReducerHandle<Theme>;

/// The theme for the provider.
#[hook]
pub fn use_theme_state() -> ThemeHandle {
    use_reducer_eq(Theme::remembered)
}

/// The theme; `dispatch` changes it.
#[hook]
pub fn use_theme() -> ThemeHandle {
    use_context().expect("the app provides the theme to every component")
}
