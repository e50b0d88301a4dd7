//! Prefix caches: the known figures of a public trace, and the one pass against plain caches.

mod common;

use std::collections::BTreeMap;

use caching::{
    Traffic,
    prefix::{self, Blocks, MOONCAKE, Shape, VLLM, vllm},
};
use common::Owned;
use proptest::prelude::*;

#[test]
fn mooncake_gives_the_known_figures() {
    let owned = common::mooncake();
    let traffic = owned.traffic();
    let replay = prefix::replay(&traffic, MOONCAKE);
    let all = replay.curve(&[None], 0)[0];
    assert_eq!((all.requests, all.blocks_hit, all.blocks), (3_993, 77_953, 121_877));

    let sizes = [Some(2_048), Some(8_192), Some(32_768), None];
    let second_half = traffic.requests.len() / 2;
    let curve = replay.curve(&sizes, second_half);
    let shares: Vec<String> = curve
        .iter()
        .map(|held| format!("{:.2}", 100.0 * held.tokens_hit as f64 / held.tokens as f64))
        .collect();
    assert_eq!(shares, ["22.80", "54.79", "84.49", "86.27"]);

    for (size, lru) in [2_048, 8_192, 32_768].into_iter().zip(&curve) {
        let best = prefix::optimal(&traffic, MOONCAKE, size, second_half);
        assert_eq!((best.blocks, best.tokens), (lru.blocks, lru.tokens));
        assert!(best.blocks_hit >= lru.blocks_hit, "{size}: {} < {}", best.blocks_hit, lru.blocks_hit);
    }
    let unbounded = prefix::optimal(&traffic, MOONCAKE, u64::MAX, second_half);
    assert_eq!(unbounded.tokens_hit, curve[3].tokens_hit);
}

/// Requests of parts of few kinds, so that beginnings are often shared.
fn requests() -> impl Strategy<Value = Vec<Vec<(u64, u32)>>> {
    let part = (0..3u64).prop_map(|hash| (hash, [5, 16, 40][hash as usize]));
    prop::collection::vec(prop::collection::vec(part, 0..7), 1..40)
}

/// The blocks of a prompt, each named by all that stands before its end, and how many of them a hit may use.
fn plain_blocks(parts: &[(u64, u32)], blocks: Blocks) -> (Vec<Vec<(u64, u32)>>, usize) {
    let (mut out, mut filled, mut before) = (Vec::new(), 0, Vec::new());
    for &(hash, tokens) in parts {
        for token in 0..tokens {
            filled += 1;
            if filled == blocks.tokens {
                filled = 0;
                let mut name = before.clone();
                name.push((hash, token));
                out.push(name);
            }
        }
        before.push((hash, tokens));
    }
    let all: u32 = parts.iter().map(|part| part.1).sum();
    (out, (all.saturating_sub(blocks.fresh) / blocks.tokens) as usize)
}

/// A cache that forgets the block that was touched longest ago, one block at a time.
fn plain_lru(requests: &[Vec<(u64, u32)>], blocks: Blocks, capacity: usize) -> u64 {
    let mut touched: BTreeMap<Vec<(u64, u32)>, u64> = BTreeMap::new();
    let (mut clock, mut hits) = (0, 0);
    for parts in requests {
        let (path, usable) = plain_blocks(parts, blocks);
        hits += path.iter().take(usable).take_while(|block| touched.contains_key(*block)).count() as u64;
        for block in path.into_iter().rev() {
            clock += 1;
            touched.insert(block, clock);
        }
        while touched.len() > capacity {
            let oldest = touched.iter().min_by_key(|entry| entry.1).map(|entry| entry.0.clone());
            touched.remove(&oldest.unwrap());
        }
    }
    hits
}

proptest! {
    #[test]
    fn the_curve_is_one_run_per_size(requests in requests(), size in prop::sample::select(vec![4u32, 16])) {
        let owned = Owned::of_parts(&requests);
        let traffic = owned.traffic();
        let replay = prefix::replay(&traffic, vllm(size));
        for capacity in 0..60 {
            let held = replay.curve(&[Some(capacity)], 0)[0];
            prop_assert_eq!(held.blocks_hit, plain_lru(&requests, vllm(size), capacity as usize));
            prop_assert_eq!(held.tokens_hit, held.blocks_hit * u64::from(size));
            prop_assert_eq!(replay.by_request(Some(capacity)).iter().sum::<u64>(), held.tokens_hit);
            let best = prefix::optimal(&traffic, vllm(size), capacity, 0);
            prop_assert!(best.blocks_hit >= held.blocks_hit);
            prop_assert!(best.blocks_hit <= replay.curve(&[None], 0)[0].blocks_hit);
        }
        let rises = replay.capacities(usize::MAX);
        let most = rises.last().copied().unwrap_or(0);
        prop_assert_eq!(replay.curve(&[Some(most)], 0)[0].blocks_hit, replay.curve(&[None], 0)[0].blocks_hit);
    }
}

#[test]
fn the_last_token_of_a_prompt_is_worked_out_anew() {
    let owned = Owned::of_parts(&[vec![(1, 32)], vec![(1, 32)], vec![(1, 32), (2, 1)]]);
    let traffic: Traffic = owned.traffic();
    assert_eq!(prefix::replay(&traffic, VLLM).by_request(None), [0, 16, 32]);
    assert_eq!(prefix::replay(&traffic, prefix::SGLANG).by_request(None), [0, 31, 32]);
    // Blocks of a hybrid are longer than these prompts.
    assert_eq!(prefix::replay(&traffic, vllm(528)).by_request(None), [0, 0, 0]);
}

#[test]
fn shapes_tell_how_many_tokens_a_memory_holds() {
    // Llama 3.1 70B: 80 layers, 8 heads for keys and values of 128, in half precision: 320 KiB a token.
    let llama = Shape::Heads { layers: 80, heads: 8, size: 128, bytes: 2 };
    assert_eq!(llama.token_bytes(), 327_680);
    assert_eq!(llama.tokens_in(40 << 30), Some(131_072));
    // DeepSeek V3: 61 layers of 512 + 64 numbers.
    assert_eq!(Shape::Latent { layers: 61, size: 576, bytes: 2 }.token_bytes(), 70_272);
    assert_eq!(Shape::Latent { layers: 0, size: 576, bytes: 2 }.tokens_in(1 << 30), None);
}
