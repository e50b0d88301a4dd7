use rustc_hash::FxHashMap;

use super::{
    Prediction, Why,
    path::{Paths, Seen, Shared, marks},
};
use crate::Traffic;

/// Vendor page of 2026-03-05, and its copies; the same for both generations.
pub(super) const MINIMUM: u64 = 1_024;
/// Azure's page: the first 1,024 tokens, then each 128.
const STEP: u64 = 128;
/// Surely kept for so many seconds of idleness, surely gone after the second: "5 to 10 minutes, at most an hour".
const IN_MEMORY: (i64, i64) = (300, 3_600);
/// With `prompt_cache_retention=24h`.
const DAY: i64 = 86_400;
/// `ttl` = `30m` is the only value from GPT-5.6 on.
const HALF_HOUR: i64 = 1_800;
/// More requests a minute with the same beginning spill to machines that have it not (providers.json).
const SPILL: usize = 15;

/// Up to GPT-5.5: whatever an earlier prompt begins with, in steps, for no write fee.
pub(super) fn to_55(traffic: &Traffic, paths: &Paths, retain_day: bool) -> Vec<Prediction> {
    let mut seen = Seen::default();
    let mut minutes: FxHashMap<u64, Vec<i64>> = FxHashMap::default();
    let step = |tokens: u64| if tokens < MINIMUM { 0 } else { tokens / STEP * STEP };
    let each = |(number, request)| {
        let (path, now): (_, i64) = (paths.get(number), paths.times[number]);
        let Some(last) = path.last() else { return Prediction::nothing(Why::NoParts) };
        let shared: Shared = seen.shared(traffic, request, path);
        let without = seen.why(&shared, path);
        seen.add(request, path, now);
        let mut prediction = Prediction { broke: shared.broke, ..Prediction::nothing(without) };
        let idle = shared.at.map_or(0, |at| paths.idle(at, now));
        let gone = if retain_day { DAY } else { IN_MEMORY.1 };
        // The answer starts from the last token, so that of a whole prompt a step may be left out.
        let least = step(shared.tokens.min(last.end.saturating_sub(1)));
        let most = step(shared.tokens + shared.more);
        let recent = minutes.entry(path[0].key).or_default();
        recent.retain(|at| paths.idle(*at, now) < 60);
        recent.push(now);
        if idle <= gone {
            let sure = idle <= IN_MEMORY.0 && recent.len() <= SPILL;
            prediction.read = (if sure { least } else { 0 }, most);
        }
        prediction.why = match without {
            Why::First | Why::OtherModel => without,
            _ if idle > gone => Why::Expired,
            _ if most == 0 => Why::BelowMinimum,
            other => other,
        };
        prediction
    };
    traffic.requests.iter().enumerate().map(each).collect()
}

/// From GPT-5.6 on: breakpoints, an implicit one at the end of the prompt and up to four explicit ones, written at a
/// price; a read matches what was written in the conversation, however far back.
pub(super) fn from_56(traffic: &Traffic, paths: &Paths, implicit: bool) -> Vec<Prediction> {
    let mut seen = Seen::default();
    let mut written: FxHashMap<u64, i64> = FxHashMap::default();
    let each = |(number, request)| {
        let (path, now): (_, i64) = (paths.get(number), paths.times[number]);
        if path.is_empty() {
            return Prediction::nothing(Why::NoParts);
        }
        let mut marks: Vec<usize> = marks(traffic, number).into_iter().map(|(at, _)| at).collect();
        if implicit && marks.last() != Some(&(path.len() - 1)) {
            marks.push(path.len() - 1);
        }
        if marks.len() > 4 + usize::from(implicit) {
            return Prediction::nothing(Why::TooManyBreakpoints);
        }
        let shared: Shared = seen.shared(traffic, request, path);
        let without = seen.why(&shared, path);
        seen.add(request, path, now);
        let lives = |key: &u64| written.get(key).is_some_and(|at| paths.idle(*at, now) <= HALF_HOUR);
        let found = path.iter().rposition(|node| node.end >= MINIMUM && lives(&node.key));
        let read = found.map_or(0, |at| path[at].end);
        let mut prediction =
            Prediction { read: (read, read), broke: shared.broke, ..Prediction::nothing(without) };
        let ends: Vec<(u64, u64)> = marks.iter().map(|at| (path[*at].key, path[*at].end)).collect();
        let last = ends.iter().map(|(_, end)| *end).filter(|end| *end >= MINIMUM).max();
        prediction.write = last.unwrap_or(0).saturating_sub(read);
        written.extend(ends.iter().filter(|(_, end)| *end >= MINIMUM).map(|(key, _)| (*key, now)));
        if let Some(at) = found {
            written.insert(path[at].key, now);
        }
        prediction.why = match without {
            Why::First | Why::OtherModel => without,
            _ if ends.is_empty() => Why::NoBreakpoint,
            _ if last.is_none() => Why::BelowMinimum,
            _ if read == 0 && shared.at.is_some_and(|at| paths.idle(at, now) > HALF_HOUR) => Why::Expired,
            Why::Read if read == 0 => Why::NoBreakpoint,
            other => other,
        };
        prediction
    };
    traffic.requests.iter().enumerate().map(each).collect()
}
