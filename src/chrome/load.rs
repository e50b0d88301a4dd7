use yew::prelude::*;

use crate::client::use_client;
use crate::format;
use crate::state::{use_reading, use_session};
use crate::widgets::use_style;

/// Before this much time a guess of what is left is worth nothing, ms.
const GUESS_FROM: f64 = 500.0;

/// What is being done.
struct Work {
    label: &'static str,
    /// Bytes done, and all.
    bytes: (u64, u64),
    elapsed: f64,
    /// Said before and after the bytes.
    name: String,
    what: Vec<String>,
}

/// How far the reading of files has come, then the counting of their texts, and the way to stop it.
#[component]
pub fn LoadBar() -> Html {
    let (session, reading) = (use_session(), use_reading());
    let (client, bar) = (use_client(), use_node_ref());
    let (progress, counting) = (&reading.progress, &reading.counting);
    let work = if session.reading {
        let file = (progress.files > 1).then(|| format!("file {} of {}", progress.file, progress.files));
        Work {
            label: "Reading",
            bytes: (progress.bytes, progress.total_bytes),
            elapsed: reading.elapsed(),
            name: progress.name.clone(),
            what: file.into_iter().chain([format::plural(progress.records, "record")]).collect(),
        }
    } else {
        let encodings: Vec<_> = counting.encodings.iter().map(|encoding| encoding.as_str()).collect();
        let workers = (counting.workers > 0).then(|| format::plural(counting.workers.into(), "worker"));
        Work {
            label: "Counting",
            bytes: (counting.bytes, counting.bytes + counting.left),
            elapsed: reading.counting_elapsed(),
            name: "Counting tokens".to_owned(),
            what: std::iter::once(encodings.join(", ")).chain(workers).collect(),
        }
    };
    let Work { label, bytes: (bytes, total), elapsed, name, what } = work;
    let share = if total == 0 { 0.0 } else { (bytes as f64 / total as f64).min(1.0) };
    use_style(&bar, "width", format!("{:.1}%", share * 100.0));
    if !session.reading && !session.counting {
        return Html::default();
    }
    let speed = bytes as f64 / elapsed.max(1.0);
    let left = total.saturating_sub(bytes) as f64 / speed.max(1e-9);
    let cancel = Callback::from(move |_: MouseEvent| client.cancel());
    html! {
        <section class="loadbar" aria-label={label} data-reading={session.reading.then_some("true")}
            data-counting={(!session.reading).then_some("true")}>
            <div class="figs">
                if total == 0 {
                    <b>{ "Opening" }</b>
                } else {
                    <b>{ name }</b>
                    <span>{ format!("{} of {}", format::bytes(bytes), format::bytes(total)) }</span>
                    <span>{ format!("{}/s", format::bytes((speed * 1e3) as u64)) }</span>
                    { for what.into_iter().map(|what| html! { <span>{ what }</span> }) }
                    if elapsed > GUESS_FROM && bytes > 0 {
                        <span>{ format!("{} left", format::ms(left)) }</span>
                    }
                }
            </div>
            <button type="button" class="btn sm" onclick={cancel}>{ "Cancel " }<kbd>{ "Esc" }</kbd></button>
            <div class="progress" role="progressbar" aria-label={label} aria-valuemin="0" aria-valuemax="100"
                aria-valuenow={format!("{:.0}", share * 100.0)}><i ref={bar} /></div>
        </section>
    }
}
