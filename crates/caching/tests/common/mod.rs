//! Traffic for the tests.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::io::Read;

use caching::{Part, Rates, Request, Traffic};
use units::{Figure, Timestamp};

/// The tables that a [`Traffic`] points into.
#[derive(Debug, Default)]
pub struct Owned {
    pub requests: Vec<Request>,
    pub parts: Vec<Part>,
    pub text_refs: Vec<&'static str>,
    pub models: Vec<&'static str>,
    pub rates: Vec<Rates>,
    pub vectors: Vec<&'static [f32]>,
}

impl Owned {
    pub fn traffic(&self) -> Traffic<'_> {
        Traffic {
            requests: &self.requests,
            parts: &self.parts,
            texts: &self.text_refs,
            models: &self.models,
            rates: &self.rates,
            vectors: &self.vectors,
        }
    }

    /// Requests a second apart, each with these parts: hash and tokens.
    pub fn of_parts(requests: &[Vec<(u64, u32)>]) -> Owned {
        let mut owned = Owned::default();
        for (number, parts) in requests.iter().enumerate() {
            owned.push(number as i64 * 1_000, parts);
        }
        owned
    }

    /// Adds a request at so many milliseconds.
    pub fn push(&mut self, ms: i64, parts: &[(u64, u32)]) -> &mut Request {
        let from = self.parts.len() as u32;
        self.parts.extend(parts.iter().map(|&(hash, tokens)| Part { hash, tokens, ..Part::default() }));
        self.requests.push(Request {
            at: Some(Timestamp(ms * 1_000_000)),
            parts: (from, self.parts.len() as u32),
            input: Figure::reported(parts.iter().map(|part| u64::from(part.1)).sum()),
            ..Request::default()
        });
        self.requests.last_mut().unwrap()
    }
}

/// Mooncake's synthetic trace.
pub fn mooncake() -> Owned {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/mooncake/synthetic_trace.jsonl.gz");
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    let mut owned = Owned::default();
    for line in text.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let mut left = line["input_length"].as_u64().unwrap() as u32;
        let ids = line["hash_ids"].as_array().unwrap();
        let parts: Vec<(u64, u32)> = ids
            .iter()
            .map(|id| {
                let tokens = left.min(512);
                left -= tokens;
                (id.as_u64().unwrap(), tokens)
            })
            .collect();
        assert_eq!(left, 0);
        owned.push(line["timestamp"].as_i64().unwrap(), &parts);
    }
    owned
}

impl Owned {
    /// Keeps a text and gives its number.
    pub fn push_text(&mut self, text: &str) -> u32 {
        self.text_refs.push(Box::leak(text.to_owned().into_boxed_str()));
        self.text_refs.len() as u32 - 1
    }
}

/// Numbers that look like chance and are always the same (SplitMix64).
pub struct Numbers(pub u64);

impl Numbers {
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ x >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (x ^ x >> 31) % n
    }

    /// A word; few of them are frequent.
    pub fn word(&mut self, kinds: u64) -> String {
        let rank = self.below(kinds).min(self.below(kinds)).min(self.below(kinds));
        format!("w{rank}")
    }
}

/// Prompts of one to so many words a second apart: new ones, repeats, and earlier ones with some words changed.
pub fn random_texts(count: usize, seed: u64, longest: u64) -> Owned {
    let mut numbers = Numbers(seed);
    let mut owned = Owned { models: vec!["a", "b"], ..Owned::default() };
    let mut prompts: Vec<Vec<String>> = Vec::new();
    for second in 0..count {
        let earlier = |numbers: &mut Numbers, prompts: &[Vec<String>]| {
            let back = numbers.below(prompts.len().min(600) as u64) as usize;
            prompts[prompts.len() - 1 - back].clone()
        };
        let words = match numbers.below(10) {
            0 if second > 0 => earlier(&mut numbers, &prompts),
            1..5 if second > 0 => {
                let mut words = earlier(&mut numbers, &prompts);
                for _ in 0..=numbers.below(1 + words.len() as u64 / 4) {
                    let at = numbers.below(words.len() as u64) as usize;
                    words[at] = numbers.word(4_000);
                }
                words
            }
            _ => (0..1 + numbers.below(longest)).map(|_| numbers.word(4_000)).collect(),
        };
        let prompt = Some(owned.push_text(&words.join(" ")));
        prompts.push(words);
        owned.requests.push(Request {
            at: Some(Timestamp(second as i64 * 1_000_000_000)),
            model: u32::from(numbers.below(8) == 0),
            prompt,
            ..Request::default()
        });
    }
    owned
}
