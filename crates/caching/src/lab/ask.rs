use serde::{Deserialize, Serialize};
use units::Nanos;

use crate::{
    Evict, Lifetime, Worth,
    exact::{Exact, Keep, Normalise, Scope},
    prefix::{Blocks, MOONCAKE, Shape, sglang, vllm},
    prompt::{Prompt, Provider},
};

/// The caches that can be replayed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cache {
    /// Answers to the same prompt.
    Exact,
    /// Answers to similar prompts.
    #[default]
    Similarity,
    /// The prompt cache of a provider.
    Prompt,
    /// Keys and values of one's own machines.
    Prefix,
    /// All that answer or read, one after the other.
    Stacked,
}

impl Cache {
    /// All of them.
    pub const ALL: [Cache; 5] =
        [Cache::Exact, Cache::Similarity, Cache::Prompt, Cache::Prefix, Cache::Stacked];

    /// Its name on the command line.
    pub const fn key(self) -> &'static str {
        match self {
            Cache::Exact => "exact",
            Cache::Similarity => "similarity",
            Cache::Prompt => "prompt",
            Cache::Prefix => "prefix",
            Cache::Stacked => "stacked",
        }
    }
}

/// How alike two prompts are, by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alike {
    /// Jaccard similarity of words.
    #[default]
    Jaccard,
    /// Jaccard similarity of runs of letters.
    Ngrams,
    /// Cosine of weighted counts of words.
    Tfidf,
    /// Cosine of the embeddings of the trace.
    Carried,
    /// Cosine of the vectors of a static model.
    Model,
}

impl Alike {
    /// All of them, with their names on the command line.
    pub const ALL: [(Alike, &'static str); 5] = [
        (Alike::Jaccard, "jaccard"),
        (Alike::Ngrams, "ngrams"),
        (Alike::Tfidf, "tfidf"),
        (Alike::Carried, "carried"),
        (Alike::Model, "model"),
    ];
}

/// Whose KV cache.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Server {
    /// vLLM: blocks of 16 tokens.
    #[default]
    Vllm,
    /// SGLang: a radix tree over tokens.
    Sglang,
    /// Mooncake: the blocks of the trace, of 512 tokens.
    Mooncake,
}

impl Server {
    /// All of them, with their names on the command line.
    pub const ALL: [(Server, &'static str); 3] =
        [(Server::Vllm, "vllm"), (Server::Sglang, "sglang"), (Server::Mooncake, "mooncake")];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Server::Vllm => "vLLM",
            Server::Sglang => "SGLang",
            Server::Mooncake => "Mooncake",
        }
    }
}

/// A replay that is asked for, with all that can be chosen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Ask {
    /// Which cache.
    pub cache: Cache,
    /// Which prompts are the same.
    pub normalise: Normalise,
    /// What has to be the same beside the prompt.
    pub scope: Scope,
    /// Seconds that an answer is kept.
    pub ttl: Option<f64>,
    /// Answers that have room.
    pub capacity: Option<u32>,
    /// What leaves a full cache.
    pub evict: Evict,
    /// How alike two prompts are.
    pub measure: Alike,
    /// Letters in a run.
    pub letters: u32,
    /// How similar is similar enough.
    pub threshold: f64,
    /// The thresholds of the sweep: the first, the last, how many.
    pub sweep: (f64, f64, u32),
    /// The document's cache to the letter beside it, which compares prompts with answers.
    pub literal: bool,
    /// The part of its cost that a similar hit saves, in thousandths.
    pub similar_saves: u32,
    /// Milliseconds to look something up.
    pub lookup_ms: f64,
    /// Whose prompt cache; each request's own provider if nothing is said.
    pub provider: Option<Provider>,
    /// How long Anthropic's automatic and best breakpoints live.
    pub lifetime: Lifetime,
    /// OpenAI's retention for a day.
    pub retain_day: bool,
    /// OpenAI's implicit breakpoint, from GPT-5.6 on.
    pub implicit: bool,
    /// Whose KV cache; Mooncake's for a trace that tells blocks, else vLLM's, if nothing is said.
    pub server: Option<Server>,
    /// Tokens in a block, where it is not as the server comes.
    pub block: Option<u32>,
    /// Tokens that have room.
    pub capacity_tokens: Option<u64>,
    /// Gigabytes (10^9 bytes) that have room, for a model of this shape.
    pub capacity_gb: Option<f64>,
    /// What the model keeps for a token.
    pub shape: Option<Shape>,
    /// The request from which on hits count: a share of all requests below 1, else its number.
    pub from_request: f64,
}

