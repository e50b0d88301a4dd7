//! models.dev's list: providers with their models, prices in dollars per million.

use serde_json::value::RawValue;
use units::Money;

use super::{Fields, Imported, Lanes, dollars, fields, list, plain, standard_write};
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

pub(super) fn read(all: &Fields) -> Imported {
    let mut imported = Imported { shape: "models.dev", ..Imported::default() };
    for (id, raw) in all {
        let provider = match name::seller(id) {
            Seller::Listed(id) => id.to_owned(),
            _ => id.clone(),
        };
        let models = fields(raw).and_then(|provider| fields(provider.get("models")?));
        let Some(models) = models else {
            imported.problems.push((id.clone(), "it has no list of models".to_owned()));
            continue;
        };
        for (model, raw) in models {
            let mut problem = |what: String| imported.problems.push((format!("{id}/{model}"), what));
            let about = fields(raw).unwrap_or_default();
            let cost = about.get("cost").and_then(|raw| fields(raw));
            let Some(cost) = cost else {
                problem("it has no price".to_owned());
                continue;
            };
            let mut lanes = Lanes::default();
            let mut tiers: Vec<(u64, Fields)> = vec![];
            for (key, raw) in &cost {
                let size = key.strip_prefix("context_over_").and_then(|k| k.strip_suffix('k'));
                match size.and_then(|k| k.parse::<u64>().ok()).and_then(|k| k.checked_mul(1000)) {
                    Some(above) => tiers.extend(fields(raw).map(|fields| (above, fields))),
                    None if key == "tiers" => tiers.extend(dev_tiers(raw)),
                    None if DEV_FIELDS.iter().any(|(field, _)| field == key) => {}
                    None => problem(format!("{key} is not a price that is known here")),
                }
            }
            if let Some(raw) = cost.get("tiers") {
                // Both tell of one tier, and the older field always says 200,000.
                let sizes: Vec<u64> = dev_tiers(raw).into_iter().map(|(size, _)| size).collect();
                if sizes.is_empty() {
                    problem("its tiers are not understood".to_owned());
                } else {
                    tiers.retain(|(above, _)| sizes.contains(above));
                }
            }
            tiers.insert(0, (0, cost));
            for (above, fields) in tiers {
                let rates = lanes.at(Service::Standard, false, above);
                for (key, class) in DEV_FIELDS {
                    let class = match class {
                        Class::CacheWrite5m => standard_write(&model),
                        class => class,
                    };
                    match fields.get(key).map_or(Ok(None), |raw| dollars(raw, 1_000_000)) {
                        Ok(None) => {}
                        Ok(Some(Money::ZERO)) if key == "cache_write" => {}
                        Ok(Some(price)) if rates.set(class, price).is_some() => {}
                        Ok(Some(_)) => problem(format!("{key} is out of range")),
                        Err(what) => problem(format!("{key}: {what}")),
                    }
                }
            }
            let base = lanes.base();
            if base.get(Class::Input).or(base.get(Class::Output)).is_none() {
                problem("it has no price per token".to_owned());
                continue;
            }
            let limit = about.get("limit").and_then(|raw| fields(raw)).unwrap_or_default();
            let count = |key: &str| limit.get(key)?.get().parse().ok().filter(|n| *n > 0);
            imported.prices.push(Price {
                provider: provider.clone().into(),
                lanes: lanes.finish(),
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
fn dev_tiers(raw: &RawValue) -> Vec<(u64, Fields<'_>)> {
    let size = |tier: &Fields| {
        let tier = fields(tier.get("tier")?)?;
        let size = tier.get("size")?.get().parse().ok();
        size.filter(|_| tier.get("type").is_some_and(|of| plain(of) == "context"))
    };
    let tiers = list(raw).unwrap_or_default().into_iter().filter_map(fields);
    tiers.filter_map(|tier| Some((size(&tier)?, tier))).collect()
}
