//! Everything that was typed into the workbench, kept while another screen is looked at. In memory only, and in a link
//! that somebody copies.
//!
//! One place for all of it: what changes something here says so, and the screen is drawn anew from here.

use std::cell::RefCell;

use engine::protocol::{
    Component, Count, OpenedTokenizer, QuoteOrder, Role, Sheet, SheetPart, Slot, Tokenizer,
};
use js_sys::JsString;
use units::Figure;
use yew::Callback;

use super::price::Unit;

/// A text field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Prompt tokens that count instead of the text's.
    Prompt,
    /// Answer tokens that count instead of the text's: a number or a range.
    Answer,
    /// Calls a day.
    Calls,
    /// How much of the prompt is read from a cache, per cent.
    Cached,
    /// The share of all tokens above which a part is wasteful, per cent.
    Threshold,
    /// A price of input tokens that counts instead of the model's.
    InputPrice,
    /// A price of output tokens that counts instead of the model's.
    OutputPrice,
    /// The model, by its name or as `provider/model`.
    Model,
    /// The models that are compared, as `provider/model`; none stands for the usual ones.
    Models,
    /// Words by which a model is looked for.
    Search,
}

/// The names of the fields in the page and in a link. What is looked for stays out of a link.
pub const FIELDS: [&str; 10] = [
    "prompt_override",
    "response_override",
    "calls",
    "cached",
    "threshold",
    "prompt_price",
    "response_price",
    "model",
    "models",
    "add_model",
];

/// The workbench as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// The request in parts, not in one box.
    pub in_parts: bool,
    /// The tokenizer.
    pub tokenizer: Tokenizer,
    /// Sent in a batch.
    pub batch: bool,
    /// What typed prices are for.
    pub unit: Unit,
    /// The order of the models.
    pub order: (QuoteOrder, bool),
    /// The parts.
    pub parts: Vec<Part>,
    /// What is being pasted: why it cannot be split.
    pub pasting: Option<String>,
    /// What became of the link: whether that is worth a look, and a sentence.
    pub link: (bool, String),
    /// Why the link that led here could not be opened.
    pub trouble: Option<String>,
    /// What a screen reader says of the last change.
    pub said: String,
    /// What is to get the focus back, by its id: what is moved in the page loses it.
    pub focus: Option<String>,
    /// Grows when other texts are put into the boxes.
    pub epoch: u32,
    typed: [String; FIELDS.len()],
    counts: Vec<(Slot, Counted)>,
    /// The number of the newest opened tokenizer that has been chosen.
    newest: u32,
    /// The number of the last part.
    last: u32,
}

/// What is known of a text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counted {
    /// Its last count.
    pub count: Option<Count>,
    /// Why there is no newer one.
    pub error: Option<String>,
    /// Grows with each count.
    pub version: u32,
}

/// A part of the request.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Its text.
    pub slot: Slot,
    /// What it is for.
    pub component: Component,
    /// Who speaks.
    pub role: Role,
    /// The name that was typed; empty where it goes by what it is for.
    pub name: String,
}

impl Part {
    fn of(slot: Slot, component: Component, name: &str) -> Part {
        let role = match component {
            Component::System | Component::Tools | Component::FewShot => Role::System,
            Component::Retrieved | Component::User => Role::User,
            Component::History | Component::Output | Component::Reasoning => Role::Assistant,
        };
        Part { slot, component, role, name: name.to_owned() }
    }

    /// Its name for a person.
    pub fn label(&self) -> &str {
        if self.name.is_empty() { label(self.component) } else { &self.name }
    }

    /// Its name in figures.
    pub fn key(&self) -> &str {
        if self.name.is_empty() { self.component.key() } else { &self.name }
    }

    /// Its colour.
    pub fn fill(&self) -> String {
        format!("var(--kind-{})", self.component.token())
    }
}

/// The parts that a person may have.
pub const KINDS: [Component; 7] = [
    Component::System,
    Component::Tools,
    Component::FewShot,
    Component::Retrieved,
    Component::History,
    Component::User,
    Component::Output,
];

/// What a kind of part is called.
pub fn label(component: Component) -> &'static str {
    if component.is_output() { "Expected answer" } else { component.label() }
}

/// The model that is priced until another one is chosen.
const FIRST_MODEL: &str = "gpt-5";

