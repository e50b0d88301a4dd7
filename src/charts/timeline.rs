//! Calls over time: stacked by model, failures under them, latency on the same time axis.

use engine::protocol::{Bucket, Timeline};
use units::{Nanos, Timestamp};
use yew::prelude::*;

use super::{
    chart::{Drawing, Fact, Spot},
    mark::{Anchor, label, line, px, rect, series_fill, width_of, y_axis},
    scale::{Scale, axis_ms, count_ticks, ticks},
};
use crate::format;

const LEFT: f64 = 44.0;
/// Bars of a bucket that is very wide, as in a file with few requests.
const WIDEST: f64 = 40.0;
const BASE: f64 = 112.0;
const SECOND: i64 = 1_000_000_000;
const DAY: i64 = 86_400 * SECOND;

/// The percentiles in [`Bucket::latency`] and the dashes of their lines.
pub const LINES: [(&str, &str); 3] = [("p50", ""), ("p95", "4 2"), ("p99", "1 2")];

/// Draws the timeline at a width.
pub fn timeline(timeline: &Timeline, width: f64) -> Drawing {
    let Some(start) = timeline.start else { return Drawing::default() };
    let buckets = &timeline.buckets;
    let failures = buckets.iter().any(|b| b.failed > 0);
    let latency = buckets.iter().any(|b| b.latency.is_some());
    let right = width - LEFT;
    let x = Scale::linear((0.0, buckets.len() as f64), (LEFT, right));
    let step = (right - LEFT) / buckets.len() as f64;
    let bar = (step - if step > 3.0 { 1.0 } else { 0.0 }).min(WIDEST);

    let most = buckets.iter().map(total).max().unwrap_or(0);
    let counts = count_ticks(most, 3);
    // The highest bar may stand above the last label; a whole empty band above it would waste the room.
    let over = counts.iter().rev().nth(1).copied().unwrap_or(0.0).max(most as f64 * 1.02).max(1.0);
    let counts: Vec<f64> = counts.into_iter().filter(|&t| t <= over).collect();
    let y = Scale::linear((0.0, over), (BASE, 10.0));

    let bars = buckets.iter().enumerate().map(|(i, bucket)| {
        let left = x.at(i as f64 + 0.5) - bar / 2.0;
        let mut base = 0;
        let stack = bucket.calls.iter().enumerate().filter(|(_, n)| **n > 0).map(|(model, &n)| {
            let (top, bottom) = (y.at(f64::from(base + n)), y.at(f64::from(base)));
            let gap = if base > 0 && bottom - top > 2.0 { 1.0 } else { 0.0 };
            base += n;
            rect(left, top, bar, bottom - top - gap, series_fill(model))
        });
        let stack: Html = stack.collect();
        html! {
            <>
                { stack }
                if bucket.failed > 0 {
                    { rect(left, BASE + 3.0, bar, 4.0, "var(--error)") }
                    if bucket.failed > 1 && width_of(&bucket.failed.to_string()) + 4.0 < step {
                        { label(left + bar / 2.0, BASE + 19.0, bucket.failed.to_string(), Anchor::Middle, "strong") }
                    }
                }
            </>
        }
    });
    let bars: Html = bars.collect();
    let mut bottom = if failures { BASE + 20.0 } else { BASE };
    let mut lines = html! {};
    if latency {
        let pane = (bottom + 18.0, bottom + 96.0);
        lines = curves(buckets, &x, pane, right);
        bottom = pane.1;
    }

    let spots = buckets.iter().enumerate().map(|(i, bucket)| Spot {
        area: [x.at(i as f64), 4.0, step, bottom - 4.0],
        title: span(start, timeline.step, i),
        rows: facts(timeline, bucket),
    });
    Drawing {
        height: bottom + 24.0,
        spots: spots.collect(),
        marks: html! {
            <>
                { y_axis(|v| y.at(v), &counts, LEFT, right, |v| format::int(v as u64)) }
                { bars }
                if failures {
                    { label(LEFT - 6.0, BASE + 18.0, "failed", Anchor::End, "") }
                }
                { lines }
                { time_axis(start, Nanos(timeline.step.0 * buckets.len() as i64), (LEFT, right), bottom) }
            </>
        },
    }
}

