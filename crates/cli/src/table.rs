use std::fmt::Write;

use engine::{Distribution, Summary};
use units::show::{int, ms, percent};

use crate::printable;

/// The summary for a person, a line for each figure.
pub fn render(summary: &Summary) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: String| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{name:<22}{}", printable(&value));
    };
    let records = summary.records;
    line("Files", format!("{} ({})", int(summary.files), none_if_empty(&summary.formats.join(", "))));
    line(
        "Records",
        format!(
            "{} read = {} kept + {} merged + {} dropped",
            int(records.read),
            int(records.kept),
            int(records.merged),
            int(records.dropped)
        ),
    );
    line("Spans", int(summary.spans));
    line("Requests", format!("{}, {} failed or cancelled", int(summary.requests), int(summary.errors)));
    let tokens = summary.tokens;
    line("Input tokens", int(tokens.input));
    line("  fresh", int(tokens.fresh));
    line("  cache read", int(tokens.cache_read));
    line("  cache write", int(tokens.cache_write));
    line("Output tokens", int(tokens.output));
    line("  reasoning", int(tokens.reasoning));
    let unpriced = match summary.unpriced_requests {
        0 => String::new(),
        1 => ", 1 request unpriced".to_owned(),
        n => format!(", {} requests unpriced", int(n)),
    };
    line("Cost", dollars(&summary.cost_usd, "unpriced") + &unpriced);
    line("Cost, reported", dollars(&summary.reported_cost_usd, "unknown"));
    line("Latency", distribution(&summary.latency_ms));
    line("Time to first token", distribution(&summary.ttft_ms));
    line("Inter-token latency", distribution(&summary.itl_ms));
    if let Some(p) = summary.phases_ms {
        let total = p.preprocessing
            + p.embedding_lookup
            + p.llm_queue_wait
            + p.time_to_first_token
            + p.token_generation
            + p.postprocessing
            + p.unattributed;
        for (name, time) in [
            ("  preprocessing", p.preprocessing),
            ("  embedding lookup", p.embedding_lookup),
            ("  queue wait", p.llm_queue_wait),
            ("  time to first token", p.time_to_first_token),
            ("  token generation", p.token_generation),
            ("  postprocessing", p.postprocessing),
            ("  unattributed", p.unattributed),
        ] {
            let share = if total > 0.0 { time / total } else { 0.0 };
            line(name, format!("{}, {}", ms(time), percent(share, 1)));
        }
    }
    for (model, calls) in &summary.models {
        line("Model", format!("{model}, {} request{}", int(*calls), if *calls == 1 { "" } else { "s" }));
    }
    for problem in &summary.problems {
        line("Problem", format!("{} ({}x) {}", problem.code, int(problem.count), problem.message));
    }
    text
}

fn none_if_empty(text: &str) -> &str {
    if text.is_empty() { "no format recognised" } else { text }
}

fn dollars(amount: &Option<String>, unknown: &str) -> String {
    amount.as_ref().map_or(unknown.to_owned(), |amount| format!("${amount}"))
}

/// Percentiles, linear interpolation.
fn distribution(d: &Option<Distribution>) -> String {
    match d {
        Some(d) => format!(
            "p50 {}, p90 {}, p95 {}, p99 {}, n {}",
            ms(d.p50),
            ms(d.p90),
            ms(d.p95),
            ms(d.p99),
            int(d.n)
        ),
        None => "unknown".to_owned(),
    }
}
