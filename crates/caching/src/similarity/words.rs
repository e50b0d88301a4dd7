use xxhash_rust::xxh3::xxh3_64;

/// The lower-cased words of a text as hashes: what Python's `text.lower().split()` gives, repeats included.
pub(super) fn words(text: &str, into: &mut Vec<u64>) {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| c.is_whitespace() || ('\x1c'..='\x1f').contains(&c));
    into.extend(words.filter(|word| !word.is_empty()).map(|word| xxh3_64(word.as_bytes())));
}
