//! What models and providers are called: the same model has many names in traces, and each step from one to
//! another is small, stated and whole. A name is never matched by its beginning: `gpt-4` is no `gpt-4-32k`.

/// Who a provider's name means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Seller {
    /// One of the price table.
    Listed(&'static str),
    /// The user's own machines: no tokens are sold.
    Local,
    /// A gateway, a framework, someone without prices here.
    Unknown,
}

/// The table's providers, each with the other names it has in telemetry and in front of model names; only
/// letters and digits count.
const SELLERS: &[(&str, &[&str])] = &[
    ("alibaba", &["dashscope", "qwen", "alibabacloud"]),
    ("amazon", &["amazonnova"]),
    ("anthropic", &[]),
    (
        "azure",
        &["azureopenai", "azureaiopenai", "azureai", "azureaiinference", "azaiinference", "azaiopenai"],
    ),
    (
        "bedrock",
        &["awsbedrock", "amazonbedrock", "bedrockconverse", "bedrockmantle", "converse", "invoke", "aws"],
    ),
    ("cerebras", &[]),
    ("cohere", &["coherechat"]),
    ("deepseek", &["deepseekai"]),
    ("fireworks", &["fireworksai"]),
    ("google", &["gemini", "gcpgemini", "gcpgenai", "googlegenai", "googleai", "googleaistudio", "gcp"]),
    ("groq", &[]),
    ("huggingface_cerebras", &[]),
    ("huggingface_fireworks-ai", &[]),
    ("huggingface_groq", &[]),
    ("huggingface_hyperbolic", &[]),
    ("huggingface_nebius", &[]),
    ("huggingface_novita", &[]),
    ("huggingface_nscale", &[]),
    ("huggingface_ovhcloud", &[]),
    ("huggingface_publicai", &[]),
    ("huggingface_sambanova", &[]),
    ("huggingface_together", &[]),
    ("meta", &["metallama"]),
    ("minimax", &[]),
    ("mistral", &["mistralai"]),
    ("moonshot", &["moonshotai"]),
    ("openai", &["textcompletionopenai"]),
    ("openrouter", &[]),
    ("ovhcloud", &[]),
    ("perplexity", &[]),
    ("together", &["togetherai"]),
    ("vertex", &["vertexai", "gcpvertexai", "googlevertexai", "googlevertex"]),
    ("voyage", &["voyageai"]),
    ("xai", &["grok"]),
    ("zai", &["zaiorg"]),
    ("zhipuai", &["zhipu", "bigmodel"]),
];

const LOCAL: &[&str] = &[
    "ollama",
    "ollamachat",
    "vllm",
    "hostedvllm",
    "llamacpp",
    "llamafile",
    "lmstudio",
    "sglang",
    "tgi",
    "local",
    "localai",
    "mlx",
];

/// Gateways that pass a request on to whom the rest of the name says.
const GATEWAYS: &[&str] = &["litellm", "litellm_proxy"];

/// Bedrock's inference profiles, those first by which a name without a region is meant rather.
const REGIONS: &[&str] = &["us.", "eu.", "apac.", "global.", "us-gov.", "au.", "jp.", "ca."];

/// OpenRouter's ways to route to the same model at the same price. `:free` is not among them.
const VARIANTS: &[&str] = &["beta", "extended", "thinking", "nitro", "floor", "online", "exacto"];

pub(crate) fn seller(name: &str) -> Seller {
    let find = |name: &str| {
        let plain: String =
            name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
        let is = |id: &str| id == plain || id.contains(['_', '-']) && id.replace(['_', '-'], "") == plain;
        let listed = SELLERS.iter().find(|(id, others)| is(id) || others.contains(&plain.as_str()));
        match listed {
            Some((id, _)) => Seller::Listed(id),
            None if LOCAL.contains(&plain.as_str()) => Seller::Local,
            None => Seller::Unknown,
        }
    };
    // Some write the interface behind the provider: `openai.chat`, `anthropic.messages`.
    match (find(name), name.split_once('.')) {
        (Seller::Unknown, Some((first, _))) => find(first),
        (seller, _) => seller,
    }
}

/// A name without some of what stands around it, and whom that pointed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Name<'a> {
    pub(crate) name: &'a str,
    pub(crate) seller: Option<&'static str>,
}

