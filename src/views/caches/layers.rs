//! All layers in one replay: each saving counted once, where it is made.

use caching::lab::{Ask, Cache, LayerRow, Question, Reply};
use units::Money;
use yew::prelude::*;

use super::figures::usd;
use crate::{
    charts::{
        Chart, Drawing, Fact, Spot,
        mark::{Anchor, label, line, rect},
        scale::Scale,
    },
    client::use_replay,
    format::int,
    state::use_view,
    widgets::{Empty, IconName, Panel, TableTwin},
};

/// What [`Layers`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The settings.
    pub ask: Ask,
    /// The threshold, in hundredths.
    pub line: u32,
}

const LEFT: f64 = 176.0;
const ROW: f64 = 24.0;
const TOP: f64 = 18.0;

/// The panel.
#[component]
pub fn Layers(props: &Props) -> Html {
    let view = use_view();
    let ask = Ask { cache: Cache::Stacked, threshold: f64::from(props.line) / 100.0, ..props.ask.clone() };
    let threshold = ask.threshold;
    let replayed = use_replay(Some(Question::Replay(Box::new(ask))), &view.view().filter);
    let report = match replayed.reply.as_deref() {
        Some(Reply::Report(report)) => Some(report),
        _ => None,
    };
    let Some((report, cost)) = report.and_then(|report| Some((report, report.cost?))) else {
        let words = match (&replayed.error, report) {
            (Some(error), _) => error.to_string(),
            (None, Some(_)) => "No request of these has a known cost: set a price for its model.".to_owned(),
            (None, None) => "Replaying all layers…".to_owned(),
        };
        return html! {
            <Panel title="All layers in one replay">
                <Empty icon={IconName::Table} title="What all layers save"><p>{ words }</p></Empty>
            </Panel>
        };
    };
    let rows: Vec<(String, LayerRow)> =
        report.layers.iter().map(|layer| (name(layer, threshold), layer.clone())).collect();
    let draw = {
        let rows = rows.clone();
        Callback::from(move |width| drawing(&rows, cost, width))
    };
    let notes = report.notes.join(" ");
    html! {
        <Panel title="All layers in one replay" caption="each saving counted once, in this order" twin={twin(&rows, cost)}>
            <div class={classes!(replayed.stale.then_some("stale"))}>
                <Chart label="Cost left after each cache" {draw} />
                <p class="small mid">{ notes }</p>
            </div>
        </Panel>
    }
}

fn name(layer: &LayerRow, threshold: f64) -> String {
    match layer.layer.as_str() {
        "exact" => "The same prompts".to_owned(),
        "similar" => format!("Similar, threshold {threshold:.2}"),
        _ => "The provider's cache".to_owned(),
    }
}

fn drawing(rows: &[(String, LayerRow)], cost: Money, width: f64) -> Drawing {
    let right = (width - 150.0).max(LEFT + 40.0);
    let x = Scale::linear((0.0, cost.to_f64().max(1e-12)), (LEFT, right));
    let y = |row: usize| TOP + row as f64 * ROW;
    let left = rows.last().map_or(cost, |(_, layer)| layer.left);
    let end = y(rows.len() + 1);
    let bar = |from: Money, to: Money, row: usize, fill: &'static str| {
        let (a, b) = (x.at(from.to_f64()), x.at(to.to_f64()));
        rect(a.min(b), y(row) + 3.0, (b - a).abs().max(1.0), 16.0, fill)
    };
    let spot = |(row, (name, layer)): (usize, &(String, LayerRow))| {
        let facts = vec![
            Fact::new("Requests", int(layer.requests)),
            Fact::new("Saves", usd(layer.saved.0)),
            Fact::new("Left", usd(layer.left)),
        ];
        Spot { area: [LEFT, y(row + 1), right - LEFT, ROW], title: name.clone().into(), rows: facts }
    };
    Drawing {
        height: end + ROW + 8.0,
        spots: rows.iter().enumerate().map(spot).collect(),
        marks: html! {
            <>
                { label(right + 76.0, 12.0, "saves", Anchor::End, "") }
                { label(width, 12.0, "left", Anchor::End, "") }
                { label(0.0, y(0) + 15.0, "No cache at all", Anchor::Start, "mid") }
                { bar(Money::ZERO, cost, 0, "var(--text-3)") }
                { label(width, y(0) + 15.0, usd(cost), Anchor::End, "mid") }
                { for rows.iter().enumerate().map(|(i, (name, layer))| html! {
                    <>
                        { label(0.0, y(i + 1) + 15.0, name.clone(), Anchor::Start, "mid") }
                        { bar(layer.left, layer.left + layer.saved.0, i + 1, "var(--series-4)") }
                        { label(right + 76.0, y(i + 1) + 15.0, usd(layer.saved.0), Anchor::End, "mid") }
                        { label(width, y(i + 1) + 15.0, usd(layer.left), Anchor::End, "mid") }
                    </>
                }) }
                { label(0.0, end + 15.0, "Still to pay", Anchor::Start, "strong") }
                { bar(Money::ZERO, left, rows.len() + 1, "var(--text-2)") }
                { label(right + 76.0, end + 15.0, usd(cost - left), Anchor::End, "strong") }
                { label(width, end + 15.0, usd(left), Anchor::End, "strong") }
                { line(LEFT, TOP, LEFT, end + ROW, "axis-line") }
            </>
        },
    }
}

fn twin(rows: &[(String, LayerRow)], cost: Money) -> TableTwin {
    let first =
        [AttrValue::from("No cache at all"), "".into(), "".into(), "".into(), cost.to_string().into()];
    let row = |(name, layer): &(String, LayerRow)| {
        [
            name.clone(),
            int(layer.requests),
            layer.saved.0.to_string(),
            layer.saved.1.to_string(),
            layer.left.to_string(),
        ]
        .map(AttrValue::from)
        .to_vec()
    };
    TableTwin {
        columns: ["Layer", "Requests", "USD saved at least", "At most", "USD left"]
            .map(AttrValue::from)
            .to_vec(),
        rows: std::iter::once(first.to_vec()).chain(rows.iter().map(row)).collect(),
        numeric: vec![false, true, true, true, true],
    }
}
