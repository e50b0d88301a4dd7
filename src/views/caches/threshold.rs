//! One line over hit rate, dollars and risk.

use std::fmt::Write as _;

use caching::lab::{Point, Report};
use web_sys::Element;
use yew::prelude::*;

use super::{
    Lab, at_line,
    review::{loss, risk, suspicion},
};
use crate::{
    charts::mark::{Anchor, label, line, px, rect, y_axis},
    charts::scale::{Scale, ticks},
    format::{self, int, percent},
    widgets::{Panel, TableTwin, use_width},
};

const LEFT: f64 = 64.0;
const READOUT: f64 = 184.0;
const HEIGHT: f64 = 500.0;
/// Top and base of each pane.
const PANES: [(f64, f64); 3] = [(22.0, 126.0), (176.0, 326.0), (376.0, 468.0)];

/// What [`Threshold`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What was chosen.
    pub lab: UseStateHandle<Lab>,
    /// The sweep.
    pub report: Report,
}

/// What one point shows; nothing where it is unknown.
struct Shown {
    at: f64,
    rate: Option<f64>,
    exact: f64,
    saved: Option<f64>,
    net: Option<f64>,
    risk: Option<f64>,
    interval: Option<(f64, f64)>,
}

/// The panel. The line moves by the pointer and by the arrow keys.
#[component]
pub fn Threshold(props: &Props) -> Html {
    let (lab, report) = (&props.lab, &props.report);
    let (node, dragging) = (use_node_ref(), use_state_eq(|| false));
    let width = use_width(&node).max(320.0);
    // Narrow pages have the values below.
    let right = if width > 560.0 { width - READOUT } else { width - 8.0 };
    let ends = ends(report);
    let x = Scale::linear(ends, (LEFT, right));
    let set = {
        let lab = lab.clone();
        move |threshold: f64, settled: bool| {
            let line = (threshold.clamp(ends.0, ends.1) * 100.0).round() as u32;
            let settled = if settled { line } else { lab.settled };
            lab.set(Lab { line, settled, ..(*lab).clone() });
        }
    };
    let to_pointer = {
        let (node, set) = (node.clone(), set.clone());
        move |event: &PointerEvent, settled: bool| {
            let Some(element) = node.cast::<Element>() else { return };
            let at = f64::from(event.client_x()) - element.get_bounding_client_rect().left();
            set(ends.0 + (at - LEFT) / (right - LEFT) * (ends.1 - ends.0), settled);
        }
    };
    let onpointerdown = {
        let (node, dragging, to_pointer) = (node.clone(), dragging.clone(), to_pointer.clone());
        Callback::from(move |event: PointerEvent| {
            if let Some(element) = node.cast::<Element>() {
                // Without it the drag ends where the pointer leaves.
                let _ = element.set_pointer_capture(event.pointer_id());
            }
            dragging.set(true);
            to_pointer(&event, false);
        })
    };
    let onpointermove = {
        let (dragging, to_pointer) = (dragging.clone(), to_pointer.clone());
        Callback::from(move |event: PointerEvent| {
            if *dragging {
                to_pointer(&event, false);
            }
        })
    };
    let onpointerup = Callback::from(move |event: PointerEvent| {
        dragging.set(false);
        to_pointer(&event, true);
    });
    let now = lab.threshold().clamp(ends.0, ends.1);
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        let to = match event.key().as_str() {
            "ArrowLeft" | "ArrowDown" => now - 0.01,
            "ArrowRight" | "ArrowUp" => now + 0.01,
            "PageDown" => now - 0.05,
            "PageUp" => now + 0.05,
            "Home" => ends.0,
            "End" => ends.1,
            _ => return,
        };
        event.prevent_default();
        set(to, true);
    });
    let shown: Vec<Shown> = report.curve.iter().map(|point| shown(lab, point)).collect();
    let point = at_line(report, now).copied().unwrap_or_default();
    let caption = format!("{} replays of {}", report.curve.len(), format::plural(report.requests, "request"));
    html! {
        <Panel title="What a threshold would save, and break" {caption} twin={twin(lab, report)}>
            <div class="caches-curves" ref={node} tabindex="0" role="slider" aria-label="Similarity threshold"
                aria-valuemin={ends.0.to_string()} aria-valuemax={ends.1.to_string()} aria-valuenow={format!("{now:.2}")}
                aria-valuetext={format!("{now:.2}: {}", spoken(&point))}
                {onkeydown} {onpointerdown} {onpointermove} {onpointerup}>
                <svg width={px(width)} height={px(HEIGHT)} aria-hidden="true">
                    { panes(lab, &shown, &x, right, now, ends) }
                    if width > 560.0 {
                        { readout(lab, &shown, &point, report, right + 16.0) }
                    }
                </svg>
            </div>
        </Panel>
    }
}

