//! The same prompt, again and again: how far apart its durations are.

use engine::protocol::{Latency, SpreadRow};
use yew::prelude::*;

use crate::{
    format,
    route::Screen,
    state::ViewHandle,
    widgets::{Empty, IconName, Panel, TableTwin},
};

/// The panel.
pub fn spread(data: &Latency, view: &ViewHandle) -> Html {
    const TITLE: &str = "Same prompt, other duration";
    if data.spread.is_empty() {
        let (title, why) = match data.prompts {
            0 => (
                "No prompts in these files",
                "To find calls with the same prompt, the files have to hold their texts.",
            ),
            _ => (
                "No prompt was sent twice",
                "Calls of one model with the same prompt show how far apart its durations are.",
            ),
        };
        return html! { <Panel title={TITLE}><Empty icon={IconName::Search} {title}><p>{ why }</p></Empty></Panel> };
    }
    let (prompts, calls) = data.repeated;
    let mut caption = format!(
        "{} sent to one model again, {}; widest p99/p50 first",
        format::plural(prompts, "prompt"),
        format::plural(calls, "call")
    );
    if prompts > data.spread.len() as u64 {
        caption += &format!("; {} shown", data.spread.len());
    }
    let row = |row: &SpreadRow| {
        let onclick = {
            let (view, call) = (view.clone(), row.call);
            move |_: MouseEvent| view.update(|v| (v.screen, v.call) = (Screen::Requests, Some(call)))
        };
        html! {
            <tr>
                <td><button type="button" class="btn quiet sm prompt" {onclick} title="Open one of these requests">{ said(&row.prompt) }</button></td>
                <td>{ &row.model }</td>
                { for figures(row).map(|text| html! { <td class="num">{ text }</td> }) }
            </tr>
        }
    };
    html! {
        <Panel title={TITLE} caption={html! { caption }} twin={twin(&data.spread)}>
            <div class="scrollx" tabindex="0" role="region" aria-label={TITLE}>
                <table class="tight">
                    <thead><tr>
                        <th scope="col">{ "Prompt ends with" }</th><th scope="col">{ "Model" }</th>
                        { for HEADS.map(|name| html! { <th scope="col" class="num">{ name }</th> }) }
                    </tr></thead>
                    <tbody>{ for data.spread.iter().map(row) }</tbody>
                </table>
            </div>
        </Panel>
    }
}

const HEADS: [&str; 6] = ["n", "mean", "p50", "p99", "CV", "p99/p50"];

fn said(prompt: &str) -> String {
    if prompt.trim().is_empty() { "no text".to_owned() } else { prompt.to_owned() }
}

fn figures(row: &SpreadRow) -> [String; 6] {
    let spread = &row.spread;
    let ratio = |v: Option<f64>| v.map_or("unknown".to_owned(), |v| format!("{v:.2}"));
    [
        format::int(spread.n),
        format::ms(spread.mean),
        format::ms(spread.p50),
        format::ms(spread.p99),
        ratio(spread.cv),
        ratio(spread.ratio),
    ]
}

fn twin(rows: &[SpreadRow]) -> TableTwin {
    let mut columns: Vec<AttrValue> = vec!["Prompt ends with".into(), "Model".into()];
    columns.extend(HEADS.map(AttrValue::from));
    let row = |row: &SpreadRow| {
        let mut cells: Vec<AttrValue> = vec![said(&row.prompt).into(), row.model.clone().into()];
        cells.extend(figures(row).map(AttrValue::from));
        cells
    };
    let numeric = (0..columns.len()).map(|i| i > 1).collect();
    TableTwin { columns, rows: rows.iter().map(row).collect(), numeric }
}
