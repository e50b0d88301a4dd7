//! The records of a call as they stand in the file.

use engine::protocol::{Answer, CallId, Command, RAW_RECORDS, RawRecord};
use yew::prelude::*;

use crate::{
    client::use_query,
    format,
    platform::clipboard,
    widgets::{ErrorState, Seg},
};

/// More text than this in one element would hold up the page.
const SHOWN: usize = 128 << 10;

/// Properties of [`RawRecords`].
#[derive(Properties, PartialEq)]
pub struct RawProps {
    /// The call.
    pub call: CallId,
    /// The first record that is shown.
    pub from: u32,
    /// How many there are from that one on.
    pub left: u32,
}

/// The records of the call, some at a time.
#[component]
pub fn RawRecords(props: &RawProps) -> Html {
    let RawProps { call, from, left } = *props;
    let query = use_query(Some(Command::Raw(call, from)));
    let opened = use_state_eq(|| false);
    let more = left.saturating_sub(RAW_RECORDS);
    match (query.answer.as_deref(), &query.error) {
        (Some(Answer::Raw(records)), _) => html! {
            <>
                { for records.iter().map(|record| html! { <Record record={record.clone()} /> }) }
                if *opened {
                    <RawRecords {call} from={from + RAW_RECORDS} left={more} />
                } else if more > 0 {
                    <button type="button" class="btn sm" onclick={let opened = opened.setter(); move |_| opened.set(true)}>
                        { format!("Show {} of {} more", more.min(RAW_RECORDS), format::int(more.into())) }
                    </button>
                }
            </>
        },
        (_, Some(error)) => html! {
            <ErrorState title="The raw record cannot be shown"><p>{ error }</p></ErrorState>
        },
        _ => html! { <p class="dim">{ "Reading the file …" }</p> },
    }
}

#[derive(Properties, PartialEq)]
struct RecordProps {
    record: RawRecord,
}

/// One record: as it stands, or with line breaks where it is JSON.
#[component]
fn Record(RecordProps { record }: &RecordProps) -> Html {
    let pretty = use_state_eq(|| false);
    let said = use_state_eq(|| "");
    let text = use_memo(
        (record.text.clone(), *pretty),
        |(text, pretty)| {
            if *pretty { lay_out(text) } else { text.clone() }
        },
    );
    let shown = &text[..text.floor_char_boundary(SHOWN)];
    let copy = {
        let (text, said) = (record.text.clone(), said.setter());
        Callback::from(move |_: MouseEvent| {
            let said = said.clone();
            clipboard::copy(&text, move |done| {
                said.set(if done { "Copied" } else { "The browser did not allow copying" });
            });
        })
    };
    html! {
        <div class="record">
            <div class="phead">
                <span class="cap">{ &record.place }</span>
                <div class="acts">
                    <span class="dim small" role="status">{ *said }</span>
                    if record.text.starts_with(['{', '[']) {
                        <Seg label="Layout" small=true
                            options={vec![("As it stands".into(), !*pretty), ("Pretty".into(), *pretty)]}
                            onchange={let pretty = pretty.setter(); move |i| pretty.set(i == 1)} />
                    }
                    <button type="button" class="btn sm" onclick={copy}>{ "Copy" }</button>
                </div>
            </div>
            <pre tabindex="0" aria-label="Raw record">{ shown }</pre>
            if shown.len() < text.len() {
                <p class="dim small">
                    { format!("The first {} of {}; Copy takes the whole record.",
                        format::bytes(shown.len() as u64), format::bytes(text.len() as u64)) }
                </p>
            }
        </div>
    }
}

/// JSON with a line for each member; anything else as it is. Works on the text, so that every digit stays.
fn lay_out(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut depth = 0_usize;
    let mut chars = text.chars().peekable();
    // Deeper nesting is not indented further: a hostile record would grow without bounds.
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth.min(40)));
    };
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                out.push(c);
                while let Some(c) = chars.next() {
                    out.push(c);
                    match c {
                        '"' => break,
                        '\\' => out.extend(chars.next()),
                        _ => {}
                    }
                }
            }
            '{' | '[' => {
                out.push(c);
                while chars.next_if(|c| c.is_whitespace()).is_some() {}
                match chars.next_if(|&c| c == '}' || c == ']') {
                    Some(end) => out.push(end),
                    None => {
                        depth += 1;
                        line(&mut out, depth);
                    }
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            c if c.is_whitespace() => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::lay_out;

    #[wasm_bindgen_test]
    fn a_laid_out_record_keeps_every_digit_and_text() {
        assert_eq!(
            lay_out(r#"{"a": [1.10,{}], "b,{": "x\"]", "c":[ ]}"#),
            "{\n  \"a\": [\n    1.10,\n    {}\n  ],\n  \"b,{\": \"x\\\"]\",\n  \"c\": []\n}"
        );
    }
}
