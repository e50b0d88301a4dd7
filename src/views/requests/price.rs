//! A price for a model that the book does not know.

use units::Money;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::{
    client::use_client,
    widgets::{Icon, IconName},
};

/// Properties of [`PriceForm`].
#[derive(Properties, PartialEq)]
pub struct PriceProps {
    /// The model's name as the trace has it.
    pub model: String,
}

/// Two prices to type; all calls of the model are priced with them.
#[component]
pub fn PriceForm(PriceProps { model }: &PriceProps) -> Html {
    let client = use_client();
    let (input, output) = (use_node_ref(), use_node_ref());
    let trouble = use_state_eq(|| None::<String>);
    let onsubmit = {
        let (client, model, trouble) = (client.clone(), model.clone(), trouble.clone());
        let (input, output) = (input.clone(), output.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            match (read(&input, "input"), read(&output, "output")) {
                (Ok(input), Ok(output)) => {
                    trouble.set(None);
                    client.set_price(model.clone(), input, output);
                }
                (Err(error), _) | (_, Err(error)) => trouble.set(Some(error)),
            }
        })
    };
    let field = |node: &NodeRef, label: &'static str, hint: &'static str| {
        html! {
            <label class="field">
                { label }
                <input ref={node} inputmode="decimal" autocomplete="off" placeholder={hint}
                    aria-label={format!("{label}: dollars per million tokens")} />
            </label>
        }
    };
    html! {
        <form class="price-form" {onsubmit}>
            <p class="callout">
                <Icon name={IconName::Warn} />
                <span>{ format!("The price book does not know {model}. Type its price in dollars per million tokens.") }</span>
            </p>
            <div class="price-fields">
                { field(&input, "Input $", "0.25") }
                { field(&output, "Output $", "2.00") }
                <button class="btn">{ "Set the price" }</button>
            </div>
            if let Some(trouble) = &*trouble {
                <p class="error small" role="alert">{ trouble }</p>
            }
        </form>
    }
}

/// The typed price, or a sentence what is wrong with it.
fn read(node: &NodeRef, name: &str) -> Result<Money, String> {
    let text = node.cast::<HtmlInputElement>().map(|input| input.value()).unwrap_or_default();
    match text.parse::<Money>() {
        Ok(price) if price >= Money::ZERO => Ok(price),
        Ok(_) => Err(format!("The {name} price is {text}, but a price is not below 0.")),
        Err(_) if text.trim().is_empty() => {
            Err(format!("The {name} price is missing: type a number such as 0.25."))
        }
        Err(error) => Err(format!("The {name} price is “{text}”: {error}.")),
    }
}
