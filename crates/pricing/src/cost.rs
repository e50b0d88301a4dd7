use serde::{Deserialize, Serialize};
use units::Money;

use crate::Price;

/// The tokens of one request, each in exactly one class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Billable {
    /// Input neither read from a cache nor written to one.
    pub fresh: u64,
    /// Input read from a cache.
    pub cache_read: u64,
    /// Input written to a cache for its standard lifetime.
    pub cache_write_5m: u64,
    /// Input written to a cache for an hour.
    pub cache_write_1h: u64,
    /// Output, reasoning included.
    pub output: u64,
    /// The whole input, which decides the tier: the sum of the four above, unless the request is a part of
    /// a larger one.
    pub total_input: u64,
}

impl Billable {
    /// From classes that are disjoint already.
    pub fn new(
        fresh: u64,
        cache_read: u64,
        cache_write_5m: u64,
        cache_write_1h: u64,
        output: u64,
    ) -> Billable {
        let total_input =
            [fresh, cache_read, cache_write_5m, cache_write_1h].into_iter().fold(0, u64::saturating_add);
        Billable { fresh, cache_read, cache_write_5m, cache_write_1h, output, total_input }
    }

    /// Without any cache.
    pub fn uncached(input: u64, output: u64) -> Billable {
        Billable::new(input, 0, 0, 0, output)
    }
}

/// A class of tokens with a price of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Fresh input.
    Input,
    /// Input read from a cache.
    CacheRead,
    /// Input written to a cache for its standard lifetime.
    #[serde(rename = "cache_write_5m")]
    CacheWrite5m,
    /// Input written to a cache for an hour.
    #[serde(rename = "cache_write_1h")]
    CacheWrite1h,
    /// Output.
    Output,
}

/// A line of a bill: tokens times price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostRow {
    /// What is billed.
    pub class: Class,
    /// How many of them; never 0.
    pub tokens: u64,
    /// The price of one.
    pub price: Money,
    /// The product.
    pub amount: Money,
    /// The table has no price for this class, and the nearest one stands in for it: a one-hour write costs
    /// what a standard write costs, and where that is not known either, or a read has no price, what fresh
    /// input costs.
    pub fallback: bool,
}

/// A bill: one row per class that has tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// By class, in the order of [`Class`].
    pub rows: Vec<CostRow>,
    /// The sum of the rows, exactly.
    pub total: Money,
    /// The size that the input exceeds, where a tier applies.
    pub tier_above: Option<u64>,
}

impl Price {
    /// What a request costs.
    pub fn cost(&self, tokens: &Billable) -> Cost {
        let (rates, tier) = self.rates_for(tokens.total_input);
        let input = rates.input;
        let or = |price: Option<Money>, nearest: Money| (price.unwrap_or(nearest), price.is_none());
        let write = rates.cache_write_5m.unwrap_or(input);
        let rows: Vec<CostRow> = [
            (Class::Input, tokens.fresh, (input, false)),
            (Class::CacheRead, tokens.cache_read, or(rates.cache_read, input)),
            (Class::CacheWrite5m, tokens.cache_write_5m, or(rates.cache_write_5m, input)),
            (Class::CacheWrite1h, tokens.cache_write_1h, or(rates.cache_write_1h, write)),
            (Class::Output, tokens.output, (rates.output, false)),
        ]
        .into_iter()
        .filter(|(_, tokens, _)| *tokens > 0)
        .map(|(class, tokens, (price, fallback))| CostRow {
            class,
            tokens,
            price,
            amount: price.times(tokens),
            fallback,
        })
        .collect();
        let total = rows.iter().map(|row| row.amount).sum();
        Cost { rows, total, tier_above: tier.map(|tier| tier.above) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Rates, Tier};
    use proptest::prelude::*;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }

    fn quoted(input: &str, output: &str, tokens: u32) -> Price {
        Price::typed("m", Rates::quoted(money(input), money(output), tokens).unwrap())
    }

    #[test]
    fn a_system_prompt_of_500_tokens_is_15_dollars_per_1000_requests() {
        let cost = quoted("0.03", "0.06", 1_000).cost(&Billable::uncached(500, 0));
        assert_eq!(cost.total, money("0.015"));
        assert_eq!(cost.total.times(1_000), money("15"));
    }

    #[test]
    fn components_at_3_and_6_cents_per_1000_add_up() {
        let price = quoted("0.03", "0.06", 1_000);
        let mut total = Money::ZERO;
        for (input, output, expected) in [(10, 0, "0.0003"), (7, 7, "0.00063"), (1_234, 56, "0.04038")] {
            let cost = price.cost(&Billable::uncached(input, output));
            assert_eq!(cost.total, money(expected));
            total += cost.total;
        }
        assert_eq!(total, price.cost(&Billable::uncached(1_251, 63)).total);
    }

