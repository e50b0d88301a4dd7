//! From a model's name to the encoding that counts its tokens.

use tiktoken_rs::tokenizer::{Tokenizer, get_tokenizer};

use crate::EncodingName;

/// How far a count by the encoding can be trusted for a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exactness {
    /// The model's own encoding: the count of a plain text is exact.
    Exact,
    /// Another encoding stands in: tokens = count x factor.
    Estimated {
        /// The factor in thousandths; 1000 leaves the count as it is.
        factor_permille: u32,
        /// How far off the estimate was at most where it was measured, in per cent of the true count; `None` if nobody
        /// published a figure, which does not mean that it is small.
        error_percent: Option<u32>,
        /// How the estimate is made and what is known of its error, for people.
        method: &'static str,
    },
}

impl Exactness {
    /// Tokens of the model for a count by the encoding, rounded half up.
    #[must_use]
    pub fn tokens(self, count: u64) -> u64 {
        match self {
            Exactness::Exact => count,
            Exactness::Estimated { factor_permille, .. } => {
                let tokens = (u128::from(count) * u128::from(factor_permille) + 500) / 1000;
                u64::try_from(tokens).unwrap_or(u64::MAX)
            }
        }
    }
}

/// The encoding to count a model's tokens with; `None` if we do not know the model's family.
///
/// Knows names as gateways and clouds write them: `openai/gpt-4o`, `azure/gpt-35-turbo`,
/// `us.anthropic.claude-sonnet-4-5-20250929-v1:0`, `models/gemini-2.5-pro`.
#[must_use]
pub fn encoding_for_model(model: &str) -> Option<(EncodingName, Exactness)> {
    let model = bare_name(model);
    let exact = |encoding| Some((encoding, Exactness::Exact));
    match get_tokenizer(&model) {
        // Harmony differs from o200k_base in its special tokens only.
        Some(Tokenizer::O200kBase | Tokenizer::O200kHarmony) => exact(EncodingName::O200kBase),
        Some(Tokenizer::Cl100kBase) => exact(EncodingName::Cl100kBase),
        Some(Tokenizer::P50kBase | Tokenizer::P50kEdit | Tokenizer::R50kBase | Tokenizer::Gpt2) => {
            Some((EncodingName::Cl100kBase, same_count(OLD_OPENAI)))
        }
        None => Some((EncodingName::O200kBase, estimate(&model)?)),
    }
}

/// The model's name in lower case without the provider, path or region before it.
pub(crate) fn bare_name(model: &str) -> String {
    const PREFIXES: [&str; 30] = [
        // Regions of AWS Bedrock, then its vendors.
        "us.", "us-gov.", "eu.", "apac.", "jp.", "au.", "ca.", "global.", "anthropic.", "meta.", "amazon.", "mistral.",
        "cohere.", "ai21.", "deepseek.", "qwen.", "google.", "openai.", "moonshot.", "moonshotai.", "minimax.",
        // Providers before a colon.
        "openai:", "azure:", "anthropic:", "bedrock:", "groq:", "google-gla:", "google-vertex:", "openrouter:", "xai:",
    ];
    let lower = model.trim().to_lowercase();
    let mut name = lower.rsplit('/').next().unwrap_or_default();
    while let Some(rest) = PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix)) {
        name = rest;
    }
    name.to_owned()
}

const OLD_OPENAI: &str = "Counted with cl100k_base in place of the model's older vocabulary; on text that is not \
    English it usually counts too few. No error figure is published.";
const NEW_OPENAI: &str = "The model's vocabulary is not published; counted with o200k_base, that of OpenAI's models \
    since GPT-4o. No error figure is known.";
const CLAUDE_NEW: &str = "No tokenizer of Claude is public; o200k_base count x 1.53, a factor the ingest project \
    published for Claude 4.7 and later in August 2026. Its error was not published.";
const CLAUDE: &str = "No tokenizer of Claude is public since Claude 3; o200k_base count x 1.18, a factor the ingest \
    project published for Claude before 4.7 in August 2026. Its error was not published.";
const OTHERS: &str = "Counted with o200k_base in place of the model's own vocabulary, with no correction; the error is \
    not known and is larger for code and for text that is not English.";

fn same_count(method: &'static str) -> Exactness {
    Exactness::Estimated { factor_permille: 1000, error_percent: None, method }
}

