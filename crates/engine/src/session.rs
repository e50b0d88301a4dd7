use formats::Import;
use tokens::{Encoding, EncodingName};
use trace::{Call, CallId, FileId, Message, RecordRef, Trace, TraceBuilder, Usage};
use units::Timestamp;

use crate::{
    answers,
    bill::Bill,
    counts::Counts,
    protocol::{Answer, Command, OpenedTokenizer, Reply, SessionInfo, Slot},
};

/// All files of one page or one run of the command line, and everything that can be asked of them.
pub struct Session {
    builder: TraceBuilder,
    import: Option<Import>,
    pub(crate) counts: Counts,
    pub(crate) bill: Bill,
    pub(crate) bench: answers::Bench,
    pub(crate) order: answers::OrderCache,
    pub(crate) tokenizers: Vec<OpenedTokenizer>,
    generation: u32,
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
            tokenizers: Vec::new(),
            generation: 0,
        }
    }

    /// What has been read.
    pub fn trace(&self) -> &Trace {
        self.builder.trace()
    }

    /// Begins a file of so many bytes on disk. A file that is still open is ended first.
    pub fn begin_file(&mut self, name: &str, bytes: u64) {
        self.end_file();
        self.import = Some(Import::begin(name, bytes, &mut self.builder));
    }

    /// The next bytes of the file, as they lie on disk. False once nothing more is needed of it, because no
    /// reader knows its content.
    pub fn push(&mut self, chunk: &[u8]) -> bool {
        // A table asked for meanwhile shows what there was then.
        self.order.clear();
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
            close(import, &mut self.builder);
            self.counts.rewind();
            self.counts_changed();
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

    /// Counts about `bytes` bytes of texts that have not been counted. True while there is more to do. When
    /// it is done, figures that depend on counts have changed.
    pub fn work(&mut self, bytes: usize) -> bool {
        if self.counts.step(self.builder.trace(), bytes) {
            return true;
        }
        self.fill_usage();
        self.counts_changed();
        false
    }

    /// Counts a text of the workbench. The answer leaves the time taken at 0: the caller has the clock.
    pub fn count(&mut self, slot: Slot, encoding: EncodingName, text: &str) -> Reply {
        let encoding = self.counts.encoding(encoding).ok_or("The vocabulary has not been loaded.")?;
        Ok(Answer::Count(self.bench.count(slot, encoding, text)))
    }

    /// Adds a tokenizer that whoever holds the session runs itself. The answer is its number, whatever the
    /// number in `tokenizer` is.
    pub fn add_tokenizer(&mut self, tokenizer: OpenedTokenizer) -> u32 {
        let number = self.tokenizers.len() as u32 + 1;
        self.tokenizers.push(OpenedTokenizer { number, ..tokenizer });
        self.counts_changed();
        number
    }

    /// Takes over what an opened tokenizer found in a text of the workbench: of each token its id, and the byte
    /// at which its part of the text ends. The answer leaves the time taken at 0.
    pub fn take_count(&mut self, slot: Slot, text: String, tokens: Vec<(u32, u32)>) -> Reply {
        Ok(Answer::Count(self.bench.take(slot, text, tokens)))
    }

    /// Where the raw records of a call lie: its own, then those merged into it.
    pub fn raw_records(&self, call: CallId) -> Vec<RecordRef> {
        let trace = self.trace();
        if call.0 as usize >= trace.records.len() {
            return Vec::new();
        }
        let call = trace.standing_for(call);
        let own = trace.call(call).record;
        std::iter::once(own).chain(trace.merged(call).map(|(_, merged)| merged.record)).collect()
    }

    /// File name and line of a record, for people.
    pub fn place(&self, record: RecordRef) -> String {
        let FileId(file) = record.file;
        let name = self.trace().files.get(file as usize).map_or("", |file| file.name.as_str());
        format!("{name}, line {}", record.line)
    }

    /// Answers a command. [`Command::Open`], [`Command::Cancel`], [`Command::Count`] and [`Command::Raw`]
    /// need what lies beside the command, so whoever holds the files and texts answers them with the other
    /// methods.
    pub fn answer(&mut self, command: Command) -> Reply {
        Ok(match command {
            Command::Open | Command::Cancel => Answer::Session(self.info()),
            Command::Clear => {
                let (counts, generation) = (std::mem::take(&mut self.counts), self.generation);
                *self = Session { counts, generation, ..Session::new() };
                self.counts.clear();
                self.counts_changed();
                Answer::Session(self.info())
            }
            Command::SetPrice { model, input, output } => {
                self.bill.set(&model, input, output)?;
                self.counts_changed();
                Answer::Session(self.info())
            }
            Command::Overview(filter) => Answer::Overview(Box::new(answers::overview(self, &filter))),
            Command::Latency { filter, order } => {
                Answer::Latency(Box::new(answers::latency(self, &filter, order)))
            }
            Command::Table { filter, sort, from, count } => {
                Answer::Table(answers::table(self, &filter, sort, from, count))
            }
            Command::Detail(call) => Answer::Detail(Box::new(answers::detail(self, call)?)),
            Command::Pieces { slot, from, count } => {
                Answer::Pieces(self.bench.pieces(&self.counts, slot, from, count)?)
            }
            Command::Quote { input, output, tokenizer, model } => {
                Answer::Quotes(answers::quotes(self, (input, output), tokenizer, &model))
            }
            Command::Raw(_) | Command::Count { .. } => {
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
            tokenizers: self.tokenizers.clone(),
        }
    }

    /// Grows with every change.
    pub fn generation(&self) -> u32 {
        self.generation
    }

    fn counts_changed(&mut self) {
        self.generation += 1;
        self.order.clear();
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
        for (id, usage) in filled {
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

/// First start and last end of everything that has a time.
fn range(trace: &Trace) -> Option<(Timestamp, Timestamp)> {
    let spans = trace.spans.iter().filter_map(|span| Some((span.start?, span.end().or(span.start)?)));
    let calls = trace.calls().filter_map(|(_, call)| Some((call.start?, call.end().or(call.start)?)));
    spans.chain(calls).reduce(|(from, to), (start, end)| (from.min(start), to.max(end)))
}
