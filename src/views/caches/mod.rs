//! The cache lab: what each cache would have saved on this traffic, and what it would have broken.

mod bar;
mod breaks;
mod capacity;
mod figures;
mod layers;
mod observed;
mod pairs;
mod providers;
mod review;
mod threshold;

use caching::lab::{Ask, Cache, Point, Question, Reply, Report};
use units::Money;
use yew::prelude::*;

use self::{layers::Layers, observed::Observed, pairs::Pairs, review::Mark, threshold::Threshold};
use crate::{
    client::{use_client, use_replay},
    state::{use_session, use_view},
    widgets::{Empty, IconName},
};

/// What a person has chosen and said.
#[derive(Clone, Debug, PartialEq)]
pub struct Lab {
    /// The replay. Its threshold stays: the line over the sweep is another's.
    pub ask: Ask,
    /// Where the line stands, in hundredths.
    pub line: u32,
    /// Where it stood when it was let go last: dearer replays follow only then.
    pub settled: u32,
    /// What a wrong answer costs.
    pub wrong_cost: Money,
    /// What was said of pairs.
    pub marks: Vec<Mark>,
}

impl Lab {
    /// The threshold at the line.
    pub fn threshold(&self) -> f64 {
        f64::from(self.line) / 100.0
    }
}

/// A cent.
const CENT: i128 = 10_000_000_000;

/// The screen.
#[component]
pub fn Caches() -> Html {
    let lab = use_state_eq(|| Lab {
        ask: Ask::default(),
        line: 95,
        settled: 95,
        wrong_cost: Money::from_picos(2 * CENT),
        marks: Vec::new(),
    });
    let (view, client, session) = (use_view(), use_client(), use_session());
    let filter = &view.view().filter;
    let replayed = use_replay(Some(Question::Replay(Box::new(lab.ask.clone()))), filter);
    let report = match replayed.reply.as_deref() {
        // The last good answer may be to a question about another cache.
        Some(Reply::Report(report)) if !replayed.stale || drawn(report) == drawn_by(lab.ask.cache) => {
            Some(&**report)
        }
        _ => None,
    };
    let was_open = std::mem::replace(&mut *use_mut_ref(|| false).borrow_mut(), replayed.stale);
    use_effect_with(lab.ask.clone(), {
        let client = client.clone();
        move |_| {
            // Nobody waits for it any more.
            if was_open {
                client.end_replay();
            }
        }
    });
    let stop = Callback::from(move |_: MouseEvent| client.stop_replay());
    let (done, of) = session.replaying;
    let working = replayed.stale.then(|| {
        let text = match of {
            0 => "Replaying…".to_owned(),
            of => {
                format!("Replaying: {} of {}", crate::format::int(done.into()), crate::format::int(of.into()))
            }
        };
        html! {
            <span class="caches-working" role="status">
                { text }<button type="button" class="btn sm" onclick={stop}>{ "Stop" }</button>
            </span>
        }
    });
    html! {
        <div class="caches sheet" aria-busy={replayed.stale.to_string()}>
            { bar::bar(&lab, working) }
            if let Some(error) = &replayed.error {
                <div class="state" role="alert"><p>{ error }</p>{ again(&lab) }</div>
            } else if let Some(report) = report {
                <div class={classes!("sheet", replayed.stale.then_some("stale"))}>{ body(&lab, report) }</div>
            } else {
                <div class="state" role="status">{ "Replaying the requests…" }</div>
            }
            if report.is_some_and(|report| report.requests > 0) {
                <div class="sheet caches-two">
                    <Layers ask={lab.ask.clone()} line={lab.settled} />
                    <Observed ask={lab.ask.clone()} />
                </div>
            }
        </div>
    }
}

/// Asks again after a stop.
fn again(lab: &UseStateHandle<Lab>) -> Html {
    let lab = lab.clone();
    // Another question of the same meaning: what is looked up takes no time that could be seen.
    let onclick = Callback::from(move |_: MouseEvent| {
        let mut next = (*lab).clone();
        next.ask.lookup_ms += 1e-9;
        lab.set(next);
    });
    html! { <button type="button" class="btn" {onclick}>{ "Replay again" }</button> }
}

/// Which picture a report is for.
fn drawn(report: &Report) -> u8 {
    match report {
        Report { layers, .. } if !layers.is_empty() => 3,
        Report { providers, .. } if !providers.is_empty() => 2,
        Report { curve, .. } if curve.iter().any(|point| point.threshold.is_some()) => 1,
        Report { curve, .. } if curve.iter().any(|point| point.blocks.is_some()) => 4,
        _ => 0,
    }
}

fn drawn_by(cache: Cache) -> u8 {
    match cache {
        Cache::Exact => 0,
        Cache::Prefix => 4,
        Cache::Similarity => 1,
        Cache::Prompt => 2,
        Cache::Stacked => 3,
    }
}

/// The point of the sweep at the line, or the nearest.
pub fn at_line(report: &Report, threshold: f64) -> Option<&Point> {
    let far = |point: &&Point| point.threshold.map_or(f64::INFINITY, |at| (at - threshold).abs());
    report.curve.iter().min_by(|a, b| far(a).total_cmp(&far(b)))
}

fn body(lab: &UseStateHandle<Lab>, report: &Report) -> Html {
    if report.requests == 0 {
        return html! {
            <Empty icon={IconName::Search} title="No request to replay">
                <p>{ "None of the requests that the filter lets through asked a model to write something." }</p>
            </Empty>
        };
    }
    let metrics = match lab.ask.cache {
        Cache::Similarity => at_line(report, lab.threshold()).map_or(report.metrics, |point| point.metrics),
        _ => report.metrics,
    };
    let compared = report.metrics.hits + report.metrics.misses;
    html! {
        <>
            { match lab.ask.cache {
                Cache::Similarity if compared == 0 => cannot(report),
                Cache::Similarity => html! {
                    <div class="sheet caches-cols">
                        <Threshold lab={lab.clone()} report={report.clone()} />
                        <Pairs lab={lab.clone()} similar={metrics.hits - metrics.exact} />
                    </div>
                },
                Cache::Exact if compared == 0 => cannot(report),
                Cache::Exact | Cache::Prefix => capacity::capacity(&lab.ask, report),
                Cache::Prompt => html! { <>{ providers::providers(report) }{ breaks::breaks(report) }</> },
                Cache::Stacked => Html::default(),
            } }
            { figures::figures(&metrics, report, lab.ask.cache) }
        </>
    }
}

/// Where nothing could be compared: which field the file lacks.
fn cannot(report: &Report) -> Html {
    html! {
        <Empty icon={IconName::Table} title="These requests cannot be compared">
            { for report.notes.iter().map(|note| html! { <p>{ note }</p> }) }
            <p>{ "The provider's cache, KV prefixes and all layers may still be replayed: counts and hashes are enough for them." }</p>
        </Empty>
    }
}
