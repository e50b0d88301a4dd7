use rustc_hash::FxHashMap;
use tokens::{ChatMessage, ChatRules, Encoding, EncodingName, Exactness, encoding_for_model};
use trace::{Call, Role, TextId, Trace};
use units::{Figure, Provenance};

/// Not counted yet. No text of a trace has this many tokens.
const PENDING: u32 = u32::MAX;
/// Texts longer than this many bytes are never counted: a single word of that length takes seconds in which
/// nothing else is answered. Their tokens stay unknown.
const LONGEST: usize = 8 << 20;

/// Tokens of the session's texts, each distinct text counted once per encoding: a history that is sent again
/// with every turn costs its new part only.
#[derive(Default)]
pub(crate) struct Counts {
    encodings: FxHashMap<EncodingName, Encoding>,
    tokens: FxHashMap<EncodingName, Vec<u32>>,
    /// The next record to look at.
    next: usize,
}

/// How a call's texts are counted.
#[derive(Clone, Copy)]
pub(crate) struct Method {
    pub encoding: EncodingName,
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
        self.next = 0;
    }

    pub fn encoding(&self, name: EncodingName) -> Option<&Encoding> {
        self.encodings.get(&name)
    }

    /// Looks at every record again: a new file may have added texts to calls of an earlier one. What is
    /// counted stays so.
    pub fn rewind(&mut self) {
        self.next = 0;
    }

    /// Forgets the counts but not the vocabularies.
    pub fn clear(&mut self) {
        self.tokens.clear();
        self.next = 0;
    }

    /// Tokens of a text for a model; unknown until it has been counted.
    pub fn of(&self, method: Method, text: TextId) -> Figure {
        match self.tokens.get(&method.encoding).and_then(|tokens| tokens.get(text.0 as usize)) {
            Some(&count) if count != PENDING => method.figure(count.into()),
            _ => Figure::UNKNOWN,
        }
    }

    /// Counts texts that have not been counted, about `budget` bytes of them. True while there is more to do;
    /// false also when the rest waits for a vocabulary.
    pub fn step(&mut self, trace: &Trace, budget: usize) -> bool {
        let mut left = budget;
        while let Some(call) = trace.records.get(self.next) {
            if left == 0 {
                return true;
            }
            let method = Method::of_model(trace.str(call.model));
            if let Some(encoding) = self.encodings.get(&method.encoding) {
                let tokens = self.tokens.entry(method.encoding).or_default();
                tokens.resize(trace.texts.len(), PENDING);
                for message in trace.messages(call) {
                    let count = &mut tokens[message.text.0 as usize];
                    let text = trace.text(message.text);
                    if *count == PENDING && text.len() <= LONGEST {
                        *count = u32::try_from(encoding.count(text)).unwrap_or(PENDING - 1);
                        left = left.saturating_sub(text.len().max(1));
                    }
                }
            }
            self.next += 1;
        }
        false
    }

    /// Encodings that texts of the session wait for.
    pub fn wants(&self, trace: &Trace) -> Vec<EncodingName> {
        let mut wanted: Vec<EncodingName> = trace
            .calls()
            .filter(|(_, call)| call.messages.0 < call.messages.1)
            .map(|(_, call)| Method::of_model(trace.str(call.model)).encoding)
            .collect();
        wanted.sort_unstable_by_key(|name| name.as_str());
        wanted.dedup();
        wanted.retain(|name| !self.encodings.contains_key(name));
        wanted
    }

    /// Tokens of a call's prompt or answer, from its texts: for calls whose usage the file does not tell.
    ///
    /// A chat template puts tokens around messages that no text shows. Of several prompt messages that makes
    /// an estimate, with the template's tokens where the rules of the model are known.
    pub fn of_call(&self, trace: &Trace, call: &Call, output: bool) -> Figure {
        let method = Method::of_model(trace.str(call.model));
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
fn role_name(role: Role) -> &'static str {
    match role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
        Role::Tool => "tool",
    }
}
