use std::{borrow::Cow, cmp::Reverse};

use rustc_hash::FxHashMap;
use units::Money;

use crate::{
    Price, Rates,
    book::Rule,
    line,
    name::{self, Name},
};

/// What a name is compared as. The order is the order of the attempts.
#[derive(Clone, Copy)]
pub(crate) enum Step {
    Listed,
    Spelled,
    Undated,
}

#[derive(Debug)]
pub(crate) struct Source {
    pub name: &'static str,
    pub version: &'static str,
    pub licence: &'static str,
}

#[derive(Debug)]
pub(crate) struct Table {
    /// By provider, model and the day from which a price holds.
    pub rows: Vec<Price>,
    /// Rows by name, for each [`Step`].
    pub names: [FxHashMap<Cow<'static, str>, Vec<u32>>; 3],
    pub free: Price,
    pub sources: Vec<Source>,
    pub checked: &'static str,
    /// Lines that could not be read: none, as a test proves.
    unread: Vec<&'static str>,
}

impl Table {
    pub fn parse(text: &'static str) -> Table {
        let free = Price {
            provider: "openrouter".into(),
            source: "the name".into(),
            ..Price::typed(":free", Rates::quoted(Money::ZERO, Money::ZERO, 1).unwrap_or_default())
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
        let (mut price, aliases) = line::read(line)?;
        price.source_version = self.sources.iter().find(|s| s.name == price.source)?.version.into();
        price.checked = self.checked.into();
        if let Some(before) = self.rows.last_mut()
            && (&before.provider, &before.model) == (&price.provider, &price.model)
        {
            before.to = price.from.clone();
        }
        let Cow::Borrowed(model) = price.model else { return None };
        self.rows.push(price);
        let id = self.rows.len() as u32 - 1;
        for name in aliases.chain([model]) {
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
    pub fn find(&self, names: &[Name<'_>], sellers: &[&str], day: &str) -> Option<(&Price, Rule)> {
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
pub(crate) fn current<'a>(rows: impl Iterator<Item = &'a Price> + Clone, day: &str) -> Option<&'a Price> {
    let holds = |row: &&Price| row.from.as_deref().is_none_or(|from| from <= day);
    rows.clone().filter(holds).last().or_else(|| rows.clone().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundled_table_reads_whole() {
        let book = crate::PriceBook::bundled();
        let table = book.table;
        assert_eq!(table.unread, [""; 0]);
        assert!(table.rows.len() > 1_500);
        assert_eq!(book.sources().map(|(name, ..)| name).collect::<Vec<_>>(), ["litellm", "genai-prices"]);
        assert_eq!(book.checked().len(), 10);
    }

    #[test]
    fn a_line_that_cannot_be_read_is_kept_apart() {
        let table = Table::parse("#source\ts\t1\tMIT\nopenai\tm\t\tchat\t\t\ti-2\t\t\t\ts\t\t\t\nopenai\tm");
        assert_eq!((table.rows.len(), table.unread.len()), (0, 2));
    }

    #[test]
    fn each_name_of_a_provider_means_one_model() {
        let table = crate::PriceBook::bundled().table;
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
