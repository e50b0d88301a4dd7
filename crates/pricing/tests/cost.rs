//! What holds of any bill.

use pricing::{Basis, Billable, Class, Lane, Price, Rates, Service, Share, Tariff, Terms, import::Lanes};
use proptest::prelude::*;
use units::{Money, Timestamp};

fn money(text: &str) -> Money {
    text.parse().unwrap()
}

fn quoted(input: &str, output: &str, tokens: u32) -> Price {
    Price::typed("m", Rates::quoted(money(input), money(output), tokens).unwrap())
}

/// Prices by class in dollars per million.
fn rates(prices: &[(Class, &str)]) -> Rates {
    let mut rates = Rates::default();
    for (class, price) in prices {
        rates.set(*class, Money::from_picos(money(price).picos() / 1_000_000)).unwrap();
    }
    rates
}

const STANDARD: Terms = Terms { service: Service::Standard, regional: false, at: None };

#[test]
fn a_system_prompt_of_500_tokens_is_15_dollars_per_1000_requests() {
    let cost = quoted("0.03", "0.06", 1_000).cost(&Billable::uncached(500, 0), &STANDARD);
    assert_eq!(cost.total, money("0.015"));
    assert_eq!(cost.total.times(1_000), money("15"));
}

#[test]
fn components_at_3_and_6_cents_per_1000_add_up() {
    let price = quoted("0.03", "0.06", 1_000);
    let mut total = Money::ZERO;
    for (input, output, expected) in [(10, 0, "0.0003"), (7, 7, "0.00063"), (1_234, 56, "0.04038")] {
        let cost = price.cost(&Billable::uncached(input, output), &STANDARD);
        assert_eq!(cost.total, money(expected));
        total += cost.total;
    }
    assert_eq!(total, price.cost(&Billable::uncached(1_251, 63), &STANDARD).total);
}

#[test]
fn fractions_of_a_cent_per_million_are_exact() {
    let price = quoted("0.0375", "0.15", 1_000_000);
    assert_eq!(price.cost(&Billable::uncached(1, 0), &STANDARD).total, money("0.0000000375"));
    assert_eq!(price.cost(&Billable::uncached(1_000_000, 0), &STANDARD).total, money("0.0375"));
    assert_eq!(Rates::quoted(money("0.0000001"), Money::ZERO, 1_000_000), None, "finer than a pico-dollar");
    assert_eq!(Rates::quoted(money("-1"), Money::ZERO, 1_000_000), None);
    assert_eq!(Rates::quoted(money("1"), Money::ZERO, 0), None);
}

#[test]
fn a_class_without_a_price_falls_back_and_says_so() {
    let mut price = quoted("3", "15", 1_000_000);
    let tokens = Billable::new(10, 20, 30, 40, 50);
    let near = |price: &Price| {
        let rows: Vec<_> = price.cost(&tokens, &STANDARD).rows().collect();
        rows.iter().map(|row| row.basis == Basis::NearestClass).collect::<Vec<_>>()
    };
    assert_eq!(near(&price), [false, true, true, true, false]);
    assert_eq!(price.cost(&tokens, &STANDARD).total, money("0.00105"));

    price.lanes[0].rates.set(Class::CacheRead, money("0.0000003")).unwrap();
    price.lanes[0].rates.set(Class::CacheWrite5m, money("0.00000375")).unwrap();
    assert_eq!(near(&price), [false, false, false, true, false]);
    let cost = price.cost(&tokens, &STANDARD);
    assert_eq!(cost.rows().nth(3).unwrap().amount, money("0.00015"), "at the price of a standard write");
    let rows: Vec<_> = price.cost(&Billable::uncached(1, 0), &STANDARD).rows().collect();
    assert_eq!(rows.iter().map(|row| row.class).collect::<Vec<_>>(), [Class::Input], "no row without tokens");
}

#[test]
fn a_standard_write_is_the_one_that_the_seller_has() {
    let mut price = quoted("4", "20", 1_000_000);
    price.lanes[0].rates.set(Class::CacheWrite30m, money("0.000005")).unwrap();
    let row = price.cost(&Billable::new(0, 0, 7, 0, 0), &STANDARD).rows().next().unwrap();
    assert_eq!((row.class, row.amount, row.basis), (Class::CacheWrite30m, money("0.000035"), Basis::Listed));
}

