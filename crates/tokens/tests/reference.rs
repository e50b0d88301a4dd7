//! Equality with tiktoken-rs, the reference: same ids for any text.

use std::ops::Range;
use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;
use tiktoken_rs::CoreBPE;
use tokens::{ChatMessage, ChatRules, Encoding, EncodingName, VocabError};

fn asset(name: EncodingName) -> &'static [u8] {
    match name {
        EncodingName::O200kBase => include_bytes!("../../../www/vocab/o200k_base.bin"),
        EncodingName::Cl100kBase => include_bytes!("../../../www/vocab/cl100k_base.bin"),
    }
}

thread_local! {
    static OURS: [Encoding; 2] = EncodingName::ALL.map(|name| Encoding::load(name, asset(name)).unwrap());
}
static THEIRS: LazyLock<[CoreBPE; 2]> =
    LazyLock::new(|| [tiktoken_rs::o200k_base().unwrap(), tiktoken_rs::cl100k_base().unwrap()]);

fn for_each_encoding(mut check: impl FnMut(&Encoding, &CoreBPE)) {
    OURS.with(|ours| {
        for (ours, theirs) in ours.iter().zip(THEIRS.iter()) {
            check(ours, theirs);
        }
    });
}

/// Panics unless ours and the reference agree on the text in every respect.
fn same(text: &str) {
    for_each_encoding(|ours, theirs| {
        let ids = ours.encode(text);
        if ids != theirs.encode_ordinary(text) {
            let head: String = text.chars().take(200).collect();
            panic!("{} differs on {head:?}: {ids:?} is not {:?}", ours.name(), theirs.encode_ordinary(text));
        }
        assert_eq!(ours.count(text), ids.len() as u64);
        assert_eq!(ours.decode(&ids).unwrap(), text.as_bytes());
        let pieces = ours.pieces(text);
        assert!(pieces.iter().map(|piece| piece.id).eq(ids));
        let mut end = 0;
        for piece in pieces {
            assert_eq!(piece.bytes.start, end);
            assert_eq!(&text.as_bytes()[piece.bytes.clone()], ours.token_bytes(piece.id).unwrap());
            end = piece.bytes.end;
        }
        assert_eq!(end, text.len());
    });
}

/// Panics unless a window has the pieces of the whole, and parts cut at a boundary its tokens.
fn same_in_parts(text: &str, range: Range<usize>) {
    for_each_encoding(|ours, _| {
        let overlapping = |bytes: &Range<usize>| bytes.start.max(range.start) < bytes.end.min(range.end);
        let expected: Vec<_> = ours.pieces(text).into_iter().filter(|p| overlapping(&p.bytes)).collect();
        assert_eq!(ours.pieces_in(text, range.clone()), expected, "{range:?} of {text:?}");
        let cut = ours.boundary_before(text, range.start);
        assert_eq!(
            ours.count(&text[..cut]) + ours.count(&text[cut..]),
            ours.count(text),
            "{cut} of {text:?}"
        );
    });
}

