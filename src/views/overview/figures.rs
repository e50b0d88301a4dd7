//! The key figures.

use engine::protocol::{CostSums, Overview, Percentiles};
use units::{Money, Provenance};
use yew::prelude::*;

use crate::{
    charts::mark,
    format::{self, int},
    widgets::Fig,
};

/// One figure, what belongs to it in small, and further figures under it.
struct Key {
    title: &'static str,
    value: Html,
    small: String,
    more: Vec<(&'static str, Html)>,
    /// Needs the room of four figures in a row.
    wide: bool,
}

/// The row of key figures.
pub fn figures(data: &Overview) -> Html {
    let keys = [
        requests(data),
        failed(data),
        cost(&data.cost),
        tokens(data),
        percentiles("Latency", "latency", data.latency.as_ref(), "No duration in these files."),
        percentiles(
            "Time to first token",
            "ttft",
            data.ttft.as_ref(),
            "No time of the first token in these files.",
        ),
        speed(data),
    ];
    html! { <section class="keys" aria-label="Key figures">{ for keys.into_iter().map(draw) }</section> }
}

fn draw(key: Key) -> Html {
    html! {
        <div class={classes!("key", key.wide.then_some("wide"))}>
            <h2>{ key.title }</h2>
            <div class="value">{ key.value }<small>{ key.small }</small></div>
            <div class="more">{ for key.more.into_iter().map(|(name, value)| html! { <span><i>{ name }</i>{ value }</span> }) }</div>
        </div>
    }
}

/// A figure that tests and other programs can find: its raw value beside the text.
pub fn fig(name: &'static str, raw: impl ToString, text: Html) -> Html {
    html! { <span data-fig={name} data-value={raw.to_string()}>{ text }</span> }
}

fn count(name: &'static str, n: u64) -> Html {
    fig(name, n, html! { int(n) })
}

/// A figure that no file tells.
fn unknown(title: &'static str, why: &'static str) -> Key {
    let value = html! { <span class="u-unknown">{ "unknown" }</span> };
    Key { title, value, small: String::new(), more: vec![(why, html! {})], wide: true }
}

fn requests(data: &Overview) -> Key {
    let mut more = vec![];
    if data.traces > 0 {
        more.push(("traces", count("traces", data.traces)));
    }
    let small = if data.requests < data.of { format!("of {}", int(data.of)) } else { String::new() };
    Key { title: "Requests", value: count("requests", data.requests), small, more, wide: false }
}

fn failed(data: &Overview) -> Key {
    let parts = [
        ("rate limited", "rate_limited", data.rate_limited),
        ("cancelled", "cancelled", data.cancelled),
        ("retried", "retried", data.retried),
    ];
    let more = parts.into_iter().filter(|p| p.2 > 0).map(|(name, key, n)| (name, count(key, n)));
    let mut more: Vec<_> = more.collect();
    if more.is_empty() {
        more.push(("none retried", html! {}));
    }
    let share = data.errors as f64 / data.requests.max(1) as f64;
    let small = if data.errors > 0 { format::percent(share, 2) } else { String::new() };
    Key { title: "Failed", value: count("errors", data.errors), small, more, wide: false }
}

fn cost(cost: &CostSums) -> Key {
    let money = |amount: Money| html! { format::money(amount) };
    let mut more = vec![];
    if let Some(reported) = cost.reported {
        let text = html! { <>{ money(reported) }{ format!(" ({} calls)", int(cost.reported_calls)) }</> };
        more.push(("reported", fig("cost_reported", reported, text)));
        // Two sums over different calls do not differ: they are about different things.
        if let Some(computed) = cost.computed.filter(|_| cost.priced_calls == cost.reported_calls) {
            let difference = computed - reported;
            more.push((
                "difference",
                fig(
                    "cost_difference",
                    difference,
                    if difference == Money::ZERO {
                        html! { "none" }
                    } else {
                        money(difference)
                    },
                ),
            ));
        }
    }
    if cost.unpriced_calls > 0 || more.is_empty() {
        more.insert(0, ("unpriced calls", count("unpriced_calls", cost.unpriced_calls)));
    }
    let value = match cost.computed {
        Some(sum) => {
            let text = html! { <Fig text={format::money(sum)} from={Provenance::Counted} note="Tokens times price, exact" /> };
            fig("cost", sum, text)
        }
        None => html! { <span class="u-unknown" data-fig="cost">{ "unpriced" }</span> },
    };
    Key { title: "Cost", value, small: String::new(), more, wide: false }
}

fn tokens(data: &Overview) -> Key {
    let sums = &data.tokens;
    if sums.unknown_calls == data.requests {
        return Key { wide: false, ..unknown("Tokens", "No token counts in these files.") };
    }
    let text =
        html! { <Fig text={format::tokens(sums.total())} from={sums.from} note={int(sums.total())} /> };
    let mut more = vec![];
    if sums.input > 0 && sums.cache_read_told {
        let share = sums.cache_read as f64 / sums.input as f64;
        more.push(("cached input", html! { mark::share(share) }));
    }
    more.push(match sums.unknown_output + sums.unknown_calls {
        n if n == data.requests => ("out", html! { <span class="u-unknown">{ "unknown" }</span> }),
        _ => ("out", html! { format::tokens(sums.output) }),
    });
    let unknown = sums.unknown_calls + sums.unknown_input + sums.unknown_output;
    if unknown > 0 {
        more.push(("unknown calls", count("unknown_calls", unknown)));
    }
    Key { title: "Tokens", value: fig("tokens", sums.total(), text), small: String::new(), more, wide: false }
}

/// The names of the figures of one set of percentiles, for [`fig`].
fn names(set: &str) -> [&'static str; 5] {
    match set {
        "latency" => ["latency_p50", "latency_p90", "latency_p95", "latency_p99", "latency_n"],
        _ => ["ttft_p50", "ttft_p90", "ttft_p95", "ttft_p99", "ttft_n"],
    }
}

fn percentiles(title: &'static str, set: &str, p: Option<&Percentiles>, why: &'static str) -> Key {
    let Some(p) = p else { return unknown(title, why) };
    let [p50, p90, p95, p99, n] = names(set);
    let ms = |name, v| fig(name, v, html! { format::ms(v) });
    Key {
        title,
        value: html! { <>{ ms(p50, p.p50) }<small>{ "p50, n " }{ count(n, p.n) }</small></> },
        small: String::new(),
        more: vec![("p90", ms(p90, p.p90)), ("p95", ms(p95, p.p95)), ("p99", ms(p99, p.p99))],
        wide: true,
    }
}

fn speed(data: &Overview) -> Key {
    let gaps = |p: &Percentiles| {
        vec![
            ("inter-token p50", fig("itl_p50", p.p50, html! { format::ms(p.p50) })),
            ("p99", fig("itl_p99", p.p99, html! { format::ms(p.p99) })),
        ]
    };
    let more = data.itl.as_ref().map(gaps).unwrap_or_default();
    match &data.rate {
        Some(rate) => Key {
            title: "Output tokens per second",
            value: fig("rate_p50", rate.p50, html! { format::rate(rate.p50) }),
            small: format!("p50, n {}", int(rate.n)),
            more,
            wide: true,
        },
        None => unknown("Output tokens per second", "Needs output tokens and a duration."),
    }
}
