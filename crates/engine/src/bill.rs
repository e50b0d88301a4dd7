use std::{cell::RefCell, rc::Rc};

use pricing::{Billable, Class, Cost, Price, PriceBook, Rates, Service, Tariff, Terms};
use rustc_hash::FxHashMap;
use trace::{Call, StrId, Trace, Usage};
use units::{Figure, Money, Provenance, Timestamp};

use crate::{counts::Method, reprice, session::Session};

/// Prices of the session's models.
pub(crate) struct Bill {
    book: PriceBook,
    /// How often the user's own prices were changed.
    changes: u32,
    known: RefCell<Known>,
}

/// Prices looked up before: a trace has few of them and many calls.
#[derive(Default)]
struct Known {
    by_day: FxHashMap<Key, Option<Rc<Tariff>>>,
    /// Each price once, so that the same price of many days is one.
    prices: Vec<(*const Price, Rc<Tariff>)>,
}

/// Provider, model, day.
type Key = (StrId, StrId, i64);

/// Nanoseconds of a day.
const DAY: i64 = 86_400_000_000_000;

/// How calls are priced, where it is not as they were made.
#[derive(Clone, Default)]
pub(crate) struct Plan {
    /// By the prices of this moment.
    pub as_of: Option<Timestamp>,
    /// All of them in this service tier.
    pub service: Option<Service>,
    /// All of them at the price of another model, with tokens as that model counts them.
    pub target: Option<Target>,
}

/// Another model that calls are priced for.
#[derive(Clone)]
pub(crate) struct Target {
    pub price: Rc<Tariff>,
    /// How the model counts tokens.
    pub method: Method,
}

/// What a call costs, with what was priced.
pub(crate) struct Priced {
    pub price: Rc<Tariff>,
    pub tokens: Billable,
    pub terms: Terms,
    pub cost: Cost,
    /// The weakest provenance among the tokens.
    pub from: Provenance,
}

impl Bill {
    pub fn new() -> Bill {
        Bill { book: PriceBook::bundled(), changes: 0, known: RefCell::default() }
    }

    /// How often the user's own prices were changed.
    pub fn changes(&self) -> u32 {
        self.changes
    }

    /// Forgets the prices of the trace's names: another trace has others.
    pub fn forget_names(&mut self) {
        self.known.borrow_mut().by_day.clear();
    }

    pub fn book(&self) -> &PriceBook {
        &self.book
    }

    /// Changes the user's own prices.
    pub fn change(&mut self, change: impl FnOnce(&mut PriceBook)) {
        change(&mut self.book);
        self.changes += 1;
        *self.known.borrow_mut() = Known::default();
    }

    /// Puts a price of the user's own in force. Prices are per million tokens.
    pub fn set(&mut self, model: &str, input: Money, output: Money) -> Result<(), String> {
        let rates = Rates::quoted(input, output, 1_000_000)
            .ok_or("A price must not be negative, nor finer than $0.000001 per million tokens.")?;
        self.change(|book| book.set(model, Price::typed(model, rates)));
        Ok(())
    }

    /// The price of a call's model on the call's day; without a start time, today's price of the book.
    pub fn price(&self, trace: &Trace, call: &Call) -> Option<Rc<Tariff>> {
        self.price_at(trace, call, call.start)
    }

    /// The price of a call's model at a moment.
    pub fn price_at(&self, trace: &Trace, call: &Call, at: Option<Timestamp>) -> Option<Rc<Tariff>> {
        let day = at.map_or(i64::MIN, |at| at.0.div_euclid(DAY));
        let key = (call.provider, call.model, day);
        if let Some(price) = self.known.borrow().by_day.get(&key) {
            return price.clone();
        }
        let (provider, model) = (trace.str(call.provider), trace.str(call.model));
        let price = self.find((!provider.is_empty()).then_some(provider), model, at);
        self.known.borrow_mut().by_day.insert(key, price.clone());
        price
    }

    /// The price of a model at a moment, or else today's.
    pub fn find(&self, provider: Option<&str>, model: &str, at: Option<Timestamp>) -> Option<Rc<Tariff>> {
        let found = match at {
            Some(at) => self.book.lookup_at(provider, model, at),
            None => self.book.lookup(provider, model),
        };
        Some(self.tariff(found?.price))
    }

