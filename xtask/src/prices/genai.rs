//! genai-prices' table: models by provider, prices as decimal texts in dollars per million tokens.

use std::collections::BTreeSet;

use pricing::{
    Class, Mode, Price, Rates, Service,
    import::{Lanes, standard_write},
};
use serde_json::Value;
use units::Money;

use super::{Entry, PROVIDERS, Table, can_be_billed_by};

/// Ours and theirs, where they are not the same.
const RENAMED: [(&str, &str); 5] = [
    ("bedrock", "aws"),
    ("moonshot", "moonshotai"),
    ("voyage", "voyageai"),
    ("xai", "x-ai"),
    ("together", "together"),
];

/// The classes with their fields, and how many a price is for.
const FIELDS: [(Class, &str, i128); 14] = [
    (Class::Input, "input_mtok", 1_000_000),
    (Class::Output, "output_mtok", 1_000_000),
    (Class::CacheRead, "cache_read_mtok", 1_000_000),
    (Class::CacheWrite5m, "cache_write_mtok", 1_000_000),
    (Class::CacheWrite1h, "cache_write_1h_mtok", 1_000_000),
    (Class::AudioIn, "input_audio_mtok", 1_000_000),
    (Class::AudioRead, "cache_audio_read_mtok", 1_000_000),
    (Class::ImageIn, "input_image_mtok", 1_000_000),
    (Class::ImageRead, "cache_image_read_mtok", 1_000_000),
    (Class::Reasoning, "output_reasoning_mtok", 1_000_000),
    (Class::AudioOut, "output_audio_mtok", 1_000_000),
    (Class::ImageOut, "output_image_mtok", 1_000_000),
    (Class::WebSearch, "web_searches_kcount", 1_000),
    (Class::Request, "requests_kcount", 1_000),
];

/// Reads the table as `genai.py` prints it.
pub fn read(json: &str) -> Result<Table, String> {
    let providers: Vec<Value> =
        serde_json::from_str(json).map_err(|e| format!("genai-prices' table: {e}"))?;
    let mut table = Table::new();
    for listed in &providers {
        let theirs = listed["id"].as_str().ok_or("genai-prices: expected a provider's id")?;
        let provider = RENAMED.iter().find(|(_, name)| *name == theirs).map_or(theirs, |(ours, _)| ours);
        if !PROVIDERS.contains(&provider) {
            continue;
        }
        let models = listed["models"].as_array().ok_or("genai-prices: expected a list of models")?;
        let ids: BTreeSet<&str> = models.iter().filter_map(|m| m["id"].as_str()).collect();
        for entry in models {
            let id = entry["id"].as_str().ok_or("genai-prices: expected a model's id")?;
            // OpenRouter's names of today have the maker in front, `:free` is a rule of the lookup, and
            // OpenAI gives gpt-oss away: who sells it lists it.
            let other = match provider {
                "openrouter" => !id.contains('/'),
                "openai" => id.starts_with("gpt-oss"),
                _ => false,
            };
            if other || id.ends_with(":free") {
                continue;
            }
            // AWS sells one model under a global and under regional endpoints, which are dearer; `us.` is
            // the name under which the regional ones are met.
            let model = match id.strip_prefix("regional.") {
                Some(rest) => format!("us.{rest}"),
                None => id.to_lowercase(),
            };
            // What Google sells of others, it sells on Vertex.
            let provider = match provider {
                "google" if !id.starts_with("gem") => "vertex",
                _ => provider,
            };
            let mut aliases = BTreeSet::new();
            if provider != "bedrock" && provider != "openrouter" {
                collect_aliases(&entry["match"], &ids, &mut aliases);
            }
            let rows = rows(provider, &model, entry).map_err(|e| format!("{id}: {e}"))?;
            let rows: Vec<Entry> =
                rows.into_iter().map(|price| Entry { price, aliases: aliases.clone() }).collect();
            if !rows.is_empty() {
                table.insert((provider.to_owned(), model), rows);
            }
        }
    }
    Ok(table)
}

