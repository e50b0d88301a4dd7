use yew::prelude::*;

use crate::client::use_client;
use crate::format;
use crate::state::use_session;
use crate::views::import::unit_question;
use crate::widgets::{Icon, IconName};

/// What went wrong, until it is read.
#[component]
pub fn Banners() -> Html {
    let (session, client) = (use_session(), use_client());
    let question = unit_question(&session, &client);
    let count = {
        let client = client.clone();
        Callback::from(move |_: MouseEvent| client.count_texts())
    };
    let dismiss = Callback::from(move |_: MouseEvent| client.dismiss());
    let close = html! {
        <button type="button" class="btn quiet sm" onclick={dismiss}>
            <Icon name={IconName::Close} /><span class="vh">{ "Close this message" }</span>
        </button>
    };
    html! {
        <>
            if let Some(why) = &session.fault {
                <div class="callout bad" role="alert">
                    <Icon name={IconName::Error} />
                    <div class="grow">
                        <b>{ "The engine stopped and was started anew" }</b>
                        <p>{ "The files are read again; if it stops again, open them one by one to find the one that \
                              does it. The view is kept." }</p>
                        if !why.is_empty() {
                            <p><code>{ why }</code></p>
                        }
                    </div>
                    { close.clone() }
                </div>
            }
            if let Some(why) = &session.refused {
                <div class="callout" role="alert">
                    <Icon name={IconName::Warn} />
                    <p class="grow">{ why }</p>
                    { close.clone() }
                </div>
            }
            if let Some(what) = &session.note {
                <div class="callout info" role="status">
                    <Icon name={IconName::File} />
                    <p class="grow">{ what }</p>
                    { close.clone() }
                </div>
            }
            { question }
            if session.uncounted > 0 && !session.reading {
                <div class="callout" role="status">
                    <Icon name={IconName::Warn} />
                    <p class="grow">
                        { format!("Texts of {} are not counted, so what they hold of tokens is not known.",
                            format::bytes(session.uncounted)) }
                    </p>
                    <button type="button" class="btn sm" onclick={count}>{ "Count the rest" }</button>
                </div>
            }
        </>
    }
}
