//! Without any index: each prompt is compared with all before it.

use caching::similarity::{Prompts, Space, default_thresholds};

/// Pairs that are at least this similar.
pub fn pairs(space: &Space, prompts: u32, least: f64) -> usize {
    let of = |second| (0..second).filter(|first| space.similarity(*first, second) >= least).count();
    (0..prompts).map(of).sum()
}

/// Hits at each threshold, if all is kept.
pub fn sweep(prompts: &Prompts, space: &Space) -> Vec<u64> {
    let thresholds = default_thresholds();
    let mut kept = vec![Vec::new(); thresholds.len()];
    let mut hits = vec![0; thresholds.len()];
    let mut similar: Vec<f64> = Vec::new();
    let mut seen = 0;
    for prompt in prompts.of.iter().flatten() {
        seen = seen.max(prompt + 1);
        similar.clear();
        similar.extend(
            (0..seen).map(|other| if other == *prompt { 1.0 } else { space.similarity(*prompt, other) }),
        );
        for ((threshold, kept), hits) in thresholds.iter().zip(&mut kept).zip(&mut hits) {
            if kept.iter().any(|other: &u32| similar[*other as usize] >= *threshold) {
                *hits += 1;
            } else {
                kept.push(*prompt);
            }
        }
    }
    hits
}
