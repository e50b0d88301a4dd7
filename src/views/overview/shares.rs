//! Where the time goes: the median request beside the slow ones.

use engine::protocol::{Overview, Phase, PhaseSummary};
use yew::prelude::*;

use crate::{
    charts::{Chart, shares},
    format,
    widgets::{Empty, IconName, Panel, TableTwin},
};

/// The panel.
pub fn shares(data: &Overview) -> Html {
    const TITLE: &str = "Where the time goes";
    let Some(summary) = data.phases.as_ref().filter(|s| s.requests > 0) else {
        return html! {
            <Panel title={TITLE}>
                <Empty icon={IconName::Clock} title="No durations in these files">
                    <p>{ "Phases need at least the start and the end of each request." }</p>
                </Empty>
            </Panel>
        };
    };
    let caption = format!("share of the request, n {}", format::int(summary.requests));
    let drawn = summary.clone();
    let draw = Callback::from(move |width| shares::shares(&drawn, width));
    html! {
        <Panel title={TITLE} caption={html! { caption }} twin={twin(summary)}>
            <Chart label="Phase shares around p50 and p99" {draw} />
        </Panel>
    }
}

fn twin(summary: &PhaseSummary) -> TableTwin {
    let share =
        |part: units::Nanos, whole: units::Nanos| format::percent(part.0 as f64 / whole.0.max(1) as f64, 1);
    let mut rows: Vec<Vec<AttrValue>> = vec![];
    for phase in Phase::ALL {
        let mut row = vec![AttrValue::from(phase.label())];
        for phases in [&summary.p50, &summary.p99, &summary.sums] {
            row.push(format::nanos(phases.get(phase)).into());
            row.push(share(phases.get(phase), phases.total()).into());
        }
        rows.push(row);
    }
    TableTwin {
        columns: ["Phase", "Around p50", "Share", "Around p99", "Share", "All requests", "Share"]
            .map(AttrValue::from)
            .to_vec(),
        rows,
        numeric: vec![false, true, true, true, true, true, true],
    }
}
