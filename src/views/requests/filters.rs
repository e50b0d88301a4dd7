//! The filters above the table.

use engine::protocol::{Facets, Filter, StatusFilter};
use gloo::timers::callback::Timeout;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::{
    format,
    widgets::{Icon, IconName, Select},
};

/// How long typing has to rest before the table follows, ms.
const REST: u32 = 180;

const STATUSES: [(StatusFilter, &str); 3] =
    [(StatusFilter::Ok, "ok"), (StatusFilter::Error, "failed"), (StatusFilter::Retried, "retried")];

/// Properties of [`Filters`].
#[derive(Properties, PartialEq)]
pub struct FilterProps {
    /// What is looked for now.
    pub filter: Filter,
    /// What may be chosen, with the number of calls.
    pub facets: Facets,
    /// All calls.
    pub of: u32,
    /// Called with what is to be looked for.
    pub onchange: Callback<Filter>,
}

/// The filters.
#[component]
pub fn Filters(props: &FilterProps) -> Html {
    let FilterProps { filter, facets, of, onchange } = props;
    let change = |set: fn(&mut Filter, Option<String>)| {
        let (filter, onchange) = (filter.clone(), onchange.clone());
        Callback::from(move |value| {
            let mut filter = filter.clone();
            set(&mut filter, value);
            onchange.emit(filter);
        })
    };
    let ontext = {
        let (filter, onchange) = (filter.clone(), onchange.clone());
        Callback::from(move |text| onchange.emit(Filter { text, ..filter.clone() }))
    };
    let named =
        |facet: &[(String, u64)]| facet.iter().map(|(name, n)| (name.clone(), *n)).collect::<Vec<_>>();
    let statuses = STATUSES
        .iter()
        .zip(facets.statuses)
        .map(|((_, word), n)| ((*word).to_owned(), n))
        .collect::<Vec<_>>();
    let status = filter.status.and_then(|chosen| STATUSES.iter().find(|(status, _)| *status == chosen));
    html! {
        <>
            <Search text={filter.text.clone()} onchange={ontext} />
            <Choice label="Status" of={*of} options={statuses} chosen={status.map(|(_, word)| (*word).to_owned())}
                onchange={change(|filter, value| {
                    filter.status =
                        value.and_then(|value| STATUSES.iter().find(|(_, word)| *word == value)).map(|(status, _)| *status);
                })} />
            <Choice label="Model" of={*of} options={named(&facets.models)} chosen={filter.model.clone()}
                onchange={change(|filter, value| filter.model = value)} />
            if !facets.components.is_empty() || filter.component.is_some() {
                <Choice label="Component" of={*of} options={named(&facets.components)}
                    chosen={filter.component.clone()}
                    onchange={change(|filter, value| filter.component = value)} />
            }
            if *filter != Filter::default() {
                <button class="btn quiet" onclick={onchange.reform(|_| Filter::default())}>
                    <Icon name={IconName::Close} />{ "Clear the filters" }
                </button>
            }
        </>
    }
}

#[derive(Properties, PartialEq)]
struct SearchProps {
    text: String,
    onchange: Callback<String>,
}

/// The text to find. The box keeps its own text, and tells it when typing rests.
#[component]
fn Search(props: &SearchProps) -> Html {
    let input = use_node_ref();
    let timer = use_mut_ref(|| None::<Timeout>);
    // Typing comes to rest after the other filters may have changed: then their newest state has to stay.
    let newest = use_mut_ref(Callback::noop);
    *newest.borrow_mut() = props.onchange.clone();
    // What comes from elsewhere (a link, "Clear the filters") goes into the box; what was typed is there already.
    use_effect_with((input.clone(), props.text.clone()), {
        let timer = timer.clone();
        move |(input, text)| {
            if let Some(input) = input.cast::<HtmlInputElement>()
                && timer.borrow().is_none()
                && input.value() != *text
            {
                input.set_value(text);
            }
        }
    });
    let oninput = {
        let (input, timer) = (input.clone(), timer.clone());
        Callback::from(move |_: InputEvent| {
            let (input, newest, done) = (input.clone(), newest.clone(), timer.clone());
            *timer.borrow_mut() = Some(Timeout::new(REST, move || {
                done.borrow_mut().take();
                if let Some(input) = input.cast::<HtmlInputElement>() {
                    let onchange = newest.borrow().clone();
                    onchange.emit(input.value());
                }
            }));
        })
    };
    html! {
        <label class="field search">
            <Icon name={IconName::Search} />
            <input ref={input} type="search" placeholder="Find in prompts and answers"
                aria-label="Find in prompts and answers" aria-keyshortcuts="/" {oninput} />
            <kbd aria-hidden="true">{ "/" }</kbd>
        </label>
    }
}

#[derive(Properties, PartialEq)]
struct ChoiceProps {
    label: AttrValue,
    /// All calls, for "any".
    of: u32,
    /// The values, with the number of calls.
    options: Vec<(String, u64)>,
    chosen: Option<String>,
    onchange: Callback<Option<String>>,
}

/// A filter of which one value or none is chosen.
#[component]
fn Choice(props: &ChoiceProps) -> Html {
    let ChoiceProps { label, of, options, chosen, onchange } = props;
    // What an address asks for may not be there: it is shown all the same, with no calls.
    let mut options = options.clone();
    if let Some(chosen) = chosen
        && !options.iter().any(|(value, _)| value == chosen)
    {
        options.push((chosen.clone(), 0));
    }
    let place = |chosen: &String| options.iter().position(|(value, _)| value == chosen);
    let at = chosen.as_ref().and_then(place).map_or(0, |place| place + 1);
    let words = std::iter::once(format!("any ({})", format::int((*of).into())))
        .chain(options.iter().map(|(value, n)| {
            format!("{} ({})", if value.is_empty() { "not named" } else { value }, format::int(*n))
        }))
        .map(AttrValue::from)
        .collect::<Vec<_>>();
    let onchange = onchange.reform(move |at: usize| Some(options.get(at.checked_sub(1)?)?.0.clone()));
    html! {
        <label class={classes!("field", "choice", chosen.is_some().then_some("on"))}>
            { label }
            <Select options={words} chosen={at} {onchange} />
        </label>
    }
}
