//! What was said, part by part.

use engine::protocol::{Detail, MessageView, Role};
use yew::prelude::*;

use crate::{
    format,
    route::Screen,
    state::{draft, use_view},
    widgets::{Fig, Icon, IconName, Swatch},
};

/// Properties of [`Messages`].
#[derive(Properties, PartialEq)]
pub struct MessagesProps {
    /// The call.
    pub detail: Detail,
    /// The answer instead of the prompt.
    pub answer: bool,
}

/// The parts of the prompt or of the answer.
#[component]
pub fn Messages(MessagesProps { detail, answer }: &MessagesProps) -> Html {
    let view = use_view();
    let parts =
        |answer: bool| detail.messages.iter().filter(move |part| part.component.is_output() == answer);
    let open_in_workbench = {
        let (prompt, response) = (join(parts(false)), join(parts(true)));
        Callback::from(move |_: MouseEvent| {
            draft::put(&prompt, &response);
            view.update(|v| *v = v.at(Screen::Workbench));
        })
    };
    let cut = detail.messages.iter().any(is_cut);
    html! {
        <div class="messages">
            { for parts(*answer).enumerate().map(|(i, part)| message(i, part)) }
            if parts(*answer).next().is_none() {
                <p class="dim">
                    { if *answer { "The file holds no answer text." } else { "The file holds no prompt text." } }
                </p>
            }
            if !detail.messages_note.is_empty() {
                <p class="dim small">{ &detail.messages_note }</p>
            }
            if !detail.messages.is_empty() {
                <button type="button" class="btn sm" onclick={open_in_workbench}
                    title={cut.then_some("Takes along what is shown here: the first 64 KiB of each part")}>
                    { "Open in workbench" }
                </button>
            }
        </div>
    }
}

/// One part. What a person asked and what the model said is open at first, and so is what is short.
fn message(key: usize, part: &MessageView) -> Html {
    let open = part.text.len() < 600 || part.component.is_output() || part.role == Role::User;
    html! {
        <details {key} class={format!("part k-{}", part.component.token())} {open}>
            <summary>
                <Icon name={IconName::Right} />
                <Swatch fill={format!("var(--kind-{})", part.component.token())} />
                <b>{ part.component.label() }</b>
                if let Some(tokens) = part.tokens.get() {
                    <Fig text={format::plural(tokens, "token")} from={part.tokens.from()} />
                } else {
                    { format::bytes(part.bytes) }
                }
            </summary>
            <pre>{ &part.text }</pre>
            if is_cut(part) {
                <p class="dim small">{ format!("The first 64 KiB of {}.", format::bytes(part.bytes)) }</p>
            }
        </details>
    }
}

fn is_cut(part: &MessageView) -> bool {
    (part.text.len() as u64) < part.bytes
}

fn join<'a>(parts: impl Iterator<Item = &'a MessageView>) -> String {
    parts.map(|part| part.text.as_str()).collect::<Vec<_>>().join("\n\n")
}
