use xxhash_rust::xxh3::xxh3_64;

/// All runs of `n` characters of a lower-cased text as hashes, blanks as one space. A text that is shorter is one
/// run.
pub(super) fn ngrams(text: &str, n: u32, into: &mut Vec<u64>) {
    let mut plain = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !plain.is_empty() {
            plain.push(' ');
        }
        plain.extend(word.chars().flat_map(char::to_lowercase));
    }
    if plain.is_empty() {
        return;
    }
    let starts: Vec<usize> = plain.char_indices().map(|(at, _)| at).chain([plain.len()]).collect();
    let n = (n.max(1) as usize).min(starts.len() - 1);
    into.extend(starts.windows(n + 1).map(|run| xxh3_64(&plain.as_bytes()[run[0]..run[n]])));
}
