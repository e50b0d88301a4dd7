use std::rc::Rc;

use serde::{Deserialize, Serialize};
use units::Money;

use crate::{Class, Price, Service, Terms, card::Card};

/// What is billed of one request: each token is in exactly one class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Billable {
    /// Input neither read from a cache nor written to one, in text.
    pub fresh: u64,
    /// Input read from a cache.
    pub cache_read: u64,
    /// Input written to a cache for its standard lifetime: 5 minutes at Anthropic, 30 at OpenAI. It is billed
    /// as the one that the seller has.
    pub cache_write_5m: u64,
    /// Input written to a cache for 30 minutes.
    pub cache_write_30m: u64,
    /// Input written to a cache for an hour.
    pub cache_write_1h: u64,
    /// Sound in, not cached.
    pub audio_in: u64,
    /// Sound in that was read from a cache.
    pub audio_read: u64,
    /// Pictures in, not cached.
    pub image_in: u64,
    /// Pictures in that were read from a cache.
    pub image_read: u64,
    /// Output in text; reasoning included, unless it is told apart.
    pub output: u64,
    /// Reasoning that is told apart from the output.
    pub reasoning: u64,
    /// Sound out.
    pub audio_out: u64,
    /// Pictures out.
    pub image_out: u64,
    /// Searches of the web by the provider.
    pub web_searches: u64,
    /// The whole input, which decides the tier: the sum of the classes of input, unless the request is a part
    /// of a larger one.
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
        Billable { fresh, cache_read, cache_write_5m, cache_write_1h, output, ..Billable::default() }.summed()
    }

    /// Without any cache.
    pub fn uncached(input: u64, output: u64) -> Billable {
        Billable::new(input, 0, 0, 0, output)
    }

    /// With the sum of its classes of input for its whole input.
    pub fn summed(self) -> Billable {
        let input = &self.by_class()[..Class::Output as usize];
        Billable { total_input: input.iter().fold(0, |sum, count| sum.saturating_add(*count)), ..self }
    }

    /// How much there is of each class, in the order of a bill. The request itself is not among them.
    pub fn counts(&self) -> impl Iterator<Item = (Class, u64)> {
        Class::ALL.into_iter().map(|(class, _)| class).zip(self.by_class()).take(Class::Request as usize)
    }

    fn by_class(&self) -> [u64; Class::ALL.len()] {
        [
            self.fresh,
            self.cache_read,
            self.cache_write_5m,
            self.cache_write_30m,
            self.cache_write_1h,
            self.audio_in,
            self.audio_read,
            self.image_in,
            self.image_read,
            self.output,
            self.reasoning,
            self.audio_out,
            self.image_out,
            self.web_searches,
            0,
        ]
    }
}

/// How firm a price on a bill is, from the firmest down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// A source lists it.
    #[default]
    Listed,
    /// A stated part of a listed price: what the seller asks for everything in the service tier.
    Share,
    /// The price depends on the hour, which is not known: it is that of the usual hours.
    UsualHours,
    /// The class has no price: the nearest class stands in.
    NearestClass,
    /// The service tier has no price: the standard one stands in.
    StandardService,
}

impl Basis {
    /// A few words to show beside the price.
    pub fn describe(self) -> &'static str {
        match self {
            Basis::Listed => "listed",
            Basis::Share => "the part of the standard price that this service tier costs",
            Basis::UsualHours => "the price depends on the hour, which is not known: that of the usual hours",
            Basis::NearestClass => "the price table has no price for this class; the nearest one stands in",
            Basis::StandardService => {
                "the price table has no price for this service tier; the standard one stands in"
            }
        }
    }
}

/// A line of a bill: tokens, searches or requests times price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CostRow {
    /// What is billed.
    pub class: Class,
    /// How many tokens, searches or requests; never 0.
    pub tokens: u64,
    /// The price of one.
    pub price: Money,
    /// The product.
    pub amount: Money,
    /// The size above which the price holds; 0 where it holds for any.
    pub above: u64,
    /// The service tier whose price it is.
    pub service: Service,
    /// The price of the peak hours.
    pub peak: bool,
    /// The price is that of an answer from a region that was asked for, where the seller asks more for one.
    pub regional: bool,
    /// How firm the price is.
    pub basis: Basis,
}

/// A bill: one row per class that has tokens. The rows are made when they are looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// The sum of the rows, exactly.
    pub total: Money,
    /// By class, the request itself included.
    counts: [u64; Class::ALL.len()],
    /// `None` where nothing was used and there is no price.
    card: Option<Rc<Card>>,
}

impl Cost {
    pub(crate) fn new(tokens: &Billable, card: Rc<Card>) -> Cost {
        let mut counts = tokens.by_class();
        if card.has_fee() && counts.iter().any(|count| *count > 0) {
            counts[Class::Request as usize] = 1;
        }
        let mut total = Money::ZERO;
        for (count, rate) in counts.iter().zip(&card.rates) {
            if let (1.., Some(rate)) = (*count, rate) {
                total += rate.price.times(*count);
            }
        }
        Cost { total, counts, card: Some(card) }
    }

    /// The rows, in the order of [`Class`].
    pub fn rows(&self) -> impl Iterator<Item = CostRow> {
        (0..self.counts.len()).filter_map(|class| self.row(class))
    }

    fn row(&self, class: usize) -> Option<CostRow> {
        let tokens = self.counts[class];
        let rate = self.card.as_ref()?.rates[class].as_ref().filter(|_| tokens > 0)?;
        Some(CostRow {
            class: rate.class,
            tokens,
            price: rate.price,
            amount: rate.price.times(tokens),
            above: rate.above,
            service: rate.service,
            peak: rate.peak,
            regional: rate.regional,
            basis: rate.basis,
        })
    }

    /// What was used and has no price that is known: not in the total.
    pub fn unpriced(&self) -> impl Iterator<Item = (Class, u64)> {
        let rates = self.card.iter().flat_map(|card| &card.rates);
        let all = Class::ALL.into_iter().zip(self.counts).zip(rates);
        all.filter_map(|(((class, _), tokens), rate)| {
            (tokens > 0 && rate.is_none()).then_some((class, tokens))
        })
    }

    /// The largest size that the input exceeds and that has prices of its own.
    pub fn tier_above(&self) -> Option<u64> {
        self.card.as_ref().map(|card| card.above).filter(|above| *above > 0)
    }
}

impl Price {
    /// What a request costs. For many requests at one price there is [`Tariff`](crate::Tariff).
    pub fn cost(&self, tokens: &Billable, terms: &Terms) -> Cost {
        Cost::new(tokens, Rc::new(Card::new(self, self.asked(terms), tokens.total_input)))
    }
}
