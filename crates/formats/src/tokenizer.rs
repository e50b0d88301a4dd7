/// The keys of a `tokenizer.json`, without "version" and "model", which files of other kinds have as well.
const KEYS: [&[u8]; 7] = [
    b"truncation",
    b"padding",
    b"added_tokens",
    b"normalizer",
    b"pre_tokenizer",
    b"post_processor",
    b"decoder",
];

/// Whether a file that begins so is a Hugging Face `tokenizer.json` and no trace: an object with at least two of
/// the keys of one. The first 64 KiB are enough.
pub fn is_tokenizer(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let mut known = [false; KEYS.len()];
    let (mut depth, mut at) = (0u32, 0);
    // A key is a string that stands in the outermost object and is followed by a colon.
    while let Some(&byte) = head.get(at) {
        at += 1;
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => {
                let start = at;
                while head.get(at).is_some_and(|byte| *byte != b'"') {
                    at += if head[at] == b'\\' { 2 } else { 1 };
                }
                let text = head.get(start..at).unwrap_or_default();
                at += 1;
                let is_key = head.get(at..).is_some_and(|rest| rest.trim_ascii_start().starts_with(b":"));
                if let Some(place) = KEYS.iter().position(|key| depth == 1 && is_key && *key == text) {
                    known[place] = true;
                }
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    head.starts_with(b"{") && known.into_iter().filter(|known| *known).count() >= 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, path::Path};

    #[test]
    fn a_tokenizer_is_told_from_every_other_fixture() {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures");
        let folders = fs::read_dir(fixtures).unwrap().flatten().filter(|entry| entry.path().is_dir());
        let mut seen = 0;
        for file in folders.flat_map(|folder| fs::read_dir(folder.path()).unwrap().flatten()) {
            let path = file.path();
            let bytes = fs::read(&path).unwrap();
            let head = &bytes[..bytes.len().min(64 << 10)];
            let name = path.file_name().unwrap();
            let expected = path.parent().unwrap().ends_with("huggingface")
                && path.extension().is_some_and(|ext| ext == "json")
                && name != "expected.json";
            assert_eq!(is_tokenizer(head), expected, "{}", path.display());
            seen += usize::from(expected);
        }
        assert_eq!(seen, 5);
    }

    #[test]
    fn keys_count_only_where_they_are_keys_of_the_whole() {
        assert!(is_tokenizer(b"\xef\xbb\xbf \n{\"added_tokens\":[], \"decoder\" : {"));
        // Cut off in the middle.
        assert!(is_tokenizer(b"{\"truncation\":null,\"padding\":null,\"added_tokens\":[{\"content\":\"a\\"));
        for other in [
            "",
            "{",
            "[{\"truncation\":1,\"padding\":2}]",
            "{\"a\":{\"truncation\":1,\"padding\":2}}",
            "{\"a\":\"truncation\",\"b\":\"padding\"}",
            "{\"truncation\":1}{\"padding\":2}",
            "{\"truncation\":1}\n\"padding\":2",
            "x{\"truncation\":1,\"padding\":2}",
            "{\"model\":\"gpt-4\",\"version\":\"1.0\"}",
        ] {
            assert!(!is_tokenizer(other.as_bytes()), "{other}");
        }
    }
}