const TRICKY: &[&str] = &[
    "",
    " ",
    "\n",
    "'",
    "''s's'S 'S'\u{17f}a \u{17f}'\u{17f}",
    "I'll I'LL I'Ll we've WE'VE they're d'D'm'M't'T 're'",
    "can't've y'all'd'ven't",
    "HTTPServer parseJSON iPhone McDonald ABCdefGHI aB Ab AB ab",
    "ǅ ǈa Aǅa aǅ ǅǅ",
    "e\u{301}E\u{301} \u{301}ABC \u{301}\u{302}A'x \u{301}'s !\u{301}a !!\u{301}a \u{301}\u{301}",
    "A\u{301}BC a\u{301}BC ªº ʰA ʰa Aʰ AʰB aʰB 中A中a A中BC",
    "12345678 1 12 ١٢٣٤ ½¼ Ⅷ ⅷ ²³ 12a34",
    " a  a   a\ta\t\ta \u{a0}a\u{a0}\u{a0}a \u{3000}a \u{2028}a\u{85}b",
    "a\n\n\nb\r\nc\r\n\r\nd \n e\n \n  f\n  \n",
    "a \t\n \r ",
    "//// /a /\n/\n a/\n/b !\n\n!\r\n/ \n/",
    "<|endoftext|> <|fim_prefix|> <|im_start|>user<|im_sep|>",
    "中文字符测试。日本語のテスト、カタカナ。",
    "한국어 테스트입니다! اللغة العربية لغة جميلة. Ελληνικά ΚΕΦΑΛΑΊΑ Русский ТЕКСТ",
    "👨‍👩‍👧‍👦👍🏽🇩🇪❤️ 🏳️‍🌈x👩🏿‍💻",
    "ภาษาไทย हिन्दी தமிழ் မြန်မာ བོད་ ខ្មែរ",
    "\u{0}\u{1}\u{7f}\u{fffd}\u{10ffff}\u{e000}\u{feff}\u{200b}\u{200d}\u{ad}",
    "fn main() {\n\tprintln!(\"{}\", x[0]?.y::<Z>());\n}\n\n/// doc\n//! doc\n",
    "{\"a\":[1,2.5e-10,null,true],\"b\":\"\\u00e9\\n\"}",
];

#[test]
fn tricky_strings() {
    for text in TRICKY {
        same(text);
        same(&format!("x{text}"));
        same(&format!("{text} "));
        same(&format!("{text}{text}"));
    }
    same(&TRICKY.concat());
    same(&TRICKY.join("\n"));
}

#[test]
fn every_character_of_the_first_two_planes() {
    let characters: Vec<char> = (0..0x2_0000).filter_map(char::from_u32).collect();
    // Each beside its neighbours, then some in company that tells the classes apart.
    for chunk in characters.chunks(4096) {
        same(&chunk.iter().collect::<String>());
        same(&chunk.iter().step_by(13).flat_map(|&c| ['A', c, 'b', ' ', c, '\'', 's']).collect::<String>());
    }
}

#[test]
fn long_runs() {
    let run = |text: &str, times: usize| same(&text.repeat(times));
    run("a", 100_000);
    run(" ", 100_000);
    run("\n", 100_000);
    run(" \t", 5_000);
    run(" \n\t\r", 3_000);
    run("=", 5_000);
    run("ab", 3_000);
    run("中", 3_000);
    run("\u{301}", 2_000);
    run("A", 2_000);
    for length in 90..=105 {
        same(&"xyzzy".repeat(length)[..length]);
        same(&"a".repeat(length));
    }
}

#[test]
fn fixtures() {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else if let Ok(mut text) = std::fs::read_to_string(entry.path()) {
                // The reference takes its time in a debug build.
                text.truncate(text.floor_char_boundary(if cfg!(debug_assertions) {
                    20_000
                } else {
                    1_000_000
                }));
                same(&text);
            }
        }
    }
}

#[test]
fn every_token() {
    for_each_encoding(|ours, theirs| {
        let mut id = 0;
        while let Ok(bytes) = theirs.decode_bytes(&[id]) {
            assert_eq!(ours.token_bytes(id), Some(&bytes[..]), "{id}");
            id += 1;
        }
        assert_eq!(ours.token_bytes(id), None);
        assert!(ours.decode(&[0, id]).is_err());
        assert!(ours.decode(&[u32::MAX]).is_err());
    });
}

