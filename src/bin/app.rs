//! Mounts the app in the page.

use yew::prelude::*;

#[component]
fn App() -> Html {
    html! { <p>{ "Tokenflame" }</p> }
}

fn main() {
    if let Some(root) = gloo::utils::document().get_element_by_id("app") {
        yew::Renderer::<App>::with_root(root).render();
    }
}
