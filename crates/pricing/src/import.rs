//! Price lists that the user has: LiteLLM's `model_prices_and_context_window.json`, models.dev's `api.json`,
//! and the list that [`export`] writes, which has LiteLLM's shape.

mod models_dev;

use std::collections::BTreeMap;

use serde_json::{Value, value::RawValue};
use units::Money;

use crate::{
    Class, Lane, Mode, Price, Rates, Service, Share,
    name::{self, Seller},
    rates::per_unit,
};

/// What a price list holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Whose shape the list has.
    pub shape: &'static str,
    /// A price per provider and model.
    pub prices: Vec<Price>,
    /// What was not understood: of which model, and what.
    pub problems: Vec<(String, String)>,
}

/// LiteLLM's fields. A size and a service tier may stand behind them:
/// `input_cost_per_token_above_200k_tokens_batches`. A longer field stands before the one it begins with.
const FIELDS: [(&str, Class); 15] = [
    ("input_cost_per_token", Class::Input),
    ("output_cost_per_token", Class::Output),
    ("cache_read_input_token_cost", Class::CacheRead),
    ("cache_creation_input_token_cost_above_30min", Class::CacheWrite30m),
    ("cache_creation_input_token_cost_above_1hr", Class::CacheWrite1h),
    ("cache_creation_input_token_cost", Class::CacheWrite5m),
    ("input_cost_per_audio_token", Class::AudioIn),
    ("cache_read_input_audio_token_cost", Class::AudioRead),
    ("input_cost_per_image_token", Class::ImageIn),
    ("cache_read_input_image_token_cost", Class::ImageRead),
    ("output_cost_per_reasoning_token", Class::Reasoning),
    ("output_cost_per_audio_token", Class::AudioOut),
    ("output_cost_per_image_token", Class::ImageOut),
    ("input_cost_per_request", Class::Request),
    ("search_context_cost_per_query", Class::WebSearch),
];

/// LiteLLM's words for service tiers.
const SERVICES: [(&str, Service); 4] = [
    ("_batches", Service::Batch),
    ("_flex", Service::Flex),
    ("_priority", Service::Priority),
    ("_ultrafast", Service::Fast),
];

/// The field of an exported list that says where a price is from.
const SOURCE: &str = "tokenflame_source";

/// How long the standard write to a cache lasts: at OpenAI's models, wherever they are sold, 30 minutes.
pub fn standard_write(model: &str) -> Class {
    if model.contains("gpt-") { Class::CacheWrite30m } else { Class::CacheWrite5m }
}

/// Reads a price list of either shape.
///
/// # Errors
/// With a sentence for a person, when the text is no JSON object, or holds no model with a price.
pub fn read(json: &str, source: &str) -> Result<Imported, String> {
    let all: BTreeMap<String, &RawValue> = serde_json::from_str(json)
        .map_err(|e| format!("The price list is no JSON object with models in it: {e}."))?;
    let nested = all.values().any(|value| {
        serde_json::from_str::<BTreeMap<&str, &RawValue>>(value.get())
            .is_ok_and(|fields| fields.contains_key("models"))
    });
    let mut imported = if nested { models_dev::read(&all) } else { litellm(&all) };
    for price in imported.prices.iter_mut().filter(|price| price.source == Price::TYPED) {
        price.source = source.to_owned().into();
    }
    match (imported.prices.is_empty(), imported.problems.first()) {
        (true, Some((model, what))) => Err(format!("No model of the list has a price. {model}: {what}.")),
        (true, None) => Err("The price list has no models in it.".to_owned()),
        _ => Ok(imported),
    }
}

/// A price per million, as text in the file, for the price of one.
fn dollars(raw: &str, units: u32) -> Result<Option<Money>, String> {
    let digits = raw.trim_matches('"');
    if digits == "null" {
        return Ok(None);
    }
    let price: Money = digits.parse().map_err(|_| format!("{raw} is not a price"))?;
    let finer = || format!("{raw} is finer than a pico-dollar");
    if price < Money::ZERO {
        return Err(format!("{raw} is negative"));
    }
    per_unit(price, units).map(Some).ok_or_else(finer)
}

fn litellm(all: &BTreeMap<String, &RawValue>) -> Imported {
    let mut imported = Imported { shape: "LiteLLM", ..Imported::default() };
    for (name, raw) in all {
        let fields: BTreeMap<&str, &RawValue> = match serde_json::from_str(raw.get()) {
            Ok(fields) if name != "sample_spec" => fields,
            Ok(_) => continue,
            Err(_) => {
                imported.problems.push((name.clone(), "it is no JSON object".to_owned()));
                continue;
            }
        };
        match litellm_model(name, &fields, &mut imported.problems) {
            Some(price) => imported.prices.push(price),
            None => imported.problems.push((name.clone(), "it has no price per token".to_owned())),
        }
    }
    imported
}

