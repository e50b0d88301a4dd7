//! The whole conversation between a page and the engine.
//!
//! The page sends [`Command`]s with a number of its choosing and gets one [`Reply`] to each; while files are
//! read, [`Event`]s come unasked. Large things never pass through here: files go as handles, typed text as a
//! string beside the command. Money and times keep all their digits on the way.

mod bill;

pub use bill::{
    BillAsk, BillGroup, BillLine, BillSheet, BridgeRow, CostTimeline, CostlyCall, Finding, GroupBy, OwnPrice,
    OwnPrices, RepriceAsk, Repriced, Unpriced, Waste,
};
pub use formats::{Ask, Choice, Fields, Mapping, Outline, Part, Source, Unit};
use serde::{Deserialize, Serialize};
pub use stats::{Bin, Histogram, Percentiles};
pub use tokens::EncodingName;
pub use trace::{
    CallId, Candidate, Component, FileId, FileReport, Operation, Phase, Phases, Problem, ProblemCode, Role,
    Status,
};
use units::{Figure, Money, Nanos, Provenance, Timestamp};

/// What may be asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Read files into the session; the handles lie beside the command. Answered by [`Answer::Session`].
    Open,
    /// Read all files of the session again, these as they were chosen to be read, all others by their content.
    /// Answered by [`Answer::Session`].
    Reopen(Vec<(FileId, Choice)>),
    /// Every format that can be chosen. Answered by [`Answer::Formats`].
    Formats,
    /// What stands where in a file, and its first records as calls. Answered by [`Answer::Mapped`].
    Map {
        /// The file.
        file: FileId,
        /// By which mapping.
        ask: Ask,
    },
    /// Stop the reading that is under way, or else the counting; what was read and counted stays. Answered by
    /// [`Answer::Session`].
    Cancel,
    /// Count the texts that were left when the counting was stopped. Answered by [`Answer::Session`].
    CountTexts,
    /// Forget all files; the user's own prices stay. Answered by [`Answer::Session`].
    Clear,
    /// Everything the overview shows. Answered by [`Answer::Overview`].
    Overview(Filter),
    /// Everything the latency screen shows. Answered by [`Answer::Latency`].
    Latency {
        /// Which calls.
        filter: Filter,
        /// In which order the single requests stand.
        order: LatencyOrder,
    },
    /// A window of the table of calls. Answered by [`Answer::Table`].
    Table {
        /// Which calls.
        filter: Filter,
        /// In which order.
        sort: Sort,
        /// The first row of the window, from 0.
        from: u32,
        /// How many rows.
        count: u32,
    },
    /// All that is known of one call. Answered by [`Answer::Detail`].
    Detail(CallId),
    /// The raw records of a call, as they stand in the file: [`RAW_RECORDS`] of them from one on. Answered by
    /// [`Answer::Raw`].
    Raw(CallId, u32),
    /// A price for a model that the book does not know, or knows wrongly. Answered by [`Answer::Session`].
    SetPrice {
        /// The model's name as the trace has it.
        model: String,
        /// Dollars per million input tokens.
        input: Money,
        /// Dollars per million output tokens.
        output: Money,
    },
    /// Everything the bill shows. Answered by [`Answer::Bill`].
    Bill(Box<BillAsk>),
    /// What the traffic costs on other models. Texts are counted for them, too. Answered by [`Answer::Repriced`].
    Reprice(Box<RepriceAsk>),
    /// The user's own prices; a price list beside the command joins them. Answered by [`Answer::OwnPrices`].
    OwnPrices,
    /// Forget the user's own price of a model, or all of them if the name is empty. Answered by
    /// [`Answer::OwnPrices`].
    ForgetPrice(String),
    /// Count a text, which lies beside the command. Answered by [`Answer::Count`].
    Count {
        /// Which text of the workbench it is; the engine keeps the last of each, unless that is empty.
        slot: Slot,
        /// What to count with.
        tokenizer: Tokenizer,
    },
    /// Some pieces of the text last counted for a slot. Answered by [`Answer::Pieces`].
    Pieces {
        /// Which text.
        slot: Slot,
        /// The first piece, from 0.
        from: u32,
        /// How many.
        count: u32,
    },
    /// What a call of this size costs on models of the price book. Answered by [`Answer::Quotes`].
    Quote(Inquiry),
    /// Models of the price book whose name holds these words. Answered by [`Answer::Models`].
    Models(String),
    /// Take a request to a provider, or a `curl` command with one, apart; it lies beside the command. Answered by
    /// [`Answer::Sheet`].
    Split,
}

