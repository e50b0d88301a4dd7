//! The workbench: type a prompt and a response, and see tokens and costs.

pub mod draft;
mod models;
mod pieces;
mod price;
mod text_box;
mod this_call;
mod tip;

use engine::protocol::{Answer, Command, Count, EncodingName, OpenedTokenizer, Quote, Slot, Tokenizer};
use units::Figure;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use self::{
    draft::Form,
    models::Models,
    pieces::{Pieces, Show},
    price::typed_number,
    text_box::TextBox,
    this_call::ThisCall,
    tip::Tip,
};
use crate::{
    charts::mark::rect,
    client::use_query,
    format,
    state::{self, use_session},
    widgets::{Empty, IconName, Seg, Select, Swatch, use_width},
};

/// What is known of the text in a box.
#[derive(Clone, Debug, Default, PartialEq)]
struct Counted {
    count: Option<Count>,
    error: Option<String>,
    /// Grows with each count.
    version: u32,
}

/// The two boxes.
const BOXES: [(Slot, &str, &str, &str, &str); 2] = [
    (
        Slot::Prompt,
        "Prompt",
        "prompt",
        "Paste a prompt to see its tokens and what it costs",
        "var(--kind-user)",
    ),
    (
        Slot::Response,
        "Response",
        "response",
        "The answer, or type its expected number of tokens above",
        "var(--kind-output)",
    ),
];

/// The workbench screen.
#[component]
pub fn Workbench() -> Html {
    // A prompt from the landing page or of a request; before the boxes look for their texts.
    use_memo((), |()| state::draft::take().inspect(|(prompt, response)| draft::put(prompt, response)));
    let form = use_state_eq(draft::form);
    let counted = use_reducer(Counts::default);
    let set_form = use_callback((), {
        let form = form.setter();
        move |new: Form, ()| {
            draft::keep_form(&new);
            form.set(new);
        }
    });
    let session = use_session();
    use_effect_with(session.info.tokenizers.clone(), {
        let form = form.setter();
        move |opened| draft::follow(opened).into_iter().for_each(|new| form.set(new))
    });
    let oncount = use_callback((), {
        let counted = counted.dispatcher();
        move |news, ()| counted.dispatch(news)
    });

    let prompt = effective(&form.prompt_tokens, counted.of(Slot::Prompt));
    let response = effective(&form.response_tokens, counted.of(Slot::Response));
    let query = use_query(Some(Command::Quote {
        input: prompt.or_zero(),
        output: response.or_zero(),
        tokenizer: form.tokenizer,
        model: form.model.clone(),
    }));
    let quotes: Vec<Quote> = match query.answer.as_deref() {
        Some(Answer::Quotes(quotes)) => quotes.clone(),
        _ => Vec::new(),
    };
    let quote = quotes.iter().find(|quote| quote.model == form.model).or(quotes.first()).cloned();
    let chosen = quote.as_ref().map(|quote| quote.model.clone()).unwrap_or_default();
    let choose = {
        let (form, set_form, quotes) = ((*form).clone(), set_form.clone(), quotes.clone());
        Callback::from(move |model: String| {
            let quote = quotes.iter().find(|quote| quote.model == model);
            let tokenizer = quote.map_or(form.tokenizer, |quote| Tokenizer::BuiltIn(quote.encoding));
            set_form.emit(Form { model, tokenizer, ..form.clone() });
        })
    };
    html! {
        <div class="workbench">
            <Bar form={(*form).clone()} models={quotes.iter().map(|q| q.model.clone()).collect::<Vec<_>>()}
                opened={session.info.tokenizers.clone()} chosen={chosen.clone()} onchange={set_form.clone()}
                onchoose={choose.clone()} />
            <div class="boxes">
                { for BOXES.iter().map(|&(slot, label, key, placeholder, fill)| {
                    let state = counted.of(slot);
                    let tokens = if slot == Slot::Prompt { prompt } else { response };
                    html! {
                        <section class="box" {key}>
                            <header>
                                <Swatch {fill} />
                                <h2>{ label }</h2>
                                <span class="grow"></span>
                                <b><span class={figure_class(tokens)} data-fig={format!("{key}_tokens")}>
                                    { tokens.get().map_or("…".to_owned(), format::int) }
                                </span></b>
                                { " tokens" }
                                { tokens_field(slot, &form, &set_form) }
                            </header>
                            <TextBox {slot} {label} {placeholder} tokenizer={form.tokenizer} oncount={&oncount} />
                            <p class="small dim" data-fig={format!("{key}_size")}>{ size(state) }</p>
                            if let Some(error) = &state.error {
                                <p class="small error" role="alert">{ error }</p>
                            }
                        </section>
                    }
                }) }
            </div>
            <Tokens counts={(*counted).clone()} />
            <div class="costs">
                <ThisCall form={(*form).clone()} {quote} {prompt} {response} onchange={set_form} />
                <Models {quotes} response={response.or_zero()} calls={form.calls.clone()} {chosen} onchoose={choose} />
                if let Some(error) = &query.error {
                    <p class="error" role="alert">{ error }</p>
                }
            </div>
        </div>
    }
}

