//! What stands around every screen: bars above and below, dialogs, dropping and keys.

mod banner;
mod command;
mod foot;
mod keys;
mod labs;
mod load;
mod palette;
mod scope;
mod top;

use web_sys::HtmlInputElement;
use yew::prelude::*;

use self::banner::Banners;
use self::command::{Command, use_commands};
use self::foot::Foot;
use self::keys::Keys;
use self::labs::LabsPlace;
use self::load::LoadBar;
use self::palette::Palette;
use self::scope::ScopeBar;
use self::top::TopBar;
use crate::client::{CHOOSER, FOLDER_CHOOSER, use_client};
use crate::format;
use crate::platform::drop::{self, Drag};
use crate::platform::focus::{focus, is_in, nothing_has_focus};
use crate::platform::keys::{is_typing, listen};
use crate::route::Screen;
use crate::state::{Session, use_session, use_view};
use crate::views::import::NothingToShow;
use crate::views::landing::Landing;
use crate::views::{overview::Overview, requests::Requests};
use crate::widgets::{Empty, IconName};

/// What lies over the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// The command palette.
    Palette,
    /// The list of keys.
    Keys,
}

/// The frame and the screen in it.
#[component]
pub fn Frame() -> Html {
    let (session, client, view) = (use_session(), use_client(), use_view());
    let over = use_state_eq(|| None::<Over>);
    let drag = use_state_eq(|| None::<u32>);
    let run = use_commands(over.setter());
    let screen = view.view().screen;
    let has_files = !session.info.files.is_empty() || session.reading;
    let landing = screen == Screen::Landing || (screen.needs_files() && !has_files);

    // Files opened on the landing page lead to what is in them.
    use_effect_with(session.openings, {
        let view = view.clone();
        move |openings| {
            if *openings > 0 && view.view().screen == Screen::Landing {
                view.set(view.view().at(Screen::Overview));
            }
        }
    });
    // Tokenizers opened by themselves lead to where they count.
    let counted = (session.info.files.len(), session.info.tokenizers.len());
    let former = use_mut_ref(|| counted);
    use_effect_with((session.reading, counted), {
        let view = view.clone();
        move |&(reading, (files, tokenizers))| {
            if !reading {
                let (had_files, had_tokenizers) = former.replace((files, tokenizers));
                if tokenizers > had_tokenizers && files == had_files {
                    view.set(view.view().at(Screen::Workbench));
                }
            }
        }
    });
    // Whoever came here by a key that went away with the former screen goes on from this one.
    let former = use_mut_ref(|| (screen, landing));
    use_effect_with((screen, landing), move |now| {
        if former.replace(*now) != *now && nothing_has_focus() {
            focus("#main");
        }
    });
    // However they were changed: dropped, typed or erased.
    use_effect_with(session.info.prices, {
        let client = client.clone();
        move |changes| {
            if *changes > 0 {
                client.keep_prices();
            }
        }
    });
    use_effect_with(screen, |screen| {
        let title = match screen {
            Screen::Landing => "Tokenflame: where the tokens, the dollars and the milliseconds go".to_owned(),
            screen => format!("{} · Tokenflame", screen.label()),
        };
        gloo::utils::document().set_title(&title);
    });
    use_effect_with((*over, session.reading || session.counting), {
        let (run, over) = (run.clone(), over.setter());
        move |(open, working)| {
            let (open, working) = (*open, *working);
            let listener = listen(move |event| {
                let control = event.ctrl_key() || event.meta_key();
                let command = match event.key().as_str() {
                    "k" | "K" if control && !event.alt_key() && !event.shift_key() => {
                        over.set(if open == Some(Over::Palette) { None } else { Some(Over::Palette) });
                        event.prevent_default();
                        return;
                    }
                    // An open dialog closes itself and takes all other keys.
                    _ if open.is_some() || is_in("dialog") || control || event.alt_key() => return,
                    "Escape" if working => Command::Cancel,
                    _ if is_typing(event) => return,
                    "o" => Command::Open,
                    "O" => Command::OpenFolder,
                    "?" => Command::Keys,
                    "/" => Command::FocusSearch,
                    _ => return,
                };
                event.prevent_default();
                run.emit(command);
            });
            move || drop(listener)
        }
    });
    use_effect_with(client.clone(), {
        let drag = drag.setter();
        move |client| {
            let client = client.clone();
            let listeners = drop::listen(move |what| match what {
                Drag::Over(files) => drag.set(Some(files)),
                Drag::Left => drag.set(None),
                Drag::Dropped(dropped) => {
                    drag.set(None);
                    client.open_dropped(dropped);
                }
            });
            move || std::mem::drop(listeners)
        }
    });

    let chosen = Callback::from(move |event: Event| {
        client.chosen(&event.target_unchecked_into::<HtmlInputElement>());
    });
    let close = {
        let over = over.setter();
        Callback::from(move |()| over.set(None))
    };
    let in_labs = screen.is_in_labs() && (!screen.needs_files() || session.info.requests > 0);
    let body = match screen {
        _ if in_labs => Html::default(),
        Screen::Landing => html! { <Landing /> },
        _ if !has_files => html! { <Landing wanted={screen} /> },
        _ if session.info.requests == 0 && session.reading => html! {
            <Empty icon={IconName::File} title="Reading">
                <p>{ "The first figures come as soon as the file has told of a call." }</p>
            </Empty>
        },
        _ if session.info.requests == 0 => html! { <NothingToShow /> },
        Screen::Overview => html! { <Overview /> },
        Screen::Requests => html! { <Requests /> },
        Screen::Latency | Screen::Flame | Screen::Bill | Screen::Caches | Screen::Workbench => {
            Html::default()
        }
    };
    html! {
        <>
            <div class="chrome">
                <TopBar run={run.clone()} {landing} />
                if screen.needs_files() && !session.info.files.is_empty() {
                    <ScopeBar />
                }
                <LoadBar />
                <Banners />
            </div>
            <main id="main" tabindex="-1">
                if !landing {
                    <h1 class="vh">{ screen.label() }</h1>
                }
                { body }
                <LabsPlace shown={in_labs} likely={session.info.requests > 0} />
                if let Some(files) = *drag {
                    <div class="dropmask">{ drop_text(files, has_files) }</div>
                }
            </main>
            <p class="vh" role="status">{ spoken(&session) }</p>
            <Foot />
            <input type="file" multiple=true hidden=true id={CHOOSER} onchange={chosen.clone()} aria-label="Files" />
            <input type="file" webkitdirectory=true hidden=true id={FOLDER_CHOOSER} onchange={chosen} aria-label="Folder" />
            { match *over {
                Some(Over::Palette) => html! { <Palette {run} onclose={close} /> },
                Some(Over::Keys) => html! { <Keys onclose={close} /> },
                None => Html::default(),
            } }
        </>
    }
}

/// What a screen reader says of the reading of files.
fn spoken(session: &Session) -> String {
    match session.took {
        _ if session.reading => "Reading files".to_owned(),
        None => String::new(),
        Some(_) if session.info.files.is_empty() => match session.info.tokenizers.last() {
            Some(tokenizer) => format!("{} counts in the workbench", tokenizer.name),
            None => String::new(),
        },
        Some(_) => {
            let files = format::plural(session.info.files.len() as u64, "file");
            format!("Read {files}: {}", format::plural(session.info.requests, "request"))
        }
    }
}

fn drop_text(files: u32, has_files: bool) -> String {
    // A file or a folder: the browser says which only when it is dropped.
    let what = match files {
        0 => "files".to_owned(),
        1 => "it".to_owned(),
        n => format!("these {n}"),
    };
    if has_files { format!("Drop to add {what} to this session") } else { format!("Drop to open {what}") }
}

/// Puts the focus into the search of the screen; false where it has none.
fn focus_search() -> bool {
    focus("main input[type=search]")
}
