use std::sync::OnceLock;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use units::Timestamp;

use crate::{
    Price, Rates,
    name::{self, Name, Seller},
    table::{Step, Table, current},
};

/// Whose price stands for a model that no provider is given for: who made it. The first that lists it.
const MAKERS: &[&str] = &[
    "openai",
    "anthropic",
    "google",
    "deepseek",
    "mistral",
    "xai",
    "meta",
    "cohere",
    "amazon",
    "moonshot",
    "zai",
    "minimax",
    "voyage",
    "alibaba",
];

/// The longest name worth looking up, in bytes.
const LONGEST_NAME: usize = 300;

/// How a model's name led to its price, from the firmest step to the loosest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// The user typed a price for it, or has it from a list of their own.
    Typed,
    /// The table has the name, as its own or as another name of the model.
    Exact,
    /// The table has what is left without provider, region, version or routing: `openai/gpt-4o`,
    /// `us.anthropic.claude-sonnet-4-5-20250929-v1:0`.
    Unwrapped,
    /// The table has it spelled otherwise: `claude-3.5-sonnet`, `claude-sonnet-4@20250514`,
    /// `claude-4-6-sonnet`.
    Spelling,
    /// The table has it without the date or `-latest`, or with one.
    Undated,
    /// OpenRouter gives away what ends in `:free`.
    Free,
}

impl Rule {
    /// A few words to show beside the price.
    pub fn describe(self) -> &'static str {
        match self {
            Rule::Typed => "a price of your own",
            Rule::Exact => "listed by this name",
            Rule::Unwrapped => "provider, region or version taken off the name",
            Rule::Spelling => "listed in another spelling",
            Rule::Undated => "listed under another date",
            Rule::Free => "the name ends in :free",
        }
    }
}

/// A price and how it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match<'a> {
    /// The price.
    pub price: &'a Price,
    /// The step of the name that led to it.
    pub rule: Rule,
    /// The provider asked for lists no such model: this is the price of who makes it.
    pub elsewhere: bool,
}

/// All prices: the bundled table, and before it the prices that the user typed.
#[derive(Clone, Debug)]
pub struct PriceBook {
    pub(crate) table: &'static Table,
    /// By model: the user's own prices.
    own: FxHashMap<String, Vec<Price>>,
}

static TABLE: OnceLock<Table> = OnceLock::new();

impl PriceBook {
    /// The bundled table, which is parsed at the first call.
    ///
    /// # Panics
    /// In a browser, before [`PriceBook::load`].
    pub fn bundled() -> PriceBook {
        #[cfg(not(target_arch = "wasm32"))]
        let table = TABLE.get_or_init(|| Table::parse(include_str!("../data/prices.tsv")));
        #[cfg(target_arch = "wasm32")]
        let table = TABLE.get().expect("the price table is loaded before prices are asked for");
        PriceBook { table, own: FxHashMap::default() }
    }

    /// Takes over the text of `data/prices.tsv`. In a browser it lies beside the program, not in it, and both
    /// are fetched at the same time.
    #[cfg(target_arch = "wasm32")]
    pub fn load(text: String) {
        TABLE.get_or_init(|| Table::parse(text.leak()));
    }