fn litellm_model(
    name: &str,
    fields: &BTreeMap<&str, &RawValue>,
    problems: &mut Vec<(String, String)>,
) -> Option<Price> {
    let text = |key: &str| fields.get(key).map_or("", |raw| raw.get().trim_matches('"'));
    let listed = text("litellm_provider").split('-').next().unwrap_or_default();
    let provider = match name::seller(text("litellm_provider")) {
        Seller::Listed(id) => id.to_owned(),
        _ => match name::seller(listed) {
            Seller::Listed(id) => id.to_owned(),
            _ => listed.to_owned(),
        },
    };
    let model = match name.split_once('/') {
        Some((first, rest))
            if name::seller(first) == name::seller(&provider) && name::seller(first) != Seller::Unknown =>
        {
            rest
        }
        _ => name,
    };
    let mode = match text("mode") {
        "" => Mode::Chat,
        word => Mode::ALL.iter().find(|(_, w)| *w == word).map_or(Mode::Media, |(mode, _)| *mode),
    };
    let mut lanes: BTreeMap<(Service, bool, u64), Rates> = BTreeMap::new();
    let mut problem = |what: String| problems.push((name.to_owned(), what));
    for (key, raw) in fields {
        let Some((class, (service, peak, above))) = field(key) else {
            if key.contains("cost") && raw.get() != "0" && !raw.get().starts_with("{") {
                problem(format!("{key} is not a price that is known here"));
            }
            continue;
        };
        let raw = match class {
            Class::WebSearch => middle_size(raw.get()),
            _ => Some(raw.get()),
        };
        let price = raw.map_or(Ok(None), |raw| dollars(raw, 1));
        let class = match class {
            Class::CacheWrite5m => standard_write(name),
            // Perplexity asks its fee of every request, and of searches only where it counts them.
            Class::WebSearch if provider == "perplexity" && !name.contains("deep-research") => Class::Request,
            class => class,
        };
        match price {
            Ok(None) => {}
            // Where a cache costs nothing to fill, what is written still costs what any input costs.
            Ok(Some(Money::ZERO)) if (Class::CacheWrite5m..=Class::CacheWrite1h).contains(&class) => {}
            Ok(Some(price)) => {
                if lanes.entry((service, peak, above)).or_default().set(class, price).is_none() {
                    problem(format!("{key} is out of range"));
                }
            }
            Err(what) => problem(format!("{key}: {what}")),
        }
    }
    for rates in lanes.values_mut() {
        // What costs what all output costs needs no price of its own.
        if rates.get(Class::Reasoning) == rates.get(Class::Output) {
            rates.remove(Class::Reasoning);
        }
    }
    let mut hours = text("peak_hours_utc").parse().ok();
    if let Some(raw) = fields.get("off_peak_pricing") {
        match off_peak(raw.get(), lanes.get(&(Service::Standard, false, 0))) {
            Some((peak_hours, usual, peak)) => {
                hours = Some(peak_hours);
                lanes.insert((Service::Standard, false, 0), usual);
                lanes.insert((Service::Standard, true, 0), peak);
            }
            None => problem("off_peak_pricing is not understood".to_owned()),
        }
    }
    if let Some(raw) = fields.get("tiered_pricing") {
        match steps(raw.get()) {
            Some(steps) => {
                lanes.extend(steps.into_iter().map(|(above, r)| ((Service::Standard, false, above), r)))
            }
            None => problem("tiered_pricing is not understood".to_owned()),
        }
    }
    let base = lanes.entry((Service::Standard, false, 0)).or_default();
    if base.get(Class::Output).is_none() && matches!(mode, Mode::Embedding | Mode::Rerank) {
        let _ = base.set(Class::Output, Money::ZERO);
    }
    base.get(Class::Input).or(base.get(Class::Output))?;
    let regional = ["regional_processing_uplift_multiplier_us", "regional_endpoint_uplift_multiplier"]
        .iter()
        .find_map(|key| text(key).parse().ok());
    let entry: Value = fields
        .get("provider_specific_entry")
        .and_then(|raw| serde_json::from_str(raw.get()).ok())
        .unwrap_or_default();
    let special = |key: &str| entry[key].as_number().and_then(|n| n.to_string().parse::<Share>().ok());
    if let Some(share) = special("fast") {
        let rates = scaled(&lanes[&(Service::Standard, false, 0)], share);
        lanes.insert((Service::Fast, false, 0), rates);
    }
    let source = text(SOURCE);
    Some(Price {
        source: if source.is_empty() { Price::TYPED.into() } else { source.to_owned().into() },
        provider: provider.into(),
        lanes: shared(lanes),
        mode,
        hours,
        regional: regional.or_else(|| special("us")),
        context_window: text("max_input_tokens").parse().ok(),
        max_output: text("max_output_tokens").parse().ok(),
        ..Price::typed(&model.to_lowercase(), Rates::default())
    })
}