fn ends(report: &Report) -> (f64, f64) {
    let at = |point: Option<&Point>| point.and_then(|point| point.threshold);
    (at(report.curve.first()).unwrap_or(0.5), at(report.curve.last()).unwrap_or(1.0))
}

fn spoken(point: &Point) -> String {
    let saved = point.metrics.saved.map_or("unpriced".to_owned(), format::money);
    format!("{} hits, {saved} saved", int(point.metrics.hits))
}

fn shown(lab: &Lab, point: &Point) -> Shown {
    let risk = risk(&lab.marks, point, lab.wrong_cost);
    let saved = point.metrics.saved.map(|saved| saved.to_f64());
    Shown {
        at: point.threshold.unwrap_or(1.0),
        rate: point.metrics.by_request,
        exact: point.metrics.exact as f64 / (point.metrics.hits + point.metrics.misses).max(1) as f64,
        saved,
        net: saved.map(|saved| saved - loss(&lab.marks, point, lab.wrong_cost)),
        risk: risk.rate.or_else(|| suspicion(point)),
        interval: risk.rate.map(|_| risk.interval),
    }
}

/// A line, broken where a value is unknown.
fn path(shown: &[Shown], x: &Scale, y: &Scale, value: impl Fn(&Shown) -> Option<f64>) -> String {
    let (mut path, mut pen) = (String::new(), "M");
    for one in shown {
        pen = match value(one) {
            Some(value) => {
                // Cannot fail: a string takes everything.
                let _ = write!(path, "{pen}{:.1} {:.1}", x.at(one.at), y.at(value));
                "L"
            }
            None => "M",
        };
    }
    path
}

fn stroke(d: String, colour: &'static str, dashed: bool) -> Html {
    html! { <path {d} fill="none" stroke={colour} stroke-width="2" stroke-dasharray={dashed.then_some("4 3")} /> }
}

fn dollars(value: f64) -> String {
    let sign = if value < 0.0 { "−" } else { "" };
    let decimals = match value.abs() {
        0.0 => 0,
        v if v < 0.01 => 6,
        v if v < 1.0 => 3,
        v if v < 100.0 => 2,
        _ => 0,
    };
    format!("{sign}${:.decimals$}", value.abs())
}

