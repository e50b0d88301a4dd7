use engine::protocol::{Answer, Command, EncodingName, Inquiry, Reply, Slot, Tokenizer};
use units::{Money, Provenance};
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use crate::client::use_client;
use crate::format;
use crate::route::Screen;
use crate::state::{draft, use_view};
use crate::widgets::Fig;

/// The model the box quotes, and the encoding that counts for it.
const MODEL: &str = "gpt-5-mini";
const ENCODING: EncodingName = EncodingName::O200kBase;

/// What is known of the text in the box.
#[derive(Clone, Debug, Default, PartialEq)]
enum Known {
    /// The box is empty.
    #[default]
    Nothing,
    /// Being counted for the first time.
    Counting,
    /// Tokens, and the price of a thousand calls.
    Counted(u64, Option<Money>),
    /// Why it could not be counted.
    Failed(String),
}

/// A box for a prompt: its tokens and price while it is typed.
#[component]
pub fn PasteBox() -> Html {
    let (client, view) = (use_client(), use_view());
    let (known, node) = (use_state_eq(Known::default), use_node_ref());
    // The number of the last change: answers to older texts are dropped.
    let last = use_mut_ref(|| 0_u32);

    let oninput = {
        let (known, last) = (known.clone(), last);
        Callback::from(move |event: InputEvent| {
            let text = event.target_unchecked_into::<HtmlTextAreaElement>().value();
            *last.borrow_mut() += 1;
            let turn = *last.borrow();
            if text.is_empty() {
                return known.set(Known::Nothing);
            }
            if *known == Known::Nothing {
                known.set(Known::Counting);
            }
            let (quoter, known, last) = (client.clone(), known.setter(), last.clone());
            let tokenizer = Tokenizer::BuiltIn(ENCODING);
            let count = Command::Count { slot: Slot::PROMPT, tokenizer };
            client.ask_about(count, text.into(), move |reply| {
                let tokens = match reply {
                    _ if *last.borrow() != turn => return,
                    Ok(Answer::Count(count)) => count.tokens,
                    Ok(_) => return,
                    Err(why) => return known.set(Known::Failed(why)),
                };
                let ask = Inquiry { input: tokens, tokenizer, model: MODEL.to_owned(), ..Inquiry::default() };
                quoter.ask(Command::Quote(ask), move |reply| {
                    if *last.borrow() == turn {
                        known.set(Known::Counted(tokens, price(reply)));
                    }
                });
            });
        })
    };
    let carry = {
        let node = node.clone();
        Callback::from(move |event: MouseEvent| {
            event.prevent_default();
            if let Some(field) = node.cast::<HtmlTextAreaElement>() {
                draft::put(&field.value(), "");
            }
            view.set(view.view().at(Screen::Workbench));
        })
    };
    html! {
        <section>
            <div class="phead">
                <h2>{ "Or paste a prompt" }</h2>
                <span class="cap">{ "tokens and price while you type" }</span>
            </div>
            <textarea ref={node} aria-label="Prompt" spellcheck="false" {oninput} />
            <div class="ans">
                <span role="status">{ match &*known {
                    Known::Nothing => html! { <span class="mid">{ "Nothing to count yet" }</span> },
                    Known::Counting => html! { <span class="mid">{ "Counting" }</span> },
                    Known::Failed(why) => html! { <span class="error">{ why }</span> },
                    Known::Counted(tokens, price) => html! {
                        <>
                            <b><Fig text={format::int(*tokens)} from={Provenance::Counted} /></b>
                            <span class="mid">
                                { if *tokens == 1 { " token, " } else { " tokens, " } }{ ENCODING.as_str() }
                            </span>
                            { match price {
                                Some(price) => html! {
                                    <>
                                        <b class="cost">
                                            <Fig text={format::money(price.times(1000))} from={Provenance::Counted} />
                                        </b>
                                        <span class="mid">{ format!(" per 1,000 calls on {MODEL}") }</span>
                                    </>
                                },
                                None => html! {
                                    <span class="cost mid">{ format!("{MODEL} is unpriced") }</span>
                                },
                            } }
                        </>
                    },
                } }</span>
                <a href="#/workbench" onclick={carry}>{ "All models" }</a>
            </div>
        </section>
    }
}

fn price(reply: Reply) -> Option<Money> {
    match reply {
        Ok(Answer::Quotes(quotes)) => quotes.into_iter().find(|q| q.model == MODEL).map(|q| q.input_cost),
        _ => None,
    }
}
