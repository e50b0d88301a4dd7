use yew::prelude::*;

use super::{Icon, IconName};

/// Properties of [`Empty`].
#[derive(Clone, PartialEq, Properties)]
pub struct EmptyProps {
    /// What it is about.
    #[prop_or(IconName::Table)]
    pub icon: IconName,
    /// What was looked for, or what cannot be known.
    pub title: AttrValue,
    /// How much there is, and what helps.
    #[prop_or_default]
    pub children: Html,
}

/// Where nothing is to be shown: says why, and what helps.
#[component]
pub fn Empty(props: &EmptyProps) -> Html {
    html! {
        <div class="state">
            <Icon name={props.icon} />
            <h3>{ &props.title }</h3>
            { props.children.clone() }
        </div>
    }
}

/// Properties of [`ErrorState`].
#[derive(Clone, PartialEq, Properties)]
pub struct ErrorStateProps {
    /// What happened and where.
    pub title: AttrValue,
    /// What was kept, and what to do next.
    #[prop_or_default]
    pub children: Html,
}

/// Where something failed: place, reason, what was kept, what to do.
#[component]
pub fn ErrorState(props: &ErrorStateProps) -> Html {
    html! {
        <div class="state bad" role="alert">
            <Icon name={IconName::Error} />
            <h3>{ &props.title }</h3>
            { props.children.clone() }
        </div>
    }
}
