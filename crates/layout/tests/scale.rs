//! One million spans. Run it optimised: `cargo test --release -p tokenflame-layout --test scale -- --ignored
//! --nocapture`.

use std::time::{Duration, Instant};

use layout::{Axis, Flame, Kind, Leaves, Minimap, NONE, Row, Rows, Shape, Spans};
use trace::Status;

const REQUESTS: u32 = 50_000;
const INSIDE: u32 = 19;

/// Requests that overlap, each with calls one after the other and tools side by side in them.
fn million() -> Spans {
    let mut spans = Spans::default();
    for request in 0..REQUESTS {
        let (root, begin) = (spans.len() as u32, i64::from(request) * 40_000_000);
        let mut push = |start: i64, duration: i64, parent, name: u32, kind| {
            let failed = (request * 31 + name).is_multiple_of(997);
            let status = if failed { Status::Failed } else { Status::Ok };
            spans.push(Row { start, duration, parent, name, kind, status, call: NONE, span: NONE });
        };
        push(begin, 900_000_000, NONE, request % 40, Kind::Agent);
        for i in 0..INSIDE {
            let (turn, tool) = (i64::from(i / 4), i % 4);
            let start = begin + turn * 180_000_000 + i64::from(tool) * 20_000_000;
            let parent = if tool == 0 { root } else { root + 1 + i - tool };
            let kind = if tool == 0 { Kind::Call } else { Kind::Tool };
            push(start, if tool == 0 { 170_000_000 } else { 90_000_000 }, parent, 40 + i, kind);
        }
    }
    spans
}

fn timed<T>(what: &str, most: Duration, make: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let made = make();
    let took = begun.elapsed();
    println!("{what:40} {took:10.2?}   at most {most:?}");
    assert!(took <= most, "{what}: {took:?}");
    made
}

#[test]
#[ignore = "measures, so it has to be optimised"]
fn a_million_spans_are_laid_out_within_a_second_and_a_viewport_within_four_milliseconds() {
    let spans = million();
    assert_eq!(spans.len(), 1_000_000);
    let second = Duration::from_secs(1);
    let rows = timed("rows in time", second, || Rows::in_time(&spans, &Axis::default()));
    let own: Vec<u128> = spans.duration.iter().map(|&ns| ns as u128).collect();
    let merge = || Flame::merge(&spans, &own, &Leaves::default(), &Shape::default(), &|_| true);
    let flame = timed("left heavy", second, merge);
    timed("upside down", second, || flame.inverted());
    timed("minimap", second, || Minimap::of(&rows, 1400, &|_| true));
    let frame = Duration::from_millis(4);
    let all = rows.to - rows.from;
    for (what, part) in
        [("all of it", 1), ("a tenth", 10), ("a thousandth", 1000), ("a millionth", 1_000_000)]
    {
        let from = rows.from + all / 3 / part;
        let marks = timed(what, frame, || rows.marks(from, from + all / part, 1400, 0..40));
        println!("{:40} {:10} marks in {} rows", "", marks.len(), rows.len());
    }
}
