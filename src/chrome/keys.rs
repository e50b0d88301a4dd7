use yew::prelude::*;

use crate::widgets::{Dialog, Icon, IconName};

/// Every key of the page.
const KEYS: [(&str, &[(&str, &str)]); 4] = [
    (
        "Anywhere",
        &[
            ("Ctrl K, ⌘ K", "Commands: screens, files, samples, theme"),
            ("o", "Open files"),
            ("Shift O", "Open a folder"),
            ("/", "Search in this screen"),
            ("?", "These keys"),
            ("Esc", "Close what lies on top; stop reading a file"),
        ],
    ),
    ("In a panel", &[("t", "Show the chart as a table, and back"), ("Tab", "To the next control or chart")]),
    (
        "In the table of requests",
        &[
            ("↑ ↓", "Row by row"),
            ("Page up, Page down", "A screenful"),
            ("Home, End", "First and last row"),
            ("Enter", "Details of the request"),
        ],
    ),
    (
        "In the flame graph",
        &[
            ("1 2 3", "Time order, left heavy, sandwich"),
            ("w s, wheel", "Closer, further away"),
            ("a d, drag", "To the left, to the right"),
            ("Shift drag, r", "Figures of a range of time, of the selected span"),
            ("← → ↑ ↓", "From span to span"),
            ("n, Shift N", "Next and previous match"),
            ("0, f", "All of it; the selected span"),
            ("Enter", "Open the request"),
        ],
    ),
];

#[derive(Clone, PartialEq, Properties)]
pub struct KeysProps {
    pub onclose: Callback<()>,
}

/// The list of all keys.
#[component]
pub fn Keys(props: &KeysProps) -> Html {
    let close = props.onclose.reform(|_: MouseEvent| ());
    html! {
        <Dialog label="Keys" class="dialog-keys" onclose={props.onclose.clone()}>
            <div class="phead">
                <h2>{ "Keys" }</h2>
                <div class="acts">
                    <button type="button" class="btn quiet sm" onclick={close}>
                        <Icon name={IconName::Close} /><span class="vh">{ "Close" }</span>
                    </button>
                </div>
            </div>
            { for KEYS.iter().map(|(place, keys)| html! {
                <section>
                    <h3>{ *place }</h3>
                    <dl>{ for keys.iter().map(|(key, what)| html! {
                        <><dt><kbd>{ *key }</kbd></dt><dd>{ *what }</dd></>
                    }) }</dl>
                </section>
            }) }
        </Dialog>
    }
}