/// The name as it stands (in lower case), then with less and less around it; `None` for a local model.
pub(crate) fn unwrapped(raw: &str) -> Option<Vec<Name<'_>>> {
    let mut name = Name { name: raw, seller: None };
    let mut names = vec![name];
    if let Some((_, rest)) = name.name.rsplit_once("models/") {
        // `models/gemini-2.5-pro`, `projects/p/locations/l/publishers/google/models/gemini-2.5-pro`,
        // `fireworks_ai/accounts/fireworks/models/deepseek-v3p1`
        let seller = match raw {
            _ if raw.contains("publishers/") => Some("vertex"),
            _ if raw.contains("accounts/fireworks/") => Some("fireworks"),
            _ => None,
        };
        name = Name { name: rest, seller };
        names.push(name);
    } else if name.name.starts_with("arn:")
        && let Some((_, rest)) = name.name.rsplit_once('/')
    {
        name = Name { name: rest, seller: Some("bedrock") };
        names.push(name);
    }
    // `openrouter/anthropic/claude-3.5-sonnet`
    while let Some((first, rest)) = name.name.split_once('/') {
        match seller(first) {
            _ if GATEWAYS.contains(&first) => name.name = rest,
            Seller::Listed(id) => name = Name { name: rest, seller: Some(id) },
            Seller::Local => return None,
            Seller::Unknown => break,
        }
        names.push(name);
    }
    // `us.anthropic.claude-sonnet-4-5-20250929-v1:0`
    if let Some(rest) = REGIONS.iter().find_map(|region| name.name.strip_prefix(region)) {
        name = Name { name: rest, seller: Some("bedrock") };
        names.push(name);
    }
    if let Some((maker, rest)) = name.name.split_once('.')
        && matches!(seller(maker), Seller::Listed(_))
    {
        name = Name { name: rest, seller: Some("bedrock") };
        names.push(name);
    }
    if name.seller == Some("bedrock")
        && let Some(rest) = without_version(name.name)
    {
        name.name = rest;
        names.push(name);
    }
    if let Some((rest, variant)) = name.name.rsplit_once(':')
        && VARIANTS.contains(&variant)
    {
        name.name = rest;
        names.push(name);
    }
    // `ft:gpt-4o-2024-08-06:my-org::id` is billed as every tuned `gpt-4o-2024-08-06`.
    if let Some((base, _)) = name.name.strip_prefix("ft:").and_then(|rest| rest.split_once(':')) {
        name.name = &name.name[..base.len() + 3];
        names.push(name);
    }
    Some(names)
}

/// How far a listed name is from having no region: 0 has none.
pub(crate) fn region_rank(listed: &str) -> usize {
    REGIONS.iter().position(|region| listed.starts_with(region)).map_or(0, |i| i + 1)
}

/// `claude-opus-4-5` of `claude-opus-4-5-v1:0`, `gpt-oss-120b` of `gpt-oss-120b-1:0`.
fn without_version(name: &str) -> Option<&str> {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let minor = name.rsplit_once(':').filter(|(_, minor)| number(minor)).map(|(base, _)| base);
    let major = minor.unwrap_or(name).rsplit_once('-').filter(|(_, major)| match major.strip_prefix('v') {
        Some(major) => number(major),
        None => minor.is_some() && number(major),
    });
    major.map(|(base, _)| base).or(minor)
}

/// One spelling of all: `claude-3.5-sonnet` and `claude-3-5-sonnet`, `claude-sonnet-4@20250514`. Claude's
/// family and number stand in either order: the family comes first here.
pub(crate) fn spelled(name: &str) -> String {
    let name = name.replace(['.', '@', '_'], "-");
    let mut parts: Vec<&str> = name.split('-').collect();
    let digits = |part: &&str| part.len() <= 2 && part.bytes().all(|b| b.is_ascii_digit());
    let numbers = parts.iter().skip(1).take_while(|part| digits(part)).count();
    if parts[0] == "claude" && matches!(parts.get(numbers + 1), Some(&("opus" | "sonnet" | "haiku"))) {
        parts[1..=numbers + 1].rotate_right(1);
        return parts.join("-");
    }
    name
}

