use std::str::FromStr;

use serde::{Deserialize, Serialize};
use trace::{Call, Operation, Phase, Phases, Trace};
use units::{Nanos, Timestamp};

use crate::Request;

/// What was promised. A request that takes exactly as long as promised keeps it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Slo {
    /// The longest time to the first token.
    pub ttft: Option<Nanos>,
    /// The longest mean gap between tokens, ms: time after the first token / (C − 1).
    pub itl_ms: Option<f64>,
    /// The longest whole duration.
    pub e2e: Option<Nanos>,
}

/// What a request was measured at.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Served {
    /// Whether it succeeded.
    pub ok: bool,
    /// When it began.
    pub start: Option<Timestamp>,
    /// How long it took.
    pub e2e: Option<Nanos>,
    /// Time to its first token.
    pub ttft: Option<Nanos>,
    /// The mean gap between its tokens, ms.
    pub itl_ms: Option<f64>,
    /// The tokens of its prompts.
    pub prompt: Option<u64>,
    /// The tokens of its answers.
    pub tokens: Option<u64>,
    /// Where its time went.
    pub phases: Option<Phases>,
}

impl Served {
    /// Of an end-to-end request. Where it makes several model calls, the slowest of them counts: no promise about
    /// the first token is kept by a call that a user does not wait for.
    pub fn of(trace: &Trace, request: &Request) -> Served {
        let calls = || request.calls.iter().map(|&id| trace.call(id));
        let answers = || calls().filter(|call| call.is_finished() && call.operation == Operation::Generate);
        Served {
            ok: request.ok,
            start: request.start,
            e2e: request.phases.as_ref().map(Phases::total),
            ttft: answers().filter_map(|call| call.ttft).max(),
            itl_ms: answers().filter_map(Call::itl_ms).max_by(f64::total_cmp),
            prompt: calls().filter_map(|call| call.usage.input.get()).reduce(u64::saturating_add),
            tokens: calls().filter_map(|call| call.usage.output.get()).reduce(u64::saturating_add),
            phases: request.phases,
        }
    }
}

/// As it is written in a terminal and in an address: `ttft=500ms,itl=50ms,e2e=10s`, any of them.
impl FromStr for Slo {
    type Err = String;

    fn from_str(text: &str) -> Result<Slo, String> {
        const UNITS: [(&str, f64); 5] =
            [("ns", 1e-6), ("us", 1e-3), ("\u{b5}s", 1e-3), ("ms", 1.0), ("s", 1e3)];
        let mut slo = Slo::default();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let wrong = || format!("{part:?} is no promise; one is ttft=500ms, itl=50ms or e2e=10s");
            let (key, length) = part.split_once('=').ok_or_else(wrong)?;
            let unit = UNITS.iter().find_map(|(unit, ms)| Some((length.strip_suffix(unit)?, ms)));
            let (number, unit) = unit.ok_or_else(wrong)?;
            let ms = number.trim().parse::<f64>().map_err(|_| wrong())? * unit;
            let whole = Nanos::from_secs_f64(ms / 1e3).filter(|_| ms >= 0.0).ok_or_else(wrong)?;
            match key.trim() {
                "ttft" => slo.ttft = Some(whole),
                "itl" => slo.itl_ms = Some(ms),
                "e2e" => slo.e2e = Some(whole),
                _ => return Err(wrong()),
            }
        }
        Ok(slo)
    }
}

/// How well promises were kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Goodput {
    /// All requests.
    pub n: u64,
    /// Those that succeeded and kept every promise.
    pub good: u64,
    /// Those that failed.
    pub failed: u64,
    /// Those that succeeded and broke none that could be measured, but one could not: not good, and not bad.
    pub unmeasured: u64,
    /// Those that took too long to the first token.
    pub broke_ttft: u64,
    /// Those whose tokens came too slowly.
    pub broke_itl: u64,
    /// Those that took too long as a whole.
    pub broke_e2e: u64,
    /// Of the requests that broke a promise, by the phase that broke it, in the order of [`Phase::ALL`]: the
    /// largest phase of the time that the first broken promise is about.
    pub breakers: [u64; Phase::COUNT],
    /// The output tokens of all requests that tell them.
    pub tokens: u64,
    /// Of these, the tokens of good requests.
    pub good_tokens: u64,
    /// The prompt tokens of good requests.
    pub good_prompt_tokens: u64,
    /// From the first start to the last end of those that succeeded, as AIPerf and inference-perf have it. `None`
    /// without times.
    pub window: Option<Nanos>,
}

impl Goodput {
    /// Good requests per second.
    pub fn requests_per_second(&self) -> Option<f64> {
        self.per_second(self.good)
    }

    /// Output tokens of good requests per second.
    pub fn tokens_per_second(&self) -> Option<f64> {
        self.per_second(self.good_tokens)
    }

    /// Prompt and output tokens of good requests per second: inference-perf's token goodput.
    pub fn all_tokens_per_second(&self) -> Option<f64> {
        self.per_second(self.good_prompt_tokens.saturating_add(self.good_tokens))
    }

    /// The share of all requests that is good, failed ones among all.
    pub fn share(&self) -> Option<f64> {
        (self.n > 0).then(|| self.good as f64 / self.n as f64)
    }

    fn per_second(&self, count: u64) -> Option<f64> {
        let window = self.window.filter(|window| window.0 > 0)?;
        Some(count as f64 / (window.0 as f64 / 1e9))
    }
}

/// From the start of a model call to its first token.
const BEFORE_FIRST: [Phase; 3] = [Phase::QueueWait, Phase::ModelLoad, Phase::TimeToFirstToken];

