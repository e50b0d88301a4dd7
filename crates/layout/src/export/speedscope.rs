use std::io::{self, Write};

use rustc_hash::FxHashMap;

use super::{
    Labels, text,
    tracks::{END, Tracks},
};
use crate::Spans;

/// Writes speedscope's own format: an evented profile for each lane, times in ns from the first span. Spans without a
/// place in time cannot be told in this format; returns how many these are.
pub fn speedscope(spans: &Spans, title: &str, labels: &Labels<'_>, out: &mut dyn Write) -> io::Result<u64> {
    let tree = spans.tree();
    let origin = Tracks::origin(&tree).unwrap_or(0);
    let tracks = Tracks::of(&tree);
    out.write_all(b"{\"$schema\":\"https://www.speedscope.app/file-format-schema.json\",\"exporter\":\"Tokenflame\",\"name\":")?;
    text(out, title)?;
    out.write_all(b",\"activeProfileIndex\":0,\"shared\":{\"frames\":[")?;
    let mut frames: FxHashMap<u32, usize> = FxHashMap::default();
    for &(row, _) in tracks.rows.iter().flatten() {
        let (name, next) = (spans.name[row as usize], frames.len());
        if frames.contains_key(&name) {
            continue;
        }
        frames.insert(name, next);
        out.write_all(if next > 0 { b",\n{\"name\":" } else { b"\n{\"name\":" })?;
        text(out, (labels.name)(name))?;
        out.write_all(b"}")?;
    }
    out.write_all(b"]},\"profiles\":[")?;
    let mut told = 0;
    for (i, rows) in tracks.rows.iter().enumerate() {
        let ends = rows.iter().map(|&(row, _)| tree.end(row)).max().unwrap_or(origin);
        write!(out, "{}\n{{\"type\":\"evented\",\"name\":\"lane {}\",", if i > 0 { "," } else { "" }, i + 1)?;
        write!(
            out,
            "\"unit\":\"nanoseconds\",\"startValue\":0,\"endValue\":{},\"events\":[",
            ends.saturating_sub(origin)
        )?;
        let mut open: Vec<u32> = Vec::new();
        let mut comma = "";
        let mut event = |out: &mut dyn Write, kind, at: i64, row: u32| {
            let (at, frame) = (at.saturating_sub(origin), frames[&spans.name[row as usize]]);
            write!(out, "{comma}{{\"type\":\"{kind}\",\"at\":{at},\"frame\":{frame}}}")?;
            comma = ",";
            io::Result::Ok(())
        };
        for &(row, depth) in rows.iter().chain([&END]) {
            while open.len() > depth as usize {
                let Some(closed) = open.pop() else { break };
                event(out, 'C', tree.end(closed), closed)?;
            }
            if (row, depth) != END {
                event(out, 'O', tree.start(row), row)?;
                open.push(row);
                told += 1;
            }
        }
        out.write_all(b"]}")?;
    }
    out.write_all(b"\n]}\n")?;
    Ok(spans.len() as u64 - told)
}
