//! The requests whose beginning was another than before: the first byte that differs, and what it cost.

use caching::lab::{Break, Report};
use yew::prelude::*;

use crate::{
    format::{self, int},
    widgets::{Panel, TableTwin},
};

/// Bytes before the break that an excerpt begins with, at most.
const BEFORE: usize = 60;

/// The panel; nothing where no beginning changed.
pub fn breaks(report: &Report) -> Html {
    if report.breaks.is_empty() {
        return Html::default();
    }
    let place = |row: &Break| match row.byte {
        Some(byte) => format!("part {}, byte {}", row.part + 1, int(byte.into())),
        None => format!("part {}", row.part + 1),
    };
    let cost = |row: &Break| row.cost.map_or("unpriced".to_owned(), format::money);
    let twin = TableTwin {
        columns: ["Request", "Model", "Breaks at", "Tokens behind", "Costs more", "Before", "Now"]
            .map(AttrValue::from)
            .to_vec(),
        rows: report
            .breaks
            .iter()
            .map(|row| {
                let cells = [
                    int(row.id.into()),
                    row.model.clone(),
                    place(row),
                    int(row.tokens),
                    cost(row),
                    row.before.clone(),
                    row.after.clone(),
                ];
                cells.map(AttrValue::from).to_vec()
            })
            .collect(),
        numeric: vec![true, false, false, true, true, false, false],
    };
    html! {
        <Panel title="What broke the beginning of a prompt" caption="dearest first; what stands behind it is paid for in full" {twin}>
            <div class="caches-breaks" tabindex="0" role="region" aria-label="Breaks">
                { for report.breaks.iter().map(|row| html! {
                    <div class="caches-break">
                        <p><b>{ format!("Request {}", int(row.id.into())) }</b>{ format!(", {}: {}", row.model, place(row)) }
                            <span class="dim">{ format!(". {} tokens behind it, {} more than read from the cache", int(row.tokens), cost(row)) }</span></p>
                        if row.byte.is_some() {
                            <pre class="mono">{ excerpt(row, &row.before, true) }</pre>
                            <pre class="mono">{ excerpt(row, &row.after, false) }</pre>
                        }
                    </div>
                }) }
            </div>
        </Panel>
    }
}

/// A text around the break, what follows it marked.
fn excerpt(row: &Break, text: &str, before: bool) -> Html {
    let byte = row.byte.unwrap_or(0) as usize;
    // The excerpt begins a little before the break, at the edge of a character.
    let shared = row.before.bytes().zip(row.after.bytes()).take_while(|(a, b)| a == b).count();
    let mut at = shared.min(byte).min(text.len()).min(BEFORE + 4);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let rest = if text.len() > at { &text[at..] } else { "(it ends here)" };
    let mark = if before {
        html! { <del>{ rest }</del> }
    } else {
        html! { <ins>{ rest }</ins> }
    };
    html! { <>{ &text[..at] }{ mark }</> }
}
