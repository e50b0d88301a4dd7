//! Calls over time: how many are in flight and what they yield, and how long they take.

use engine::protocol::OverTime;
use units::Nanos;
use yew::prelude::*;

use super::{
    chart::{Drawing, Fact, Spot},
    mark::{Anchor, label, px, rect, y_axis},
    scale::{Scale, axis_ms, ticks},
    timeline::{span, time_axis},
};
use crate::format;

const LEFT: f64 = 56.0;
/// The heat map is so high, if it has bins enough.
const HIGH: f64 = 180.0;

/// One pane above another: its top and base.
const PANES: [(f64, f64); 3] = [(20.0, 84.0), (112.0, 164.0), (192.0, 244.0)];

/// Draws calls in flight, calls that end and tokens per second, at a width.
pub fn flow(times: &OverTime, width: f64) -> Drawing {
    let Some(start) = times.start else { return Drawing::default() };
    let n = times.in_flight.len();
    let step = (width - LEFT) / n.max(1) as f64;
    let bar = (step - if step > 3.0 { 1.0 } else { 0.0 }).min(40.0);
    let per_second = times.step.as_ms() / 1e3;
    let ended: Vec<f64> = times.ended.iter().map(|&n| f64::from(n) / per_second).collect();
    let panes = [
        ("requests in flight, mean and most", &times.in_flight, "var(--series-1)"),
        ("requests ended per second", &ended, "var(--series-4)"),
        ("output tokens per second", &times.tokens, "var(--phase-generation)"),
    ];
    let pane = |(i, (name, values, fill)): (usize, (&'static str, &Vec<f64>, &'static str))| {
        let (top, base) = PANES[i];
        let peak = if i == 0 { times.most.iter().copied().max().map(f64::from) } else { None };
        let most = values.iter().copied().fold(peak.unwrap_or(0.0), f64::max);
        let grid = ticks(most, 2);
        let y = Scale::linear((0.0, grid.last().copied().unwrap_or(1.0)), (base, top));
        let left = move |at: usize| LEFT + (at as f64 + 0.5) * step - bar / 2.0;
        let bars = values.iter().enumerate().filter(|(_, v)| **v > 0.0).map(|(at, &v)| {
            // What is there is seen, however little.
            let height = (base - y.at(v)).max(1.0);
            rect(left(at), base - height, bar, height, fill)
        });
        let tops = times.most.iter().enumerate().filter(|(_, most)| i == 0 && **most > 0).map(|(at, &most)| {
            html! { <rect x={px(left(at))} y={px(y.at(f64::from(most)) - 1.0)} width={px(bar)} height="2" fill="var(--text)" /> }
        });
        html! {
            <>
                { label(LEFT, top - 7.0, name, Anchor::Start, "mid") }
                { y_axis(|v| y.at(v), &grid, LEFT, width, number) }
                { for bars }
                { for tops }
            </>
        }
    };
    let spot = |i: usize| Spot {
        area: [LEFT + i as f64 * step, PANES[0].0, step, PANES[2].1 - PANES[0].0],
        title: span(start, times.step, i),
        rows: vec![
            Fact::new("in flight, mean", format!("{:.2}", times.in_flight[i])),
            Fact::new("in flight, most", format::int(times.most[i].into())),
            Fact::new("ended", format::int(times.ended[i].into())),
            Fact::new("output tokens", format!("{}/s", format::rate(times.tokens[i]))),
        ],
    };
    Drawing {
        height: PANES[2].1 + 24.0,
        spots: (0..n).map(spot).collect(),
        marks: html! {
            <>
                { for panes.into_iter().enumerate().map(pane) }
                { time_axis(start, Nanos(times.step.0 * n as i64), (LEFT, width), PANES[2].1) }
            </>
        },
    }
}

/// A round number without decimals that say nothing.
fn number(v: f64) -> String {
    match v {
        v if v >= 1e3 => format::int(v as u64),
        v => ((v * 1e3).round() / 1e3).to_string(),
    }
}

/// Draws how many calls of each duration began in each step, at a width.
pub fn heat(times: &OverTime, width: f64) -> Drawing {
    let (Some(start), Some(rows)) = (times.start, times.edges.len().checked_sub(1)) else {
        return Drawing::default();
    };
    let n = times.in_flight.len();
    let step = (width - LEFT) / n.max(1) as f64;
    let high = (HIGH / rows.max(1) as f64).min(36.0).floor();
    let base = 8.0 + rows as f64 * high;
    let most = f64::from(times.heat.iter().copied().max().unwrap_or(0)).max(1.0);
    let mut cells = Vec::new();
    let mut spots = Vec::new();
    for i in 0..n {
        let left = (LEFT + i as f64 * step).round();
        let wide = (LEFT + (i + 1) as f64 * step).round() - left;
        let column = &times.heat[i * rows..(i + 1) * rows];
        let mut facts = Vec::new();
        for (row, &count) in column.iter().enumerate().rev().filter(|(_, count)| **count > 0) {
            // By the root, or one crowded cell would make all others pale.
            let part = (f64::from(count) / most).sqrt() * 0.85 + 0.15;
            let y = base - (row + 1) as f64 * high;
            cells.push(html! {
                <rect class="mark" x={px(left)} y={px(y)} width={px((wide - 1.0).max(1.0))} height={px(high - 1.0)}
                    fill="var(--series-1)" fill-opacity={px(part)} />
            });
            facts.push(Fact::new(range(&times.edges, row), format::int(count.into())));
        }
        let title = span(start, times.step, i);
        spots.push(Spot { area: [left, 8.0, wide, base - 8.0], title, rows: facts });
    }
    let every = rows.div_ceil(5).max(1);
    let edges: Vec<f64> = times.edges.iter().copied().step_by(every).collect();
    let label_of = |(i, text): (usize, String)| {
        label(LEFT - 6.0, base - (i * every) as f64 * high + 4.0, text, Anchor::End, "")
    };
    Drawing {
        height: base + 24.0,
        spots,
        marks: html! {
            <>
                { for edge_labels(&edges).into_iter().enumerate().map(label_of) }
                { for cells }
                { time_axis(start, Nanos(times.step.0 * n as i64), (LEFT, width), base) }
            </>
        },
    }
}

/// Durations (ms) at an axis, with as few figures as tell them apart.
fn edge_labels(edges: &[f64]) -> Vec<String> {
    for figures in [2.0, 3.0] {
        let round = |v: f64| {
            let power = 10f64.powf(v.log10().floor() - figures + 1.0);
            if v > 0.0 { (v / power).round() * power } else { 0.0 }
        };
        let labels: Vec<String> = edges.iter().map(|&v| axis_ms(round(v))).collect();
        if labels.windows(2).all(|pair| pair[0] != pair[1]) {
            return labels;
        }
    }
    edges.iter().map(|v| format!("{v:.0}\u{202f}ms")).collect()
}

/// From which to which duration a row of the heat map goes.
pub fn range(edges: &[f64], row: usize) -> String {
    format!("{} to {}", format::ms(edges[row]), format::ms(edges[row + 1]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    fn durations_at_the_axis_differ() {
        assert_eq!(edge_labels(&[0.0, 412.0, 1234.0]), ["0", "410\u{202f}ms", "1.2\u{202f}s"]);
        assert_eq!(edge_labels(&[832.4, 834.1]), ["832\u{202f}ms", "834\u{202f}ms"]);
        assert_eq!(
            edge_labels(&[3594.2, 3611.0, 3627.5]),
            ["3.59\u{202f}s", "3.61\u{202f}s", "3.63\u{202f}s"]
        );
    }
}
