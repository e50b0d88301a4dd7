use serde::{Deserialize, Serialize};

/// What is billed at a price of its own. Each token of a request is in exactly one class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Fresh input: text, and whatever has no price of its own.
    Input,
    /// Input read from a cache.
    CacheRead,
    /// Input written to a cache for 5 minutes.
    #[serde(rename = "cache_write_5m")]
    CacheWrite5m,
    /// Input written to a cache for 30 minutes.
    #[serde(rename = "cache_write_30m")]
    CacheWrite30m,
    /// Input written to a cache for an hour.
    #[serde(rename = "cache_write_1h")]
    CacheWrite1h,
    /// Sound in.
    AudioIn,
    /// Sound in that was read from a cache.
    AudioRead,
    /// Pictures in.
    ImageIn,
    /// Pictures in that were read from a cache.
    ImageRead,
    /// Output.
    Output,
    /// Output that was thought and not said.
    Reasoning,
    /// Sound out.
    AudioOut,
    /// Pictures out.
    ImageOut,
    /// Web searches: counted by the search.
    WebSearch,
    /// The request itself: one each, where the seller asks a fee for it.
    Request,
}

impl Class {
    /// All of them, in the order of a bill, with the letter that each has in the price table.
    pub const ALL: [(Class, char); 15] = [
        (Class::Input, 'i'),
        (Class::CacheRead, 'r'),
        (Class::CacheWrite5m, 'w'),
        (Class::CacheWrite30m, 'm'),
        (Class::CacheWrite1h, 'h'),
        (Class::AudioIn, 'a'),
        (Class::AudioRead, 'b'),
        (Class::ImageIn, 'p'),
        (Class::ImageRead, 'q'),
        (Class::Output, 'o'),
        (Class::Reasoning, 't'),
        (Class::AudioOut, 's'),
        (Class::ImageOut, 'g'),
        (Class::WebSearch, 'f'),
        (Class::Request, 'n'),
    ];

    /// Counted one by one, and not in tokens: no service tier or region changes the price.
    pub fn is_fee(self) -> bool {
        matches!(self, Class::WebSearch | Class::Request)
    }

    pub(crate) fn letter(self) -> char {
        Class::ALL[self as usize].1
    }

    pub(crate) fn of_letter(letter: char) -> Option<Class> {
        Class::ALL.iter().find(|(_, l)| *l == letter).map(|(class, _)| *class)
    }

    /// Where this class has no price of its own: the classes whose price is its price, and those whose price
    /// is only the nearest that is known.
    pub(crate) fn stand_ins(self) -> (&'static [Class], &'static [Class]) {
        use Class::*;
        match self {
            Input | Output | WebSearch | Request => (&[], &[]),
            CacheRead => (&[], &[Input]),
            // A seller has one standard write: of 5 minutes at Anthropic, of 30 at OpenAI.
            CacheWrite5m => (&[CacheWrite30m], &[Input]),
            CacheWrite30m => (&[CacheWrite5m], &[Input]),
            CacheWrite1h => (&[], &[CacheWrite5m, CacheWrite30m, Input]),
            AudioIn => (&[], &[Input]),
            AudioRead => (&[], &[CacheRead, AudioIn, Input]),
            // Pictures are input tokens like others, and reasoning is output, unless the seller says else.
            ImageIn => (&[Input], &[]),
            ImageRead => (&[CacheRead], &[ImageIn, Input]),
            Reasoning => (&[Output], &[]),
            AudioOut | ImageOut => (&[], &[Output]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_lead_back_to_their_classes() {
        for (index, (class, letter)) in Class::ALL.into_iter().enumerate() {
            assert_eq!(class as usize, index, "in the order of the classes");
            assert_eq!((class.letter(), Class::of_letter(letter)), (letter, Some(class)));
        }
    }
}
