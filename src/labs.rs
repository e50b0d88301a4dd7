//! The labs: the screens that a person opens later than the first paint, in a wasm module of their own, so that what
//! the page downloads first stays small. [`chrome::labs`](crate::chrome) fetches them.

use js_sys::Reflect;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, MessagePort};
use yew::prelude::*;

use crate::client::Client;
use crate::route::Screen;
use crate::state::session::{Session, State};
use crate::state::view::{ViewHandle, use_view_state};
use crate::views::{bill::Bill, caches::Caches, flame::Flame, latency::Latency, workbench::Workbench};

/// The id of the element they draw into; its property `port` leads to the app, which passes on what goes to the engine.
pub const PLACE: &str = "labs";

/// Draws the labs in their place.
pub fn start() {
    let place = gloo::utils::document()
        .get_element_by_id(PLACE)
        .and_then(|place| place.dyn_into::<HtmlElement>().ok());
    let Some(place) = place else { return };
    let port = Reflect::get(&place, &"port".into()).ok().and_then(|port| port.dyn_into::<MessagePort>().ok());
    let Some(port) = port else { return };
    // Yew tells by numbers which app an element belongs to, and each module begins with 1, the number of the app around
    // this place. A root that is never seen takes it.
    if let Ok(unseen) = gloo::utils::document().create_element("div") {
        yew::Renderer::<Nothing>::with_root(unseen).render();
    }
    yew::Renderer::<Labs>::with_root_and_props(place.into(), LabsProps { port }).render();
}

#[component]
fn Nothing() -> Html {
    Html::default()
}

#[derive(Clone, PartialEq, Properties)]
struct LabsProps {
    port: MessagePort,
}

/// The screen that is shown, if it is one of theirs.
#[component]
fn Labs(props: &LabsProps) -> Html {
    let state = use_reducer_eq(State::default);
    let client = use_memo((), |()| Client::join(props.port.clone(), state.dispatcher()));
    let view = use_view_state();
    let screen = match view.view().screen {
        // What they show comes a message later: asked before, every question would be asked twice.
        screen if screen.needs_files() && state.session.info.generation == 0 => Html::default(),
        Screen::Flame => html! { <Flame /> },
        Screen::Bill => html! { <Bill /> },
        Screen::Latency => html! { <Latency /> },
        Screen::Caches => html! { <Caches /> },
        Screen::Workbench => html! { <Workbench /> },
        _ => Html::default(),
    };
    html! {
        <ContextProvider<Client> context={(*client).clone()}>
        <ContextProvider<ViewHandle> context={view}>
        <ContextProvider<Session> context={state.session.clone()}>
            { screen }
        </ContextProvider<Session>>
        </ContextProvider<ViewHandle>>
        </ContextProvider<Client>>
    }
}
