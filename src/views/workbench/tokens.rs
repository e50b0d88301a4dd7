//! The tokens of all texts in one view.

use yew::prelude::*;

use super::{
    draft::Draft,
    pieces::{Pieces, Show},
    tip::Tip,
};
use crate::{
    charts::mark::rect,
    format,
    widgets::{Empty, IconName, Seg, Swatch, use_width},
};

/// Properties of [`Tokens`].
#[derive(Properties, PartialEq)]
pub struct TokensProps {
    /// The texts and what is known of them.
    pub draft: Draft,
    /// Tokens of the chat template, where they are known.
    pub template: Option<u64>,
}

/// A heading for each text, and its pieces below.
#[component]
pub fn Tokens(TokensProps { draft, template }: &TokensProps) -> Html {
    let show = use_state_eq(Show::default);
    let pointed = use_state_eq(|| None);
    let scroller = use_node_ref();
    let bar = use_node_ref();
    let width = use_width(&bar);
    let onpoint = use_callback((), {
        let pointed = pointed.setter();
        move |at, ()| pointed.set(at)
    });
    let mut filled = draft.shown();
    filled.retain(|part| draft.tokens(part.slot) > 0);
    let template = template.filter(|_| !filled.is_empty()).unwrap_or_default();
    let total = filled.iter().map(|part| draft.tokens(part.slot)).sum::<u64>() + template;
    let options = [("Pieces", Show::Text), ("Ids", Show::Ids), ("Bytes", Show::Bytes)];
    let onchange = {
        let show = show.setter();
        Callback::from(move |i: usize| show.set(options[i].1))
    };
    let counts = || filled.iter().filter_map(|part| draft.counted(part.slot)?.count);
    let (chars, ms) = (counts().map(|count| count.chars).sum(), counts().map(|count| count.ms).sum());
    let mut x = 0.0;
    let mut share = |tokens: u64, fill: String| {
        let wide = tokens as f64 / total.max(1) as f64 * width;
        let from = x;
        x += wide;
        rect(from, 0.0, (wide - 1.0).max(0.0), 8.0, fill)
    };
    let mut said: Vec<String> =
        filled.iter().map(|part| format!("{} {}", part.label(), draft.tokens(part.slot))).collect();
    said.extend((template > 0).then(|| format!("Chat template {template}")));
    html! {
        <section class="tokens" aria-label="Tokens">
            <div class="phead">
                <h2 data-fig="total_tokens">{ format::plural(total, "token") }</h2>
                <span class="cap">{ size(chars, ms) }</span>
                <div class="acts">
                    <Seg label="Show" small=true {onchange}
                        options={options.map(|(name, value)| (name.into(), value == *show)).to_vec()} />
                </div>
            </div>
            <div class="sharebar" ref={bar}>
                <svg width={width.to_string()} height="8" role="img" aria-label={format!("Tokens: {}", said.join(", "))}>
                    { for filled.iter().map(|part| share(draft.tokens(part.slot), part.fill())) }
                    { share(template, "var(--text-3)".to_owned()) }
                </svg>
            </div>
            <div class="pieces-scroll" ref={&scroller} onscroll={onpoint.reform(|_| None)}>
                if total == 0 {
                    <Empty icon={IconName::Stack} title="No tokens yet">
                        <p>{ "Type or paste a text: its tokens appear here, piece by piece." }</p>
                    </Empty>
                }
                // In a list of their own: beside siblings without keys, a new text would have all blocks made anew.
                <>{ for filled.iter().map(|part| {
                    let tokens = draft.tokens(part.slot);
                    html! {
                        <div key={part.slot.0}>
                            <div class="sec">
                                <Swatch fill={part.fill()} /><b>{ part.label() }</b>{ format::plural(tokens, "token") }
                            </div>
                            <Pieces slot={part.slot} part={part.label().to_owned()} {tokens}
                                version={draft.counted(part.slot).map_or(0, |counted| counted.version)} show={*show} scroller={&scroller}
                                onpoint={&onpoint} />
                        </div>
                    }
                }) }</>
                if template > 0 {
                    <div class="sec" key="template">
                        <Swatch fill="var(--text-3)" hatch=true /><b>{ "Chat template" }</b>
                        { format!("{}, around the messages", format::plural(template, "token")) }
                    </div>
                }
            </div>
            if let Some(pointed) = &*pointed {
                <Tip pointed={pointed.clone()} />
            }
        </section>
    }
}

/// How large the texts are, and how long counting took.
pub fn size(chars: u64, ms: f64) -> String {
    let took = if ms < 0.05 { "less than 0.1 ms".to_owned() } else { format::ms(ms) };
    format!("{}, counted in {took}", format::plural(chars, "character"))
}
