//! The place of the labs: the screens of a wasm module of their own, which is fetched when one of them is first shown,
//! or while the first files are read: then the page has nothing else to do, and one of them is likely to be looked at.

use gloo::events::EventListener;
use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlElement, HtmlScriptElement};
use yew::prelude::*;

use crate::client::{Client, use_client};
use crate::labs::PLACE;
use crate::widgets::ErrorState;

#[derive(Clone, PartialEq, Properties)]
pub struct LabsProps {
    /// One of their screens is shown.
    pub shown: bool,
    /// There are files that they could show.
    pub likely: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum Labs {
    Unknown,
    There,
    Failed(String),
}

/// Fetches the labs when they are first shown or likely to be. They draw into an element that Yew here leaves alone,
/// and see the screen in the address.
#[component]
pub fn LabsPlace(props: &LabsProps) -> Html {
    let (client, place) = (use_client(), use_node_ref());
    let labs = use_state_eq(|| Labs::Unknown);
    let asked = use_mut_ref(|| false);
    use_effect_with(props.shown || props.likely, {
        let (place, labs) = (place.clone(), labs.setter());
        move |wanted| {
            if let (true, Some(place)) = (*wanted && !asked.replace(true), place.cast()) {
                let heard = labs.clone();
                let heard = move |how| {
                    heard.set(match how {
                        Ok(()) => Labs::There,
                        Err(why) => Labs::Failed(why),
                    });
                };
                if let Err(error) = fetch(&client, &place, heard) {
                    labs.set(Labs::Failed(format!("{error:?}")));
                }
            }
        }
    });
    html! {
        <>
            { match &*labs {
                Labs::Unknown if props.shown => html! { <p class="state" role="status">{ "Loading this screen" }</p> },
                Labs::Failed(why) if props.shown => html! {
                    <ErrorState title="This screen could not be loaded">
                        <p>{ why }</p>
                        <p>{ "Everything else goes on. Reload the page; if that does not help, check that labs.js and labs_bg.wasm are served from the folder of this page." }</p>
                    </ErrorState>
                },
                _ => Html::default(),
            } }
            <div id={PLACE} ref={place} hidden={!props.shown} />
        </>
    }
}

fn fetch(
    client: &Client,
    place: &HtmlElement,
    heard: impl Fn(Result<(), String>) + Clone + 'static,
) -> Result<(), JsValue> {
    let port = client.admit(heard.clone())?;
    Reflect::set(place, &"port".into(), &port)?;
    let script: HtmlScriptElement = gloo::utils::document().create_element("script")?.unchecked_into();
    script.set_type("module");
    script.set_src("labs-boot.js");
    EventListener::once(&script, "error", move |_| {
        heard(Err("labs-boot.js could not be fetched.".to_owned()))
    })
    .forget();
    gloo::utils::body().append_child(&script).map(|_| ())
}
