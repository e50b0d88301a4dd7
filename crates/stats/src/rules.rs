//! Which spans are a phase of a request: a table that a person may read and change.
//!
//! As text, a rule is a line: `name vector search = embedding_lookup`.

use std::{fmt, str::FromStr};

use trace::{Call, Operation, Phase, Span, SpanKind, StrId, Trace};

/// What a rule looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    /// The span's name, in any case and without its separators: `vector search` is `VectorSearch`. A `*` at
    /// either end stands for anything.
    Name(String),
    /// What the span is about.
    Kind(SpanKind),
    /// What the model call that the span is says of itself, in any case.
    Attribute(Attribute, String),
}

/// What a call says of itself that a rule can look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attribute {
    /// `generate`, `embed`, `rerank`.
    Operation,
    /// The provider.
    Provider,
    /// The model.
    Model,
    /// The part of the application.
    Component,
}

impl Attribute {
    /// All of them.
    pub const ALL: [Attribute; 4] =
        [Attribute::Operation, Attribute::Provider, Attribute::Model, Attribute::Component];

    /// The word for it in a rule's line.
    pub const fn key(self) -> &'static str {
        match self {
            Attribute::Operation => "operation",
            Attribute::Provider => "provider",
            Attribute::Model => "model",
            Attribute::Component => "component",
        }
    }

    fn of<'a>(self, trace: &'a Trace, call: &Call) -> &'a str {
        match self {
            Attribute::Operation => match call.operation {
                Operation::Generate => "generate",
                Operation::Embed => "embed",
                Operation::Rerank => "rerank",
            },
            Attribute::Provider => trace.str(call.provider),
            Attribute::Model => trace.str(call.model),
            Attribute::Component => trace.str(call.component),
        }
    }
}

/// Spans of one sort are one phase as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Which spans.
    pub when: When,
    /// The phase that they are.
    pub phase: Phase,
}

/// The table: of the rules that fit a span, the first one decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules(pub Vec<Rule>);

/// Names that say their phase: a phase's own key and its short forms.
const NAMES: &[(&str, Phase)] = &[
    ("preprocess", Phase::Preprocessing),
    ("preprocessing", Phase::Preprocessing),
    ("embedding lookup", Phase::EmbeddingLookup),
    ("retrieve", Phase::EmbeddingLookup),
    ("retrieval", Phase::EmbeddingLookup),
    ("vector search", Phase::EmbeddingLookup),
    ("queue wait", Phase::QueueWait),
    ("llm queue wait", Phase::QueueWait),
    ("model load", Phase::ModelLoad),
    ("load model", Phase::ModelLoad),
    ("time to first token", Phase::TimeToFirstToken),
    ("token generation", Phase::TokenGeneration),
    ("postprocess", Phase::Postprocessing),
    ("postprocessing", Phase::Postprocessing),
];

/// The kinds of spans that a rule can name.
const KINDS: [(SpanKind, &str); 5] = [
    (SpanKind::Call, "call"),
    (SpanKind::Retrieval, "retrieval"),
    (SpanKind::Tool, "tool"),
    (SpanKind::Agent, "agent"),
    (SpanKind::Other, "other"),
];

impl Default for Rules {
    fn default() -> Rules {
        let named = NAMES.iter().map(|&(name, phase)| Rule { when: When::Name(name.to_owned()), phase });
        let rule = |when| Rule { when, phase: Phase::EmbeddingLookup };
        let by_kind = [
            rule(When::Kind(SpanKind::Retrieval)),
            rule(When::Attribute(Attribute::Operation, "embed".to_owned())),
        ];
        Rules(named.chain(by_kind).collect())
    }
}

