use engine::protocol::{Choice, FileId, FileReport};
use yew::prelude::*;

use crate::client::Client;
use crate::format;

/// The key of the reader that goes by a mapping.
pub const MAPPING: &str = "mapping";
/// So many files are asked about in sight of everybody; the others in the list of files.
const ASKED: usize = 3;

/// Whether a person could say what is what in a file that no reader knows.
pub fn can_be_mapped(file: &FileReport) -> bool {
    file.format.is_empty() && !file.seen.is_empty()
}

/// What else a file could be, and the ways to have it read so. `ask` shows the dialog of a file.
pub fn read_as(file: FileId, report: &FileReport, client: &Client, ask: &Callback<FileId>) -> Html {
    let button = |name: String, choice: Choice| {
        let client = client.clone();
        let onclick = Callback::from(move |_: MouseEvent| client.read_as(&[file], &choice));
        html! { <button type="button" class="btn sm" {onclick}>{ name }</button> }
    };
    let name = &report.format_name;
    let said = match report.candidates.first() {
        _ if report.by_hand => format!("Read as {name}, as you chose."),
        Some(other) => {
            format!(
                "Read as {name}. It also looks like {} ({}). Seen: {}",
                other.name, other.sure, report.seen
            )
        }
        None => String::new(),
    };
    let other = match &*report.format {
        "zip" => return Html::default(),
        MAPPING => "Change the mapping",
        _ if can_be_mapped(report) => "Say what is what",
        // There is nothing in it that any reader could make a record of.
        "" => return Html::default(),
        _ => "Read as …",
    };
    html! {
        <div class="read-as">
            if !said.is_empty() {
                <p>{ said }</p>
            }
            if report.by_hand {
                { button("Read by its content".to_owned(), Choice::Auto) }
            }
            { for report.candidates.iter().take(3).map(|other| {
                button(format!("Read as {}", other.name), Choice::Format(other.key.clone()))
            }) }
            <button type="button" class="btn sm" onclick={ask.reform(move |_: MouseEvent| file)}>{ other }</button>
        </div>
    }
}

/// Files that no reader knows, and files that could be of another format as well.
pub fn questions(files: &[FileReport], client: &Client, ask: &Callback<FileId>) -> Html {
    let is_open = |file: &FileReport| can_be_mapped(file) || !file.by_hand && !file.candidates.is_empty();
    let open = || files.iter().enumerate().filter(|(_, file)| is_open(file));
    let more = open().count().saturating_sub(ASKED);
    html! {
        <>
            { for open().take(ASKED).map(|(i, report)| html! {
                <div class="question">
                    <p>
                        <b>{ &report.name }</b>
                        if report.format.is_empty() {
                            { format!(" is of no known format. Seen: {}", report.seen) }
                        }
                    </p>
                    { read_as(FileId(i as u32), report, client, ask) }
                </div>
            }) }
            if more > 0 {
                <p class="small dim">{ format!("{} in the list below.", format::plural(more as u64, "more such file")) }</p>
            }
        </>
    }
}
