use rustc_hash::FxHashMap;

use super::{
    Prediction, Why,
    path::{Paths, Seen},
    rule,
};
use crate::Traffic;

/// The least tokens that are kept. The surfaces disagree: the API's page, the page of Vertex (2,048 for all), and a
/// reader of June 2026 (docs.apiyi.com).
pub(super) fn minimum(model: &str) -> Option<(u64, u64)> {
    const RULES: [(&str, (u64, u64)); 4] = [
        ("gemini-2-5-flash gemini-2-5-flash-lite", (1_024, 2_048)),
        ("gemini-2-5-pro", (2_048, 4_096)),
        ("gemini-3-flash gemini-3-1-flash", (1_024, 4_096)),
        ("gemini-3-pro gemini-3-1-pro", (2_048, 4_096)),
    ];
    rule(model, &RULES)
}

/// A named cache lives for an hour unless asked otherwise, and use does not renew it.
const HOUR: i64 = 3_600;

/// Nothing is promised: at least nothing, at most all that an earlier prompt begins with.
pub(super) fn implicit(traffic: &Traffic, paths: &Paths) -> Vec<Prediction> {
    let mut seen = Seen::default();
    let each = |(number, request)| {
        let path = paths.get(number);
        if path.is_empty() {
            return Prediction::nothing(Why::NoParts);
        }
        let Some((least, _)) = minimum(traffic.model(request)) else {
            return Prediction::nothing(Why::UnknownRule);
        };
        let shared = seen.shared(traffic, request, path);
        let why = seen.why(&shared, path);
        seen.add(request, path, paths.times[number]);
        let most = Some(shared.tokens + shared.more).filter(|tokens| *tokens >= least).unwrap_or(0);
        let short = most == 0 && shared.parts > 0;
        let why = if short { Why::BelowMinimum } else { why };
        Prediction { read: (0, most), broke: shared.broke, ..Prediction::nothing(why) }
    };
    traffic.requests.iter().enumerate().map(each).collect()
}

/// A named cache of what all requests with the same first part begin with, if there are two of them, made when the
/// first one comes and again after it ran out.
pub(super) fn explicit(traffic: &Traffic, paths: &Paths) -> Vec<Prediction> {
    // By the first part: a request, how many of its parts all others share, and how many requests there are.
    let mut groups: FxHashMap<u64, (usize, usize, usize)> = FxHashMap::default();
    for number in 0..traffic.requests.len() {
        let path = paths.get(number);
        let Some(first) = path.first() else { continue };
        let group = groups.entry(first.key).or_insert((number, path.len(), 0));
        let same = path.iter().zip(paths.get(group.0)).take_while(|(a, b)| a.key == b.key).count();
        *group = (group.0, group.1.min(same), group.2 + 1);
    }
    let mut made: FxHashMap<u64, i64> = FxHashMap::default();
    let each = |(number, request)| {
        let (path, now): (&[super::path::Node], i64) = (paths.get(number), paths.times[number]);
        let Some(first) = path.first() else { return Prediction::nothing(Why::NoParts) };
        let Some((least, most)) = minimum(traffic.model(request)) else {
            return Prediction::nothing(Why::UnknownRule);
        };
        let (_, parts, count) = groups[&first.key];
        let tokens = path[parts - 1].end;
        if count < 2 {
            return Prediction::nothing(Why::First);
        }
        if tokens < least {
            return Prediction::nothing(Why::BelowMinimum);
        }
        let sure = tokens >= most;
        let live = made.get(&first.key).is_some_and(|at| paths.idle(*at, now) <= HOUR);
        let mut prediction = Prediction::nothing(Why::Read);
        if live {
            prediction.read = (if sure { tokens } else { 0 }, tokens);
        } else {
            prediction.why = if made.insert(first.key, now).is_some() { Why::Expired } else { Why::First };
            // The one that makes it pays for fresh input, and for the room until it runs out.
            prediction.stored = tokens * HOUR as u64;
        }
        prediction
    };
    traffic.requests.iter().enumerate().map(each).collect()
}
