//! The detectors of false hits, against pairs that people would or would not give the same answer.

use caching::{
    Request, Traffic,
    false_hits::{Review, Sign, detect, detect_hit},
    similarity::Hit,
};
use units::Money;

#[test]
fn nine_in_ten_wrong_pairs_are_found() {
    let (mut wrong, mut caught, mut right, mut flagged) = (0, 0, 0, 0);
    let mut quiet = false;
    for line in include_str!("adversarial.tsv").lines().filter(|line| !line.starts_with('#')) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [verdict, kind, first, second] = cells[..] else { panic!("four cells: {line}") };
        let found = detect(first, second);
        let back = detect(second, first);
        let signs = |findings: &[caching::false_hits::Finding]| {
            findings.iter().map(|finding| finding.sign).collect::<Vec<Sign>>()
        };
        assert_eq!(signs(&found), signs(&back), "the same the other way round: {line}");
        match verdict {
            "wrong" => (wrong, caught) = (wrong + 1, caught + usize::from(!found.is_empty())),
            "right" => (right, flagged) = (right + 1, flagged + usize::from(!found.is_empty())),
            _ => panic!("wrong or right: {line}"),
        }
        quiet |= found.is_empty();
        if (verdict == "wrong") == found.is_empty() {
            println!("{verdict} {kind}: {first} | {second}: {found:?}");
        }
    }
    let share = |part: usize, of: usize| 100.0 * part as f64 / of as f64;
    println!(
        "{caught} of {wrong} wrong pairs found ({:.1}%); {flagged} of {right} right ones flagged; precision {:.1}%",
        share(caught, wrong),
        share(caught, caught + flagged)
    );
    assert!(wrong + right >= 300 && quiet);
    assert!(share(caught, wrong) >= 90.0);
    assert!(share(flagged, right) <= 10.0, "a detector that flags everything finds nothing");
}

#[test]
fn each_sign_names_the_words_that_gave_it() {
    for (first, second, sign, one, other) in [
        ("is the limit 30 days", "is the limit 14 days", Sign::Numbers, "30", "14"),
        ("cancel my order", "do not cancel my order", Sign::Negation, "", "not"),
        ("it left after noon", "it left before noon", Sign::Opposites, "after", "before"),
        (
            "from german to english",
            "from english to german",
            Sign::Order,
            "german to english",
            "english to german",
        ),
        ("wait 5 minutes", "wait 5 hours", Sign::Units, "min", "h"),
        ("meet me on monday", "meet me on friday", Sign::Dates, "monday", "friday"),
        ("the capital of France", "the capital of Poland", Sign::Entities, "France", "Poland"),
    ] {
        let found = detect(first, second);
        let finding =
            found.iter().find(|finding| finding.sign == sign).unwrap_or_else(|| panic!("{first}: {found:?}"));
        assert_eq!((finding.first.as_str(), finding.second.as_str()), (one, other));
    }
    assert_eq!(detect("the same 1", "the same 1"), []);
}

#[test]
fn other_system_prompts_are_a_sign_by_themselves() {
    let request = |system| Request { system, prompt: Some(0), ..Request::default() };
    let requests = [request(Some(1)), request(Some(2)), request(None)];
    let traffic = Traffic { requests: &requests, texts: &["the same"], ..Traffic::default() };
    let signs = |request| {
        let hit = Hit { request, source: 0, similarity: Some(1.0), thresholds: 1 };
        detect_hit(&traffic, &hit).into_iter().map(|finding| finding.sign).collect::<Vec<_>>()
    };
    assert_eq!(signs(1), [Sign::System]);
    assert_eq!(signs(2), []);
}

#[test]
fn reviewed_pairs_tell_the_risk_of_all() {
    let cent = Money::from_picos(10_000_000_000);
    let risk = Review { reviewed: 64, wrong: 16 }.risk(1_000, cent);
    assert_eq!(risk.rate, Some(0.25));
    assert_eq!(risk.loss, Some("2.5".parse().unwrap()));
    assert!(risk.interval.0 > 0.16 && risk.interval.1 < 0.37);
    assert!(risk.loss_interval.0 < risk.loss.unwrap() && risk.loss_interval.1 > risk.loss.unwrap());
    let unknown = Review::default().risk(1_000, cent);
    assert_eq!((unknown.rate, unknown.loss, unknown.interval), (None, None, (0.0, 1.0)));
    assert_eq!(unknown.loss_interval, (Money::ZERO, "10".parse().unwrap()));
}
