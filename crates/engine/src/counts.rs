use std::cell::RefCell;

use rustc_hash::{FxHashMap, FxHashSet};
use tokens::{ChatMessage, ChatRules, Encoding, EncodingName, Exactness, encoding_for_model};
use trace::{Call, Role, StrId, TextId, Trace};
use units::{Figure, Provenance, order};

use crate::{ledger::Ledger, shard::Shard};

/// Tokens of the session's texts, each distinct text counted once per encoding: a history that is sent again
/// with every turn costs its new part only.
#[derive(Default)]
pub(crate) struct Counts {
    encodings: FxHashMap<EncodingName, Encoding>,
    ledger: Ledger,
    /// Encodings that count all texts, whatever their models: those of other models that the traffic is priced for.
    also: Vec<EncodingName>,
    /// By the model's name: a trace has few of them and many calls.
    methods: RefCell<FxHashMap<StrId, Method>>,
    /// Files have been read since the texts of all calls were last looked at.
    stale: bool,
}

/// How a call's texts are counted.
#[derive(Clone, Copy)]
pub struct Method {
    /// The encoding that counts.
    pub encoding: EncodingName,
    /// How close its counts are to the model's own.
    pub exactness: Exactness,
}

impl Method {
    /// The encoding that stands for a model. A model nobody knows is counted like OpenAI's newer ones, as an
    /// estimate.
    pub fn of_model(model: &str) -> Method {
        let (encoding, exactness) = encoding_for_model(model).unwrap_or((
            EncodingName::O200kBase,
            Exactness::Estimated {
                factor_permille: 1000,
                error_percent: None,
                method: "The model is not known; counted with o200k_base. No error figure is known.",
            },
        ));
        Method { encoding, exactness }
    }

    /// A count by the encoding, as a figure for the model.
    pub fn figure(self, count: u64) -> Figure {
        Figure::new(self.exactness.tokens(count), self.provenance())
    }

    /// Whether the encoding is the model's own.
    pub fn is_exact(self) -> bool {
        matches!(self.exactness, Exactness::Exact)
    }

    /// Counted, or estimated.
    pub fn provenance(self) -> Provenance {
        match self.exactness {
            Exactness::Exact => Provenance::Counted,
            Exactness::Estimated { .. } => Provenance::Estimated,
        }
    }

    /// The sentence that says how the figure was made.
    pub fn describe(self) -> String {
        match self.exactness {
            Exactness::Exact => format!("counted with {}, the model's own encoding", self.encoding.as_str()),
            Exactness::Estimated { method, .. } => method.to_owned(),
        }
    }
}

impl Counts {
    pub fn set_encoding(&mut self, encoding: Encoding) {
        self.encodings.insert(encoding.name(), encoding);
    }

    pub fn encoding(&self, name: EncodingName) -> Option<&Encoding> {
        self.encodings.get(&name)
    }

    /// A file was read: it may have brought texts, and given calls of earlier files another model.
    pub fn rewind(&mut self) {
        self.stale = true;
    }

    /// Has all texts counted by an encoding, too.
    pub fn count_also(&mut self, encoding: EncodingName) {
        if !self.also.contains(&encoding) {
            self.also.push(encoding);
            self.stale = true;
        }
    }

    /// The encoding that stands for a model of the trace; see [`Method::of_model`].
    pub fn method(&self, trace: &Trace, model: StrId) -> Method {
        *self.methods.borrow_mut().entry(model).or_insert_with(|| Method::of_model(trace.str(model)))
    }

    /// Forgets the counts but not the vocabularies.
    pub fn clear(&mut self) {
        self.methods.borrow_mut().clear();
        self.ledger.clear();
        self.also.clear();
        self.stale = false;
    }

    /// Tokens of a text for a model; unknown until it has been counted.
    pub fn of(&self, method: Method, text: TextId) -> Figure {
        match self.ledger.tokens(method.encoding, text) {
            Some(count) => method.figure(count.into()),
            None => Figure::UNKNOWN,
        }
    }