impl Default for Ask {
    fn default() -> Ask {
        Ask {
            cache: Cache::default(),
            normalise: Normalise::default(),
            scope: Scope::default(),
            ttl: None,
            capacity: None,
            evict: Evict::default(),
            measure: Alike::default(),
            letters: 3,
            threshold: 0.95,
            sweep: (0.5, 1.0, 51),
            literal: false,
            similar_saves: 800,
            lookup_ms: 0.0,
            provider: None,
            lifetime: Lifetime::default(),
            retain_day: false,
            implicit: true,
            server: None,
            block: None,
            capacity_tokens: None,
            capacity_gb: None,
            shape: None,
            from_request: 0.0,
        }
    }
}

impl Ask {
    pub(super) fn keep(&self) -> Keep {
        let ttl = self.ttl.map(|seconds| Nanos::from_secs_f64(seconds).unwrap_or(Nanos(i64::MAX)));
        Keep { ttl, capacity: self.capacity, evict: self.evict }
    }

    pub(super) fn exact(&self) -> Exact {
        Exact { normalise: self.normalise, scope: self.scope, keep: self.keep() }
    }

    pub(super) fn worth(&self) -> Worth {
        let lookup = Nanos::from_secs_f64(self.lookup_ms / 1e3).unwrap_or_default();
        Worth { similar: self.similar_saves.min(1_000), lookup }
    }

    pub(super) fn prompt(&self, provider: Provider) -> Prompt {
        Prompt { provider, lifetime: self.lifetime, retain_day: self.retain_day, implicit: self.implicit }
    }

    /// The thresholds of the sweep, to the nearest millionth, with the one that was asked for.
    pub(super) fn thresholds(&self) -> Vec<f64> {
        let (first, last, count) = self.sweep;
        let steps = f64::from(count.clamp(1, 63).saturating_sub(1).max(1));
        let at = |step: u32| ((first + (last - first) * f64::from(step) / steps) * 1e6).round() / 1e6;
        let mut all: Vec<f64> = (0..count.clamp(1, 63)).map(at).chain([self.threshold]).collect();
        all.sort_unstable_by(f64::total_cmp);
        all.dedup_by(|a, b| (*a - *b).abs() < 1e-9);
        all.retain(|threshold| *threshold > 0.0 && *threshold <= 1.0);
        all
    }

    /// The server, given how many tokens a block of the trace has.
    pub(super) fn server(&self, block_tokens: u32) -> Server {
        self.server.unwrap_or(if block_tokens > 0 { Server::Mooncake } else { Server::Vllm })
    }

    /// How prompts are cut, and how many tokens a block has.
    pub(super) fn blocks(&self, block_tokens: u32) -> (Blocks, u64) {
        let (blocks, tokens) = match (self.server(block_tokens), self.block) {
            (Server::Vllm, block) => (vllm(block.unwrap_or(16)), 0),
            (Server::Sglang, page) => (sglang(page.unwrap_or(1)), 0),
            (Server::Mooncake, block) => (MOONCAKE, block.unwrap_or(block_tokens)),
        };
        (blocks, u64::from(blocks.tokens.max(tokens)).max(1))
    }

    /// The size of the KV cache in tokens; `None` without a bound.
    pub(super) fn kv_tokens(&self) -> Option<u64> {
        let bytes = self.capacity_gb.map(|gb| (gb * 1e9).max(0.0) as u64);
        self.capacity_tokens.or_else(|| self.shape?.tokens_in(bytes?))
    }
}
