//! The picture and the trace as files.

use engine::protocol::{Answer, Command, FlameAnswer, FlameAsk, FlameFile, FlameWant};
use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;
use web_sys::Blob;
use yew::prelude::*;

use super::picture::Handle;
use crate::client::{Client, use_client};
use crate::format::plural;
use crate::platform::download;
use crate::state::use_view;
use crate::widgets::{Icon, IconName};

/// Properties of [`SaveMenu`].
#[derive(Clone, PartialEq, Properties)]
pub struct SaveMenuProps {
    /// What holds the picture.
    pub stage: Handle,
}

/// What can be saved.
const FILES: [&str; 4] =
    ["Picture as PNG", "Picture as SVG", "Trace for Chrome and Perfetto", "Trace for speedscope"];

/// A menu of what can be saved.
#[component]
pub fn SaveMenu(props: &SaveMenuProps) -> Html {
    let (client, view) = (use_client(), use_view());
    let open = use_state_eq(|| false);
    let toggle = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    let onkeydown = {
        let open = open.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" && *open {
                event.prevent_default();
                open.set(false);
            }
        })
    };
    let save = |i: usize| {
        let (stage, client, open) = (props.stage.0.clone(), client.clone(), open.clone());
        let filter = view.view().filter.clone();
        Callback::from(move |_: MouseEvent| {
            open.set(false);
            let done = match i {
                0 => match stage.element() {
                    Some(canvas) => {
                        let refused = client.clone();
                        let made = Closure::once_into_js(move |blob: Option<Blob>| {
                            let saved = blob.map(|blob| download::save_blob("flame.png", &blob));
                            if !matches!(saved, Some(Ok(()))) {
                                refuse(&refused);
                            }
                        });
                        canvas.to_blob(made.unchecked_ref())
                    }
                    None => Err(JsValue::UNDEFINED),
                },
                1 => download::save_as("flame.svg", "image/svg+xml", &stage.svg().into()),
                _ => {
                    let (to, name) = match i {
                        2 => (FlameFile::Chrome, "trace.json"),
                        _ => (FlameFile::Speedscope, "trace.speedscope.json"),
                    };
                    let ask =
                        FlameAsk { filter: filter.clone(), want: FlameWant::File(to), ..FlameAsk::default() };
                    save_trace(&client, ask, name);
                    Ok(())
                }
            };
            if done.is_err() {
                refuse(&client);
            }
        })
    };
    html! {
        <div class="menu" {onkeydown}>
            <button type="button" class="btn quiet sm" title="Save" aria-expanded={open.to_string()} onclick={toggle}>
                <Icon name={IconName::Export} /><span class="vh">{ "Save" }</span>
            </button>
            if *open {
                <div class="menu-list">
                    { for FILES.iter().enumerate().map(|(i, name)| html! {
                        <button type="button" class="btn quiet sm" onclick={save(i)}>{ *name }</button>
                    }) }
                </div>
            }
        </div>
    }
}

fn refuse(client: &Client) {
    client.refuse("The browser did not save the file.".to_owned());
}

fn save_trace(client: &Client, ask: FlameAsk, name: &'static str) {
    let said = client.clone();
    client.ask(Command::Flame(Box::new(ask)), move |reply| match reply {
        Ok(Answer::Flame(FlameAnswer::File(bytes, lacking))) => {
            let bytes = Uint8Array::from(bytes.0.as_slice());
            if download::save_as(name, "application/json", &bytes).is_err() {
                refuse(&said);
            } else if lacking > 0 {
                let spans = plural(lacking, "span");
                said.refuse(format!("{spans} that do not say when they began and ended are not in {name}."));
            }
        }
        Ok(_) => refuse(&said),
        Err(why) => said.refuse(why),
    });
}