fn total(bucket: &Bucket) -> u64 {
    bucket.calls.iter().map(|&n| u64::from(n)).sum()
}

/// One line for each percentile. A bucket without finished calls breaks the line; a bucket that stands alone
/// is a dot.
fn curves(buckets: &[Bucket], x: &Scale, (top, base): (f64, f64), right: f64) -> Html {
    let highest = buckets.iter().filter_map(|b| b.latency).map(|[_, _, p99]| p99).fold(0.0, f64::max);
    let grid = ticks(highest, 3);
    let y = Scale::linear((0.0, grid.last().copied().unwrap_or(1.0)), (base, top));
    let mut ends = Vec::new();
    let mut curves = Vec::new();
    for (which, (_, dash)) in LINES.into_iter().enumerate() {
        let points: Vec<Option<(f64, f64)>> = buckets
            .iter()
            .enumerate()
            .map(|(i, b)| b.latency.map(|l| (x.at(i as f64 + 0.5), y.at(l[which]))))
            .collect();
        for run in points.split(Option::is_none).filter(|run| !run.is_empty()) {
            let run: Vec<(f64, f64)> = run.iter().flatten().copied().collect();
            curves.push(match run[..] {
                [(x, y)] => html! { <circle class="curve-dot" cx={px(x)} cy={px(y)} r="2" /> },
                _ => {
                    let path: Vec<String> = run.iter().map(|(x, y)| format!("{x:.1} {y:.1}")).collect();
                    html! { <path class="curve" d={format!("M{}", path.join("L"))} stroke-dasharray={dash} /> }
                }
            });
        }
        ends.push(points.iter().flatten().next_back().map_or(base, |p| p.1));
    }
    html! {
        <>
            { y_axis(|v| y.at(v), &grid, LEFT, right, axis_ms) }
            { for curves }
            { for apart(ends, base).into_iter().zip(LINES).map(|(y, (name, _))| label(right + 6.0, y + 4.0, name, Anchor::Start, "mid")) }
        </>
    }
}

/// Moves labels (lowest line first) up until none covers another.
fn apart(mut places: Vec<f64>, base: f64) -> Vec<f64> {
    let mut limit = base;
    for place in &mut places {
        *place = place.min(limit);
        limit = *place - 12.0;
    }
    places
}

fn facts(timeline: &Timeline, bucket: &Bucket) -> Vec<Fact> {
    let mut facts: Vec<Fact> = timeline
        .models
        .iter()
        .zip(&bucket.calls)
        .enumerate()
        .filter(|(_, (_, n))| **n > 0)
        .map(|(i, (model, &n))| Fact::of(series_fill(i), model_name(model), format::int(n.into())))
        .collect();
    if facts.len() != 1 {
        facts.push(Fact::new("requests", format::int(total(bucket))));
    }
    if bucket.failed > 0 {
        facts.push(Fact::of("var(--error)".into(), "failed", format::int(bucket.failed.into())));
    }
    if let Some(latency) = bucket.latency {
        facts.extend(LINES.into_iter().zip(latency).map(|((name, _), ms)| Fact::new(name, format::ms(ms))));
    }
    facts
}

/// A model's name, or that the file has none.
pub fn model_name(model: &str) -> String {
    if model.is_empty() { "model not named".to_owned() } else { model.to_owned() }
}

/// From when to when a bucket goes.
pub fn span(start: Timestamp, step: Nanos, bucket: usize) -> AttrValue {
    let from = start + Nanos(step.0 * bucket as i64);
    AttrValue::from(format!("{} to {}", clock(from, step), clock(from + step, step)))
}

/// The time of day, no finer than the step asks for.
fn clock(at: Timestamp, step: Nanos) -> String {
    match step.0 {
        DAY.. => format::date(at),
        s if s % (60 * SECOND) == 0 => format::minute(at),
        s if s % SECOND == 0 => format::time(at),
        _ => format!("{}.{:03}", format::time(at), at.0.rem_euclid(SECOND) / 1_000_000),
    }
}

