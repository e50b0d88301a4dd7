//! models.dev's list: providers with their models, prices in dollars per million.

use std::collections::BTreeMap;

use serde_json::{Value, value::RawValue};
use units::Money;

use super::{Imported, dollars, shared, standard_write};
use crate::{
    Class, Price, Rates, Service,
    name::{self, Seller},
};

/// models.dev's fields, in dollars per million.
const DEV_FIELDS: [(&str, Class); 7] = [
    ("input", Class::Input),
    ("output", Class::Output),
    ("reasoning", Class::Reasoning),
    ("cache_read", Class::CacheRead),
    ("cache_write", Class::CacheWrite5m),
    ("input_audio", Class::AudioIn),
    ("output_audio", Class::AudioOut),
];

pub(super) fn read(all: &BTreeMap<String, &RawValue>) -> Imported {
    type Fields<'a> = BTreeMap<&'a str, &'a RawValue>;
    let mut imported = Imported { shape: "models.dev", ..Imported::default() };
    for (id, raw) in all {
        let provider = match name::seller(id) {
            Seller::Listed(id) => id.to_owned(),
            _ => id.clone(),
        };
        let models: Option<BTreeMap<String, Fields>> = serde_json::from_str::<Fields>(raw.get())
            .ok()
            .and_then(|fields| serde_json::from_str(fields.get("models")?.get()).ok());
        let Some(models) = models else {
            imported.problems.push((id.clone(), "it has no list of models".to_owned()));
            continue;
        };
        for (model, fields) in models {
            let mut problem = |what: String| imported.problems.push((format!("{id}/{model}"), what));
            let cost: Option<Fields> =
                fields.get("cost").and_then(|raw| serde_json::from_str(raw.get()).ok());
            let Some(cost) = cost else {
                problem("it has no price".to_owned());
                continue;
            };
            let mut lanes: BTreeMap<(Service, bool, u64), Rates> = BTreeMap::new();
            let mut tiers: Vec<(u64, Fields)> = vec![];
            for (key, raw) in &cost {
                let size = key.strip_prefix("context_over_").and_then(|k| k.strip_suffix('k'));
                match size.and_then(|k| k.parse::<u64>().ok()).and_then(|k| k.checked_mul(1000)) {
                    Some(above) => tiers.extend(serde_json::from_str(raw.get()).ok().map(|f| (above, f))),
                    None if *key == "tiers" => tiers.extend(dev_tiers(raw.get())),
                    None if DEV_FIELDS.iter().any(|(field, _)| field == key) => {}
                    None => problem(format!("{key} is not a price that is known here")),
                }
            }
            if cost.contains_key("tiers") {
                // Both tell of one tier, and the older field always says 200,000.
                let sizes = dev_tiers(cost["tiers"].get()).into_iter().map(|(size, _)| size);
                let sizes: Vec<u64> = sizes.collect();
                if sizes.is_empty() {
                    problem("its tiers are not understood".to_owned());
                } else {
                    tiers.retain(|(above, _)| sizes.contains(above));
                }
            }
            for (above, fields) in [(0, cost.clone())].into_iter().chain(tiers) {
                let rates = lanes.entry((Service::Standard, false, above)).or_default();
                for (key, class) in DEV_FIELDS {
                    let class = match class {
                        Class::CacheWrite5m => standard_write(&model),
                        class => class,
                    };
                    match fields.get(key).map_or(Ok(None), |raw| dollars(raw.get(), 1_000_000)) {
                        Ok(None) => {}
                        Ok(Some(Money::ZERO)) if key == "cache_write" => {}
                        Ok(Some(price)) if rates.set(class, price).is_some() => {}
                        Ok(Some(_)) => problem(format!("{key} is out of range")),
                        Err(what) => problem(format!("{key}: {what}")),
                    }
                }
            }
            let base = &lanes[&(Service::Standard, false, 0)];
            if base.get(Class::Input).or(base.get(Class::Output)).is_none() {
                problem("it has no price per token".to_owned());
                continue;
            }
            let limit: BTreeMap<String, Value> =
                fields.get("limit").and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
            let count = |key: &str| limit.get(key).and_then(Value::as_u64).filter(|n| *n > 0);
            imported.prices.push(Price {
                provider: provider.clone().into(),
                lanes: shared(lanes),
                context_window: count("context"),
                max_output: count("output"),
                ..Price::typed(&model.to_lowercase(), Rates::default())
            });
        }
    }
    imported
}

/// The tiers of a model by the size of its input: `[{"input": 10, "tier": {"type": "context", "size": 272000}}]`.
/// They say more than the older `context_over_200k`, and stand after it in the alphabet.
fn dev_tiers(raw: &str) -> Vec<(u64, BTreeMap<&str, &RawValue>)> {
    let tiers: Vec<BTreeMap<&str, &RawValue>> = serde_json::from_str(raw).unwrap_or_default();
    let size = |tier: &BTreeMap<&str, &RawValue>| {
        let tier: Value = serde_json::from_str(tier.get("tier")?.get()).ok()?;
        tier["size"].as_u64().filter(|_| tier["type"] == "context")
    };
    tiers.into_iter().filter_map(|tier| Some((size(&tier)?, tier))).collect()
}
