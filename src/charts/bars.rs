//! Tokens by component: one bar each, with the threshold of waste.

use engine::protocol::{Component, ComponentRow};
use units::Provenance;
use yew::prelude::*;

use super::{
    chart::{Drawing, Fact, Spot},
    mark::{Anchor, inked, label, line, rect, share, width_of},
    scale::Scale,
};
use crate::format;

const ROW: f64 = 24.0;
/// Room for tokens, share and cost.
const FIGURES: f64 = 204.0;
/// The share of all tokens above which a component is flagged.
pub const THRESHOLD: f64 = 0.3;

/// The name on screen.
pub fn component_name(row: &ComponentRow) -> String {
    match row.kind {
        // A name that the trace gives says more than the kind it belongs to.
        Some(kind) if row.name == kind.key() || row.name.is_empty() => kind.label().to_owned(),
        _ if row.name.is_empty() => "not named".to_owned(),
        _ => row.name.clone(),
    }
}

/// The colour of a component.
pub fn component_fill(kind: Option<Component>) -> AttrValue {
    kind.map_or(AttrValue::Static("var(--series-1)"), |kind| format!("var(--kind-{})", kind.token()).into())
}

/// Draws the bars at a width.
pub fn bars(rows: &[ComponentRow], width: f64) -> Drawing {
    let names: Vec<String> = rows.iter().map(|row| clipped(&component_name(row), 24)).collect();
    let left = names.iter().map(|n| width_of(n)).fold(60.0, f64::max).min(160.0) + 10.0;
    let right = width - FIGURES;
    let most = rows.iter().map(|row| row.share).fold(0.0, f64::max);
    // The threshold is always in the picture, and ten percent beyond it.
    let end = ((most * 10.0).ceil() / 10.0).clamp(0.4, 1.0);
    let x = Scale::linear((0.0, end), (left, right));
    let base = rows.len() as f64 * ROW + 6.0;
    let bars = rows
        .iter()
        .zip(names)
        .enumerate()
        .map(|(i, (row, name))| bar(row, name, i as f64 * ROW + 4.0, &x, (left, right, width)));
    let bars: Html = bars.collect();
    let spots = rows.iter().enumerate().map(|(i, row)| Spot {
        area: [0.0, i as f64 * ROW + 2.0, width, ROW],
        title: component_name(row).into(),
        rows: facts(row),
    });
    let stride = if (right - left) / end * 0.1 < 36.0 { THRESHOLD } else { 0.1 };
    let axis = (0..=10).map(|i| i as f64 * stride).take_while(|t| *t <= end + 1e-9);
    Drawing {
        height: base + 22.0,
        spots: spots.collect(),
        marks: html! {
            <>
                { bars }
                { line(x.at(THRESHOLD), 0.0, x.at(THRESHOLD), base, "ref-line") }
                { line(left, base, right, base, "axis-line") }
                { for axis.map(|t| {
                    let class = if (t - THRESHOLD).abs() < 1e-9 { "strong" } else { "" };
                    label(x.at(t), base + 16.0, format::percent(t, 0), if t == 0.0 { Anchor::Start } else { Anchor::Middle }, class)
                }) }
            </>
        },
    }
}

fn bar(row: &ComponentRow, name: String, y: f64, x: &Scale, (left, right, width): (f64, f64, f64)) -> Html {
    let class = if row.wasteful { "strong" } else { "mid" };
    let length = (x.at(row.share) - left).max(1.0);
    html! {
        <>
            { label(left - 10.0, y + 14.0, name, Anchor::End, class) }
            { rect(left, y + 2.0, length, 16.0, component_fill(row.kind)) }
            { row.wasteful.then(|| flag(row, y, x.at(THRESHOLD), (left, right), length)) }
            { label(right + 60.0, y + 14.0, format::tokens(row.tokens), Anchor::End, class) }
            { label(right + 120.0, y + 14.0, share(row.share), Anchor::End, class) }
            { label(width, y + 14.0, cost(row), Anchor::End, class) }
        </>
    }
}

/// The words on a bar above the threshold: before its line, after it, or beyond the bar.
fn flag(row: &ComponentRow, y: f64, threshold: f64, (left, right): (f64, f64), length: f64) -> Html {
    const FLAG: &str = "over 30% of all tokens";
    const SHORT: &str = "over 30%";
    let fits = |text: &str, room: f64| width_of(text) + 14.0 < room;
    let inside = |from: f64, text| inked(from + 8.0, y + 14.0, text, Anchor::Start, ink(row.kind), true);
    match threshold - left {
        room if fits(FLAG, room) => inside(left, FLAG),
        _ if fits(FLAG, left + length - threshold) => inside(threshold, FLAG),
        room if fits(SHORT, room) => inside(left, SHORT),
        _ if fits(SHORT, left + length - threshold) => inside(threshold, SHORT),
        // Beyond the bar stand the figures; the table and the tooltip have the flag as well.
        _ if !fits(SHORT, right - left - length) => html! {},
        _ => label(left + length + 6.0, y + 14.0, SHORT, Anchor::Start, "strong halo"),
    }
}

fn ink(kind: Option<Component>) -> String {
    kind.map_or("var(--panel)".to_owned(), |kind| format!("var(--kind-{}-ink)", kind.token()))
}

fn facts(row: &ComponentRow) -> Vec<Fact> {
    let mut facts = vec![
        Fact::of(
            component_fill(row.kind),
            "tokens",
            format!("{}, {}", format::int(row.tokens), source(row.from)),
        ),
        Fact::new("share of all tokens", share(row.share)),
    ];
    if row.prompt > 0 && row.completion > 0 {
        facts.push(Fact::new("prompt", format::int(row.prompt)));
        facts.push(Fact::new("completion", format::int(row.completion)));
    }
    facts.push(Fact::new("cost", cost(row)));
    facts
}

fn cost(row: &ComponentRow) -> String {
    row.cost.map_or("unpriced".to_owned(), format::money)
}

/// Where a figure comes from, in a word.
pub fn source(from: Provenance) -> String {
    format!("{from:?}").to_lowercase()
}

/// A text that ends with an ellipsis where it is too long.
fn clipped(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
