//! What grows with the context: the bill, and the work of attention.

use engine::protocol::Quote;
use yew::prelude::*;

use crate::{
    charts::{
        Chart, Drawing, Fact, Spot,
        mark::{Anchor, label, line, px},
    },
    format,
    widgets::{Panel, TableTwin},
};

/// A prompt of 1, 2, 4 and 8 times the size.
const TIMES: [u64; 4] = [1, 2, 4, 8];

/// What such a prompt costs and how much work it is, relative to this one.
struct Step {
    tokens: u64,
    /// Of the money. More than the tokens where a dearer tier begins; unknown where the prompt costs nothing.
    bill: Option<f64>,
    cost: String,
    /// Attention compares each token with each: its work grows with the square.
    work: u64,
    fits: &'static str,
}

fn steps(quote: &Quote) -> Vec<Step> {
    let first = quote.growth.first().map_or(0.0, |cost| cost.to_f64());
    let step = |(times, cost): (u64, &units::Money)| {
        let tokens = quote.input.or_zero().saturating_mul(times);
        Step {
            tokens,
            bill: (first > 0.0).then(|| cost.to_f64() / first),
            cost: format::money_exact(*cost, 6),
            work: times * times,
            fits: match quote.window {
                Some(window) if tokens <= window => "yes",
                Some(_) => "no",
                None => "unknown",
            },
        }
    };
    TIMES.into_iter().zip(&quote.growth).map(step).collect()
}

fn factor(v: f64) -> String {
    format!("×{}", (v * 10.0).round() / 10.0)
}

/// The panel.
pub fn growth(quote: &Quote) -> Html {
    let steps = steps(quote);
    let twin = TableTwin {
        columns: ["Prompt tokens", "Input bill", "Relative", "Attention work", "In the window"]
            .map(AttrValue::from)
            .to_vec(),
        numeric: vec![true; 5],
        rows: steps
            .iter()
            .map(|step| {
                let cells = [
                    format::int(step.tokens),
                    step.cost.clone(),
                    step.bill.map_or("free".to_owned(), factor),
                    factor(step.work as f64),
                    step.fits.to_owned(),
                ];
                cells.map(AttrValue::from).to_vec()
            })
            .collect(),
    };
    let jumps =
        steps.iter().zip(TIMES).any(|(step, times)| step.bill.is_some_and(|b| b > times as f64 + 0.01));
    let caption = match jumps {
        true => "the bill jumps where a dearer tier begins, attention grows with the square",
        false => "the bill is linear, the attention work is not",
    };
    let over = steps.iter().find(|step| step.fits == "no").map(|step| step.tokens);
    let draw = {
        let quote = quote.clone();
        Callback::from(move |width: f64| drawing(&quote, width))
    };
    html! {
        <Panel title="When the context grows" {caption} {twin}>
            <Chart label="Bill and attention work against the size of the context" {draw} />
            if let Some(tokens) = over {
                <p class="small dim">
                    { format!("{} tokens are more than the window of {} holds.", format::int(tokens), quote.model) }
                </p>
            }
        </Panel>
    }
}

fn drawing(quote: &Quote, width: f64) -> Drawing {
    const TOP: f64 = 10.0;
    const BOTTOM: f64 = 120.0;
    let (left, right) = (44.0, (width - 118.0).max(120.0));
    let half = (right - left) / 6.0;
    let x = |i: usize| left + half * 2.0 * i as f64;
    let y = |v: f64| BOTTOM - (BOTTOM - TOP) * v.log2() / 6.0;
    let steps = steps(quote);
    let mut marks: Vec<Html> = Vec::new();
    for v in [1.0, 4.0, 16.0, 64.0] {
        marks.push(line(left, y(v), right, y(v), if v > 1.0 { "grid-line" } else { "axis-line" }));
        marks.push(label(left - 6.0, y(v) + 4.0, factor(v), Anchor::End, ""));
    }
    let bills: Vec<f64> = steps.iter().filter_map(|step| step.bill).collect();
    let work: Vec<f64> = steps.iter().map(|step| step.work as f64).collect();
    for (values, class, name) in
        [(work, "growth attention", "attention"), (bills, "growth bill", "input bill")]
    {
        let Some(last) = values.last() else { continue };
        marks.push(label(
            right + 10.0,
            y(*last) + 4.0,
            format!("{name} {}", factor(*last)),
            Anchor::Start,
            "strong",
        ));
        let places = values.iter().enumerate().map(|(i, v)| (px(x(i)), px(y(*v))));
        let points: Vec<String> = places.clone().map(|(x, y)| format!("{x},{y}")).collect();
        marks.push(html! {
            <g {class}>
                <polyline points={points.join(" ")} />
                { for places.map(|(cx, cy)| html! { <circle {cx} {cy} r="3" /> }) }
            </g>
        });
    }
    marks.push(label(x(1) - 8.0, y(4.0) - 6.0, "2× context, 4× work", Anchor::End, "mid"));
    let mut spots = Vec::new();
    for (i, step) in steps.into_iter().enumerate() {
        let tokens = format::plural(step.tokens, "token");
        let (text, anchor) = match i {
            0 => (tokens.clone(), Anchor::Start),
            _ => (format::int(step.tokens), Anchor::Middle),
        };
        marks.push(label(x(i), BOTTOM + 18.0, text, anchor, ""));
        spots.push(Spot {
            area: [x(i) - half, 0.0, half * 2.0, BOTTOM],
            title: tokens.into(),
            rows: vec![
                Fact::new("input bill", step.cost),
                Fact::new("attention work", factor(step.work as f64)),
            ],
        });
    }
    Drawing { height: BOTTOM + 28.0, marks: marks.into_iter().collect(), spots }
}
