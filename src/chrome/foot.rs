use units::Provenance;
use yew::prelude::*;

use crate::format;
use crate::state::use_session;
use crate::widgets::{Icon, IconName, Prov};

const PROVENANCES: [Provenance; 5] = [
    Provenance::Reported,
    Provenance::Counted,
    Provenance::Estimated,
    Provenance::Simulated,
    Provenance::Unknown,
];

/// The promise and its proof, what the marks on figures mean, and how the engine is.
#[component]
pub fn Foot() -> Html {
    let session = use_session();
    let (own, foreign) = session.traffic();
    let engine = match session.pulse {
        None => "Engine starting".to_owned(),
        Some(_) if session.reading => "Engine reading".to_owned(),
        Some(pulse) if session.counting => format!("Engine counting, {}", format::bytes(pulse.memory as u64)),
        Some(pulse) => format!("Engine ready, {}", format::bytes(pulse.memory as u64)),
    };
    html! {
        <footer class="foot">
            <span title={format!("As this browser records them since the page was opened, in the page and in its \
                engine: {own} to the place the page came from, {foreign} to anywhere else")}>
                <Icon name={IconName::Lock} class="ok" />
                <b>{ "Nothing leaves this page." }</b>
                <span class={(foreign > 0).then_some("error")}>
                    { format!("{} to other origins", format::plural(foreign.into(), "request")) }
                </span>
                <span class="dim wide">{ format!("{} to its own", format::int(own.into())) }</span>
            </span>
            <span class="grow" />
            { for PROVENANCES.into_iter().map(|from| html! { <span class="wide"><Prov {from} word=true /></span> }) }
            <span class="grow wide" />
            <span>{ engine }</span>
        </footer>
    }
}
