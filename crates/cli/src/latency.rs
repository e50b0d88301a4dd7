//! Where the time goes, for a person and for programs.

use std::fmt::Write;

use engine::{
    Session,
    protocol::{
        Answer, Band, Cloud, Command, Goodput, Latency, LatencyAsk, Measure, Percentiles, Phase, Phases,
        Spread,
    },
};
use serde_json::{Map, Value, json};
use units::{Nanos, show};

use crate::{count, printable};

/// The percentiles that are told.
const NAMES: [&str; 5] = ["p50", "p90", "p95", "p99", "p99.9"];
const METHOD: &str = "linear interpolation between closest ranks";

fn values(p: &Percentiles) -> [f64; 5] {
    [p.p50, p.p90, p.p95, p.p99, p.p999]
}

/// The answer to `tokenflame latency`.
pub fn latency(session: &mut Session, ask: LatencyAsk, json: bool) -> Result<String, String> {
    // Rates and gaps between tokens need the tokens, which not every file tells.
    count::count(session)?;
    let promised = !ask.slo.is_empty();
    let goodput = match session.answer(Command::Goodput(Box::new(ask.clone())))? {
        Answer::Goodput(goodput) if promised => Some(goodput),
        Answer::Goodput(_) => None,
        _ => return Err("the engine answered something else".to_owned()),
    };
    match session.answer(Command::Latency(Box::new(ask)))? {
        Answer::Latency(latency) if json => Ok(object(&latency, goodput.as_deref()).to_string() + "\n"),
        Answer::Latency(latency) => Ok(table(&latency, goodput.as_deref())),
        _ => Err("the engine answered something else".to_owned()),
    }
}

fn share(part: Nanos, whole: Nanos) -> f64 {
    part.0 as f64 / whole.0.max(1) as f64
}

fn distribution(p: &Percentiles) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("n".to_owned(), p.n.into());
    for (name, value) in NAMES.into_iter().zip(values(p)) {
        map.insert(name.to_owned(), value.into());
    }
    map.insert("min".to_owned(), p.min.into());
    map.insert("max".to_owned(), p.max.into());
    map
}

fn phases(latency: &Latency, phases: &Phases) -> Value {
    let time = |phase| latency.told(phase, phases).map_or(Value::Null, |time| time.0.into());
    Phase::ALL.into_iter().map(|phase| (phase.key().to_owned(), time(phase))).collect()
}

fn band(latency: &Latency, key: &str, band: &Band) -> Value {
    let bottleneck = band.bottleneck.unwrap_or(Phase::Unattributed);
    json!({
        key: band.name,
        "n": band.n,
        "duration_ns": band.phases.total().0,
        "bottleneck": bottleneck.key(),
        "share": share(band.phases.get(bottleneck), band.phases.total()),
        "outside_the_model": share(band.phases.outside_the_model(), band.phases.total()),
        "phases_ns": phases(latency, &band.phases),
    })
}

fn line(cloud: &Cloud) -> Value {
    json!({
        "of": cloud.name,
        "n": cloud.n,
        "method": "Theil-Sen",
        "overhead_ms": cloud.line.map(|line| line.intercept),
        "ms_per_token": cloud.line.map(|line| line.slope),
        "scatter_ms": cloud.line.map(|line| line.scatter),
        "r2": cloud.line.map(|line| line.r2),
    })
}

fn spread(spread: &Spread) -> Value {
    json!({
        "n": spread.n, "mean_ms": spread.mean, "p50_ms": spread.p50, "p99_ms": spread.p99,
        "cv": spread.cv, "p99_over_p50": spread.ratio,
    })
}

fn good(goodput: &Goodput) -> Value {
    let breakers: Map<String, Value> = Phase::ALL
        .into_iter()
        .zip(goodput.breakers)
        .map(|(phase, n)| (phase.key().to_owned(), n.into()))
        .collect();
    json!({
        "requests": goodput.n,
        "good": goodput.good,
        "share": goodput.share(),
        "failed": goodput.failed,
        "not_measured": goodput.unmeasured,
        "broke_ttft": goodput.broke_ttft,
        "broke_itl": goodput.broke_itl,
        "broke_e2e": goodput.broke_e2e,
        "broken_by_phase": breakers,
        "output_tokens": goodput.tokens,
        "good_output_tokens": goodput.good_tokens,
        "window_ns": goodput.window.map(|window| window.0),
        "requests_per_second": goodput.requests_per_second(),
        "output_tokens_per_second": goodput.tokens_per_second(),
        "tokens_per_second": goodput.all_tokens_per_second(),
    })
}

