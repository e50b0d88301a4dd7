//! From how many tokens on a provider keeps a prompt in its cache. A prompt below that is not cached, without a
//! word.

/// Provider, models, tokens. Names stand for their dated versions as well. Anthropic: the vendor's page on prompt
/// caching as read by the project cacheeconomics on 2026-07-29, newer models not told. OpenAI: the vendor's page,
/// 2026-03-05. Google: the page on context caching of the Gemini API; Vertex has other figures.
const MINIMUMS: &[(&str, &str, u64)] = &[
    ("anthropic", "claude-opus-5 claude-fable-5 claude-mythos-5", 512),
    (
        "anthropic",
        "claude-opus-4-8 claude-sonnet-5 claude-sonnet-4-6 claude-sonnet-4-5 claude-sonnet-4 claude-opus-4-1 claude-opus-4",
        1_024,
    ),
    ("anthropic", "claude-opus-4-7 claude-haiku-3-5 claude-3-5-haiku", 2_048),
    ("anthropic", "claude-opus-4-6 claude-opus-4-5 claude-haiku-4-5", 4_096),
    ("google", "gemini-2.5-flash gemini-3-flash-preview", 1_024),
    ("google", "gemini-2.5-pro gemini-3-pro-preview", 4_096),
];

/// The least prompt that is cached; `None` where it is not known.
pub(crate) fn minimum(provider: &str, model: &str) -> Option<u64> {
    if provider == "openai" {
        return Some(1_024);
    }
    let is = |name: &str| {
        let rest = model.strip_prefix(name)?;
        (rest.is_empty() || rest == "-latest" || rest.starts_with("-20") || rest.starts_with('@'))
            .then_some(())
    };
    let rule = MINIMUMS
        .iter()
        .find(|(of, names, _)| *of == provider && names.split_whitespace().any(|name| is(name).is_some()));
    rule.map(|(.., tokens)| *tokens)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_for_its_dates_and_not_for_its_successor() {
        for (provider, model, tokens) in [
            ("anthropic", "claude-opus-5", Some(512)),
            ("anthropic", "claude-opus-5-5", None),
            ("anthropic", "claude-sonnet-4-20250514", Some(1_024)),
            ("anthropic", "claude-haiku-4-5-20251001", Some(4_096)),
            ("openai", "gpt-5-mini", Some(1_024)),
            ("google", "gemini-2.5-pro", Some(4_096)),
            ("mistral", "mistral-large-4", None),
        ] {
            assert_eq!(minimum(provider, model), tokens, "{model}");
        }
    }
}