    /// The price that holds on the day the table was checked. The provider may go by any of its names; one
    /// that sells nothing (`ollama`) has no price, one that the table does not know is passed over.
    pub fn lookup(&self, provider: Option<&str>, model: &str) -> Option<Match<'_>> {
        self.find(provider, model, self.table.checked)
    }

    /// The price that held at a time, as far as the table knows.
    pub fn lookup_at(&self, provider: Option<&str>, model: &str, at: Timestamp) -> Option<Match<'_>> {
        let at = jiff::Timestamp::from_nanosecond(at.0.into()).ok()?;
        let day = jiff::tz::Offset::UTC.to_datetime(at).date();
        self.find(provider, model, &day.to_string())
    }

    /// Sets the user's own price of a model at the price's provider, or at all where it names none; it comes
    /// before the table's.
    pub fn set(&mut self, model: &str, price: Price) {
        let model = model.trim().to_lowercase();
        let prices = self.own.entry(model.clone()).or_default();
        prices.retain(|other| other.provider != price.provider);
        prices.push(Price { model: model.into(), ..price });
    }

    /// The book with one price of the user's own.
    pub fn with_override(mut self, model: &str, rates: Rates) -> PriceBook {
        self.set(model, Price::typed(model, rates));
        self
    }

    /// Takes the user's own prices of a model back.
    pub fn unset(&mut self, model: &str) {
        self.own.remove(&model.trim().to_lowercase());
    }

    /// The user's own prices, by provider and model.
    pub fn own(&self) -> Vec<&Price> {
        let mut prices: Vec<&Price> = self.own.values().flatten().collect();
        units::order::sort(&mut prices, |a, b| (&a.provider, &a.model).cmp(&(&b.provider, &b.model)));
        prices
    }

    fn own_price(&self, seller: Option<&str>, name: &str) -> Option<&Price> {
        let prices = self.own.get(name)?;
        // One that is for a provider is also for who names none, and none that the user's files know.
        let at = |price: &&Price| seller.is_none_or(|seller| price.provider == seller);
        prices.iter().find(at).or_else(|| prices.iter().find(|price| price.provider.is_empty()))
    }

    /// One price per provider and model, the user's first: those that hold on the day of the check.
    pub fn models(&self) -> impl Iterator<Item = &Price> {
        let rows = &self.table.rows;
        let same = |a: &Price, b: &Price| (&a.provider, &a.model) == (&b.provider, &b.model);
        let bundled = rows.chunk_by(same).filter_map(|rows| current(rows.iter(), self.table.checked));
        self.own().into_iter().chain(bundled)
    }

    /// All prices of the table, those that do not hold any more, too: by provider, model and first day.
    pub fn history(&self) -> &[Price] {
        &self.table.rows
    }

    /// The models that a comparison shows before anyone chooses.
    pub fn featured(&self) -> impl Iterator<Item = &Price> {
        include_str!("../data/featured.txt")
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.split_once(' '))
            .filter_map(|(provider, model)| Some(self.lookup(Some(provider), model)?.price))
    }

    /// The packages that the table was made from: name, version and licence.
    pub fn sources(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.table.sources.iter().map(|source| (source.name, source.version, source.licence))
    }

    /// The day (UTC, `2026-11-24`) on which the table was made.
    pub fn checked(&self) -> &str {
        self.table.checked
    }

    fn find(&self, provider: Option<&str>, model: &str, day: &str) -> Option<Match<'_>> {
        let raw = model.trim().to_lowercase();
        if raw.is_empty() || raw.len() > LONGEST_NAME {
            return None;
        }
        let names = name::unwrapped(&raw);
        let asked = match provider.map(name::seller) {
            Some(Seller::Local) => Some(""),
            Some(Seller::Listed(id)) => Some(id),
            Some(Seller::Unknown) | None => None,
        };
        let bare = [Name { name: &raw, seller: None }];
        let own = names
            .as_deref()
            .unwrap_or(&bare)
            .iter()
            .find_map(|name| self.own_price(asked.or(name.seller), name.name));
        if let Some(price) = own {
            return Some(Match { price, rule: Rule::Typed, elsewhere: false });
        }
        // The user's own machine sells nothing.
        let asked = if asked == Some("") { return None } else { asked };
        let names = names?;
        let table = self.table;
        let mut sellers: Vec<&str> = asked.into_iter().chain(names.iter().filter_map(|n| n.seller)).collect();
        sellers.dedup();
        for seller in &sellers {
            if let Some((price, rule)) = table.find(&names, &[*seller], day) {
                return Some(Match { price, rule, elsewhere: asked.is_some_and(|id| id != *seller) });
            }
        }
        if raw.ends_with(":free") {
            return Some(Match { price: &table.free, rule: Rule::Free, elsewhere: false });
        }
        // Vertex is Google's other shop.
        let made = table.find(&names, MAKERS, day).or_else(|| table.find(&names, &["vertex"], day));
        if let Some((price, rule)) = made {
            return Some(Match { price, rule, elsewhere: !sellers.is_empty() });
        }
        // Sold by others than its maker: only where a single one has it, for their prices differ.
        let rows = table.names[Step::Listed as usize].get(raw.as_str()).filter(|_| sellers.is_empty())?;
        let rows: Vec<&Price> = rows.iter().map(|i| &table.rows[*i as usize]).collect();
        // These host what everybody can host: a name alone does not point to them.
        let rows: Vec<&Price> =
            rows.into_iter().filter(|row| !is_host(&row.provider) || raw.contains('/')).collect();
        let first = rows.first()?;
        let single = rows.iter().all(|row| (&row.provider, &row.model) == (&first.provider, &first.model));
        let price = single.then(|| current(rows.into_iter(), day))??;
        Some(Match { price, rule: Rule::Exact, elsewhere: false })
    }
}

fn is_host(provider: &str) -> bool {
    provider == "fireworks" || provider.starts_with("huggingface_")
}

impl Default for PriceBook {
    fn default() -> PriceBook {
        PriceBook::bundled()
    }
}
