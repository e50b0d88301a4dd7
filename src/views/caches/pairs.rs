//! The pairs nearest to the line, or a sample of all that hit, side by side, for a person to say which are wrong.

use caching::{
    false_hits::Finding,
    lab::{Choice, PairView, Question, Reply, Run},
};
use engine::protocol::CallId;
use yew::prelude::*;

use super::{Lab, review::Mark};
use crate::{
    client::use_replay,
    format::{int, percent, plural},
    route::Screen,
    state::{ViewHandle, use_view},
    widgets::{Panel, Seg, TableTwin},
};

/// Pairs that are shown.
const SHOWN: u32 = 6;
/// Pairs of a sample, from which those that were reviewed go.
const SAMPLE: u32 = 60;

/// What [`Pairs`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What was chosen.
    pub lab: UseStateHandle<Lab>,
    /// Similar hits at the line.
    pub similar: u64,
}

/// The panel.
#[component]
pub fn Pairs(props: &Props) -> Html {
    let lab = &props.lab;
    let view = use_view();
    let sample = use_state_eq(|| false);
    let choice =
        Choice { threshold: lab.threshold(), sample: *sample, count: if *sample { SAMPLE } else { SHOWN } };
    let replayed = use_replay(Some(Question::Pairs(Box::new(lab.ask.clone()), choice)), &view.view().filter);
    let pairs: &[PairView] = match replayed.reply.as_deref() {
        Some(Reply::Pairs(pairs)) => pairs,
        _ => &[],
    };
    let open = |pair: &&PairView| !*sample || mark_of(lab, pair).is_none();
    let shown: Vec<&PairView> = pairs.iter().filter(open).take(SHOWN as usize).collect();
    let wrong = lab.marks.iter().filter(|mark| mark.wrong).count() as u64;
    let caption = match lab.marks.len() as u64 {
        0 => "none reviewed yet".to_owned(),
        n => format!("{} reviewed by you, {} wrong", int(n), int(wrong)),
    };
    let options = vec![("Nearest".into(), !*sample), ("To review".into(), *sample)];
    let onchange = {
        let sample = sample.clone();
        Callback::from(move |i: usize| sample.set(i == 1))
    };
    let actions = html! { <Seg label="Which pairs" small=true {options} {onchange} /> };
    // Where the line lies among the pairs.
    let cut = shown.iter().position(|pair| pair.similarity < lab.threshold() - 1e-9).unwrap_or(shown.len());
    let line = || html! { <div class="caches-cut"><span>{ format!("threshold {:.2}", lab.threshold()) }</span></div> };
    html! {
        <Panel title={if *sample { "A sample of similar hits" } else { "Pairs nearest to the line" }} {caption} {actions} twin={twin(lab, pairs)}>
            if shown.is_empty() {
                <p class="mid">{ match (replayed.stale, *sample && !pairs.is_empty()) {
                    (true, _) => "Looking for pairs…",
                    (_, true) => "All pairs of the sample have been reviewed.",
                    _ => "No two prompts are as similar as the lowest threshold asks.",
                } }</p>
            } else {
                <div class={classes!(replayed.stale.then_some("stale"))}>
                    if *sample {
                        <p class="small mid">{ format!("Spread evenly over {} at the line, so that the share of wrong ones holds for all of them.", plural(props.similar, "similar hit")) }</p>
                    }
                    <div class="caches-head" aria-hidden="true"><span>{ "Alike" }</span><span>{ "Cached prompt" }</span><span>{ "New prompt" }</span></div>
                    { for shown.iter().enumerate().map(|(i, pair)| html! {
                        <>
                            if i == cut && !*sample { { line() } }
                            { row(lab, &view, pair) }
                        </>
                    }) }
                    if cut == shown.len() && !*sample { { line() } }
                </div>
            }
        </Panel>
    }
}

fn mark_of<'a>(lab: &'a Lab, pair: &PairView) -> Option<&'a Mark> {
    lab.marks.iter().find(|mark| mark.pair == (pair.source, pair.request))
}

