//! A price for a model that the book does not know.

use units::Money;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::client::use_client;

/// What [`SetPrice`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The model as the trace names it.
    pub model: String,
}

/// A button that opens two fields: dollars per million tokens of input and of output.
#[component]
pub fn SetPrice(props: &Props) -> Html {
    let client = use_client();
    let open = use_state_eq(|| false);
    let fault = use_state_eq(|| None::<AttrValue>);
    let (input, output) = (use_node_ref(), use_node_ref());
    use_effect_with(*open, {
        let input = input.clone();
        move |open| {
            if let Some(field) = input.cast::<HtmlInputElement>().filter(|_| *open) {
                let _ = field.focus();
            }
        }
    });
    let onsubmit = {
        let (input, output, fault, model, open) =
            (input.clone(), output.clone(), fault.clone(), props.model.clone(), open.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            match (read(&input, "input"), read(&output, "output")) {
                (Ok(input), Ok(output)) => {
                    client.set_price(model.clone(), input, output);
                    open.set(false);
                }
                (Err(why), _) | (_, Err(why)) => fault.set(Some(why.into())),
            }
        })
    };
    let toggle = |to: bool| {
        let (open, fault) = (open.clone(), fault.clone());
        Callback::from(move |_: MouseEvent| {
            fault.set(None);
            open.set(to);
        })
    };
    let onkeydown = {
        let open = open.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                event.stop_propagation();
                open.set(false);
            }
        })
    };
    if !*open {
        return html! {
            <button type="button" class="link" onclick={toggle(true)}>
                { "Set a price" }<span class="vh">{ format!(" for {}", props.model) }</span>
            </button>
        };
    }
    let field = |name: &'static str, node: NodeRef| {
        html! {
            <label>
                { name }
                <span class="field"><span aria-hidden="true">{ "$" }</span><input ref={node} type="text" inputmode="decimal" autocomplete="off" placeholder="0.00" /></span>
            </label>
        }
    };
    html! {
        <form class="price" aria-label={format!("Price of {}", props.model)} {onsubmit} {onkeydown}>
            <span class="small dim">{ "$ per million tokens" }</span>
            { field("Input", input) }
            { field("Output", output) }
            <span class="acts">
                <button type="submit" class="btn sm">{ "Set" }</button>
                <button type="button" class="btn quiet sm" onclick={toggle(false)}>{ "Cancel" }</button>
            </span>
            if let Some(why) = &*fault {
                <span class="small error" role="alert">{ why }</span>
            }
        </form>
    }
}

fn read(field: &NodeRef, name: &str) -> Result<Money, String> {
    let text = field.cast::<HtmlInputElement>().map(|field| field.value()).unwrap_or_default();
    match text.trim().parse::<Money>() {
        Ok(price) if price >= Money::ZERO => Ok(price),
        Ok(_) => Err(format!("The {name} price is below 0.")),
        Err(why) if text.trim().is_empty() => Err(format!("The {name} price is empty: {why}.")),
        Err(why) => Err(format!("The {name} price “{text}” is not an amount: {why}.")),
    }
}
