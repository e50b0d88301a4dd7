//! How values are spread, with their percentiles as lines.

use engine::protocol::{Histogram, Percentiles};
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

/// Draws the histogram of a set of milliseconds at a width.
pub fn histogram(histogram: &Histogram, percentiles: &Percentiles, width: f64) -> Drawing {
    let (low, high) = (percentiles.min, percentiles.max);
    let right = width - 8.0;
    let x = match histogram.logarithmic {
        true => Scale::logarithmic((low, high), (LEFT, right)),
        false => Scale::linear((low, high), (LEFT, right)),
    };
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
            title: format!("{} to {}", format::ms(bin.low), format::ms(bin.high)).into(),
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
                { for marks(percentiles, &x, right) }
                { for values(histogram.logarithmic, (low, high), &x) }
            </>
        },
    }
}

/// The percentiles as dashed lines; each label one step lower, so that close ones stay readable.
fn marks(p: &Percentiles, x: &Scale, right: f64) -> impl Iterator<Item = Html> {
    let mut marks = vec![("p50", p.p50), ("p90", p.p90), ("p95", p.p95), ("p99", p.p99), ("p99.9", p.p999)];
    if p.min == p.max {
        marks = vec![("all", p.p50)];
    }
    let marks: Vec<_> = marks.into_iter().map(|(name, ms)| (name, ms, x.at(ms))).collect();
    marks.into_iter().enumerate().map(move |(i, (name, ms, at))| {
        let top = TOP + 10.0 + i as f64 * 30.0;
        let text = format::ms(ms);
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

fn values(logarithmic: bool, (low, high): (f64, f64), x: &Scale) -> Vec<Html> {
    let all = match logarithmic {
        true => log_ticks(low, high),
        // Ticks begin at 0; the axis begins at the smallest value. Ask for more where it starts late.
        false if high > low => ticks(high, ((6.0 * high / (high - low)) as usize).clamp(4, 400)),
        false => vec![low],
    };
    let mut free = f64::NEG_INFINITY;
    all.into_iter()
        .filter(|&v| v >= low && v <= high)
        .filter_map(|v| {
            let (at, text) = (x.at(v), axis_ms(v));
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
