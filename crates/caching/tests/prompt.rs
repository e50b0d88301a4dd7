//! The prompt caches of providers: tables of their rules, and what was observed.

mod common;

use caching::{
    Lifetime, Rates,
    prompt::{Broke, Prediction, Prompt, Provider, Why, predict, saving},
};
use common::Owned;
use proptest::prelude::*;
use units::Money;

const MINUTE: i64 = 60_000;

/// A request: at which minute it comes, its parts, and the parts after which breakpoints stand.
type Sent<'a> = (i64, &'a [(u64, u32)], &'a [(usize, Lifetime)]);

/// Requests of one model.
fn traffic(model: &'static str, requests: &[Sent]) -> Owned {
    let mut owned = Owned { models: vec![model, "other"], ..Owned::default() };
    let picos = |picos| Money::from_picos(picos);
    owned.rates.push(Rates { input: picos(3_000_000), output: picos(15_000_000), ..Rates::default() });
    for (minute, parts, marks) in requests {
        let request = owned.push(minute * MINUTE, parts);
        request.rates = Some(0);
        let from = request.parts.0 as usize;
        for (at, lifetime) in *marks {
            owned.parts[from + at].mark = Some(*lifetime);
        }
    }
    owned
}

fn run(owned: &Owned, provider: Provider) -> Vec<Prediction> {
    predict(&owned.traffic(), &Prompt::of(provider))
}

/// Read at least and at most, written, written for an hour, and why.
fn told(predictions: &[Prediction]) -> Vec<(u64, u64, u64, u64, Why)> {
    predictions.iter().map(|p| (p.read.0, p.read.1, p.write, p.write_1h, p.why)).collect()
}

const SYSTEM: (u64, u32) = (1, 2_000);

#[test]
fn anthropic_reads_what_breakpoints_wrote() {
    use Lifetime::{Hour, Minutes5};
    let five: &[(usize, Lifetime)] = &[(0, Minutes5)];
    let owned = traffic(
        "claude-sonnet-4-5",
        &[
            (0, &[SYSTEM, (2, 50)], five),
            (4, &[SYSTEM, (3, 70)], five),
            // 9 minutes after the write, 5 after the read: a hit renews.
            (9, &[SYSTEM, (4, 70)], five),
            // Between 5 and 7 minutes it may live.
            (15, &[SYSTEM, (5, 70)], five),
            (40, &[SYSTEM, (6, 70)], five),
            (41, &[SYSTEM, (6, 70)], &[]),
            (42, &[(9, 1_023)], five),
            (43, &[(9, 1_023)], five),
            (44, &[SYSTEM, (7, 500), (8, 9)], &[(0, Hour), (1, Minutes5)]),
            (90, &[SYSTEM, (7, 500), (8, 9)], &[(0, Hour), (1, Minutes5)]),
            (91, &[SYSTEM; 5], &[(0, Hour), (1, Hour), (2, Hour), (3, Hour), (4, Hour)]),
        ],
    );
    assert_eq!(
        told(&run(&owned, Provider::AnthropicExplicit)),
        [
            (0, 0, 2_000, 0, Why::First),
            (2_000, 2_000, 0, 0, Why::Read),
            (2_000, 2_000, 0, 0, Why::Read),
            (0, 2_000, 2_000, 0, Why::Expired),
            (0, 0, 2_000, 0, Why::Expired),
            (0, 0, 0, 0, Why::NoBreakpoint),
            (0, 0, 0, 0, Why::BelowMinimum),
            (0, 0, 0, 0, Why::BelowMinimum),
            (2_000, 2_000, 500, 0, Why::Read),
            (2_000, 2_000, 500, 0, Why::PrefixChanged),
            (0, 0, 0, 0, Why::TooManyBreakpoints),
        ]
    );
}

#[test]
fn anthropic_looks_back_twenty_blocks() {
    let long = |parts: u64| (0..parts).map(|part| (100 + part, 100)).collect::<Vec<(u64, u32)>>();
    for (more, read) in [(20, 2_000), (21, 0)] {
        let owned = Owned::of_parts(&[long(20), long(20 + more)]);
        let owned = Owned { models: vec!["claude-opus-4-8"], ..owned };
        let told = run(&owned, Provider::AnthropicAutomatic);
        assert_eq!(told[1].read, (read, read), "{more} blocks later");
        // With breakpoints at the right places the distance does not matter.
        assert_eq!(run(&owned, Provider::AnthropicBest)[1].read, (2_000, 2_000));
    }
}

