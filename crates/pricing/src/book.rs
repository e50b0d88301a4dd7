use std::{borrow::Cow, cmp::Reverse, sync::OnceLock};

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use units::{Money, Timestamp};

use crate::{
    Mode, Price, Rates, Tier,
    name::{self, Seller},
    price::per_token,
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
    /// The user typed a price for it.
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
            Rule::Typed => "typed by you",
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
    table: &'static Table,
    typed: Vec<Price>,
}

impl PriceBook {
    /// The bundled table, which is parsed at the first call.
    pub fn bundled() -> PriceBook {
        static TABLE: OnceLock<Table> = OnceLock::new();
        PriceBook {
            table: TABLE.get_or_init(|| Table::parse(include_str!("../data/prices.tsv"))),
            typed: vec![],
        }
    }

    /// The price that holds on the day the table was checked. The provider may go by any of its names; one
    /// that sells nothing (`ollama`) has no price, one that the table does not know is passed over.
    pub fn lookup(&self, provider: Option<&str>, model: &str) -> Option<Match<'_>> {
        self.find(provider, model, self.table.checked)
    }

    /// The price that held at a time, as far as the table knows.
    pub fn lookup_at(&self, provider: Option<&str>, model: &str, at: Timestamp) -> Option<Match<'_>> {
        let day =
            jiff::Timestamp::from_nanosecond(at.0.into()).ok()?.to_zoned(jiff::tz::TimeZone::UTC).date();
        self.find(provider, model, &day.to_string())
    }

    /// Sets the user's own price of a model, at whatever provider; it comes before the table's.
    pub fn set(&mut self, model: &str, price: Price) {
        self.unset(model);
        self.typed.push(Price { model: model.trim().to_lowercase().into(), ..price });
    }

    /// The book with one price of the user's own.
    pub fn with_override(mut self, model: &str, rates: Rates) -> PriceBook {
        self.set(model, Price::typed(model, rates));
        self
    }

    /// Takes the user's own price of a model back.
    pub fn unset(&mut self, model: &str) {
        self.typed.retain(|price| price.model != model.trim().to_lowercase());
    }

    /// One price per provider and model, the user's first: those that hold on the day of the check.
    pub fn models(&self) -> impl Iterator<Item = &Price> {
        let rows = &self.table.rows;
        let same = |a: &Price, b: &Price| (&a.provider, &a.model) == (&b.provider, &b.model);
        let bundled = rows.chunk_by(same).filter_map(|rows| current(rows.iter(), self.table.checked));
        self.typed.iter().chain(bundled)
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
        let typed = self
            .typed
            .iter()
            .find(|price| price.model == raw || names.iter().flatten().any(|name| name.name == price.model));
        if let Some(price) = typed {
            return Some(Match { price, rule: Rule::Typed, elsewhere: false });
        }
        let names = names?;
        let asked = match provider.map(name::seller) {
            Some(Seller::Local) => return None,
            Some(Seller::Listed(id)) => Some(id),
            Some(Seller::Unknown) | None => None,
        };
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
        let single = rows.iter().all(|row| row.provider == rows[0].provider && row.model == rows[0].model);
        let price = single.then(|| current(rows.into_iter(), day))??;
        Some(Match { price, rule: Rule::Exact, elsewhere: false })
    }
}

impl Default for PriceBook {
    fn default() -> PriceBook {
        PriceBook::bundled()
    }
}

/// What a name is compared as. The order is the order of the attempts.
#[derive(Clone, Copy)]
enum Step {
    Listed,
    Spelled,
    Undated,
}

#[derive(Debug)]
struct Source {
    name: &'static str,
    version: &'static str,
    licence: &'static str,
}

#[derive(Debug)]
struct Table {
    /// By provider, model and the day from which a price holds.
    rows: Vec<Price>,
    /// Rows by name, for each [`Step`].
    names: [FxHashMap<Cow<'static, str>, Vec<u32>>; 3],
    free: Price,
    sources: Vec<Source>,
    checked: &'static str,
    /// Lines that could not be read: none, as a test proves.
    unread: Vec<&'static str>,
}

impl Table {
    fn parse(text: &'static str) -> Table {
        let free = Price {
            provider: "openrouter".into(),
            source: "the name".into(),
            ..Price::typed(":free", Rates::default())
        };
        let mut table = Table {
            rows: vec![],
            names: Default::default(),
            free,
            sources: vec![],
            checked: "",
            unread: vec![],
        };
        for line in text.lines() {
            let mut cells = line.split('\t');
            match cells.next() {
                Some("#checked") => table.checked = cells.next().unwrap_or_default(),
                Some("#source") => {
                    let [name, version, licence] = [(); 3].map(|()| cells.next().unwrap_or_default());
                    table.sources.push(Source { name, version, licence });
                }
                Some(comment) if comment.starts_with('#') => {}
                _ => {
                    if table.row(line).is_none() {
                        table.unread.push(line);
                    }
                }
            }
        }
        table
    }

