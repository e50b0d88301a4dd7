//! What recorders of HTTP have in common: which exchanges are model calls, packed bodies, secrets.

use std::borrow::Cow;

use base64::{Engine, engine::general_purpose::STANDARD};
use containers::Decoder;
use serde_json::Value;
use trace::{Call, Fate, ProblemCode, RecordRef, Status};

use crate::{
    Output,
    readers::provider::{Exchange, Reply, target},
};

/// A body as it was kept.
#[derive(Default)]
pub(crate) enum Body<'a> {
    /// Not kept, or empty.
    #[default]
    None,
    Text(Cow<'a, str>),
    Parsed(Value),
}

impl<'a> Body<'a> {
    /// Text that a recorder kept as it was.
    pub(crate) fn of_text(text: impl Into<Cow<'a, str>>) -> Body<'a> {
        let text = text.into();
        if text.trim().is_empty() { Body::None } else { Body::Text(text) }
    }

    /// A body that was kept as base64, still packed or not: one text, or as some write it a JSON list of the
    /// pieces in which it came.
    pub(crate) fn of_base64(text: &str, at: RecordRef, out: &mut Output<'_>) -> Body<'a> {
        let unpack = || {
            let list = serde_json::from_str::<Vec<String>>(text);
            let pieces = list.unwrap_or_else(|_| vec![text.split_whitespace().collect()]);
            let bytes = pieces.iter().map(|piece| bytes(piece)).collect::<Option<Vec<_>>>()?.concat();
            let (mut decoder, mut text) = (Decoder::default(), String::new());
            decoder.push(&bytes, &mut |part| text.push_str(part));
            decoder.finish(&mut |part| text.push_str(part));
            (decoder.damage.is_none() && decoder.replaced().0 == 0).then_some(text)
        };
        unpack().map_or_else(
            || {
                let message =
                    "A body is kept in a form that cannot be unpacked; its texts and tokens are unknown";
                let hint = "Readable are base64 of text, of gzip, of Zstandard and of Amazon's event streams; Brotli is not.";
                out.problem(ProblemCode::Malformed, at, message, hint);
                Body::None
            },
            Body::of_text,
        )
    }

    fn value(&self) -> Option<Cow<'_, Value>> {
        match self {
            Body::None => None,
            Body::Text(text) => serde_json::from_str(text).ok().map(Cow::Owned),
            Body::Parsed(value) => Some(Cow::Borrowed(value)),
        }
    }
}

/// The bytes of a piece: base64, or as older recorders wrote it hexadecimal.
fn bytes(piece: &str) -> Option<Vec<u8>> {
    let hex = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok();
    if piece.len().is_multiple_of(2) && piece.bytes().all(|b| b.is_ascii_hexdigit()) {
        return piece.as_bytes().chunks(2).map(hex).collect();
    }
    STANDARD.decode(piece).ok()
}

/// An address without what stands behind its path: there may be keys.
pub(crate) fn without_query(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or("")
}

/// One request and its response.
#[derive(Default)]
pub(crate) struct Hop<'a> {
    pub(crate) method: &'a str,
    pub(crate) url: &'a str,
    pub(crate) request: Body<'a>,
    pub(crate) response: Body<'a>,
    /// The HTTP status; `None` where there was no response.
    pub(crate) status: Option<u64>,
    /// What the recorder says went wrong.
    pub(crate) error: &'a str,
}

impl Hop<'_> {
    /// Counts the exchange and, if it is a model call, adds it to `call`, which has place and times; `streamed`
    /// then completes what only a stream tells.
    pub(crate) fn add(self, mut call: Call, streamed: impl FnOnce(&mut Call), out: &mut Output<'_>) {
        let request = self.request.value();
        let target = target(self.url).filter(|_| self.method.eq_ignore_ascii_case("POST"));
        let hint = target.as_ref().map(|target| target.dialect);
        let reply = match &self.response {
            Body::None => None,
            Body::Text(text) => Reply::of_text(text, hint),
            Body::Parsed(value) => Reply::of_value(value.clone(), hint),
        };
        // A gateway may have an address of its own.
        let known = request.as_deref().is_some_and(Exchange::is_request) && reply.is_some();
        if target.is_none() && !(known && self.method.eq_ignore_ascii_case("POST")) {
            return out.count(Fate::Dropped("not a model call"));
        }
        out.count(Fate::Kept);
        let path = self.url.split_once("://").map_or(self.url, |(_, rest)| rest);
        let path = without_query(path);
        call.name = out.builder.intern(path.find('/').map_or(path, |at| &path[at..]));
        if self.status.is_none() {
            call.status = match self.error {
                error if error.contains("ABORT") || error.contains("CANCEL") => Status::Cancelled,
                _ => Status::Failed,
            };
            call.error = out.builder.intern(if self.error.is_empty() { "no response" } else { self.error });
        }
        let exchange = Exchange {
            target,
            request: request.as_deref(),
            reply,
            status: self.status,
            ..Exchange::default()
        };
        if exchange.is_streamed() {
            streamed(&mut call);
        }
        exchange.add(call, None, out);
    }
}