/// Lanes in the order of a price, each told as a share of the standard one where it is one.
pub fn shared(lanes: BTreeMap<(Service, bool, u64), Rates>) -> Vec<Lane> {
    let standard: Vec<(u64, Rates)> = lanes
        .iter()
        .filter(|((service, peak, _), _)| (*service, *peak) == (Service::Standard, false))
        .map(|((.., above), rates)| (*above, rates.clone()))
        .collect();
    lanes
        .into_iter()
        .filter(|((.., above), rates)| *above == 0 || !rates.is_empty())
        .map(|((service, peak, above), rates)| {
            let mut lane = Lane { service, peak, above, rates, ..Lane::default() };
            let at = standard.iter().find(|(other, _)| *other == above);
            if let Some((_, standard)) = at.filter(|_| service != Service::Standard || peak) {
                lane.find_share(standard);
            }
            lane
        })
        .collect()
}

fn scaled(rates: &Rates, share: Share) -> Rates {
    let mut scaled = Rates::default();
    for (class, price) in rates.iter().filter(|(class, _)| !class.is_fee()) {
        // Out of range only for a price that no one asks.
        let _ = scaled.set(class, share.of(price));
    }
    scaled
}

/// The class of a field, and the service tier, the hours and the size that stand behind its name.
fn field(key: &str) -> Option<(Class, (Service, bool, u64))> {
    FIELDS.iter().find_map(|(field, class)| {
        let mut rest = key.strip_prefix(field)?;
        let mut service = Service::Standard;
        let mut peak = false;
        if let Some((before, found)) =
            SERVICES.iter().find_map(|(word, service)| Some((rest.strip_suffix(word)?, *service)))
        {
            (rest, service) = (before, found);
        } else if let Some(before) = rest.strip_suffix("_peak") {
            (rest, peak) = (before, true);
        }
        let above = match rest.strip_prefix("_above_").and_then(|rest| rest.strip_suffix("_tokens")) {
            Some(size) => match size.strip_suffix('k') {
                Some(thousands) => thousands.parse::<u64>().ok()?.checked_mul(1000)?,
                None => size.parse().ok()?,
            },
            None if rest.is_empty() => 0,
            None => return None,
        };
        Some((*class, (service, peak, above)))
    })
}

/// A search by the size of what it finds: the usual one is the medium.
fn middle_size(raw: &str) -> Option<&str> {
    let sizes: BTreeMap<&str, &RawValue> = match serde_json::from_str(raw) {
        Ok(sizes) => sizes,
        Err(_) => return Some(raw),
    };
    sizes.get("search_context_size_medium").map(|raw| raw.get())
}

/// LiteLLM's prices are those of the peak, and what it calls off-peak are hours and prices of all others.
/// Here it is the other way round.
fn off_peak(raw: &str, peak: Option<&Rates>) -> Option<(crate::Hours, Rates, Rates)> {
    #[derive(serde::Deserialize)]
    struct OffPeak<'a> {
        #[serde(borrow)]
        windows: Vec<BTreeMap<&'a str, Value>>,
        #[serde(flatten, borrow)]
        prices: BTreeMap<&'a str, Value>,
    }
    let off: OffPeak = serde_json::from_str(raw).ok()?;
    let peak = peak?.clone();
    let mut usual = peak.clone();
    for (key, value) in &off.prices {
        let (class, _) = field(key)?;
        usual.set(class, dollars(&value.to_string(), 1).ok()??)?;
    }
    let mut windows: Vec<(Vec<u64>, Vec<String>)> = vec![];
    for window in &off.windows {
        let days = window.get("weekdays")?.as_array()?.iter().map(Value::as_u64).collect::<Option<_>>()?;
        let times = match window.get("hours_utc")? {
            Value::String(one) => vec![one.clone()],
            many => many.as_array()?.iter().map(|t| t.as_str().map(str::to_owned)).collect::<Option<_>>()?,
        };
        windows.push((days, times));
    }
    // Minute by minute of each day: whatever no window has is the peak.
    let minutes = |time: &str| {
        let (hours, minutes) = time.split_once(':')?;
        Some(hours.parse::<usize>().ok()? * 60 + minutes.parse::<usize>().ok()?).filter(|m| *m <= 1440)
    };
    let mut groups: Vec<(String, String)> = vec![];
    for day in 1..=7 {
        let mut busy = [true; 1440];
        for (_, times) in windows.iter().filter(|(days, _)| days.contains(&day)) {
            for time in times {
                let (from, to) = time.split_once('-')?;
                let (from, to) = (minutes(from)?, minutes(to)?);
                let to = if to == 0 { 1440 } else { to };
                busy.get_mut(from..to)?.fill(false);
            }
        }
        let mut times: Vec<String> = vec![];
        let mut start = 0;
        for run in busy.chunk_by(|a, b| a == b) {
            let end = start + run.len();
            if run[0] {
                times.push(format!("{:02}{:02}-{:02}{:02}", start / 60, start % 60, end / 60, end % 60));
            }
            start = end;
        }
        let times = times.join(",");
        match groups.last_mut() {
            _ if times.is_empty() => {}
            Some((days, last)) if *last == times => days.push_str(&day.to_string()),
            _ => groups.push((day.to_string(), times)),
        }
    }
    let groups: Vec<String> = groups.iter().map(|(days, times)| format!("{days}:{times}")).collect();
    Some((groups.join(" ").parse().ok()?, usual, peak))
}

