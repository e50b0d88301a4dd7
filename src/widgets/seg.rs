use yew::prelude::*;

/// Properties of [`Seg`].
#[derive(Clone, PartialEq, Properties)]
pub struct SegProps {
    /// What is chosen, for screen readers.
    pub label: AttrValue,
    /// The choices, and which of them holds.
    pub options: Vec<(AttrValue, bool)>,
    /// The place of the choice that was pressed.
    pub onchange: Callback<usize>,
    /// 24 px high, inside panels.
    #[prop_or_default]
    pub small: bool,
}

/// A switch for two to five choices that exclude each other.
#[component]
pub fn Seg(props: &SegProps) -> Html {
    html! {
        <div class={classes!("seg", props.small.then_some("sm"))} role="group" aria-label={&props.label}>
            { for props.options.iter().enumerate().map(|(i, (name, pressed))| {
                let onclick = props.onchange.reform(move |_: MouseEvent| i);
                html! {
                    <button type="button" aria-pressed={pressed.to_string()} {onclick}>{ name }</button>
                }
            }) }
        </div>
    }
}
