use super::{Space, words::words};

/// Counts of lower-cased words times `ln((1 + n) / (1 + prompts with the word)) + 1`, as unit vectors: what
/// scikit-learn's `TfidfTransformer` does as it comes. `n` is the number of distinct prompts.
pub(super) fn space(texts: &[&str]) -> Space {
    let n = texts.len() as f64;
    Space::weighted(texts, words, |count, prompts| {
        f64::from(count) * (((1.0 + n) / (1.0 + f64::from(prompts))).ln() + 1.0)
    })
}
