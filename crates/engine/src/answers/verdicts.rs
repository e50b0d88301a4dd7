use trace::Phase;
use units::{Nanos, show};

use super::components::NOT_SHOWN;
use crate::protocol::{Overview, PhaseSummary, Verdict, VerdictKind};

/// What to look at first, in words: where the time goes, which component is disproportionate, where the
/// money goes, what failed.
pub(crate) fn verdicts(overview: &Overview) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    verdicts.extend(overview.phases.as_ref().and_then(time));
    verdicts.extend(tokens(overview));
    verdicts.extend(money(overview));
    verdicts.extend(errors(overview));
    verdicts
}

fn time(phases: &PhaseSummary) -> Option<Verdict> {
    let total = phases.sums.total();
    if total <= Nanos::ZERO {
        return None;
    }
    let share = |part: Nanos, whole: Nanos| show::percent(part.0 as f64 / whole.0.max(1) as f64, 0);
    let (median, tail) = (phases.p50.bottleneck(), phases.p99.bottleneck());
    let whose = if phases.requests == 1 { "the request" } else { "the median request" };
    let of_median = share(phases.p50.get(median), phases.p50.total());
    let head = match median {
        Phase::Unattributed => format!("{of_median} of {whose} is unattributed"),
        _ => format!("{} is {of_median} of {whose}", median.label()),
    };
    let n = show::int(phases.requests);
    let body = match phases.bottleneck {
        _ if phases.requests > 1 => format!(
            "p99 is {}: {} of {}. Of all time in {n} requests, {} is {}.",
            tail.label().to_lowercase(),
            share(phases.p99.get(tail), phases.p99.total()),
            show::nanos(phases.p99.total()),
            phases.bottleneck.unwrap_or(median).label().to_lowercase(),
            share(phases.sums.get(phases.bottleneck.unwrap_or(median)), total),
        ),
        _ if median == Phase::Unattributed => {
            format!(
                "{} in all. Calls without a recorded first token or queue time cannot be divided into phases.",
                show::nanos(total)
            )
        }
        _ => format!("{} of {} in all.", show::nanos(phases.p50.get(median)), show::nanos(total)),
    };
    Some(Verdict { kind: VerdictKind::Time, head, body })
}

fn tokens(overview: &Overview) -> Option<Verdict> {
    let all = overview.components.iter().fold(0u64, |sum, row| sum.saturating_add(row.tokens));
    let worst = overview.components.iter().find(|row| row.wasteful);
    match worst {
        Some(row) => Some(Verdict {
            kind: VerdictKind::Tokens,
            head: format!("{}: {} of total tokens", row.name, show::percent(row.share, 1)),
            body: format!(
                "{} of {} tokens{}. Above 30% a component is worth a look.",
                show::int(row.tokens),
                show::int(all),
                row.cost.map(|cost| format!(", {}", show::money(cost))).unwrap_or_default()
            ),
        }),
        None => {
            let largest = overview.components.first()?;
            let share = show::percent(largest.share, 1);
            let (head, body) = if largest.name == NOT_SHOWN {
                (
                    format!("The text of {share} of all tokens is not in the file"),
                    "Prompts that were not recorded, and earlier turns that were sent again, belong to no component."
                        .to_owned(),
                )
            } else {
                let largest =
                    format!("The largest is {}: {share} of {} tokens.", largest.name, show::int(all));
                ("No component of the prompt is above 30% of total tokens".to_owned(), largest)
            };
            Some(Verdict { kind: VerdictKind::Tokens, head, body })
        }
    }
}

fn money(overview: &Overview) -> Option<Verdict> {
    let total = overview.cost.computed?;
    let dearest = overview.models.iter().find(|row| row.cost.is_some())?;
    let cost = dearest.cost?;
    let share = if total.picos() > 0 { cost.to_f64() / total.to_f64() } else { 0.0 };
    let unpriced = overview.cost.unpriced_calls;
    let rest = match unpriced {
        0 => String::new(),
        1 => " 1 call has no price or no token count and is not in it.".to_owned(),
        n => format!(" {} calls have no price or no token count and are not in it.", show::int(n)),
    };
    Some(Verdict {
        kind: VerdictKind::Money,
        head: format!("{} is {} of the cost", dearest.model, show::percent(share, 0)),
        body: format!(
            "{} of {} in {} calls.{rest}",
            show::money(cost),
            show::money(total),
            show::int(overview.cost.priced_calls)
        ),
    })
}

fn errors(overview: &Overview) -> Option<Verdict> {
    if overview.errors == 0 && overview.retried == 0 {
        return None;
    }
    let mut parts = Vec::new();
    for (n, what) in [
        (overview.rate_limited, "refused for load (429 or 529)"),
        (overview.cancelled, "cancelled"),
        (overview.errors - overview.rate_limited - overview.cancelled, "failed"),
        (overview.retried, "came through after failed attempts"),
    ] {
        if n > 0 {
            parts.push(format!("{} {what}", show::int(n)));
        }
    }
    let head = match overview.errors {
        0 => format!(
            "{} of {} requests needed a retry",
            show::int(overview.retried),
            show::int(overview.requests)
        ),
        n => format!("{} of {} requests failed", show::int(n), show::int(overview.requests)),
    };
    Some(Verdict { kind: VerdictKind::Errors, head, body: format!("{}.", parts.join(", ")) })
}