/// Text with what the patterns turn on, far denser than in real text.
fn text() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        4 => "[a-z]{1,8}",
        3 => "[A-Z]{1,4}[a-z]{0,4}",
        3 => "[ \t]{1,4}",
        3 => "[ \t\r\n/]{1,4}",
        2 => "['’]([sdmtSDMT\u{17f}]|ll|ve|re|LL|Ve|rE|l|v|r)",
        2 => "[0-9]{1,7}",
        2 => "\\PC{1,3}",
        2 => "\\p{M}{1,3}",
        2 => "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{Ll}]{1,5}",
        1 => "[\\p{Lt}\\p{Lm}ªºA-Ca-c\u{300}\u{301}']{1,6}",
        1 => "\\p{N}{1,4}",
        1 => "[\\p{Zs}\u{85}\u{2028}\u{b}\u{c}]{1,3}",
        2 => "[!-/:-@\\[-`{-~]{1,5}",
        2 => "[一-龥ぁ-んァ-ン가-힣]{1,6}",
        1 => "[ء-ي\u{64b}-\u{652}]{1,6}",
        1 => "(👩|👨|🏽|\u{200d}|\u{fe0f}|🇩|❤){1,6}",
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(part, 0..24).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in text()) {
        same(&text);
    }

    #[test]
    fn any_window(text in text(), from in 0.0..1.0, to in 0.0..1.0) {
        let at = |share: f64| (share * (text.len() + 1) as f64) as usize;
        same_in_parts(&text, at(from).min(at(to))..at(from).max(at(to)));
    }
}

#[test]
fn damaged_assets_are_refused() {
    for name in EncodingName::ALL {
        let good = asset(name);
        let refused = |bytes: &[u8]| matches!(Encoding::load(name, bytes), Err(VocabError::Checksum { .. }));
        assert!(refused(&[]));
        assert!(refused(&good[..good.len() - 1]));
        assert!(refused(&[good, &[0]].concat()));
        let mut flipped = good.to_vec();
        flipped[good.len() / 2] ^= 1;
        assert!(refused(&flipped));
    }
    assert!(Encoding::load(EncodingName::O200kBase, asset(EncodingName::Cl100kBase)).is_err());
}

#[test]
fn names() {
    for name in EncodingName::ALL {
        assert_eq!(name.as_str().parse(), Ok(name));
    }
    assert!("p50k_base".parse::<EncodingName>().is_err());
}

#[test]
fn chat_requests() {
    let requests: [&[ChatMessage]; 4] = [
        &[],
        &[
            ChatMessage { role: "system", content: Some("You are helpful."), ..Default::default() },
            ChatMessage {
                role: "user",
                name: Some("anna"),
                content: Some("Hällo, 世界!"),
                ..Default::default()
            },
        ],
        &[ChatMessage {
            role: "assistant",
            calls: &[("search", "{\"q\": 1}"), ("f", "")],
            ..Default::default()
        }],
        &[ChatMessage { role: "assistant", refusal: Some("I can't."), name: Some(""), ..Default::default() }],
    ];
    for model in ["gpt-4o", "gpt-4", "gpt-3.5-turbo", "gpt-3.5-turbo-0301", "gpt-5.1", "o3-mini"] {
        let (name, _) = tokens::encoding_for_model(model).unwrap();
        let rules = ChatRules::for_model(model).unwrap();
        for request in requests {
            let theirs: Vec<_> = request.iter().map(for_reference).collect();
            let expected = tiktoken_rs::num_tokens_from_messages(model, &theirs).unwrap();
            for_each_encoding(|ours, _| {
                if ours.name() == name {
                    let counted = rules.count(ours, request.iter().copied());
                    assert_eq!(counted, expected as u64, "{model} {request:?}");
                }
            });
        }
    }
    assert_eq!(ChatRules::for_model("claude-opus-4-5"), None);
    assert_eq!(ChatRules::for_model("text-davinci-003"), None);
    assert_eq!(ChatRules::for_model("openai/gpt-4o"), ChatRules::for_model("gpt-4o"));
}

fn for_reference(message: &ChatMessage) -> tiktoken_rs::ChatCompletionRequestMessage {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let call = |&(name, arguments): &(&str, &str)| tiktoken_rs::FunctionCall {
        name: name.to_owned(),
        arguments: arguments.to_owned(),
    };
    tiktoken_rs::ChatCompletionRequestMessage {
        role: message.role.to_owned(),
        content: owned(message.content),
        name: owned(message.name),
        function_call: None,
        tool_calls: message.calls.iter().map(call).collect(),
        refusal: owned(message.refusal),
    }
}
