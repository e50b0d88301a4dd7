//! The import report file by file; many files are folded by their format.

use engine::protocol::{FileId, FileReport, Problem};
use yew::prelude::*;

use super::import::{REASONS, Sums, equation, read_as};
use crate::client::{Client, use_client};
use crate::format;
use crate::widgets::{Icon, IconName};

/// More files than these are folded.
const LISTED: usize = 50;
/// As many more files are shown at a press of the button.
const MORE: usize = 200;

/// Each file with its records and problems.
pub fn list(files: &[FileReport], client: &Client, ask: &Callback<FileId>) -> Html {
    let files = files.iter().enumerate().map(|(i, file)| (FileId(i as u32), file));
    if files.len() <= LISTED {
        return files.map(|(id, file)| file_report(id, file, client, ask)).collect();
    }
    let mut formats: Vec<Vec<(FileId, &FileReport)>> = Vec::new();
    for file in files {
        match formats.iter_mut().find(|known| known[0].1.format_name == file.1.format_name) {
            Some(known) => known.push(file),
            None => formats.push(vec![file]),
        }
    }
    let group = |files: Vec<(FileId, &FileReport)>| {
        let key = files[0].1.format_name.clone();
        let files: Vec<(FileId, FileReport)> =
            files.into_iter().map(|(id, file)| (id, file.clone())).collect();
        html! { <Group {key} {files} ask={ask.clone()} /> }
    };
    formats.into_iter().map(group).collect()
}

fn format_name(file: &FileReport) -> &str {
    if file.format_name.is_empty() { "unknown format" } else { &file.format_name }
}

#[derive(PartialEq, Properties)]
struct GroupProps {
    /// Not empty, of one format.
    files: Vec<(FileId, FileReport)>,
    ask: Callback<FileId>,
}

/// The files of one format, folded; those with problems stand first.
#[component]
fn Group(GroupProps { files, ask }: &GroupProps) -> Html {
    let client = use_client();
    // None while it is folded: thousands of files in the page would hold it up.
    let shown = use_state_eq(|| 0_usize);
    let toggle = {
        let shown = shown.clone();
        Callback::from(move |event: MouseEvent| {
            event.prevent_default();
            shown.set(if *shown == 0 { LISTED } else { 0 });
        })
    };
    let more = {
        let shown = shown.clone();
        Callback::from(move |_: MouseEvent| shown.set(*shown + MORE))
    };
    let with_problems = files.iter().filter(|(_, file)| !file.problems.is_empty());
    let without = files.iter().filter(|(_, file)| file.problems.is_empty());
    let problems = with_problems.clone().count();
    let left = if *shown == 0 { 0 } else { files.len().saturating_sub(*shown) };
    let bytes = files.iter().map(|(_, file)| file.bytes).sum();
    html! {
        <section class="import-file">
            <details class="import-files" open={*shown > 0}>
                <summary onclick={toggle}>
                    <Icon name={IconName::Right} />
                    { format_name(&files[0].1) }
                    <span class="dim small">
                        { format!("{}, {}", format::plural(files.len() as u64, "file"), format::bytes(bytes)) }
                        if problems > 0 {
                            { format!(", {} with problems", format::int(problems as u64)) }
                        }
                    </span>
                </summary>
                { for with_problems.chain(without).take(*shown).map(|(id, file)| file_report(*id, file, &client, ask)) }
                if left > 0 {
                    <button type="button" class="btn sm" onclick={more}>
                        { format!("Show {} more of {}", format::int(left.min(MORE) as u64), format::int(files.len() as u64)) }
                    </button>
                }
            </details>
            { equation(&Sums::of(&files.iter().map(|(_, file)| file).collect::<Vec<_>>()), REASONS) }
        </section>
    }
}

fn file_report(id: FileId, file: &FileReport, client: &Client, ask: &Callback<FileId>) -> Html {
    let size = match file.decoded_bytes {
        decoded if decoded > file.bytes => {
            format!("{}, {} unpacked", format::bytes(file.bytes), format::bytes(decoded))
        }
        _ => format::bytes(file.bytes),
    };
    let format = format_name(file);
    html! {
        <section class="import-file">
            <h3>{ &file.name } <span class="dim small">{ format!("{format}, {size}") }</span></h3>
            { equation(&Sums::of(&[file]), usize::MAX) }
            if !file.problems.is_empty() {
                <ul class="problems">{ for file.problems.iter().map(problem) }</ul>
            }
            { read_as(id, file, client, ask) }
        </section>
    }
}

fn problem(problem: &Problem) -> Html {
    let place = match problem.line {
        0 if problem.byte == 0 => String::new(),
        0 => format!("byte {}", format::int(problem.byte)),
        line => format!("line {}", format::int(line)),
    };
    let first = if problem.count > 1 { "first at " } else { "at " };
    html! {
        <li>
            <Icon name={IconName::Warn} class="warn" />
            <div>
                <p>
                    { &problem.message }
                    if problem.count > 1 {
                        { " " }<span class="tag">{ format!("{} times", format::int(problem.count)) }</span>
                    }
                </p>
                if !problem.hint.is_empty() {
                    <p class="mid">{ &problem.hint }</p>
                }
                <p class="small dim">
                    <code>{ problem.code.key() }</code>
                    if !place.is_empty() {
                        { format!(", {first}{place}") }
                    }
                </p>
            </div>
        </li>
    }
}
