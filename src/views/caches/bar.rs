//! Which cache, and its parameters.

use caching::{
    Evict, Lifetime,
    exact::{Normalise, Scope},
    lab::{Alike, Ask, Cache, Server, describe},
    prompt::Provider,
};
use yew::prelude::*;

use super::Lab;
use crate::{
    views::bill::field,
    widgets::{Seg, Select},
};

const LAYERS: [&str; 5] = ["Exact", "Similarity", "Provider prompt cache", "KV prefix", "Stacked"];
const KEEP: [(&str, Option<f64>); 5] = [
    ("without end", None),
    ("5 min", Some(300.0)),
    ("1 h", Some(3_600.0)),
    ("24 h", Some(86_400.0)),
    ("7 days", Some(604_800.0)),
];
const ROOM: [(&str, Option<u32>); 5] = [
    ("unbounded", None),
    ("100", Some(100)),
    ("1,000", Some(1_000)),
    ("10,000", Some(10_000)),
    ("100,000", Some(100_000)),
];
const EVICT: [(&str, Evict); 5] = [
    ("least recently used", Evict::Lru),
    ("least often used", Evict::Lfu),
    ("oldest", Evict::Fifo),
    ("S3-FIFO", Evict::S3Fifo),
    ("best possible", Evict::Belady),
];
const SAME: [(&str, Normalise); 3] = [
    ("as sent", Normalise::AsSent),
    ("blanks aside", Normalise::Blanks),
    ("blanks and case aside", Normalise::BlanksAndCase),
];
const ALL: Scope = Scope { model: true, system: true, context: true, parameters: true };
const SCOPES: [(&str, Scope); 4] = [
    ("model and conversation", ALL),
    ("conversation, any model", Scope { model: false, ..ALL }),
    ("model alone", Scope { system: false, context: false, ..ALL }),
    ("nothing", Scope { model: false, system: false, context: false, parameters: false }),
];
const MEASURES: [(&str, Alike); 3] = [
    ("Jaccard over words", Alike::Jaccard),
    ("Jaccard over 3 letters", Alike::Ngrams),
    ("TF-IDF cosine", Alike::Tfidf),
];
const SAVES: [(&str, u32); 5] = [("50%", 500), ("70%", 700), ("80%", 800), ("90%", 900), ("100%", 1_000)];
const LIFETIMES: [(&str, Lifetime); 2] = [("5 min", Lifetime::Minutes5), ("1 h", Lifetime::Hour)];
const SERVERS: [(&str, Option<Server>); 4] = [
    ("as the file tells", None),
    ("vLLM", Some(Server::Vllm)),
    ("SGLang", Some(Server::Sglang)),
    ("Mooncake", Some(Server::Mooncake)),
];
const BLOCKS: [(&str, Option<u32>); 6] = [
    ("as it comes", None),
    ("16", Some(16)),
    ("64", Some(64)),
    ("256", Some(256)),
    ("512", Some(512)),
    ("528", Some(528)),
];
const WARM: [(&str, f64); 3] = [("all", 0.0), ("the second half", 0.5), ("the last tenth", 0.9)];

