//! What each model costs.

use engine::protocol::{ModelRow, Overview};
use units::Provenance;
use yew::prelude::*;

use super::price::SetPrice;
use crate::{
    charts::{
        mark::{self, rect, series_fill},
        timeline::model_name,
    },
    format,
    widgets::{Fig, Panel, TableTwin},
};

/// The panel.
pub fn models(data: &Overview) -> Html {
    let caption = match data.cost.computed {
        Some(sum) => format!("computed, {} in all", format::money(sum)),
        None => "no call has both a price and token counts".to_owned(),
    };
    let whole = data.cost.computed.map_or(0.0, |sum| sum.to_f64());
    let share = |row: &ModelRow| row.cost.filter(|_| whole > 0.0).map(|cost| cost.to_f64() / whole);
    // The colours of the timeline, which tells apart only the models with most calls; its last may be all others.
    let colour = |row: &ModelRow| {
        let drawn = data.timeline.as_ref().map_or(&[][..], |t| &t.models);
        let place = drawn.iter().position(|m| *m == row.model);
        series_fill(place.unwrap_or(drawn.len().saturating_sub(1)))
    };
    let priced = || data.models.iter().filter(|row| row.cost.is_some());
    html! {
        <Panel id="costs" title="Cost by model" caption={html! { caption }} twin={twin(&data.models, &share)}>
            <div class="scrollx tall" tabindex="0" role="region" aria-label="Models and their cost">
                <table class="models">
                    <thead><tr>
                        <th scope="col">{ "Model" }</th><th scope="col" class="num">{ "Calls" }</th>
                        <th scope="col" class="num">{ "Tokens" }</th><th scope="col" class="num">{ "Cost" }</th>
                        <th scope="col" colspan="2">{ "Share" }</th>
                    </tr></thead>
                    <tbody>{ for data.models.iter().map(|row| line(row, share(row), colour(row))) }</tbody>
                    if let Some(sum) = data.cost.computed {
                        <tfoot><tr>
                            <td>{ "All priced calls" }</td>
                            <td class="num">{ format::int(data.cost.priced_calls) }</td>
                            <td class="num">{ format::tokens(priced().map(|row| row.tokens.total()).sum()) }</td>
                            <td class="num"><Fig text={format::money(sum)} from={Provenance::Counted} /></td>
                            <td></td>
                            <td class="num">{ if whole > 0.0 { "100%" } else { "" } }</td>
                        </tr></tfoot>
                    }
                </table>
            </div>
        </Panel>
    }
}

fn known(row: &ModelRow) -> bool {
    row.tokens.unknown_calls < row.calls
}

fn line(row: &ModelRow, share: Option<f64>, colour: AttrValue) -> Html {
    let tokens = match known(row) {
        true => {
            html! { <Fig text={format::tokens(row.tokens.total())} from={row.tokens.from} note={format::int(row.tokens.total())} /> }
        }
        false => html! { <span class="u-unknown">{ "unknown" }</span> },
    };
    let cells = html! {
        <>
            <td class="name" title={model_name(&row.model)}>{ model_name(&row.model) }</td>
            <td class="num">{ format::int(row.calls) }</td>
            <td class="num">{ tokens }</td>
        </>
    };
    if let Some(cost) = row.cost {
        return html! {
            <tr>
                { cells }
                <td class="num"><Fig text={format::money(cost)} from={Provenance::Counted} note={row.price_source.clone()} /></td>
                <td class="bar">
                    if let Some(share) = share {
                        <svg width="56" height="12" aria-hidden="true">
                            <rect y="1" width="56" height="10" fill="var(--sunk)" />
                            { rect(0.0, 1.0, (share * 56.0).max(1.0), 10.0, colour) }
                        </svg>
                    }
                </td>
                <td class="num">{ share.map(mark::share) }</td>
            </tr>
        };
    }
    // A price helps only where there are tokens to multiply and a name to remember it by.
    let helps = known(row) && !row.model.is_empty();
    html! {
        <tr>
            { cells }
            <td class="num"><span class="u-unknown">{ "unpriced" }</span></td>
            <td colspan="2" class="num">
                if helps {
                    <SetPrice model={row.model.clone()} />
                } else if known(row) {
                    <span class="small dim">{ "no name to price" }</span>
                } else {
                    <span class="small dim">{ "no token counts" }</span>
                }
            </td>
        </tr>
    }
}

fn twin(rows: &[ModelRow], share: &dyn Fn(&ModelRow) -> Option<f64>) -> TableTwin {
    let cells = |row: &ModelRow| -> Vec<AttrValue> {
        vec![
            model_name(&row.model).into(),
            row.provider.clone().into(),
            format::int(row.calls).into(),
            if known(row) { format::int(row.tokens.input).into() } else { "unknown".into() },
            if known(row) { format::int(row.tokens.output).into() } else { "unknown".into() },
            row.cost.map_or("unpriced".into(), |cost| format::money_exact(cost, 8).into()),
            share(row).map_or("".into(), |s| mark::share(s).into()),
            row.price_source.clone().into(),
        ]
    };
    TableTwin {
        columns: ["Model", "Provider", "Calls", "Input", "Output", "Cost", "Share", "Price from"]
            .map(AttrValue::from)
            .to_vec(),
        rows: rows.iter().map(cells).collect(),
        numeric: vec![false, false, true, true, true, true, true, false],
    }
}
