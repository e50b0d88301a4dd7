use super::{
    Ask, Point, Progress, Report, Server,
    report::{Metrics, share},
    requests,
};
use crate::{
    Owned,
    prefix::{Held, optimal, replay},
};

/// Sizes on the curve.
const SIZES: u32 = 24;
/// The bound is worked out at this many sizes at most: each takes a replay.
const BOUNDS: usize = 8;

pub(super) fn report(owned: &Owned, ask: &Ask, progress: &mut Progress) -> Report {
    let refs = owned.refs();
    let traffic = refs.traffic();
    let count = traffic.requests.len();
    let (blocks, size) = ask.blocks(owned.block_tokens);
    let from = match ask.from_request {
        share if share < 1.0 => (count as f64 * share) as usize,
        number => number as usize,
    }
    .min(count);
    progress(0, BOUNDS as u64);
    let replay = replay(&traffic, blocks);
    let asked = ask.kv_tokens().map(|tokens| tokens / size);
    let sizes = sizes(replay.capacities(4_096).last().copied().unwrap_or(0), asked);
    let held = replay.curve(&sizes, from);
    let every = sizes.len().div_ceil(BOUNDS).max(1);
    let mut done = 0;
    let mut point = |(at, held): (usize, &Held)| {
        let bounded = at % every == 0 || held.capacity == asked || held.capacity.is_none();
        let bound = bounded.then(|| optimal(&traffic, blocks, held.capacity.unwrap_or(u64::MAX), from));
        done += u64::from(bounded);
        progress(done.min(BOUNDS as u64), BOUNDS as u64);
        Point {
            capacity: held.capacity.map(|blocks| blocks * size),
            metrics: metrics(held),
            bound: bound.and_then(|bound| share(bound.tokens_hit as f64, bound.tokens as f64)),
            blocks: Some((held.blocks_hit, held.blocks)),
            ..Point::default()
        }
    };
    let curve: Vec<Point> = held.iter().enumerate().map(&mut point).collect();
    let mut report = Report {
        requests: (count - from) as u64,
        metrics: metrics(&replay.curve(&[asked], from)[0]),
        curve,
        ..Report::default()
    };
    let bare = traffic.requests[from..].iter().filter(|request| traffic.parts_of(request).is_empty()).count();
    if bare > 0 {
        report.abstained.push(("no parts of the prompt".to_owned(), bare as u64));
        report.notes.push(format!(
            "{} tell neither messages nor blocks of their prompts; nothing is held of them.",
            requests(bare as u64)
        ));
    }
    report.notes.push(match ask.server(owned.block_tokens) {
        Server::Mooncake => "Blocks are those of the trace.".to_owned(),
        server => format!("{} with blocks of {size} tokens.", server.name()),
    });
    report.notes.push(
        "What a hit saves on machines of one's own is time to work out a prompt, not dollars.".to_owned(),
    );
    report
}

/// Powers of two up to where the curve is flat, the size that is asked for, and none.
fn sizes(most: u64, asked: Option<u64>) -> Vec<Option<u64>> {
    let top = most.max(1).ilog2() + 1;
    let mut sizes: Vec<u64> =
        (top.saturating_sub(SIZES - 1)..=top).map(|power| 1 << power).chain(asked).collect();
    sizes.sort_unstable();
    sizes.dedup();
    sizes.into_iter().map(Some).chain([None]).collect()
}

fn metrics(held: &Held) -> Metrics {
    Metrics {
        hits: held.requests_hit,
        exact: held.requests_hit,
        misses: held.requests - held.requests_hit,
        by_request: share(held.requests_hit as f64, held.requests as f64),
        by_token: share(held.tokens_hit as f64, held.tokens as f64),
        ..Metrics::default()
    }
}
