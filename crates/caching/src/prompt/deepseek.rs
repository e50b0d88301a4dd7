use rustc_hash::FxHashSet;

use super::{
    Prediction, Why,
    path::{Paths, Seen},
};
use crate::Traffic;

/// The old rule kept blocks of so many tokens (2024-08); how long the fixed intervals of the new one are is not
/// published.
const STEP: u64 = 64;

/// A hit needs a whole unit that was kept: the end of an input, the end of an answer, or a beginning that the
/// service has found in two requests before. Units at fixed intervals are kept too, so more may be read; as the
/// service promises nothing, this is what it does when all goes well (api-docs.deepseek.com, kv_cache).
pub(super) fn replay(traffic: &Traffic, paths: &Paths) -> Vec<Prediction> {
    let mut seen = Seen::default();
    let mut units: FxHashSet<u64> = FxHashSet::default();
    let each = |(number, request)| {
        let path = paths.get(number);
        let Some(last) = path.last() else { return Prediction::nothing(Why::NoParts) };
        let shared = seen.shared(traffic, request, path);
        let mut why = seen.why(&shared, path);
        seen.add(request, path, paths.times[number]);
        // The part behind the end of an input is its answer, if it comes back.
        let unit = path.iter().rposition(|node| units.contains(&node.key));
        let answered = unit.filter(|at| at + 1 < path.len() - 1).map(|at| path[at + 1].end);
        let least = unit.map_or(0, |at| path[at].end);
        let most = (shared.tokens + shared.more) / STEP * STEP;
        let most = least.max(most).max(answered.unwrap_or(0));
        units.insert(last.key);
        // Two requests have this beginning: the third one hits it.
        if let Some(at) = shared.parts.checked_sub(1) {
            units.insert(path[at].key);
        }
        if why == Why::Read && least == 0 {
            why = Why::PrefixChanged;
        }
        Prediction { read: (least, most), broke: shared.broke, ..Prediction::nothing(why) }
    };
    traffic.requests.iter().enumerate().map(each).collect()
}
