//! What caches would have saved, for a person and for programs.

use std::{fmt::Write, path::PathBuf};

use caching::{
    Evict, Lifetime, Owned,
    exact::Normalise,
    lab::{Alike, Ask, Cache, Choice, Lab, Metrics, Point, Question, Reply, Report, Server, describe},
    prefix::Shape,
    prompt::Provider,
    similarity::StaticModel,
};
use engine::{Session, protocol::Filter};
use serde_json::{Value, json};
use units::{Money, show};

use crate::{count, printable};

pub const USAGE: &str = "\
       tokenflame caches FILE... [--json] --cache exact|similarity|prompt|prefix|stacked [...]

  --cache    which cache is replayed on the requests of the files
  --ttl      how long an answer is kept: 30s, 5m, 1h, 7d
  --capacity answers that have room; --evict lru|lfu|fifo|s3fifo|belady says what leaves
  --normalise as-sent, blanks or case: which prompts are the same
  --ignore   model, system, context, parameters: what need not be the same (several by commas)
  --measure  jaccard, ngrams, tfidf, carried or model: how alike two prompts are; --letters of a run
  --embedding-model a folder with model.safetensors and tokenizer.json of a static model
  --threshold, --sweep 0.50..1.00/51    how similar is similar enough
  --similar-saves 80%, --lookup 5ms     what a similar hit saves of its cost, how long a look-up takes
  --literal  the document's cache to the letter beside it; --pairs N lists pairs nearest to the threshold
  --provider openai, openai-5.6, anthropic, anthropic-automatic, anthropic-best, gemini, gemini-explicit,
             deepseek or bedrock; --lifetime 5m|1h, --retain-day, --no-implicit
  --server   vllm, sglang or mooncake; --block tokens, --capacity-tokens, --capacity-gb with --shape 80x8x128x2
             (layers x heads x size x bytes), --from-request 50% (those before only warm the cache)";

/// The names of providers' rules.
const PROVIDERS: [(&str, Provider); 9] = [
    ("openai", Provider::OpenaiTo55),
    ("openai-5.6", Provider::OpenaiFrom56),
    ("anthropic", Provider::AnthropicExplicit),
    ("anthropic-automatic", Provider::AnthropicAutomatic),
    ("anthropic-best", Provider::AnthropicBest),
    ("gemini", Provider::GeminiImplicit),
    ("gemini-explicit", Provider::GeminiExplicit),
    ("deepseek", Provider::Deepseek),
    ("bedrock", Provider::Bedrock),
];
const EVICT: [(&str, Evict); 5] = [
    ("lru", Evict::Lru),
    ("lfu", Evict::Lfu),
    ("fifo", Evict::Fifo),
    ("s3fifo", Evict::S3Fifo),
    ("belady", Evict::Belady),
];
const NORMALISE: [(&str, Normalise); 3] =
    [("as-sent", Normalise::AsSent), ("blanks", Normalise::Blanks), ("case", Normalise::BlanksAndCase)];

/// What was asked for.
#[derive(Default)]
pub struct Options {
    ask: Ask,
    /// The cache was named.
    named: bool,
    model: Option<PathBuf>,
    pairs: Option<u32>,
}

impl Options {
    /// Whether an option belongs to caches.
    pub fn know(option: &str) -> bool {
        USAGE
            .split(|c: char| !(c.is_alphanumeric() || c == '-'))
            .any(|word| word.strip_prefix("--") == Some(option))
            && option != "json"
    }

