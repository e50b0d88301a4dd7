use trace::{Phase, Phases};
use units::{Nanos, show};

use crate::protocol::{Band, Latency};

/// What to look at, in sentences: what fast and slow requests wait for, which group is slow and why, how much of the
/// time passes outside the model, and how much nobody can explain.
pub(super) fn words(latency: &Latency) -> Vec<String> {
    let mut words = Vec::new();
    let sums = latency.phases.iter().fold(Phases::default(), |mut sums, row| {
        sums.add(row.phase, row.sum);
        sums
    });
    let whole = sums.total();
    if whole <= Nanos::ZERO {
        return words;
    }
    words.push(match &latency.bands[..] {
        bands if latency.requests > 1 => percentiles(bands),
        _ => format!(
            "The request is mostly {}: {} of {}.",
            phase(sums.bottleneck()),
            share(sums.get(sums.bottleneck()), whole),
            show::nanos(whole)
        ),
    });
    let slowest = latency.groups.iter().max_by_key(|group| group.phases.total());
    if let (Some(slowest), true) = (slowest, latency.groups.len() > 1) {
        words.push(format!(
            "Slowest group: {} with a mean of {}, {}.",
            slowest.name,
            show::nanos(slowest.phases.total()),
            made_of(slowest)
        ));
    }
    words.push(match latency.with_surroundings {
        0 => "These files tell of model calls alone: what happens around them is not known.".to_owned(),
        _ => format!(
            "{} of all time passes outside the model call: preparing it, looking up context, working on the answer.",
            share(sums.outside_the_model(), whole)
        ),
    });
    let unknown = sums.get(Phase::Unattributed);
    // A tenth.
    if unknown.0 > whole.0 / 10 {
        words.push(format!(
            "{} of all time is unattributed: no rule names its spans, or no time to first token is told.",
            share(unknown, whole)
        ));
    }
    words
}

/// "p50 is token generation (45%), p99 is queue wait (80%)."
fn percentiles(bands: &[Band]) -> String {
    let told =
        ["p50", "p95", "p99"].into_iter().filter_map(|name| bands.iter().find(|band| band.name == name));
    let told: Vec<&Band> = told.collect();
    let parts: Vec<String> = match told.iter().all(|band| band.bottleneck == told[0].bottleneck) {
        true => {
            let shares = told.iter().map(|band| {
                format!(
                    "{} of {}",
                    share(band.phases.get(band.phases.bottleneck()), band.phases.total()),
                    band.name
                )
            });
            let which = phase(told[0].phases.bottleneck());
            return format!("Fast or slow, it is {which}: {}.", shares.collect::<Vec<_>>().join(", "));
        }
        false => told.iter().map(|band| format!("{} is {}", band.name, made_of(band))).collect(),
    };
    format!("{}.", parts.join(", "))
}

fn made_of(band: &Band) -> String {
    let largest = band.phases.bottleneck();
    format!("{} ({})", phase(largest), share(band.phases.get(largest), band.phases.total()))
}

fn phase(phase: Phase) -> String {
    phase.label().to_lowercase()
}

fn share(part: Nanos, whole: Nanos) -> String {
    show::percent(part.0 as f64 / whole.0.max(1) as f64, 0)
}
