use web_sys::{Element, HtmlDialogElement};
use yew::prelude::*;

/// Properties of [`Dialog`].
#[derive(Clone, PartialEq, Properties)]
pub struct DialogProps {
    /// What it is, for screen readers.
    pub label: AttrValue,
    /// It was closed, by Escape, by its own means or by a press beside it.
    pub onclose: Callback<()>,
    /// Further classes.
    #[prop_or_default]
    pub class: Classes,
    /// What is in it.
    #[prop_or_default]
    pub children: Html,
}

/// What lies over the page and takes all keys. The browser itself keeps the focus inside, closes on Escape and
/// gives the focus back.
#[component]
pub fn Dialog(props: &DialogProps) -> Html {
    let node = use_node_ref();
    use_effect_with(node.clone(), |node| {
        let dialog = node.cast::<HtmlDialogElement>();
        if let Some(dialog) = &dialog {
            // An error only if it is shown already.
            let _ = dialog.show_modal();
        }
        move || {
            if let Some(dialog) = dialog {
                dialog.close();
            }
        }
    });
    let onclose = props.onclose.reform(|_: Event| ());
    let onclick = {
        let (node, close) = (node.clone(), props.onclose.clone());
        Callback::from(move |event: MouseEvent| {
            // The dialog itself is hit only beside its content.
            if event.target_dyn_into::<Element>() == node.cast::<Element>() {
                close.emit(());
            }
        })
    };
    html! {
        <dialog ref={node} class={props.class.clone()} aria-label={&props.label} {onclose} {onclick}>
            <div class="dialog-box">{ props.children.clone() }</div>
        </dialog>
    }
}