    /// Takes an option that is [known](Self::know).
    pub fn set(
        &mut self,
        option: &str,
        value: impl FnOnce() -> Result<String, String>,
    ) -> Result<(), String> {
        let ask = &mut self.ask;
        match option {
            "literal" => ask.literal = true,
            "retain-day" => ask.retain_day = true,
            "no-implicit" => ask.implicit = false,
            _ => {
                let value = value()?;
                let wrong = |what: &str| format!("--{option} {value:?} is not {what}");
                let number = || value.parse::<u32>().map_err(|_| wrong("a whole number"));
                let decimal = || {
                    let number =
                        value.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0);
                    number.ok_or_else(|| wrong("a number"))
                };
                match option {
                    "cache" => {
                        let known = Cache::ALL.map(|cache| (cache.key(), cache));
                        (ask.cache, self.named) = (one_of(option, &value, &known)?, true);
                    }
                    "ttl" => ask.ttl = Some(seconds(&value).ok_or_else(|| wrong("a time such as 1h"))?),
                    "lookup" => {
                        ask.lookup_ms = seconds(&value).ok_or_else(|| wrong("a time such as 5ms"))? * 1e3;
                    }
                    "capacity" => ask.capacity = Some(number()?),
                    "evict" => ask.evict = one_of(option, &value, &EVICT)?,
                    "normalise" => ask.normalise = one_of(option, &value, &NORMALISE)?,
                    "ignore" => {
                        for word in value.split(',') {
                            *match word.trim() {
                                "model" => &mut ask.scope.model,
                                "system" => &mut ask.scope.system,
                                "context" => &mut ask.scope.context,
                                "parameters" => &mut ask.scope.parameters,
                                _ => return Err(wrong("model, system, context or parameters")),
                            } = false;
                        }
                    }
                    "measure" => {
                        ask.measure =
                            one_of(option, &value, &Alike::ALL.map(|(measure, name)| (name, measure)))?;
                    }
                    "letters" => ask.letters = number()?,
                    "embedding-model" => {
                        (self.model, ask.measure) = (Some(value.into()), Alike::Model);
                    }
                    "threshold" => ask.threshold = decimal()?,
                    "sweep" => {
                        ask.sweep = sweep(&value).ok_or_else(|| wrong("a sweep such as 0.50..1.00/51"))?;
                    }
                    "similar-saves" => {
                        let share = share(&value).ok_or_else(|| wrong("a share such as 80%"))?;
                        ask.similar_saves = (share * 1e3).round() as u32;
                    }
                    "pairs" => self.pairs = Some(number()?),
                    "provider" => ask.provider = Some(one_of(option, &value, &PROVIDERS)?),
                    "lifetime" => {
                        ask.lifetime = one_of(
                            option,
                            &value,
                            &[
                                ("5m", Lifetime::Minutes5),
                                ("30m", Lifetime::Minutes30),
                                ("1h", Lifetime::Hour),
                            ],
                        )?;
                    }
                    "server" => {
                        let known = Server::ALL.map(|(server, name)| (name, server));
                        ask.server = Some(one_of(option, &value, &known)?);
                    }
                    "block" => ask.block = Some(number()?),
                    "capacity-tokens" => {
                        ask.capacity_tokens = Some(value.parse().map_err(|_| wrong("a whole number"))?);
                    }
                    "capacity-gb" => ask.capacity_gb = Some(decimal()?),
                    "shape" => {
                        ask.shape = Some(shape(&value).ok_or_else(|| wrong("a shape such as 80x8x128x2"))?)
                    }
                    _ => {
                        ask.from_request = match value.ends_with('%') {
                            true => share(&value).ok_or_else(|| wrong("a share such as 50%"))?,
                            false => f64::from(number()?),
                        };
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether a cache was named.
    pub fn is_complete(&self) -> bool {
        self.named
    }
}

fn one_of<T: Copy>(option: &str, value: &str, known: &[(&str, T)]) -> Result<T, String> {
    let found = known.iter().find(|(name, _)| *name == value).map(|(_, one)| *one);
    let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
    found.ok_or_else(|| format!("--{option} is one of {}, not {value:?}", names.join(", ")))
}

/// `90`, `30s`, `5m`, `1h`, `7d`, `20ms`.
fn seconds(text: &str) -> Option<f64> {
    let at = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let factor = match &text[at..] {
        "ms" => 1e-3,
        "" | "s" => 1.0,
        "m" => 60.0,
        "h" => 3_600.0,
        "d" => 86_400.0,
        _ => return None,
    };
    text[..at]
        .parse::<f64>()
        .ok()
        .map(|number| number * factor)
        .filter(|time| time.is_finite() && *time >= 0.0)
}

/// `80%` or `0.8`.
fn share(text: &str) -> Option<f64> {
    let share = match text.strip_suffix('%') {
        Some(percent) => percent.parse::<f64>().ok()? / 100.0,
        None => text.parse().ok()?,
    };
    (0.0..=1.0).contains(&share).then_some(share)
}

fn sweep(text: &str) -> Option<(f64, f64, u32)> {
    let (first, rest) = text.split_once("..")?;
    let (last, count) = rest.split_once('/')?;
    Some((first.parse().ok()?, last.parse().ok()?, count.parse().ok()?))
}

fn shape(text: &str) -> Option<Shape> {
    let parts: Vec<u32> = text.split('x').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    match parts[..] {
        [layers, heads, size, bytes] => Some(Shape::Heads { layers, heads, size, bytes }),
        [layers, size, bytes] => Some(Shape::Latent { layers, size, bytes }),
        _ => None,
    }
}

/// The answer to `tokenflame caches`.
pub fn caches(session: &mut Session, options: &Options, json: bool) -> Result<String, String> {
    count::count(session)?;
    let owned: Owned = session.traffic(&Filter::default());
    let mut lab = Lab::new(owned);
    if let Some(folder) = &options.model {
        let read = |name: &str| {
            let path = folder.join(name);
            std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))
        };
        let model = StaticModel::read(&read("model.safetensors")?, &read("tokenizer.json")?);
        lab.set_model(model.map_err(|error| error.to_string())?);
    }
    let ask = Box::new(options.ask.clone());
    let mut ask_lab = |question: &Question| lab.answer(question, &mut |_, _| ());
    let Reply::Report(report) = ask_lab(&Question::Replay(ask.clone()))? else {
        return Err("the lab answered something else".to_owned());
    };
    let mut pairs = Vec::new();
    if let (Some(count), Cache::Similarity) = (options.pairs, ask.cache) {
        let choice = Choice { threshold: ask.threshold, sample: false, count };
        if let Reply::Pairs(found) = ask_lab(&Question::Pairs(ask.clone(), choice))? {
            pairs = found;
        }
    }
    if !json {
        return Ok(table(&ask, &report));
    }
    let mut object = object(&ask, &report)?;
    if options.pairs.is_some() {
        object["pairs"] = serde_json::to_value(pairs).map_err(|error| error.to_string())?;
    }
    Ok(object.to_string() + "\n")
}

fn money(amount: Option<Money>) -> Option<String> {
    amount.map(|amount| amount.to_string())
}

fn figures(metrics: &Metrics) -> Value {
    json!({
        "hits": metrics.hits,
        "misses": metrics.misses,
        "hit_rate": { "request": metrics.by_request, "token": metrics.by_token, "dollar": metrics.by_dollar },
        "avg_hit_latency_ms": metrics.hit_ms,
        "avg_miss_latency_ms": metrics.miss_ms,
        "latency_improvement": metrics.improvement,
        "cost_saved_usd": money(metrics.saved),
        "cost_saved_at_most_usd": money(metrics.saved_most),
        "seconds_saved": metrics.seconds_saved,
    })
}

fn point(cache: Cache, point: &Point) -> Value {
    let mut row = figures(&point.metrics);
    row["exact_hits"] = point.metrics.exact.into();
    match point.threshold {
        Some(threshold) => {
            row["threshold"] = threshold.into();
            row["reviewable_hits"] = point.looked.into();
            row["suspicious_hits"] = point.suspicious.into();
        }
        None => {
            row[if cache == Cache::Prefix { "capacity_tokens" } else { "capacity" }] = point.capacity.into();
            row["bound"] = point.bound.into();
        }
    }
    if let Some((hit, all)) = point.blocks {
        row["blocks_hit"] = hit.into();
        row["blocks"] = all.into();
    }
    row
}

fn object(ask: &Ask, report: &Report) -> Result<Value, String> {
    let mut object = figures(&report.metrics);
    let parameters = serde_json::to_value(ask).map_err(|error| error.to_string())?;
    let providers = report.providers.iter().map(|row| {
        json!({
            "provider": PROVIDERS.iter().find(|(_, provider)| *provider == row.provider).map(|(name, _)| *name),
            "rules": describe(row.provider),
            "as_model": (!row.stand_in.is_empty()).then_some(&row.stand_in),
            "requests": row.saving.requests,
            "hits": row.saving.hits,
            "read_tokens": [row.saving.read.0, row.saving.read.1],
            "written_tokens": row.saving.written,
            "prompt_tokens": row.tokens,
            "cost_saved_usd": [row.saving.least.to_string(), row.saving.most.to_string()],
            "unpriced": row.saving.unpriced,
            "abstained": row.saving.abstained.iter().map(|(_, count)| count).sum::<u64>(),
        })
    });
    let observed = report.observed.iter().map(|row| {
        json!({
            "model": row.model,
            "rules": row.provider.map(describe),
            "requests": row.requests,
            "predicted_tokens": [row.predicted.0, row.predicted.1],
            "observed_tokens": row.reported,
            "reasons": row.reasons.iter().map(|(why, requests, tokens)| json!({
                "reason": why, "requests": requests, "tokens": tokens,
            })).collect::<Vec<_>>(),
        })
    });
    let breaks = report.breaks.iter().map(|row| {
        json!({
            "request": row.id, "model": row.model, "part": row.part, "byte": row.byte, "before": row.before,
            "after": row.after, "tokens": row.tokens, "usd": money(row.cost),
        })
    });
    let layers = report.layers.iter().map(|row| {
        json!({
            "layer": row.layer, "requests": row.requests, "saved_usd": row.saved.0.to_string(),
            "saved_at_most_usd": row.saved.1.to_string(), "left_usd": row.left.to_string(), "seconds": row.seconds,
        })
    });
    for (key, value) in [
        ("cache", ask.cache.key().into()),
        ("parameters", parameters),
        ("requests", report.requests.into()),
        ("curve", report.curve.iter().map(|row| point(ask.cache, row)).collect::<Vec<_>>().into()),
        (
            "abstained",
            report
                .abstained
                .iter()
                .map(|(rule, requests)| json!({ "rule": rule, "requests": requests }))
                .collect::<Vec<_>>()
                .into(),
        ),
        ("notes", report.notes.clone().into()),
        ("literal", report.literal.as_ref().map(figures).into()),
        ("providers", providers.collect::<Vec<_>>().into()),
        ("observed", observed.collect::<Vec<_>>().into()),
        ("breaks", breaks.collect::<Vec<_>>().into()),
        ("layers", layers.collect::<Vec<_>>().into()),
        ("cost_usd", money(report.cost).into()),
    ] {
        object[key] = value;
    }
    Ok(object)
}

fn table(ask: &Ask, report: &Report) -> String {
    let mut text = String::new();
    let unknown = || "unknown".to_owned();
    let percent = |rate: Option<f64>| rate.map_or_else(unknown, |rate| show::percent(rate, 2));
    let dollars = |amount: Option<Money>| amount.map_or_else(unknown, |amount| format!("${amount}"));
    // Writing to a string cannot fail.
    let mut line = |cells: [&str; 5]| {
        let [name, a, b, c, d] = cells.map(printable);
        let line = format!("{name:<36}{a:>14}{b:>12}{c:>12}{d:>20}");
        let _ = writeln!(text, "{}", line.trim_end());
    };
    let metrics = &report.metrics;
    line([ask.cache.key(), "Hits", "Of requests", "Of tokens", "Saves"]);
    let row = |metrics: &Metrics| {
        [
            show::int(metrics.hits),
            percent(metrics.by_request),
            percent(metrics.by_token),
            dollars(metrics.saved),
        ]
    };
    let total = row(metrics);
    line(["As asked", &total[0], &total[1], &total[2], &total[3]]);
    for point in &report.curve {
        let cells = row(&point.metrics);
        let name = match (point.threshold, point.capacity) {
            (Some(threshold), _) => format!("  threshold {threshold:.2}"),
            (None, Some(capacity)) => format!("  capacity {}", show::int(capacity)),
            (None, None) => "  unbounded".to_owned(),
        };
        line([&name, &cells[0], &cells[1], &cells[2], &cells[3]]);
    }
    for provider in &report.providers {
        let saving = &provider.saving;
        let cells = [show::int(saving.hits), show::int(saving.read.0), show::int(saving.read.1)];
        let saved = format!("${} to ${}", saving.least, saving.most);
        line([describe(provider.provider), &cells[0], &cells[1], &cells[2], &saved]);
    }
    for row in &report.observed {
        let name = format!("{}, predicted", row.model);
        line([&name, &show::int(row.requests), &show::int(row.predicted.0), &show::int(row.predicted.1), ""]);
        for (why, requests, tokens) in &row.reasons {
            line([&format!("  {why}"), &show::int(*requests), &tokens.to_string(), "", ""]);
        }
        line(["  observed", &show::int(row.requests), &show::int(row.reported), "", ""]);
    }
    for layer in &report.layers {
        let (saved, left) = (format!("${}", layer.saved.0), format!("left ${}", layer.left));
        line([&layer.layer, &show::int(layer.requests), "", "", &saved]);
        line(["", "", "", "", &left]);
    }
    for (rule, requests) in &report.abstained {
        line([&format!("Nothing is told: {rule}"), &show::int(*requests), "", "", ""]);
    }
    for note in &report.notes {
        let _ = writeln!(text, "{}", printable(note));
    }
    text
}
