//! Reads a file as the product does and says what came of it: natively for `src/main.rs`, in the browser for
//! `browser/`.

#[cfg(target_arch = "wasm32")]
mod wasm;

use formats::Import;
use trace::TraceBuilder;

/// Bytes that are pushed at a time, as the worker of the page does.
pub const SLICE: usize = 1024 * 1024;

/// A file on its way into a trace of its own.
pub struct Reading {
    builder: TraceBuilder,
    import: Import,
}

/// What a file came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    /// Model calls, each counted once.
    pub calls: u64,
    /// Rows of spans.
    pub spans: u64,
    /// Bytes of the distinct prompts and answers.
    pub texts: u64,
    /// Bytes of the distinct names and ids.
    pub strings: u64,
}

impl Reading {
    /// Begins a file of so many bytes.
    pub fn begin(bytes: u64) -> Reading {
        let mut builder = TraceBuilder::new();
        let import = Import::begin("bench", bytes, &mut builder);
        Reading { builder, import }
    }

    /// Takes the next bytes.
    pub fn push(&mut self, chunk: &[u8]) {
        self.import.push(chunk, &mut self.builder);
    }

    /// The file has ended. The trace is handed back, so that its end is not measured.
    pub fn finish(mut self) -> TraceBuilder {
        self.import.finish(&mut self.builder);
        self.builder
    }
}

/// What a trace holds.
pub fn figures(builder: &TraceBuilder) -> Figures {
    let trace = builder.trace();
    Figures {
        calls: trace.calls().count() as u64,
        spans: trace.spans.len() as u64,
        texts: trace.texts.bytes(),
        strings: trace.strings.bytes(),
    }
}
