//! What became of every record of the files: read = kept + merged + dropped.

mod dialog;
mod read_as;
mod saved;
mod unit;

use engine::protocol::{FileId, FileReport};
use yew::prelude::*;

use self::dialog::FileDialog;
pub(super) use self::read_as::read_as;
use self::read_as::{can_be_mapped, questions};
pub use self::unit::unit_question;
use super::import_files;
use crate::client::use_client;
use crate::format;
use crate::state::use_session;
use crate::widgets::{ErrorState, Icon, IconName, Swatch, use_width};

const KEPT: &str = "var(--text-2)";
const MERGED: &str = "var(--text-3)";
const DROPPED: &str = "var(--warn)";
/// As many formats are named.
const FORMATS: usize = 4;
/// As many reasons are named over all files; agents write dozens of kinds of records that are no calls.
pub(super) const REASONS: usize = 6;

/// Records of one file or of all.
#[derive(Clone, Default, PartialEq)]
pub(super) struct Sums {
    read: u64,
    kept: u64,
    merged: Vec<(String, u64)>,
    dropped: Vec<(String, u64)>,
}

impl Sums {
    pub(super) fn of(files: &[&FileReport]) -> Sums {
        let mut sums = Sums::default();
        for file in files {
            sums.read += file.read;
            sums.kept += file.kept();
            for (to, from) in [(&mut sums.merged, &file.merged), (&mut sums.dropped, &file.dropped)] {
                for (reason, n) in from {
                    match to.iter_mut().find(|(known, _)| known == reason) {
                        Some((_, sum)) => *sum += n,
                        None => to.push((reason.clone(), *n)),
                    }
                }
            }
        }
        sums.merged.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
        sums.dropped.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
        sums
    }
}

fn total(reasons: &[(String, u64)]) -> u64 {
    reasons.iter().map(|(_, n)| n).sum()
}

/// The import report over all files; opens to each file and its problems.
#[component]
pub fn ImportReport() -> Html {
    let (session, client) = (use_session(), use_client());
    // The file whose dialog is open.
    let asked = use_state_eq(|| None::<FileId>);
    let ask = {
        let asked = asked.setter();
        Callback::from(move |file| asked.set(Some(file)))
    };
    let files = &session.info.files;
    let problems: usize = files.iter().map(|file| file.problems.len()).sum();
    let sums = Sums::of(&files.iter().collect::<Vec<_>>());

    let mut formats: Vec<&str> = Vec::new();
    for file in files {
        let name = if file.format_name.is_empty() { "unknown format" } else { &file.format_name };
        if !formats.contains(&name) {
            formats.push(name);
        }
    }
    let bytes = files.iter().map(|file| file.bytes).sum();
    let mut caption = vec![format::plural(files.len() as u64, "file"), first_of(&formats)];
    caption.push(match session.took {
        Some(took) => format!("{} in {}", format::bytes(bytes), format::ms(took)),
        None => format::bytes(bytes),
    });
    html! {
        <section class="panel import" aria-label="Import report">
            <div class="import-sum">
                <div>
                    <h2>{ "Import report" }</h2>
                    <p class="small dim">{ caption.join(", ") }</p>
                </div>
                <ImportBar sums={sums.clone()} />
                { equation(&sums, REASONS) }
            </div>
            { questions(files, &client, &ask) }
            <details class="import-files">
                <summary>
                    <Icon name={IconName::Right} />
                    { match problems {
                        0 => "File by file".to_owned(),
                        n => format!("File by file, with {}", format::plural(n as u64, "problem")),
                    } }
                </summary>
                { import_files::list(files, &client, &ask) }
            </details>
            { file_dialog(&asked) }
        </section>
    }
}

/// The dialog of a file, where one is open.
fn file_dialog(asked: &UseStateHandle<Option<FileId>>) -> Html {
    let close = asked.setter();
    let onclose = Callback::from(move |()| close.set(None));
    asked.map(|file| html! { <FileDialog {file} {onclose} /> }).unwrap_or_default()
}

/// The first of the names, and how many more there are.
fn first_of(names: &[&str]) -> String {
    match names.get(FORMATS..) {
        Some(more @ [_, _, ..]) => format!("{} and {} more formats", names[..FORMATS].join(", "), more.len()),
        _ => names.join(", "),
    }
}

