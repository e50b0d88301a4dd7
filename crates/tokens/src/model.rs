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
        /// How far off the estimate was at most where it was measured, in per cent of the true count;
        /// `None` if no figure is known, which does not mean that it is small.
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
        Some(Tokenizer::P50kBase) => exact(EncodingName::P50kBase),
        Some(Tokenizer::P50kEdit) => exact(EncodingName::P50kEdit),
        Some(Tokenizer::R50kBase) => exact(EncodingName::R50kBase),
        Some(Tokenizer::Gpt2) => exact(EncodingName::Gpt2),
        None if begins_with(&model, QWEN) => exact(EncodingName::Qwen2),
        None if begins_with(&model, TEKKEN) => exact(EncodingName::Tekken),
        None => estimate(&model),
    }
}

/// The model's name in lower case without the provider, path or region before it.
pub(crate) fn bare_name(model: &str) -> String {
    // Regions of AWS Bedrock, then its vendors, then providers before a colon.
    const PREFIXES: &str = "us. us-gov. eu. apac. jp. au. ca. global. \
        anthropic. meta. amazon. mistral. cohere. ai21. qwen. google. openai. moonshot. moonshotai. minimax. \
        openai: azure: anthropic: bedrock: groq: google-gla: google-vertex: openrouter: xai:";
    let lower = model.trim().to_ascii_lowercase();
    let mut name = lower.rsplit('/').next().unwrap_or_default();
    while let Some(rest) = PREFIXES.split_whitespace().find_map(|prefix| name.strip_prefix(prefix)) {
        name = rest;
    }
    name.to_owned()
}

/// Models that are estimated alike.
struct Family {
    /// What their names begin with.
    names: &'static str,
    encoding: EncodingName,
    factor_permille: u32,
    error_percent: Option<u32>,
    method: &'static str,
}

impl Family {
    fn estimate(&self) -> (EncodingName, Exactness) {
        let &Family { encoding, factor_permille, error_percent, method, .. } = self;
        (encoding, Exactness::Estimated { factor_permille, error_percent, method })
    }
}

/// Qwen 2, 2.5 and 3 as far as their weights are public: one vocabulary, special tokens apart.
const QWEN: &str = "qwen2 qwen3-0 qwen3-1 qwen3-2 qwen3-3 qwen3-4 qwen3-8 qwen3-coder-3 qwen3-coder-4 \
    qwen3-next-8 qwen3: qwen3-vl-2 qwen3-vl-3 qwen3-vl-4 qwen3-vl-8";

/// Models that Mistral published with version 3 of Tekken.
const TEKKEN: &str =
    "open-mistral-nemo mistral-nemo ministral-8b-2410 ministral-8b-instruct-2410 pixtral-12b";

fn begins_with(model: &str, names: &str) -> bool {
    names.split_whitespace().any(|name| model.starts_with(name))
}

const NEW_CLAUDE: Family = Family {
    names: "",
    encoding: EncodingName::O200kBase,
    factor_permille: 1530,
    error_percent: None,
    method: "No tokenizer of Claude is public: o200k_base count x 1.53, the factor that the ingest \
             project uses for Claude 4.7 and later (August 2026). Its error is not published.",
};

const CLAUDE: Family = Family {
    names: "",
    encoding: EncodingName::O200kBase,
    factor_permille: 1180,
    error_percent: None,
    method: "No tokenizer of Claude is public: o200k_base count x 1.18, the factor that the ingest \
             project uses for Claude before 4.7 (August 2026). Its error is not published.",
};

