//! What providers reported against what their rules predict.

use caching::lab::{Ask, Cache, Observed as Row, Question, Reply, describe};
use units::Provenance;
use yew::prelude::*;

use crate::{
    client::use_replay,
    format::int,
    state::use_view,
    widgets::{Empty, Fig, IconName, Panel, TableTwin},
};

/// What [`Observed`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The settings.
    pub ask: Ask,
}

/// The panel.
#[component]
pub fn Observed(props: &Props) -> Html {
    let view = use_view();
    // What has no part in it must not lead to another replay.
    let Ask { lifetime, retain_day, implicit, .. } = props.ask;
    let ask = Ask { cache: Cache::Prompt, lifetime, retain_day, implicit, ..Ask::default() };
    let replayed = use_replay(Some(Question::Replay(Box::new(ask))), &view.view().filter);
    let title = "Provider caches, predicted against observed";
    let rows: &[Row] = match replayed.reply.as_deref() {
        Some(Reply::Report(report)) => &report.observed,
        _ => &[],
    };
    if rows.is_empty() {
        let words = match (&replayed.error, &replayed.reply) {
            (Some(error), _) => error.clone(),
            (None, None) => "Replaying providers' rules…".into(),
            _ => {
                "No request of a provider with known rules says how many tokens it read from a cache.".into()
            }
        };
        return html! {
            <Panel {title}><Empty icon={IconName::Table} title="Nothing to compare"><p>{ words }</p></Empty></Panel>
        };
    }
    html! {
        <Panel {title} caption="cached tokens" twin={twin(rows)}>
            <div class={classes!("scrollx", replayed.stale.then_some("stale"))} tabindex="0" role="region" aria-label={title}>
                <table class="tight">
                    <thead><tr><th scope="col">{ "Model and reason" }</th><th scope="col" class="num">{ "Calls" }</th><th scope="col" class="num">{ "Tokens" }</th></tr></thead>
                    <tbody>{ for rows.iter().map(group) }</tbody>
                </table>
            </div>
        </Panel>
    }
}

fn predicted(row: &Row) -> String {
    match row.predicted {
        (least, most) if least == most => int(least),
        (least, most) => format!("{} to {}", int(least), int(most)),
    }
}

fn signed(tokens: i64) -> String {
    let sign = if tokens < 0 { "−" } else { "" };
    format!("{sign}{}", int(tokens.unsigned_abs()))
}

fn group(row: &Row) -> Html {
    let rules = row.provider.map_or("", describe);
    html! {
        <>
            <tr class="group">
                <td title={rules}>{ format!("{}, predicted", row.model) }</td>
                <td class="num">{ int(row.requests) }</td>
                <td class="num"><Fig text={predicted(row)} from={Provenance::Simulated} note={rules} /></td>
            </tr>
            { for row.reasons.iter().map(|(why, calls, tokens)| html! {
                <tr><td class="caches-why">{ why }</td><td class="num">{ int(*calls) }</td><td class="num">{ signed(*tokens) }</td></tr>
            }) }
            <tr>
                <td><b>{ "Observed" }</b></td>
                <td class="num"><b>{ int(row.requests) }</b></td>
                <td class="num" data-fig="observed" data-value={row.reported.to_string()}><b>{ int(row.reported) }</b></td>
            </tr>
        </>
    }
}

fn twin(rows: &[Row]) -> TableTwin {
    let mut all: Vec<Vec<AttrValue>> = Vec::new();
    for row in rows {
        let mut add = |what: &str, calls: u64, tokens: String| {
            all.push(vec![
                row.model.clone().into(),
                what.to_owned().into(),
                int(calls).into(),
                tokens.into(),
            ]);
        };
        add("predicted", row.requests, predicted(row));
        row.reasons.iter().for_each(|(why, calls, tokens)| add(why, *calls, signed(*tokens)));
        add("observed", row.requests, int(row.reported));
    }
    TableTwin {
        columns: ["Model", "Reason", "Calls", "Tokens"].map(AttrValue::from).to_vec(),
        rows: all,
        numeric: vec![false, false, true, true],
    }
}
