//! Traffic for the tests.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::io::Read;

use caching::{Part, Rates, Request, Traffic};
use units::{Figure, Timestamp};

/// The tables that a [`Traffic`] points into.
#[derive(Default)]
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
