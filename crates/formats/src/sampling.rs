//! The sampling parameters of a request: with others the same prompt may get another answer.

use std::fmt::Write;

use serde_json::Value;

use crate::genai::Attributes;

/// Each by its usual name and those of other providers.
const NAMES: [&[&str]; 11] = [
    &["frequency_penalty", "frequencyPenalty"],
    &[
        "max_tokens",
        "max_completion_tokens",
        "max_output_tokens",
        "maxOutputTokens",
        "maxTokens",
        "num_predict",
    ],
    &["n", "choice.count", "candidateCount"],
    &["presence_penalty", "presencePenalty"],
    &["reasoning_effort", "reasoningEffort", "reasoning.level"],
    &["response_format", "responseFormat", "responseMimeType"],
    &["seed"],
    &["stop", "stop_sequences", "stopSequences"],
    &["temperature"],
    &["top_k", "topK"],
    &["top_p", "topP"],
];

/// What stands before such a name in an attribute's.
const BEFORE: [&str; 2] = ["gen_ai.request.", "ai.settings."];
/// The attribute that has all of them as JSON.
const WHOLE: &str = "llm.invocation_parameters";

/// Whether an attribute tells of them.
pub(crate) fn is_named(name: &str) -> bool {
    let suffix = BEFORE.iter().find_map(|before| name.strip_prefix(before));
    name == WHOLE || suffix.is_some_and(|name| NAMES.iter().any(|names| names.contains(&name)))
}

/// Those of a body or of an object of parameters: `max_tokens=100 temperature=0.7`. Empty where there are none.
pub(crate) fn of_body(body: &Value) -> String {
    let inside = ["generationConfig", "inferenceConfig", "options"].map(|key| &body[key]);
    told(|name| body.get(name).or_else(|| inside.iter().find_map(|inner| inner.get(name))))
}

/// Those that a span's attributes tell.
pub(crate) fn of_attributes(attributes: &Attributes<'_>) -> String {
    let whole = attributes.iter().find(|(key, _)| key == WHOLE).map(|(_, value)| match value {
        Value::String(text) => serde_json::from_str(text).unwrap_or_default(),
        other => other.clone(),
    });
    told(|name| {
        let is_it = |key: &str| BEFORE.iter().any(|before| key.strip_prefix(before) == Some(name));
        let own = attributes.iter().find(|(key, _)| is_it(key)).map(|(_, value)| value);
        own.or_else(|| whole.as_ref()?.get(name))
    })
}

fn told<'a>(get: impl Fn(&str) -> Option<&'a Value>) -> String {
    let mut told = String::new();
    for names in NAMES {
        let Some(value) = names.iter().find_map(|name| get(name)).filter(|value| !value.is_null()) else {
            continue;
        };
        let space = if told.is_empty() { "" } else { " " };
        // 0.70 and 0.7 are the same. Writing to a string cannot fail.
        let _ = match value.as_f64() {
            Some(number) => write!(told, "{space}{}={number}", names[0]),
            None => write!(told, "{space}{}={value}", names[0]),
        };
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_spelling_is_the_same() {
        let same = "max_tokens=100 temperature=0.5 top_p=1";
        let attribute = |name: &'static str, value: Value| (name.into(), value);
        for told in [
            of_body(&json!({"model": "m", "temperature": 0.50, "max_tokens": 100, "top_p": 1.0})),
            of_body(&json!({"generationConfig": {"temperature": 0.5, "maxOutputTokens": 100, "topP": 1}})),
            of_body(&json!({"inferenceConfig": {"temperature": 0.5, "maxTokens": 100, "topP": 1}})),
            of_body(&json!({"options": {"temperature": 0.5, "num_predict": 100, "top_p": 1}, "seed": null})),
            of_attributes(&vec![
                attribute("gen_ai.request.temperature", json!(0.5)),
                attribute("gen_ai.request.max_tokens", json!(100)),
                attribute(WHOLE, json!(r#"{"top_p": 1, "model": "m"}"#)),
            ]),
        ] {
            assert_eq!(told, same);
        }
        assert_eq!(of_body(&json!({"model": "m", "messages": []})), "");
        assert_eq!(of_body(&json!({"stop": ["a b"]})), r#"stop=["a b"]"#);
    }
}
