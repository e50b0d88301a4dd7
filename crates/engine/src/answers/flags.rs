use rustc_hash::{FxHashMap, FxHashSet};
use trace::{CallId, Flagged, SpanId, StrId, Trace};

use units::order::sort;

/// The fields that are true or false of some of these calls, or of spans around them: of how many each is true,
/// and of how many false.
pub(crate) fn fields(trace: &Trace, ids: &[CallId]) -> Vec<(String, u64, u64)> {
    if trace.flags.is_empty() {
        return Vec::new();
    }
    let mut around: FxHashSet<SpanId> = FxHashSet::default();
    for &id in ids {
        // A call told twice has spans in both tellings.
        for own in trace.merged(id).map(|(_, call)| call.span).chain([trace.call(id).span]) {
            let mut span = own;
            while let Some(id) = span.filter(|&id| around.insert(id)) {
                span = trace.span(id).parent;
            }
        }
    }
    let mut told: FxHashMap<(StrId, Flagged), bool> = FxHashMap::default();
    for flag in &trace.flags {
        let of = match flag.of {
            Flagged::Span(span) if around.contains(&span) => flag.of,
            Flagged::Call(call) => Flagged::Call(trace.standing_for(call)),
            Flagged::Span(_) => continue,
        };
        if let Flagged::Call(call) = of
            && ids.binary_search(&call).is_err()
        {
            continue;
        }
        told.insert((flag.name, of), flag.value);
    }
    let mut fields: FxHashMap<StrId, (u64, u64)> = FxHashMap::default();
    for ((name, _), value) in told {
        let (yes, no) = fields.entry(name).or_default();
        *if value { yes } else { no } += 1;
    }
    let mut fields: Vec<(String, u64, u64)> =
        fields.into_iter().map(|(name, (yes, no))| (trace.str(name).to_owned(), yes, no)).collect();
    sort(&mut fields, |a, b| a.cmp(b));
    fields
}
