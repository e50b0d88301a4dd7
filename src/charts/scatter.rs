//! Milliseconds against tokens: groups of points, each with the line through them.

use engine::protocol::Cloud;
use yew::prelude::*;

use super::{
    chart::{Drawing, Fact, Spot},
    mark::{Anchor, label, line, px, series_fill, width_of, y_axis},
    scale::{Scale, axis_ms, count_ticks, ticks},
};
use crate::format;

const LEFT: f64 = 56.0;
const TOP: f64 = 18.0;
const BASE: f64 = 190.0;
/// Stretches of the axis that can be pointed at.
const STRIPS: usize = 16;

/// Draws the points at a width.
pub fn scatter(clouds: &[Cloud], width: f64) -> Drawing {
    let right = width - 12.0;
    let all = || clouds.iter().flat_map(|cloud| &cloud.points);
    let most = all().map(|point| point.0).fold(0.0, f64::max);
    let (top, cut) = ceiling(all().map(|point| point.1).collect());
    let grid = ticks(top, 4);
    let top = if cut { top } else { grid.last().copied().unwrap_or(top) };
    let across = count_ticks(most.max(1.0) as u64, 5);
    let x = Scale::linear((0.0, across.last().copied().unwrap_or(1.0).max(most)), (LEFT, right));
    let y = Scale::linear((0.0, top), (BASE, TOP));
    let above = all().filter(|point| point.1 > top).count();
    let points = clouds.iter().enumerate().map(|(i, cloud)| marks(i, cloud, &x, &y, top));
    let mut taken = f64::NEG_INFINITY;
    let labels = across.iter().filter_map(|&tick| {
        let (at, text) = (x.at(tick), format::int(tick as u64));
        let half = width_of(&text) / 2.0;
        let fits = at - half > taken && at + half <= width;
        if fits {
            taken = at + half + 6.0;
        }
        fits.then(|| html! {
            <>{ line(at, BASE, at, BASE + 4.0, "axis-line") }{ label(at, BASE + 18.0, text, Anchor::Middle, "") }</>
        })
    });
    let labels: Vec<Html> = labels.collect();
    Drawing {
        height: BASE + 24.0,
        spots: (0..STRIPS).filter_map(|strip| spot(strip, clouds, &x, (LEFT, right), most)).collect(),
        marks: html! {
            <>
                { y_axis(|v| y.at(v), &grid.into_iter().filter(|&tick| tick <= top).collect::<Vec<_>>(), LEFT, right, axis_ms) }
                { for points }
                { for clouds.iter().filter_map(|cloud| fitted(cloud, &x, &y, top)) }
                if cut {
                    { label(right, 10.0, format!("cut at {}: {} drawn above it", format::ms(top), format::plural(above as u64, "point")), Anchor::End, "") }
                }
                { for labels }
            </>
        },
    }
}

/// Where the axis ends, and whether points lie above: a few slow ones would make all others a line.
fn ceiling(mut values: Vec<f64>) -> (f64, bool) {
    values.sort_unstable_by(f64::total_cmp);
    let Some(&highest) = values.last() else { return (1.0, false) };
    let usual = values[(values.len() - 1) * 24 / 25];
    match values.len() < 25 || highest <= 2.0 * usual {
        true => (highest, false),
        false => (ticks(usual, 4).last().copied().unwrap_or(usual), true),
    }
}

/// Circles, squares or triangles: never colour alone.
fn marks(group: usize, cloud: &Cloud, x: &Scale, y: &Scale, top: f64) -> Html {
    let mut path = String::new();
    for &(tokens, ms) in &cloud.points {
        let (at, high) = (x.at(tokens), y.at(ms.min(top)));
        path.push_str(&match group % 3 {
            2 => format!("M{:.1} {:.1}l2.5 4.4h-5z", at, high - 2.6),
            _ => format!("M{at:.1} {high:.1}h0"),
        });
    }
    let fill = series_fill(group);
    match group % 3 {
        2 => html! { <path class="mark" d={path} {fill} opacity=".7" /> },
        shape => {
            let cap = if shape == 0 { "round" } else { "square" };
            html! { <path class="mark" d={path} stroke={fill} stroke-width="4" stroke-linecap={cap} opacity=".65" /> }
        }
    }
}

/// The line over the points that it was laid through, as far as it lies in the picture.
fn fitted(cloud: &Cloud, x: &Scale, y: &Scale, top: f64) -> Option<Html> {
    let fit = cloud.line?;
    let of = |pick: fn(f64, f64) -> f64| cloud.points.iter().map(|point| point.0).reduce(pick);
    let (from, to) = (of(f64::min)?, of(f64::max)?);
    let at = |tokens: f64| y.at((fit.intercept + fit.slope * tokens).clamp(0.0, top));
    Some(html! {
        <line class="curve" x1={px(x.at(from))} y1={px(at(from))} x2={px(x.at(to))} y2={px(at(to))} />
    })
}

/// What lies in a stretch of the axis; nothing if it is empty.
fn spot(strip: usize, clouds: &[Cloud], x: &Scale, (left, right): (f64, f64), most: f64) -> Option<Spot> {
    let step = (right - left) / STRIPS as f64;
    let from = left + strip as f64 * step;
    let inside = |tokens: f64| {
        let at = x.at(tokens);
        at >= from && (at < from + step || (strip + 1 == STRIPS && tokens >= most))
    };
    let mut range: Option<(f64, f64)> = None;
    let mut rows = Vec::new();
    for (i, cloud) in clouds.iter().enumerate() {
        let here = || cloud.points.iter().filter(|point| inside(point.0));
        for point in here() {
            let (low, high) = range.unwrap_or((point.0, point.0));
            range = Some((low.min(point.0), high.max(point.0)));
        }
        let mut values: Vec<f64> = here().map(|point| point.1).collect();
        values.sort_unstable_by(f64::total_cmp);
        if let Some(median) = values.get(values.len() / 2) {
            let text = format!("{}, n {}", format::ms(*median), values.len());
            rows.push(Fact::of(series_fill(i), format!("{}, median", cloud.name), text));
        }
    }
    let (low, high) = range?;
    let title = format!("{} to {} tokens", format::int(low as u64), format::int(high as u64));
    Some(Spot { area: [from, TOP, step, BASE - TOP], title: title.into(), rows })
}