impl When {
    /// The words for the kinds of spans.
    pub fn kinds() -> impl Iterator<Item = &'static str> {
        KINDS.into_iter().map(|(_, key)| key)
    }

    /// The words that a line may begin with.
    pub const WHATS: [&str; 6] = ["name", "kind", "operation", "provider", "model", "component"];

    /// From what is looked at, one of [`WHATS`](Self::WHATS), and what has to stand there.
    ///
    /// # Errors
    /// A sentence if there is no such thing.
    pub fn new(what: &str, value: &str) -> Result<When, String> {
        match what {
            "name" => Ok(When::Name(value.to_owned())),
            "kind" => {
                let kind = KINDS.iter().find(|(_, key)| *key == value);
                kind.map(|(kind, _)| When::Kind(*kind)).ok_or_else(|| {
                    let keys = KINDS.map(|(_, key)| key).join(", ");
                    format!("there is no kind of span {value:?}; the kinds are {keys}")
                })
            }
            _ => {
                let attribute = Attribute::ALL.into_iter().find(|attribute| attribute.key() == what);
                let attribute = attribute.ok_or_else(|| {
                    format!("a rule cannot look at {what:?}; it can at {}", When::WHATS.join(", "))
                })?;
                Ok(When::Attribute(attribute, value.to_owned()))
            }
        }
    }

    /// What is looked at, and what has to stand there.
    pub fn parts(&self) -> (&'static str, &str) {
        match self {
            When::Name(name) => ("name", name),
            When::Kind(kind) => {
                ("kind", KINDS.iter().find(|(known, _)| known == kind).map_or("", |(_, key)| key))
            }
            When::Attribute(attribute, value) => (attribute.key(), value),
        }
    }
}

/// A line for each rule; [`from_str`](Rules::from_str) reads it back.
impl fmt::Display for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Rule { when, phase } in &self.0 {
            let (what, value) = when.parts();
            writeln!(f, "{what} {value} = {}", phase.key())?;
        }
        Ok(())
    }
}

/// Reads a line for each rule; empty lines and those that begin with `#` are passed over.
impl FromStr for Rules {
    type Err = String;

    fn from_str(text: &str) -> Result<Rules, String> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let rule = |line: &str| {
            let (left, phase) = line.rsplit_once('=').ok_or_else(|| {
                format!("{line:?} is no rule; one is \"name vector search = embedding_lookup\"")
            })?;
            let phase = phase.trim();
            let known = Phase::ALL.into_iter().find(|known| known.key() == phase);
            let phase = known.ok_or_else(|| {
                let keys = Phase::ALL.map(Phase::key).join(", ");
                format!("there is no phase {phase:?}; the phases are {keys}")
            })?;
            let left = left.trim();
            let (what, value) = left.split_once(char::is_whitespace).unwrap_or((left, ""));
            Ok(Rule { when: When::new(what, value.trim())?, phase })
        };
        lines.map(rule).collect::<Result<Vec<Rule>, String>>().map(Rules)
    }
}

/// The rules at work on one trace. Each distinct name is looked at once, however many spans have it.
pub(crate) struct Matcher<'a> {
    trace: &'a Trace,
    rules: &'a Rules,
    /// Of each name rule, its name without case and separators.
    patterns: Vec<Option<Pattern>>,
    /// Of each string, the first name rule that fits it, once looked for.
    by_name: Vec<Option<Option<usize>>>,
}

struct Pattern {
    text: String,
    open_start: bool,
    open_end: bool,
}

impl Pattern {
    fn new(name: &str) -> Pattern {
        Pattern { text: simple(name), open_start: name.starts_with('*'), open_end: name.ends_with('*') }
    }

    /// Whether a simplified name fits. A pattern of separators alone fits nothing, a lone `*` everything.
    fn fits(&self, name: &str) -> bool {
        match (self.open_start, self.open_end) {
            (false, false) => !name.is_empty() && name == self.text,
            (true, false) => name.ends_with(&self.text),
            (false, true) => name.starts_with(&self.text),
            (true, true) => name.contains(&self.text),
        }
    }
}