fn object(latency: &Latency, goodput: Option<&Goodput>) -> Value {
    let mut sums = Phases::default();
    let mut rows = Map::new();
    for row in &latency.phases {
        sums.add(row.phase, row.sum);
        let mut map = distribution(&row.percentiles);
        map.insert("sum_ns".to_owned(), row.sum.0.into());
        map.insert("share".to_owned(), row.share.into());
        let value = if row.told { map.into() } else { Value::Null };
        rows.insert(row.phase.key().to_owned(), value);
    }
    let measures: Map<String, Value> = latency
        .measures
        .iter()
        .map(|measure| {
            let mut map = distribution(&measure.percentiles);
            map.insert("formula".to_owned(), measure.formula.as_str().into());
            let value = if measure.percentiles.n == 0 { Value::Null } else { map.into() };
            (measure.key.clone(), value)
        })
        .collect();
    let largest: Map<String, Value> = Phase::ALL
        .into_iter()
        .zip(latency.bottlenecks)
        .map(|(phase, n)| (phase.key().to_owned(), n.into()))
        .collect();
    let samples = latency.samples.iter().map(|(error, sample)| {
        json!({
            "error": error, "share": sample.share(), "requests": sample.size, "of": sample.n,
            "p95_ms": sample.value, "low_ms": sample.low, "high_ms": sample.high,
        })
    });
    let over_time = latency.over_time.as_ref();
    json!({
        "requests": latency.requests,
        "calls": latency.calls.0,
        "percentiles": METHOD,
        "verdicts": latency.verdicts,
        "phases_ms": rows,
        "total_ns": sums.total().0,
        "outside_the_model": (sums.total() > Nanos::ZERO).then(|| share(sums.outside_the_model(), sums.total())),
        "bottleneck": latency.bottleneck.map(Phase::key),
        "largest_in": largest,
        "bands": latency.bands.iter().map(|one| band(latency, "percentile", one)).collect::<Vec<_>>(),
        "groups": latency.groups.iter().map(|one| band(latency, "group", one)).collect::<Vec<_>>(),
        "measures": measures,
        "ttft_by_prompt_tokens": latency.ttft_by_prompt.iter().map(line).collect::<Vec<_>>(),
        "duration_by_output_tokens": latency.duration_by_output.iter().map(line).collect::<Vec<_>>(),
        "output_tokens_per_second": over_time.and_then(|times| times.throughput),
        "most_in_flight": over_time.and_then(|times| times.most.iter().max()),
        "same_prompt": {
            "prompts": latency.repeated.0,
            "calls": latency.repeated.1,
            "widest": latency.spread.iter().map(|row| json!({
                "prompt": row.prompt, "model": row.model, "spread": spread(&row.spread),
            })).collect::<Vec<_>>(),
        },
        "samples_for_p95": samples.collect::<Vec<_>>(),
        "spans": latency.spans.iter().map(|row| json!({
            "name": row.name, "n": row.n, "total_ns": row.total.0, "self_ns": row.own.0,
            "critical_path_ns": row.critical.0,
        })).collect::<Vec<_>>(),
        "critical_path_ns": latency.spans.iter().map(|row| row.critical.0).sum::<i64>(),
        "wall_ns": latency.wall.0,
        "goodput": goodput.map(good),
    })
}

fn table(latency: &Latency, goodput: Option<&Goodput>) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let mut row = |name: &str, cells: &[String]| {
        let cells: String = cells.iter().map(|cell| format!("{:>12}", printable(cell))).collect();
        let _ = writeln!(text, "{}", format!("{:<30}{cells}", printable(name)).trim_end());
    };
    let heads = |first: &[&str]| -> Vec<String> {
        first.iter().chain(&NAMES).chain(&["n"]).map(|&name| name.to_owned()).collect()
    };
    for verdict in &latency.verdicts {
        row(verdict, &[]);
    }
    row(&format!("Percentiles by {METHOD}"), &[]);
    row(&format!("Phases, {} requests", show::int(latency.requests)), &heads(&["sum", "share"]));
    for one in &latency.phases {
        let mut cells = vec!["unknown".to_owned()];
        if one.told {
            cells = vec![show::nanos(one.sum), show::percent(one.share, 1)];
            cells.extend(values(&one.percentiles).map(show::ms));
            cells.push(show::int(one.percentiles.n));
        }
        row(&format!("  {}", one.phase.label()), &cells);
    }
    row("Measured", &heads(&[]));
    for measure in &latency.measures {
        row(&format!("  {}", measure.name), &measured(measure));
    }
    row("What each percentile is made of", &[]);
    for band in &latency.bands {
        let bottleneck = band.bottleneck.unwrap_or(Phase::Unattributed);
        let part = share(band.phases.get(bottleneck), band.phases.total());
        let cells = [show::nanos(band.phases.total()), show::percent(part, 0)];
        row(&format!("  {:<7}{}", band.name, bottleneck.label()), &cells);
    }
    row("Spans", &["total", "self", "critical", "n"].map(str::to_owned));
    for span in &latency.spans {
        let name = if span.name.is_empty() { "not named" } else { &span.name };
        let cells =
            [show::nanos(span.total), show::nanos(span.own), show::nanos(span.critical), show::int(span.n)];
        row(&format!("  {name}"), &cells);
    }
    let critical = latency.spans.iter().map(|span| span.critical).sum();
    row(
        "Critical path, wall time",
        &[String::new(), String::new(), show::nanos(critical), show::nanos(latency.wall)],
    );
    if let Some(goodput) = goodput {
        let part = |share: Option<f64>| share.map_or("unknown".to_owned(), |share| show::percent(share, 1));
        row("Goodput, requests", &[show::int(goodput.good), part(goodput.share())]);
        let tokens = (goodput.tokens > 0).then(|| goodput.good_tokens as f64 / goodput.tokens as f64);
        row("Goodput, output tokens", &[show::int(goodput.good_tokens), part(tokens)]);
        for (name, n) in [
            ("  failed", goodput.failed),
            ("  not measured", goodput.unmeasured),
            ("  broke TTFT", goodput.broke_ttft),
            ("  broke ITL", goodput.broke_itl),
            ("  broke E2E", goodput.broke_e2e),
        ] {
            row(name, &[show::int(n)]);
        }
        for (phase, n) in Phase::ALL.into_iter().zip(goodput.breakers).filter(|(_, n)| *n > 0) {
            row(&format!("  broken by {}", phase.label().to_lowercase()), &[show::int(n)]);
        }
    }
    text
}

fn measured(measure: &Measure) -> Vec<String> {
    let p = &measure.percentiles;
    if p.n == 0 {
        return vec!["unknown".to_owned()];
    }
    let shown = |value: f64| match measure.is_rate() {
        true => format!("{value:.1}/s"),
        false => show::ms(value),
    };
    values(p).map(shown).into_iter().chain([show::int(p.n)]).collect()
}
