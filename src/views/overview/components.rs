//! Which part of the prompts takes how many tokens.

use engine::protocol::{ComponentRow, Overview};
use yew::prelude::*;

use crate::{
    charts::{
        Chart,
        bars::{self, component_name, source},
    },
    format,
    widgets::{Empty, Panel, TableTwin},
};

/// Bars that are drawn; the table has all.
const MOST: usize = 12;

/// The panel.
pub fn components(data: &Overview) -> Html {
    const TITLE: &str = "Tokens by component";
    if data.components.is_empty() {
        return html! {
            <Panel id="components" title={TITLE}>
                <Empty title="No parts to tell apart">
                    <p>{ "These files hold neither the text of the messages nor tokens per part of the prompt, only totals." }</p>
                </Empty>
            </Panel>
        };
    }
    let rows: Vec<ComponentRow> = data.components.iter().take(MOST).cloned().collect();
    let left_out = data.components.len() - rows.len();
    let mut caption = "with its share and cost; flagged above 30%".to_owned();
    if left_out > 0 {
        caption = format!("{caption}; {left_out} smaller ones in the table");
    }
    let label = format!("Tokens by component, {} bars", rows.len());
    let draw = Callback::from(move |width| bars::bars(&rows, width));
    html! {
        <Panel id="components" title={TITLE} caption={html! { caption }} twin={twin(&data.components)}>
            <Chart {label} {draw} />
        </Panel>
    }
}

fn twin(rows: &[ComponentRow]) -> TableTwin {
    let cells = |row: &ComponentRow| -> Vec<AttrValue> {
        vec![
            component_name(row).into(),
            format::int(row.tokens).into(),
            format::percent(row.share, 1).into(),
            if row.wasteful { "over 30%".into() } else { "".into() },
            source(row.from).into(),
            row.cost.map_or("unpriced".into(), |cost| format::money(cost).into()),
        ]
    };
    TableTwin {
        columns: ["Component", "Tokens", "Share of all", "Flag", "Source", "Cost"]
            .map(AttrValue::from)
            .to_vec(),
        rows: rows.iter().map(cells).collect(),
        numeric: vec![false, true, true, false, false, true],
    }
}