fn panes(lab: &Lab, shown: &[Shown], x: &Scale, right: f64, now: f64, ends: (f64, f64)) -> Html {
    let top = |value: fn(&Shown) -> Option<f64>| shown.iter().filter_map(value).fold(0.0, f64::max);
    let reviewed = !lab.marks.is_empty();
    let (rates, risks) = (
        ticks(top(|one| one.rate).max(0.01), 3),
        ticks(top(|one| one.interval.map_or(one.risk, |interval| Some(interval.1))).max(0.01), 3),
    );
    let (most, least) = (top(|one| one.saved), shown.iter().filter_map(|one| one.net).fold(0.0, f64::min));
    let step = ticks(most.max(-least).max(1e-9), 3);
    let mut money: Vec<f64> =
        step.iter().rev().map(|tick| -tick).filter(|tick| *tick < 0.0 && *tick > least * 1.4).collect();
    money.extend(step.iter().copied().filter(|tick| *tick <= most * 1.4 || *tick == 0.0));
    let last = |ticks: &[f64]| ticks.last().copied().unwrap_or(1.0);
    let y = [
        Scale::linear((0.0, last(&rates)), (PANES[0].1, PANES[0].0)),
        Scale::linear((least.min(money[0]), most.max(last(&money))), (PANES[1].1, PANES[1].0)),
        Scale::linear((0.0, last(&risks)), (PANES[2].1, PANES[2].0)),
    ];
    let names = [
        "Hit rate",
        "Dollars saved; dashed: less the expected loss",
        if reviewed { "False hits among similar hits" } else { "Similar hits with a sign of being wrong" },
    ];
    // At any threshold, the same prompts hit.
    let exact = shown.last().map_or(0.0, |one| one.exact);
    let band = {
        let edge = |one: &Shown, end: fn((f64, f64)) -> f64| {
            one.interval.map(|interval| format!("{:.1} {:.1}", x.at(one.at), y[2].at(end(interval))))
        };
        let up = shown.iter().filter_map(|one| edge(one, |(_, most)| most));
        let down = shown.iter().rev().filter_map(|one| edge(one, |(least, _)| least));
        let around: Vec<String> = up.chain(down).collect();
        if around.is_empty() { String::new() } else { format!("M{}Z", around.join("L")) }
    };
    let at = shown.iter().min_by(|a, b| (a.at - now).abs().total_cmp(&(b.at - now).abs()));
    let best = best(shown).filter(|(_, net)| *net > 0.0);
    let dot = |value: Option<f64>, y: &Scale| {
        let value = value?;
        Some(html! { <circle class="caches-dot" cx={px(x.at(now))} cy={px(y.at(value))} r="4" /> })
    };
    html! {
        <>
            { for PANES.iter().zip(names).map(|((top, _), name)| label(LEFT, top - 8.0, name, Anchor::Start, "strong")) }
            { y_axis(|v| y[0].at(v), &rates, LEFT, right, |v| tick(v, &rates)) }
            { y_axis(|v| y[1].at(v), &money, LEFT, right, dollars) }
            { y_axis(|v| y[2].at(v), &risks, LEFT, right, |v| tick(v, &risks)) }
            if exact > 0.0 {
                <g opacity=".25">{ rect(LEFT, y[0].at(exact), right - LEFT, PANES[0].1 - y[0].at(exact), "var(--series-1)") }</g>
                { label(LEFT + 4.0, y[0].at(exact) - 5.0, format!("exact repeats, {}", percent(exact, 1)), Anchor::Start, "mid halo") }
            }
            { stroke(path(shown, x, &y[0], |one| one.rate), "var(--series-1)", false) }
            { stroke(path(shown, x, &y[1], |one| one.saved), "var(--series-4)", false) }
            { stroke(path(shown, x, &y[1], |one| one.net), "var(--text)", true) }
            if reviewed {
                <path d={band} fill="var(--warn)" opacity=".16" />
            }
            { stroke(path(shown, x, &y[2], |one| one.risk), "var(--warn)", false) }
            { for (0..=5).map(|i| {
                let tick = ends.0 + (ends.1 - ends.0) * f64::from(i) / 5.0;
                let anchor = match i { 0 => Anchor::Start, 5 => Anchor::End, _ => Anchor::Middle };
                html! { <>{ line(x.at(tick), 468.0, x.at(tick), 472.0, "axis-line") }{ label(x.at(tick), 488.0, format!("{tick:.2}"), anchor, "") }</> }
            }) }
            if ends.0 < 0.95 && ends.1 > 0.95 {
                { line(x.at(0.95), 22.0, x.at(0.95), 468.0, "ref-line") }
                { label(x.at(0.95), 352.0, "default 0.95", Anchor::Middle, "halo") }
            }
            if let Some((best, net)) = best {
                <circle cx={px(x.at(best))} cy={px(y[1].at(net))} r="4" fill="var(--panel)" stroke="var(--text)" stroke-width="1.5" />
            }
            { line(x.at(now), 8.0, x.at(now), 472.0, "sel-line") }
            <rect class="caches-flag" x={px(x.at(now) - 19.0)} y="0" width="38" height="18" rx="2" />
            <g color="var(--on-accent)"><text class="ink strong" x={px(x.at(now))} y="13" text-anchor="middle">{ format!("{now:.2}") }</text></g>
            <rect class="caches-flag" x={px(x.at(now) - 3.0)} y="140" width="6" height="20" rx="1" />
            if let Some(at) = at {
                { dot(at.rate, &y[0]) }{ dot(at.saved, &y[1]) }{ dot(at.net, &y[1]) }{ dot(at.risk, &y[2]) }
            }
        </>
    }
}

