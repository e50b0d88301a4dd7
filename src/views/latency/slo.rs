//! What was promised, and which requests keep it.

use engine::protocol::{Answer, Command, Goodput, LatencyAsk, Phase, Slo};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::{
    charts::mark::{phase_fill, share},
    client::use_query,
    format,
    state::use_view,
    widgets::{Panel, TableTwin},
};

/// The names in the address, on screen, and what holds if nobody says otherwise (ms).
const PROMISES: [(&str, &str, f64); 3] = [
    ("ttft", "Time to first token at most", 500.0),
    ("itl", "Inter-token latency at most", 50.0),
    ("e2e", "End to end at most", 10_000.0),
];
/// The word in the address for no promise at all.
const ANY: &str = "any";

/// What is promised, in ms; `None` is no limit.
type Promises = [Option<f64>; 3];

/// What [`ServiceLevel`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Which requests.
    pub ask: LatencyAsk,
    /// The smallest and the largest of each measure; `None` if the files do not tell it.
    pub measures: [Option<(f64, f64)>; 3],
}

fn read(text: &str) -> Promises {
    let slo: Slo = match text {
        "" => return PROMISES.map(|(_, _, ms)| Some(ms)),
        text => text.parse().unwrap_or_default(),
    };
    [slo.ttft.map(units::Nanos::as_ms), slo.itl_ms, slo.e2e.map(units::Nanos::as_ms)]
}

fn written(promises: &Promises) -> String {
    let one = |((key, ..), ms): (&(&str, &str, f64), &Option<f64>)| Some(format!("{key}={}ms", (*ms)?));
    PROMISES.iter().zip(promises).filter_map(one).collect::<Vec<_>>().join(",")
}

/// The places of a slider: round values around what was measured and what is promised as a rule. Behind the last one
/// there is no limit.
fn places((low, high): (f64, f64), usual: f64) -> Vec<f64> {
    let (low, high) = (low.min(usual) / 2.0, high.max(usual) * 1.5);
    const STEPS: [f64; 10] = [1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0];
    let all = (-3..8).flat_map(|power| {
        // Divided, small powers of ten stay as round as they are written.
        STEPS.map(|step| if power < 0 { step / 10f64.powi(-power) } else { step * 10f64.powi(power) })
    });
    let all: Vec<f64> = all.collect();
    let from = all.partition_point(|&v| v <= low).saturating_sub(1);
    let to = all.partition_point(|&v| v < high);
    all[from.min(all.len() - 1)..(to + 1).min(all.len())].to_vec()
}

/// The panel. While a slider moves, only this panel follows; the address has the place where it is left.
#[component]
pub fn ServiceLevel(props: &Props) -> Html {
    let view = use_view();
    let said = view.view().slo.clone();
    let promises = use_state_eq(|| read(&said));
    use_effect_with(said, {
        let promises = promises.setter();
        move |said| promises.set(read(said))
    });
    // Nobody keeps or breaks what was not measured.
    let mut told = *promises;
    for (promise, measured) in told.iter_mut().zip(&props.measures) {
        *promise = promise.filter(|_| measured.is_some());
    }
    let ask = LatencyAsk { slo: written(&told), ..props.ask.clone() };
    let query = use_query(Some(Command::Goodput(Box::new(ask))));
    let goodput = match query.answer.as_deref() {
        Some(Answer::Goodput(goodput)) => **goodput,
        _ => Goodput::default(),
    };
    let broken = [goodput.broke_ttft, goodput.broke_itl, goodput.broke_e2e];
    let slider = |i: usize| {
        let (key, name, usual) = PROMISES[i];
        let Some(range) = props.measures[i] else {
            return html! { <p class="slo"><span>{ name }</span><span class="u-unknown">{ "not in these files" }</span></p> };
        };
        let places = places(range, usual);
        let last = places.len();
        let at = promises[i].map_or(last, |ms| places.iter().position(|&v| v >= ms).unwrap_or(last - 1));
        let value = promises[i].map_or("no limit".to_owned(), format::ms);
        let moved = {
            let (promises, places) = (promises.clone(), places.clone());
            move |event: &Event| {
                let to = event.target_unchecked_into::<HtmlInputElement>().value_as_number() as usize;
                let mut now = *promises;
                now[i] = places.get(to).copied();
                now
            }
        };
        let oninput = {
            let (moved, promises) = (moved.clone(), promises.clone());
            move |event: InputEvent| promises.set(moved(&event))
        };
        let onchange = {
            let view = view.clone();
            move |event: Event| {
                let text = written(&moved(&event));
                view.update(|v| v.slo = if text.is_empty() { ANY.to_owned() } else { text });
            }
        };
        html! {
            <div class="slo">
                <label for={format!("slo-{key}")}>{ name }</label><output>{ &value }</output>
                <input type="range" id={format!("slo-{key}")} min="0" max={last.to_string()} step="1" value={at.to_string()}
                    aria-valuetext={value.clone()} {oninput} {onchange} />
                <p><span>{ format::ms(places[0]) }</span>
                    <span data-fig={format!("broke_{key}")} data-value={broken[i].to_string()}>{ format!("{} miss", format::int(broken[i])) }</span>
                    <span>{ "no limit" }</span></p>
            </div>
        }
    };
    let tokens = (goodput.tokens > 0).then(|| goodput.good_tokens as f64 / goodput.tokens as f64);
    let part = |part: Option<f64>| part.map_or("unknown".to_owned(), share);
    // Until the first answer nothing is known, and zeros would say otherwise.
    let waits = query.stale || query.answer.is_none() && query.error.is_none();
    let class = classes!("service", waits.then_some("stale"));
    html! {
        <Panel title="Service level" caption={html! { "a request is good if it succeeds and keeps all" }} {class} twin={twin(&goodput)}>
            <div class="good">
                <div><p class="small dim">{ "Goodput" }</p><p class="most" data-fig="goodput" data-value={goodput.good.to_string()}>{ part(goodput.share()) }</p></div>
                <div><p class="small dim">{ "By output token" }</p><p class="second" data-fig="goodput_tokens" data-value={goodput.good_tokens.to_string()}>{ part(tokens) }</p></div>
            </div>
            <p class="mid">{ rates(&goodput) }</p>
            { for (0..PROMISES.len()).map(slider) }
            { breakers(&goodput) }
        </Panel>
    }
}