    /// Reads one line of the table and files it under its names.
    fn row(&mut self, line: &'static str) -> Option<()> {
        let cells: Vec<&'static str> = line.split('\t').collect();
        let [provider, model, aliases, mode, from, prices @ .., tiers, window, output, hourly, source, also] =
            cells.as_slice()
        else {
            return None;
        };
        let text = |cell: &'static str| (!cell.is_empty()).then_some(Cow::Borrowed(cell));
        let count = |cell: &str| if cell.is_empty() { Some(None) } else { cell.parse().ok().map(Some) };
        let tiers = tiers.split(';').filter(|tier| !tier.is_empty()).map(|tier| {
            let (above, prices) = tier.split_once('/')?;
            Some(Tier { above: above.parse().ok()?, rates: rates(prices.split('/'))? })
        });
        self.rows.push(Price {
            provider: text(provider)?,
            model: text(model)?,
            mode: Mode::parse(mode)?,
            rates: rates(prices.iter().copied())?,
            tiers: tiers.collect::<Option<_>>()?,
            context_window: count(window)?,
            max_output: count(output)?,
            from: text(from),
            hourly: *hourly == "yes",
            source: text(source)?,
            source_version: self.sources.iter().find(|s| s.name == *source)?.version.into(),
            checked: self.checked.into(),
            also: text(also),
        });
        let id = self.rows.len() as u32 - 1;
        for name in aliases.split(',').filter(|alias| !alias.is_empty()).chain([*model]) {
            self.file(Step::Listed, name.into(), id);
            // Tuned and routed models have prices of their own, which only their full names mean.
            let bare = match name::unwrapped(name).as_deref() {
                Some([.., bare]) if !name.contains(':') || bare.seller == Some("bedrock") => bare.name,
                _ => continue,
            };
            let spelled = name::spelled(bare);
            let undated = name::undated(&spelled).to_owned();
            self.file(Step::Spelled, spelled.into(), id);
            self.file(Step::Undated, undated.into(), id);
        }
        Some(())
    }

    fn file(&mut self, step: Step, name: Cow<'static, str>, row: u32) {
        let rows = self.names[step as usize].entry(name).or_default();
        if rows.last() != Some(&row) {
            rows.push(row);
        }
    }

    /// The first step at which one of the sellers, in their order, lists one of the names.
    fn find(&self, names: &[name::Name<'_>], sellers: &[&str], day: &str) -> Option<(&Price, Rule)> {
        for step in [Step::Listed, Step::Spelled, Step::Undated] {
            for (unwrapped, name) in names.iter().enumerate() {
                let spelled = name::spelled(name.name);
                let (key, rule) = match step {
                    Step::Listed if unwrapped == 0 => (name.name, Rule::Exact),
                    Step::Listed => (name.name, Rule::Unwrapped),
                    Step::Spelled => (spelled.as_str(), Rule::Spelling),
                    Step::Undated => (name::undated(&spelled), Rule::Undated),
                };
                let Some(rows) = self.names[step as usize].get(key) else { continue };
                for seller in sellers {
                    let rows =
                        rows.iter().map(|i| &self.rows[*i as usize]).filter(|row| row.provider == *seller);
                    // Several where a region or a date is left out: the model without one, then the most
                    // usual region, then the latest.
                    let rank = |model: &str| {
                        let whole = name::spelled(model) == key;
                        (whole, Reverse(name::region_rank(model)), model.ends_with("-latest"))
                    };
                    let models = rows.clone().map(|row| row.model.as_ref());
                    let Some(model) = models.max_by_key(|model: &&str| (rank(model), *model)) else {
                        continue;
                    };
                    let price = current(rows.filter(|row| row.model == model), day)?;
                    return Some((price, rule));
                }
            }
        }
        None
    }
}

/// Of the prices of one model, the one that holds on a day; before the first known, the first.
fn current<'a>(rows: impl Iterator<Item = &'a Price> + Clone, day: &str) -> Option<&'a Price> {
    let holds = |row: &&Price| row.from.as_deref().is_none_or(|from| from <= day);
    rows.clone().filter(holds).last().or_else(|| rows.clone().next())
}

/// Input, output, cache read, cache write, cache write 1h, in dollars per million tokens.
fn rates(mut cells: impl Iterator<Item = &'static str>) -> Option<Rates> {
    let mut next = || -> Option<Option<Money>> {
        match cells.next()? {
            "" => Some(None),
            cell => Some(Some(per_token(cell.parse().ok()?, 1_000_000)?)),
        }
    };
    let rates = Rates {
        input: next()??,
        output: next()??,
        cache_read: next()?,
        cache_write_5m: next()?,
        cache_write_1h: next()?,
    };
    cells.next().is_none().then_some(rates)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundled_table_reads_whole() {
        let book = PriceBook::bundled();
        assert_eq!(book.table.unread, [""; 0]);
        assert!(book.table.rows.len() > 1_500);
        assert_eq!(book.sources().map(|(name, ..)| name).collect::<Vec<_>>(), ["litellm", "genai-prices"]);
        assert_eq!(book.checked().len(), 10);
    }

    #[test]
    fn a_line_that_cannot_be_read_is_kept_apart() {
        let table =
            Table::parse("#source\ts\t1\tMIT\nopenai\tm\t\tchat\t\t1\t-2\t\t\t\t\t\t\t\ts\t\nopenai\tm");
        assert_eq!((table.rows.len(), table.unread.len()), (0, 2));
    }

    #[test]
    fn each_name_of_a_provider_means_one_model() {
        let table = PriceBook::bundled().table;
        for (name, rows) in &table.names[Step::Listed as usize] {
            for seller in rows.iter().map(|i| &table.rows[*i as usize].provider) {
                let mut models: Vec<_> = rows
                    .iter()
                    .map(|i| &table.rows[*i as usize])
                    .filter(|r| r.provider == *seller)
                    .map(|r| &r.model)
                    .collect();
                models.dedup();
                assert_eq!(models.len(), 1, "{seller} {name}: {models:?}");
            }
        }
    }
}