impl Draft {
    fn new() -> Draft {
        let mut draft = Draft {
            in_parts: false,
            tokenizer: Tokenizer::default(),
            batch: false,
            unit: Unit::Million,
            order: (QuoteOrder::Cost, false),
            parts: Vec::new(),
            pasting: None,
            link: (false, String::new()),
            trouble: None,
            said: String::new(),
            focus: None,
            epoch: 0,
            typed: Default::default(),
            counts: Vec::new(),
            newest: 0,
            last: Slot::RESPONSE.0,
        };
        draft.set(Field::Model, FIRST_MODEL.to_owned());
        draft.set(Field::Threshold, "30".to_owned());
        for component in KINDS {
            draft.add(component);
        }
        draft
    }

    /// What stands in a field.
    pub fn typed(&self, field: Field) -> &str {
        &self.typed[field as usize]
    }

    /// Puts a text into a field.
    pub fn set(&mut self, field: Field, text: String) {
        self.typed[field as usize] = text;
    }

    /// The models that are compared.
    pub fn models(&self) -> Vec<String> {
        self.typed(Field::Models).split_whitespace().map(str::to_owned).collect()
    }

    /// Adds an empty part.
    pub fn add(&mut self, component: Component) {
        self.last += 1;
        self.parts.push(Part::of(Slot(self.last), component, ""));
    }

    /// Makes a part one of another kind.
    pub fn turn_into(&mut self, at: usize, component: Component) {
        if let Some(part) = self.parts.get_mut(at) {
            *part = Part::of(part.slot, component, &part.name);
        }
    }

    /// The texts in their order, those of the editor that is open.
    pub fn shown(&self) -> Vec<Part> {
        if self.in_parts { self.parts.clone() } else { boxes() }
    }

    /// What is known of a text.
    pub fn counted(&self, slot: Slot) -> Option<&Counted> {
        self.counts.iter().find(|(other, _)| *other == slot).map(|(_, counted)| counted)
    }

    /// Tokens of a text, 0 while they are not counted.
    pub fn tokens(&self, slot: Slot) -> u64 {
        self.counted(slot).and_then(|counted| counted.count).map_or(0, |count| count.tokens)
    }

    /// Tokens of the prompt's parts, or of the answer's. Unknown until all of them are counted.
    pub fn sum(&self, output: bool) -> Figure {
        let mut sum = 0;
        for part in self.shown() {
            match self.counted(part.slot).and_then(|counted| counted.count) {
                _ if part.component.is_output() != output => {}
                Some(count) => sum += count.tokens,
                None => return Figure::UNKNOWN,
            }
        }
        Figure::counted(sum)
    }

    /// Takes note of a count.
    pub fn take_count(&mut self, slot: Slot, news: Result<Count, String>) {
        let place = self.counts.iter().position(|(other, _)| *other == slot).unwrap_or(self.counts.len());
        if place == self.counts.len() {
            self.counts.push((slot, Counted::default()));
        }
        let counted = &mut self.counts[place].1;
        counted.version += 1;
        match news {
            Ok(count) => (counted.count, counted.error) = (Some(count), None),
            Err(error) => counted.error = Some(error),
        }
    }

    /// Takes the text along to the other editor, if nothing is in that one.
    pub fn switch(&mut self, to_parts: bool) {
        self.in_parts = to_parts;
        let has_text = |parts: &[Part]| parts.iter().any(|part| text(part.slot).length() > 0);
        if has_text(&self.shown()) {
            return;
        }
        for (slot, component) in [(Slot::PROMPT, Component::User), (Slot::RESPONSE, Component::Output)] {
            if !to_parts {
                keep_text(slot, self.joined(component.is_output()));
            } else if let Some(part) = self.parts.iter().find(|part| part.component == component) {
                keep_text(part.slot, text(slot));
            }
        }
    }

    /// The texts of prompt parts or of answers, one after another.
    fn joined(&self, output: bool) -> JsString {
        let parts = self.parts.iter().filter(|part| part.component.is_output() == output);
        let texts: Vec<String> = parts.map(|part| text(part.slot).into()).collect();
        texts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n").into()
    }

    /// All of it, for a link. A tokenizer that was opened stays on this machine.
    pub fn sheet(&self) -> Sheet {
        let part = |Part { slot, component, role, name }: Part| SheetPart {
            component,
            role,
            name,
            text: text(slot).into(),
        };
        let typed = FIELDS.iter().zip(&self.typed).take(Field::Search as usize);
        let mut fields: Vec<(String, String)> =
            typed.map(|(name, text)| ((*name).to_owned(), text.clone())).collect();
        if let Tokenizer::BuiltIn(encoding) = self.tokenizer {
            fields.push(("tokenizer".to_owned(), encoding.as_str().to_owned()));
        }
        let switches =
            [("batch", self.batch), ("boxes", !self.in_parts), ("per_1k", self.unit == Unit::Thousand)];
        let set = switches.into_iter().filter(|(_, is_set)| *is_set);
        fields.extend(set.map(|(name, _)| (name.to_owned(), "yes".to_owned())));
        Sheet { parts: self.shown().into_iter().map(part).collect(), fields }
    }

