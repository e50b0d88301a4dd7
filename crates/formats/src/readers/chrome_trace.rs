//! Chrome's trace events, which PyTorch's profiler and many others write: `{traceEvents: [...]}` or the bare
//! list, closed or not. Begun and ended events become spans; their nesting follows from their times.

use rustc_hash::FxHashMap;
use serde::Deserialize;
use serde_json::{Value, value::RawValue};
use trace::{Fate, ProblemCode, RecordRef};
use units::{Nanos, Timestamp};

use crate::{
    About, Confidence, Family, Format, Head, Inner, Output, Reader, Record,
    genai::{self, Attributes, RawSpan, State, flat_attributes},
    json::{self, Unit},
    path,
};

/// Chrome trace events.
pub struct ChromeTrace;

impl Format for ChromeTrace {
    fn about(&self) -> &'static About {
        &About {
            key: "chrome-trace",
            name: "Chrome trace",
            family: Family::Spans,
            origin: "Chrome's tracing, Perfetto, PyTorch's profiler and others that write traceEvents, the \
closing bracket missing or not.",
        }
    }

    fn sniff(&self, head: &Head) -> Confidence {
        let own = |record: &Value| record["traceEvents"].is_array() || is_event(record);
        if head.records.iter().any(own) { Confidence::Certain } else { Confidence::No }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(ChromeReader::default())
    }

    fn inner(&self) -> Option<Inner> {
        Some(("traceEvents", 1))
    }
}

fn is_event(value: &Value) -> bool {
    let phase = value["ph"].as_str().is_some_and(|phase| phase.len() == 1);
    phase && value.get("pid").is_some() && (value.get("ts").is_some() || value["ph"] == "M")
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wrapper<'a> {
    #[serde(borrow)]
    trace_events: Option<Vec<&'a RawValue>>,
}

/// A span before its place among the others is known.
struct Slice {
    at: RecordRef,
    name: String,
    start: Timestamp,
    end: Option<Timestamp>,
    attributes: Attributes<'static>,
}

/// Where an event happens: a process and one of its threads, or one of its asynchronous tasks.
type Track = (String, String);

#[derive(Default)]
struct ChromeReader {
    /// What has happened on each track, in the order in which the tracks appear.
    tracks: Vec<(Track, Vec<Slice>)>,
    places: FxHashMap<Track, usize>,
    /// Of each track what has begun and not ended, innermost last.
    open: FxHashMap<usize, Vec<usize>>,
}

impl Reader for ChromeReader {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        match serde_json::from_str::<Wrapper<'_>>(record.text) {
            Ok(Wrapper { trace_events: Some(list) }) => {
                let mut places = record.places();
                for text in list {
                    self.event(text.get(), places.next(text.get()), out);
                }
            }
            _ => self.event(record.text, record.at, out),
        }
    }

    fn finish(&mut self, out: &mut Output<'_>) {
        let mut number = 0;
        for ((process, _), slices) in std::mem::take(&mut self.tracks) {
            nest(slices, &process, &mut number, out);
        }
    }
}

impl ChromeReader {
    fn event(&mut self, text: &str, at: RecordRef, out: &mut Output<'_>) {
        let event = serde_json::from_str::<Value>(text).unwrap_or_default();
        let reason = match event["ph"].as_str().unwrap_or("") {
            "X" | "B" | "b" | "S" => return self.begin(event, at, out),
            "E" | "e" | "F" => return self.end(&event, at, out),
            "M" => "names of processes and threads",
            "s" | "t" | "f" => "arrows between events",
            "i" | "I" | "R" | "n" | "T" | "p" => "moments without a length",
            "C" => "counters",
            "N" | "O" | "D" | "P" | "v" | "V" | "c" | "(" | ")" | "=" => "samples, objects and memory",
            "" => {
                let message = "A record is not a trace event: it has no ph";
                out.problem(ProblemCode::Malformed, at, message, "The other events were read.");
                "not a trace event"
            }
            _ => "events of an unknown kind",
        };
        out.count(Fate::Dropped(reason));
    }

