//! Bills that were worked out by hand: see the head of `bills.tsv`.

use pricing::{Basis, Billable, Class, PriceBook, Service, Terms};
use units::Timestamp;

#[test]
fn each_bill_has_the_rows_and_the_total_that_were_worked_out_by_hand() {
    let book = PriceBook::bundled();
    let (mut bills, mut classes) = (0, std::collections::BTreeSet::new());
    for line in include_str!("bills.tsv").lines().filter(|line| !line.starts_with('#')) {
        let [provider, model, at, terms, usage, arithmetic, dollars, marks, _] =
            line.split('\t').collect::<Vec<_>>()[..]
        else {
            panic!("{line}");
        };
        let at = (!at.is_empty()).then(|| time(at));
        let found = match at {
            Some(at) => book.lookup_at(Some(provider), model, at),
            None => book.lookup(Some(provider), model),
        };
        let found = found.unwrap_or_else(|| panic!("no price: {line}"));
        let (service, regional) =
            terms.split_once('+').map_or((terms, false), |(service, _)| (service, true));
        let service = *Service::ALL.iter().find(|s| s.as_str() == service).unwrap();
        let cost = found.price.cost(&billable(usage), &Terms { service, regional, at });
        let rows = cost.rows().map(|row| format!("{}*{}", row.tokens, row.price.times(1_000_000)));
        assert_eq!(rows.collect::<Vec<_>>().join(" + "), arithmetic, "{line}\n{cost:?}");
        assert_eq!(cost.total.to_string(), dollars, "{line}");
        let weak = cost.rows().filter(|row| row.basis != Basis::Listed).map(|row| {
            let basis = serde_json::to_string(&row.basis).unwrap();
            format!("{} {}", letter(row.class), basis.trim_matches('"'))
        });
        assert_eq!(weak.collect::<Vec<_>>().join(","), marks.trim(), "{line}");
        assert_eq!(cost.unpriced().next(), None, "{line}");
        classes.extend(cost.rows().map(|row| row.class));
        bills += 1;
    }
    assert!(bills >= 100, "{bills}");
    assert_eq!(classes.len(), Class::ALL.len(), "each class is on some bill: {classes:?}");
}

fn letter(class: Class) -> char {
    Class::ALL.iter().find(|(c, _)| *c == class).unwrap().1
}

fn time(text: &str) -> Timestamp {
    let text = if text.len() == 10 { format!("{text}T12:00:00Z") } else { text.to_owned() };
    Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_nanosecond() as i64)
}

/// `i10 r20 o5`; `!0` for a sum over requests that are each below every tier.
fn billable(usage: &str) -> Billable {
    let mut tokens = Billable::default();
    let mut size = None;
    for word in usage.split(' ').filter(|word| !word.is_empty()) {
        let count: u64 = word[1..].parse().unwrap();
        let place = match &word[..1] {
            "i" => &mut tokens.fresh,
            "r" => &mut tokens.cache_read,
            "w" => &mut tokens.cache_write_5m,
            "m" => &mut tokens.cache_write_30m,
            "h" => &mut tokens.cache_write_1h,
            "a" => &mut tokens.audio_in,
            "b" => &mut tokens.audio_read,
            "p" => &mut tokens.image_in,
            "q" => &mut tokens.image_read,
            "o" => &mut tokens.output,
            "t" => &mut tokens.reasoning,
            "s" => &mut tokens.audio_out,
            "g" => &mut tokens.image_out,
            "f" => &mut tokens.web_searches,
            "!" => size.insert(0),
            other => panic!("{other}"),
        };
        *place = count;
    }
    let tokens = tokens.summed();
    Billable { total_input: size.unwrap_or(tokens.total_input), ..tokens }
}
