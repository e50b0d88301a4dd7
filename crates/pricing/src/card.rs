use units::Money;

use crate::{Basis, Class, Lane, Price, Service, Share, Terms, rules};

/// The price of one class under the terms of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    pub price: Money,
    pub above: u64,
    pub service: Service,
    pub peak: bool,
    pub regional: bool,
    pub basis: Basis,
    /// The class on the bill.
    pub class: Class,
}

/// The terms of a request as they are for one price: whether its hour is one of the peak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    service: Service,
    regional: bool,
    peak: bool,
    hour_unknown: bool,
}

/// The prices of all classes under one set of terms, in one tier of sizes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Card {
    asked: Asked,
    /// The size that the input exceeds; 0 where it exceeds none that has prices of its own.
    pub above: u64,
    /// The largest input of the tier.
    upto: u64,
    /// In the order of the classes; `None` where nothing is known.
    pub rates: [Option<Rate>; Class::ALL.len()],
}

impl Card {
    /// The prices of a request with so many input tokens.
    pub fn new(price: &Price, asked: Asked, size: u64) -> Card {
        let sizes = || price.lanes.iter().map(|lane| lane.above);
        Card {
            asked,
            above: sizes().filter(|above| *above < size).max().unwrap_or_default(),
            upto: sizes().filter(|above| *above > 0 && *above >= size).min().unwrap_or(u64::MAX),
            rates: Class::ALL.map(|(class, _)| {
                // Only who asks a fee for each request has it on the bill.
                if class == Class::Request {
                    price.listed(class, Service::Standard, false, 0)?;
                }
                let rate = price.resolve(class, asked, size)?;
                // The standard write is billed as the one that the seller has.
                let write = |class| matches!(class, Class::CacheWrite5m | Class::CacheWrite30m);
                Some(Rate {
                    class: if write(class) && write(rate.class) { rate.class } else { class },
                    ..rate
                })
            }),
        }
    }

    /// Whether these are its terms and its tier.
    pub fn is_for(&self, asked: Asked, size: u64) -> bool {
        self.asked == asked && size <= self.upto && (size > self.above || self.above == 0)
    }

    /// Whether the request itself costs something.
    pub fn has_fee(&self) -> bool {
        self.rates[Class::Request as usize].is_some()
    }
}

impl Price {
    /// The terms as they are for this price.
    pub(crate) fn asked(&self, terms: &Terms) -> Asked {
        Asked {
            service: terms.service,
            regional: terms.regional,
            peak: self.hours.as_ref().zip(terms.at).is_some_and(|(hours, at)| hours.contains(at)),
            hour_unknown: self.hours.is_some() && terms.at.is_none(),
        }
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
