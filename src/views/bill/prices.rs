//! The user's own prices: typed, dropped as a list, kept in this browser.

use engine::protocol::{Answer, Command, OwnPrice, OwnPrices};
use js_sys::{JSON, JsString};
use units::Money;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::{
    client::{Client, use_client, use_query},
    format,
    platform::download,
    widgets::{Panel, TableTwin},
};

/// The classes that can be typed, with their fields in a list.
const CLASSES: [(&str, &str); 4] = [
    ("Input", "input_cost_per_token"),
    ("Cache read", "cache_read_input_token_cost"),
    ("Cache write", "cache_creation_input_token_cost"),
    ("Output", "output_cost_per_token"),
];

/// The panel.
#[component]
pub fn Prices() -> Html {
    let client = use_client();
    let query = use_query(Some(Command::OwnPrices));
    let fault = use_state_eq(|| None::<AttrValue>);
    let fields: [NodeRef; 5] = std::array::from_fn(|_| NodeRef::default());
    let fields = use_memo((), move |()| fields);
    let own = match query.answer.as_deref() {
        Some(Answer::OwnPrices(own)) => own.clone(),
        _ => OwnPrices::default(),
    };
    let onsubmit = {
        let (client, fault, fields) = (client.clone(), fault.clone(), fields.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let said = fault.clone();
            match list(&fields) {
                Ok(list) => client.add_prices(&list, move |reply| said.set(reply.err().map(AttrValue::from))),
                Err(why) => said.set(Some(why.into())),
            }
        })
    };
    let edit = {
        let fields = fields.clone();
        Callback::from(move |price: OwnPrice| {
            let rates = price.rates.iter().map(|rate| rate.map_or(String::new(), |rate| rate.to_string()));
            for (field, text) in fields.iter().zip(std::iter::once(price.model.clone()).chain(rates)) {
                if let Some(field) = field.cast::<HtmlInputElement>() {
                    field.set_value(&text);
                }
            }
            if let Some(first) = fields[1].cast::<HtmlInputElement>() {
                let _ = first.focus();
            }
        })
    };
    let export = {
        let (list, fault) = (own.list.clone(), fault.clone());
        Callback::from(move |_: MouseEvent| {
            if download::save("tokenflame-prices.json", &list).is_err() {
                fault.set(Some("The browser did not save the list.".into()));
            }
        })
    };
    let actions = html! {
        if !own.prices.is_empty() {
            <button type="button" class="btn sm" onclick={export}>{ "Export" }</button>
            <button type="button" class="btn sm" onclick={forget(&client, String::new())}>{ "Erase all" }</button>
        }
    };
    html! {
        <Panel id="prices" title="Your prices" caption="dollars per million tokens; kept in this browser, and used before the price book"
            {actions} twin={(!own.prices.is_empty()).then(|| twin(&own))}>
            <form class="bill-controls" {onsubmit} aria-label="Your price of a model">
                { input("Model", "gpt-5-mini", &fields[0]) }
                { for CLASSES.iter().zip(&fields[1..]).map(|((name, _), field)| input(name, "", field)) }
                <button type="submit" class="btn">{ "Set the price" }</button>
            </form>
            if let Some(why) = &*fault {
                <p class="small error" role="alert">{ why }</p>
            }
            if !own.notes.is_empty() {
                <ul class="small mid" aria-label="The list that was read last">{ for own.notes.iter().map(|note| html! { <li>{ note }</li> }) }</ul>
            }
            if own.prices.is_empty() {
                <p class="mid">{ "None. Type one here, or drop LiteLLM's model_prices_and_context_window.json, models.dev's api.json or a list that was exported on this page." }</p>
            } else {
                <div class="scrollx tall" tabindex="0" role="region" aria-label="Your prices">
                    <table class="tight">
                        <thead><tr>
                            <th scope="col">{ "Model" }</th>
                            { for CLASSES.iter().map(|(name, _)| html! { <th scope="col" class="num">{ *name }</th> }) }
                            <th scope="col">{ "From" }</th><th scope="col"><span class="vh">{ "Change" }</span></th>
                        </tr></thead>
                        <tbody>{ for own.prices.iter().map(|price| row(price, &client, &edit)) }</tbody>
                    </table>
                </div>
            }
        </Panel>
    }
}

