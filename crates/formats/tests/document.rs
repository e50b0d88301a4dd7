//! `docs/formats.md` is made of the registry and of what the fixtures tell, so that it is never stale.

mod common;

use std::collections::BTreeMap;

use common::{Session, all_fixtures};
use formats::{FORMATS, Family};
use trace::Call;

const HEAD: &str = "\
# Formats

Files that Tokenflame reads, told from each other by their content and never by their names. Any of them may be JSON, \
JSON lines, several values one after another, a JSON list, server-sent events, CSV (comma, semicolon or tab) or YAML, \
as far as its format has that form; plain, gzipped, in Zstandard, or in a ZIP archive.

*Tells* is what the fixtures of the format in `tests/fixtures` were seen to tell; what a source does not tell stays \
unknown. `cargo xtask formats` writes this file from the registry of the readers.
";

/// Whether a call tells something.
type Tell = fn(&Session, &Call) -> bool;

/// What a call can tell, and how it is called here.
const TELLS: &[(&str, Tell)] = &[
    ("tokens", |_, call| call.usage.input.is_known() || call.usage.output.is_known()),
    ("cache reads", |_, call| call.usage.cache_read.is_known()),
    ("cache writes", |_, call| call.usage.cache_write.is_known()),
    ("reasoning", |_, call| call.usage.reasoning.is_known()),
    ("cost", |_, call| call.reported_cost.is_some()),
    ("start", |_, call| call.start.is_some()),
    ("duration", |_, call| call.duration.is_some()),
    ("TTFT", |_, call| call.ttft.is_some()),
    ("ITL", |_, call| !call.gaps.is_empty()),
    ("queue wait", |_, call| call.queue.is_some()),
    ("errors", |_, call| call.status.is_error()),
    ("texts", |session, call| !session.trace().messages(call).is_empty()),
    ("prompt blocks", |_, call| !call.blocks.is_empty()),
];

/// Of each format, what its fixtures tell.
fn told() -> BTreeMap<String, Vec<&'static str>> {
    let mut told: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for path in all_fixtures() {
        let session = Session::open(&path);
        for report in session.trace().files.iter().filter(|report| !report.format.is_empty()) {
            let tells = told.entry(report.format.clone()).or_default();
            let seen = |tell: Tell| session.trace().calls().any(|(_, c)| tell(&session, c));
            tells.extend(TELLS.iter().filter(|(_, tell)| seen(*tell)).map(|(name, _)| *name));
            if !session.trace().spans.is_empty() {
                tells.push("spans");
            }
        }
    }
    told
}

fn document() -> String {
    let told = told();
    let mut text = HEAD.to_owned();
    for family in Family::ALL {
        text += &format!("\n## {}\n\n| format | key | where files come from | tells |\n", family.name());
        text += "| --- | --- | --- | --- |\n";
        for about in FORMATS.iter().map(|format| format.about()).filter(|about| about.family == family) {
            let tells = told.get(about.key).map_or(&[][..], Vec::as_slice);
            let order = TELLS.iter().map(|(name, _)| *name).chain(["spans"]);
            let tells: Vec<&str> = order.filter(|name| tells.contains(name)).collect();
            let tells = if tells.is_empty() { "no request".to_owned() } else { tells.join(", ") };
            let origin = about.origin.replace('|', "\\|").replace('<', "\\<");
            text += &format!("| {} | `{}` | {origin} | {tells} |\n", about.name, about.key);
        }
    }
    text
}

#[test]
fn the_list_of_formats_is_true() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/formats.md");
    let made = document();
    if std::env::var_os("TOKENFLAME_WRITE").is_some() {
        std::fs::write(path, &made).unwrap();
    }
    let stands = std::fs::read_to_string(path).unwrap_or_default();
    assert!(stands == made, "docs/formats.md is stale: run `cargo xtask formats`");
}
