use serde::{Deserialize, Serialize};
use units::Money;

use crate::{Class, Lane, Price, Service, Share, Terms, rules};

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
        let input = self.counts().into_iter().filter(|(class, _)| *class < Class::Output);
        Billable { total_input: input.map(|(_, count)| count).fold(0, u64::saturating_add), ..self }
    }

    /// How much there is of each class, in the order of a bill. The request itself is not among them.
    pub fn counts(&self) -> [(Class, u64); 14] {
        [
            (Class::Input, self.fresh),
            (Class::CacheRead, self.cache_read),
            (Class::CacheWrite5m, self.cache_write_5m),
            (Class::CacheWrite30m, self.cache_write_30m),
            (Class::CacheWrite1h, self.cache_write_1h),
            (Class::AudioIn, self.audio_in),
            (Class::AudioRead, self.audio_read),
            (Class::ImageIn, self.image_in),
            (Class::ImageRead, self.image_read),
            (Class::Output, self.output),
            (Class::Reasoning, self.reasoning),
            (Class::AudioOut, self.audio_out),
            (Class::ImageOut, self.image_out),
            (Class::WebSearch, self.web_searches),
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

/// A bill: one row per class that has tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// By class, in the order of [`Class`].
    pub rows: Vec<CostRow>,
    /// The sum of the rows, exactly.
    pub total: Money,
    /// The largest size that the input exceeds and that has prices of its own.
    pub tier_above: Option<u64>,
    /// What was used and has no price that is known: not in the total.
    pub unpriced: Vec<(Class, u64)>,
}

/// The price of one class under the terms of a request.
#[derive(Clone, Copy, Debug)]
struct Rate {
    price: Money,
    above: u64,
    service: Service,
    peak: bool,
    regional: bool,
    basis: Basis,
    /// Of what the price is, where a class has no price of its own.
    class: Class,
}

/// The terms of a request as they are for one price: whether its hour is one of the peak.
#[derive(Clone, Copy, Debug)]
struct Asked {
    service: Service,
    regional: bool,
    peak: bool,
    hour_unknown: bool,
}

impl Price {
    fn asked(&self, terms: &Terms) -> Asked {
        Asked {
            service: terms.service,
            regional: terms.regional,
            peak: self.hours.as_ref().zip(terms.at).is_some_and(|(hours, at)| hours.contains(at)),
            hour_unknown: self.hours.is_some() && terms.at.is_none(),
        }
    }

    /// What a request costs.
    pub fn cost(&self, tokens: &Billable, terms: &Terms) -> Cost {
        let (asked, counts) = (self.asked(terms), tokens.counts());
        let kinds = counts.iter().filter(|(_, count)| *count > 0).count();
        let sizes = self.lanes.iter().map(|lane| lane.above).filter(|above| *above > 0);
        let mut cost = Cost {
            rows: Vec::with_capacity(kinds + 1),
            tier_above: sizes.filter(|above| tokens.total_input > *above).max(),
            ..Cost::default()
        };
        let fee = self.listed(Class::Request, Service::Standard, false, 0).is_some();
        let request = (Class::Request, u64::from(fee && kinds > 0));
        for (class, tokens_of_it) in counts.into_iter().chain([request]) {
            if tokens_of_it == 0 {
                continue;
            }
            let Some(rate) = self.resolve(class, asked, tokens.total_input) else {
                cost.unpriced.push((class, tokens_of_it));
                continue;
            };
            let standard_write = |class| matches!(class, Class::CacheWrite5m | Class::CacheWrite30m);
            let class = if standard_write(class) && standard_write(rate.class) { rate.class } else { class };
            let amount = rate.price.times(tokens_of_it);
            cost.total += amount;
            cost.rows.push(CostRow {
                class,
                tokens: tokens_of_it,
                price: rate.price,
                amount,
                above: rate.above,
                service: rate.service,
                peak: rate.peak,
                regional: rate.regional,
                basis: rate.basis,
            });
        }
        cost
    }

    /// The standard price of a class in a request with so many input tokens: its own, or the one that stands in
    /// for it. `None` where nothing is known.
    pub fn rate(&self, class: Class, total_input: u64) -> Option<Money> {
        self.resolve(class, self.asked(&Terms::default()), total_input).map(|rate| rate.price)
    }

    /// The price of a class: its own, or that of the first class which stands in for it.
    fn resolve(&self, class: Class, asked: Asked, size: u64) -> Option<Rate> {
        if let Some(rate) = self.own_rate(class, asked, size) {
            return Some(rate);
        }
        let (same, nearest) = class.stand_ins();
        if let Some(rate) = same.iter().find_map(|class| self.own_rate(*class, asked, size)) {
            return Some(rate);
        }
        let mut rate = nearest.iter().find_map(|class| self.own_rate(*class, asked, size))?;
        rate.basis = rate.basis.max(Basis::NearestClass);
        Some(rate)
    }

    /// The price of a class that the table has for it, here or in the standard service.
    fn own_rate(&self, class: Class, asked: Asked, size: u64) -> Option<Rate> {
        // A fee is one fee in all service tiers and at all hours.
        let fee = class.is_fee();
        let (service, peak) = if fee { (Service::Standard, false) } else { (asked.service, asked.peak) };
        let standard = self.listed(class, Service::Standard, false, size);
        let own = match (service, peak) {
            (Service::Standard, false) => standard,
            _ => self.listed(class, service, peak, size),
        };
        let of = |(lane, price): (&Lane, Money), basis| Rate {
            price,
            above: lane.above,
            service: lane.service,
            peak: lane.peak,
            regional: false,
            basis,
            class,
        };
        let mut rate = match (own, standard) {
            (Some(own), None) => of(own, Basis::Listed),
            // A price for this size goes before a price for the service tier that does not know of sizes.
            (Some(own), Some(standard)) if own.0.above >= standard.0.above => of(own, Basis::Listed),
            (_, Some(standard)) => match self.share(class, service, peak) {
                Some(share) => {
                    Rate { price: share.of(standard.1), service, peak, ..of(standard, Basis::Share) }
                }
                None if service == Service::Standard => of(standard, Basis::Listed),
                None => of(standard, Basis::StandardService),
            },
            (None, None) => return None,
        };
        if asked.hour_unknown && !fee {
            rate.basis = rate.basis.max(Basis::UsualHours);
        }
        if let Some(share) = self.regional.filter(|_| asked.regional && !fee) {
            rate.price = share.of(rate.price);
            rate.regional = true;
        }
        Some(rate)
    }

    /// The listed price of a class in a service tier, from the lane of the largest size that lists it.
    fn listed(&self, class: Class, service: Service, peak: bool, size: u64) -> Option<(&Lane, Money)> {
        self.lanes
            .iter()
            .filter(|lane| (lane.service, lane.peak) == (service, peak))
            .filter(|lane| lane.above == 0 || size > lane.above)
            .rev()
            .find_map(|lane| Some((lane, lane.rates.get(class)?)))
    }

    /// What part of the standard price everything costs: by the model's own prices, else by the seller's rule.
    fn share(&self, class: Class, service: Service, peak: bool) -> Option<Share> {
        let lane = self.lane(service, peak, 0);
        match lane.and_then(|lane| lane.share) {
            Some(share) => Some(share),
            None => rules::share(&self.provider, service, class),
        }
    }
}