impl Slo {
    /// What became of the promises in a set of requests.
    pub fn goodput<'a>(&self, requests: impl IntoIterator<Item = &'a Served>) -> Goodput {
        let mut sums = Goodput::default();
        let (mut first, mut last) = (i64::MAX, i64::MIN);
        for request in requests {
            self.judge(request, &mut sums);
            if let (Some(start), Some(e2e), true) = (request.start, request.e2e, request.ok) {
                first = first.min(start.0);
                last = last.max((start + e2e).0);
            }
        }
        sums.window = (first <= last).then(|| Nanos(last.saturating_sub(first)));
        sums
    }

    fn judge(&self, request: &Served, sums: &mut Goodput) {
        sums.n += 1;
        let tokens = request.tokens.unwrap_or(0);
        sums.tokens = sums.tokens.saturating_add(tokens);
        if !request.ok {
            sums.failed += 1;
            return;
        }
        let ttft = kept(self.ttft, request.ttft);
        let itl = kept(self.itl_ms, request.itl_ms);
        let e2e = kept(self.e2e, request.e2e);
        sums.broke_ttft += u64::from(ttft == Some(false));
        sums.broke_itl += u64::from(itl == Some(false));
        sums.broke_e2e += u64::from(e2e == Some(false));
        let largest = |among: &[Phase]| {
            let phases = request.phases?;
            among.iter().copied().rev().max_by_key(|&phase| phases.get(phase))
        };
        let breaker = match (ttft, itl, e2e) {
            (Some(false), ..) => largest(&BEFORE_FIRST).unwrap_or(Phase::TimeToFirstToken),
            (_, Some(false), _) => Phase::TokenGeneration,
            (.., Some(false)) => largest(&Phase::ALL).unwrap_or(Phase::Unattributed),
            (Some(true), Some(true), Some(true)) => {
                sums.good += 1;
                sums.good_tokens = sums.good_tokens.saturating_add(tokens);
                sums.good_prompt_tokens = sums.good_prompt_tokens.saturating_add(request.prompt.unwrap_or(0));
                return;
            }
            _ => {
                sums.unmeasured += 1;
                return;
            }
        };
        sums.breakers[breaker as usize] += 1;
    }
}

/// Whether a promise was kept; `None` if that was not measured.
fn kept<T: PartialOrd>(limit: Option<T>, measured: Option<T>) -> Option<bool> {
    match (limit, measured) {
        (None, _) => Some(true),
        (Some(limit), Some(measured)) => Some(measured <= limit),
        (Some(_), None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(start: i64, ttft: i64, itl: f64, e2e: i64) -> Served {
        let mut phases = Phases::default();
        phases.add(Phase::QueueWait, Nanos(ttft * 600_000));
        phases.add(Phase::TimeToFirstToken, Nanos(ttft * 400_000));
        phases.add(Phase::TokenGeneration, Nanos((e2e - ttft) * 1_000_000));
        Served {
            ok: true,
            start: Some(Timestamp(start * 1_000_000)),
            e2e: Some(Nanos(e2e * 1_000_000)),
            ttft: Some(Nanos(ttft * 1_000_000)),
            itl_ms: Some(itl),
            prompt: Some(900),
            tokens: Some(100),
            phases: Some(phases),
        }
    }

    #[test]
    fn a_request_is_good_if_it_succeeds_and_keeps_every_promise() {
        let ms = |ms: i64| Some(Nanos(ms * 1_000_000));
        let slo = Slo { ttft: ms(500), itl_ms: Some(50.0), e2e: ms(10_000) };
        let failed = Served { ok: false, ..request(-5_000, 1, 1.0, 1) };
        let untimed = Served { itl_ms: None, ..request(0, 100, 0.0, 200) };
        let requests = [
            request(0, 500, 50.0, 10_000),
            request(1_000, 501, 10.0, 2_000),
            request(2_000, 400, 60.0, 30_000),
            request(3_000, 400, 10.0, 17_000),
            failed,
            untimed,
        ];
        let got = slo.goodput(&requests);
        assert_eq!((got.n, got.good, got.failed, got.unmeasured), (6, 1, 1, 1));
        assert_eq!((got.broke_ttft, got.broke_itl, got.broke_e2e), (1, 1, 2));
        assert_eq!(got.breakers, [0, 0, 1, 0, 0, 2, 0, 0]);
        assert_eq!((got.tokens, got.good_tokens, got.window), (600, 100, Some(Nanos(32_000_000_000))));
        assert_eq!((got.requests_per_second(), got.tokens_per_second()), (Some(1.0 / 32.0), Some(3.125)));
        assert_eq!(got.all_tokens_per_second(), Some(31.25));
        let none = Slo::default().goodput(&requests);
        assert_eq!((none.good, none.unmeasured), (5, 0));
        assert_eq!(Slo::default().goodput(&[]).share(), None);
    }

    #[test]
    fn promises_are_read_as_they_are_written() {
        let slo =
            Slo { ttft: Some(Nanos(500_000_000)), itl_ms: Some(12.5), e2e: Some(Nanos(10_000_000_000)) };
        assert_eq!("ttft=500ms, itl=12.5ms,e2e=10s".parse(), Ok(slo));
        assert_eq!("itl=12500us".parse(), Ok(Slo { itl_ms: Some(12.5), ..Slo::default() }));
        assert_eq!("".parse(), Ok(Slo::default()));
        for text in ["ttft=500", "ttft=ms", "tpot=5ms", "e2e", "e2e=-1s", "itl=NaNms"] {
            assert!(text.parse::<Slo>().unwrap_err().contains("is no promise"), "{text}");
        }
    }
}
