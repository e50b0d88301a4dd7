//! All that is known of one call.

use engine::protocol::{Answer, CallId, Command, Detail};
use yew::prelude::*;

use super::{bill::BillPanel, fields, messages::Messages, phases::PhasePanel, raw::RawRecords, status};
use crate::{
    client::use_query,
    format,
    widgets::{ErrorState, Icon, IconName, Seg},
};

/// Properties of [`Drawer`].
#[derive(Properties, PartialEq)]
pub struct DrawerProps {
    /// The call.
    pub call: CallId,
    /// Called when it is to be closed.
    pub close: Callback<()>,
}

/// The drawer beside the table.
#[component]
pub fn Drawer(props: &DrawerProps) -> Html {
    let query = use_query(Some(Command::Detail(props.call)));
    html! {
        <aside class={classes!("drawer", query.stale.then_some("waiting"))} aria-label="Request" tabindex="0">
            if let Some(Answer::Detail(detail)) = query.answer.as_deref() {
                <Head detail={(**detail).clone()} close={&props.close} />
                if let Some(phases) = detail.row.phases {
                    <PhasePanel {phases} />
                }
                <BillPanel detail={(**detail).clone()} />
                <Tabs detail={(**detail).clone()} />
            } else if let Some(error) = &query.error {
                <ErrorState title="This request cannot be shown">
                    <p>{ error }</p>
                    <button type="button" class="btn" onclick={props.close.reform(|_| ())}>{ "Close" }</button>
                </ErrorState>
            }
        </aside>
    }
}

#[derive(Properties, PartialEq)]
struct HeadProps {
    detail: Detail,
    close: Callback<()>,
}

/// Which call it is, how it ended and where it stands.
#[component]
fn Head(props: &HeadProps) -> Html {
    let Detail { row, place, more, .. } = &props.detail;
    let start = row.start.map(format::moment);
    let facts: Vec<&str> = [&row.name, &row.model, &row.provider, &row.component]
        .into_iter()
        .chain(&start)
        .map(String::as_str)
        .filter(|fact| !fact.is_empty())
        .collect();
    html! {
        <section>
            <div class="title">
                <h2>{ format!("Request {}", format::int(row.number.into())) }</h2>
                { status::tag(row) }
                <span class="grow"></span>
                <button type="button" class="btn quiet sm" title="Close (Esc)" onclick={props.close.reform(|_| ())}>
                    <Icon name={IconName::Close} /><span class="vh">{ "Close" }</span>
                </button>
            </div>
            <p class="dim small">{ facts.join(", ") }</p>
            <p class="dim small">
                { place }
                if *more > 0 {
                    { format!(", and {} of the same call", format::plural((*more).into(), "further record")) }
                }
            </p>
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct TabsProps {
    detail: Detail,
}

/// What was said, and what stands in the file.
#[component]
fn Tabs(TabsProps { detail }: &TabsProps) -> Html {
    const NAMES: [&str; 4] = ["Prompt", "Answer", "Fields", "Raw record"];
    let tab = use_state_eq(|| 0);
    let options = NAMES.into_iter().enumerate().map(|(i, name)| (name.into(), i == *tab)).collect::<Vec<_>>();
    let onchange = {
        let tab = tab.setter();
        Callback::from(move |i| tab.set(i))
    };
    html! {
        <section>
            <Seg label="What to show" {options} {onchange} small=true />
            { match *tab {
                2 => fields::list(&detail.fields),
                3 => html! { <RawRecords call={detail.row.call} from=0 left={detail.more + 1} key={detail.row.call.0} /> },
                tab => html! { <Messages detail={detail.clone()} answer={tab == 1} key={tab} /> },
            } }
        </section>
    }
}
