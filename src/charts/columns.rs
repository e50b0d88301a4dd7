//! Phases of each request, stacked: at most a few hundred columns.

use engine::protocol::{Column, LatencyOrder, Percentiles, Phase, Phases};
use yew::prelude::*;

use super::{
    chart::{Drawing, Fact, Spot},
    mark::{Anchor, label, line, phase_fill, rect, width_of, y_axis},
    scale::{Scale, axis_ms, ticks},
};
use crate::format;

const LEFT: f64 = 44.0;
const TOP: f64 = 24.0;
const BASE: f64 = 224.0;

/// Draws the columns at a width. `percentiles` are those of the requests' durations.
pub fn columns(
    columns: &[Column],
    order: LatencyOrder,
    percentiles: Option<&Percentiles>,
    width: f64,
) -> Drawing {
    let right = width;
    let step = (right - LEFT) / columns.len().max(1) as f64;
    let gap = if step > 6.0 { 1.0 } else { 0.0 };
    let (top, cut) = ceiling(columns);
    let grid = ticks(top, 4);
    let top = if cut { top } else { grid.last().copied().unwrap_or(top) };
    let grid: Vec<f64> = grid.into_iter().filter(|&t| t <= top).collect();
    let y = Scale::linear((0.0, top), (BASE, TOP));

    let stacks = columns.iter().enumerate().map(|(i, column)| {
        // Whole pixels: columns side by side would show the ground between them as fine stripes.
        let left = (LEFT + i as f64 * step).round();
        let bar = (LEFT + (i + 1) as f64 * step).round() - left - gap;
        let whole = column.phases.total().as_ms();
        html! {
            <>
                { stack(&column.phases, left, bar, &y, top) }
                if whole > top {
                    <path d={format!("M{:.1} {}l2.5 -5 2.5 5z", left + bar / 2.0 - 2.5, TOP - 2.0)} fill="var(--text)" />
                }
            </>
        }
    });
    let stacks: Html = stacks.collect();
    let highest = columns.iter().map(|c| c.phases.total().as_ms()).fold(0.0, f64::max);
    // A column may be the mean of many; the slowest request itself is higher still.
    let slowest = percentiles.map_or(highest, |p| p.max);
    Drawing {
        height: BASE + 24.0,
        spots: columns
            .iter()
            .enumerate()
            .map(|(i, c)| spot(c, [LEFT + i as f64 * step, TOP, step, BASE - TOP]))
            .collect(),
        marks: html! {
            <>
                { y_axis(|v| y.at(v), &grid, LEFT, right, axis_ms) }
                { stacks }
                if cut {
                    { label(right, 12.0, format!("columns cut at {}; slowest request {}", format::ms(top), format::ms(slowest)), Anchor::End, "") }
                }
                if let Some(p) = percentiles {
                    { match order {
                        LatencyOrder::Duration => by_duration(columns, p, (LEFT, right), step),
                        LatencyOrder::Time => by_time(columns, p, &y, top, right),
                    } }
                }
            </>
        },
    }
}

/// Where the axis ends, and whether columns stick out: a few slow requests would make all others flat.
fn ceiling(columns: &[Column]) -> (f64, bool) {
    let mut totals: Vec<f64> = columns.iter().map(|c| c.phases.total().as_ms()).collect();
    totals.sort_unstable_by(f64::total_cmp);
    let Some(&highest) = totals.last() else { return (1.0, false) };
    let usual = totals[(totals.len() - 1) * 24 / 25];
    if totals.len() < 25 || highest <= 2.0 * usual {
        return (highest, false);
    }
    (ticks(usual, 4).last().copied().unwrap_or(usual), true)
}

fn stack(phases: &Phases, left: f64, width: f64, y: &Scale, top: f64) -> Html {
    let mut base = 0.0;
    Phase::ALL
        .into_iter()
        .filter_map(|phase| {
            let from = base;
            base += phases.get(phase).as_ms();
            let (high, low) = (y.at(base.min(top)).round(), y.at(from.min(top)).round());
            (low > high).then(|| rect(left, high, width, low - high, phase_fill(phase)))
        })
        .collect()
}

/// The part of all requests that lies left of each column, and right of the last.
fn parts(columns: &[Column]) -> Vec<f64> {
    let all: f64 = columns.iter().map(|c| f64::from(c.n)).sum();
    let mut before = 0.0;
    let mut parts = vec![0.0];
    for column in columns {
        before += f64::from(column.n);
        parts.push(before / all.max(1.0));
    }
    parts
}

/// The place of a part of all requests on an axis of columns that may stand for different numbers of them.
fn place(parts: &[f64], part: f64, left: f64, step: f64) -> f64 {
    let i = parts.partition_point(|&p| p < part).clamp(1, parts.len() - 1);
    let inside = (part - parts[i - 1]) / (parts[i] - parts[i - 1]).max(f64::MIN_POSITIVE);
    left + (i as f64 - 1.0 + inside.clamp(0.0, 1.0)) * step
}