/// A price per first day. The prices of some hours have no day: they are of the last row.
fn rows(provider: &str, model: &str, entry: &Value) -> Result<Vec<Price>, String> {
    let single = [serde_json::json!({ "prices": entry["prices"] })];
    let dated = entry["prices"].as_array().map_or(&single[..], Vec::as_slice);
    let at_hours = |dated: &&Value| dated["constraint"]["is"] == "TimeOfDateConstraint";
    let mut peak = Lanes::default();
    let mut times = Vec::new();
    for dated in dated.iter().filter(at_hours) {
        read_rates(model, &dated["prices"], true, &mut peak)?;
        let constraint = &dated["constraint"];
        times.push(format!("{}-{}", time(&constraint["start_time"])?, time(&constraint["end_time"])?));
    }
    let mode = match model {
        _ if model.contains("rerank") => Mode::Rerank,
        _ if model.contains("embed") || provider == "voyage" => Mode::Embedding,
        _ => Mode::Chat,
    };
    let mut rows = Vec::new();
    let days: Vec<&Value> = dated.iter().filter(|dated| !at_hours(dated)).collect();
    for (index, dated) in days.iter().enumerate() {
        let hourly = !times.is_empty() && index + 1 == days.len();
        let mut lanes = if hourly { peak.clone() } else { Lanes::default() };
        read_rates(model, &dated["prices"], false, &mut lanes)?;
        let base = lanes.base();
        if base.get(Class::Output).is_none() && mode != Mode::Chat {
            base.set(Class::Output, Money::ZERO).ok_or("a price out of range")?;
        }
        let from = match dated["constraint"]["start_date"]["args"].as_array().map(Vec::as_slice) {
            Some([y, m, d]) => {
                let [y, m, d] = [y, m, d].map(|n| n.as_u64().unwrap_or_default());
                Some(format!("{y:04}-{m:02}-{d:02}").into())
            }
            _ => None,
        };
        let hours = hourly.then(|| format!("1234567:{}", times.join(",")).parse());
        let price = Price {
            provider: provider.to_owned().into(),
            mode,
            lanes: lanes.finish(),
            hours: hours.transpose().map_err(|()| format!("hours {times:?}"))?,
            context_window: entry["context_window"].as_u64(),
            from,
            source: "genai-prices".into(),
            ..Price::typed(model, Rates::default())
        };
        if can_be_billed_by(&price) {
            rows.push(price);
        }
    }
    Ok(rows)
}

/// `0130` of `time(1, 30, ...)`.
fn time(value: &Value) -> Result<String, String> {
    let parts: Vec<u64> = value["args"].as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
    let [hours, minutes] = parts[..] else { return Err(format!("expected a time, found {value}")) };
    // A day ends where the next begins.
    Ok(format!("{hours:02}{minutes:02}"))
}

fn read_rates(model: &str, prices: &Value, peak: bool, lanes: &mut Lanes) -> Result<(), String> {
    for (class, field, units) in FIELDS {
        let value = &prices[field];
        let class = match class {
            Class::CacheWrite5m => standard_write(model),
            class => class,
        };
        let base = if value.is_object() { &value["base"] } else { value };
        let steps = value["tiers"].as_array().into_iter().flatten();
        let steps =
            steps.map(|step| Ok((step["start"].as_u64().ok_or("expected a tier's start")?, &step["price"])));
        for step in [Ok((0, base))].into_iter().chain(steps) {
            let (above, price): (u64, &Value) = step.map_err(|e: &str| e.to_owned())?;
            let Some(digits) = price.as_str() else { continue };
            let price: Money = digits.parse().map_err(|e| format!("{digits}: {e}"))?;
            // A token's price is kept to the pico-dollar; only thirds (0.0833333333333333) are finer.
            let one = Money::from_picos((price.picos() + units / 2) / units);
            // Where a cache costs nothing to fill, what is written still costs what any input costs.
            let write = (Class::CacheWrite5m..=Class::CacheWrite1h).contains(&class);
            if !(write && one == Money::ZERO) {
                let rates = lanes.at(Service::Standard, peak, above);
                rates.set(class, one).ok_or_else(|| format!("{digits}: out of range"))?;
            }
        }
    }
    Ok(())
}

/// The full names by which genai-prices knows a model: only clauses that can match alone.
fn collect_aliases(clause: &Value, ids: &BTreeSet<&str>, aliases: &mut BTreeSet<String>) {
    if let Some(parts) = clause["or_"].as_array() {
        parts.iter().for_each(|part| collect_aliases(part, ids, aliases));
    }
    let name = clause["equals"].as_str().or_else(|| clause["starts_with"].as_str());
    if let Some(name) = name.filter(|name| !ids.contains(name) && name.ends_with(char::is_alphanumeric)) {
        aliases.insert(name.to_lowercase());
    }
}
