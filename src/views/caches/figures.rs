//! The figures of the document's cache, with what to know of them.

use caching::lab::{Cache, Metrics, Report};
use units::{Money, Provenance};
use yew::prelude::*;

use crate::{
    format::{self, int, percent},
    widgets::Fig,
};

/// An amount; nothing is `$0`.
pub fn usd(amount: Money) -> String {
    if amount == Money::ZERO { "$0".to_owned() } else { format::money(amount) }
}

/// What is saved: an amount, or from the least to the most where the rules leave it open.
pub fn saved(least: Option<Money>, most: Option<Money>) -> Option<String> {
    let least = least?;
    Some(match most.filter(|most| *most != least) {
        Some(most) => format!("{} to {}", usd(least), usd(most)),
        None => usd(least),
    })
}

/// The row of figures.
pub fn figures(metrics: &Metrics, report: &Report, cache: Cache) -> Html {
    let rate = |rate: Option<f64>| rate.map(|rate| percent(rate, 2));
    let mut rows: Vec<(&'static str, Option<String>, Option<String>)> = vec![
        ("hits", Some(int(metrics.hits)), Some(metrics.hits.to_string())),
        ("misses", Some(int(metrics.misses)), Some(metrics.misses.to_string())),
        ("hit_rate", rate(metrics.by_request), metrics.by_request.map(|rate| rate.to_string())),
        ("by token", rate(metrics.by_token), metrics.by_token.map(|rate| rate.to_string())),
    ];
    if cache != Cache::Prefix {
        rows.push(("by dollar", rate(metrics.by_dollar), None));
    }
    if matches!(cache, Cache::Exact | Cache::Similarity | Cache::Stacked) {
        rows.push(("avg_hit_latency", metrics.hit_ms.map(format::ms), None));
        rows.push(("avg_miss_latency", metrics.miss_ms.map(format::ms), None));
        rows.push(("latency_improvement", rate(metrics.improvement), None));
    }
    if cache != Cache::Prefix {
        let exact = metrics.saved.map(|saved| saved.to_string());
        rows.push(("cost_saved", saved(metrics.saved, metrics.saved_most), exact));
    }
    html! {
        <section class="panel" aria-label="Figures of the replay">
            <dl class="caches-metrics">
                { for rows.into_iter().map(|(name, text, value)| html! {
                    <div>
                        <dt class="mono">{ name }</dt>
                        <dd data-fig={format!("cache-{name}")} data-value={value}>
                            { match text {
                                Some(text) => html! { <Fig {text} from={Provenance::Simulated} /> },
                                None => html! { <span class="u-unknown">{ "unknown" }</span> },
                            } }
                        </dd>
                    </div>
                }) }
            </dl>
            if !report.abstained.is_empty() || !report.notes.is_empty() {
                <ul class="caches-notes small mid">
                    { for report.abstained.iter().map(|(rule, count)| html! {
                        <li><span class="tag warn">{ "nothing is told" }</span>{ format!(" {}: {rule}", format::plural(*count, "request")) }</li>
                    }) }
                    { for report.notes.iter().map(|note| html! { <li>{ note }</li> }) }
                </ul>
            }
        </section>
    }
}