fn rates(goodput: &Goodput) -> String {
    match (goodput.requests_per_second(), goodput.tokens_per_second()) {
        (Some(requests), Some(tokens)) => format!(
            "{} good requests and {} of their output tokens per second.",
            format::rate(requests),
            format::rate(tokens)
        ),
        _ => "Per second unknown: no request tells when it began and ended.".to_owned(),
    }
}

/// Which phase breaks a promise, how often.
fn breakers(goodput: &Goodput) -> Html {
    let mut counts: Vec<(Phase, u64)> =
        Phase::ALL.into_iter().zip(goodput.breakers).filter(|(_, n)| *n > 0).collect();
    counts.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let most = counts.first().map_or(1, |(_, n)| *n) as f64;
    let missed: u64 = counts.iter().map(|(_, n)| n).sum();
    let bar = |(phase, n): &(Phase, u64)| {
        html! {
            <li>
                <span>{ phase.label() }</span>
                <svg width="100%" height="14" aria-hidden="true">
                    <rect class="mark" width={format!("{:.2}%", *n as f64 / most * 100.0)} height="14" fill={phase_fill(*phase)} />
                </svg>
                <b class="num">{ format::int(*n) }</b>
            </li>
        }
    };
    let mut rest = Vec::new();
    for (n, what) in [(goodput.failed, "failed"), (goodput.unmeasured, "could not be measured")] {
        if n > 0 {
            rest.push(format!("; {} {what}", format::int(n)));
        }
    }
    html! {
        <>
            <h3>{ "Which phase breaks it" }</h3>
            <p class="small dim">{ "largest phase of the time that the first broken promise is about" }</p>
            <ul class="often">{ for counts.iter().map(bar) }</ul>
            <p class="small dim note">{ format!("{} of {} miss{}", format::int(missed), format::plural(goodput.n, "request"), rest.concat()) }</p>
        </>
    }
}

fn twin(goodput: &Goodput) -> TableTwin {
    let mut rows: Vec<(String, u64)> = [
        ("Requests", goodput.n),
        ("Good", goodput.good),
        ("Failed", goodput.failed),
        ("Not measured", goodput.unmeasured),
        ("Broke time to first token", goodput.broke_ttft),
        ("Broke inter-token latency", goodput.broke_itl),
        ("Broke end to end", goodput.broke_e2e),
        ("Output tokens", goodput.tokens),
        ("Output tokens of good requests", goodput.good_tokens),
    ]
    .map(|(name, n)| (name.to_owned(), n))
    .to_vec();
    rows.extend(
        Phase::ALL
            .into_iter()
            .zip(goodput.breakers)
            .map(|(phase, n)| (format!("Broken by {}", phase.label()), n)),
    );
    TableTwin {
        columns: ["What", "n"].map(AttrValue::from).to_vec(),
        rows: rows.into_iter().map(|(name, n)| vec![name.into(), format::int(n).into()]).collect(),
        numeric: vec![false, true],
    }
}