    /// A price of the book, for many calls.
    pub fn tariff(&self, price: &Price) -> Rc<Tariff> {
        let prices = &mut self.known.borrow_mut().prices;
        // The book's prices stay where they are until it is changed, and then none is known.
        if let Some((_, known)) = prices.iter().find(|(place, _)| std::ptr::eq(*place, price)) {
            return known.clone();
        }
        let tariff = Rc::new(Tariff::new(price.clone()));
        prices.push((price, tariff.clone()));
        tariff
    }

    /// What a call costs with this usage: `None` if its model has no price or its tokens are not known. No
    /// token costs nothing at any price.
    pub fn cost(&self, trace: &Trace, call: &Call, usage: &Usage) -> Option<Cost> {
        let tokens = billable(call, usage)?;
        match self.price(trace, call) {
            Some(price) => Some(cost(&price, tokens, &terms(call))),
            None => (tokens == Billable::default()).then(Cost::default),
        }
    }
}

/// What a call costs by a plan, as [`Bill::cost`].
pub(crate) fn priced(session: &Session, call: &Call, plan: &Plan) -> Option<Priced> {
    let (trace, usage) = (session.trace(), &call.usage);
    let mut tokens = billable(call, usage)?;
    let mut from = usage.input.from();
    if usage.output.is_known() {
        from = from.max(usage.output.from());
    }
    let price = match &plan.target {
        Some(target) => {
            (tokens, from) = reprice::tokens_for(session, call, tokens, from, target.method);
            Some(target.price.clone())
        }
        None => session.bill.price_at(trace, call, plan.as_of.or(call.start)),
    };
    let mut terms = terms(call);
    terms.service = plan.service.unwrap_or(terms.service);
    let Some(price) = price else {
        let free = || Rc::new(Tariff::new(Price::typed("", Rates::default())));
        let nothing = tokens == Billable::default();
        return nothing.then(|| Priced { price: free(), tokens, terms, cost: Cost::default(), from });
    };
    let cost = cost(&price, tokens, &terms);
    Some(Priced { price, tokens, terms, cost, from })
}

/// Reasoning that costs what output costs is output: most sellers have one price for both.
pub(crate) fn cost(price: &Tariff, mut tokens: Billable, terms: &Terms) -> Cost {
    if tokens.reasoning > 0 && price.lanes.iter().all(|lane| lane.rates.get(Class::Reasoning).is_none()) {
        tokens.output += std::mem::take(&mut tokens.reasoning);
    }
    price.cost(&tokens, terms)
}

/// Under what terms a call is billed: in the service tier that it was sold in, at its own hour.
pub(crate) fn terms(call: &Call) -> Terms {
    let service = match call.service {
        None | Some(trace::Service::Standard) => Service::Standard,
        Some(trace::Service::Batch) => Service::Batch,
        Some(trace::Service::Flex) => Service::Flex,
        Some(trace::Service::Priority) => Service::Priority,
        Some(trace::Service::Fast) => Service::Fast,
    };
    Terms { service, regional: call.regional, at: call.start }
}

/// The classes of a call's tokens, each token in one of them. An embedding has no output; else both input
/// and output must be known, as a part of a bill is not the bill. A call that failed without a count of its
/// tokens was not billed by its provider and has no cost that anybody knows.
///
/// No file says which part of its sound and pictures came from a cache: they are what was not cached first, since
/// prompts begin with text that stays the same.
pub(crate) fn billable(call: &Call, usage: &Usage) -> Option<Billable> {
    let output = match usage.output.get() {
        Some(output) => output,
        None if call.operation != trace::Operation::Generate => 0,
        None => return None,
    };
    let take = |from: &mut u64, figure: Figure| {
        let taken = figure.or_zero().min(*from);
        *from -= taken;
        taken
    };
    let (mut fresh, mut cache_read, mut text) = (usage.fresh().get()?, usage.cache_read.or_zero(), output);
    let rest = |all: Figure, taken: u64| Figure::reported(all.or_zero() - taken);
    let audio_in = take(&mut fresh, usage.audio_input);
    let image_in = take(&mut fresh, usage.image_input);
    let audio_read = take(&mut cache_read, rest(usage.audio_input, audio_in));
    let image_read = take(&mut cache_read, rest(usage.image_input, image_in));
    let audio_out = take(&mut text, usage.audio_output);
    let image_out = take(&mut text, usage.image_output);
    let reasoning = take(&mut text, usage.reasoning);
    let cache_write_1h = usage.cache_write_1h.or_zero().min(usage.cache_write.or_zero());
    let tokens = Billable {
        fresh,
        cache_read,
        cache_write_5m: usage.cache_write.or_zero() - cache_write_1h,
        cache_write_1h,
        audio_in,
        audio_read,
        image_in,
        image_read,
        output: text,
        reasoning,
        audio_out,
        image_out,
        web_searches: usage.web_searches.or_zero(),
        ..Billable::default()
    };
    Some(tokens.summed())
}

