use yew::prelude::*;

use super::{Over, focus_search};
use crate::client::use_client;
use crate::route::Screen;
use crate::state::{Theme, use_theme, use_view};
use crate::views::landing::SAMPLES;

/// What a person can tell the page to do from anywhere.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Go to a screen; the filter stays.
    Go(Screen),
    /// Choose files.
    Open,
    /// Choose a folder.
    OpenFolder,
    /// Open one of [`SAMPLES`].
    Sample(usize),
    /// Stop reading.
    Cancel,
    /// Forget all files.
    Clear,
    /// Light, dark, or as the system has it.
    Theme(Theme),
    /// Show the palette.
    Palette,
    /// Show all keys.
    Keys,
    /// Go to the search of the screen, or show the palette where it has none.
    FocusSearch,
    /// List the requests that hold a text.
    Search(String),
}

/// Carries commands out.
#[hook]
pub fn use_commands(over: UseStateSetter<Option<Over>>) -> Callback<Command> {
    let (client, view, theme) = (use_client(), use_view(), use_theme());
    Callback::from(move |command| match command {
        Command::Go(screen) => view.set(view.view().at(screen)),
        Command::Open => client.choose(),
        Command::OpenFolder => client.choose_folder(),
        Command::Sample(i) => client.open_sample(SAMPLES[i].path),
        Command::Cancel => client.cancel(),
        Command::Clear => {
            client.clear();
            view.set(crate::route::View::default());
        }
        Command::Theme(choice) => theme.dispatch(choice),
        Command::Palette => over.set(Some(Over::Palette)),
        Command::Keys => over.set(Some(Over::Keys)),
        Command::FocusSearch => {
            if !focus_search() {
                over.set(Some(Over::Palette));
            }
        }
        Command::Search(text) => {
            let mut next = view.view().at(Screen::Requests);
            next.filter.text = text;
            view.set(next);
        }
    })
}
