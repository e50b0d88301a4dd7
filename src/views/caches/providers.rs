//! The prompt caches of providers on the same traffic, side by side.

use caching::lab::{ProviderRow, Report, describe};
use units::Provenance;
use yew::prelude::*;

use super::figures::saved;
use crate::{
    format::{int, plural},
    widgets::{Fig, Panel, TableTwin},
};

/// Tokens read: a number, or from the least to the most.
fn read(row: &ProviderRow) -> String {
    match row.saving.read {
        (least, most) if least == most => int(least),
        (least, most) => format!("{} to {}", int(least), int(most)),
    }
}

/// What it saves; `None` where prices of all that it reads are missing.
fn amount(row: &ProviderRow) -> Option<String> {
    let s = &row.saving;
    let priced = s.unpriced == 0 || s.least.picos() != 0 || s.most.picos() != 0;
    priced.then(|| saved(Some(s.least), Some(s.most))).flatten()
}

fn abstained(row: &ProviderRow) -> u64 {
    row.saving.abstained.iter().map(|(_, count)| *count).sum()
}

fn rules(row: &ProviderRow) -> String {
    let mut notes = Vec::new();
    if !row.stand_in.is_empty() {
        notes.push(format!("as {}", row.stand_in));
    }
    if abstained(row) > 0 {
        notes.push(format!("{} not predicted", plural(abstained(row), "request")));
    }
    if row.saving.unpriced > 0 {
        notes.push(format!("{} unpriced", plural(row.saving.unpriced, "request")));
    }
    notes.join("; ")
}

/// The panel.
pub fn providers(report: &Report) -> Html {
    let rows = &report.providers;
    let cells = |row: &ProviderRow| -> [String; 6] {
        [
            describe(row.provider).to_owned(),
            int(row.saving.hits),
            read(row),
            int(row.saving.written),
            amount(row).unwrap_or_else(|| "unpriced".to_owned()),
            rules(row),
        ]
    };
    let twin = TableTwin {
        columns: COLUMNS.map(AttrValue::from).to_vec(),
        rows: rows.iter().map(|row| cells(row).map(AttrValue::from).to_vec()).collect(),
        numeric: vec![false, true, true, true, true, false],
    };
    html! {
        <Panel title="Each provider's rules on this traffic" caption="a range where a rule is not known or not promised" {twin}>
            <div class="scrollx" tabindex="0" role="region" aria-label="Providers side by side">
                <table>
                    <thead><tr>{ for COLUMNS.iter().enumerate().map(|(i, name)| html! { <th scope="col" class={(1..5).contains(&i).then_some("num")}>{ *name }</th> }) }</tr></thead>
                    <tbody>{ for rows.iter().map(|row| {
                        let [name, hits, read, written, saves, rules] = cells(row);
                        html! {
                            <tr>
                                <td>{ name }</td>
                                <td class="num">{ hits }</td>
                                <td class="num"><Fig text={read} from={Provenance::Simulated} /></td>
                                <td class="num">{ written }</td>
                                <td class="num"><Fig text={saves} from={if amount(row).is_some() { Provenance::Simulated } else { Provenance::Unknown }} /></td>
                                <td class="small dim">{ rules }</td>
                            </tr>
                        }
                    }) }</tbody>
                </table>
            </div>
        </Panel>
    }
}

const COLUMNS: [&str; 6] =
    ["Rules", "Requests that read", "Tokens read", "Tokens written", "Saves", "To know"];
