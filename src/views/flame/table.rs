//! Every name with what it weighs: the twin of the picture, and its index.

use engine::protocol::{Answer, Command, FlameAnswer, FlameAsk, FlameMode, FlameRow, FlameTable, FlameWant};
use yew::prelude::*;

use super::Options;
use super::surface::swatch;
use crate::charts::mark::rect;
use crate::client::use_query;
use crate::format::{int, percent};
use crate::widgets::{Panel, Seg, Swatch, TableTwin};

/// So many names are shown at first, and so many more each time.
const SHOWN: u32 = 100;

/// Properties of [`Names`].
#[derive(Clone, PartialEq, Properties)]
pub struct NamesProps {
    /// Which spans.
    pub ask: FlameAsk,
    /// The order of the names, and what a press on one changes.
    pub options: UseStateHandle<Options>,
    /// The name in the middle of the sandwich.
    pub middle: Option<u32>,
}

/// The table.
#[component]
pub fn Names(props: &NamesProps) -> Html {
    let count = use_state_eq(|| SHOWN);
    let options = &props.options;
    let mode = props.ask.mode;
    let ask = FlameAsk {
        mode: FlameMode::Time,
        name: None,
        invert: false,
        search: String::new(),
        want: FlameWant::Table(*count, !options.by_self),
        ..props.ask.clone()
    };
    let query = use_query(Some(Command::Flame(Box::new(ask))));
    let Some(Answer::Flame(FlameAnswer::Table(table))) = query.answer.as_deref() else {
        return html! { <p class="state" role="status">{ "Adding up the names…" }</p> };
    };
    let onchange = {
        let options = options.clone();
        Callback::from(move |i: usize| options.set(Options { by_self: i == 1, ..(*options).clone() }))
    };
    let order = vec![("Total".into(), !options.by_self), ("Self".into(), options.by_self)];
    let left = table.of.saturating_sub(table.rows.len() as u32);
    let more = {
        let count = count.clone();
        Callback::from(move |_: MouseEvent| count.set(count.saturating_add(left.min(10 * SHOWN))))
    };
    // Beside the picture of a sandwich there is room for the weights only.
    let columns: Vec<usize> = match mode {
        FlameMode::Sandwich => vec![2, 3],
        _ => (0..table.columns.len()).collect(),
    };
    let caption = format!("{} of {} names", int(table.rows.len() as u64), int(table.of.into()));
    html! {
        <Panel title="Names" caption={html! { caption }} twin={twin(table)}
            actions={html! { <Seg label="Order" small=true options={order} {onchange} /> }}
            class={classes!(query.stale.then_some("stale"))}>
            <div class="scrollx" tabindex="0" role="region" aria-label="Names">
            <table class="tight flame-names">
                <thead><tr>
                    <th scope="col">{ "Name" }</th>
                    { for columns.iter().map(|&i| html! { <th scope="col" class="num">{ &table.columns[i] }</th> }) }
                    <th scope="col" class="num">{ "Share" }</th>
                </tr></thead>
                <tbody>{ for table.rows.iter().map(|row| name(row, &columns, mode, props)) }</tbody>
            </table>
            </div>
            if left > 0 {
                <button type="button" class="btn sm" onclick={more}>{ format!("Show more of {} others", int(left.into())) }</button>
            }
        </Panel>
    }
}

fn name(row: &FlameRow, columns: &[usize], mode: FlameMode, props: &NamesProps) -> Html {
    let onclick = {
        let (options, id, name) = (props.options.clone(), row.id, row.name.clone());
        Callback::from(move |_: MouseEvent| {
            let mut next = (*options).clone();
            match mode {
                FlameMode::Sandwich => next.name = Some(id),
                // Found in the picture.
                _ => next.search.clone_from(&name),
            }
            options.set(next);
        })
    };
    let middle = mode == FlameMode::Sandwich && props.middle == Some(row.id);
    html! {
        <tr class={classes!(middle.then_some("sel"))} key={row.id}>
            <td class="clip"><button type="button" class="keyed" title={row.name.clone()} {onclick} aria-pressed={(mode == FlameMode::Sandwich).then(|| middle.to_string())}>
                <Swatch fill={swatch(row.style)} />{ " " }<span class="name">{ &row.name }</span></button></td>
            { for columns.iter().map(|&i| html! { <td class="num">{ row.cells.get(i).cloned().unwrap_or_default() }</td> }) }
            <td class="num share">
                <svg width="60" height="8" aria-hidden="true">{ rect(0.0, 0.0, 60.0, 8.0, "var(--sunk)") }{ rect(0.0, 0.0, 60.0 * row.share.clamp(0.0, 1.0), 8.0, "var(--series-1)") }</svg>
                <span class="dim">{ percent(row.share, 1) }</span>
            </td>
        </tr>
    }
}

fn twin(table: &FlameTable) -> TableTwin {
    let columns = std::iter::once("Name").chain(table.columns.iter().map(String::as_str)).chain(["Share"]);
    let cells = |row: &FlameRow| {
        let cells = row.cells.iter().cloned().chain([percent(row.share, 1)]);
        std::iter::once(row.name.clone()).chain(cells).map(AttrValue::from).collect()
    };
    TableTwin {
        columns: columns.map(|name| AttrValue::from(name.to_owned())).collect(),
        rows: table.rows.iter().map(cells).collect(),
        numeric: (0..table.columns.len() + 2).map(|i| i > 0).collect(),
    }
}