/// The first whose name fits is taken. Factors are the mean of tokens per o200k_base token over English
/// prose, JSON, Python and Rust (200 KB each); errors are the worst of these and of program messages in
/// Arabic, Chinese, French, German, Hindi, Japanese, Korean and Russian (60,000 characters each), with each
/// family's own tokenizer, in November 2026.
const FAMILIES: [Family; 7] = [
    Family {
        names: "gemini gemma-3 gemma3",
        encoding: EncodingName::O200kBase,
        factor_permille: 1210,
        error_percent: Some(53),
        method: "o200k_base count x 1.21, measured with the tokenizer of Gemma 3, by which Google's SDK \
                 counts for Gemini: within 10% on English, code and JSON; up to 53% too high on Japanese, \
                 41% on Hindi.",
    },
    Family {
        names: "llama3 llama-3 llama-v3 meta-llama-3",
        encoding: EncodingName::O200kBase,
        factor_permille: 1000,
        error_percent: Some(30),
        method: "o200k_base count, measured with the tokenizer of Llama 3: within 1% on English, code and \
                 JSON; up to 13% too low on other languages, 30% on Hindi.",
    },
    Family {
        names: "qwen3-",
        encoding: EncodingName::Qwen2,
        factor_permille: 1000,
        error_percent: None,
        method: "Counted with the vocabulary of Qwen 3; whether this model has the same one is not published.",
    },
    Family {
        names: "ministral mistral-small mistral-medium magistral devstral",
        encoding: EncodingName::Tekken,
        factor_permille: 1000,
        error_percent: None,
        method: "Counted with version 3 of Mistral's Tekken. How far the model's own version differs was not \
                 measured.",
    },
    Family {
        names: "deepseek-v3 deepseek-r1 deepseek-chat deepseek-reasoner deepseek.v3 deepseek.r1",
        encoding: EncodingName::O200kBase,
        factor_permille: 1060,
        error_percent: Some(33),
        method: "o200k_base count x 1.06, measured with the tokenizer of DeepSeek V3: within 3% on \
                 English, code and JSON; 20% too high on Chinese, 33% too low on Hindi.",
    },
    Family {
        names: "gpt- chatgpt- o1 o3 o4 o5 codex- computer-use- omni-",
        encoding: EncodingName::O200kBase,
        factor_permille: 1000,
        error_percent: None,
        method: "The model's vocabulary is not known to be published: counted with o200k_base, that of \
                 OpenAI's models since GPT-4o. The error is not known.",
    },
    Family {
        names: "gemma learnlm llama codellama meta-llama mistral mixtral codestral \
                pixtral open-mi deepseek qwen qwq command c4ai grok nova- titan kimi moonshot \
                glm- minimax phi jamba sonar granite",
        encoding: EncodingName::O200kBase,
        factor_permille: 1000,
        error_percent: None,
        method: "Counted with o200k_base in place of the model's own vocabulary. The error was not \
                 measured; for families where it was, such a count was off by up to 25% on English, code \
                 and JSON, and by up to 58% on other languages.",
    },
];

fn estimate(model: &str) -> Option<(EncodingName, Exactness)> {
    if model.contains("claude") {
        let new = claude_version(model).is_some_and(|version| version >= (4, 7));
        return Some(if new { NEW_CLAUDE } else { CLAUDE }.estimate());
    }
    FAMILIES.iter().find(|family| begins_with(model, family.names)).map(Family::estimate)
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
    fn models_with_a_public_vocabulary_are_exact() {
        use EncodingName::{Cl100kBase, Gpt2, O200kBase, P50kBase, P50kEdit, Qwen2, R50kBase, Tekken};
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
            ("text-davinci-003", P50kBase),
            ("text-davinci-edit-001", P50kEdit),
            ("davinci", R50kBase),
            ("gpt2", Gpt2),
            ("Qwen/Qwen2.5-7B-Instruct", Qwen2),
            ("Qwen/Qwen3-32B", Qwen2),
            ("qwen3-coder-480b-a35b-instruct", Qwen2),
            ("open-mistral-nemo", Tekken),
            ("mistralai/Pixtral-12B-2409", Tekken),
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
    fn measured_families_have_an_error() {
        for (model, factor, error) in [
            ("models/gemini-2.5-pro", 1210, 53),
            ("publishers/google/models/gemini-3-pro", 1210, 53),
            ("meta-llama/Llama-3.1-8B-Instruct", 1000, 30),
            ("us.meta.llama3-3-70b-instruct-v1:0", 1000, 30),
            ("accounts/fireworks/models/llama-v3p1-8b-instruct", 1000, 30),
            ("accounts/fireworks/models/deepseek-v3", 1060, 33),
            ("us.deepseek.r1-v1:0", 1060, 33),
        ] {
            let Some((EncodingName::O200kBase, Exactness::Estimated { factor_permille, error_percent, .. })) =
                encoding_for_model(model)
            else {
                panic!("{model} is estimated");
            };
            assert_eq!((factor_permille, error_percent), (factor, Some(error)), "{model}");
        }
    }

    #[test]
    fn other_families_are_estimated_and_strangers_are_unknown() {
        for model in [
            "mistral.mistral-large-2407-v1:0",
            "us.amazon.nova-pro-v1:0",
            "llama-2-7b",
            "qwen3.5-plus",
            "gpt-6",
            "qwen3-max",
            "mistral-small-2506",
        ] {
            let found = encoding_for_model(model);
            assert!(
                matches!(found, Some((_, Exactness::Estimated { error_percent: None, .. }))),
                "{model}: {found:?}"
            );
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
