//! All tokens by class, exact.

use engine::protocol::{Overview, TokenSums};
use yew::prelude::*;

use super::figures::fig;
use crate::{
    charts::bars::source,
    format,
    widgets::{Fig, Panel, Swatch, TableTwin},
};

/// A class, the name of its figure, its colour, its tokens. The classes do not overlap.
type Class = (&'static str, &'static str, &'static str, u64);

/// The panel: a bar, and the sum in words.
pub fn classes(data: &Overview) -> Html {
    let sums = &data.tokens;
    if sums.unknown_calls == data.requests {
        return html! {};
    }
    let input = [
        ("fresh", "fresh", "var(--series-1)", sums.fresh),
        ("cache read", "cache_read", "var(--series-4)", sums.cache_read),
        ("cache write", "cache_write", "var(--series-2)", sums.cache_write),
    ];
    let answer = sums.output.saturating_sub(sums.reasoning);
    let output = [
        ("answer", "answer", "var(--kind-output)", answer),
        ("reasoning", "reasoning", "var(--kind-reasoning)", sums.reasoning),
    ];
    let all: Vec<Class> = input.into_iter().chain(output).collect();
    let caption = match sums.unknown_calls {
        0 => format!("{} in all", format::int(sums.total())),
        n => format!(
            "{} in all; {} without token counts not included",
            format::int(sums.total()),
            format::plural(n, "call")
        ),
    };
    html! {
        <Panel id="classes" title="Tokens by class" caption={html! { caption }} twin={twin(&all, sums)} class="classes">
            { bar(&all) }
            <p class="legend">
                { sum("input", "input", sums.input, &input, sums) }
                { sum("output", "output", sums.output, &output, sums) }
            </p>
        </Panel>
    }
}

fn bar(classes: &[Class]) -> Html {
    let total = classes.iter().map(|c| c.3).sum::<u64>().max(1) as f64;
    let mut base = 0.0;
    let parts = classes.iter().filter(|c| c.3 > 0).map(|&(.., fill, n)| {
        let (x, part) = (base, n as f64 / total * 100.0);
        base += part;
        html! { <rect class="mark gap" x={format!("{x:.3}%")} width={format!("{part:.3}%")} height="12" {fill} /> }
    });
    // The figures under it say the same.
    html! { <svg width="100%" height="12" aria-hidden="true">{ for parts }</svg> }
}

/// `1,204 input = 1,000 fresh + 204 cache read + 0 cache write`.
fn sum(name: &'static str, key: &'static str, total: u64, parts: &[Class], sums: &TokenSums) -> Html {
    let whole = sums.total().max(1) as f64;
    // Sums over calls that tell a total only do not add up.
    let sign = if parts.iter().map(|p| p.3).sum::<u64>() == total { "=" } else { "of which" };
    html! {
        <span class="sum">
            <b>{ fig(key, total, html! { <Fig text={format::int(total)} from={sums.from} /> }) }</b>{ format!("{name} {sign}") }
            { for parts.iter().enumerate().map(|(i, &(class, key, fill, n))| html! {
                <span>
                    if i > 0 {
                        { "+" }
                    }
                    <Swatch {fill} /><b>{ fig(key, n, html! { format::int(n) }) }</b>{ class }
                    if n > 0 { <span class="dim">{ format::percent(n as f64 / whole, 1) }</span> }
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
            format::int(*n).into(),
            format::percent(*n as f64 / whole, 1).into(),
            source(sums.from).into(),
        ]
    };
    TableTwin {
        columns: ["Class", "Tokens", "Share of all", "Source"].map(AttrValue::from).to_vec(),
        rows: classes.iter().map(row).collect(),
        numeric: vec![false, true, true, false],
    }
}
