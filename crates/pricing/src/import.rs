//! Price lists that the user has: LiteLLM's `model_prices_and_context_window.json`, models.dev's `api.json`,
//! and the list that [`export`] writes, which has LiteLLM's shape.

mod lanes;
mod models_dev;

use std::{collections::BTreeMap, fmt::Write as _};

use serde_json::{Value, value::RawValue};
use units::{Money, order};

use crate::{
    Class, Mode, Price, Rates, Service, Share,
    name::{self, Seller},
    rates::per_unit,
};

pub use lanes::Lanes;

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
    let all: Fields = serde_json::from_str(json)
        .map_err(|e| format!("The price list is no JSON object with models in it: {e}."))?;
    let nested = all.values().any(|value| fields(value).is_some_and(|fields| fields.contains_key("models")));
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

/// The fields of an object, each as its text: a float would round the digits of a price.
type Fields<'a> = BTreeMap<String, &'a RawValue>;

fn fields(raw: &RawValue) -> Option<Fields<'_>> {
    serde_json::from_str(raw.get()).ok()
}

fn list(raw: &RawValue) -> Option<Vec<&RawValue>> {
    serde_json::from_str(raw.get()).ok()
}

/// A text without its quotes, or a number.
fn plain(raw: &RawValue) -> &str {
    raw.get().trim_matches('"')
}

