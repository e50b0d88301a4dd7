//! Reads any bytes as what gzip, Zstandard or ZIP packed, and packs a text and damages it.

#![no_main]

use std::io::Write;

use flate2::{Compression, Crc, write::GzEncoder};
use libfuzzer_sys::fuzz_target;

const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

fuzz_target!(|input: &[u8]| {
    let [kind, place, change, rest @ ..] = input else { return };
    let mut bytes = match kind % 6 {
        0 => [&[0x1f, 0x8b, 8][..], rest].concat(),
        1 => [&ZSTD[..], rest].concat(),
        2 => [b"PK\x03\x04", rest].concat(),
        3 => gzip(rest),
        4 => zstd(rest),
        _ => zip(rest),
    };
    let place = usize::from(*place) * bytes.len() / 256;
    if let Some(byte) = bytes.get_mut(place) {
        *byte ^= change;
    }
    tokenflame_fuzz::check(&bytes);
});

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).and_then(|()| encoder.finish()).expect("writing to memory cannot fail")
}

/// A frame of raw blocks.
fn zstd(text: &[u8]) -> Vec<u8> {
    let mut bytes = [&ZSTD[..], &[0, 0x58]].concat();
    for block in text.chunks(1000) {
        bytes.extend_from_slice(&((block.len() as u32) << 3).to_le_bytes()[..3]);
        bytes.extend_from_slice(block);
    }
    bytes.extend_from_slice(&[1, 0, 0]);
    bytes
}

/// Two entries that are not compressed.
fn zip(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, text) in
        ["a.json", "b.csv"].into_iter().zip([&text[..text.len() / 2], &text[text.len() / 2..]])
    {
        let mut crc = Crc::new();
        crc.update(text);
        bytes.extend_from_slice(b"PK\x03\x04\x0a\0\0\0\0\0\0\0\0\0");
        for number in [crc.sum(), text.len() as u32, text.len() as u32, name.len() as u32] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes.extend_from_slice(name.as_bytes());
        bytes.extend_from_slice(text);
    }
    bytes.extend_from_slice(b"PK\x01\x02");
    bytes
}
