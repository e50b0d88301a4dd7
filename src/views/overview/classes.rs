//! All tokens by class, exact.

use engine::protocol::{Overview, TokenSums};
use units::Provenance;
use yew::prelude::*;

use super::figures::fig;
use crate::{
    charts::bars::source,
    format,
    widgets::{Fig, Panel, Swatch, TableTwin},
};

/// A class, the name of its figure, its colour, its tokens; unknown where no record mentions it. The classes
/// do not overlap.
type Class = (&'static str, &'static str, &'static str, Option<u64>);

fn told(n: u64, told: bool) -> Option<u64> {
    told.then_some(n)
}

/// The panel: a bar, and the sum in words.
pub fn classes(data: &Overview) -> Html {
    let sums = &data.tokens;
    if sums.unknown_calls == data.requests {
        return html! {};
    }
    // Nothing is known where every call in the sums lacks the figure.
    let summed = data.requests - sums.unknown_calls;
    let (known_input, known_output) = (sums.unknown_input < summed, sums.unknown_output < summed);
    let input = [
        ("fresh", "fresh", "var(--series-1)", known_input.then_some(sums.fresh)),
        ("cache read", "cache_read", "var(--series-4)", told(sums.cache_read, sums.cache_read_told)),
        ("cache write", "cache_write", "var(--series-2)", told(sums.cache_write, sums.cache_write_told)),
    ];
    let answer = known_output.then(|| sums.output.saturating_sub(sums.reasoning));
    let output = [
        ("answer", "answer", "var(--kind-output)", answer),
        ("reasoning", "reasoning", "var(--kind-reasoning)", told(sums.reasoning, sums.reasoning_told)),
    ];
    let all: Vec<Class> = input.into_iter().chain(output).collect();
    let mut caption = format!("{} in all", format::int(sums.total()));
    for (n, what) in [
        (sums.unknown_calls, "without token counts not included"),
        (sums.unknown_input, "without an input count"),
        (sums.unknown_output, "without an output count"),
    ] {
        if n > 0 {
            caption = format!("{caption}; {} {what}", format::plural(n, "call"));
        }
    }
    html! {
        <Panel id="classes" title="Tokens by class" caption={html! { caption }} twin={twin(&all, sums)} class="classes">
            { bar(&all) }
            <p class="legend">
                { sum("input", known_input.then_some(sums.input), &input, sums) }
                { sum("output", known_output.then_some(sums.output), &output, sums) }
            </p>
        </Panel>
    }
}

fn bar(classes: &[Class]) -> Html {
    let total = classes.iter().filter_map(|c| c.3).sum::<u64>().max(1) as f64;
    let mut base = 0.0;
    let parts = classes.iter().filter_map(|&(.., fill, n)| Some((fill, n.filter(|&n| n > 0)?))).map(|(fill, n)| {
        let (x, part) = (base, n as f64 / total * 100.0);
        base += part;
        html! { <rect class="mark gap" x={format!("{x:.3}%")} width={format!("{part:.3}%")} height="12" {fill} /> }
    });
    // The figures under it say the same.
    html! { <svg width="100%" height="12" aria-hidden="true">{ for parts }</svg> }
}

/// `1,204 input = 1,000 fresh + 204 cache read + 0 cache write`.
fn sum(name: &'static str, total: Option<u64>, parts: &[Class], sums: &TokenSums) -> Html {
    let whole = sums.total().max(1) as f64;
    let unknown = |key: &'static str| html! { <span class="u-unknown" data-fig={key}>{ "unknown" }</span> };
    let Some(total) = total else {
        return html! { <span class="sum">{ name }{ " " }{ unknown(name) }</span> };
    };
    // Sums over calls that tell a total only do not add up.
    let sign = if parts.iter().filter_map(|p| p.3).sum::<u64>() == total { "=" } else { "of which" };
    html! {
        <span class="sum">
            <b>{ fig(name, total, html! { <Fig text={format::int(total)} from={sums.from} /> }) }</b>{ format!("{name} {sign}") }
            { for parts.iter().enumerate().map(|(i, &(class, key, fill, n))| html! {
                <span>
                    if i > 0 {
                        { "+" }
                    }
                    <Swatch {fill} />
                    if let Some(n) = n {
                        <b>{ fig(key, n, html! { format::int(n) }) }</b>{ class }
                        if n > 0 { <span class="dim">{ format::percent(n as f64 / whole, 1) }</span> }
                    } else {
                        { class }{ " " }{ unknown(key) }
                    }
                </span>
            }) }
        </span>
    }
}

fn twin(classes: &[Class], sums: &TokenSums) -> TableTwin {
    let whole = sums.total().max(1) as f64;
    let row = |(name, _, _, n): &Class| {
        let name = name[..1].to_uppercase() + &name[1..];
        vec![
            name.into(),
            n.map_or("unknown".into(), |n| format::int(n).into()),
            n.map_or("unknown".into(), |n| format::percent(n as f64 / whole, 1).into()),
            source(if n.is_some() { sums.from } else { Provenance::Unknown }).into(),
        ]
    };
    TableTwin {
        columns: ["Class", "Tokens", "Share of all", "Source"].map(AttrValue::from).to_vec(),
        rows: classes.iter().map(row).collect(),
        numeric: vec![false, true, true, false],
    }
}
