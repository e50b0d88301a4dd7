use web_sys::HtmlSelectElement;
use yew::prelude::*;

/// Properties of [`Select`].
#[derive(Clone, PartialEq, Properties)]
pub struct SelectProps {
    /// What may be chosen.
    pub options: Vec<AttrValue>,
    /// The place of what is chosen.
    pub chosen: usize,
    /// Called with the place of what is to be chosen.
    pub onchange: Callback<usize>,
    /// Its name in the page.
    #[prop_or_default]
    pub field: &'static str,
}

/// The browser's own list of choices; stands inside a label.
#[component]
pub fn Select(props: &SelectProps) -> Html {
    let node = use_node_ref();
    // Once touched, a list no longer follows the attributes of its options, only its property. After each
    // render, because a choice that was not taken over has to go back.
    use_effect({
        let (node, chosen) = (node.clone(), props.chosen as i32);
        move || {
            if let Some(select) = node.cast::<HtmlSelectElement>()
                && select.selected_index() != chosen
            {
                select.set_selected_index(chosen);
            }
        }
    });
    let onchange = props.onchange.reform(|event: Event| {
        event.target_unchecked_into::<HtmlSelectElement>().selected_index().max(0) as usize
    });
    html! {
        <select ref={node} data-field={props.field} {onchange}>
            { for props.options.iter().map(|option| html! { <option>{ option }</option> }) }
        </select>
    }
}
