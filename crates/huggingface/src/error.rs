/// Why there is no tokenizer, or no tokens; a sentence for a person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The bytes are not JSON.
    #[error("This is not a whole JSON file: {0}. Download it again.")]
    NotJson(String),
    /// JSON, but of something else.
    #[error(
        "This JSON is not a tokenizer: a tokenizer.json is an object with \"model\" and, around it, \
         \"added_tokens\", \"normalizer\" and \"pre_tokenizer\"; here there is {0}."
    )]
    NotTokenizer(String),
    /// A tokenizer with parts that are not known or contradict each other.
    #[error("This tokenizer.json has a part that cannot be used here: {0}.")]
    Unsupported(String),
    /// A pattern of the tokenizer takes too many steps on this text.
    #[error("A pattern of this tokenizer takes too many steps on this text and was given up: {0}.")]
    Pattern(String),
    /// The tokenizer contradicts itself in a way that only shows when it runs.
    #[error("This tokenizer broke off: a part of its file contradicts another.")]
    Fault,
    /// The tokenizer has no token for a part of this text.
    #[error("This tokenizer cannot encode the text: {0}.")]
    Encode(String),
}