#[test]
fn pictures_and_reasoning_cost_what_input_and_output_cost_unless_the_seller_says_else() {
    let mut price = quoted("1", "8", 1_000_000);
    let tokens = Billable { image_in: 10, reasoning: 10, audio_in: 10, ..Billable::default() }.summed();
    let rows = |price: &Price| {
        let rows: Vec<_> = price.cost(&tokens, &STANDARD).rows().collect();
        rows.iter().map(|row| (row.class, row.amount.to_string(), row.basis)).collect::<Vec<_>>()
    };
    assert_eq!(
        rows(&price),
        [
            (Class::AudioIn, "0.00001".to_owned(), Basis::NearestClass),
            (Class::ImageIn, "0.00001".to_owned(), Basis::Listed),
            (Class::Reasoning, "0.00008".to_owned(), Basis::Listed),
        ]
    );
    price.lanes[0].rates = rates(&[(Class::Input, "1"), (Class::AudioIn, "3"), (Class::Reasoning, "5")]);
    assert_eq!(rows(&price)[0], (Class::AudioIn, "0.00003".to_owned(), Basis::Listed));
    assert_eq!(rows(&price)[2], (Class::Reasoning, "0.00005".to_owned(), Basis::Listed));
}

#[test]
fn what_has_no_price_at_all_is_told_and_not_counted_as_nothing() {
    let price = quoted("1", "8", 1_000_000);
    let cost = price.cost(&Billable { web_searches: 3, ..Billable::uncached(10, 0) }, &STANDARD);
    assert_eq!((cost.unpriced().collect(), cost.total), (vec![(Class::WebSearch, 3)], money("0.00001")));
}

#[test]
fn a_fee_is_asked_once_a_request_and_is_the_same_in_a_batch() {
    let mut price = quoted("1", "2", 1_000_000);
    price.lanes[0].rates.set(Class::Request, money("0.005")).unwrap();
    let half = Lane { service: Service::Batch, share: Some(Share::thousandths(500)), ..Lane::default() };
    price.lanes.push(half);
    let cost = price.cost(&Billable::uncached(1_000_000, 0), &Terms::of(Service::Batch));
    assert_eq!(cost.total, money("0.505"));
    assert_eq!(price.cost(&Billable::default(), &STANDARD).total, Money::ZERO, "nothing was asked");
}

#[test]
fn a_tier_bills_the_whole_request_and_counts_cached_input() {
    let mut price = quoted("1", "2", 1_000_000);
    price.lanes.push(Lane {
        above: 200_000,
        rates: rates(&[(Class::Input, "2"), (Class::Output, "3")]),
        ..Lane::default()
    });
    let at = price.cost(&Billable::uncached(200_000, 1_000_000), &STANDARD);
    assert_eq!((at.total, at.tier_above()), (money("2.2"), None));
    let above = price.cost(&Billable::new(1, 200_000, 0, 0, 1_000_000), &STANDARD);
    assert_eq!((above.total, above.tier_above()), (money("3.400002"), Some(200_000)));
}

#[test]
fn a_tier_that_names_some_classes_leaves_the_others() {
    let mut price = quoted("1", "2", 1_000_000);
    price.lanes.push(Lane { above: 1_000, rates: rates(&[(Class::Input, "2")]), ..Lane::default() });
    let cost = price.cost(&Billable::uncached(1_001, 1), &STANDARD);
    assert_eq!(cost.rows().map(|row| row.above).collect::<Vec<_>>(), [1_000, 0]);
    assert_eq!(cost.total, money("0.002004"));
}

#[test]
fn a_service_tier_bills_by_its_price_then_by_its_share_then_by_the_standard_price_and_says_which() {
    let mut price = quoted("4", "8", 1_000_000);
    let tokens = Billable::uncached(1_000_000, 1_000_000);
    let bill = |price: &Price, service| {
        let rows: Vec<_> = price.cost(&tokens, &Terms::of(service)).rows().collect();
        rows.iter().map(|row| (row.amount.to_string(), row.service, row.basis)).collect::<Vec<_>>()
    };
    let flex = bill(&price, Service::Flex);
    assert_eq!(flex[0], ("4".to_owned(), Service::Standard, Basis::StandardService));
    let batch = rates(&[(Class::Input, "1")]);
    price.lanes.push(Lane { service: Service::Batch, rates: batch, ..Lane::default() });
    let without = bill(&price, Service::Batch);
    assert_eq!(without[0], ("1".to_owned(), Service::Batch, Basis::Listed));
    assert_eq!(without[1], ("8".to_owned(), Service::Standard, Basis::StandardService));
    price.lanes[1].share = Some(Share::thousandths(250));
    assert_eq!(bill(&price, Service::Batch)[1], ("2".to_owned(), Service::Batch, Basis::Share));
    // The rule of the seller, where the model has nothing of its own.
    price.lanes.pop();
    price.provider = "anthropic".into();
    assert_eq!(bill(&price, Service::Batch)[1], ("4".to_owned(), Service::Batch, Basis::Share));
}