fn by_duration(columns: &[Column], p: &Percentiles, (left, right): (f64, f64), step: f64) -> Html {
    let parts = parts(columns);
    // From the right, each label in the first line where it does not meet one that stands there.
    let mut free = [right + 1.0; 4];
    let marks = [(0.99, "p99", p.p99), (0.95, "p95", p.p95), (0.9, "p90", p.p90), (0.5, "p50", p.p50)];
    let marks: Vec<Html> = marks
        .into_iter()
        .map(|(part, name, ms)| {
            let x = place(&parts, part, left, step);
            let text = format::ms(ms);
            let level = free.iter().position(|&free| x <= free);
            if let Some(level) = level {
                free[level] = x - width_of(&text) - 12.0;
            }
            let y = TOP + level.unwrap_or_default() as f64 * 32.0;
            html! {
                <>
                    { line(x, TOP, x, BASE, "ref-line") }
                    if level.is_some() {
                        { label(x - 6.0, y + 10.0, name, Anchor::End, "strong halo") }
                        { label(x - 6.0, y + 25.0, text, Anchor::End, "mid halo") }
                    }
                </>
            }
        })
        .collect();
    let mut taken = left + width_of("fastest") + 6.0;
    let end = right - width_of("slowest") - 6.0;
    let axis: Vec<Html> = [0.25, 0.5, 0.75, 0.9, 0.95, 0.99]
        .into_iter()
        .filter_map(|part| {
            let x = place(&parts, part, left, step);
            let half = 16.0;
            let fits = x - half > taken && x + half < end;
            if fits {
                taken = x + half;
            }
            fits.then(|| html! {
                <>{ line(x, BASE, x, BASE + 4.0, "axis-line") }{ label(x, BASE + 18.0, format::percent(part, 0), Anchor::Middle, "") }</>
            })
        })
        .collect();
    html! {
        <>
            { for marks }
            { label(left, BASE + 18.0, "fastest", Anchor::Start, "") }
            { for axis }
            { label(right, BASE + 18.0, "slowest", Anchor::End, "") }
        </>
    }
}

fn by_time(columns: &[Column], p: &Percentiles, y: &Scale, top: f64, right: f64) -> Html {
    let marks = [("p50", p.p50), ("p95", p.p95), ("p99", p.p99)].into_iter().filter(|(_, ms)| *ms <= top).map(|(name, ms)| {
        html! {
            <>
                { line(LEFT, y.at(ms), right, y.at(ms), "ref-line") }
                { label(right, y.at(ms) - 4.0, format!("{name} {}", format::ms(ms)), Anchor::End, "strong halo") }
            </>
        }
    });
    let time = |column: Option<&Column>| column.and_then(|c| c.start).map(format::time);
    html! {
        <>
            { for marks }
            if let (Some(first), Some(last)) = (time(columns.first()), time(columns.last())) {
                { label(LEFT, BASE + 18.0, first, Anchor::Start, "") }
                { label((LEFT + right) / 2.0, BASE + 18.0, "one column after the other, in the order of their start", Anchor::Middle, "") }
                { label(right, BASE + 18.0, last, Anchor::End, "") }
            } else {
                { label(LEFT, BASE + 18.0, "no start times: in the order of the files", Anchor::Start, "") }
            }
        </>
    }
}

fn spot(column: &Column, area: [f64; 4]) -> Spot {
    let title = match column.n {
        1 => column.name.clone(),
        n => format!("Mean of {} requests", format::int(n.into())),
    };
    let mut rows = phase_facts(&column.phases);
    if let Some(start) = column.start {
        rows.push(Fact::new(if column.n == 1 { "start" } else { "first start" }, format::time(start)));
    }
    Spot { area, title: title.into(), rows }
}

/// The phases that took time, with their share, and the whole.
pub fn phase_facts(phases: &Phases) -> Vec<Fact> {
    let total = phases.total();
    let part = |phase| {
        let time = phases.get(phase);
        let share = time.0 as f64 / total.0.max(1) as f64;
        (time.0 > 0).then(|| {
            Fact::of(
                phase_fill(phase),
                phase.label(),
                format!("{}, {}", format::nanos(time), format::percent(share, 0)),
            )
        })
    };
    let mut facts: Vec<Fact> = Phase::ALL.into_iter().filter_map(part).collect();
    facts.push(Fact::new("whole request", format::nanos(total)));
    facts
}

/// The phases of one request as a bar as wide as its box; `scale` is the duration that fills it, in ms.
pub fn phase_bar(phases: &Phases, height: u32, scale: f64) -> Html {
    let percent = |ms: f64| format!("{:.3}%", ms / scale.max(f64::MIN_POSITIVE) * 100.0);
    let mut base = 0.0;
    let bars = Phase::ALL.into_iter().filter(|&phase| phases.get(phase).0 > 0).map(|phase| {
        let (x, ms) = (percent(base), phases.get(phase).as_ms());
        base += ms;
        html! { <rect class="mark gap" {x} width={percent(ms)} height={height.to_string()} fill={phase_fill(phase)} /> }
    });
    html! { <svg width="100%" height={height.to_string()} aria-hidden="true">{ for bars }</svg> }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use units::Nanos;

    use super::*;

    fn column(n: u32, ms: i64) -> Column {
        let mut column = Column { n, ..Column::default() };
        column.phases.add(Phase::QueueWait, Nanos(ms * 1_000_000));
        column
    }

    #[wasm_bindgen_test]
    fn a_part_of_the_requests_lies_where_its_columns_end() {
        let parts = parts(&[column(9, 1), column(1, 5)]);
        assert_eq!(place(&parts, 0.9, 0.0, 10.0), 10.0);
        assert_eq!(place(&parts, 0.45, 0.0, 10.0), 5.0);
        assert_eq!(place(&parts, 1.0, 0.0, 10.0), 20.0);
    }

    #[wasm_bindgen_test]
    fn few_columns_are_never_cut() {
        assert_eq!(ceiling(&[column(1, 1), column(1, 900)]), (900.0, false));
        assert_eq!(ceiling(&[]), (1.0, false));
        let mut many: Vec<Column> = (0..99).map(|_| column(1, 100)).collect();
        many.push(column(1, 9000));
        assert_eq!(ceiling(&many), (100.0, true));
    }
}
