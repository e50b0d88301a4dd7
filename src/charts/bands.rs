//! What each percentile or group is made of: a full-width bar for each.

use engine::protocol::{Band, Phase};
use yew::prelude::*;

use super::{
    chart::{Drawing, Fact, Spot},
    columns::phase_facts,
    mark::{Anchor, inked, label, phase_fill, phase_ink, rect, width_of},
    scale::Scale,
};
use crate::format;

/// Letters of a name at most; the tooltip has it whole.
const LETTERS: usize = 28;
const ROW: f64 = 26.0;

/// Draws the bands at a width.
pub fn bands(bands: &[Band], width: f64) -> Drawing {
    // Names are bold, so a little wider than other texts.
    let longest = bands.iter().map(|band| width_of(&clip(&band.name)) * 1.15).fold(0.0, f64::max);
    let left = longest + 96.0;
    let right = (width - 192.0).max(left + 40.0);
    let x = Scale::linear((0.0, 1.0), (left, right));
    let base = 2.0 + bands.len() as f64 * ROW;
    let rows: Html = bands
        .iter()
        .enumerate()
        .map(|(i, b)| row(b, 2.0 + i as f64 * ROW, &x, (longest, right), width))
        .collect();
    let spot = |(i, band): (usize, &Band)| {
        let mut rows = phase_facts(&band.phases);
        rows.push(Fact::new("mean of", format!("{} requests", format::int(band.n.into()))));
        Spot { area: [0.0, i as f64 * ROW, width, ROW], title: band.name.clone().into(), rows }
    };
    let axis = [0.0, 0.25, 0.5, 0.75, 1.0].into_iter().map(|part| {
        let anchor = if part == 0.0 {
            Anchor::Start
        } else if part == 1.0 {
            Anchor::End
        } else {
            Anchor::Middle
        };
        label(x.at(part), base + 14.0, format::percent(part, 0), anchor, "")
    });
    Drawing {
        height: base + 20.0,
        spots: bands.iter().enumerate().map(spot).collect(),
        marks: html! { <>{ rows }{ for axis }</> },
    }
}

fn clip(name: &str) -> String {
    match name.chars().count() {
        n if n > LETTERS => name.chars().take(LETTERS - 1).chain(['…']).collect(),
        _ => name.to_owned(),
    }
}

/// The share of a phase.
pub fn share(band: &Band, phase: Phase) -> f64 {
    band.phases.get(phase).0 as f64 / band.phases.total().0.max(1) as f64
}

fn row(band: &Band, y: f64, x: &Scale, (longest, right): (f64, f64), width: f64) -> Html {
    let mut base = 0.0;
    let parts: Html = Phase::ALL
        .into_iter()
        .map(|phase| {
            let part = share(band, phase);
            let (from, to) = (x.at(base), x.at(base + part));
            base += part;
            let text = format::percent(part, 0);
            let gap = if to - from > 2.0 { 1.0 } else { 0.0 };
            html! {
                <>
                    if part > 0.0 {
                        { rect(from, y, to - from - gap, 20.0, phase_fill(phase)) }
                    }
                    // On a hatch no text is readable; its figure is at the right or in the tooltip.
                    if to - from > width_of(&text) + 12.0 && phase != Phase::Unattributed {
                        { inked(from + 6.0, y + 14.0, text, Anchor::Start, phase_ink(phase), band.bottleneck == Some(phase)) }
                    }
                </>
            }
        })
        .collect();
    html! {
        <>
            { label(longest, y + 14.0, clip(&band.name), Anchor::End, "strong") }
            { label(x.at(0.0) - 12.0, y + 14.0, format::nanos(band.phases.total()), Anchor::End, "mid") }
            { parts }
            if let Some(phase) = band.bottleneck {
                { rect(right + 12.0, y + 5.0, 10.0, 10.0, phase_fill(phase)) }
                { label(right + 28.0, y + 14.0, phase.label(), Anchor::Start, "mid") }
                { label(width, y + 14.0, format::percent(share(band, phase), 0), Anchor::End, "strong") }
            }
        </>
    }
}