/// "read = kept + merged + dropped" with the most frequent reasons.
pub(super) fn equation(sums: &Sums, most: usize) -> Html {
    let reasons = |reasons: &[(String, u64)]| match reasons {
        [] => String::new(),
        [(only, _)] => format!(" ({only})"),
        several => {
            // One more takes no more room than to say so.
            let named = if several.len().checked_sub(1) == Some(most) { several.len() } else { most };
            let mut each: Vec<String> = several
                .iter()
                .take(named)
                .map(|(reason, n)| format!("{} {reason}", format::int(*n)))
                .collect();
            if let Some(others @ [_, ..]) = several.get(named..) {
                each.push(format!("{} for {} other reasons", format::int(total(others)), others.len()));
            }
            format!(" ({})", each.join(", "))
        }
    };
    let part = |fill: &'static str, fig: &'static str, n: u64, word: String| {
        html! {
            <span><Swatch {fill} /><span>
                <b data-fig={fig} data-value={n.to_string()}>{ format::int(n) }</b>{ " " }{ word }
            </span></span>
        }
    };
    html! {
        <p class="legend">
            <span><span><b data-fig="records_read" data-value={sums.read.to_string()}>{ format::int(sums.read) }</b>{ if sums.read == 1 { " record read =" } else { " records read =" } }</span></span>
            { part(KEPT, "records_kept", sums.kept, "kept +".to_owned()) }
            { part(MERGED, "records_merged", total(&sums.merged), format!("merged{} +", reasons(&sums.merged))) }
            { part(DROPPED, "records_dropped", total(&sums.dropped), format!("dropped{}", reasons(&sums.dropped))) }
        </p>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct ImportBarProps {
    sums: Sums,
}

/// The equation as a bar; what is there is seen, however small.
#[component]
fn ImportBar(props: &ImportBarProps) -> Html {
    let node = use_node_ref();
    let width = use_width(&node);
    let Sums { read, kept, merged, dropped } = &props.sums;
    let parts = [(KEPT, *kept), (MERGED, total(merged)), (DROPPED, total(dropped))];
    let parts: Vec<_> = parts.into_iter().filter(|(_, n)| *n > 0).collect();
    // Three px at least for each part but the largest, which gives way, and a gap of one px between them.
    let share = |n: u64| n as f64 / (*read).max(1) as f64 * width;
    let largest = parts.iter().map(|(_, n)| *n).max().unwrap_or_default();
    let taken: f64 = parts.iter().filter(|(_, n)| *n != largest).map(|(_, n)| share(*n).max(3.0)).sum();
    let room = width - taken - parts.len().saturating_sub(1) as f64;
    let mut x = 0.0;
    html! {
        <div ref={node} class="import-bar" aria-hidden="true">
            if width > 0.0 {
                <svg width={width.to_string()} height="12">
                    { for parts.iter().map(|(fill, n)| {
                        let w = if *n == largest { room.max(3.0) } else { share(*n).max(3.0) };
                        let at = x;
                        x += w + 1.0;
                        html! {
                            <rect class="mark" x={at.to_string()} y="1" width={w.to_string()} height="10" fill={*fill} />
                        }
                    }) }
                </svg>
            }
        </div>
    }
}

/// Stands alone where the files hold no model call: says why, and what can be done.
#[component]
pub fn NothingToShow() -> Html {
    let (session, client) = (use_session(), use_client());
    let asked = use_state_eq(|| None::<FileId>);
    let files = &session.info.files;
    let choose = {
        let client = client.clone();
        Callback::from(move |_: MouseEvent| client.choose())
    };
    let choose_folder = Callback::from(move |_: MouseEvent| client.choose_folder());
    let title = match &files[..] {
        [only] if only.format.is_empty() => format!("{} could not be read", only.name),
        [only] => format!("{} holds no model call", only.name),
        several if several.iter().all(|file| file.format.is_empty()) => {
            "None of these files could be read".to_owned()
        }
        _ => "These files hold no model call".to_owned(),
    };
    let unknown = files.iter().position(can_be_mapped).map(|file| FileId(file as u32));
    let map = {
        let asked = asked.setter();
        Callback::from(move |_: MouseEvent| asked.set(unknown))
    };
    html! {
        <div class="sheet">
            <ErrorState {title}>
                { for files.iter().flat_map(|file| &file.problems).take(3).map(|problem| html! {
                    <>
                        <p>{ &problem.message }</p>
                        <p class="small">{ &problem.hint }</p>
                    </>
                }) }
                if files.iter().any(|file| !file.format.is_empty() && file.problems.is_empty()) {
                    <p>{ "All was read, and no record tells of a call of a model: the report says what became of each." }</p>
                }
                if unknown.is_some() {
                    <p>{ "If it tells of requests to a model, say which field is what:" }</p>
                    <button type="button" class="btn primary" onclick={map}>{ "Say what is what" }</button>
                }
                <button type="button" class="btn" onclick={choose}>{ "Choose other files" }</button>
                <button type="button" class="btn" onclick={choose_folder}>{ "Choose a folder" }</button>
            </ErrorState>
            <ImportReport />
            { file_dialog(&asked) }
        </div>
    }
}
