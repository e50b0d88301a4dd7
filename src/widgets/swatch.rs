use yew::prelude::*;

/// Properties of [`Swatch`].
#[derive(Clone, PartialEq, Properties)]
pub struct SwatchProps {
    /// A colour of tokens.css: `var(--phase-ttft)`.
    pub fill: AttrValue,
    /// Whether it is hatched, as unattributed time is.
    #[prop_or_default]
    pub hatch: bool,
}

/// The square of a legend. SVG, because the page's policy forbids style attributes.
#[component]
pub fn Swatch(props: &SwatchProps) -> Html {
    html! {
        <svg class="swatch" viewBox="0 0 10 10" aria-hidden="true">
            <rect width="10" height="10" fill={&props.fill} />
            if props.hatch {
                <path class="hatch-lines" d="M-2 6 6-2M-1 11 11-1M4 12 12 4" />
            }
        </svg>
    }
}