/// A length of time in words: `15 minutes`.
pub fn length(step: Nanos) -> String {
    let units = [
        ("day", DAY),
        ("hour", 3600 * SECOND),
        ("minute", 60 * SECOND),
        ("second", SECOND),
        ("ms", SECOND / 1000),
    ];
    let (name, unit) = units
        .into_iter()
        .find(|(_, unit)| step.0 >= *unit && step.0 % unit == 0)
        .unwrap_or(("ms", SECOND / 1000));
    match step.0 / unit {
        1 if name != "ms" => name.to_owned(),
        n if name == "ms" => format!("{n} ms"),
        n => format!("{n} {name}s"),
    }
}

/// Labels at round times, as many as fit.
pub fn time_axis(start: Timestamp, length: Nanos, (left, right): (f64, f64), y: f64) -> Html {
    const MS: i64 = SECOND / 1000;
    const MINUTE: i64 = 60 * SECOND;
    const HOUR: i64 = 60 * MINUTE;
    const STEPS: [i64; 28] = [
        MS,
        2 * MS,
        5 * MS,
        10 * MS,
        20 * MS,
        50 * MS,
        100 * MS,
        200 * MS,
        500 * MS,
        SECOND,
        2 * SECOND,
        5 * SECOND,
        10 * SECOND,
        15 * SECOND,
        30 * SECOND,
        MINUTE,
        2 * MINUTE,
        5 * MINUTE,
        10 * MINUTE,
        15 * MINUTE,
        30 * MINUTE,
        HOUR,
        2 * HOUR,
        4 * HOUR,
        6 * HOUR,
        12 * HOUR,
        DAY,
        2 * DAY,
    ];
    let room = ((right - left) / 88.0).max(1.0) as i64;
    let least = length.0 / room;
    // Beyond the list: whole weeks.
    let step = STEPS.into_iter().find(|&s| s >= least).unwrap_or((least / (7 * DAY) + 1) * 7 * DAY);
    let x = Scale::linear((0.0, length.0.max(1) as f64), (left, right));
    let first = start.0.div_euclid(step) * step;
    let ticks =
        (0..).map(|i| first + i * step).take_while(|t| t - start.0 <= length.0).filter(|&t| t >= start.0);
    let mut taken = f64::NEG_INFINITY;
    let labels = ticks.map(|t| {
        let at = x.at((t - start.0) as f64);
        // A new day says so; else the hours would seem to begin anew.
        let text = if t.rem_euclid(DAY) == 0 && length.0 > DAY {
            format::date(Timestamp(t))
        } else {
            clock(Timestamp(t), Nanos(step))
        };
        let half = width_of(&text) / 2.0;
        let (place, anchor) = match at {
            _ if at - half < left - 8.0 => (at, Anchor::Start),
            _ if at + half > right + 8.0 => (at, Anchor::End),
            _ => (at, Anchor::Middle),
        };
        let from = match anchor {
            Anchor::Start => place,
            Anchor::Middle => place - half,
            Anchor::End => place - 2.0 * half,
        };
        let fits = from > taken + 8.0;
        if fits {
            taken = from + 2.0 * half;
        }
        html! {
            <>
                { line(at, y, at, y + 4.0, "axis-line") }
                if fits {
                    { label(place, y + 18.0, text, anchor, "") }
                }
            </>
        }
    });
    let labels: Html = labels.collect();
    html! { <>{ line(left, y, right, y, "axis-line") }{ labels }</> }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    fn lengths_are_told_in_the_largest_whole_unit() {
        assert_eq!(length(Nanos(15 * 60 * SECOND)), "15 minutes");
        assert_eq!(length(Nanos(DAY)), "day");
        assert_eq!(length(Nanos(SECOND / 2)), "500 ms");
    }

    #[wasm_bindgen_test]
    fn labels_at_the_same_height_are_moved_apart() {
        assert_eq!(apart(vec![100.0, 100.0, 40.0], 100.0), [100.0, 88.0, 40.0]);
    }
}