    fn begin(&mut self, mut event: Value, at: RecordRef, out: &mut Output<'_>) {
        let Some(start) = stamp(&event, at, out) else {
            return out.count(Fate::Dropped("an event without a time"));
        };
        let whole = event["ph"] == "X";
        let length = out.known(json::nanos(&event["dur"], Unit::Us), "dur", at).filter(|_| whole);
        let args = event["args"].take();
        // Arguments of other events are only of use to their own tools.
        let tells = args.as_object().is_some_and(|args| {
            args.keys().any(|key| ["gen_ai", "llm", "openinference", "ai"].contains(&first_word(key)))
        });
        let track = self.track(&event);
        let slices = &mut self.tracks[track].1;
        if !whole {
            self.open.entry(track).or_default().push(slices.len());
        }
        slices.push(Slice {
            at,
            name: path::text(&event, &["name"]).to_owned(),
            start,
            end: length.map(|length| start + length),
            attributes: if tells { flat_attributes(args) } else { Vec::new() },
        });
    }

    fn end(&mut self, event: &Value, at: RecordRef, out: &mut Output<'_>) {
        let end = stamp(event, at, out);
        let track = self.track(event);
        match self.open.get_mut(&track).and_then(Vec::pop) {
            Some(begun) => {
                let begun = &mut self.tracks[track].1[begun];
                begun.end = end;
                out.merged("the end of an event", begun.at, at);
            }
            None => out.count(Fate::Dropped("an end without a beginning")),
        }
    }

    fn track(&mut self, event: &Value) -> usize {
        let word = |value: &Value| match value {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            other => other.to_string(),
        };
        // Asynchronous events belong together by their id, wherever they happen.
        let thread = match event["ph"].as_str() {
            Some("b" | "e" | "S" | "F") => {
                let id = path::first(event, &["id", "id2/local", "id2/global"]);
                format!("{} {}", word(&event["cat"]), word(id))
            }
            _ => word(&event["tid"]),
        };
        let track = (word(&event["pid"]), thread);
        *self.places.entry(track).or_insert_with_key(|track| {
            self.tracks.push((track.clone(), Vec::new()));
            self.tracks.len() - 1
        })
    }
}

/// The part of a name before its first dot.
fn first_word(name: &str) -> &str {
    name.split('.').next().unwrap_or("")
}

/// An event's time. Microseconds since any moment that the writer likes.
fn stamp(event: &Value, at: RecordRef, out: &mut Output<'_>) -> Option<Timestamp> {
    out.known(json::nanos(&event["ts"], Unit::Us), "ts", at).map(|Nanos(ns)| Timestamp(ns))
}

/// Adds the spans of one track, each inside the one that was under way when it began.
fn nest(mut slices: Vec<Slice>, process: &str, number: &mut u64, out: &mut Output<'_>) {
    // What began together, the longer one first.
    units::order::sort_by_key(&mut slices, |slice| {
        (slice.start, std::cmp::Reverse(slice.end.unwrap_or(slice.start)))
    });
    let mut around: Vec<(Option<Timestamp>, u64)> = Vec::new();
    // Other files number their processes and events alike.
    let file = out.file.0;
    for slice in slices {
        *number += 1;
        let end = slice.end.unwrap_or(slice.start);
        let holds = |outer: Option<Timestamp>| outer.is_some_and(|outer| slice.start < outer && end <= outer);
        while around.last().is_some_and(|&(outer, _)| !holds(outer)) {
            around.pop();
        }
        let raw = RawSpan {
            at: slice.at,
            trace: format!("{file}/{process}").into(),
            id: format!("{file}/{number}").into(),
            parent: around.last().map_or(String::new(), |(_, outer)| format!("{file}/{outer}")).into(),
            name: slice.name.into(),
            start: Some(slice.start),
            end: slice.end,
            state: State::Unset,
            message: "".into(),
            attributes: slice.attributes,
            late: Vec::new(),
            events: Vec::new(),
        };
        around.push((slice.end, *number));
        genai::add_span(raw, out);
    }
}
