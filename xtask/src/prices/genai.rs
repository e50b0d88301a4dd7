//! genai-prices' table: models by provider, prices as decimal texts in dollars per million tokens.

use std::collections::BTreeSet;

use serde_json::Value;
use units::Money;

use super::{CLASSES, Rates, Row, Table, complete, is_text_model};

/// Ours and theirs.
const GENAI: &[(&str, &str)] = &[
    ("anthropic", "anthropic"),
    ("azure", "azure"),
    ("bedrock", "aws"),
    ("cerebras", "cerebras"),
    ("cohere", "cohere"),
    ("deepseek", "deepseek"),
    ("google", "google"),
    ("groq", "groq"),
    ("meta", "meta"),
    ("minimax", "minimax"),
    ("mistral", "mistral"),
    ("moonshot", "moonshotai"),
    ("openai", "openai"),
    ("openrouter", "openrouter"),
    ("perplexity", "perplexity"),
    ("together", "together"),
    ("voyage", "voyageai"),
    ("xai", "x-ai"),
    ("zai", "zai"),
];

/// Reads the table as `genai.py` prints it.
pub fn read(json: &str) -> Result<Table, String> {
    let providers: Vec<Value> =
        serde_json::from_str(json).map_err(|e| format!("genai-prices' table: {e}"))?;
    let mut table = Table::new();
    for listed in &providers {
        let Some((provider, _)) = GENAI.iter().find(|(_, theirs)| listed["id"] == *theirs) else { continue };
        let models = listed["models"].as_array().ok_or("genai-prices: expected a list of models")?;
        let ids: BTreeSet<&str> = models.iter().filter_map(|m| m["id"].as_str()).collect();
        for entry in models {
            let id = entry["id"].as_str().ok_or("genai-prices: expected a model's id")?;
            // OpenRouter's names of today have the maker in front, `:free` is a rule of the lookup, and
            // OpenAI gives gpt-oss away: who sells it lists it.
            let other = match *provider {
                "openrouter" => !id.contains('/'),
                "openai" => id.starts_with("gpt-oss"),
                _ => false,
            };
            if other || !is_text_model(id) || id.ends_with(":free") {
                continue;
            }
            // AWS sells one model under a global and under regional endpoints, which are dearer; `us.` is
            // the name under which the regional ones are met.
            let model = match id.strip_prefix("regional.") {
                Some(rest) => format!("us.{rest}"),
                None => id.to_lowercase(),
            };
            // What Google sells of others, it sells on Vertex.
            let provider = match *provider {
                "google" if !id.starts_with("gem") => &"vertex",
                _ => provider,
            };
            let mut aliases = BTreeSet::new();
            if *provider != "bedrock" && *provider != "openrouter" {
                collect_aliases(&entry["match"], &ids, &mut aliases);
            }
            let mut rows = Vec::new();
            let single = [serde_json::json!({ "prices": entry["prices"] })];
            let mut hourly = false;
            for dated in entry["prices"].as_array().map_or(&single[..], Vec::as_slice) {
                let constraint = &dated["constraint"];
                if constraint["is"] == "TimeOfDateConstraint" {
                    hourly = true;
                    continue;
                }
                let mut row = Row {
                    aliases: aliases.clone(),
                    mode: if id.contains("rerank") {
                        "rerank".to_owned()
                    } else if id.contains("embed") || *provider == "voyage" {
                        "embedding".to_owned()
                    } else {
                        "chat".to_owned()
                    },
                    from: match constraint["start_date"]["args"].as_array().map(Vec::as_slice) {
                        Some([y, m, d]) => {
                            let [y, m, d] = [y, m, d].map(|n| n.as_u64().unwrap_or_default());
                            format!("{y:04}-{m:02}-{d:02}")
                        }
                        _ => String::new(),
                    },
                    window: entry["context_window"].as_u64(),
                    source: "genai-prices",
                    ..Row::default()
                };
                read_rates(&dated["prices"], &mut row).map_err(|e| format!("{id}: {e}"))?;
                if complete(&mut row) {
                    rows.push(row);
                }
            }
            rows.iter_mut().for_each(|row| row.hourly = hourly);
            if !rows.is_empty() {
                table.insert((provider.to_string(), model), rows);
            }
        }
    }
    Ok(table)
}

fn read_rates(prices: &Value, row: &mut Row) -> Result<(), String> {
    let money = |value: &Value| -> Result<Option<Money>, String> {
        let Some(digits) = value.as_str() else { return Ok(None) };
        let price: Money = digits.parse().map_err(|e| format!("{digits}: {e}"))?;
        // A token's price is kept to the pico-dollar; only thirds (0.0833333333333333) are finer.
        Ok(Some(Money::from_picos((price.picos() + 500_000) / 1_000_000 * 1_000_000)))
    };
    let steps = |value: &Value| value["tiers"].as_array().cloned().unwrap_or_default();
    for (class, (_, _, field)) in CLASSES.iter().enumerate() {
        let value = &prices[field];
        row.rates[class] = money(if value.is_object() { &value["base"] } else { value })?;
        for tier in steps(value) {
            row.tiers.insert(tier["start"].as_u64().ok_or("expected a tier's start")?, Rates::default());
        }
    }
    for (&above, rates) in &mut row.tiers {
        for (class, (_, _, field)) in CLASSES.iter().enumerate() {
            for tier in steps(&prices[field]) {
                if tier["start"].as_u64().is_some_and(|start| start <= above) {
                    rates[class] = money(&tier["price"])?;
                }
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
