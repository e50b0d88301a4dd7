use std::rc::Rc;

use formats::{About, Ask, Choices, FORMATS, Import, Mapping, Request};
use rustc_hash::FxHashMap;
use tokens::{Encoding, EncodingName};
use trace::{Call, CallId, FileId, Message, RecordRef, Trace, TraceBuilder, Usage};
use units::Timestamp;

use crate::{
    answers,
    bill::Bill,
    calibration::{Calibration, calibrate},
    counts::Counts,
    protocol::{Answer, Command, Filter, OpenedTokenizer, Reply, SessionInfo, Sheet, SheetPart, Slot},
    shard::Shard,
    traffic::traffic,
};

/// All files of one page or one run of the command line, and everything that can be asked of them.
pub struct Session {
    builder: TraceBuilder,
    import: Option<Import>,
    pub(crate) counts: Counts,
    pub(crate) bill: Bill,
    pub(crate) bench: answers::Bench,
    pub(crate) order: answers::OrderCache,
    flame: answers::FlameCache,
    pub(crate) tokenizers: Vec<OpenedTokenizer>,
    /// What there was to say of the price list that was dropped last.
    pub(crate) list_notes: Vec<String>,
    /// What the calls tell of tokenizers that nobody has, by model, and of which generation that is.
    pub(crate) fits: FxHashMap<String, Calibration>,
    fitted: Option<u32>,
    generation: u32,
    /// Calls whose usage holds counted figures at the moment, and what the files say of it.
    filled: Vec<(CallId, Usage)>,
    /// Texts have been counted since the figures were last filled in.
    news: bool,
}

impl Default for Session {
    fn default() -> Session {
        Session::new()
    }
}

impl Session {
    /// An empty session with the bundled prices and no vocabulary.
    pub fn new() -> Session {
        Session {
            builder: TraceBuilder::new(),
            import: None,
            counts: Counts::default(),
            bill: Bill::new(),
            bench: answers::Bench::default(),
            order: answers::OrderCache::default(),
            flame: answers::FlameCache::default(),
            tokenizers: Vec::new(),
            list_notes: Vec::new(),
            fits: FxHashMap::default(),
            fitted: None,
            generation: 0,
            filled: Vec::new(),
            news: false,
        }
    }

    /// What has been read.
    pub fn trace(&self) -> &Trace {
        self.builder.trace()
    }

    /// Begins a file of so many bytes on disk. A file that is still open is ended first.
    pub fn begin_file(&mut self, name: &str, bytes: u64) {
        self.begin_file_as(name, bytes, &Rc::default());
    }

    /// The same for a file that may be read otherwise than its content tells.
    pub fn begin_file_as(&mut self, name: &str, bytes: u64, choices: &Rc<Choices>) {
        self.end_file();
        self.import = Some(Import::begin_as(name, bytes, choices, &mut self.builder));
    }

    /// Forgets what was read of all files, so that they can be read again; prices and tokenizers stay.
    pub fn forget_files(&mut self) {
        let former = std::mem::take(self);
        *self = Session {
            counts: former.counts,
            bill: former.bill,
            bench: former.bench,
            tokenizers: former.tokenizers,
            list_notes: former.list_notes,
            generation: former.generation,
            ..Session::new()
        };
        self.counts.clear();
        self.bill.forget_names();
        self.changed();
    }

    /// What a mapping makes of the beginning of a file.
    ///
    /// # Errors
    /// A sentence if there are no records to be seen.
    pub fn map(head: &str, ask: &Ask) -> Reply {
        Ok(Answer::Mapped(Box::new(answers::mapped(head, ask)?)))
    }

    pub(crate) fn preview(&mut self, head: &str, mapping: &Mapping) {
        formats::preview(head, mapping, &mut self.builder);
    }

    /// The next bytes of the file, as they lie on disk. False once nothing more is needed of it, because no
    /// reader knows its content.
    pub fn push(&mut self, chunk: &[u8]) -> bool {
        // A table asked for meanwhile shows what there was then.
        self.order.clear();
        self.flame = answers::FlameCache::default();
        self.empty_usage();
        match &mut self.import {
            Some(import) => {
                import.push(chunk, &mut self.builder);
                import.wants_more()
            }
            None => false,
        }
    }

    /// Records read of the file that is open.
    pub fn records(&self) -> u64 {
        self.import.as_ref().map_or(0, Import::records)
    }