/// What the engine says unasked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// How far the reading of files has come.
    Progress(Progress),
    /// How far the counting of texts has come.
    Counting(Counting),
    /// A fault that ended the engine; it must be started anew.
    Fault(String),
}

/// An answer, or a sentence why there is none.
pub type Reply = Result<Answer, String>;

/// What is answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// To commands that change the session.
    Session(SessionInfo),
    /// To [`Command::Overview`].
    Overview(Box<Overview>),
    /// To [`Command::Latency`].
    Latency(Box<Latency>),
    /// To [`Command::Bill`].
    Bill(Box<BillSheet>),
    /// To [`Command::Reprice`]: first the calls as they were made.
    Repriced(Vec<Repriced>),
    /// To [`Command::OwnPrices`].
    OwnPrices(OwnPrices),
    /// To [`Command::Table`].
    Table(Table),
    /// To [`Command::Detail`].
    Detail(Box<Detail>),
    /// To [`Command::Raw`].
    Raw(Vec<RawRecord>),
    /// To [`Command::Count`].
    Count(Count),
    /// To [`Command::Pieces`].
    Pieces(Vec<Piece>),
    /// To [`Command::Quote`].
    Quotes(Vec<Quote>),
    /// To [`Command::Formats`]: the key of each, and its name with what it belongs with.
    Formats(Vec<(String, String)>),
    /// To [`Command::Map`].
    Mapped(Box<Mapped>),
    /// To [`Command::Models`]: `provider/model`, and its price in words.
    Models(Vec<(String, String)>),
    /// To [`Command::Split`].
    Sheet(Sheet),
}

/// Which calls a figure counts. The default counts all.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Filter {
    /// Text that must occur in a prompt, an answer, a name or an id; case does not matter.
    pub text: String,
    /// The model by name.
    pub model: Option<String>,
    /// The part of the application by name.
    pub component: Option<String>,
    /// How the call ended.
    pub status: Option<StatusFilter>,
}

/// How a call ended, as far as a filter tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StatusFilter {
    /// Finished.
    Ok,
    /// Failed, refused or cancelled.
    Error,
    /// Failed and tried again.
    Retried,
}

/// A column to sort by, and the direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sort {
    /// The column.
    pub by: SortKey,
    /// Largest first.
    pub descending: bool,
}

/// The columns of the table that can be sorted by. Unknown values come last in either direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SortKey {
    /// Start time; without times, the order in the files.
    #[default]
    Start,
    /// Name.
    Name,
    /// Model.
    Model,
    /// Status.
    Status,
    /// Duration.
    Duration,
    /// Time to first token.
    Ttft,
    /// Prompt tokens.
    Input,
    /// Prompt tokens read from a cache.
    Cached,
    /// Output tokens.
    Output,
    /// Output tokens per second.
    Rate,
    /// Cost.
    Cost,
}

/// The order of the single requests on the latency screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum LatencyOrder {
    /// Fastest first.
    #[default]
    Duration,
    /// Earliest first.
    Time,
}

/// How far the reading of files has come.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// The file being read.
    pub name: String,
    /// Its place among the files of this opening, from 1.
    pub file: u32,
    /// How many files this opening has.
    pub files: u32,
    /// Bytes read of all these files.
    pub bytes: u64,
    /// Bytes of all these files.
    pub total_bytes: u64,
    /// Records read of all these files.
    pub records: u64,
}

/// How far the counting of texts has come.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Counting {
    /// Bytes of distinct texts counted since this counting began.
    pub bytes: u64,
    /// Bytes that are left.
    pub left: u64,
    /// The encodings they are counted with.
    pub encodings: Vec<EncodingName>,
    /// Workers that count; 0 if the engine's own does.
    pub workers: u32,
    /// It has ended: all is counted, it was stopped, or what is left lacks a vocabulary.
    pub over: bool,
}

/// The state of the session: its files and what there is to see.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SessionInfo {
    /// Grows with every change; answers to older questions are stale.
    pub generation: u32,
    /// The files and what became of their records.
    pub files: Vec<FileReport>,
    /// Model calls.
    pub requests: u64,
    /// Spans.
    pub spans: u64,
    /// First start and last end of the session's calls and spans, where there are times.
    pub range: Option<(Timestamp, Timestamp)>,
    /// Encodings whose vocabulary the session would need to count texts exactly. The page fetches them; the
    /// worker asks for them itself.
    pub wants: Vec<EncodingName>,
    /// Grows with every change of the user's own prices.
    pub prices: u32,
    /// Tokenizers that were opened as files, in the order of their numbers.
    pub tokenizers: Vec<OpenedTokenizer>,
}

