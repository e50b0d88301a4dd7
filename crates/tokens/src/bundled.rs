//! Encodings with the vocabulary compiled in.

use crate::{Encoding, EncodingName, assets};

/// An encoding from its bundled vocabulary.
///
/// # Panics
/// If the bundled vocabularies are not those this crate was generated with, which a test excludes.
#[must_use]
pub fn bundled(name: EncodingName) -> Encoding {
    Encoding::load(name, bundled_asset(name)).expect("the vocabulary is the one that was generated")
}

/// The bytes of an encoding's bundled vocabulary.
///
/// # Panics
/// As [`bundled`].
#[must_use]
pub fn bundled_asset(name: EncodingName) -> &'static [u8] {
    assets::asset(&name.asset()).expect("each vocabulary is bundled")
}
