use wasm_bindgen::JsCast;
use web_sys::Node;
use yew::prelude::*;

use super::{Icon, IconName, TableTwin};
use crate::platform::{clipboard, keys::is_typing};

/// Properties of [`Panel`].
#[derive(Clone, PartialEq, Properties)]
pub struct PanelProps {
    /// What is drawn.
    pub title: AttrValue,
    /// Unit, n, method.
    #[prop_or_default]
    pub caption: Html,
    /// What the colours mean.
    #[prop_or_default]
    pub legend: Html,
    /// Switches and buttons of this panel.
    #[prop_or_default]
    pub actions: Html,
    /// The same figures as a table.
    #[prop_or_default]
    pub twin: Option<TableTwin>,
    /// What is in it.
    #[prop_or_default]
    pub children: Html,
    /// Further classes.
    #[prop_or_default]
    pub class: Classes,
    /// An id.
    #[prop_or_default]
    pub id: Option<AttrValue>,
}

/// A panel: title, caption, legend or switch, then table and copy, then what it shows.
#[component]
pub fn Panel(props: &PanelProps) -> Html {
    let as_table = use_state_eq(|| false);
    let toggle = {
        let as_table = as_table.clone();
        Callback::from(move |()| as_table.set(!*as_table))
    };
    let onkeydown = {
        let (toggle, twin) = (toggle.clone(), props.twin.is_some());
        Callback::from(move |event: KeyboardEvent| {
            let plain = !event.ctrl_key() && !event.alt_key() && !event.meta_key();
            if twin && plain && event.key() == "t" && !is_typing(&event) {
                event.prevent_default();
                toggle.emit(());
            }
        })
    };
    let shown = props.twin.as_ref().filter(|_| *as_table);
    html! {
        <section class={classes!("panel", props.class.clone())} id={props.id.clone()}
            aria-label={&props.title} {onkeydown}>
            <div class="phead">
                <h2>{ &props.title }</h2>
                <span class="cap">{ props.caption.clone() }</span>
                <div class="acts">
                    <div class="legend">{ props.legend.clone() }</div>
                    { props.actions.clone() }
                    if let Some(twin) = &props.twin {
                        <button type="button" class="btn quiet sm" aria-pressed={as_table.to_string()}
                            title="Show as table (t)" onclick={toggle.reform(|_: MouseEvent| ())}>
                            <Icon name={IconName::Table} /><span class="vh">{ "Show as table" }</span>
                        </button>
                        <CopyMenu twin={twin.clone()} />
                    }
                </div>
            </div>
            if let Some(twin) = shown {
                { twin.view(&props.title) }
            } else {
                { props.children.clone() }
            }
        </section>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct CopyMenuProps {
    twin: TableTwin,
}

#[component]
fn CopyMenu(props: &CopyMenuProps) -> Html {
    let open = use_state_eq(|| false);
    let said = use_state_eq(|| "");
    let button = use_node_ref();
    let copy = |text: fn(&TableTwin) -> String, name: &'static str| {
        let (twin, open, said, button) = (props.twin.clone(), open.clone(), said.clone(), button.clone());
        Callback::from(move |_: MouseEvent| {
            let said = said.clone();
            clipboard::copy(&text(&twin), move |done| {
                said.set(if done { name } else { "The browser did not allow copying" });
            });
            open.set(false);
            focus(&button);
        })
    };
    let as_csv = copy(TableTwin::csv, "Copied as CSV");
    let as_markdown = copy(TableTwin::markdown, "Copied as Markdown");
    let onkeydown = {
        let (open, button) = (open.clone(), button.clone());
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" && *open {
                event.prevent_default();
                open.set(false);
                focus(&button);
            }
        })
    };
    let onfocusout = {
        let open = open.clone();
        Callback::from(move |event: FocusEvent| {
            let to = event.related_target().and_then(|to| to.dyn_into::<Node>().ok());
            let menu = event.current_target().and_then(|menu| menu.dyn_into::<Node>().ok());
            if menu.is_some_and(|menu| !menu.contains(to.as_ref())) {
                open.set(false);
            }
        })
    };
    let toggle = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    html! {
        <div class="menu" {onkeydown} {onfocusout}>
            <button type="button" ref={button} class="btn quiet sm" title="Copy" onclick={toggle}
                aria-expanded={open.to_string()}>
                <Icon name={IconName::Export} /><span class="vh">{ "Copy" }</span>
            </button>
            if *open {
                <div class="menu-list">
                    <button type="button" class="btn quiet sm" onclick={as_csv}>{ "Copy as CSV" }</button>
                    <button type="button" class="btn quiet sm" onclick={as_markdown}>
                        { "Copy as Markdown" }
                    </button>
                </div>
            }
            <span class="vh" role="status">{ *said }</span>
        </div>
    }
}

fn focus(node: &NodeRef) {
    if let Some(element) = node.cast::<web_sys::HtmlElement>() {
        let _ = element.focus();
    }
}
