use std::collections::HashMap;
use std::ops::Range;

use tokenizers::Encoding;

/// A token, and the part of the text that it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The token's id.
    pub id: u32,
    /// Its bytes in the text. Byte tokens may divide a character.
    pub bytes: Range<usize>,
}

/// Lays the tokens over the text, so that together they are all of it.
///
/// What normalisation took away (the space between two words) goes with the token after it, at the end with the
/// last one. Where several tokens stand for one character, byte tokens take a byte each; else the last has the
/// character and those before it are empty, as is a space put before the text. A text without tokens has no pieces.
pub(crate) fn lay(text: &str, encoding: &Encoding, alphabet: &Alphabet) -> Vec<Piece> {
    let offsets = encoding.get_offsets();
    let nexts = offsets.iter().skip(1).map(|(from, _)| *from).chain([text.len()]);
    let tokens = encoding.get_ids().iter().zip(encoding.get_tokens()).zip(offsets.iter().zip(nexts));
    let mut end = 0;
    let mut pieces: Vec<Piece> = tokens
        .map(|((&id, token), (&(from, to), next))| {
            let begin = end;
            let rest = &text.as_bytes()[begin..];
            let own = alphabet.bytes(token).filter(|own| from <= begin && rest.starts_with(own));
            end = match own {
                Some(own) => begin + own.len(),
                None => text.ceil_char_boundary(to.min(next).max(begin)),
            };
            Piece { id, bytes: begin..end }
        })
        .collect();
    if let Some(last) = pieces.last_mut() {
        last.bytes.end = text.len();
    }
    pieces
}

/// How the tokens of a vocabulary write bytes.
pub(crate) enum Alphabet {
    /// A character for each byte, as GPT-2 has it.
    ByteLevel(HashMap<char, u8>),
    /// Bytes outside the vocabulary as `<0xE2>`, as SentencePiece has it.
    Fallback,
}

impl Alphabet {
    /// GPT-2's: bytes that can be seen stand for themselves, the others for characters from U+0100 on.
    pub fn byte_level() -> Alphabet {
        let seen = |byte: &u8| matches!(byte, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF);
        let others = (0..=u8::MAX).filter(|byte| !seen(byte));
        let others = ('\u{100}'..).zip(others);
        let seen = (0..=u8::MAX).filter(seen).map(|byte| (char::from(byte), byte));
        Alphabet::ByteLevel(others.chain(seen).collect())
    }

    /// The bytes that a token writes; `None` where it writes characters.
    fn bytes(&self, token: &str) -> Option<Vec<u8>> {
        match self {
            Alphabet::ByteLevel(bytes) => token.chars().map(|c| bytes.get(&c).copied()).collect(),
            Alphabet::Fallback => {
                let digits =
                    token.strip_prefix("<0x")?.strip_suffix('>').filter(|digits| digits.len() == 2)?;
                u8::from_str_radix(digits, 16).ok().map(|byte| vec![byte])
            }
        }
    }
}
