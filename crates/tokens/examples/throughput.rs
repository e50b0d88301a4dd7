//! MB/s of ours and of tiktoken-rs on the same text, in turns in one run. With paths of text files:
//! `cargo run --release -p tokenflame-tokens --example throughput -- FILE...`

use std::time::Instant;

use tokens::{Encoding, EncodingName};

/// Best of three passes, in seconds: the least disturbed one.
fn best(mut pass: impl FnMut() -> usize) -> (f64, usize) {
    let mut tokens = 0;
    let seconds = (0..3).map(|_| {
        let begin = Instant::now();
        tokens = pass();
        begin.elapsed().as_secs_f64()
    });
    (seconds.fold(f64::MAX, f64::min), tokens)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut texts = vec![
        ("200 KB of a".to_owned(), "a".repeat(200_000)),
        ("200 KB of blanks".to_owned(), " ".repeat(200_000)),
        ("200 KB of mixed blanks".to_owned(), " \t\u{a0}  \t".repeat(28_571)),
        ("200 KB of zh".to_owned(), "的一是不了人我在有他".repeat(6_667)),
    ];
    for path in std::env::args().skip(1) {
        texts.push((path.clone(), std::fs::read_to_string(&path)?));
    }
    for name in EncodingName::ALL {
        let path = format!("{}/../../www/vocab/{name}.bin", env!("CARGO_MANIFEST_DIR"));
        let asset = std::fs::read(path)?;
        let begin = Instant::now();
        let ours = Encoding::load(name, &asset)?;
        let load = begin.elapsed();
        let begin = Instant::now();
        let theirs = match name {
            EncodingName::O200kBase => tiktoken_rs::o200k_base()?,
            EncodingName::Cl100kBase => tiktoken_rs::cl100k_base()?,
        };
        println!("{name}: loaded in {load:.1?} (tiktoken-rs {:.1?})", begin.elapsed());
        for (label, text) in &texts {
            let megabytes = text.len() as f64 / 1e6;
            let (our_time, our_tokens) = best(|| ours.count(text) as usize);
            let (encode_time, _) = best(|| ours.encode(text).len());
            let (their_time, their_tokens) = best(|| theirs.encode_ordinary(text).len());
            assert_eq!(our_tokens, their_tokens, "{label}");
            let [count, encode, reference] = [our_time, encode_time, their_time].map(|time| megabytes / time);
            println!(
                "  {label}: {megabytes:.2} MB, {our_tokens} tokens in {:.1} ms; count {count:.1} MB/s, encode \
                 {encode:.1} MB/s, tiktoken-rs {reference:.1} MB/s: {:.1}x",
                our_time * 1e3,
                encode / reference,
            );
        }
    }
    Ok(())
}