/// Families by the beginning of the name.
fn estimate(model: &str) -> Option<Exactness> {
    const OPENAI: [&str; 9] = ["gpt-", "chatgpt-", "o1", "o3", "o4", "o5", "codex-", "computer-use-", "omni-"];
    const OTHER_FAMILIES: [&str; 30] = [
        "gemini", "gemma", "learnlm", "llama", "codellama", "meta-llama", "mistral", "mixtral", "ministral", "magistral",
        "codestral", "devstral", "pixtral", "open-mi", "deepseek", "qwen", "qwq", "command", "c4ai", "grok", "nova-",
        "titan", "kimi", "moonshot", "glm-", "minimax", "phi", "jamba", "sonar", "granite",
    ];
    let begins = |names: &[&str]| names.iter().any(|name| model.starts_with(name));
    if model.contains("claude") {
        let new = claude_version(model).is_some_and(|version| version >= (4, 7));
        let (factor_permille, method) = if new { (1530, CLAUDE_NEW) } else { (1180, CLAUDE) };
        return Some(Exactness::Estimated { factor_permille, error_percent: None, method });
    }
    if begins(&OPENAI) {
        return Some(same_count(NEW_OPENAI));
    }
    begins(&OTHER_FAMILIES).then(|| same_count(OTHERS))
}

/// Major and minor version of a Claude: `claude-opus-4-7`, `claude-3.5-sonnet`, `claude-sonnet-4-20250514`.
fn claude_version(model: &str) -> Option<(u32, u32)> {
    // A number of more than two digits is a date.
    let small = |part: &str| part.parse::<u32>().ok().filter(|_| part.len() <= 2);
    let mut parts = model.split(['-', '.', '@', ':', '_']).skip_while(|part| small(part).is_none());
    Some((small(parts.next()?)?, parts.next().and_then(small).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn openai_models_are_exact() {
        use EncodingName::{Cl100kBase, O200kBase};
        for (model, encoding) in [
            ("gpt-4o", O200kBase),
            ("gpt-4o-2024-08-06", O200kBase),
            ("openai/gpt-5.4-mini", O200kBase),
            ("openrouter/openai/gpt-4.1-mini", O200kBase),
            ("azure/gpt-35-turbo", Cl100kBase),
            ("openai:gpt-4-turbo", Cl100kBase),
            ("openai.gpt-oss-120b-1:0", O200kBase),
            ("ft:gpt-4o:org:name:id", O200kBase),
            ("GPT-4", Cl100kBase),
            ("text-embedding-3-small", Cl100kBase),
        ] {
            assert_eq!(encoding_for_model(model), Some((encoding, Exactness::Exact)), "{model}");
        }
    }

    #[test]
    fn claude_is_estimated_by_its_version() {
        for (model, factor) in [
            ("claude-opus-4-7", 1530),
            ("claude-opus-4.7", 1530),
            ("anthropic/claude-opus-5", 1530),
            ("claude-sonnet-5-20260601", 1530),
            ("claude-fable-5-1", 1530),
            ("claude-opus-4-6", 1180),
            ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", 1180),
            ("claude-sonnet-4-20250514", 1180),
            ("claude-opus-4@20250514", 1180),
            ("claude-3-5-haiku-latest", 1180),
            ("claude-3.5-sonnet", 1180),
        ] {
            let Some((EncodingName::O200kBase, Exactness::Estimated { factor_permille, .. })) =
                encoding_for_model(model)
            else {
                panic!("{model} is estimated");
            };
            assert_eq!(factor_permille, factor, "{model}");
        }
    }

    #[test]
    fn other_families_are_estimated_and_strangers_are_unknown() {
        for model in [
            "models/gemini-2.5-pro",
            "publishers/google/models/gemini-3-pro",
            "meta-llama/Llama-3.1-8B-Instruct",
            "us.meta.llama3-3-70b-instruct-v1:0",
            "accounts/fireworks/models/deepseek-v3",
            "mistral.mistral-large-2407-v1:0",
            "us.amazon.nova-pro-v1:0",
            "gpt-6",
            "text-davinci-003",
        ] {
            assert!(matches!(encoding_for_model(model), Some((_, Exactness::Estimated { .. }))), "{model}");
        }
        for model in ["", "my-deployment", "/", "anthropic.", "us.", "unknown"] {
            assert_eq!(encoding_for_model(model), None, "{model:?}");
        }
    }

    #[test]
    fn estimates_round_half_up() {
        let estimate = Exactness::Estimated { factor_permille: 1530, error_percent: None, method: "" };
        assert_eq!(estimate.tokens(429), 656);
        assert_eq!(estimate.tokens(50), 77);
        assert_eq!(estimate.tokens(u64::MAX), u64::MAX);
        assert_eq!(Exactness::Exact.tokens(7), 7);
    }
}