/// A name without case and separators.
fn simple(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

impl<'a> Matcher<'a> {
    pub fn new(trace: &'a Trace, rules: &'a Rules) -> Matcher<'a> {
        let patterns = rules.0.iter().map(|rule| match &rule.when {
            When::Name(name) => Some(Pattern::new(name)),
            _ => None,
        });
        let patterns = patterns.collect();
        Matcher { trace, rules, patterns, by_name: vec![None; trace.strings.len()] }
    }

    /// The phase that a whole span is.
    pub fn phase(&mut self, span: &Span) -> Option<Phase> {
        let named = self.named(span.name);
        let call = span.call.map(|call| self.trace.call(call));
        let other = self.rules.0.iter().take(named.unwrap_or(usize::MAX)).find(|rule| match &rule.when {
            When::Name(_) => false,
            When::Kind(kind) => span.kind == *kind,
            When::Attribute(attribute, value) => {
                call.is_some_and(|call| attribute.of(self.trace, call).eq_ignore_ascii_case(value))
            }
        });
        other.or_else(|| self.rules.0.get(named?)).map(|rule| rule.phase)
    }

    /// The first name rule that fits a name.
    fn named(&mut self, name: StrId) -> Option<usize> {
        let known = &mut self.by_name[name.0 as usize];
        *known.get_or_insert_with(|| {
            let name = simple(self.trace.str(name));
            self.patterns.iter().position(|pattern| pattern.as_ref().is_some_and(|p| p.fits(&name)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use trace::TraceBuilder;

    fn phase(rules: &Rules, name: &str, kind: SpanKind) -> Option<Phase> {
        let mut builder = TraceBuilder::new();
        let span = Span { name: builder.intern(name), kind, ..Span::default() };
        Matcher::new(builder.trace(), rules).phase(&span)
    }

    #[test]
    fn names_say_their_phase_whatever_their_case_and_separators() {
        for (name, expected) in [
            ("preprocess", Some(Phase::Preprocessing)),
            ("Vector Search", Some(Phase::EmbeddingLookup)),
            ("llm_queue_wait", Some(Phase::QueueWait)),
            ("Post-processing", Some(Phase::Postprocessing)),
            ("retrieval of the post", None),
            ("", None),
        ] {
            assert_eq!(phase(&Rules::default(), name, SpanKind::Other), expected, "{name}");
        }
        for own in Phase::ALL.into_iter().filter(|&p| p != Phase::Unattributed) {
            assert_eq!(phase(&Rules::default(), own.key(), SpanKind::Other), Some(own));
        }
    }

    #[test]
    fn the_first_rule_that_fits_decides() {
        let rule = |when, phase| Rule { when, phase };
        let name = |name: &str| When::Name(name.to_owned());
        let mut rules = Rules(vec![
            rule(name("guard*"), Phase::Postprocessing),
            rule(When::Kind(SpanKind::Tool), Phase::Preprocessing),
            rule(name("*tool"), Phase::QueueWait),
        ]);
        assert_eq!(phase(&rules, "guard tool", SpanKind::Tool), Some(Phase::Postprocessing));
        assert_eq!(phase(&rules, "any tool", SpanKind::Tool), Some(Phase::Preprocessing));
        assert_eq!(phase(&rules, "any tool", SpanKind::Other), Some(Phase::QueueWait));
        rules.0.swap(0, 1);
        assert_eq!(phase(&rules, "guard tool", SpanKind::Tool), Some(Phase::Preprocessing));
        assert_eq!(phase(&Rules(Vec::new()), "retrieval", SpanKind::Retrieval), None);
        assert_eq!(phase(&Rules(vec![rule(name("--"), Phase::QueueWait)]), "", SpanKind::Other), None);
    }

    #[test]
    fn rules_read_back_as_they_were_written() {
        let own = "kind tool = preprocessing\nname a = b* = llm_queue_wait\nmodel gpt-5 = unattributed\nname  = model_load\n";
        for rules in [Rules::default(), own.parse().unwrap(), Rules(Vec::new())] {
            assert_eq!(rules.to_string().parse(), Ok(rules));
        }
        assert_eq!(own.parse::<Rules>().unwrap().0[1].when, When::Name("a = b*".to_owned()));
        assert_eq!("# nothing\n\n".parse(), Ok(Rules(Vec::new())));
        for (text, says) in [
            ("vector search", "is no rule"),
            ("name x = prefill", "the phases are preprocessing"),
            ("colour red = unattributed", "it can at name, kind"),
            ("kind robot = unattributed", "the kinds are call"),
        ] {
            let error = text.parse::<Rules>().unwrap_err();
            assert!(error.contains(says), "{error}");
        }
    }
}
