use web_sys::{Element, HtmlInputElement};
use yew::prelude::*;

use super::command::Command;
use crate::route::Screen;
use crate::state::{Theme, use_session};
use crate::views::landing::SAMPLES;
use crate::widgets::{Dialog, Icon, IconName};

#[derive(Clone, PartialEq, Properties)]
pub struct PaletteProps {
    pub run: Callback<Command>,
    pub onclose: Callback<()>,
}

/// A command, its name, and the key beside it.
type Entry = (String, &'static str, Command);

fn entries(has_files: bool, has_session: bool, stop: Option<&str>) -> Vec<Entry> {
    let screens = Screen::TABS.into_iter().filter(|tab| has_files || !tab.needs_files());
    let mut all: Vec<Entry> =
        screens.map(|tab| (format!("Go to {}", tab.label()), "", Command::Go(tab))).collect();
    all.push(("Open files".to_owned(), "o", Command::Open));
    all.push(("Open a folder".to_owned(), "Shift O", Command::OpenFolder));
    if let Some(what) = stop {
        all.push((what.to_owned(), "Esc", Command::Cancel));
    }
    if has_session {
        all.push(("Clear session: forget all files".to_owned(), "", Command::Clear));
    }
    all.extend(
        SAMPLES
            .iter()
            .enumerate()
            .map(|(i, sample)| (format!("Open sample: {}", sample.name), "", Command::Sample(i))),
    );
    for theme in [Theme::Light, Theme::Dark, Theme::System] {
        all.push((format!("Theme: {}", theme.key()), "", Command::Theme(theme)));
    }
    all.push(("Show all keys".to_owned(), "?", Command::Keys));
    all
}

/// The commands of the page, found by typing a part of their names.
#[component]
pub fn Palette(props: &PaletteProps) -> Html {
    let session = use_session();
    let (typed, chosen, list) = (use_state_eq(String::new), use_state_eq(|| 0_usize), use_node_ref());
    let has_files = !session.info.files.is_empty();
    let has_session = has_files || !session.info.tokenizers.is_empty();

    let words = typed.to_lowercase();
    let stop = match (session.reading, session.counting) {
        (true, _) => Some("Stop reading"),
        (false, true) => Some("Stop counting"),
        _ => None,
    };
    let mut found = entries(has_files, has_session, stop);
    found.retain(|(name, ..)| {
        let name = name.to_lowercase();
        words.split_whitespace().all(|word| name.contains(word))
    });
    if has_files && !typed.trim().is_empty() {
        let text = typed.trim();
        found.push((format!("Search the requests for “{text}”"), "", Command::Search(text.to_owned())));
    }
    let at = (*chosen).min(found.len().saturating_sub(1));

    use_effect_with((at, found.len()), {
        let list = list.clone();
        move |(at, _)| {
            let option = list.cast::<Element>().and_then(|list| list.children().item(*at as u32));
            if let Some(option) = option {
                option.scroll_into_view_with_scroll_into_view_options(&nearest());
            }
        }
    });

    let pick = {
        let (run, close) = (props.run.clone(), props.onclose.clone());
        Callback::from(move |command: Command| {
            close.emit(());
            run.emit(command);
        })
    };
    let oninput = {
        let (typed, chosen) = (typed.clone(), chosen.clone());
        Callback::from(move |event: InputEvent| {
            typed.set(event.target_unchecked_into::<HtmlInputElement>().value());
            chosen.set(0);
        })
    };
    let onkeydown = {
        let (count, command, pick) =
            (found.len(), found.get(at).map(|(.., command)| command.clone()), pick.clone());
        Callback::from(move |event: KeyboardEvent| {
            match event.key().as_str() {
                "ArrowDown" if count > 0 => chosen.set((at + 1) % count),
                "ArrowUp" if count > 0 => chosen.set((at + count - 1) % count),
                "Enter" => {
                    if let Some(command) = &command {
                        pick.emit(command.clone());
                    }
                }
                _ => return,
            }
            event.prevent_default();
        })
    };
    let id = |i: usize| format!("palette-{i}");
    html! {
        <Dialog label="Commands" class="dialog-palette" onclose={props.onclose.clone()}>
            <label class="field">
                <Icon name={IconName::Search} />
                <input type="text" role="combobox" aria-label="Command" aria-expanded="true" aria-autocomplete="list"
                    aria-controls="palette-list" aria-activedescendant={(!found.is_empty()).then(|| id(at))}
                    placeholder="Type a command" autocomplete="off" spellcheck="false" autofocus=true
                    value={(*typed).clone()} {oninput} {onkeydown} />
            </label>
            <ul id="palette-list" role="listbox" aria-label="Commands" ref={list}>
                { for found.iter().enumerate().map(|(i, (name, key, command))| {
                    let (pick, command) = (pick.clone(), command.clone());
                    let onclick = Callback::from(move |_: MouseEvent| pick.emit(command.clone()));
                    html! {
                        <li id={id(i)} role="option" aria-selected={(i == at).to_string()} {onclick}>
                            { name }
                            if !key.is_empty() {
                                <kbd>{ *key }</kbd>
                            }
                        </li>
                    }
                }) }
            </ul>
            if found.is_empty() {
                <p class="dim">{ "No command has this in its name." }</p>
            }
        </Dialog>
    }
}

fn nearest() -> web_sys::ScrollIntoViewOptions {
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Nearest);
    options
}
