//! Which spans are a phase: the rules, to be read and changed.

use engine::protocol::{Phase, Rule, Rules, When};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::{
    format,
    widgets::{Icon, IconName, Panel, Select},
};

/// The panel. `own` are the user's rules as text, if there are any; `changed` is told the new ones, `None` for those
/// that hold if nobody says others.
pub fn rules(own: Option<&str>, changed: &Callback<Option<String>>) -> Html {
    let rules: Rules = own.and_then(|text| text.parse().ok()).unwrap_or_default();
    let set = {
        let changed = changed.clone();
        move |rules: Rules| changed.emit((rules != Rules::default()).then(|| rules.to_string()))
    };
    let change = {
        let (rules, set) = (rules.clone(), set.clone());
        move |edit: &dyn Fn(&mut Vec<Rule>)| {
            let mut rules = rules.clone();
            edit(&mut rules.0);
            set(rules);
        }
    };
    let add = {
        let change = change.clone();
        move |_: MouseEvent| {
            let rule = Rule { when: When::Name(String::new()), phase: Phase::Preprocessing };
            change(&|rules| rules.insert(0, rule.clone()));
        }
    };
    let reset = {
        let changed = changed.clone();
        move |_: MouseEvent| changed.emit(None)
    };
    let whose = if own.is_some() { "yours, kept in this browser" } else { "standard" };
    let caption = format!(
        "{}, {whose}; the first that fits a span decides",
        format::plural(rules.0.len() as u64, "rule")
    );
    let actions = html! {
        <>
            <button type="button" class="btn sm" onclick={add}>{ "Add a rule" }</button>
            <button type="button" class="btn sm" onclick={reset} disabled={own.is_none()}>{ "Standard rules" }</button>
        </>
    };
    html! {
        <Panel title="Rules for phases" caption={html! { caption }} {actions} class="rules">
            <p class="small dim">{ "A span that a rule names is that phase as a whole, except for the model calls in it: these are divided by their own queue, load, first token and end. Time of no span is preprocessing before the first call, postprocessing after the last, and unattributed between." }</p>
            <details open={own.is_some()}>
                <summary>{ "Show the rules" }</summary>
                <ol>{ for rules.0.iter().enumerate().map(|(i, rule)| row(i, rule, &change)) }</ol>
                <p class="small dim">{ "Names are compared without case and separators; a * at either end stands for anything." }</p>
            </details>
        </Panel>
    }
}

fn row(i: usize, rule: &Rule, change: &(impl Fn(&dyn Fn(&mut Vec<Rule>)) + Clone + 'static)) -> Html {
    let (what, value) = rule.when.parts();
    let names = |all: &[&'static str]| -> Vec<AttrValue> { all.iter().map(|&name| name.into()).collect() };
    let place = |all: &[&str], one: &str| all.iter().position(|&name| name == one).unwrap_or(0);
    let kinds: Vec<&'static str> = When::kinds().collect();
    // A rule of that text, where there can be one.
    let set = {
        let change = change.clone();
        move |what: &str, value: &str| {
            if let Ok(when) = When::new(what, value) {
                change(&|rules| rules[i].when = when.clone());
            }
        }
    };
    let on_what = {
        let (set, value, first) = (set.clone(), value.to_owned(), kinds[0]);
        Callback::from(move |to: usize| match When::WHATS[to] {
            "kind" => set("kind", first),
            what => set(what, &value),
        })
    };
    let on_kind = {
        let (set, kinds) = (set.clone(), kinds.clone());
        Callback::from(move |to: usize| set("kind", kinds[to]))
    };
    let on_text =
        move |event: Event| set(what, event.target_unchecked_into::<HtmlInputElement>().value().trim());
    let on_phase = {
        let change = change.clone();
        Callback::from(move |to: usize| change(&|rules| rules[i].phase = Phase::ALL[to]))
    };
    let remove = {
        let change = change.clone();
        move |_: MouseEvent| change(&|rules| _ = rules.remove(i))
    };
    let nth = i + 1;
    html! {
        <li>
            <label><span class="vh">{ format!("Rule {nth} looks at") }</span>
                <Select options={names(&When::WHATS)} chosen={place(&When::WHATS, what)} onchange={on_what} field="what" /></label>
            if what == "kind" {
                <label><span class="vh">{ format!("Kind of rule {nth}") }</span>
                    <Select options={names(&kinds)} chosen={place(&kinds, value)} onchange={on_kind} field="kind" /></label>
            } else {
                <label class="field"><span class="vh">{ format!("Text of rule {nth}") }</span>
                    <input type="text" value={value.to_owned()} onchange={on_text} autocomplete="off" data-field="text" /></label>
            }
            <span class="dim">{ "is" }</span>
            <label><span class="vh">{ format!("Phase of rule {nth}") }</span>
                <Select options={names(&Phase::ALL.map(Phase::label))} chosen={rule.phase as usize} onchange={on_phase} field="phase" /></label>
            <button type="button" class="btn quiet sm" title="Remove" onclick={remove}>
                <Icon name={IconName::Close} /><span class="vh">{ format!("Remove rule {nth}") }</span>
            </button>
        </li>
    }
}
