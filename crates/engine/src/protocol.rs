//! The whole conversation between a page and the engine.
//!
//! The page sends [`Command`]s with a number of its choosing and gets one [`Reply`] to each; while files are
//! read, [`Event`]s come unasked. Large things never pass through here: files go as handles, typed text as a
//! string beside the command. Money and times keep all their digits on the way.

mod bill;
mod flame;
mod latency;
mod overview;
mod pack;
mod requests;
mod workbench;

pub use bill::{
    BillAsk, BillGroup, BillLine, BillSheet, BridgeRow, CostTimeline, CostlyCall, Finding, GroupBy, OwnPrice,
    OwnPrices, RepriceAsk, Repriced, Unpriced, Waste,
};
pub use flame::{
    Axis, Bytes, Cut, FlameAnswer, FlameAsk, FlameFile, FlameItem, FlameMap, FlameMark, FlameMode, FlameRow,
    FlameStep, FlameSum, FlameTable, FlameView, FlameWant, FlameWeight, FlameWindow, Ticks,
};
pub use formats::{Ask, Choice, Fields, Mapping, Outline, Part, Source, Unit};
pub use latency::{
    Band, Cloud, Column, Latency, LatencyAsk, Measure, OverTime, PhaseRow, SpanRow, SpreadRow,
};
pub use overview::{
    Bucket, ComponentRow, CostSums, ModelRow, Overview, PhaseSummary, Timeline, TokenSums, Verdict,
    VerdictKind,
};
pub use requests::{BillRow, Detail, Facets, Field, MessageView, RAW_RECORDS, RawRecord, Row, Table};
use serde::{Deserialize, Serialize};
pub use stats::{Bin, Ecdf, Goodput, Histogram, Line, Percentiles, Rule, Rules, Sample, Slo, Spread, When};
pub use tokens::EncodingName;
pub use trace::{
    CallId, Candidate, Component, FileId, FileReport, Operation, Phase, Phases, Problem, ProblemCode, Role,
    Status,
};
use units::{Money, Timestamp};
pub use workbench::{
    Count, Inquiry, OpenedTokenizer, Piece, Quote, QuoteOrder, Sheet, SheetPart, Slot, Tokenizer,
};

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
    Latency(Box<LatencyAsk>),
    /// Which requests keep the promises that are asked about. Answered by [`Answer::Goodput`].
    Goodput(Box<LatencyAsk>),
    /// Something that the flame screen shows. Answered by [`Answer::Flame`].
    Flame(Box<FlameAsk>),
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
    /// Replay the calls through caches. The question lies beside the command and belongs to the cache lab, whose answer is
    /// passed on as it is; without one, the replay that is under way is ended.
    Caches(Filter),
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
    /// So many requests, or steps, of so many were replayed through a cache.
    Replaying(u32, u32),
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
    /// To [`Command::Goodput`].
    Goodput(Box<Goodput>),
    /// To [`Command::Flame`].
    Flame(FlameAnswer),
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
