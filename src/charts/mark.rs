//! The shapes that charts are made of, as SVG.

use engine::protocol::Phase;
use yew::prelude::*;

/// Where a text is held.
#[derive(Clone, Copy, PartialEq)]
pub enum Anchor {
    /// It begins at the place.
    Start,
    /// It is centred on the place.
    Middle,
    /// It ends at the place.
    End,
}

/// A number as an attribute: a hundredth of a pixel is fine enough.
pub fn px(value: f64) -> AttrValue {
    AttrValue::from(((value * 100.0).round() / 100.0).to_string())
}

/// A filled bar.
pub fn rect(x: f64, y: f64, width: f64, height: f64, fill: impl Into<AttrValue>) -> Html {
    html! {
        <rect class="mark" x={px(x)} y={px(y)} width={px(width.max(0.0))} height={px(height.max(0.0))} fill={fill.into()} />
    }
}

/// A hairline that stays sharp.
pub fn line(x1: f64, y1: f64, x2: f64, y2: f64, class: &'static str) -> Html {
    let sharp = |v: f64| px(v.round() + 0.5);
    // Only across its direction: along it a half pixel would stick out.
    let (x1, x2) = if x1 == x2 { (sharp(x1), sharp(x2)) } else { (px(x1), px(x2)) };
    let (y1, y2) = if y1 == y2 { (sharp(y1), sharp(y2)) } else { (px(y1), px(y2)) };
    html! { <line {x1} {y1} {x2} {y2} {class} shape-rendering="crispEdges" /> }
}

/// A text of 12 px.
pub fn label(x: f64, y: f64, text: impl Into<AttrValue>, anchor: Anchor, class: &'static str) -> Html {
    let anchor = match anchor {
        Anchor::Start => "start",
        Anchor::Middle => "middle",
        Anchor::End => "end",
    };
    html! { <text x={px(x)} y={px(y)} text-anchor={anchor} {class}>{ text.into() }</text> }
}

/// A text on a bar, in the ink that belongs to the bar's colour.
pub fn inked(x: f64, y: f64, text: impl Into<AttrValue>, anchor: Anchor, ink: String, strong: bool) -> Html {
    let anchor = if anchor == Anchor::End { "end" } else { "start" };
    let class = if strong { "ink strong" } else { "ink" };
    // As a presentation attribute the fill would lose to the stylesheet's colour for texts, but a group's
    // `color` reaches the text through `currentColor`.
    html! {
        <g color={ink}><text x={px(x)} y={px(y)} text-anchor={anchor} {class}>{ text.into() }</text></g>
    }
}

/// How wide a text of 12 px is, roughly: enough to decide whether it fits.
pub fn width_of(text: &str) -> f64 {
    text.chars().count() as f64 * 6.6
}

/// Horizontal grid lines with their values at the left.
pub fn y_axis(
    at: impl Fn(f64) -> f64,
    ticks: &[f64],
    left: f64,
    right: f64,
    text: impl Fn(f64) -> String,
) -> Html {
    ticks
        .iter()
        .map(|&tick| {
            let class = if tick == 0.0 { "axis-line" } else { "grid-line" };
            html! {
                <>
                    { line(left, at(tick), right, at(tick), class) }
                    { label(left - 6.0, at(tick) + 4.0, text(tick), Anchor::End, "") }
                </>
            }
        })
        .collect()
}

/// A share with one decimal; nothing is `0%`.
pub fn share(part: f64) -> String {
    crate::format::percent(part, usize::from(part > 0.0))
}

/// The colour of a phase. Unattributed time is always hatched.
pub fn phase_fill(phase: Phase) -> AttrValue {
    match phase {
        Phase::Unattributed => AttrValue::Static("url(#hatch)"),
        _ => format!("var(--phase-{})", phase.token()).into(),
    }
}

/// The colour of a text on a bar of that phase.
pub fn phase_ink(phase: Phase) -> String {
    format!("var(--phase-{}-ink)", phase.token())
}

/// The colour of the n-th of things without a fixed meaning. What comes after the fourth is grey: more hues
/// could not be told apart.
pub fn series_fill(n: usize) -> AttrValue {
    AttrValue::Static(match n {
        0 => "var(--series-1)",
        1 => "var(--series-2)",
        2 => "var(--series-3)",
        3 => "var(--series-4)",
        _ => "var(--text-3)",
    })
}

/// The hatch that [`phase_fill`] refers to: stands once in the page.
pub fn hatch() -> Html {
    html! {
        <svg class="vh" width="0" height="0" aria-hidden="true">
            <defs>
                <pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                    <rect width="5" height="5" fill="var(--phase-unattributed)" />
                    <rect width="1.5" height="5" fill="var(--panel)" opacity=".6" />
                </pattern>
            </defs>
        </svg>
    }
}