/// A class as people call it.
pub(crate) fn class_name(class: Class) -> &'static str {
    match class {
        Class::Input => "Fresh input",
        Class::CacheRead => "Cache read",
        Class::CacheWrite5m => "Cache write, 5 minutes",
        Class::CacheWrite30m => "Cache write, 30 minutes",
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

/// A class in figures: `cache_write_1h`.
pub(crate) fn class_key(class: Class) -> &'static str {
    match class {
        Class::Input => "input",
        Class::CacheRead => "cache_read",
        Class::CacheWrite5m => "cache_write_5m",
        Class::CacheWrite30m => "cache_write_30m",
        Class::CacheWrite1h => "cache_write_1h",
        Class::AudioIn => "audio_in",
        Class::AudioRead => "audio_read",
        Class::ImageIn => "image_in",
        Class::ImageRead => "image_read",
        Class::Output => "output",
        Class::Reasoning => "reasoning",
        Class::AudioOut => "audio_out",
        Class::ImageOut => "image_out",
        Class::WebSearch => "web_search",
        Class::Request => "request",
    }
}

/// The first moment of a day (`2026-11-24`, UTC).
pub(crate) fn day(text: &str) -> Result<Timestamp, String> {
    let date = text.trim().parse::<jiff::civil::Date>();
    let midnight = date
        .and_then(|date| jiff::tz::Offset::UTC.to_timestamp(date.to_datetime(jiff::civil::Time::midnight())));
    let at = midnight.ok().and_then(|midnight| i64::try_from(midnight.as_nanosecond()).ok());
    at.map(Timestamp).ok_or_else(|| format!("{text:?} is not a day; write it as 2026-11-24."))
}

/// The day of a moment (UTC).
pub(crate) fn day_of(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_nanosecond(at.0.into());
    at.map(|at| jiff::tz::Offset::UTC.to_datetime(at).date().to_string()).unwrap_or_default()
}

/// Where a price is from, for people.
pub(crate) fn source(price: &Price) -> String {
    // The user's own.
    if price.checked.is_empty() {
        return price.source.to_string();
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
    use trace::{FileId, RecordRef};

    #[test]
    fn each_token_is_in_one_class() {
        let told = Figure::reported;
        let call = Call {
            service: Some(trace::Service::Batch),
            ..Call::at(RecordRef { file: FileId(0), offset: 0, len: 0, line: 1 })
        };
        let usage = Usage {
            input: told(100),
            cache_read: told(30),
            cache_write: told(20),
            cache_write_1h: told(15),
            output: told(60),
            reasoning: told(10),
            audio_input: told(45),
            image_input: told(10),
            audio_output: told(20),
            web_searches: told(2),
            ..Usage::default()
        };
        let tokens = billable(&call, &usage).unwrap();
        // 50 are not cached: the sound fills 45 of them, pictures the rest; 5 pictures were cached.
        let counts: Vec<u64> = tokens.counts().map(|(_, count)| count).collect();
        assert_eq!(counts, [0, 25, 5, 0, 15, 45, 0, 5, 5, 30, 10, 20, 0, 2]);
        assert_eq!(tokens.total_input, 100);
        assert_eq!(terms(&call).service, Service::Batch);
        let unknown = Usage { output: Figure::UNKNOWN, ..usage };
        assert_eq!(billable(&call, &unknown), None, "a part of a bill is not the bill");
    }

    #[test]
    fn days_are_read_and_written() {
        assert_eq!(day_of(day("2026-11-24").unwrap()), "2026-11-24");
        assert!(day("24.11.2026").is_err() && day("").is_err() && day("9999-12-31").is_err());
    }

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
