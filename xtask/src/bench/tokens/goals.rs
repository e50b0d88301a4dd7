//! What the tokenizer is to reach, and whether it did.

use crate::bench::page::{Outcome, goals, median, number, numbers, spread};
use crate::bench::tokens::report::Results;

const SCRIPTS: [&str; 9] = ["ja", "zh", "ko", "ru", "ar", "hi", "th", "de", "emoji"];
const CHROMIUM: &str = "Chromium";

/// The goals as a table.
pub fn table(results: &Results) -> String {
    let title = "### Goals\n\no200k count in Chromium on one thread, unless said otherwise.\n\n";
    title.to_owned() + &goals(&outcomes(results))
}

fn outcomes(results: &Results) -> Vec<Outcome> {
    let mut all = Vec::new();
    for (text, peer, least) in [
        ("english", "tiktoken 4", 1.4),
        ("code", "tiktoken 4", 1.4),
        ("mixed", "tiktoken 4", 6.0),
        ("english", "gpt-tokenizer", 7.0),
        ("code", "gpt-tokenizer", 7.0),
    ] {
        let ratios = results.ratios(CHROMIUM, text, peer);
        let goal = format!("{text}: at least {least} times {peer}");
        all.push((goal, format!("{}×", spread(&ratios)), at_least(&ratios, least)));
    }
    all.push(any_script(results));
    for (run, what) in
        [("run-letter", "one letter"), ("run-spaces", "spaces"), ("run-blanks", "mixed white space")]
    {
        let times = results.times(CHROMIUM, run);
        let measured = match times.split_first() {
            Some((cold, warm)) => format!("{} ms cold, {} ms warm", number(*cold), spread(warm)),
            None => String::from("–"),
        };
        all.push((
            format!("200 KB of {what}: under 5 ms warm"),
            measured,
            times.get(1..).and_then(median).map(|middle| middle < 5.0),
        ));
    }
    for place in ["native", CHROMIUM] {
        let (ours, theirs) = (results.loads(place, "ours"), results.loads(place, "tiktoken-rs"));
        let ratios: Vec<f64> = theirs.iter().zip(&ours).map(|(theirs, ours)| theirs / ours).collect();
        let goal = format!("o200k is ready at least 4 times faster than tiktoken-rs's ({place})");
        all.push((goal, format!("{}×", spread(&ratios)), at_least(&ratios, 4.0)));
    }
    let workers = results.record("workers", None);
    let ratios: Vec<f64> = workers.map_or_else(Vec::new, |record| {
        let pairs = numbers(&record["one"]).into_iter().zip(numbers(&record["two"]));
        pairs.map(|(one, two)| one / two).collect()
    });
    let goal = "two workers: at least 1.7 times one".to_owned();
    all.push((goal, format!("{}×", spread(&ratios)), at_least(&ratios, 1.7)));
    let used = results.record("memory", Some("ours")).and_then(|record| record["used"].as_f64());
    all.push((
        "both main vocabularies in under 40 MB of wasm memory".to_owned(),
        used.map_or_else(|| "–".to_owned(), |bytes| format!("{} MB", number(bytes / 1e6))),
        used.map(|bytes| bytes < 40e6),
    ));
    all
}

/// On no single script is any peer faster.
fn any_script(results: &Results) -> Outcome {
    let goal = format!("{}: never slower than any peer", SCRIPTS.join(", "));
    let peers = results.names(CHROMIUM);
    let mut worst: Option<(f64, &str, &str)> = None;
    for text in SCRIPTS {
        for peer in peers.iter().skip(1) {
            let Some(ratio) = median(&results.ratios(CHROMIUM, text, peer)) else {
                return (goal, format!("{peer} on {text} is missing"), None);
            };
            if worst.is_none_or(|(least, ..)| ratio < least) {
                worst = Some((ratio, text, peer));
            }
        }
    }
    match worst {
        Some((ratio, text, peer)) => {
            let measured = format!("at the least {}× ({peer}, {text})", number(ratio));
            (goal, measured, Some(ratio >= 1.0))
        }
        None => (goal, "–".to_owned(), None),
    }
}

fn at_least(ratios: &[f64], least: f64) -> Option<bool> {
    median(ratios).map(|ratio| ratio >= least)
}
