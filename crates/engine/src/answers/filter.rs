use memchr::memmem;
use trace::{Call, CallId, StrId, Trace};

use crate::protocol::{Filter, StatusFilter};

/// The calls that a filter lets through, in the order of the tables.
pub(crate) fn select(trace: &Trace, filter: &Filter) -> Vec<CallId> {
    let test = Test::new(trace, filter);
    trace.calls().filter(|(_, call)| test.passes(call)).map(|(id, _)| id).collect()
}

/// A filter made ready: names resolved, texts searched once each.
struct Test<'a> {
    trace: &'a Trace,
    filter: &'a Filter,
    /// `Some(None)` asks for a name that the trace does not have.
    model: Option<Option<StrId>>,
    component: Option<Option<StrId>>,
    text: Option<Matches>,
}

/// Which strings and texts hold what was looked for.
struct Matches {
    strings: Vec<bool>,
    texts: Vec<bool>,
}

impl<'a> Test<'a> {
    fn new(trace: &'a Trace, filter: &'a Filter) -> Test<'a> {
        let name = |name: &Option<String>| name.as_ref().map(|name| trace.strings.find(name));
        let needle = filter.text.trim();
        Test {
            trace,
            filter,
            model: name(&filter.model),
            component: name(&filter.component),
            text: (!needle.is_empty()).then(|| Matches::find(trace, needle)),
        }
    }

    fn passes(&self, call: &Call) -> bool {
        self.model.is_none_or(|model| model == Some(call.model))
            && self.component.is_none_or(|component| component == Some(call.component))
            && self.filter.status.is_none_or(|status| match status {
                StatusFilter::Ok => !call.status.is_error(),
                StatusFilter::Error => call.status.is_error(),
                StatusFilter::Retried => call.retries > 0,
            })
            && self.text.as_ref().is_none_or(|found| {
                [call.name, call.model, call.component, call.response, call.trace, call.session, call.error]
                    .iter()
                    .any(|id| found.strings[id.0 as usize])
                    || self.trace.messages(call).iter().any(|message| found.texts[message.text.0 as usize])
            })
    }
}

impl Matches {
    fn find(trace: &Trace, needle: &str) -> Matches {
        let needle = Needle::new(needle);
        let strings = (0..trace.strings.len()).map(|i| needle.is_in(trace.str(StrId(i as u32)))).collect();
        let texts =
            (0..trace.texts.len()).map(|i| needle.is_in(trace.text(trace::TextId(i as u32)))).collect();
        Matches { strings, texts }
    }
}

/// What is looked for, without regard to case.
struct Needle {
    lower: String,
}

impl Needle {
    fn new(text: &str) -> Needle {
        Needle { lower: text.to_lowercase() }
    }

    fn is_in(&self, text: &str) -> bool {
        // Folding the case of a text costs more than searching it, and most texts hold the word as written.
        memmem::find(text.as_bytes(), self.lower.as_bytes()).is_some()
            || memmem::find(text.to_lowercase().as_bytes(), self.lower.as_bytes()).is_some()
    }
}
