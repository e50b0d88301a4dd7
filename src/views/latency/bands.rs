//! What each percentile and each group is made of.

use engine::protocol::{Band, GroupBy, Latency, Phase};
use yew::prelude::*;

use super::phases::UNKNOWN;
use crate::{
    charts::{Chart, bands as chart, mark},
    format,
    state::ViewHandle,
    widgets::{Panel, Seg, TableTwin},
};

/// The panel of percentiles.
pub fn percentiles(data: &Latency) -> Html {
    // Of a single request every percentile is that request, which stands above.
    if data.bands.is_empty() || data.requests < 2 {
        return html! {};
    }
    let caption = "mean share of the requests around that percentile; the largest phase is named";
    html! {
        <Panel title="What each percentile is made of" caption={html! { caption }} twin={twin("Percentile", data, &data.bands)}>
            { drawn("Phase shares around each percentile", &data.bands) }
        </Panel>
    }
}

/// The panel of groups.
pub fn groups(data: &Latency, by: GroupBy, view: &ViewHandle) -> Html {
    if data.groups.is_empty() {
        return html! {};
    }
    let word = |by: GroupBy| match by {
        GroupBy::Model => "Model",
        GroupBy::Component => "Component",
        GroupBy::Session => "Session",
        GroupBy::User => "User",
        GroupBy::Day => "Day",
    };
    let options: Vec<(AttrValue, bool)> =
        GroupBy::ALL.into_iter().map(|one| (word(one).into(), one == by)).collect();
    let onchange = {
        let view = view.clone();
        Callback::from(move |i: usize| view.update(|v| v.by = GroupBy::ALL[i.min(GroupBy::ALL.len() - 1)]))
    };
    let actions = html! { <Seg label="Groups of what" {options} {onchange} small=true /> };
    let caption = "mean of the requests whose first call belongs to it; the largest phase is named";
    html! {
        <Panel title="What each group is made of" caption={html! { caption }} {actions} twin={twin("Group", data, &data.groups)}>
            { drawn("Phase shares of each group", &data.groups) }
        </Panel>
    }
}

fn drawn(label: &'static str, bands: &[Band]) -> Html {
    let drawn = bands.to_vec();
    let draw = Callback::from(move |width| chart::bands(&drawn, width));
    html! { <Chart {label} {draw} /> }
}

fn twin(first: &'static str, data: &Latency, bands: &[Band]) -> TableTwin {
    let mut columns: Vec<AttrValue> = [first, "n", "Duration"].map(AttrValue::from).to_vec();
    columns.extend(Phase::ALL.map(|p| AttrValue::from(p.label())));
    columns.extend(["Outside the model", "Bottleneck"].map(AttrValue::from));
    let row = |band: &Band| {
        let mut row: Vec<AttrValue> = vec![
            band.name.clone().into(),
            format::int(band.n.into()).into(),
            format::nanos(band.phases.total()).into(),
        ];
        row.extend(Phase::ALL.map(|p| match data.told(p, &band.phases) {
            Some(_) => format::percent(chart::share(band, p), 1).into(),
            None => UNKNOWN.into(),
        }));
        let outside = band.phases.outside_the_model().0 as f64 / band.phases.total().0.max(1) as f64;
        row.push(mark::share(outside).into());
        row.push(band.bottleneck.map_or("none", Phase::label).into());
        row
    };
    let numeric = (0..columns.len()).map(|i| (1..12).contains(&i)).collect();
    TableTwin { columns, rows: bands.iter().map(row).collect(), numeric }
}
