//! Where the time goes around the median and around p99, side by side.

use engine::protocol::{Phase, PhaseSummary, Phases};
use yew::prelude::*;

use super::{
    chart::{Drawing, Spot},
    columns::phase_facts,
    mark::{Anchor, inked, label, line, phase_fill, phase_ink, rect, width_of},
};
use crate::format;

const LEFT: f64 = 132.0;
const ROW: f64 = 24.0;
const TOP: f64 = 18.0;

/// Draws both at a width.
pub fn shares(summary: &PhaseSummary, width: f64) -> Drawing {
    let half = ((width - LEFT - 28.0) / 2.0).max(60.0);
    let panes = [("p50", LEFT, &summary.p50), ("p99", LEFT + half + 28.0, &summary.p99)];
    let base = TOP + Phase::ALL.len() as f64 * ROW;
    let names = Phase::ALL
        .into_iter()
        .enumerate()
        .map(|(i, phase)| label(LEFT - 10.0, TOP + i as f64 * ROW + 14.0, phase.label(), Anchor::End, "mid"));
    let spot = |(name, left, phases): (&str, f64, &Phases)| Spot {
        area: [left, 0.0, half, base],
        title: format!("Mean of the requests around {name}").into(),
        rows: phase_facts(phases),
    };
    Drawing {
        height: base + 8.0,
        spots: panes.into_iter().map(spot).collect(),
        marks: html! { <>{ for names }{ for panes.into_iter().map(|(name, left, phases)| pane(name, phases, left, half, base)) }</> },
    }
}

fn pane(name: &str, phases: &Phases, left: f64, width: f64, base: f64) -> Html {
    let total = phases.total();
    // The largest phase may fill the pane but for its figure, in both panes at the same scale.
    let scale = width - 4.0;
    let bars = Phase::ALL.into_iter().enumerate().map(|(i, phase)| {
        let y = TOP + i as f64 * ROW;
        let part = phases.get(phase).0 as f64 / total.0.max(1) as f64;
        let text = format::percent(part, usize::from(part > 0.0 && part < 0.1));
        let length = (part * scale).max(1.0);
        let strong = phases.bottleneck() == phase && total.0 > 0;
        let inside = length + 6.0 + width_of(&text) > width;
        // Strong letters are wider.
        let ground = width_of(&text) * 1.3 + 10.0;
        html! {
            <>
                if part > 0.0 {
                    { rect(left, y + 2.0, length, 16.0, phase_fill(phase)) }
                }
                if !inside {
                    { label(left + length + 5.0, y + 14.0, text, Anchor::Start, if strong { "strong" } else { "" }) }
                } else if phase == Phase::Unattributed {
                    // No text is readable on a hatch without a ground of its own.
                    { rect(left + length - ground, y + 2.0, ground, 16.0, "var(--panel)") }
                    { label(left + length - 5.0, y + 14.0, text, Anchor::End, "strong") }
                } else {
                    { inked(left + length - 5.0, y + 14.0, text, Anchor::End, phase_ink(phase), strong) }
                }
            </>
        }
    });
    let head = format!("around {name}, {}", format::nanos(total));
    // Strong letters are wider.
    let head = if width_of(&head) * 1.1 > width { head.replacen("around ", "", 1) } else { head };
    html! {
        <>
            { label(left, 10.0, head, Anchor::Start, "strong") }
            { for bars }
            { line(left, TOP, left, base, "axis-line") }
        </>
    }
}
