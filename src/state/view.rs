//! The view: what is looked at, and how. It lives in the address.

use gloo::events::EventListener;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CustomEvent, CustomEventInit};
use yew::prelude::*;

use crate::route::View;

/// The event that tells of a view that was set: an address that is set makes no event of its own.
const CHANGED: &str = "tokenflame-view";

/// The view, and the way to change it.
#[derive(Clone, PartialEq)]
pub struct ViewHandle(UseStateHandle<View>);

impl ViewHandle {
    /// The view.
    pub fn view(&self) -> &View {
        &self.0
    }

    /// Changes the view and the address. A new screen, filter or call is a step back for the browser's back
    /// button; a letter typed into the search, another order, another flame or a slider that was moved is not.
    pub fn set(&self, view: View) {
        let same_place = {
            let mut quiet = view.clone();
            quiet.filter.text.clone_from(&self.view().filter.text);
            quiet.flame.clone_from(&self.view().flame);
            (quiet.sort, quiet.order) = (self.view().sort, self.view().order);
            quiet.slo.clone_from(&self.view().slo);
            quiet == *self.view()
        };
        let (hash, history) = (view.to_hash(), gloo::utils::window().history());
        if let Ok(history) = history {
            // An error where the browser limits how often the address may change: then it stays behind.
            let _ = if same_place {
                history.replace_state_with_url(&JsValue::NULL, "", Some(&hash))
            } else {
                history.push_state_with_url(&JsValue::NULL, "", Some(&hash))
            };
        }
        // The app and the labs each hold the view.
        let detail = CustomEventInit::new();
        detail.set_detail(&hash.into());
        if let Ok(event) = CustomEvent::new_with_event_init_dict(CHANGED, &detail) {
            let _ = gloo::utils::window().dispatch_event(&event);
        }
        self.0.set(view);
    }

    /// Changes a part of the view.
    pub fn update(&self, change: impl FnOnce(&mut View)) {
        let mut view = self.view().clone();
        change(&mut view);
        self.set(view);
    }
}

fn from_address() -> View {
    View::from_hash(&gloo::utils::window().location().hash().unwrap_or_default())
}

/// The view for the provider; follows the address.
#[hook]
pub fn use_view_state() -> ViewHandle {
    let view = use_state_eq(from_address);
    use_effect_with((), {
        let view = view.setter();
        move |()| {
            let window = gloo::utils::window();
            let follow = view.clone();
            let listeners = (
                EventListener::new(&window, "hashchange", move |_| follow.set(from_address())),
                EventListener::new(&window, CHANGED, move |event| {
                    let hash = event.dyn_ref::<CustomEvent>().and_then(|event| event.detail().as_string());
                    view.set(View::from_hash(&hash.unwrap_or_default()));
                }),
            );
            move || drop(listeners)
        }
    });
    ViewHandle(view)
}

/// The view.
#[hook]
pub fn use_view() -> ViewHandle {
    use_context().expect("the app provides the view to every component")
}
