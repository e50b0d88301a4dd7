use trace::{Component, SpanKind};

/// What a bar is about. Decides its colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    /// A span of no special sort.
    #[default]
    Other,
    /// A call to a model.
    Call,
    /// Looking for context.
    Retrieval,
    /// A tool the model asked for.
    Tool,
    /// What holds other spans.
    Agent,
    /// Part of a call's prompt or answer.
    Part(Component),
    /// What a prompt holds beside the texts that the file shows.
    NotShown,
}

/// Names from here on are no strings of the trace, but parts of a prompt or an answer.
const PARTS: u32 = u32::MAX - 64;

impl Kind {
    /// Of a span.
    pub const fn of(kind: SpanKind) -> Kind {
        match kind {
            SpanKind::Call => Kind::Call,
            SpanKind::Retrieval => Kind::Retrieval,
            SpanKind::Tool => Kind::Tool,
            SpanKind::Agent => Kind::Agent,
            SpanKind::Other => Kind::Other,
        }
    }

    /// The name, as a number beside those of the trace's strings, of a part of a call. `None` for spans, which have
    /// names of their own.
    pub const fn part_name(self) -> Option<u32> {
        match self {
            Kind::Part(component) => Some(PARTS + component as u32),
            Kind::NotShown => Some(PARTS + Component::ALL.len() as u32),
            _ => None,
        }
    }

    /// The part of a call that has a name, if it is none of the trace's strings.
    pub fn of_part_name(name: u32) -> Option<Kind> {
        let i = name.checked_sub(PARTS)? as usize;
        let component = Component::ALL.get(i).map(|&component| Kind::Part(component));
        component.or((i == Component::ALL.len()).then_some(Kind::NotShown))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_parts_come_back() {
        for kind in Component::ALL.map(Kind::Part).into_iter().chain([Kind::NotShown]) {
            assert_eq!(kind.part_name().and_then(Kind::of_part_name), Some(kind));
        }
        assert_eq!((Kind::of_part_name(7), Kind::of_part_name(trace::NONE)), (None, None));
    }
}
