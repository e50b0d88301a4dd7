/// What a model keeps for each token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Shape {
    /// Keys and values for each head of each layer.
    Heads {
        /// Layers that keep keys and values.
        layers: u32,
        /// Heads for keys and values, which may be fewer than those for queries.
        heads: u32,
        /// Numbers in a head.
        size: u32,
        /// Bytes of a number: 2 in half precision, 1 in FP8.
        bytes: u32,
    },
    /// One compressed vector in each layer (MLA, as in DeepSeek's models).
    Latent {
        /// Layers.
        layers: u32,
        /// Numbers in the compressed vector, those for positions included.
        size: u32,
        /// Bytes of a number.
        bytes: u32,
    },
}

impl Shape {
    /// Bytes that a token takes.
    pub fn token_bytes(self) -> u64 {
        let product = |factors: [u32; 4]| factors.into_iter().map(u64::from).fold(1, u64::saturating_mul);
        match self {
            Shape::Heads { layers, heads, size, bytes } => {
                product([layers, heads, size, bytes]).saturating_mul(2)
            }
            Shape::Latent { layers, size, bytes } => product([layers, size, bytes, 1]),
        }
    }

    /// How many tokens fit into so many bytes; `None` for a shape that takes none.
    pub fn tokens_in(self, bytes: u64) -> Option<u64> {
        bytes.checked_div(self.token_bytes())
    }
}