#[test]
fn anthropic_minimums_by_model() {
    for (model, tokens, read) in [
        ("claude-opus-5", 511, (0, 0)),
        ("claude-opus-5", 512, (512, 512)),
        ("claude-opus-4-20250514", 1_024, (1_024, 1_024)),
        ("claude-opus-4-6", 4_095, (0, 0)),
        ("claude-haiku-4-5-20251001", 4_096, (4_096, 4_096)),
        ("claude-3-5-haiku-20241022", 2_047, (0, 0)),
        // Sources disagree, or none tells it.
        ("claude-sonnet-4-6", 1_500, (0, 1_500)),
        ("claude-opus-5-5", 4_000, (0, 4_000)),
        ("claude-opus-5-5", 4_096, (4_096, 4_096)),
        ("claude-opus-5-5", 500, (0, 0)),
    ] {
        let owned = traffic(model, &[(0, &[(1, tokens)], &[]), (1, &[(1, tokens)], &[])]);
        assert_eq!(run(&owned, Provider::AnthropicAutomatic)[1].read, read, "{model} {tokens}");
    }
    let five: &[(usize, Lifetime)] = &[(0, Lifetime::Minutes5)];
    let owned = traffic("amazon.nova-pro-v1:0", &[(0, &[(1, 9_000)], &[(0, Lifetime::Minutes5)])]);
    assert_eq!(run(&owned, Provider::Bedrock)[0].why, Why::UnknownRule);
    let owned =
        traffic("us.anthropic.claude-opus-4-7", &[(0, &[(1, 3_000)], five), (1, &[(1, 3_000)], five)]);
    assert_eq!(run(&owned, Provider::Bedrock)[1].read, (0, 3_000));
}

#[test]
fn openai_reads_in_steps_and_forgets_when_idle() {
    let owned = traffic(
        "gpt-4o",
        &[
            (0, &[(1, 1_000), (2, 500)], &[]),
            (1, &[(1, 1_000), (2, 500), (3, 40)], &[]),
            (2, &[(1, 1_000), (2, 500), (3, 40)], &[]),
            (20, &[(1, 1_000), (2, 500), (3, 40)], &[]),
            (81, &[(1, 1_000), (2, 500), (3, 40)], &[]),
            (82, &[(1, 1_000), (9, 5_000)], &[]),
            (83, &[(7, 1_023), (8, 1)], &[]),
            (84, &[(7, 1_023), (9, 1)], &[]),
        ],
    );
    assert_eq!(
        told(&run(&owned, Provider::OpenaiTo55)),
        [
            (0, 0, 0, 0, Why::First),
            (1_408, 1_408, 0, 0, Why::Read),
            (1_536, 1_536, 0, 0, Why::Read),
            (0, 1_536, 0, 0, Why::Read),
            (0, 0, 0, 0, Why::Expired),
            (0, 0, 0, 0, Why::BelowMinimum),
            (0, 0, 0, 0, Why::First),
            (0, 0, 0, 0, Why::BelowMinimum),
        ]
    );
    let day = Prompt { retain_day: true, ..Prompt::of(Provider::OpenaiTo55) };
    assert_eq!(predict(&owned.traffic(), &day)[4].read, (0, 1_536));
    let busy: Vec<Vec<(u64, u32)>> = (0..20).map(|n| vec![(1, 2_048), (10 + n, 5)]).collect();
    let told = run(&Owned { models: vec!["gpt-4o"], ..Owned::of_parts(&busy) }, Provider::OpenaiTo55);
    assert_eq!(
        (told[14].read, told[15].read),
        ((2_048, 2_048), (0, 2_048)),
        "the sixteenth in a minute may spill"
    );
}

#[test]
fn openai_from_56_writes_each_turn_at_a_price() {
    let owned = traffic(
        "gpt-5.6-sol",
        &[
            (0, &[SYSTEM, (2, 100)], &[]),
            (1, &[SYSTEM, (2, 100), (3, 300)], &[]),
            (2, &[SYSTEM, (9, 100)], &[]),
            (33, &[SYSTEM, (9, 100)], &[]),
        ],
    );
    assert_eq!(
        told(&run(&owned, Provider::OpenaiFrom56)),
        [
            (0, 0, 2_100, 0, Why::First),
            (2_100, 2_100, 300, 0, Why::Read),
            // The implicit breakpoint stood behind the message that is another now.
            (0, 0, 2_100, 0, Why::PrefixChanged),
            (0, 0, 2_100, 0, Why::Expired),
        ]
    );
    // Reads save 90%, writes cost a quarter more: 2,100 × 0.9 − 6,600 × 0.25 of 3 dollars a million.
    let prompt = Prompt::of(Provider::OpenaiFrom56);
    let sum = saving(&owned.traffic(), &prompt, &predict(&owned.traffic(), &prompt));
    assert_eq!((sum.read, sum.written, sum.hits), ((2_100, 2_100), 6_600, 1));
    assert_eq!(sum.least, Money::from_picos((1_890 - 1_650) * 3_000_000));
    assert_eq!((sum.most, sum.unpriced), (sum.least, 0));
}

