//! Time against tokens, with the line through it: what a call costs at no tokens, and what each token adds.

use engine::protocol::{Cloud, Latency};
use yew::prelude::*;

use crate::{
    charts::{Chart, mark::series_fill, scatter},
    format,
    widgets::{Empty, IconName, Panel, TableTwin},
};

/// The panel of times to first token.
pub fn ttft(data: &Latency) -> Html {
    let why = "For this a finished call has to tell its prompt tokens and the time to its first token, which only \
        streamed calls have.";
    panel("Time to first token by prompt size", "prompt tokens", &data.ttft_by_prompt, why)
}

/// The panel of durations.
pub fn duration(data: &Latency) -> Html {
    let why = "For this a finished call has to tell its output tokens and its duration.";
    panel("Duration by output size", "output tokens", &data.duration_by_output, why)
}

fn panel(title: &'static str, across: &'static str, clouds: &[Cloud], why: &'static str) -> Html {
    if clouds.is_empty() {
        return html! {
            <Panel {title}>
                <Empty icon={IconName::Clock} title="Not in these files"><p>{ why }</p></Empty>
            </Panel>
        };
    }
    let (n, drawn) =
        clouds.iter().fold((0, 0), |(n, drawn), one| (n + one.n, drawn + one.points.len() as u64));
    let sample = match n == drawn {
        true => format!("n {}", format::int(n)),
        false => format!("{} of {} drawn, all fitted", format::int(drawn), format::int(n)),
    };
    let caption = format!("against {across}; {sample}");
    let copy = clouds.to_vec();
    let draw = Callback::from(move |width| scatter::scatter(&copy, width));
    html! {
        <Panel {title} caption={html! { caption }} twin={twin(across, clouds)}>
            <table class="tight fits">
                <thead class="vh"><tr>{ for ["Group", "Line", "Scatter"].map(|name| html! { <th scope="col">{ name }</th> }) }</tr></thead>
                <tbody>{ for clouds.iter().enumerate().map(fit) }</tbody>
            </table>
            <Chart label={format!("{title}, {sample}")} {draw} />
            <p class="small dim note">{ "Lines by Theil and Sen: the median of the slopes between calls, which a few slow ones do not move. Where a line meets no tokens is the overhead; ± is the scatter around it." }</p>
        </Panel>
    }
}

/// A group's line in words, behind the shape of its points.
fn fit((i, cloud): (usize, &Cloud)) -> Html {
    let fill = series_fill(i);
    let shape = match i % 3 {
        0 => html! { <circle cx="5" cy="5" r="4" {fill} /> },
        1 => html! { <rect x="1" y="1" width="8" height="8" {fill} /> },
        _ => html! { <path d="M5 .5l4.5 8.5h-9z" {fill} /> },
    };
    html! {
        <tr>
            <td title={cloud.name.clone()}><svg class="mark" width="10" height="10" aria-hidden="true">{ shape }</svg>{ &cloud.name }<span class="dim">{ format!(", n {}", format::int(cloud.n)) }</span></td>
            if let Some(line) = cloud.line {
                <td class="num"><b>{ format!("{} + {} per token", signed(line.intercept), signed(line.slope)) }</b></td>
                <td class="num dim">{ format!("± {}", format::ms(line.scatter)) }</td>
            } else {
                <td class="num u-unknown" colspan="2">{ "no line: too few sizes" }</td>
            }
        </tr>
    }
}

/// Milliseconds of either sign, fine enough for a single token.
fn signed(ms: f64) -> String {
    let sign = if ms < 0.0 { "−" } else { "" };
    match ms.abs() {
        v if v < 1.0 => format!("{sign}{:.0}\u{202f}µs", v * 1e3),
        v if v < 10.0 => format!("{sign}{v:.1}\u{202f}ms"),
        v => format!("{sign}{}", format::ms(v)),
    }
}

fn twin(across: &'static str, clouds: &[Cloud]) -> TableTwin {
    let rows = clouds.iter().flat_map(|cloud| {
        cloud.points.iter().map(|(tokens, ms)| {
            vec![cloud.name.clone().into(), format::int(*tokens as u64).into(), format!("{ms:.3}").into()]
        })
    });
    TableTwin {
        columns: ["Group", across, "ms"].map(AttrValue::from).to_vec(),
        rows: rows.collect(),
        numeric: vec![false, true, true],
    }
}
