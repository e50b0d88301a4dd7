use yew::prelude::*;

use crate::charts::mark::hatch;
use crate::chrome::Frame;
use crate::client::Client;
use crate::state::session::{Reading, Session, State};
use crate::state::settings::{ThemeHandle, use_theme_state};
use crate::state::view::{ViewHandle, use_view_state};

/// The whole page.
#[component]
pub fn App() -> Html {
    let state = use_reducer_eq(State::default);
    let client = use_memo((), |()| Client::start(state.dispatcher()));
    let (theme, view) = (use_theme_state(), use_view_state());
    html! {
        <ContextProvider<Client> context={(*client).clone()}>
        <ContextProvider<ThemeHandle> context={theme}>
        <ContextProvider<ViewHandle> context={view}>
        <ContextProvider<Session> context={state.session.clone()}>
        <ContextProvider<Reading> context={state.reading.clone()}>
            { hatch() }
            <Frame />
        </ContextProvider<Reading>>
        </ContextProvider<Session>>
        </ContextProvider<ViewHandle>>
        </ContextProvider<ThemeHandle>>
        </ContextProvider<Client>>
    }
}