    /// Ends the file: joins what its records tell of each other and of earlier files.
    pub fn end_file(&mut self) {
        self.close_file(Import::finish);
    }

    /// Gives the file up before its end; what was read stays, and the report says how far that was.
    pub fn stop_file(&mut self) {
        self.close_file(Import::stop);
    }

    fn close_file(&mut self, close: fn(Import, &mut TraceBuilder) -> FileId) {
        if let Some(import) = self.import.take() {
            self.empty_usage();
            close(import, &mut self.builder);
            self.counts.rewind();
            self.fill_usage();
            self.changed();
        }
    }

    /// Gives a vocabulary, as it lies in `www/vocab/`.
    ///
    /// # Errors
    /// A sentence if the bytes are not that vocabulary.
    pub fn set_vocabulary(&mut self, name: EncodingName, asset: &[u8]) -> Result<(), String> {
        let encoding = Encoding::load(name, asset).map_err(|error| error.to_string())?;
        self.counts.set_encoding(encoding);
        Ok(())
    }

    /// Whether a vocabulary has been given.
    pub fn has_vocabulary(&self, name: EncodingName) -> bool {
        self.counts.encoding(name).is_some()
    }

    /// Hands out the next shard of texts to be counted, of about `bytes` bytes; whoever counts it brings the
    /// counts to [`settle_shard`](Self::settle_shard). `None` if all texts are counted or with somebody, or
    /// wait for a vocabulary. In whichever order and size shards are counted, the figures come out the same.
    pub fn next_shard(&mut self, bytes: usize) -> Option<Shard> {
        self.look();
        self.counts.next_shard(self.builder.trace(), bytes)
    }

    /// Takes the counts of a shard, one for each of its parts. A shard of which there are not as many counts
    /// is lost.
    pub fn settle_shard(&mut self, shard: u32, counts: &[u32]) {
        self.counts.ledger().settle(shard, counts, self.builder.trace());
        self.news = true;
    }

    /// Whoever had this shard was lost over it; it is handed out once more, then given up. Answers how many
    /// bytes of texts were given up: their tokens stay unknown.
    pub fn lose_shard(&mut self, shard: u32) -> u64 {
        self.counts.ledger().lose(shard)
    }

    /// Takes back all shards: counts of them that still come are of no use.
    pub fn take_back_shards(&mut self) {
        self.counts.ledger().take_back();
    }

    /// Bytes of distinct texts counted so far, and bytes that are left of each encoding whose vocabulary is
    /// there.
    pub fn counting(&mut self) -> (u64, Vec<(EncodingName, u64)>) {
        self.look();
        self.counts.progress()
    }

    /// Bytes of distinct texts that are not counted, those of missing vocabularies included.
    pub fn uncounted(&mut self) -> u64 {
        self.look();
        self.counts.uncounted()
    }

    /// Brings the counts so far into the figures. False if there is none that they do not have.
    pub fn show_counts(&mut self) -> bool {
        let news = std::mem::take(&mut self.news);
        if news {
            self.empty_usage();
            self.fill_usage();
            self.changed();
        }
        news
    }

    /// Counts about `bytes` bytes of texts here and now. True while there is more to do; then
    /// [`show_counts`](Self::show_counts).
    pub fn work(&mut self, bytes: usize) -> bool {
        let Some(shard) = self.next_shard(bytes) else { return false };
        match self.counts.encoding(shard.encoding).map(|encoding| shard.count(encoding)) {
            Some(counts) => self.settle_shard(shard.number, &counts),
            None => self.take_back_shards(),
        }
        true
    }

    /// A trace is looked at when it is settled only.
    fn look(&mut self) {
        if self.import.is_none() {
            self.counts.look(self.builder.trace());
        }
    }

    /// Counts a text of the workbench. The answer leaves the time taken at 0: the caller has the clock.
    pub fn count(&mut self, slot: Slot, encoding: EncodingName, text: &str) -> Reply {
        let encoding = self.counts.encoding(encoding).ok_or("The vocabulary has not been loaded.")?;
        Ok(Answer::Count(self.bench.count(slot, encoding, text)))
    }