#[test]
fn a_price_for_the_size_goes_before_a_price_for_the_service_that_knows_no_sizes() {
    let mut price = quoted("4", "8", 1_000_000);
    let (standard, batch) = (rates(&[(Class::Input, "10")]), rates(&[(Class::Input, "3")]));
    price.lanes.push(Lane { above: 10, rates: standard, ..Lane::default() });
    price.lanes.push(Lane { service: Service::Batch, rates: batch, ..Lane::default() });
    let row = |tokens| {
        price.cost(&Billable::uncached(tokens, 0), &Terms::of(Service::Batch)).rows().next().unwrap()
    };
    assert_eq!((row(10).amount, row(10).basis), (money("0.00003"), Basis::Listed));
    assert_eq!((row(11).amount, row(11).basis), (money("0.00011"), Basis::StandardService));
}

#[test]
fn the_peak_has_its_price_and_an_unknown_hour_says_so() {
    let mut price = quoted("1", "2", 1_000_000);
    price.hours = Some("12345:0100-0400".parse().unwrap());
    price.lanes.push(Lane { peak: true, share: Some(Share::thousandths(2_000)), ..Lane::default() });
    let row = |at: Option<&str>| {
        let at = at.map(|at| at.parse::<jiff::Timestamp>().unwrap().as_nanosecond() as i64);
        let terms = Terms { at: at.map(Timestamp), ..STANDARD };
        price.cost(&Billable::uncached(10, 0), &terms).rows().next().unwrap()
    };
    let shown = |at| (row(at).amount.to_string(), row(at).peak, row(at).basis);
    assert_eq!(shown(Some("2026-11-24T02:00:00Z")), ("0.00002".to_owned(), true, Basis::Share));
    assert_eq!(shown(Some("2026-11-24T05:00:00Z")), ("0.00001".to_owned(), false, Basis::Listed));
    assert_eq!(shown(Some("2026-11-28T02:00:00Z")), ("0.00001".to_owned(), false, Basis::Listed));
    assert_eq!(shown(None), ("0.00001".to_owned(), false, Basis::UsualHours));
}

#[test]
fn a_region_is_a_share_of_tokens_and_not_of_fees() {
    let mut price = quoted("5", "25", 1_000_000);
    price.regional = Some(Share::thousandths(1_100));
    price.lanes[0].rates.set(Class::WebSearch, money("0.01")).unwrap();
    let tokens = Billable { web_searches: 1, ..Billable::uncached(1_000_000, 0) };
    assert_eq!(price.cost(&tokens, &Terms { regional: true, ..STANDARD }).total, money("5.51"));
    assert_eq!(price.cost(&tokens, &STANDARD).total, money("5.01"));
}

fn any_rates() -> impl Strategy<Value = Rates> {
    let cells = proptest::collection::btree_map(0..Class::ALL.len(), 0..10u64.pow(9), 0..9);
    (cells, 0..10u64.pow(9), 0..10u64.pow(9)).prop_map(|(cells, input, output)| {
        let mut rates = Rates::default();
        for (class, picos) in cells {
            rates.set(Class::ALL[class].0, Money::from_picos(picos.into())).unwrap();
        }
        rates.remove(Class::Request);
        rates.set(Class::Input, Money::from_picos(input.into())).unwrap();
        rates.set(Class::Output, Money::from_picos(output.into())).unwrap();
        rates
    })
}

prop_compose! {
    fn any_price()(base in any_rates(), lanes in proptest::collection::btree_map(
        (0..5usize, 0u64..10_000_000), (any_rates(), proptest::option::of(0..9_000u32)), 0..4
    )) -> Price {
        let mut price = Price::typed("m", base);
        price.lanes.extend(lanes.into_iter().map(|((service, above), (rates, share))| Lane {
            service: Service::ALL[service],
            above: above + 1,
            share: share.map(Share::thousandths),
            rates,
            ..Lane::default()
        }));
        price
    }
}

