use std::{cell::RefCell, rc::Rc};

use pricing::{Billable, Class, Cost, Price, PriceBook, Rates, Terms};
use rustc_hash::FxHashMap;
use trace::{Call, StrId, Trace, Usage};
use units::Money;

/// Prices of the session's models.
pub(crate) struct Bill {
    book: PriceBook,
    /// Prices looked up before: a trace has few of them and many calls.
    known: RefCell<FxHashMap<Key, Option<Rc<Price>>>>,
}

/// Provider, model, day.
type Key = (StrId, StrId, i64);

/// Nanoseconds of a day.
const DAY: i64 = 86_400_000_000_000;

impl Bill {
    pub fn new() -> Bill {
        Bill { book: PriceBook::bundled(), known: RefCell::default() }
    }

    pub fn book(&self) -> &PriceBook {
        &self.book
    }

    /// Puts a price of the user's own in force. Prices are per million tokens.
    pub fn set(&mut self, model: &str, input: Money, output: Money) -> Result<(), String> {
        let rates = Rates::quoted(input, output, 1_000_000)
            .ok_or("A price must not be negative, nor finer than $0.000001 per million tokens.")?;
        self.book.set(model, Price::typed(model, rates));
        self.known.borrow_mut().clear();
        Ok(())
    }

    /// The price of a call's model on the call's day; without a start time, today's price of the book.
    pub fn price(&self, trace: &Trace, call: &Call) -> Option<Rc<Price>> {
        let day = call.start.map_or(i64::MIN, |start| start.0.div_euclid(DAY));
        let key = (call.provider, call.model, day);
        if let Some(price) = self.known.borrow().get(&key) {
            return price.clone();
        }
        let (provider, model) = (trace.str(call.provider), trace.str(call.model));
        let provider = (!provider.is_empty()).then_some(provider);
        let found = match call.start {
            Some(start) => self.book.lookup_at(provider, model, start),
            None => self.book.lookup(provider, model),
        };
        let price = found.map(|found| Rc::new(found.price.clone()));
        self.known.borrow_mut().insert(key, price.clone());
        price
    }

    /// What a call costs with this usage: `None` if its model has no price or its tokens are not known. No
    /// token costs nothing at any price.
    pub fn cost(&self, trace: &Trace, call: &Call, usage: &Usage) -> Option<Cost> {
        let tokens = billable(call, usage)?;
        match self.price(trace, call) {
            Some(price) => Some(price.cost(&tokens, &terms(call))),
            None => (tokens == Billable::default()).then(Cost::default),
        }
    }
}

/// Under what terms a call is billed: at its own hour.
pub(crate) fn terms(call: &Call) -> Terms {
    Terms { at: call.start, ..Terms::default() }
}

/// The classes of a call's tokens, each token in one of them. An embedding has no output; else both input
/// and output must be known, as a part of a bill is not the bill. A call that failed without a count of its
/// tokens was not billed by its provider and has no cost that anybody knows.
pub(crate) fn billable(call: &Call, usage: &Usage) -> Option<Billable> {
    let output = match usage.output.get() {
        Some(output) => output,
        None if call.operation != trace::Operation::Generate => 0,
        None => return None,
    };
    let fresh = usage.fresh().get()?;
    let long = usage.cache_write_1h.or_zero().min(usage.cache_write.or_zero());
    let short = usage.cache_write.or_zero() - long;
    Some(Billable::new(fresh, usage.cache_read.or_zero(), short, long, output))
}

/// A class as people call it.
pub(crate) fn class_name(class: Class) -> &'static str {
    match class {
        Class::Input => "Fresh input",
        Class::CacheRead => "Cache read",
        Class::CacheWrite5m => "Cache write",
        Class::CacheWrite30m => "Cache write",
        Class::CacheWrite1h => "Cache write, 1 hour",
        Class::AudioIn => "Sound in",
        Class::AudioRead => "Sound in, cached",
        Class::ImageIn => "Pictures in",
        Class::ImageRead => "Pictures in, cached",
        Class::Output => "Output and reasoning",
        Class::Reasoning => "Reasoning",
        Class::AudioOut => "Sound out",
        Class::ImageOut => "Pictures out",
        Class::WebSearch => "Web searches",
        Class::Request => "Requests",
    }
}

/// Where a price is from, for people.
pub(crate) fn source(price: &Price) -> String {
    if price.source == Price::TYPED {
        return Price::TYPED.to_owned();
    }
    format!("{} {}, checked {}", price.source, price.source_version, price.checked)
}

/// A price per million tokens from the price of one.
pub(crate) fn per_million(price: Money) -> Money {
    price.times(1_000_000)
}

/// Divides an amount over parts by weight, so that the parts add up to it exactly.
pub(crate) fn divide(amount: Money, weights: &[u64]) -> Vec<Money> {
    let total: u128 = weights.iter().map(|&w| u128::from(w)).sum();
    let mut sum = 0u128;
    let mut before = 0i128;
    weights
        .iter()
        .map(|&weight| {
            sum += u128::from(weight);
            // Whole and rest apart, so that the product stays in range for any amount and any weights.
            let (whole, rest) =
                (amount.picos() / total.max(1) as i128, amount.picos() % total.max(1) as i128);
            let upto = match sum {
                _ if sum == total && total > 0 => amount.picos(),
                _ => whole * sum as i128 + rest.saturating_mul(sum as i128) / total.max(1) as i128,
            };
            let part = upto - before;
            before = upto;
            Money::from_picos(part)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_an_amount_add_up() {
        let amount = Money::from_picos(100);
        let parts = divide(amount, &[1, 1, 1, 0, 4]);
        assert_eq!(parts.iter().copied().sum::<Money>(), amount);
        assert_eq!(parts[3], Money::ZERO);
        assert_eq!(divide(amount, &[0, 0]).into_iter().sum::<Money>(), Money::ZERO);
        let huge = Money::from_picos(10i128.pow(30));
        assert_eq!(divide(huge, &[u64::MAX, u64::MAX, 7]).into_iter().sum::<Money>(), huge);
    }
}
