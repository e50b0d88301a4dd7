use engine::protocol::{Choice, FileId, ProblemCode, Unit};
use yew::prelude::*;

use crate::client::Client;
use crate::format;
use crate::state::Session;
use crate::widgets::{Icon, IconName};

const UNITS: [(Unit, &str); 4] = [
    (Unit::Ms, "Milliseconds"),
    (Unit::Us, "Microseconds"),
    (Unit::Ns, "Nanoseconds"),
    (Unit::S, "Seconds, as they were read"),
];

/// Asks for the unit of times that name none and seem to be no seconds, until it is told.
pub fn unit_question(session: &Session, client: &Client) -> Html {
    let all = &session.info.files;
    let is_asked = |i: &usize| all[*i].problems.iter().any(|p| p.code == ProblemCode::UnitUnknown);
    let files: Vec<FileId> = (0..all.len()).filter(is_asked).map(|i| FileId(i as u32)).collect();
    let Some(first) = files.first().filter(|_| !session.reading) else { return Html::default() };
    let others = match files.len() - 1 {
        0 => String::new(),
        n => format!(" and of {}", format::plural(n as u64, "other file")),
    };
    html! {
        <div class="callout" role="status">
            <Icon name={IconName::Clock} />
            <p class="grow">
                { format!("The times of {}{others} are all above 1,000 and name no unit. They were read as seconds; \
                           what are they?", all[first.0 as usize].name) }
            </p>
            <div class="answers">
                { for UNITS.into_iter().map(|(unit, name)| {
                    let (client, files) = (client.clone(), files.clone());
                    let onclick = Callback::from(move |_: MouseEvent| client.read_as(&files, &Choice::Unit(unit)));
                    html! { <button type="button" class="btn sm" {onclick}>{ name }</button> }
                }) }
            </div>
        </div>
    }
}