    /// Takes over what a request or a link holds; what is not told stays, and what is not known is left out: a link
    /// may come from another version.
    pub fn take(&mut self, sheet: Sheet) {
        self.epoch += 1;
        self.in_parts = true;
        for (name, text) in sheet.fields {
            match (name.as_str(), FIELDS.iter().position(|field| *field == name)) {
                (_, Some(field)) if field != Field::Model as usize || !text.is_empty() => {
                    self.typed[field] = text;
                }
                ("tokenizer", _) => self.tokenizer = text.parse().map_or(self.tokenizer, Tokenizer::BuiltIn),
                ("batch", _) => self.batch = true,
                ("boxes", _) => self.in_parts = false,
                ("per_1k", _) => self.unit = Unit::Thousand,
                _ => {}
            }
        }
        if self.in_parts {
            self.parts.clear();
        }
        for (i, SheetPart { component, role, name, text }) in sheet.parts.into_iter().enumerate() {
            if self.in_parts {
                self.add(component);
                if let Some(part) = self.parts.last_mut() {
                    (part.role, part.name) = (role, name);
                    keep_text(part.slot, text.into());
                }
            } else if i < 2 {
                keep_text(Slot(i as u32), text.into());
            }
        }
    }

    /// Chooses a tokenizer that has been opened since this was last asked, and leaves one that is open no more.
    pub fn follow(&mut self, opened: &[OpenedTokenizer]) {
        let newest = opened.last().map_or(0, |tokenizer| tokenizer.number);
        let is_new = newest > std::mem::replace(&mut self.newest, newest);
        if is_new {
            self.tokenizer = Tokenizer::Opened(newest);
        } else if matches!(self.tokenizer, Tokenizer::Opened(number) if number > newest) {
            self.tokenizer = Tokenizer::default();
        }
    }
}

/// The two boxes.
fn boxes() -> Vec<Part> {
    vec![
        Part::of(Slot::PROMPT, Component::User, "Prompt"),
        Part::of(Slot::RESPONSE, Component::Output, "Response"),
    ]
}

thread_local! {
    static DRAFT: RefCell<Draft> = RefCell::new(Draft::new());
    // As JavaScript strings: a text of a megabyte is never copied through Rust.
    static TEXTS: RefCell<Vec<(Slot, JsString)>> = const { RefCell::new(Vec::new()) };
}

/// The workbench as it is.
pub fn get() -> Draft {
    DRAFT.with_borrow(Draft::clone)
}

/// Changes it. Says so to `changed`.
pub fn change(changed: &Callback<()>, mut edit: impl FnMut(&mut Draft)) {
    change_dyn(changed, &mut edit);
}

// One copy of what is around every change.
fn change_dyn(changed: &Callback<()>, edit: &mut dyn FnMut(&mut Draft)) {
    DRAFT.with_borrow_mut(edit);
    changed.emit(());
}

/// Puts texts from elsewhere into the boxes.
pub fn put(prompt: &str, response: &str) {
    keep_text(Slot::PROMPT, prompt.into());
    keep_text(Slot::RESPONSE, response.into());
    change(&Callback::noop(), |draft| {
        draft.in_parts = false;
        draft.set(Field::Prompt, String::new());
        draft.set(Field::Answer, String::new());
    });
}

/// The text of a part or a box.
pub fn text(slot: Slot) -> JsString {
    let found = |texts: &Vec<(Slot, JsString)>| {
        texts.iter().find(|(other, _)| *other == slot).map(|(_, text)| text.clone())
    };
    TEXTS.with_borrow(found).unwrap_or_default()
}

/// Forgets what belongs to a part that was removed; false if it is still there.
pub fn forget(slot: Slot) -> bool {
    let is_gone =
        slot > Slot::RESPONSE && DRAFT.with_borrow(|draft| draft.parts.iter().all(|part| part.slot != slot));
    if is_gone {
        keep_text(slot, JsString::default());
        DRAFT.with_borrow_mut(|draft| draft.counts.retain(|(other, _)| *other != slot));
    }
    is_gone
}

/// Keeps the text of a part or a box; one that is empty is forgotten.
pub fn keep_text(slot: Slot, text: JsString) {
    TEXTS.with_borrow_mut(|texts| {
        texts.retain(|(other, _)| *other != slot);
        if text.length() > 0 {
            texts.push((slot, text));
        }
    });
}
