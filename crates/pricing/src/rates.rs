use serde::{Deserialize, Serialize};
use units::Money;

use crate::Class;

/// Prices by class: of a token, or of one search or request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rates(
    /// In pico-dollars and in the order of the classes, of which a price has few.
    Vec<(Class, u64)>,
);

impl Rates {
    /// Prices of input and output quoted per so many tokens: `Rates::quoted("0.03", "0.06", 1_000)`.
    /// `None` where the price of one token is negative or finer than a pico-dollar.
    pub fn quoted(input: Money, output: Money, tokens: u32) -> Option<Rates> {
        let mut rates = Rates::default();
        rates.set(Class::Input, per_unit(input, tokens)?)?;
        rates.set(Class::Output, per_unit(output, tokens)?)?;
        Some(rates)
    }

    /// The price of a class, if it has one of its own.
    pub fn get(&self, class: Class) -> Option<Money> {
        // There are too few to search in halves.
        let (_, picos) = self.0.iter().find(|(other, _)| *other == class)?;
        Some(Money::from_picos((*picos).into()))
    }

    /// Sets the price of one token, search or request. `None` if it is negative or above a million dollars,
    /// which keeps every product in range.
    #[must_use = "a price out of range is not set"]
    pub fn set(&mut self, class: Class, price: Money) -> Option<()> {
        let picos = u64::try_from(price.picos()).ok().filter(|picos| *picos <= 10u64.pow(18))?;
        match self.0.binary_search_by_key(&class, |(class, _)| *class) {
            Ok(index) => self.0[index].1 = picos,
            Err(index) => self.0.insert(index, (class, picos)),
        }
        Some(())
    }

    /// Takes the price of a class away.
    pub fn remove(&mut self, class: Class) {
        self.0.retain(|(other, _)| *other != class);
    }

    /// All classes that have a price, with it.
    pub fn iter(&self) -> impl Iterator<Item = (Class, Money)> + '_ {
        self.0.iter().map(|(class, picos)| (*class, Money::from_picos((*picos).into())))
    }

    /// Whether no class has a price.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The price of one of so many, exactly.
pub(crate) fn per_unit(price: Money, units: u32) -> Option<Money> {
    let (picos, units) = (price.picos(), i128::from(units));
    (units > 0 && picos % units == 0).then(|| Money::from_picos(picos / units))
}

/// A part or a multiple of a price, in thousandths: half in a batch, 1.1 in a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Share(u32);

impl Share {
    /// So many thousandths.
    pub const fn thousandths(n: u32) -> Share {
        Share(n)
    }

    /// This share of a price, to the nearest pico-dollar.
    pub fn of(self, price: Money) -> Money {
        Money::from_picos((price.picos() * i128::from(self.0) + 500) / 1000)
    }

    /// The share that one price is of another, if it is a whole number of thousandths.
    pub fn between(price: Money, whole: Money) -> Option<Share> {
        let thousandths = price.picos().checked_mul(1000)?;
        let exact = whole > Money::ZERO && thousandths % whole.picos() == 0;
        exact.then(|| u32::try_from(thousandths / whole.picos()).ok().map(Share)).flatten()
    }
}

impl std::fmt::Display for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Money::from_picos(i128::from(self.0) * 10i128.pow(9)).fmt(f)
    }
}

impl std::str::FromStr for Share {
    type Err = ();

    fn from_str(text: &str) -> Result<Share, ()> {
        let number: Money = text.parse().map_err(|_| ())?;
        Share::between(number, Money::from_picos(10i128.pow(12))).ok_or(())
    }
}
