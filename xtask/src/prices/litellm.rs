//! litellm's table: one object per name, prices as JSON numbers in dollars per token.

use std::collections::BTreeMap;

use serde_json::value::RawValue;
use units::Money;

use super::{CLASSES, Rates, Row, Table, complete, is_text_model};

/// Ours, theirs, and the prefix that litellm puts in front of the name a provider itself uses.
const LITELLM: &[(&str, &str, &str)] = &[
    ("alibaba", "dashscope", "dashscope/"),
    ("amazon", "amazon_nova", "amazon-nova/"),
    ("anthropic", "anthropic", ""),
    ("azure", "azure", "azure/"),
    ("azure", "azure_ai", "azure_ai/"),
    ("bedrock", "bedrock", "bedrock/"),
    ("bedrock", "bedrock_converse", "bedrock/"),
    ("cerebras", "cerebras", "cerebras/"),
    ("cohere", "cohere", "cohere/"),
    ("cohere", "cohere_chat", "cohere/"),
    ("deepseek", "deepseek", "deepseek/"),
    ("google", "gemini", "gemini/"),
    ("groq", "groq", "groq/"),
    ("meta", "meta", "meta/"),
    ("minimax", "minimax", "minimax/"),
    ("mistral", "mistral", "mistral/"),
    ("moonshot", "moonshot", "moonshot/"),
    ("openai", "openai", ""),
    ("openai", "text-completion-openai", ""),
    ("perplexity", "perplexity", "perplexity/"),
    ("together", "together_ai", "together_ai/"),
    ("vertex", "vertex_ai", "vertex_ai/"),
    ("vertex", "vertex_ai-anthropic_models", "vertex_ai/"),
    ("vertex", "vertex_ai-deepseek_models", "vertex_ai/"),
    ("vertex", "vertex_ai-embedding-models", "vertex_ai/"),
    ("vertex", "vertex_ai-language-models", "vertex_ai/"),
    ("vertex", "vertex_ai-llama_models", "vertex_ai/"),
    ("vertex", "vertex_ai-mistral_models", "vertex_ai/"),
    ("voyage", "voyage", "voyage/"),
    ("xai", "xai", "xai/"),
    ("zai", "zai", "zai/"),
];

/// Reads the table. Numbers are taken by their text, for a float cannot hold them.
pub fn read(json: &str) -> Result<Table, String> {
    let all: BTreeMap<&str, BTreeMap<&str, &RawValue>> =
        serde_json::from_str(json).map_err(|e| format!("litellm's price table: {e}"))?;
    let mut table = Table::new();
    for (name, fields) in all {
        let text = |key: &str| fields.get(key).map_or("", |raw| raw.get().trim_matches('"'));
        let Some((provider, _, prefix)) = LITELLM.iter().find(|(_, p, _)| *p == text("litellm_provider"))
        else {
            continue;
        };
        let model = name.strip_prefix(prefix).unwrap_or(name);
        // What a region, a size of image or a hosted foreign model is called: `eu-west-1/...`. Together's
        // own names have a slash, too.
        let nested =
            model.contains('/') && matches!(*provider, "azure" | "bedrock" | "openai" | "perplexity");
        let mode = text("mode");
        if nested
            || !is_text_model(name)
            || !["chat", "completion", "responses", "embedding", "rerank"].contains(&mode)
        {
            continue;
        }
        let rates = |suffix: &str| -> Result<Rates, String> {
            let mut rates = Rates::default();
            for (rate, (_, field, _)) in rates.iter_mut().zip(CLASSES) {
                let digits = text(&format!("{field}{suffix}"));
                if !digits.is_empty() && digits != "null" {
                    let per_token: Money = digits.parse().map_err(|e| format!("{name}: {digits}: {e}"))?;
                    *rate = Some(Money::from_picos(per_token.picos() * 1_000_000));
                }
            }
            Ok(rates)
        };
        let mut row = Row {
            mode: mode.to_owned(),
            rates: rates("")?,
            window: text("max_input_tokens").parse().ok(),
            max_output: text("max_output_tokens").parse().ok(),
            hourly: fields.contains_key("off_peak_pricing"),
            source: "litellm",
            ..Row::default()
        };
        for key in fields.keys() {
            let threshold = key
                .strip_prefix("input_cost_per_token_above_")
                .and_then(|rest| rest.strip_suffix("k_tokens"))
                .and_then(|k| k.parse::<u64>().ok());
            if let Some(k) = threshold {
                row.tiers.insert(k * 1000, rates(&format!("_above_{k}k_tokens"))?);
            }
        }
        if complete(&mut row) {
            // `gemini/x` and `x` may both be there: the first that is read, sorted by name, stays.
            table.entry((provider.to_string(), model.to_lowercase())).or_insert_with(|| vec![row]);
        }
    }
    Ok(table)
}