/// A price per million, as text in the file, for the price of one.
fn dollars(raw: &RawValue, units: u32) -> Result<Option<Money>, String> {
    let digits = plain(raw);
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

fn litellm(all: &Fields) -> Imported {
    let mut imported = Imported { shape: "LiteLLM", ..Imported::default() };
    for (name, raw) in all {
        let fields = match fields(raw) {
            Some(fields) if name != "sample_spec" => fields,
            Some(_) => continue,
            None => {
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

fn litellm_model(name: &str, fields: &Fields, problems: &mut Vec<(String, String)>) -> Option<Price> {
    let text = |key: &str| fields.get(key).map_or("", |raw| plain(raw));
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
    let mut lanes = Lanes::default();
    let mut problem = |what: String| problems.push((name.to_owned(), what));
    for (key, raw) in fields {
        let Some((class, (service, peak, above))) = field(key) else {
            if key.contains("cost") && raw.get() != "0" && !raw.get().starts_with("{") {
                problem(format!("{key} is not a price that is known here"));
            }
            continue;
        };
        let raw = match class {
            Class::WebSearch => middle_size(raw),
            _ => Some(*raw),
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
                if lanes.at(service, peak, above).set(class, price).is_none() {
                    problem(format!("{key} is out of range"));
                }
            }
            Err(what) => problem(format!("{key}: {what}")),
        }
    }
    for rates in lanes.all() {
        // What costs what all output costs needs no price of its own.
        if rates.get(Class::Reasoning) == rates.get(Class::Output) {
            rates.remove(Class::Reasoning);
        }
    }
    let mut hours = text("peak_hours_utc").parse().ok();
    if let Some(raw) = fields.get("off_peak_pricing") {
        match off_peak(raw, lanes.base().clone()) {
            Some((peak_hours, usual, peak)) => {
                hours = Some(peak_hours);
                *lanes.base() = usual;
                *lanes.at(Service::Standard, true, 0) = peak;
            }
            None => problem("off_peak_pricing is not understood".to_owned()),
        }
    }
    if let Some(raw) = fields.get("tiered_pricing") {
        match steps(raw) {
            Some(steps) => steps
                .into_iter()
                .for_each(|(above, rates)| *lanes.at(Service::Standard, false, above) = rates),
            None => problem("tiered_pricing is not understood".to_owned()),
        }
    }
    let base = lanes.base();
    if base.get(Class::Output).is_none() && matches!(mode, Mode::Embedding | Mode::Rerank) {
        let _ = base.set(Class::Output, Money::ZERO);
    }
    base.get(Class::Input).or(base.get(Class::Output))?;
    let regional = ["regional_processing_uplift_multiplier_us", "regional_endpoint_uplift_multiplier"]
        .iter()
        .find_map(|key| text(key).parse().ok());
    let entry = fields.get("provider_specific_entry").and_then(|raw| self::fields(raw)).unwrap_or_default();
    let special = |key: &str| entry.get(key).and_then(|raw| raw.get().parse::<Share>().ok());
    if let Some(share) = special("fast") {
        *lanes.at(Service::Fast, false, 0) = scaled(lanes.base(), share);
    }
    let source = text(SOURCE);
    Some(Price {
        source: if source.is_empty() { Price::TYPED.into() } else { source.to_owned().into() },
        provider: provider.into(),
        lanes: lanes.finish(),
        mode,
        hours,
        regional: regional.or_else(|| special("us")),
        context_window: text("max_input_tokens").parse().ok(),
        max_output: text("max_output_tokens").parse().ok(),
        ..Price::typed(&model.to_lowercase(), Rates::default())
    })
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
fn middle_size(raw: &RawValue) -> Option<&RawValue> {
    match fields(raw) {
        Some(sizes) => sizes.get("search_context_size_medium").copied(),
        None => Some(raw),
    }
}

/// LiteLLM's prices are those of the peak, and what it calls off-peak are hours and prices of all others.
/// Here it is the other way round.
fn off_peak(raw: &RawValue, peak: Rates) -> Option<(crate::Hours, Rates, Rates)> {
    if peak.is_empty() {
        return None;
    }
    let mut prices = fields(raw)?;
    let all = list(prices.remove("windows")?)?;
    let mut usual = peak.clone();
    for (key, raw) in &prices {
        let (class, _) = field(key)?;
        usual.set(class, dollars(raw, 1).ok()??)?;
    }
    // The day of the week, and from when to when.
    let mut windows: Vec<(u8, &str)> = vec![];
    for window in all {
        let window = fields(window)?;
        let times = *window.get("hours_utc")?;
        let times = list(times).unwrap_or_else(|| vec![times]);
        for day in list(window.get("weekdays")?)? {
            let day = day.get().parse().ok()?;
            windows.extend(times.iter().map(|time| (day, plain(time))));
        }
    }
    // Minute by minute of each day: whatever no window has is the peak.
    let minutes = |time: &str| {
        let (hours, minutes) = time.split_once(':')?;
        Some(hours.parse::<usize>().ok()? * 60 + minutes.parse::<usize>().ok()?).filter(|m| *m <= 1440)
    };
    let mut groups: Vec<(String, String)> = vec![];
    for day in 1..=7 {
        let mut busy = [true; 1440];
        for (_, time) in windows.iter().filter(|(of, _)| *of == day) {
            let (from, to) = time.split_once('-')?;
            let (from, to) = (minutes(from)?, minutes(to)?);
            let to = if to == 0 { 1440 } else { to };
            busy.get_mut(from..to)?.fill(false);
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
fn steps(raw: &RawValue) -> Option<Vec<(u64, Rates)>> {
    let mut steps = vec![];
    for step in list(raw)? {
        let mut step = fields(step)?;
        let [from, _] = list(step.remove("range")?)?[..] else { return None };
        let mut rates = Rates::default();
        for (key, raw) in &step {
            let Some((class, (Service::Standard, false, 0))) = field(key) else { continue };
            rates.set(class, dollars(raw, 1).ok()??)?;
        }
        steps.push((from.get().parse::<f64>().ok()? as u64, rates));
    }
    Some(steps)
}

/// Prices as a list that [`read`] reads back: JSON in LiteLLM's shape, with fields more for what that does not
/// have (30 minutes' writes, peak hours, where a price is from).
pub fn export<'a>(prices: impl IntoIterator<Item = &'a Price>) -> String {
    let mut models: Vec<(String, String)> = prices.into_iter().map(exported).collect();
    // Of prices by the same name, which a list of the user's may have, the last one stands.
    order::sort(&mut models, |(a, _), (b, _)| a.cmp(b));
    let mut all = String::from("{");
    for (index, (name, fields)) in models.iter().enumerate() {
        if models.get(index + 1).is_some_and(|(next, _)| next == name) {
            continue;
        }
        let comma = if all.len() > 1 { "," } else { "" };
        let name = Value::from(name.as_str());
        // Writing to a string does not fail.
        let _ = write!(all, "{comma}\n  {name}: {{{fields}\n  }}");
    }
    all + if models.is_empty() { "}\n" } else { "\n}\n" }
}

/// A price's name in an exported list, and its fields.
fn exported(price: &Price) -> (String, String) {
    let mut fields: Vec<(String, String)> = vec![];
    let mut put = |key: String, json: String| {
        fields.retain(|(other, _)| *other != key);
        fields.push((key, json));
    };
    put("litellm_provider".to_owned(), Value::from(price.provider.as_ref()).to_string());
    let mode = Mode::ALL.iter().find(|(mode, _)| *mode == price.mode).map_or("chat", |(_, word)| word);
    if price.source != Price::TYPED {
        put(SOURCE.to_owned(), Value::from(price.source.as_ref()).to_string());
    }
    put("mode".to_owned(), Value::from(mode).to_string());
    for (key, count) in [("max_input_tokens", price.context_window), ("max_output_tokens", price.max_output)]
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
        let word = SERVICES.iter().find(|(_, service)| *service == lane.service).map_or("", |(word, _)| word);
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
    order::sort(&mut fields, |(a, _), (b, _)| a.cmp(b));
    let name = match price.provider.as_ref() {
        "" => price.model.to_string(),
        provider => format!("{provider}/{}", price.model),
    };
    let lines: Vec<String> = fields.iter().map(|(key, json)| format!("\n    \"{key}\": {json}")).collect();
    (name, lines.join(","))
}
