//! Every field of a call, each with where it comes from.

use engine::protocol::Field;
use yew::prelude::*;

use crate::widgets::{Prov, underline};

/// The list of all fields.
pub fn list(fields: &[Field]) -> Html {
    if fields.is_empty() {
        return html! { <p class="dim">{ "The record holds nothing but what stands above." }</p> };
    }
    html! {
        <dl class="fields">
            { for fields.iter().map(|field| html! {
                <div data-fig={field.name.clone()}>
                    <dt>{ &field.name }</dt>
                    <dd>
                        <span class={underline(field.from)}>{ &field.value }</span>
                        <Prov from={field.from} />
                        if !field.note.is_empty() {
                            <p class="dim small">{ &field.note }</p>
                        }
                    </dd>
                </div>
            }) }
        </dl>
    }
}
