//! What each percentile is made of.

use engine::protocol::{Band, Latency, Phase};
use yew::prelude::*;

use crate::{
    charts::{Chart, bands as chart},
    format,
    widgets::{Panel, TableTwin},
};

/// The panel.
pub fn bands(data: &Latency) -> Html {
    // Of a single request every percentile is that request, which stands above.
    if data.bands.is_empty() || data.requests < 2 {
        return html! {};
    }
    let caption = "mean share of the requests around that percentile; the largest phase is named";
    let drawn = data.bands.clone();
    let draw = Callback::from(move |width| chart::bands(&drawn, width));
    html! {
        <Panel title="What each percentile is made of" caption={html! { caption }} twin={twin(&data.bands)}>
            <Chart label="Phase shares around each percentile" {draw} />
        </Panel>
    }
}

fn twin(bands: &[Band]) -> TableTwin {
    let mut columns: Vec<AttrValue> = ["Percentile", "n", "Duration"].map(AttrValue::from).to_vec();
    columns.extend(Phase::ALL.map(|p| AttrValue::from(p.label())));
    columns.push("Bottleneck".into());
    let row = |band: &Band| {
        let mut row: Vec<AttrValue> = vec![
            chart::name(band.p).into(),
            format::int(band.n.into()).into(),
            format::nanos(band.phases.total()).into(),
        ];
        row.extend(Phase::ALL.map(|p| AttrValue::from(format::percent(chart::share(band, p), 1))));
        row.push(band.bottleneck.map_or("none", Phase::label).into());
        row
    };
    let numeric = (0..columns.len()).map(|i| (1..10).contains(&i)).collect();
    TableTwin { columns, rows: bands.iter().map(row).collect(), numeric }
}
