//! What the fuzz targets of the containers share.

use formats::Import;
use trace::TraceBuilder;

/// Reads the bytes whole and in pieces. Nothing may panic, each record is kept, merged or dropped, and how the
/// bytes were cut must not show.
///
/// # Panics
/// If it is otherwise.
pub fn check(bytes: &[u8]) {
    let whole = read(bytes, &[bytes.len()]);
    // Cuts that the fuzzer can move without a place in the input, which is a file as it is.
    let hash = bytes.iter().fold(17_usize, |hash, &byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
    let sizes = [1 + hash % 7, 1 + hash / 7 % 300, 1 + hash / 2100 % 11];
    assert_eq!(whole, read(bytes, &sizes), "in pieces of {sizes:?}");
}

/// Everything that was read, as text.
fn read(bytes: &[u8], sizes: &[usize]) -> String {
    let mut builder = TraceBuilder::new();
    let mut import = Import::begin("fuzz", bytes.len() as u64, &mut builder);
    let mut rest = bytes;
    for size in sizes.iter().cycle() {
        if rest.is_empty() || !import.wants_more() {
            break;
        }
        let (piece, later) = rest.split_at((*size).min(rest.len()));
        import.push(piece, &mut builder);
        rest = later;
    }
    import.finish(&mut builder);
    let trace = builder.trace();
    for file in &trace.files {
        assert!(file.merged_total() + file.dropped_total() <= file.read, "{file:?}");
    }
    format!("{:?}\n{:?}\n{:?}\n{:?}", trace.files, trace.records, trace.spans, trace.messages)
}