/// Alibaba's prices by the size of the input, as LiteLLM lists them. The last price of a row counts for all
/// larger sizes.
fn steps(raw: &str) -> Option<Vec<(u64, Rates)>> {
    let steps: Vec<BTreeMap<&str, &RawValue>> = serde_json::from_str(raw).ok()?;
    steps
        .iter()
        .map(|step| {
            let range: [f64; 2] = serde_json::from_str(step.get("range")?.get()).ok()?;
            let mut rates = Rates::default();
            for (key, raw) in step.iter().filter(|(key, _)| **key != "range") {
                let Some((class, (Service::Standard, false, 0))) = field(key) else { continue };
                rates.set(class, dollars(raw.get(), 1).ok()??)?;
            }
            Some((range[0] as u64, rates))
        })
        .collect()
}

/// Prices as a list that [`read`] reads back: JSON in LiteLLM's shape, with fields more for what that does not
/// have (30 minutes' writes, peak hours, where a price is from).
pub fn export<'a>(prices: impl IntoIterator<Item = &'a Price>) -> String {
    let mut all: BTreeMap<String, BTreeMap<String, Box<RawValue>>> = BTreeMap::new();
    for price in prices {
        let mut fields = BTreeMap::new();
        // As JSON text: a float would round the digits.
        let mut put = |key: String, json: String| {
            if let Ok(raw) = RawValue::from_string(json) {
                fields.insert(key, raw);
            }
        };
        put("litellm_provider".to_owned(), Value::from(price.provider.as_ref()).to_string());
        let mode = Mode::ALL.iter().find(|(mode, _)| *mode == price.mode).map_or("chat", |(_, word)| word);
        if price.source != Price::TYPED {
            put(SOURCE.to_owned(), Value::from(price.source.as_ref()).to_string());
        }
        put("mode".to_owned(), Value::from(mode).to_string());
        for (key, count) in
            [("max_input_tokens", price.context_window), ("max_output_tokens", price.max_output)]
        {
            count.into_iter().for_each(|count| put(key.to_owned(), count.to_string()));
        }
        if let Some(hours) = &price.hours {
            put("peak_hours_utc".to_owned(), Value::from(hours.to_string()).to_string());
        }
        if let Some(share) = price.regional {
            put("regional_processing_uplift_multiplier_us".to_owned(), share.to_string());
        }
        for lane in &price.lanes {
            let size = if lane.above > 0 { format!("_above_{}_tokens", lane.above) } else { String::new() };
            let word =
                SERVICES.iter().find(|(_, service)| *service == lane.service).map_or("", |(word, _)| word);
            let word = if lane.peak { "_peak" } else { word };
            for (class, value) in lane.rates.iter() {
                let class = match class {
                    Class::CacheWrite30m if standard_write(&price.model) == class => Class::CacheWrite5m,
                    class => class,
                };
                if let Some((field, _)) = FIELDS.iter().find(|(_, c)| *c == class) {
                    put(format!("{field}{size}{word}"), value.to_string());
                }
            }
        }
        let name = match price.provider.as_ref() {
            "" => price.model.to_string(),
            provider => format!("{provider}/{}", price.model),
        };
        all.insert(name, fields);
    }
    // Texts and numbers alone: writing them does not fail.
    serde_json::to_string_pretty(&all).unwrap_or_default() + "\n"
}