/// What is known of both texts.
#[derive(Clone, Debug, Default, PartialEq)]
struct Counts {
    prompt: Counted,
    response: Counted,
}

impl Counts {
    fn of(&self, slot: Slot) -> &Counted {
        match slot {
            Slot::Prompt => &self.prompt,
            Slot::Response => &self.response,
        }
    }
}

impl Reducible for Counts {
    type Action = (Slot, Result<Count, String>);

    fn reduce(self: std::rc::Rc<Self>, (slot, news): Self::Action) -> std::rc::Rc<Self> {
        let mut counts = (*self).clone();
        let counted = match slot {
            Slot::Prompt => &mut counts.prompt,
            Slot::Response => &mut counts.response,
        };
        let version = counted.version + 1;
        *counted = match news {
            Ok(count) => Counted { count: Some(count), error: None, version },
            Err(error) => Counted { count: counted.count, error: Some(error), version },
        };
        counts.into()
    }
}

/// The tokens that count: the typed number, else those of the text. Unknown until the text is counted.
fn effective(typed: &str, counted: &Counted) -> Figure {
    match (typed_number(typed), counted.count) {
        (Ok(Some(tokens)), _) => Figure::reported(tokens),
        (_, Some(count)) => Figure::counted(count.tokens),
        _ => Figure::UNKNOWN,
    }
}

fn figure_class(figure: Figure) -> &'static str {
    crate::widgets::underline(figure.from())
}

/// How large a text is, and how long counting took.
fn size(counted: &Counted) -> String {
    let Some(count) = counted.count else { return String::new() };
    let took = if count.ms < 0.05 { "less than 0.1 ms".to_owned() } else { format::ms(count.ms) };
    format!(
        "{}, {}, counted in {took}",
        format::plural(count.chars, "character"),
        format::plural(count.bytes, "byte")
    )
}

/// A number of tokens that counts instead of the text.
fn tokens_field(slot: Slot, form: &Form, set_form: &Callback<Form>) -> Html {
    let (label, key, text) = match slot {
        Slot::Prompt => ("Prompt tokens instead of the text", "prompt_override", &form.prompt_tokens),
        Slot::Response => {
            ("Expected answer tokens instead of the text", "response_override", &form.response_tokens)
        }
    };
    let oninput = {
        let (form, set_form) = (form.clone(), set_form.clone());
        Callback::from(move |event: InputEvent| {
            let text = event.target_unchecked_into::<HtmlInputElement>().value();
            set_form.emit(match slot {
                Slot::Prompt => Form { prompt_tokens: text, ..form.clone() },
                Slot::Response => Form { response_tokens: text, ..form.clone() },
            });
        })
    };
    let wrong = typed_number(text).err();
    html! {
        <label class={classes!("field", "sm", wrong.is_some().then_some("bad"))} title={wrong.clone()}>
            { "or" }
            <input value={text.clone()} inputmode="numeric" autocomplete="off" aria-label={label} data-field={key}
                aria-invalid={wrong.is_some().then_some("true")} placeholder="number" {oninput} />
        </label>
    }
}

#[derive(Properties, PartialEq)]
struct BarProps {
    form: Form,
    models: Vec<String>,
    opened: Vec<OpenedTokenizer>,
    chosen: String,
    onchange: Callback<Form>,
    onchoose: Callback<String>,
}

