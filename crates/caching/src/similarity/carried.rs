use super::Space;

/// The embeddings of the trace. Vectors of different lengths come from different models, and are not alike at all.
pub(super) fn space<'a>(vectors: impl Iterator<Item = &'a [f32]>) -> Space {
    let vectors: Vec<&[f32]> = vectors.collect();
    let longest = vectors.iter().map(|vector| vector.len()).max().unwrap_or(0);
    let mut lengths: Vec<usize> = vectors.iter().map(|vector| vector.len()).collect();
    lengths.sort_unstable();
    lengths.dedup();
    if lengths.len() <= 1 {
        return Space::dense(longest, vectors.iter().map(|vector| vector.to_vec()));
    }
    // Each length has dimensions of its own.
    let starts: Vec<usize> =
        lengths.iter().scan(0, |at, length| Some(std::mem::replace(at, *at + length))).collect();
    let all = lengths.iter().sum();
    Space::dense(
        all,
        vectors.iter().map(|vector| {
            let mut wide = vec![0.0; all];
            if let Ok(which) = lengths.binary_search(&vector.len()) {
                wide[starts[which]..starts[which] + vector.len()].copy_from_slice(vector);
            }
            wide
        }),
    )
}