    /// Takes a request, or a `curl` command, apart into parts of the workbench.
    pub fn split(text: &str) -> Reply {
        let Request { model, parts } = Request::parse(text)?;
        let part = |(role, component, text)| SheetPart { component, role, name: String::new(), text };
        let fields = vec![("model".to_owned(), model)];
        Ok(Answer::Sheet(Sheet { parts: parts.into_iter().map(part).collect(), fields }))
    }

    /// Adds a tokenizer that whoever holds the session runs itself. The answer is its number, whatever the
    /// number in `tokenizer` is.
    pub fn add_tokenizer(&mut self, tokenizer: OpenedTokenizer) -> u32 {
        let number = self.tokenizers.len() as u32 + 1;
        self.tokenizers.push(OpenedTokenizer { number, ..tokenizer });
        self.changed();
        number
    }

    /// Takes over what an opened tokenizer found in a text of the workbench: of each token its id, and the byte
    /// at which its part of the text ends. The answer leaves the time taken at 0.
    pub fn take_count(&mut self, slot: Slot, text: String, tokens: Vec<(u32, u32)>) -> Reply {
        Ok(Answer::Count(self.bench.take(slot, text, tokens)))
    }

    /// Takes a price list of the user's: LiteLLM's, models.dev's, or one that was exported. Its prices come before
    /// those of the book.
    ///
    /// # Errors
    /// A sentence if the text is no price list.
    pub fn add_prices(&mut self, list: &str, source: &str) -> Reply {
        let imported = pricing::import::read(list, source)?;
        if source != pricing::Price::TYPED {
            self.list_notes = answers::import_notes(source, &imported);
        }
        self.bill.change(|book| {
            for price in imported.prices {
                let model = price.model.to_string();
                book.set(&model, price);
            }
        });
        self.changed();
        Ok(Answer::OwnPrices(answers::own_prices(self)))
    }

    /// Where the raw records of a call lie; see [`Trace::places`](trace::Trace::places).
    pub fn raw_records(&self, call: CallId) -> Vec<RecordRef> {
        let trace = self.trace();
        if call.0 as usize >= trace.records.len() {
            return Vec::new();
        }
        trace.places(call)
    }

    /// File name and line of a record, for people.
    pub fn place(&self, record: RecordRef) -> String {
        let FileId(file) = record.file;
        let name = self.trace().files.get(file as usize).map_or("", |file| file.name.as_str());
        format!("{name}, line {}", record.line)
    }

    /// The calls of a filter as traffic that caches can be replayed on.
    pub fn traffic(&mut self, filter: &Filter) -> caching::Owned {
        self.show_reading();
        traffic(self, filter)
    }

    /// Fills in counted figures that reading has taken out.
    fn show_reading(&mut self) {
        if self.import.is_some() && self.filled.is_empty() {
            self.fill_usage();
        }
    }

    /// Answers a command. [`Command::Open`], [`Command::Reopen`], [`Command::Cancel`], [`Command::Count`],
    /// [`Command::Map`], [`Command::Split`] and [`Command::Raw`] need what lies beside the command, so whoever holds the
    /// files and texts answers them with the other methods.
    pub fn answer(&mut self, command: Command) -> Reply {
        self.show_reading();
        Ok(match command {
            Command::Open | Command::Cancel | Command::CountTexts => Answer::Session(self.info()),
            Command::Clear => {
                let former = std::mem::take(self);
                let Session { counts, bill, list_notes, generation, .. } = former;
                *self = Session { counts, bill, list_notes, generation, ..Session::new() };
                self.counts.clear();
                self.bill.forget_names();
                self.changed();
                Answer::Session(self.info())
            }
            Command::SetPrice { model, input, output } => {
                self.bill.set(&model, input, output)?;
                self.changed();
                Answer::Session(self.info())
            }
            Command::Overview(filter) => Answer::Overview(Box::new(answers::overview(self, &filter))),
            Command::Latency(ask) => Answer::Latency(Box::new(answers::latency(self, &ask)?)),
            Command::Goodput(ask) => Answer::Goodput(Box::new(answers::goodput(self, &ask)?)),
            Command::Flame(ask) => {
                // Apart from the session while it reads from it.
                let mut cache = std::mem::take(&mut self.flame);
                let answer = answers::flame(self, &mut cache, &ask);
                self.flame = cache;
                Answer::Flame(answer?)
            }
            Command::Bill(ask) => Answer::Bill(Box::new(answers::bill(self, &ask)?)),
            Command::Reprice(ask) => Answer::Repriced(answers::reprice(self, &ask)?),
            Command::OwnPrices => Answer::OwnPrices(answers::own_prices(self)),
            Command::ForgetPrice(model) => {
                self.bill.change(|book| match model.is_empty() {
                    true => *book = pricing::PriceBook::bundled(),
                    false => book.unset(&model),
                });
                self.list_notes.clear();
                self.changed();
                Answer::OwnPrices(answers::own_prices(self))
            }
            Command::Table { filter, sort, from, count } => {
                Answer::Table(answers::table(self, &filter, sort, from, count))
            }
            Command::Detail(call) => Answer::Detail(Box::new(answers::detail(self, call)?)),
            Command::Pieces { slot, from, count } => {
                Answer::Pieces(self.bench.pieces(&self.counts, slot, from, count)?)
            }
            Command::Quote(ask) => {
                if self.fitted != Some(self.generation) {
                    self.fits = calibrate(self);
                    self.fitted = Some(self.generation);
                }
                Answer::Quotes(answers::quotes(self, &ask))
            }
            Command::Formats => Answer::Formats(FORMATS.iter().map(|format| named(format.about())).collect()),
            Command::Models(text) => Answer::Models(answers::models(self, &text)),
            Command::Caches(_)
            | Command::Reopen(_)
            | Command::Map { .. }
            | Command::Raw(..)
            | Command::Count { .. }
            | Command::Split => {
                return Err("This command needs a file or a text beside it.".to_owned());
            }
        })
    }

