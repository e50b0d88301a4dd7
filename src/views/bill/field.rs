//! A field that tells its text when a person leaves it.

use web_sys::HtmlInputElement;
use yew::prelude::*;

/// A field with its name above it, that tells its text when a person leaves it or presses Enter.
pub fn field(
    name: &'static str,
    kind: &'static str,
    value: AttrValue,
    placeholder: &'static str,
    changed: impl Fn(String) + 'static,
) -> Html {
    let onchange = move |event: Event| changed(event.target_unchecked_into::<HtmlInputElement>().value());
    html! {
        <label>
            <span class="small dim">{ name }</span>
            <span class="field"><input type={kind} {value} {placeholder} {onchange} autocomplete="off" /></span>
        </label>
    }
}
