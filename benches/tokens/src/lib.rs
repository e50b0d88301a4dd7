//! Our tokenizer and others behind one face, so that all are measured alike: natively by `src/main.rs`,
//! in the browser by `browser/`.

#[cfg(target_arch = "wasm32")]
mod wasm;

/// What is measured of a tokenizer. Text is plain text: what looks like a special token is not one.
pub trait Tokenizer {
    /// Number of tokens of the text, by the way that the tokenizer has for counting.
    fn count(&self, text: &str) -> usize;
    /// The tokens of the text.
    fn encode(&self, text: &str) -> Vec<u32>;
}

/// Makes a tokenizer of an encoding and our asset of it, or says why not.
pub type Load = fn(encoding: &str, asset: &[u8]) -> Result<Box<dyn Tokenizer>, String>;

/// A tokenizer that takes part.
pub struct Contestant {
    /// What it is called in the tables.
    pub name: &'static str,
    /// Makes it ready for an encoding (`o200k_base`, `cl100k_base`). The bytes are those of our asset; the
    /// others carry their vocabularies in themselves.
    pub load: Load,
}

/// Those that are built in, ours first.
pub const CONTESTANTS: &[Contestant] = &[
    #[cfg(feature = "ours")]
    Contestant {
        name: "ours",
        load: |encoding, asset| {
            let name = encoding.parse::<tokens::EncodingName>().map_err(|error| error.to_string())?;
            Ok(Box::new(tokens::Encoding::load(name, asset).map_err(|error| error.to_string())?))
        },
    },
    #[cfg(feature = "tiktoken")]
    Contestant {
        name: "tiktoken 4",
        load: |encoding, _| Ok(Box::new(tiktoken::get_encoding(encoding).ok_or_else(|| unknown(encoding))?)),
    },
    #[cfg(feature = "tiktoken-rs")]
    Contestant {
        name: "tiktoken-rs",
        load: |encoding, _| {
            let core = match encoding {
                "o200k_base" => tiktoken_rs::o200k_base(),
                "cl100k_base" => tiktoken_rs::cl100k_base(),
                _ => return Err(unknown(encoding)),
            };
            Ok(Box::new(core.map_err(|error| error.to_string())?))
        },
    },
    #[cfg(feature = "bpe-openai")]
    Contestant {
        name: "bpe-openai",
        load: |encoding, _| match encoding {
            "o200k_base" => Ok(Box::new(bpe_openai::o200k_base())),
            "cl100k_base" => Ok(Box::new(bpe_openai::cl100k_base())),
            _ => Err(unknown(encoding)),
        },
    },
];

#[cfg(any(feature = "tiktoken", feature = "tiktoken-rs", feature = "bpe-openai"))]
fn unknown(encoding: &str) -> String {
    format!("it has no encoding {encoding}")
}

#[cfg(feature = "ours")]
impl Tokenizer for tokens::Encoding {
    fn count(&self, text: &str) -> usize {
        self.count(text) as usize
    }

    fn encode(&self, text: &str) -> Vec<u32> {
        self.encode(text)
    }
}

#[cfg(feature = "tiktoken")]
impl Tokenizer for &'static tiktoken::CoreBpe {
    fn count(&self, text: &str) -> usize {
        tiktoken::CoreBpe::count(self, text)
    }

    fn encode(&self, text: &str) -> Vec<u32> {
        tiktoken::CoreBpe::encode(self, text)
    }
}

#[cfg(feature = "tiktoken-rs")]
impl Tokenizer for tiktoken_rs::CoreBPE {
    fn count(&self, text: &str) -> usize {
        self.count_ordinary(text)
    }

    fn encode(&self, text: &str) -> Vec<u32> {
        self.encode_ordinary(text)
    }
}

#[cfg(feature = "bpe-openai")]
impl Tokenizer for &'static bpe_openai::Tokenizer {
    fn count(&self, text: &str) -> usize {
        bpe_openai::Tokenizer::count(self, text)
    }

    fn encode(&self, text: &str) -> Vec<u32> {
        bpe_openai::Tokenizer::encode(self, text)
    }
}
