//! Mounts the app in the page.

fn main() {
    if let Some(root) = gloo::utils::document().get_element_by_id("app") {
        yew::Renderer::<tokenflame::App>::with_root(root).render();
    }
}
