//! How a call ended, in a word.

use engine::protocol::{Row, Status};
use yew::prelude::*;

/// The tag of a call's end.
pub fn tag(row: &Row) -> Html {
    let failed = |word: &str| html! { <span class="tag error" title={word.to_owned()}>{ word }</span> };
    match row.status {
        Status::RateLimited => failed("rate limited"),
        Status::Cancelled => html! { <span class="tag">{ "cancelled" }</span> },
        Status::Failed if row.error.is_empty() => failed("failed"),
        Status::Failed if row.error.bytes().all(|b| b.is_ascii_digit()) => {
            failed(&format!("error {}", row.error))
        }
        Status::Failed => failed(&row.error),
        Status::Ok if row.retries > 0 => {
            html! { <span class="tag warn">{ format!("retried {}", row.retries) }</span> }
        }
        Status::Ok => html! { <span class="dim">{ "ok" }</span> },
    }
}