fn row(lab: &UseStateHandle<Lab>, view: &ViewHandle, pair: &PairView) -> Html {
    let said = mark_of(lab, pair).map(|mark| mark.wrong);
    let say = |wrong: bool, text: &'static str| {
        let lab = lab.clone();
        let mark = Mark { pair: (pair.source, pair.request), similarity: pair.similarity, wrong };
        let pressed = said == Some(wrong);
        let onclick = Callback::from(move |_: MouseEvent| {
            let mut next = (*lab).clone();
            next.marks.retain(|other| other.pair != mark.pair);
            if !pressed {
                next.marks.push(mark);
            }
            lab.set(next);
        });
        html! { <button type="button" class="btn quiet sm" aria-pressed={pressed.to_string()} {onclick}>{ text }</button> }
    };
    html! {
        <div class="caches-pair" role="group" aria-label={format!("Requests {} and {}", pair.source, pair.request)}>
            <b>{ format!("{:.3}", pair.similarity) }</b>
            <p>{ for pair.first.iter().map(|run| words(run, true)) }</p>
            <p>{ for pair.second.iter().map(|run| words(run, false)) }</p>
            <div class="small dim">
                if pair.findings.is_empty() {
                    <span>{ "nothing suspicious found" }</span>
                }
                { for pair.findings.iter().map(|finding| html! { <span class="tag warn">{ sign(finding) }</span> }) }
                if let Some(alike) = pair.answers_alike {
                    <span>{ format!("answers alike {}", percent(alike, 0)) }</span>
                }
                <span>{ "requests " }{ call(view, pair.source) }{ " and " }{ call(view, pair.request) }</span>
                <span class="grow"></span>
                { say(false, "Same answer") }{ say(true, "Wrong") }
            </div>
        </div>
    }
}

/// A request by its number, which leads to it.
pub fn call(view: &ViewHandle, id: u32) -> Html {
    let view = view.clone();
    let onclick = Callback::from(move |_: MouseEvent| {
        view.update(|v| (v.screen, v.call) = (Screen::Requests, Some(CallId(id))));
    });
    html! { <button type="button" class="link" {onclick}>{ int(id.into()) }</button> }
}

fn words(run: &Run, first: bool) -> Html {
    match (run.differs, first) {
        (false, _) => html! { <>{ &run.text }{ " " }</> },
        (true, true) => html! { <><del>{ &run.text }</del>{ " " }</> },
        (true, false) => html! { <><ins>{ &run.text }</ins>{ " " }</> },
    }
}

fn sign(finding: &Finding) -> String {
    let both = [&finding.first, &finding.second].into_iter().filter(|words| !words.is_empty()).cloned();
    let both: Vec<String> = both.collect();
    format!("{}: {}", finding.sign.describe(), both.join("; "))
}

fn twin(lab: &Lab, pairs: &[PairView]) -> Option<TableTwin> {
    let text = |runs: &[Run]| runs.iter().map(|run| run.text.as_str()).collect::<Vec<_>>().join(" ");
    let row = |pair: &PairView| {
        [
            format!("{:.3}", pair.similarity),
            int(pair.source.into()),
            int(pair.request.into()),
            text(&pair.first),
            text(&pair.second),
            pair.findings.iter().map(sign).collect::<Vec<_>>().join("; "),
            match mark_of(lab, pair) {
                None => "not reviewed",
                Some(Mark { wrong: true, .. }) => "wrong",
                Some(_) => "same answer",
            }
            .to_owned(),
        ]
        .map(AttrValue::from)
        .to_vec()
    };
    (!pairs.is_empty()).then(|| TableTwin {
        columns: ["Alike", "Request", "And", "Cached prompt", "New prompt", "Signs", "Reviewed"]
            .map(AttrValue::from)
            .to_vec(),
        rows: pairs.iter().map(row).collect(),
        numeric: vec![true, true, true, false, false, false, false],
    })
}
