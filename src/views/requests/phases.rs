//! The phases of one call: a bar, and the same as a table.

use engine::protocol::{Phase, Phases};
use units::Nanos;
use yew::prelude::*;

use crate::{
    charts::mark::{phase_fill, rect},
    format,
    widgets::{Swatch, use_width},
};

/// The phases side by side, `scale` being `width` px; cut at the width.
fn bar(phases: &Phases, scale: Nanos, width: f64, height: f64, gap: f64) -> Html {
    let mut x = 0.0;
    Phase::ALL
        .into_iter()
        .filter_map(|phase| {
            let from = x;
            x += phases.get(phase).0.max(0) as f64 / scale.0.max(1) as f64 * width;
            let wide = x.min(width) - from;
            let gap = if wide > 2.0 * gap { gap } else { 0.0 };
            (wide > 0.3).then(|| rect(from, 0.0, wide - gap, height, phase_fill(phase)))
        })
        .collect()
}

/// What a bar shows, for those who do not see it.
fn describe(phases: &Phases) -> String {
    Phase::ALL
        .into_iter()
        .filter(|&phase| phases.get(phase) > Nanos::ZERO)
        .map(|phase| format!("{} {}", phase.label(), format::nanos(phases.get(phase))))
        .collect::<Vec<_>>()
        .join(", ")
}

/// The small bar of a table row. What is longer than the scale has a notched end.
pub fn micro(phases: &Phases, scale: Nanos) -> Html {
    const WIDTH: f64 = 110.0;
    let cut = phases.total() > scale;
    html! {
        <svg class="micro" width="110" height="12" role="img" aria-label={describe(phases)}>
            { bar(phases, scale, WIDTH, 12.0, 0.0) }
            if cut {
                <path d="M105 0h5v12h-5l3-6z" fill="var(--panel)" />
            }
        </svg>
    }
}

/// Properties of [`PhasePanel`].
#[derive(Properties, PartialEq)]
pub struct PhaseProps {
    /// The phases of the call.
    pub phases: Phases,
}

/// The drawer's section on where the time of this call went.
#[component]
pub fn PhasePanel(PhaseProps { phases }: &PhaseProps) -> Html {
    let place = use_node_ref();
    let width = use_width(&place);
    let total = phases.total();
    let share = |time: Nanos| time.0 as f64 / total.0.max(1) as f64;
    let bottleneck = phases.bottleneck();
    html! {
        <section>
            <div class="phead">
                <h3>{ "Phases" }</h3>
                <span class="cap">
                    { format!("{} is {}", bottleneck.label(), format::percent(share(phases.get(bottleneck)), 0)) }
                </span>
            </div>
            <div class="phasebar" ref={place}>
                <svg width={format!("{width:.0}")} height="16" role="img" aria-label={describe(phases)}>
                    { bar(phases, total, width, 16.0, 1.0) }
                </svg>
            </div>
            <table class="tight">
                <thead class="vh">
                    <tr><th>{ "Phase" }</th><th>{ "Time" }</th><th>{ "Share" }</th></tr>
                </thead>
                <tbody>
                    { for Phase::ALL.into_iter().filter(|&phase| phases.get(phase) > Nanos::ZERO).map(|phase| html! {
                        <tr>
                            <td>
                                <span class="keyed">
                                    <Swatch fill={format!("var(--phase-{})", phase.token())}
                                        hatch={phase == Phase::Unattributed} />
                                    { phase.label() }
                                </span>
                            </td>
                            <td class="num" data-fig={phase.key()}>{ format::nanos(phases.get(phase)) }</td>
                            <td class="num dim">{ format::percent(share(phases.get(phase)), 1) }</td>
                        </tr>
                    }) }
                </tbody>
                <tfoot>
                    <tr>
                        <td>{ "Duration" }</td>
                        <td class="num" data-fig="duration">{ format::nanos(total) }</td>
                        <td class="num">{ "100%" }</td>
                    </tr>
                </tfoot>
            </table>
        </section>
    }
}