/// What a mapping makes of a file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Mapped {
    /// What stands where, and the mapping.
    pub outline: Outline,
    /// The parts that are mapped, by their names.
    pub columns: Vec<String>,
    /// The first records as calls: what each of these parts is, with its unit.
    pub rows: Vec<Vec<String>>,
    /// What is wrong with these records.
    pub warnings: Vec<String>,
}

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

/// Sums of tokens over calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenSums {
    /// All prompt tokens.
    pub input: u64,
    /// Neither read from nor written to a cache.
    pub fresh: u64,
    /// Read from a cache.
    pub cache_read: u64,
    /// Written to a cache.
    pub cache_write: u64,
    /// Generated, reasoning included.
    pub output: u64,
    /// Reasoning.
    pub reasoning: u64,
    /// Calls that are not in the sums because neither their input nor their output is known.
    pub unknown_calls: u64,
    /// Calls whose output is in the sums and whose input is not known.
    pub unknown_input: u64,
    /// Calls whose input is in the sums and whose output is not known, though they have one.
    pub unknown_output: u64,
    /// Whether any call tells its cache reads; else the sum of 0 says nothing.
    pub cache_read_told: bool,
    /// Whether any call tells its cache writes.
    pub cache_write_told: bool,
    /// Whether any call tells its reasoning tokens.
    pub reasoning_told: bool,
    /// The weakest provenance among the summands.
    pub from: Provenance,
}

impl TokenSums {
    /// Input and output.
    pub const fn total(&self) -> u64 {
        self.input.saturating_add(self.output)
    }
}

/// Sums of money over calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostSums {
    /// Tokens times price, of the calls that have both. `None` if no call has.
    pub computed: Option<Money>,
    /// Calls in that sum.
    pub priced_calls: u64,
    /// Calls whose model has no price, or whose tokens are unknown; without those that failed before any
    /// token was counted.
    pub unpriced_calls: u64,
    /// What the files say. `None` if they say nothing.
    pub reported: Option<Money>,
    /// Calls in that sum.
    pub reported_calls: u64,
}

/// Everything the overview shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Overview {
    /// Calls that the filter lets through.
    pub requests: u64,
    /// Calls in all.
    pub of: u64,
    /// Distinct traces or sessions among them.
    pub traces: u64,
    /// Failed, refused and cancelled calls.
    pub errors: u64,
    /// Of these: refused with 429 or 529.
    pub rate_limited: u64,
    /// Of these: cancelled by the caller.
    pub cancelled: u64,
    /// Calls that came through after failed attempts.
    pub retried: u64,
    /// Tokens.
    pub tokens: TokenSums,
    /// Money.
    pub cost: CostSums,
    /// Duration of finished calls, ms.
    pub latency: Option<Percentiles>,
    /// Time to first token of finished calls, ms.
    pub ttft: Option<Percentiles>,
    /// Mean gap between tokens per finished call, ms.
    pub itl: Option<Percentiles>,
    /// Output tokens per second per finished call.
    pub rate: Option<Percentiles>,
    /// Calls over time, where there are times.
    pub timeline: Option<Timeline>,
    /// By model, dearest first, then most tokens.
    pub models: Vec<ModelRow>,
    /// By component, most tokens first.
    pub components: Vec<ComponentRow>,
    /// Where the time goes, where phases are known.
    pub phases: Option<PhaseSummary>,
    /// What to look at first.
    pub verdicts: Vec<Verdict>,
}

/// Calls over time in equal steps.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Timeline {
    /// The first bucket's start.
    pub start: Option<Timestamp>,
    /// A bucket's length.
    pub step: Nanos,
    /// The models told apart, most calls first; the last entry may stand for all others.
    pub models: Vec<String>,
    /// The buckets.
    pub buckets: Vec<Bucket>,
    /// Calls left out because their files tell times since their own beginning only, while others have dates.
    pub undated: u64,
}

/// One step of the timeline.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bucket {
    /// Calls by model, in the order of [`Timeline::models`].
    pub calls: Vec<u32>,
    /// Failed, refused and cancelled calls.
    pub failed: u32,
    /// p50, p95 and p99 of the duration of finished calls, ms.
    pub latency: Option<[f64; 3]>,
}

