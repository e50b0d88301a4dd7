//! Cost over time, by model.

use engine::protocol::{BillSheet, CostTimeline};
use units::{Money, Nanos};
use yew::prelude::*;

use super::rows::dollars;
use crate::{
    charts::{
        Chart, Drawing, Fact, Spot,
        mark::{rect, series_fill, y_axis},
        scale::{Scale, ticks},
        timeline::{length, model_name, span, time_axis},
    },
    format,
    widgets::{Panel, Swatch, TableTwin},
};

const LEFT: f64 = 64.0;
const BASE: f64 = 132.0;

/// The panel.
pub fn over_time(data: &BillSheet) -> Html {
    let Some(times) = &data.over_time else {
        return none("These files tell no times.");
    };
    if data.total.is_none() {
        return none("No request has a price.");
    }
    let caption = html! { format!("per {}, by model", length(times.step)) };
    let legend = html! {
        { for times.models.iter().enumerate().map(|(i, model)| html! {
            <span><Swatch fill={series_fill(i)} />{ model_name(model) }</span>
        }) }
    };
    let drawn = times.clone();
    let draw = Callback::from(move |width| chart(&drawn, width));
    html! {
        <Panel title="Cost over time" {caption} {legend} twin={twin(times)}>
            <Chart label={format!("Cost by model in {} steps", times.steps.len())} {draw} />
        </Panel>
    }
}

fn none(why: &'static str) -> Html {
    html! { <Panel title="Cost over time"><p class="mid">{ why }</p></Panel> }
}

fn sum(step: &[Money]) -> Money {
    step.iter().copied().sum()
}

fn chart(times: &CostTimeline, width: f64) -> Drawing {
    let Some(start) = times.start else { return Drawing::default() };
    let most = times.steps.iter().map(|step| sum(step).to_f64()).fold(0.0, f64::max);
    let grid = ticks(most, 3);
    let y = Scale::linear((0.0, grid.last().copied().unwrap_or(1.0).max(most)), (BASE, 8.0));
    let n = times.steps.len();
    let x = Scale::linear((0.0, n as f64), (LEFT, width));
    let step = (width - LEFT) / n as f64;
    let bar = (step - if step > 3.0 { 1.0 } else { 0.0 }).min(40.0);
    let stack = |(i, amounts): (usize, &Vec<Money>)| -> Html {
        let left = x.at(i as f64 + 0.5) - bar / 2.0;
        let mut base = 0.0;
        let parts = amounts.iter().enumerate().filter(|(_, amount)| **amount > Money::ZERO);
        parts
            .map(|(model, amount)| {
                let (top, bottom) = (y.at(base + amount.to_f64()), y.at(base));
                base += amount.to_f64();
                rect(left, top, bar, bottom - top, series_fill(model))
            })
            .collect()
    };
    let spot = |(i, amounts): (usize, &Vec<Money>)| {
        let parts =
            times.models.iter().zip(amounts).enumerate().filter(|(_, (_, amount))| **amount > Money::ZERO);
        let mut rows: Vec<Fact> = parts
            .map(|(i, (model, amount))| Fact::of(series_fill(i), model_name(model), format::money(*amount)))
            .collect();
        rows.push(Fact::new("together", format::money(sum(amounts))));
        Spot { area: [x.at(i as f64), 4.0, step, BASE - 4.0], title: span(start, times.step, i), rows }
    };
    // All labels of an axis have as many decimals as its first step needs.
    let first = grid.iter().copied().find(|tick| *tick > 0.0).unwrap_or(1.0);
    let decimals = (0..12).find(|d| (first * 10f64.powi(*d)).fract().abs() < 1e-6).unwrap_or(6);
    Drawing {
        height: BASE + 24.0,
        spots: times.steps.iter().enumerate().map(spot).collect(),
        marks: html! {
            <>
                { y_axis(|v| y.at(v), &grid, LEFT, width, |v| format!("${v:.0$}", decimals as usize)) }
                { for times.steps.iter().enumerate().map(stack) }
                { time_axis(start, Nanos(times.step.0 * n as i64), (LEFT, width), BASE) }
            </>
        },
    }
}

fn twin(times: &CostTimeline) -> TableTwin {
    let Some(start) = times.start else { return TableTwin::default() };
    let mut columns: Vec<AttrValue> = vec!["Time".into()];
    columns.extend(times.models.iter().map(|model| AttrValue::from(model_name(model))));
    let rows = times.steps.iter().enumerate().map(|(i, amounts)| {
        let mut row = vec![span(start, times.step, i)];
        row.extend(amounts.iter().map(|amount| AttrValue::from(dollars(*amount))));
        row
    });
    let rows = rows.collect();
    let numeric = (0..columns.len()).map(|i| i > 0).collect();
    TableTwin { columns, rows, numeric }
}