    /// Tokens of some texts of a call by the encoding that stands for its model; unknown while one of them is not
    /// counted, or if there is none.
    pub fn by_encoding(&self, method: Method, texts: impl Iterator<Item = TextId>) -> Option<u64> {
        let counts = texts.map(|text| self.ledger.tokens(method.encoding, text).map(u64::from));
        counts.reduce(|sum, count| Some(sum? + count?))?
    }

    /// Looks for texts that have not been counted. `trace` must be settled.
    pub fn look(&mut self, trace: &Trace) {
        if !std::mem::take(&mut self.stale) {
            return;
        }
        for (_, call) in trace.calls() {
            let encoding = self.method(trace, call.model).encoding;
            for message in trace.messages(call) {
                self.ledger.add(encoding, message.text, trace);
                for &encoding in &self.also {
                    self.ledger.add(encoding, message.text, trace);
                }
            }
        }
    }

    /// Bytes of distinct texts counted so far, and bytes that are left of each encoding whose vocabulary is
    /// there.
    pub fn progress(&self) -> (u64, Vec<(EncodingName, u64)>) {
        let there = |(name, _): &(EncodingName, u64)| self.encodings.contains_key(name);
        (self.ledger.counted(), self.ledger.waiting().filter(there).collect())
    }

    /// Bytes of distinct texts that are not counted, those of missing vocabularies included.
    pub fn uncounted(&self) -> u64 {
        self.ledger.waiting().map(|(_, bytes)| bytes).sum()
    }

    /// The next shard of an encoding whose vocabulary is there.
    pub fn next_shard(&mut self, trace: &Trace, bytes: usize) -> Option<Shard> {
        let mut there: Vec<EncodingName> = self.encodings.keys().copied().collect();
        order::sort(&mut there, Ord::cmp);
        there.into_iter().find_map(|encoding| self.ledger.next(encoding, trace, bytes))
    }

    pub fn ledger(&mut self) -> &mut Ledger {
        &mut self.ledger
    }

    /// Encodings that texts of the session wait for.
    pub fn wants(&self, trace: &Trace) -> Vec<EncodingName> {
        let with_texts = trace.calls().filter(|(_, call)| call.messages.0 < call.messages.1);
        let models: FxHashSet<StrId> = with_texts.map(|(_, call)| call.model).collect();
        let own = models.iter().map(|&model| Method::of_model(trace.str(model)).encoding);
        let also = self.also.iter().copied().filter(|_| !models.is_empty());
        let mut wanted: Vec<EncodingName> = own.chain(also).collect();
        order::sort_by_key(&mut wanted, |name| name.as_str());
        wanted.dedup();
        wanted.retain(|name| !self.encodings.contains_key(name));
        wanted
    }

    /// Tokens of a call's prompt or answer, from its texts: for calls whose usage the file does not tell.
    ///
    /// A chat template puts tokens around messages that no text shows. Of several prompt messages that makes
    /// an estimate, with the template's tokens where the rules of the model are known.
    pub fn of_call(&self, trace: &Trace, call: &Call, output: bool) -> Figure {
        let method = self.method(trace, call.model);
        let mut parts = trace.messages(call).iter().filter(|m| m.component.is_output() == output).peekable();
        if parts.peek().is_none() {
            return Figure::UNKNOWN;
        }
        let (mut sum, mut roles) = (0u64, Vec::new());
        for part in parts {
            match self.of(method, part.text).get() {
                Some(tokens) => sum += tokens,
                None => return Figure::UNKNOWN,
            }
            roles.push(ChatMessage { role: role_name(part.role), ..ChatMessage::default() });
        }
        if output || roles.len() == 1 {
            return Figure::new(sum, method.provenance());
        }
        let rules = ChatRules::for_model(trace.str(call.model));
        let template = match (rules, self.encodings.get(&method.encoding)) {
            (Some(rules), Some(encoding)) => rules.count(encoding, roles),
            _ => 0,
        };
        Figure::estimated(sum + template)
    }
}

/// The role as chat requests name it.
pub(crate) fn role_name(role: Role) -> &'static str {
    match role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
        Role::Tool => "tool",
    }
}