/// The bar. `working` stands at its end.
pub fn bar(lab: &UseStateHandle<Lab>, working: Option<Html>) -> Html {
    let ask = &lab.ask;
    let layers =
        LAYERS.iter().zip(Cache::ALL).map(|(name, cache)| (AttrValue::from(*name), cache == ask.cache));
    let onchange = {
        let lab = lab.clone();
        Callback::from(move |i: usize| change(&lab, |ask| ask.cache = Cache::ALL[i.min(4)]))
    };
    let answers = matches!(ask.cache, Cache::Exact | Cache::Similarity | Cache::Stacked);
    let similar = matches!(ask.cache, Cache::Similarity | Cache::Stacked);
    let prompt = matches!(ask.cache, Cache::Prompt | Cache::Stacked);
    html! {
        <div class="caches-bar">
            <Seg label="Cache" options={layers.collect::<Vec<_>>()} {onchange} />
            if similar {
                { choose(lab, "Measure", &MEASURES, ask.measure, |ask, to| ask.measure = to) }
            }
            if ask.cache == Cache::Exact {
                { choose(lab, "Same prompt", &SAME, ask.normalise, |ask, to| ask.normalise = to) }
            }
            if answers {
                { choose(lab, "Beside it the same", &SCOPES, ask.scope, |ask, to| ask.scope = to) }
                { choose(lab, "Keep for", &KEEP, ask.ttl, |ask, to| ask.ttl = to) }
                { choose(lab, "Capacity", &ROOM, ask.capacity, |ask, to| ask.capacity = to) }
            }
            if answers && ask.capacity.is_some() || ask.cache == Cache::Exact {
                { choose(lab, "Evict", &EVICT[..if similar { 4 } else { 5 }], ask.evict, |ask, to| ask.evict = to) }
            }
            if similar {
                { choose(lab, "A similar hit saves", &SAVES, ask.similar_saves, |ask, to| ask.similar_saves = to) }
            }
            if ask.cache == Cache::Similarity {
                { wrong_cost(lab) }
            }
            if prompt {
                { provider(lab) }
                { choose(lab, "Breakpoints live", &LIFETIMES, ask.lifetime, |ask, to| ask.lifetime = to) }
            }
            if ask.cache == Cache::Prefix {
                { choose(lab, "Server", &SERVERS, ask.server, |ask, to| ask.server = to) }
                { choose(lab, "Block", &BLOCKS, ask.block, |ask, to| ask.block = to) }
                { choose(lab, "Hits count of", &WARM, ask.from_request, |ask, to| ask.from_request = to) }
            }
            { working }
        </div>
    }
}

fn change(lab: &UseStateHandle<Lab>, change: impl FnOnce(&mut Ask)) {
    let mut next = (**lab).clone();
    change(&mut next.ask);
    lab.set(next);
}

fn choose<T: Copy + PartialEq + 'static>(
    lab: &UseStateHandle<Lab>,
    name: &'static str,
    options: &[(&'static str, T)],
    now: T,
    set: fn(&mut Ask, T),
) -> Html {
    let values: Vec<T> = options.iter().map(|(_, value)| *value).collect();
    let names = options.iter().map(|(name, _)| AttrValue::from(*name)).collect();
    let lab = lab.clone();
    let chosen = values.iter().position(|value| *value == now).unwrap_or(0);
    list(name, names, chosen, move |i| {
        if let Some(value) = values.get(i) {
            change(&lab, |ask| set(ask, *value));
        }
    })
}

fn list(name: &'static str, options: Vec<AttrValue>, chosen: usize, to: impl Fn(usize) + 'static) -> Html {
    html! {
        <label>
            <span class="small dim">{ name }</span>
            <span class="field"><Select {options} {chosen} onchange={Callback::from(to)} /></span>
        </label>
    }
}

fn provider(lab: &UseStateHandle<Lab>) -> Html {
    let mut names = vec![AttrValue::from("most requests' own")];
    names.extend(Provider::ALL.map(|provider| AttrValue::from(describe(provider))));
    let chosen =
        Provider::ALL.iter().position(|provider| lab.ask.provider == Some(*provider)).map_or(0, |i| i + 1);
    let lab = lab.clone();
    list("Rules of", names, chosen, move |i| {
        change(&lab, |ask| ask.provider = i.checked_sub(1).and_then(|i| Provider::ALL.get(i).copied()));
    })
}

fn wrong_cost(lab: &UseStateHandle<Lab>) -> Html {
    let value = lab.wrong_cost.to_string().into();
    let lab = lab.clone();
    field::field("A wrong answer costs, $", "text", value, "0.02", move |text| {
        let cost = text.trim().trim_start_matches('$').parse().ok();
        let cost = cost.filter(|cost| *cost >= units::Money::ZERO).unwrap_or(lab.wrong_cost);
        lab.set(Lab { wrong_cost: cost, ..(*lab).clone() });
    })
}
