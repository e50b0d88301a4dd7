//! From the computed cost to the one that the files report.

use engine::protocol::{BillSheet, BridgeRow};
use units::Money;
use yew::prelude::*;

use super::rows::dollars;
use crate::{
    format::plural,
    widgets::{Panel, TableTwin},
};

/// The panel.
pub fn reported(data: &BillSheet) -> Html {
    let Some(sum) = data.reported else {
        return html! {
            <Panel title="Reported against computed">
                <p class="mid">{ "These files report no cost, so there is nothing to compare." }</p>
            </Panel>
        };
    };
    let row = |row: &BridgeRow| {
        let class = classes!(
            "num",
            (!row.explained).then_some(if row.amount == Money::ZERO { "ok" } else { "warn" })
        );
        html! {
            <tr>
                <td>{ &row.reason }if row.calls > 0 { <span class="dim">{ format!(" {}", plural(row.calls, "call")) }</span> }</td>
                <td {class} data-fig={if row.explained { "explained" } else { "unexplained" }} data-value={row.amount.to_string()}>{ signed(row.amount) }</td>
            </tr>
        }
    };
    let computed = data.total.unwrap_or_default();
    let mut cells = vec![vec!["Computed".into(), computed.to_string().into()]];
    cells
        .extend(data.bridge.iter().map(|row| vec![row.reason.clone().into(), row.amount.to_string().into()]));
    cells.push(vec!["Reported".into(), sum.to_string().into()]);
    let twin = TableTwin { columns: vec!["".into(), "USD".into()], rows: cells, numeric: vec![false, true] };
    html! {
        <Panel title="Reported against computed" {twin}>
            <table>
                <tbody>
                    <tr><td>{ "Computed" }</td><td class="num">{ dollars(computed) }</td></tr>
                    { for data.bridge.iter().map(row) }
                </tbody>
                <tfoot><tr><td>{ "Reported in the files" }</td><td class="num">{ dollars(sum) }</td></tr></tfoot>
            </table>
        </Panel>
    }
}

fn signed(amount: Money) -> String {
    if amount > Money::ZERO { format!("+{}", dollars(amount)) } else { dollars(amount) }
}
