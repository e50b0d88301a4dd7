//! How everything that is measured is spread.

use std::rc::Rc;

use engine::protocol::Measure;
use yew::prelude::*;

use crate::{
    charts::{
        Chart,
        histogram::{ecdf, histogram, shown},
    },
    format,
    widgets::{Empty, IconName, Panel, Seg, Select, TableTwin},
};

/// What [`Distribution`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What is measured.
    pub measures: Rc<Vec<Measure>>,
}

/// The panel, with a choice of what is measured.
#[component]
pub fn Distribution(props: &Props) -> Html {
    let chosen = use_state_eq(|| 0usize);
    let curve = use_state_eq(|| false);
    let Some(measure) = props.measures.get(*chosen) else { return html! {} };
    let names: Vec<AttrValue> = props.measures.iter().map(|one| one.name.clone().into()).collect();
    let pick = {
        let chosen = chosen.clone();
        Callback::from(move |i| chosen.set(i))
    };
    let options = vec![("Histogram".into(), !*curve), ("ECDF".into(), *curve)];
    let onchange = {
        let curve = curve.clone();
        Callback::from(move |i| curve.set(i == 1))
    };
    let actions = html! {
        <>
            <label><span class="vh">{ "What is measured" }</span>
                <Select options={names} chosen={*chosen} onchange={pick} field="measure" /></label>
            <Seg label="How it is drawn" {options} {onchange} small=true />
        </>
    };
    if measure.percentiles.n == 0 {
        return html! {
            <Panel title="Distribution" {actions}>
                <Empty icon={IconName::Clock} title={format!("{}: not in these files", measure.name)}>
                    <p>{ format!("No finished request here tells what it takes: {}.", measure.formula) }</p>
                </Empty>
            </Panel>
        };
    }
    let axis = if measure.histogram.logarithmic { ", logarithmic axis" } else { "" };
    let note =
        format!("{}; n {}, linear interpolation{axis}", measure.formula, format::int(measure.percentiles.n));
    let (drawn, as_curve) = (measure.clone(), *curve);
    let draw = Callback::from(move |width| match as_curve {
        true => ecdf(&drawn, width),
        false => histogram(&drawn, width),
    });
    let kind = if *curve { "Share no larger" } else { "Histogram" };
    html! {
        <Panel title="Distribution" {actions} twin={twin(measure, *curve)}>
            <Chart label={format!("{kind}: {}", measure.name)} {draw} />
            <p class="small dim note">{ note }</p>
        </Panel>
    }
}

fn twin(measure: &Measure, curve: bool) -> TableTwin {
    let text = |v: f64| AttrValue::from(shown(measure, v));
    let (columns, rows): (&[&'static str], Vec<Vec<AttrValue>>) = match curve {
        true => {
            let row = |&(value, share): &(f64, f64)| vec![text(value), format::percent(share, 2).into()];
            (&["At most", "Share"], measure.ecdf.points.iter().map(row).collect())
        }
        false => {
            let row =
                |bin: &engine::protocol::Bin| vec![text(bin.low), text(bin.high), format::int(bin.n).into()];
            (&["From", "To", "n"], measure.histogram.bins.iter().map(row).collect())
        }
    };
    let columns: Vec<AttrValue> = columns.iter().map(|&name| name.into()).collect();
    TableTwin { numeric: vec![true; columns.len()], columns, rows }
}
