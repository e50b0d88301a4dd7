//! What the workbench asks and shows.

use serde::{Deserialize, Serialize};
use tokens::EncodingName;
use trace::{Component, Role};
use units::{Figure, Money};

/// What divides a text into tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tokenizer {
    /// One that comes with the page.
    BuiltIn(EncodingName),
    /// One that was opened as a file, by its number.
    Opened(u32),
}

impl Default for Tokenizer {
    fn default() -> Tokenizer {
        Tokenizer::BuiltIn(EncodingName::O200kBase)
    }
}

/// A tokenizer that was opened as a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedTokenizer {
    /// Its number in the session, from 1.
    pub number: u32,
    /// The file's name.
    pub name: String,
    /// How it finds tokens: "WordPiece".
    pub kind: String,
    /// Tokens in its vocabulary.
    pub vocabulary: u64,
    /// Whether texts run through a regex engine first, which makes it slower.
    pub has_pattern: bool,
}

/// A text of the workbench, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Slot(pub u32);

impl Slot {
    /// The box for a prompt.
    pub const PROMPT: Slot = Slot(0);
    /// The box for a response.
    pub const RESPONSE: Slot = Slot(1);
}

/// A call to be priced.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Inquiry {
    /// Prompt tokens, without those of a chat's template.
    pub input: u64,
    /// Answer tokens: at least, at most.
    pub output: (u64, u64),
    /// What counted them.
    pub tokenizer: Tokenizer,
    /// Who speaks in each message of the chat, for its template. A bare text has none.
    pub messages: Vec<Role>,
    /// How much of the prompt is read from a cache, per cent.
    pub cached_percent: u32,
    /// Sent in a batch, where it is sold.
    pub batch: bool,
    /// The models, as `provider/model`; none stands for the featured ones.
    pub models: Vec<String>,
    /// A model to quote even if it is not among these.
    pub model: String,
    /// In which order, and whether the largest come first.
    pub order: (QuoteOrder, bool),
    /// Tokens that the next turn would send again beside the answer.
    pub turn: u64,
    /// Tokens at the beginning that stay the same from call to call, where the parts are known.
    pub stable: Option<u64>,
}

/// What quotes are ordered by. Unknown values come last in either direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum QuoteOrder {
    /// Cost of a call.
    #[default]
    Cost,
    /// Name of the model.
    Model,
    /// Prompt tokens.
    Tokens,
    /// Share of the context window.
    Window,
}

/// The content of the workbench.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sheet {
    /// The parts in their order.
    pub parts: Vec<SheetPart>,
    /// What was typed beside them, by the names of the fields.
    pub fields: Vec<(String, String)>,
}

/// A part of the workbench.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SheetPart {
    /// What it is for.
    pub component: Component,
    /// Who speaks.
    pub role: Role,
    /// The name that a person gave it; mostly empty.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// What a text counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Count {
    /// Tokens.
    pub tokens: u64,
    /// Bytes of UTF-8.
    pub bytes: u64,
    /// Unicode characters.
    pub chars: u64,
    /// How long counting took, ms.
    pub ms: f64,
}

/// One token of a text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Piece {
    /// Its id in the encoding.
    pub id: u32,
    /// Its text; bytes that are no whole character are shown as U+FFFD.
    pub text: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What a call costs on a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quote {
    /// The model.
    pub model: String,
    /// The provider.
    pub provider: String,
    /// Tokens that a chat puts around the messages; unknown where the model's rule is not known, or where
    /// [`input`](Self::input) was fitted with them inside.
    pub template: Figure,
    /// Prompt tokens on this model's tokenizer, those of the template included where they are known.
    pub input: Figure,
    /// Answer tokens on this model's tokenizer, at least.
    pub output: Figure,
    /// The same, at most.
    pub output_to: Figure,
    /// How these figures were found.
    pub method: String,
    /// On which calls of the session the prompt's tokens rest, and their error; mostly empty.
    pub fitted: String,
    /// Cost of the prompt.
    pub input_cost: Money,
    /// Cost of one call with the shortest answer.
    pub cost: Money,
    /// Cost of one call with the longest answer.
    pub cost_to: Money,
    /// Cost of a prompt of 1, 2, 4 and 8 times the size.
    pub growth: Vec<Money>,
    /// Prompt tokens read from a cache; 0 if the book has no price for it.
    pub cached: u64,
    /// These are prices of a batch.
    pub is_batch: bool,
    /// Dollars per million input tokens.
    pub input_price: Money,
    /// Dollars per million output tokens.
    pub output_price: Money,
    /// Dollars per million tokens read from a cache, where the book knows it.
    pub read_price: Option<Money>,
    /// Context window in tokens, where the book knows it.
    pub window: Option<u64>,
    /// The use of the window, name and value. Only of the model asked for.
    pub window_facts: Vec<(String, String)>,
    /// What a prompt cache costs and from when on it pays. Only of the model asked for.
    pub cache_facts: Vec<(String, String)>,
    /// Source, version and date of the price.
    pub source: String,
    /// The encoding that counts for it.
    pub encoding: EncodingName,
}

impl Quote {
    /// `provider/model`, as [`Inquiry::models`] has it.
    pub fn name(&self) -> String {
        format!("{}/{}", self.provider, self.model)
    }
}