    #[test]
    fn fractions_of_a_cent_per_million_are_exact() {
        let price = quoted("0.0375", "0.15", 1_000_000);
        assert_eq!(price.cost(&Billable::uncached(1, 0)).total, money("0.0000000375"));
        assert_eq!(price.cost(&Billable::uncached(1_000_000, 0)).total, money("0.0375"));
        assert_eq!(
            Rates::quoted(money("0.0000001"), Money::ZERO, 1_000_000),
            None,
            "finer than a pico-dollar"
        );
        assert_eq!(Rates::quoted(money("-1"), Money::ZERO, 1_000_000), None);
        assert_eq!(Rates::quoted(money("1"), Money::ZERO, 0), None);
    }

    #[test]
    fn a_class_without_a_price_falls_back_and_says_so() {
        let mut price = quoted("3", "15", 1_000_000);
        let tokens = Billable::new(10, 20, 30, 40, 50);
        let fallbacks =
            |price: &Price| price.cost(&tokens).rows.iter().map(|row| row.fallback).collect::<Vec<_>>();
        assert_eq!(fallbacks(&price), [false, true, true, true, false]);
        assert_eq!(price.cost(&tokens).total, money("0.00105"));

        price.rates.cache_read = Some(money("0.0000003"));
        price.rates.cache_write_5m = Some(money("0.00000375"));
        assert_eq!(fallbacks(&price), [false, false, false, true, false]);
        assert_eq!(price.cost(&tokens).rows[3].amount, money("0.00015"), "at the price of a standard write");
        let classes: Vec<_> =
            price.cost(&Billable::uncached(1, 0)).rows.iter().map(|row| row.class).collect();
        assert_eq!(classes, [Class::Input], "no row without tokens");
    }

    #[test]
    fn a_tier_bills_the_whole_request_and_counts_cached_input() {
        let mut price = quoted("1", "2", 1_000_000);
        let rates = Rates::quoted(money("2"), money("3"), 1_000_000).unwrap();
        price.tiers.push(Tier { above: 200_000, rates });
        let at = price.cost(&Billable::uncached(200_000, 1_000_000));
        assert_eq!((at.total, at.tier_above), (money("2.2"), None));
        let above = price.cost(&Billable::new(1, 200_000, 0, 0, 1_000_000));
        assert_eq!((above.total, above.tier_above), (money("3.400002"), Some(200_000)));
    }

    fn rates() -> impl Strategy<Value = Rates> {
        let price = || (0..10i128.pow(9)).prop_map(Money::from_picos);
        let maybe = || proptest::option::of(price());
        (price(), price(), maybe(), maybe(), maybe()).prop_map(|(input, output, read, w5, w1)| Rates {
            input,
            output,
            cache_read: read,
            cache_write_5m: w5,
            cache_write_1h: w1,
        })
    }

    prop_compose! {
        fn price()(rates in rates(), tiers in proptest::collection::btree_map(1u64..10_000_000, rates(), 0..3))
            -> Price
        {
            let mut price = Price::typed("m", rates);
            price.tiers = tiers.into_iter().map(|(above, rates)| Tier { above, rates }).collect();
            price
        }
    }

    prop_compose! {
        fn tokens()(t in proptest::array::uniform5(0u64..5_000_000)) -> Billable {
            Billable::new(t[0], t[1], t[2], t[3], t[4])
        }
    }

    proptest! {
        #[test]
        fn rows_add_up_and_no_token_is_billed_twice(price in price(), tokens in tokens()) {
            let cost = price.cost(&tokens);
            prop_assert_eq!(cost.rows.iter().map(|row| row.amount).sum::<Money>(), cost.total);
            prop_assert!(cost.total >= Money::ZERO);
            prop_assert_eq!(cost.rows.iter().map(|row| row.tokens).sum::<u64>(), tokens.total_input + tokens.output);
        }

        #[test]
        fn calls_add_up_in_any_order(price in price(), mut calls in proptest::collection::vec(tokens(), 0..9)) {
            let sum = |calls: &[Billable]| calls.iter().map(|call| price.cost(call).total).sum::<Money>();
            let before = sum(&calls);
            calls.reverse();
            prop_assert_eq!(before, sum(&calls));
        }

        #[test]
        fn inside_a_tier_cost_is_linear(price in price(), a in tokens(), b in tokens(), total_input in 0u64..10_000_000) {
            let (a, b) = (Billable { total_input, ..a }, Billable { total_input, ..b });
            let both = Billable {
                fresh: a.fresh + b.fresh,
                cache_read: a.cache_read + b.cache_read,
                cache_write_5m: a.cache_write_5m + b.cache_write_5m,
                cache_write_1h: a.cache_write_1h + b.cache_write_1h,
                output: a.output + b.output,
                total_input,
            };
            prop_assert_eq!(price.cost(&a).total + price.cost(&b).total, price.cost(&both).total);
        }

        #[test]
        fn the_largest_counts_do_not_overflow(price in price(), n in u64::MAX - 9..=u64::MAX) {
            prop_assert!(price.cost(&Billable::new(n, n, n, n, n)).total >= Money::ZERO);
        }
    }
}
