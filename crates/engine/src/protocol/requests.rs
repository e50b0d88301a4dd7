//! What the table of requests and its drawer show.

use serde::{Deserialize, Serialize};
use trace::{CallId, Component, Operation, Phases, Role, Status};
use units::{Figure, Money, Nanos, Provenance, Timestamp};

/// A window of the table of calls.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// Calls that the filter lets through.
    pub rows: u32,
    /// Calls in all.
    pub of: u32,
    /// The first row of the window.
    pub from: u32,
    /// The rows of the window.
    pub window: Vec<Row>,
    /// A duration that about nine tenths of the rows stay below: the scale of the small phase bars.
    pub scale: Nanos,
    /// What may be chosen in the filters, with the number of calls.
    pub facets: Facets,
}

/// What may be chosen in the filters, over all calls of the session.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Facets {
    /// Models, most calls first.
    pub models: Vec<(String, u64)>,
    /// Components, most calls first.
    pub components: Vec<(String, u64)>,
    /// Finished calls, failed ones, retried ones.
    pub statuses: [u64; 3],
}

/// One call in the table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The call.
    pub call: CallId,
    /// Its number in the session, from 1, in the order of the files.
    pub number: u32,
    /// When it began.
    pub start: Option<Timestamp>,
    /// Its name.
    pub name: String,
    /// The part of the application it belongs to.
    pub component: String,
    /// The model.
    pub model: String,
    /// The provider.
    pub provider: String,
    /// What was asked.
    pub operation: Operation,
    /// How it ended.
    pub status: Status,
    /// The error's type or code.
    pub error: String,
    /// Failed attempts before it.
    pub retries: u32,
    /// How long it took.
    pub duration: Option<Nanos>,
    /// Time to first token.
    pub ttft: Option<Nanos>,
    /// Prompt tokens.
    pub input: Figure,
    /// Prompt tokens read from a cache.
    pub cached: Figure,
    /// Output tokens.
    pub output: Figure,
    /// Output tokens per second.
    pub rate: Option<f64>,
    /// Computed cost; `None` is "unpriced".
    pub cost: Option<Money>,
    /// Its own phases.
    pub phases: Option<Phases>,
}

/// All that is known of one call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Detail {
    /// What the table shows of it.
    pub row: Row,
    /// Fields from the file and figures computed from them, for the list of all fields.
    pub fields: Vec<Field>,
    /// Tokens times price, class by class.
    pub bill: Vec<BillRow>,
    /// The cost that stands in the file.
    pub reported_cost: Option<Money>,
    /// Source, version and date of the price; empty where unpriced.
    pub price_source: String,
    /// How the file's input count was read.
    pub convention: String,
    /// Prompt and answer, part by part.
    pub messages: Vec<MessageView>,
    /// What to know about the messages, e.g. that earlier turns are not repeated here.
    pub messages_note: String,
    /// Where the record lies: file name and line.
    pub place: String,
    /// How many further records tell of this call.
    pub more: u32,
}

/// One field of a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// Its name for a person.
    pub name: String,
    /// Its value with unit.
    pub value: String,
    /// Where it comes from.
    pub from: Provenance,
    /// How it was computed or read, where that is not obvious.
    pub note: String,
}

/// Tokens of a class times their price.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BillRow {
    /// The class: "Fresh input".
    pub class: String,
    /// Tokens of it.
    pub tokens: Figure,
    /// Dollars per million tokens; `None` is "unpriced".
    pub per_million: Option<Money>,
    /// Tokens times price.
    pub cost: Option<Money>,
    /// What to know about the price, e.g. that the book has none for this class.
    pub note: String,
}

/// A part of a prompt or answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageView {
    /// Who speaks.
    pub role: Role,
    /// What it is for.
    pub component: Component,
    /// Its tokens.
    pub tokens: Figure,
    /// The text, cut at 64 KiB.
    pub text: String,
    /// Bytes of the whole text.
    pub bytes: u64,
}

/// So many raw records are asked for at a time.
pub const RAW_RECORDS: u32 = 50;

/// A raw record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RawRecord {
    /// File name and line.
    pub place: String,
    /// The record as it stands in the file, or a sentence why it cannot be shown.
    pub text: String,
}
