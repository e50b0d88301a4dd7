//! Compares our tokens with those of tiktoken-rs on whatever the fuzzer finds, whole and in chunks.

#![no_main]

use std::cell::OnceCell;

use libfuzzer_sys::fuzz_target;
use tiktoken_rs::CoreBPE;
use tokens::{Counter, Encoding, EncodingName};

thread_local! {
    static BOTH: OnceCell<Vec<(Encoding, CoreBPE)>> = const { OnceCell::new() };
}

fn load() -> Vec<(Encoding, CoreBPE)> {
    let references = [
        (EncodingName::O200kBase, tiktoken_rs::o200k_base()),
        (EncodingName::Cl100kBase, tiktoken_rs::cl100k_base()),
        (EncodingName::P50kBase, tiktoken_rs::p50k_base()),
        (EncodingName::R50kBase, tiktoken_rs::r50k_base()),
    ];
    let load = |(name, reference): (EncodingName, Result<CoreBPE, _>)| {
        (tokens::bundled(name), reference.expect("the reference has its vocabularies"))
    };
    references.map(load).into()
}

fuzz_target!(|input: (Vec<u8>, &str)| {
    let (cuts, text) = input;
    BOTH.with(|both| {
        for (ours, reference) in both.get_or_init(load) {
            let ids = ours.encode(text);
            assert_eq!(ids, reference.encode_ordinary(text), "{} of {text:?}", ours.name());
            assert_eq!(ours.decode(&ids).unwrap(), text.as_bytes());
            let (mut counter, mut from) = (Counter::new(ours), 0);
            for cut in &cuts {
                let to = text.ceil_char_boundary((from + usize::from(*cut)).min(text.len()));
                counter.push(&text[from..to]);
                from = to;
            }
            counter.push(&text[from..]);
            assert_eq!(counter.finish(), ids.len() as u64, "{} of {text:?} cut at {cuts:?}", ours.name());
        }
    });
});