prop_compose! {
    fn any_tokens()(t in proptest::array::uniform14(0u64..5_000_000)) -> Billable {
        Billable {
            fresh: t[0],
            cache_read: t[1],
            cache_write_5m: t[2],
            cache_write_30m: t[3],
            cache_write_1h: t[4],
            audio_in: t[5],
            audio_read: t[6],
            image_in: t[7],
            image_read: t[8],
            output: t[9],
            reasoning: t[10],
            audio_out: t[11],
            image_out: t[12],
            web_searches: t[13],
            total_input: 0,
        }
        .summed()
    }
}

fn any_terms() -> impl Strategy<Value = Terms> {
    (0..5usize, any::<bool>()).prop_map(|(service, regional)| Terms {
        service: Service::ALL[service],
        regional,
        at: None,
    })
}

proptest! {
    #[test]
    fn rows_multiply_and_add_up_and_nothing_is_billed_twice(
        price in any_price(), tokens in any_tokens(), terms in any_terms()
    ) {
        let cost = price.cost(&tokens, &terms);
        prop_assert!(cost.rows().all(|row| row.price.times(row.tokens) == row.amount && row.tokens > 0));
        prop_assert_eq!(cost.rows().map(|row| row.amount).sum::<Money>(), cost.total);
        let billed = cost.rows().map(|row| row.tokens).sum::<u64>();
        let unpriced = cost.unpriced().map(|(_, count)| count).sum::<u64>();
        prop_assert_eq!(billed + unpriced, tokens.counts().map(|(_, count)| count).sum::<u64>());
    }

    #[test]
    fn a_tariff_bills_each_call_as_its_price_does(
        price in any_price(),
        calls in proptest::collection::vec((any_tokens(), any_terms(), 0u64..10_000_000), 0..20)
    ) {
        let tariff = Tariff::new(price.clone());
        for (tokens, terms, total_input) in calls {
            let tokens = Billable { total_input, ..tokens };
            prop_assert_eq!(tariff.cost(&tokens, &terms), price.cost(&tokens, &terms));
        }
    }

    #[test]
    fn calls_add_up_in_any_order(price in any_price(), mut calls in proptest::collection::vec(any_tokens(), 0..9)) {
        let sum = |calls: &[Billable]| calls.iter().map(|call| price.cost(call, &STANDARD).total).sum::<Money>();
        let before = sum(&calls);
        calls.reverse();
        prop_assert_eq!(before, sum(&calls));
    }

    #[test]
    fn inside_a_tier_cost_is_linear(
        price in any_price(), a in any_tokens(), terms in any_terms(), total_input in 0u64..10_000_000
    ) {
        let once = Billable { total_input, ..a };
        let twice = Billable {
            fresh: a.fresh * 2,
            cache_read: a.cache_read * 2,
            cache_write_5m: a.cache_write_5m * 2,
            cache_write_30m: a.cache_write_30m * 2,
            cache_write_1h: a.cache_write_1h * 2,
            audio_in: a.audio_in * 2,
            audio_read: a.audio_read * 2,
            image_in: a.image_in * 2,
            image_read: a.image_read * 2,
            output: a.output * 2,
            reasoning: a.reasoning * 2,
            audio_out: a.audio_out * 2,
            image_out: a.image_out * 2,
            web_searches: a.web_searches * 2,
            total_input,
        };
        prop_assert_eq!(price.cost(&once, &terms).total.times(2), price.cost(&twice, &terms).total);
    }

    #[test]
    fn the_largest_counts_do_not_overflow(price in any_price(), terms in any_terms(), n in u64::MAX - 9..=u64::MAX) {
        prop_assert!(price.cost(&Billable::new(n, n, n, n, n), &terms).total >= Money::ZERO);
    }

    #[test]
    fn a_line_of_the_table_reads_back(price in any_price()) {
        let price = Price { provider: "p".into(), source: "s".into(), ..price };
        let mut lanes = Lanes::default();
        for lane in &price.lanes {
            *lanes.at(lane.service, lane.peak, lane.above) = lane.rates.clone();
        }
        let price = Price { lanes: lanes.finish(), ..price };
        let line = pricing::line::write(&price, ["another"]);
        let (read, names) = pricing::line::read(line.clone().leak()).unwrap();
        prop_assert_eq!(pricing::line::write(&read, names), line);
        prop_assert_eq!(read.lanes, price.lanes);
    }
}