/// A model's part of the traffic.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ModelRow {
    /// As the trace names it; empty where it does not.
    pub model: String,
    /// The provider, where the trace says it.
    pub provider: String,
    /// Calls.
    pub calls: u64,
    /// Tokens.
    pub tokens: TokenSums,
    /// Computed cost; `None` is "unpriced".
    pub cost: Option<Money>,
    /// Where the price is from: source and date, or "typed by you".
    pub price_source: String,
}

/// A component's part of the tokens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComponentRow {
    /// Its name: `few_shot_examples`, or the name the trace gives.
    pub name: String,
    /// The part of the prompt it is, for its colour.
    pub kind: Option<Component>,
    /// Its tokens, prompt and completion.
    pub tokens: u64,
    /// Of these: prompt tokens.
    pub prompt: u64,
    /// Of these: completion tokens.
    pub completion: u64,
    /// Where the figure is from.
    pub from: Provenance,
    /// Share of all tokens.
    pub share: f64,
    /// Whether the share is above the threshold of waste.
    pub wasteful: bool,
    /// Its part of the computed cost.
    pub cost: Option<Money>,
}

/// Where the time goes, over end-to-end requests.
///
/// An end-to-end request is a root span that holds model calls, or a call or profile that stands alone: the
/// phases around the model call only exist there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PhaseSummary {
    /// End-to-end requests.
    pub requests: u64,
    /// The sum of each phase.
    pub sums: Phases,
    /// The largest phase of the sums.
    pub bottleneck: Option<Phase>,
    /// Mean phases of the requests around the median.
    pub p50: Phases,
    /// Mean phases of the requests around p99.
    pub p99: Phases,
}

/// One finding in words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// What it is about: decides icon and colour.
    pub kind: VerdictKind,
    /// The finding: "Queue wait is 80% of p99".
    pub head: String,
    /// The figures behind it.
    pub body: String,
}

/// What a verdict is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum VerdictKind {
    /// Where the time goes; leads to the latency screen.
    Time,
    /// Where the tokens go.
    Tokens,
    /// Where the money goes.
    Money,
    /// Errors and retries; leads to the failed requests.
    Errors,
}

/// Everything the latency screen shows. All charts but the distributions are over end-to-end requests.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Latency {
    /// End-to-end requests with a duration.
    pub requests: u64,
    /// Model calls that the filter lets through, and calls in all.
    pub calls: (u64, u64),
    /// Requests or means of neighbouring requests, at most 300 columns. Sorted by duration, columns of the
    /// slowest tenth hold fewer requests each.
    pub columns: Vec<Column>,
    /// What each percentile is made of.
    pub bands: Vec<Band>,
    /// Duration of end-to-end requests, ms.
    pub durations: Option<Percentiles>,
    /// The histogram of these durations.
    pub histogram: Option<Histogram>,
    /// Duration of finished calls, ms.
    pub call_durations: Option<Percentiles>,
    /// The histogram of these.
    pub call_histogram: Option<Histogram>,
    /// Time to first token of finished calls, ms.
    pub ttft: Option<Percentiles>,
    /// The histogram of these.
    pub ttft_histogram: Option<Histogram>,
    /// Mean gap between tokens of finished calls, ms.
    pub itl: Option<Percentiles>,
    /// Each phase over all requests.
    pub phases: Vec<PhaseRow>,
    /// The largest phase of the whole set.
    pub bottleneck: Option<Phase>,
    /// In how many requests each phase is the largest, in the order of [`Phase::ALL`].
    pub bottlenecks: [u64; Phase::COUNT],
}

/// One end-to-end request, or the mean of some.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// How many requests.
    pub n: u32,
    /// Its phases; the mean of each where there are several.
    pub phases: Phases,
    /// The largest phase.
    pub bottleneck: Option<Phase>,
    /// Its name and start; of the first where there are several.
    pub name: String,
    /// When it began, if known.
    pub start: Option<Timestamp>,
    /// A call of it, to open.
    pub call: Option<CallId>,
}

/// What the requests around a percentile are made of.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Band {
    /// The percentile, 0 to 1.
    pub p: f64,
    /// Mean phases of the requests around it.
    pub phases: Phases,
    /// The largest of them.
    pub bottleneck: Option<Phase>,
    /// How many requests were averaged.
    pub n: u32,
}

/// One phase over all requests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PhaseRow {
    /// The phase.
    pub phase: Phase,
    /// p50, p95 and p99, ms.
    pub percentiles: [f64; 3],
    /// The sum over all requests.
    pub sum: Nanos,
    /// Its share of all time.
    pub share: f64,
}

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
