use serde::{Deserialize, Serialize};

/// An interned string. The empty string is [`StrId::NONE`] and means "the file does not say".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StrId(pub u32);

impl StrId {
    /// The empty string: not said.
    pub const NONE: StrId = StrId(0);

    /// Whether the file does not say.
    pub const fn is_none(self) -> bool {
        self.0 == 0
    }

    /// This one, or the other where this one is not said.
    pub const fn or(self, other: StrId) -> StrId {
        if self.is_none() { other } else { self }
    }
}

/// A text of the [`Texts`](crate::Texts) store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TextId(pub u32);

/// A row of [`Trace::spans`](crate::Trace::spans).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SpanId(pub u32);

/// A row of [`Trace::records`](crate::Trace::records).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CallId(pub u32);

/// A file of the session, in the order they were opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FileId(pub u32);

/// Where a record lies: bytes of the *decoded* file, so that the raw record can be shown again without
/// keeping it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RecordRef {
    /// The file.
    pub file: FileId,
    /// Byte offset after decompression.
    pub offset: u64,
    /// Length in bytes.
    pub len: u32,
    /// Line of the record's first byte, from 1.
    pub line: u32,
}