/// A spelled name without its date or its `-latest`.
pub(crate) fn undated(spelled: &str) -> &str {
    let name = ["-latest", "-default"].iter().find_map(|end| spelled.strip_suffix(end)).unwrap_or(spelled);
    let dated = [9, 11].iter().find_map(|length| {
        let (base, date) = name.split_at_checked(name.len().checked_sub(*length)?)?;
        let digits: Vec<u8> = date.bytes().filter(u8::is_ascii_digit).collect();
        let dashes = date.bytes().filter(|b| *b == b'-').count();
        let whole = date.starts_with("-20") && digits.len() == 8 && dashes + 8 == *length && !base.is_empty();
        (whole && digits[4..6] <= b"12"[..] && digits[6..] <= b"31"[..]).then_some(base)
    });
    // Google numbers its snapshots: `gemini-2.0-flash-001`.
    let numbered = || {
        let (base, number) = name.split_at_checked(name.len().checked_sub(4)?)?;
        let number = number.strip_prefix("-00")?.parse::<u8>();
        (name.starts_with("gemini-") && number.is_ok()).then_some(base)
    };
    dated.or_else(numbered).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn providers_go_by_many_names() {
        for (name, id) in [
            ("OpenAI", "openai"),
            ("openai.chat", "openai"),
            ("aws.bedrock", "bedrock"),
            ("azure.ai.openai", "azure"),
            ("gcp.vertex_ai", "vertex"),
            ("google_genai", "google"),
            ("x-ai", "xai"),
            ("mistral_ai", "mistral"),
        ] {
            assert_eq!(seller(name), Seller::Listed(id), "{name}");
        }
        assert_eq!(seller("ollama"), Seller::Local);
        assert_eq!(seller("my gateway"), Seller::Unknown);
        assert_eq!(seller(""), Seller::Unknown);
    }

    #[test]
    fn the_wrapping_comes_off_in_steps() {
        let bare = |raw| unwrapped(raw).map(|names| *names.last().unwrap());
        for (raw, name, seller) in [
            ("gpt-4o", "gpt-4o", None),
            ("openai/gpt-4o", "gpt-4o", Some("openai")),
            ("models/gemini-2.5-pro", "gemini-2.5-pro", None),
            (
                "projects/p/locations/l/publishers/google/models/gemini-2.5-pro",
                "gemini-2.5-pro",
                Some("vertex"),
            ),
            ("openrouter/anthropic/claude-3.5-sonnet:beta", "claude-3.5-sonnet", Some("anthropic")),
            ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5-20250929", Some("bedrock")),
            (
                "arn:aws:bedrock:us-east-1:1:inference-profile/eu.anthropic.claude-opus-5",
                "claude-opus-5",
                Some("bedrock"),
            ),
            ("openai.gpt-oss-120b-1:0", "gpt-oss-120b", Some("bedrock")),
            ("bedrock/nvidia.nemotron-nano-3-30b:0", "nvidia.nemotron-nano-3-30b", Some("bedrock")),
            ("ft:gpt-4o-2024-08-06:org::id", "ft:gpt-4o-2024-08-06", None),
            ("someone/gpt-4o", "someone/gpt-4o", None),
            ("embed-english-v3.0", "embed-english-v3.0", None),
        ] {
            assert_eq!(bare(raw), Some(Name { name, seller }), "{raw}");
        }
        assert_eq!(bare("ollama/llama3"), None);
    }

    #[test]
    fn spellings_meet() {
        for (name, one) in [
            ("claude-4.6-sonnet-20260217", "claude-sonnet-4-6-20260217"),
            ("claude-3-opus", "claude-opus-3"),
            ("claude-sonnet-4@20250514", "claude-sonnet-4-20250514"),
            ("claude-2.1", "claude-2-1"),
            ("claude", "claude"),
            ("gpt-4.1", "gpt-4-1"),
            ("", ""),
        ] {
            assert_eq!(spelled(name), one, "{name}");
        }
    }

    #[test]
    fn only_whole_dates_come_off() {
        for (name, base) in [
            ("claude-sonnet-4-20250514", "claude-sonnet-4"),
            ("gpt-4o-2024-08-06", "gpt-4o"),
            ("claude-3-5-haiku-latest", "claude-3-5-haiku"),
            ("gpt-4-0613", "gpt-4-0613"),
            ("gemini-2-0-flash-001", "gemini-2-0-flash"),
            ("some-001", "some-001"),
            ("m-20251399", "m-20251399"),
            ("m-202509290", "m-202509290"),
            ("-20250929", "-20250929"),
            ("é-20250929", "é"),
        ] {
            assert_eq!(undated(name), base, "{name}");
        }
    }
}