    /// The state of the session.
    pub fn info(&self) -> SessionInfo {
        let trace = self.trace();
        SessionInfo {
            generation: self.generation,
            files: trace.files.clone(),
            requests: trace.calls().count() as u64,
            spans: trace.spans.len() as u64,
            range: range(trace),
            wants: self.counts.wants(trace),
            prices: self.bill.changes(),
            tokenizers: self.tokenizers.clone(),
        }
    }

    /// Grows with every change.
    pub fn generation(&self) -> u32 {
        self.generation
    }

    fn changed(&mut self) {
        self.generation += 1;
        self.order.clear();
        self.flame = answers::FlameCache::default();
    }

    /// Counted tokens where the file tells none. Only of finished calls: a provider does not bill a prompt
    /// that it refused.
    fn fill_usage(&mut self) {
        let filled: Vec<(CallId, Usage)> = self
            .trace()
            .calls()
            .filter(|(_, call)| {
                call.is_finished() && !(call.usage.input.is_known() && call.usage.output.is_known())
            })
            .map(|(id, call)| (id, self.counted_usage(call)))
            .collect();
        let fill = |(id, usage)| (id, std::mem::replace(&mut self.builder.call_mut(id).usage, usage));
        self.filled = filled.into_iter().map(fill).collect();
    }

    /// Takes counted tokens out again, before more is read: which of two tellings of a call is the better one
    /// must not depend on how far the counting has come.
    fn empty_usage(&mut self) {
        for (id, usage) in self.filled.drain(..) {
            self.builder.call_mut(id).usage = usage;
        }
    }

    fn counted_usage(&self, call: &Call) -> Usage {
        let mut usage = call.usage;
        if !usage.input.is_known() {
            let convention = usage.convention;
            usage.set_input(self.counts.of_call(self.trace(), call, false), convention);
        }
        usage.output = usage.output.or(self.counts.of_call(self.trace(), call, true));
        usage
    }

    /// The messages of a call.
    pub(crate) fn messages(&self, call: &Call) -> &[Message] {
        self.trace().messages(call)
    }
}

fn named(about: &About) -> (String, String) {
    (about.key.to_owned(), format!("{} ({})", about.name, about.family.name()))
}

/// First start and last end of everything that has a date, or else of everything that has a time.
fn range(trace: &Trace) -> Option<(Timestamp, Timestamp)> {
    let spans = trace.spans.iter().filter_map(|span| Some((span.start?, span.end().or(span.start)?)));
    let calls = trace.calls().filter_map(|(_, call)| Some((call.start?, call.end().or(call.start)?)));
    spans.chain(calls).reduce(|one, other| match (one.0.is_dated(), other.0.is_dated()) {
        (true, false) => one,
        (false, true) => other,
        _ => (one.0.min(other.0), one.1.max(other.1)),
    })
}
