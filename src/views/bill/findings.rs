//! What money may be saved on.

use engine::protocol::{BillSheet, Finding};
use units::Money;
use yew::prelude::*;

use super::{Options, dearest::calls, field::field};
use crate::{
    charts::mark,
    format::{money, plural},
    state::ViewHandle,
    widgets::{Fig, Panel},
};

/// The panel.
pub fn findings(data: &BillSheet, view: &ViewHandle, options: &UseStateHandle<Options>) -> Html {
    let threshold = {
        let options = options.clone();
        move |text: String| {
            if let Ok(percent) = text.trim().parse::<f64>() {
                let wasteful = (percent.clamp(0.0, 100.0) * 10.0) as u16;
                options.set(Options { wasteful, ..(*options).clone() });
            }
        }
    };
    let percent = f64::from(options.wasteful) / 10.0;
    html! {
        <Panel id="findings" class="bill-findings" title="Findings" caption="by dollars at stake; savings overlap, so no sum">
            <div class="bill-controls">{ field("A component is wasteful above, % of all tokens", "number", percent.to_string().into(), "30", threshold) }</div>
            if data.findings.is_empty() {
                <p class="mid">{ "None of what is looked for was found: components above the threshold, instructions that no cache holds, prompts just too short for a cache, hour-long writes that nothing reads, reasoning that is most of the output, oversized prompts, failed attempts and repeated prompts. Components and prompts are seen only where the files hold texts." }</p>
            }
            { for data.findings.iter().map(|finding| one(finding, data.total.unwrap_or_default(), view)) }
        </Panel>
    }
}

fn one(finding: &Finding, whole: Money, view: &ViewHandle) -> Html {
    let share = if whole > Money::ZERO {
        mark::share(finding.amount.to_f64() / whole.to_f64())
    } else {
        String::new()
    };
    html! {
        <article class="finding" data-kind={finding.kind.clone()}>
            <div class="amt"><Fig text={money(finding.amount)} from={finding.from} /><small>{ format!("{share} of bill") }</small></div>
            <div>
                <h3>{ &finding.head }</h3>
                <p>{ &finding.body }</p>
                <details>
                    <summary>{ format!("Show {}", plural(finding.calls, "call")) }</summary>
                    { calls(&finding.proof, view) }
                    if (finding.proof.len() as u64) < finding.calls {
                        <p>{ format!("The {} with most at stake.", finding.proof.len()) }</p>
                    }
                </details>
                <details><summary>{ "How to verify" }</summary><p>{ &finding.verify }</p></details>
            </div>
        </article>
    }
}
