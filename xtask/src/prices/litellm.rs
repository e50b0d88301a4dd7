//! litellm's table: what the product reads as a price list of the user's, less what no trace names.

use std::collections::BTreeMap;

use pricing::{Price, Share};

use super::{Entry, PROVIDERS, Table, can_be_billed_by};

/// Regions that Azure asks more for, in front of its models' names.
const AZURE_REGIONS: [&str; 2] = ["eu/", "us/"];

/// Reads the table.
pub fn read(json: &str) -> Result<Table, String> {
    let imported = pricing::import::read(json, "litellm")?;
    let mut regions: BTreeMap<String, Price> = BTreeMap::new();
    let mut table = Table::new();
    for price in imported.prices {
        let provider = price.provider.as_ref();
        let region = AZURE_REGIONS.iter().find_map(|region| price.model.strip_prefix(region));
        if let Some(base) = region.filter(|_| provider == "azure") {
            regions.insert(base.to_owned(), price);
            continue;
        }
        // What a region, a size of image or a hosted foreign model is called: `eu-west-1/...`. Together's
        // own names have a slash, too.
        let nested = price.model.contains('/')
            && matches!(provider, "azure" | "bedrock" | "openai" | "google" | "perplexity");
        if PROVIDERS.contains(&provider) && !nested && can_be_billed_by(&price) {
            // `gemini/x` and `x` may both be there: the first that is read, sorted by name, stays.
            let key = (provider.to_owned(), price.model.to_string());
            table.entry(key).or_insert_with(|| vec![Entry { price, aliases: Default::default() }]);
        }
    }
    // A region is a share of the price, where it is the same for all classes.
    for (model, dear) in regions {
        let Some(rows) = table.get_mut(&("azure".to_owned(), model)) else { continue };
        for entry in rows {
            entry.price.regional = share(&dear, &entry.price);
        }
    }
    Ok(table)
}

fn share(dear: &Price, base: &Price) -> Option<Share> {
    let base = &base.lanes[0].rates;
    let shares = dear.lanes[0].rates.iter().filter(|(class, _)| !class.is_fee());
    let mut shares = shares.map(|(class, price)| Share::between(price, base.get(class)?));
    let first = shares.next()??;
    shares.all(|other| other == Some(first)).then_some(first)
}