/// Tokenizer, model and traffic.
#[component]
fn Bar(props: &BarProps) -> Html {
    let BarProps { form, models, opened, chosen, onchange, onchoose } = props;
    let tokenizers: Vec<(Tokenizer, AttrValue)> = EncodingName::ALL
        .iter()
        .map(|&encoding| (Tokenizer::BuiltIn(encoding), encoding.as_str().into()))
        .chain(opened.iter().map(|opened| (Tokenizer::Opened(opened.number), label(opened).into())))
        .collect();
    let options: Vec<AttrValue> = tokenizers.iter().map(|(_, label)| label.clone()).collect();
    let counting =
        tokenizers.iter().position(|(tokenizer, _)| *tokenizer == form.tokenizer).unwrap_or_default();
    let ontokenizer = {
        let (form, onchange) = (form.clone(), onchange.clone());
        Callback::from(move |place: usize| {
            onchange.emit(Form { tokenizer: tokenizers[place].0, ..form.clone() });
        })
    };
    let onmodel = {
        let (models, onchoose) = (models.clone(), onchoose.clone());
        Callback::from(move |place: usize| {
            if let Some(model) = models.get(place) {
                onchoose.emit(model.clone());
            }
        })
    };
    let oncalls = {
        let (form, onchange) = (form.clone(), onchange.clone());
        Callback::from(move |event: InputEvent| {
            let calls = event.target_unchecked_into::<HtmlInputElement>().value();
            onchange.emit(Form { calls, ..form.clone() });
        })
    };
    html! {
        <div class="wbar">
            <label>{ "Model" }
                <span class="field sm">
                    <Select field="model" onchange={onmodel}
                        chosen={models.iter().position(|model| model == chosen).unwrap_or_default()}
                        options={models.iter().cloned().map(AttrValue::from).collect::<Vec<_>>()} />
                </span>
            </label>
            <label>{ "Tokenizer" }
                <span class="field sm">
                    <Select field="encoding" onchange={ontokenizer} chosen={counting} {options} />
                </span>
            </label>
            <label>{ "Calls a day" }
                <span class="field sm"><input value={form.calls.clone()} inputmode="numeric" autocomplete="off"
                    placeholder="none" data-field="calls" oninput={oncalls} /></span>
            </label>
        </div>
    }
}

/// What an opened tokenizer is called.
fn label(opened: &OpenedTokenizer) -> String {
    let OpenedTokenizer { name, kind, vocabulary, has_pattern, .. } = opened;
    let why = if *has_pattern { ": runs through a regex engine" } else { "" };
    format!("{name} · {kind}, {} · slower{why}", format::plural(*vocabulary, "token"))
}

#[derive(Properties, PartialEq)]
struct TokensProps {
    counts: Counts,
}

/// The tokens of both texts.
#[component]
fn Tokens(TokensProps { counts }: &TokensProps) -> Html {
    let show = use_state_eq(Show::default);
    let pointed = use_state_eq(|| None);
    let scroller = use_node_ref();
    let bar = use_node_ref();
    let width = use_width(&bar);
    let onpoint = use_callback((), {
        let pointed = pointed.setter();
        move |at, ()| pointed.set(at)
    });
    let tokens = |slot| counts.of(slot).count.map_or(0, |count| count.tokens);
    let total = tokens(Slot::Prompt) + tokens(Slot::Response);
    let options = [("Pieces", Show::Text), ("Ids", Show::Ids), ("Bytes", Show::Bytes)];
    let onchange = {
        let show = show.setter();
        Callback::from(move |i: usize| show.set(options[i].1))
    };
    let mut x = 0.0;
    html! {
        <section class="tokens" aria-label="Tokens">
            <div class="phead">
                <h2 data-fig="total_tokens">{ format::plural(total, "token") }</h2>
                <div class="acts">
                    <Seg label="Show" small=true {onchange}
                        options={options.map(|(name, value)| (name.into(), value == *show)).to_vec()} />
                </div>
            </div>
            <div class="sharebar" ref={bar}>
                <svg width={width.to_string()} height="8" role="img"
                    aria-label={format!("Prompt {}, response {} tokens", tokens(Slot::Prompt), tokens(Slot::Response))}>
                    { for BOXES.iter().map(|&(slot, .., fill)| {
                        let wide = tokens(slot) as f64 / total.max(1) as f64 * width;
                        let from = x;
                        x += wide;
                        rect(from, 0.0, (wide - 1.0).max(0.0), 8.0, fill)
                    }) }
                </svg>
            </div>
            <div class="pieces-scroll" ref={&scroller} onscroll={onpoint.reform(|_| None)}>
                if total == 0 {
                    <Empty icon={IconName::Stack} title="No tokens yet">
                        <p>{ "Type or paste a text: its tokens appear here, piece by piece." }</p>
                    </Empty>
                }
                { for BOXES.iter().filter(|(slot, ..)| tokens(*slot) > 0).map(|&(slot, label, key, _, fill)| html! {
                    <div {key}>
                        <div class="sec"><Swatch {fill} /><b>{ label }</b>{ format::plural(tokens(slot), "token") }</div>
                        <Pieces {slot} tokens={tokens(slot)} version={counts.of(slot).version} show={*show}
                            scroller={&scroller} onpoint={&onpoint} />
                    </div>
                }) }
            </div>
            if let Some(pointed) = &*pointed {
                <Tip pointed={pointed.clone()} />
            }
        </section>
    }
}