#[test]
fn the_others_give_ranges_and_abstain_by_name() {
    let requests: &[Sent] = &[
        (0, &[(1, 5_000), (2, 64)], &[]),
        (1, &[(1, 5_000), (3, 64)], &[]),
        (2, &[(1, 5_000), (4, 64)], &[]),
        (3, &[(1, 5_000), (4, 64), (5, 64)], &[]),
    ];
    let gemini = traffic("gemini-2.5-pro", requests);
    let implicit: Vec<_> = run(&gemini, Provider::GeminiImplicit).iter().map(|p| p.read).collect();
    assert_eq!(implicit, [(0, 0), (0, 5_000), (0, 5_000), (0, 5_064)]);
    let explicit: Vec<_> = run(&gemini, Provider::GeminiExplicit).iter().map(|p| p.read).collect();
    assert_eq!(explicit, [(0, 0), (5_000, 5_000), (5_000, 5_000), (5_000, 5_000)]);
    let prompt = Prompt::of(Provider::GeminiExplicit);
    let sum = saving(&gemini.traffic(), &prompt, &predict(&gemini.traffic(), &prompt));
    // 15,000 read at a tenth of $3, and 5,000 kept for an hour at $4.50 a million.
    assert_eq!(sum.least.to_string(), "0.018");

    // A+B, then A+C, misses; the third one hits A.
    let deepseek: Vec<_> = run(&traffic("deepseek-chat", requests), Provider::Deepseek);
    assert_eq!(deepseek.iter().map(|p| p.read.0).collect::<Vec<_>>(), [0, 0, 5_000, 5_064]);

    let unknown = run(&traffic("gemini-9-ultra", requests), Provider::GeminiImplicit);
    assert!(unknown.iter().all(|p| p.why == Why::UnknownRule));
    let sum = saving(&gemini.traffic(), &prompt, &unknown);
    assert_eq!((sum.requests, sum.abstained), (0, vec![(Why::UnknownRule, 4)]));
    let none = Owned { requests: vec![caching::Request::default()], ..Owned::default() };
    for provider in Provider::ALL {
        assert_eq!(run(&none, provider)[0].why, Why::NoParts, "{provider:?}");
    }
}

#[test]
fn the_first_byte_that_broke_a_prefix() {
    let mut owned =
        traffic("gpt-4o", &[(0, &[(1, 1_100), (2, 100)], &[]), (1, &[(1, 1_100), (3, 100)], &[])]);
    owned.text_refs = vec!["system", "at 10:15 the user", "at 10:47 the user"];
    for (part, text) in [(0, 0), (1, 1), (2, 0), (3, 2)] {
        owned.parts[part].text = Some(text);
    }
    let told = run(&owned, Provider::OpenaiTo55)[1];
    let broke = Some(Broke { part: 1, byte: Some(6), other: 1 });
    assert_eq!((told.broke, told.why), (broke, Why::PrefixChanged));
    assert_eq!(told.read, (1_024, 1_024));
    owned.requests[1].model = 1;
    assert_eq!(run(&owned, Provider::OpenaiTo55)[1].why, Why::OtherModel);
}

proptest! {
    #[test]
    fn no_cache_reads_more_than_was_sent(
        requests in prop::collection::vec((0..30i64, prop::collection::vec((0..4u64, 1..3_000u32), 0..6)), 1..30),
    ) {
        let mut owned = Owned { models: vec!["claude-opus-4-8"], ..Owned::default() };
        let mut now = 0;
        for (later, parts) in &requests {
            now += later * MINUTE / 3;
            owned.push(now, parts);
        }
        let run = |provider| run(&owned, provider);
        for provider in Provider::ALL {
            for (prediction, request) in run(provider).iter().zip(&owned.requests) {
                let tokens = request.input.get().unwrap();
                prop_assert!(prediction.read.0 <= prediction.read.1 && prediction.read.1 <= tokens);
                prop_assert!(prediction.read.0 + prediction.write + prediction.write_1h <= tokens);
            }
        }
        // Breakpoints that know what comes read no less than one that moves along, as far as both are sure.
        let sum = |provider| run(provider).iter().map(|p| p.read.1).sum::<u64>();
        prop_assert!(sum(Provider::AnthropicBest) >= sum(Provider::AnthropicAutomatic));
    }
}
