//! The requests screen: every call in a table, and all that is known of one of them beside it.

mod bill;
mod columns;
mod drawer;
mod fields;
mod filters;
mod list;
mod messages;
mod phases;
mod price;
mod raw;
mod status;

use yew::prelude::*;

use crate::{platform::focus, state::use_view};
use drawer::Drawer;
use list::List;

/// The requests screen.
#[component]
pub fn Requests() -> Html {
    let view = use_view();
    let call = view.view().call;
    let close = {
        let view = view.clone();
        Callback::from(move |()| {
            // The keys would go away with the drawer.
            if focus::is_in(".drawer") {
                focus::focus(".list table");
            }
            view.update(|v| v.call = None);
        })
    };
    let onkeydown = {
        let close = close.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" && call.is_some() && !event.default_prevented() {
                close.emit(());
            }
        })
    };
    html! {
        <div class={classes!("requests", call.is_some().then_some("with-drawer"))} {onkeydown}>
            <List />
            if let Some(call) = call {
                // A new key for each call: what is folded or asked for in one drawer is nothing to the next.
                <Drawer key={call.0} {call} {close} />
            }
        </div>
    }
}