fn input(name: &'static str, placeholder: &'static str, field: &NodeRef) -> Html {
    html! {
        <label>
            <span class="small dim">{ name }</span>
            <span class="field"><input ref={field.clone()} type="text" {placeholder} autocomplete="off" /></span>
        </label>
    }
}

fn forget(client: &Client, model: String) -> Callback<MouseEvent> {
    let client = client.clone();
    Callback::from(move |_: MouseEvent| client.ask(Command::ForgetPrice(model.clone()), |_| ()))
}

fn row(price: &OwnPrice, client: &Client, edit: &Callback<OwnPrice>) -> Html {
    let onclick = {
        let price = price.clone();
        edit.reform(move |_: MouseEvent| price.clone())
    };
    html! {
        <tr>
            <td class="clip" title={price.model.clone()}>{ &price.model }<span class="dim">{ format!(" {}", price.provider) }</span></td>
            { for price.rates.iter().map(|rate| html! { <td class="num">{ rate.map_or("not given".to_owned(), format::price) }</td> }) }
            <td>{ &price.source }</td>
            <td class="num">
                <button type="button" class="link" {onclick}>{ "Edit" }<span class="vh">{ format!(" {}", price.model) }</span></button>{ " " }
                <button type="button" class="link" onclick={forget(client, price.model.clone())}>{ "Erase" }<span class="vh">{ format!(" {}", price.model) }</span></button>
            </td>
        </tr>
    }
}

/// The typed price as a price list of one model.
fn list(fields: &[NodeRef; 5]) -> Result<String, String> {
    let text = |field: &NodeRef| {
        field.cast::<HtmlInputElement>().map_or(String::new(), |field| field.value().trim().to_owned())
    };
    let quoted = |text: &str| {
        JSON::stringify(&JsString::from(text))
            .map(String::from)
            .map_err(|_| "The name cannot be written.".to_owned())
    };
    let model = text(&fields[0]);
    if model.is_empty() {
        return Err("Name the model as the files name it.".to_owned());
    }
    let mut entry = String::new();
    for ((name, key), field) in CLASSES.iter().zip(&fields[1..]) {
        let typed = text(field);
        if typed.is_empty() {
            continue;
        }
        let price: Money = typed.parse().map_err(|why| format!("{name}, “{typed}”: {why}."))?;
        if price < Money::ZERO || price.picos() % 1_000_000 != 0 {
            return Err(format!(
                "{name}, “{typed}”: a price must not be below 0, nor finer than $0.000001 per million tokens."
            ));
        }
        if !entry.is_empty() {
            entry.push(',');
        }
        entry += &format!("\"{key}\":{}", Money::from_picos(price.picos() / 1_000_000));
    }
    if entry.is_empty() {
        return Err("Type at least one price.".to_owned());
    }
    Ok(format!("{{{}:{{{entry}}}}}", quoted(&model)?))
}

fn twin(own: &OwnPrices) -> TableTwin {
    let mut columns = vec!["Model".into(), "Provider".into()];
    columns.extend(CLASSES.iter().map(|(name, _)| AttrValue::from(*name)));
    let cells = |price: &OwnPrice| {
        let mut cells: Vec<AttrValue> = vec![price.model.clone().into(), price.provider.clone().into()];
        cells.extend(
            price
                .rates
                .iter()
                .map(|rate| AttrValue::from(rate.map_or("not given".to_owned(), |rate| rate.to_string()))),
        );
        cells
    };
    TableTwin {
        rows: own.prices.iter().map(cells).collect(),
        numeric: (0..6).map(|i| i > 1).collect(),
        columns,
    }
}
