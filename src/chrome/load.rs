use yew::prelude::*;

use crate::client::use_client;
use crate::format;
use crate::state::{use_reading, use_session};
use crate::widgets::use_style;

/// Before this much time a guess of what is left is worth nothing, ms.
const GUESS_FROM: f64 = 500.0;

/// How far the reading of files has come, and the way to stop it.
#[component]
pub fn LoadBar() -> Html {
    let (session, reading) = (use_session(), use_reading());
    let (client, bar) = (use_client(), use_node_ref());
    let progress = &reading.progress;
    let share = match progress.total_bytes {
        0 => 0.0,
        total => (progress.bytes as f64 / total as f64).min(1.0),
    };
    use_style(&bar, "width", format!("{:.1}%", share * 100.0));
    if !session.reading {
        return Html::default();
    }
    let elapsed = reading.elapsed();
    let speed = progress.bytes as f64 / elapsed.max(1.0);
    let left = (progress.total_bytes.saturating_sub(progress.bytes)) as f64 / speed.max(1e-9);
    let cancel = Callback::from(move |_: MouseEvent| client.cancel());
    html! {
        <section class="loadbar" aria-label="Reading" data-reading="true">
            <div class="figs">
                if progress.total_bytes == 0 {
                    <b>{ "Opening" }</b>
                } else {
                    <b>{ &progress.name }</b>
                    if progress.files > 1 {
                        <span>{ format!("file {} of {}", progress.file, progress.files) }</span>
                    }
                    <span>{ format!("{} of {}", format::bytes(progress.bytes), format::bytes(progress.total_bytes)) }</span>
                    <span>{ format!("{}/s", format::bytes((speed * 1e3) as u64)) }</span>
                    <span>{ format::plural(progress.records, "record") }</span>
                    if elapsed > GUESS_FROM && progress.bytes > 0 {
                        <span>{ format!("{} left", format::ms(left)) }</span>
                    }
                }
            </div>
            <button type="button" class="btn sm" onclick={cancel}>{ "Cancel " }<kbd>{ "Esc" }</kbd></button>
            <div class="progress" role="progressbar" aria-label="Reading" aria-valuemin="0" aria-valuemax="100"
                aria-valuenow={format!("{:.0}", share * 100.0)}><i ref={bar} /></div>
        </section>
    }
}