/// The threshold that leaves most dollars, and how many.
fn best(shown: &[Shown]) -> Option<(f64, f64)> {
    let known = shown.iter().filter_map(|one| Some((one.at, one.net?)));
    known.max_by(|a, b| a.1.total_cmp(&b.1))
}

/// The values at the line.
fn readout(lab: &Lab, shown: &[Shown], point: &Point, report: &Report, x: f64) -> Html {
    let m = &point.metrics;
    let risk = risk(&lab.marks, point, lab.wrong_cost);
    let lost = loss(&lab.marks, point, lab.wrong_cost);
    let saved = m.saved.map(|saved| saved.to_f64());
    let similar = m.hits - m.exact;
    let big = |y: f64, text: String, more: Vec<String>| {
        html! {
            <>
                <text class="caches-big" x={px(x)} y={px(y)}>{ text }</text>
                { for more.into_iter().zip(1u32..).map(|(text, i)| label(x, y + 2.0 + 16.0 * f64::from(i), text, Anchor::Start, "mid")) }
            </>
        }
    };
    let unknown = || "unknown".to_owned();
    let money = match saved {
        Some(saved) => (
            dollars(saved - lost),
            vec![
                format!("{} saved", dollars(saved)),
                format!(
                    "{} {}",
                    dollars(-lost),
                    if risk.rate.is_some() { "expected loss" } else { "if signs are right" }
                ),
                best(shown).map_or(String::new(), |(at, net)| format!("best is {} at {at:.2}", dollars(net))),
            ],
        ),
        None => ("unpriced".to_owned(), vec!["No request has a known cost.".to_owned()]),
    };
    let false_hits = match risk.rate {
        Some(rate) => (
            percent(rate, 1),
            vec![
                format!("95%: {} to {}", percent(risk.interval.0, 1), percent(risk.interval.1, 1)),
                format!("about {} of {} wrong", int((rate * similar as f64).round() as u64), int(similar)),
            ],
        ),
        None => (
            suspicion(point).map_or_else(unknown, |part| percent(part, 1)),
            vec!["by detectors; review pairs".to_owned(), "for a rate that is measured".to_owned()],
        ),
    };
    html! {
        <>
            { big(40.0, m.by_request.map_or_else(unknown, |rate| percent(rate, 1)), vec![
                format!("{} exact, {} similar", int(m.exact), int(similar)),
                format!("of {}", format::plural(report.requests, "request")),
            ]) }
            { big(196.0, money.0, money.1) }
            { big(396.0, false_hits.0, false_hits.1) }
        </>
    }
}

fn twin(lab: &Lab, report: &Report) -> TableTwin {
    let text =
        |value: Option<f64>, decimals| value.map_or("unknown".to_owned(), |value| percent(value, decimals));
    let row = |point: &Point| {
        let m = &point.metrics;
        let risk = risk(&lab.marks, point, lab.wrong_cost);
        [
            format!("{:.2}", point.threshold.unwrap_or(1.0)),
            int(m.hits),
            int(m.hits - m.exact),
            text(m.by_request, 2),
            text(m.by_token, 2),
            m.saved.map_or("unpriced".to_owned(), |saved| saved.to_string()),
            m.seconds_saved.map_or("unknown".to_owned(), |seconds| format!("{seconds:.1}")),
            text(suspicion(point), 1),
            text(risk.rate, 1),
            risk.loss.map_or("not reviewed".to_owned(), |loss| loss.to_string()),
        ]
        .map(AttrValue::from)
        .to_vec()
    };
    TableTwin {
        columns: [
            "Threshold",
            "Hits",
            "Similar",
            "By request",
            "By token",
            "USD saved",
            "Seconds saved",
            "With a sign",
            "Wrong",
            "Expected loss, USD",
        ]
        .map(AttrValue::from)
        .to_vec(),
        rows: report.curve.iter().map(row).collect(),
        numeric: vec![true; 10],
    }
}

/// A share beside an axis: with a decimal where the whole axis is small.
fn tick(share: f64, all: &[f64]) -> String {
    percent(share, usize::from(all.iter().all(|share| *share < 0.05)))
}
