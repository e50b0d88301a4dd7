//! Which spans are a phase of a request: a table that a person may read and change.

use serde::{Deserialize, Serialize};
use trace::{Call, Operation, Phase, Span, SpanKind, StrId, Trace};

/// What a rule looks at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// What it is called, for a person.
    pub label: String,
    /// Which spans.
    pub when: When,
    /// The phase that they are.
    pub phase: Phase,
}

/// The table: of the rules that fit a span, the first one decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

impl Default for Rules {
    fn default() -> Rules {
        let named = NAMES.iter().map(|&(name, phase)| Rule {
            label: format!("Named \u{201c}{name}\u{201d}"),
            when: When::Name(name.to_owned()),
            phase,
        });
        let rule = |label: &str, when| Rule { label: label.to_owned(), when, phase: Phase::EmbeddingLookup };
        let by_kind = [
            rule("Retrieval spans", When::Kind(SpanKind::Retrieval)),
            rule("Embedding calls", When::Attribute(Attribute::Operation, "embed".to_owned())),
        ];
        Rules(named.chain(by_kind).collect())
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
        let rule = |when, phase| Rule { label: String::new(), when, phase };
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
}
