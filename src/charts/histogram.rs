//! How values are spread, in bins or as the share that is no larger, with their percentiles as lines.

use engine::protocol::{Measure, Percentiles};
use yew::prelude::*;

use super::{
    chart::{Drawing, Fact, Spot},
    mark::{Anchor, label, line, rect, width_of, y_axis},
    scale::{Scale, axis_ms, count_ticks, log_ticks, ticks},
};
use crate::format;

const LEFT: f64 = 44.0;
const TOP: f64 = 10.0;
const BASE: f64 = 190.0;

/// A value with its unit: ms, or tokens per second.
pub fn shown(measure: &Measure, value: f64) -> String {
    match measure.is_rate() {
        true => format!("{}/s", format::rate(value)),
        false => format::ms(value),
    }
}

fn axis(measure: &Measure, value: f64) -> String {
    match measure.is_rate() {
        true => ((value * 100.0).round() / 100.0).to_string(),
        false => axis_ms(value),
    }
}

/// The axis of values, as wide as a picture allows.
fn scale(measure: &Measure, width: f64) -> Scale {
    let Percentiles { min, max, .. } = measure.percentiles;
    match measure.histogram.logarithmic {
        true => Scale::logarithmic((min, max), (LEFT, width - 8.0)),
        false => Scale::linear((min, max), (LEFT, width - 8.0)),
    }
}

/// Draws the share of values that is no larger at a width.
pub fn ecdf(measure: &Measure, width: f64) -> Drawing {
    let (x, right) = (scale(measure, width), width - 8.0);
    let y = Scale::linear((0.0, 1.0), (BASE, TOP));
    let points = &measure.ecdf.points;
    let mut path = format!("M{:.1} {BASE}", x.at(measure.percentiles.min));
    for &(value, share) in points {
        path.push_str(&format!("H{:.1}V{:.1}", x.at(value), y.at(share)));
    }
    let spot = |(i, &(value, share)): (usize, &(f64, f64))| {
        let from = if i == 0 { LEFT } else { x.at(points[i - 1].0) };
        Spot {
            area: [from, TOP, (x.at(value) - from).max(1.0), BASE - TOP],
            title: format!("at most {}", shown(measure, value)).into(),
            rows: vec![Fact::new("share", format::percent(share, 1))],
        }
    };
    Drawing {
        height: BASE + 24.0,
        spots: points.iter().enumerate().map(spot).collect(),
        marks: html! {
            <>
                { y_axis(|v| y.at(v), &[0.0, 0.25, 0.5, 0.75, 1.0], LEFT, right, |v| format::percent(v, 0)) }
                <path class="curve" d={path} />
                { for marks(measure, &x, right) }
                { for values(measure, &x) }
            </>
        },
    }
}

/// Draws the values in bins at a width.
pub fn histogram(measure: &Measure, width: f64) -> Drawing {
    let (x, right) = (scale(measure, width), width - 8.0);
    let (histogram, percentiles) = (&measure.histogram, &measure.percentiles);
    let most = histogram.bins.iter().map(|b| b.n).max().unwrap_or(0);
    let counts = count_ticks(most, 4);
    let y = Scale::linear((0.0, counts.last().copied().unwrap_or(1.0)), (BASE, TOP));
    let edges = |i: usize| {
        let bin = histogram.bins[i];
        // All values equal: the only bin has no width of its own.
        if bin.low == bin.high {
            (x.at(bin.low) - 20.0, x.at(bin.low) + 20.0)
        } else {
            (x.at(bin.low), x.at(bin.high))
        }
    };
    let bars = histogram.bins.iter().enumerate().filter(|(_, bin)| bin.n > 0).map(|(i, bin)| {
        let (from, to) = edges(i);
        // A bin that holds something is seen, however little.
        let height = (BASE - y.at(bin.n as f64)).max(1.0);
        rect(from, BASE - height, (to - from - 1.0).max(1.0), height, "var(--series-1)")
    });
    let spots = histogram.bins.iter().enumerate().map(|(i, bin)| {
        let (from, to) = edges(i);
        let share = bin.n as f64 / percentiles.n.max(1) as f64;
        Spot {
            area: [from, TOP, to - from, BASE - TOP],
            title: format!("{} to {}", shown(measure, bin.low), shown(measure, bin.high)).into(),
            rows: vec![Fact::new("n", format::int(bin.n)), Fact::new("share", format::percent(share, 1))],
        }
    });
    Drawing {
        height: BASE + 24.0,
        spots: spots.collect(),
        marks: html! {
            <>
                { y_axis(|v| y.at(v), &counts, LEFT, right, |v| format::int(v as u64)) }
                { for bars }
                { for marks(measure, &x, right) }
                { for values(measure, &x) }
            </>
        },
    }
}

/// The percentiles as dashed lines; each label one step lower, so that close ones stay readable.
fn marks(measure: &Measure, x: &Scale, right: f64) -> impl Iterator<Item = Html> {
    let p = &measure.percentiles;
    let mut marks = vec![("p50", p.p50), ("p90", p.p90), ("p95", p.p95), ("p99", p.p99), ("p99.9", p.p999)];
    if p.min == p.max {
        marks = vec![("all", p.p50)];
    }
    let marks: Vec<_> = marks.into_iter().map(|(name, v)| (name, shown(measure, v), x.at(v))).collect();
    marks.into_iter().enumerate().map(move |(i, (name, text, at))| {
        let top = TOP + 10.0 + i as f64 * 30.0;
        let (place, anchor) = if at + 5.0 + width_of(&text) > right + 8.0 {
            (at - 5.0, Anchor::End)
        } else {
            (at + 5.0, Anchor::Start)
        };
        html! {
            <>
                { line(at, TOP, at, BASE, "ref-line") }
                { label(place, top, name, anchor, "strong halo") }
                { label(place, top + 14.0, text, anchor, "mid halo") }
            </>
        }
    })
}

fn values(measure: &Measure, x: &Scale) -> Vec<Html> {
    let Percentiles { min: low, max: high, .. } = measure.percentiles;
    let all = match measure.histogram.logarithmic {
        true => log_ticks(low, high),
        // Ticks begin at 0; the axis begins at the smallest value. Ask for more where it starts late.
        false if high > low => ticks(high, ((6.0 * high / (high - low)) as usize).clamp(4, 400)),
        false => vec![low],
    };
    let mut free = f64::NEG_INFINITY;
    all.into_iter()
        .filter(|&v| v >= low && v <= high)
        .filter_map(|v| {
            let (at, text) = (x.at(v), axis(measure, v));
            let half = width_of(&text) / 2.0;
            let fits = at - half > free;
            if fits {
                free = at + half + 8.0;
            }
            fits.then(|| html! {
                <>{ line(at, BASE, at, BASE + 4.0, "axis-line") }{ label(at, BASE + 18.0, text, Anchor::Middle, "") }</>
            })
        })
        .collect()
}
