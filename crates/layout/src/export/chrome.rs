use std::io::{self, Write};

use super::{Fact, Labels, text, tracks::Tracks};
use crate::{Kind, Spans};

/// Writes Chrome's trace events, which Perfetto and chrome://tracing open. Times count from the first span, in µs
/// with all nanoseconds behind the point: as moments of the calendar they would not fit into the floats that these
/// tools use. Spans without a place in time cannot be told in this format; returns how many these are.
pub fn chrome(spans: &Spans, labels: &Labels<'_>, out: &mut dyn Write) -> io::Result<u64> {
    let tree = spans.tree();
    let origin = Tracks::origin(&tree).unwrap_or(0);
    let tracks = Tracks::of(&tree);
    let mut told = 0;
    write!(
        out,
        "{{\"displayTimeUnit\":\"ms\",\"otherData\":{{\"origin_unix_ns\":\"{origin}\"}},\"traceEvents\":["
    )?;
    for (i, rows) in tracks.rows.iter().enumerate() {
        let track = i + 1;
        write!(
            out,
            "{}\n{{\"name\":\"thread_name\",\"ph\":\"M\",\"pid\":1,\"tid\":{track},",
            if i > 0 { "," } else { "" }
        )?;
        write!(out, "\"args\":{{\"name\":\"lane {track}\"}}}}")?;
        for &(row, _) in rows {
            let (from, to) = (tree.start(row), tree.end(row));
            out.write_all(b",\n{\"name\":")?;
            text(out, (labels.name)(spans.name[row as usize]))?;
            write!(
                out,
                ",\"cat\":\"{}\",\"ph\":\"X\",\"pid\":1,\"tid\":{track}",
                category(spans.kind[row as usize])
            )?;
            write!(
                out,
                ",\"ts\":{},\"dur\":{},\"args\":{{",
                micros(from.saturating_sub(origin)),
                micros(to - from)
            )?;
            for (i, (key, fact)) in (labels.facts)(row).into_iter().enumerate() {
                write!(out, "{}\"{key}\":", if i > 0 { "," } else { "" })?;
                match fact {
                    Fact::Text(value) => text(out, &value)?,
                    Fact::Whole(value) => write!(out, "{value}")?,
                }
            }
            out.write_all(b"}}")?;
            told += 1;
        }
    }
    out.write_all(b"\n]}\n")?;
    Ok(spans.len() as u64 - told)
}

fn micros(ns: i64) -> String {
    format!("{}.{:03}", ns / 1_000, ns % 1_000)
}

fn category(kind: Kind) -> &'static str {
    match kind {
        Kind::Call => "model call",
        Kind::Retrieval => "retrieval",
        Kind::Tool => "tool",
        Kind::Agent => "agent",
        Kind::Other | Kind::Part(_) | Kind::NotShown => "span",
    }
}
