//! A single request to a provider, taken apart: what the workbench makes its parts of.

use serde_json::Value;
use trace::{Component, Role, TraceBuilder};

use crate::{
    curl,
    genai::{Slot, Transcript},
    readers::provider::{Exchange, recognise, target},
};

/// So many parts are told apart: a conversation of more has its first messages in one.
const MAX_PARTS: usize = 100;

/// A request, taken apart.
#[derive(Debug, Default)]
pub struct Request {
    /// The model it asks; empty where it does not say.
    pub model: String,
    /// What it sends, in its order.
    pub parts: Vec<(Role, Component, String)>,
}

impl Request {
    /// Takes a body, or a `curl` command with one, apart.
    ///
    /// # Errors
    /// A sentence that says what is there instead.
    pub fn parse(text: &str) -> Result<Request, String> {
        let curl = if curl::is_curl(text) { curl::parse(text)? } else { curl::Curl::default() };
        let body = if curl.body.is_empty() { text } else { &curl.body };
        let value: Value = serde_json::from_str(body).map_err(|error| match body.trim_start().chars().next() {
            None => "There is nothing to split: expected the JSON body of a request, or a curl command.".to_owned(),
            Some('{' | '[') => format!("The JSON of this request is broken: {error}."),
            Some(_) => "This is neither JSON nor a curl command: expected the body of a request to OpenAI, Anthropic, \
                        Gemini or Bedrock."
                .to_owned(),
        })?;
        // A line of a batch and a record of a gateway have the body inside.
        let inner = ["body", "request"].map(|key| &value[key]);
        let body = inner.into_iter().find(|inner| Exchange::is_request(inner)).unwrap_or(&value);
        let target = target(&curl.url);
        let dialect = recognise(body).map(|(dialect, ..)| dialect);
        let dialect = dialect.or(target.as_ref().map(|target| target.dialect));
        let mut builder = TraceBuilder::new();
        let mut transcript = Transcript::new(&mut builder);
        match dialect {
            Some(dialect) => transcript.add(Slot::Prompt, &dialect.prompt(body)),
            None if ["messages", "contents", "input", "prompt"]
                .iter()
                .any(|key| body.get(*key).is_some()) =>
            {
                transcript.add(Slot::Prompt, body);
            }
            None => {}
        }
        let messages = transcript.into_messages();
        let trace = builder.trace();
        let parts = messages.iter().map(|m| (m.role, m.component, trace.text(m.text).to_owned())).collect();
        let parts = folded(parts);
        if parts.is_empty() {
            return Err(
                "This JSON has no messages: expected the body of a request to OpenAI (messages, input), \
                        Anthropic (messages), Gemini (contents) or Bedrock (messages)."
                    .to_owned(),
            );
        }
        let named = body["model"].as_str().or(body["modelId"].as_str());
        let model = named.or(target.as_ref().map(|target| &*target.model)).unwrap_or("").to_owned();
        Ok(Request { model, parts })
    }
}

/// Definitions of tools are one part, however many there are, and so are the first messages of a long
/// conversation.
fn folded(parts: Vec<(Role, Component, String)>) -> Vec<(Role, Component, String)> {
    let mut over = parts.iter().filter(|part| part.1 != Component::Tools).count().saturating_sub(MAX_PARTS);
    let mut folded: Vec<(Role, Component, String)> = Vec::new();
    for (role, component, text) in parts {
        match folded.last_mut() {
            Some((_, Component::Tools, tools)) if component == Component::Tools => {
                tools.push('\n');
                tools.push_str(&text);
            }
            Some((_, Component::History, history)) if component == Component::History && over > 0 => {
                over -= 1;
                history.push_str("\n\n");
                history.push_str(&text);
            }
            _ => folded.push((role, component, text)),
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;
    use Component::{History, Retrieved, System, Tools, User};

    fn split(text: &str) -> (String, Vec<(Component, String)>) {
        let request = Request::parse(text).unwrap();
        let parts = request.parts.into_iter().map(|(_, component, text)| (component, text));
        (request.model, parts.collect())
    }

    #[test]
    fn each_dialect_is_split_into_the_same_parts() {
        let openai = r#"{"model": "gpt-5", "tools": [{"type": "function", "function": {"name": "f"}}], "messages": [
            {"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Hello"}, {"role": "user", "content": "Bye"}]}"#;
        let responses = r#"{"model": "gpt-5", "instructions": "Be brief.", "tools": [{"type": "function", "name": "f"}],
            "input": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"},
            {"role": "user", "content": [{"type": "input_text", "text": "Bye"}]}]}"#;
        let anthropic = r#"{"model": "claude-opus-5-5", "max_tokens": 9, "system": [{"type": "text", "text": "Be brief."}],
            "tools": [{"name": "f", "input_schema": {}}], "messages": [{"role": "user", "content": "Hi"},
            {"role": "assistant", "content": [{"type": "text", "text": "Hello"}]}, {"role": "user", "content": "Bye"}]}"#;
        let gemini = r#"curl "https://generativelanguage.googleapis.com/v1beta/models/gemini-3.8-flash:generateContent" -d '
            {"systemInstruction": {"parts": [{"text": "Be brief."}]}, "tools": [{"functionDeclarations": [{"name": "f"}]}],
            "contents": [{"role": "user", "parts": [{"text": "Hi"}]}, {"role": "model", "parts": [{"text": "Hello"}]},
            {"role": "user", "parts": [{"text": "Bye"}]}]}'"#;
        let bedrock = r#"{"modelId": "amazon.nova-pro-v1:0", "system": [{"text": "Be brief."}], "inferenceConfig": {},
            "messages": [{"role": "user", "content": [{"text": "Hi"}]}, {"role": "assistant", "content": [{"text": "Hello"}]},
            {"role": "user", "content": [{"text": "Bye"}]}]}"#;
        let said = [(System, "Be brief."), (History, "Hi"), (History, "Hello"), (User, "Bye")];
        for (text, model) in [
            (openai, "gpt-5"),
            (responses, "gpt-5"),
            (anthropic, "claude-opus-5-5"),
            (gemini, "gemini-3.8-flash"),
            (bedrock, "amazon.nova-pro-v1:0"),
        ] {
            let (named, mut parts) = split(text);
            assert_eq!(named, model);
            let tools =
                parts.iter().position(|(component, _)| *component == Tools).map(|at| parts.remove(at));
            assert_eq!(tools.is_some(), text != bedrock, "{model}");
            assert_eq!(
                parts.iter().map(|(c, text)| (*c, text.as_str())).collect::<Vec<_>>(),
                said,
                "{model}"
            );
        }
    }

    #[test]
    fn results_of_tools_are_retrieved_and_lines_of_a_batch_are_requests() {
        let line = r#"{"custom_id": "1", "method": "POST", "url": "/v1/chat/completions", "body": {"model": "gpt-4o",
            "messages": [{"role": "user", "content": "Q"}, {"role": "tool", "tool_call_id": "c", "content": "R"}]}}"#;
        let (model, parts) = split(line);
        assert_eq!(model, "gpt-4o");
        assert!(parts.contains(&(Retrieved, "R".to_owned())), "{parts:?}");
    }

    #[test]
    fn what_is_no_request_is_refused_in_words() {
        for (text, said) in [
            ("", "nothing to split"),
            ("Hello", "neither JSON nor a curl command"),
            ("{\"messages\": [", "broken"),
            ("{\"a\": 1}", "no messages"),
            ("[]", "no messages"),
            ("curl https://api.openai.com/v1/models", "no body"),
        ] {
            let error = Request::parse(text).unwrap_err();
            assert!(error.contains(said), "{text}: {error}");
        }
    }

    #[test]
    fn a_long_conversation_is_folded_and_loses_nothing() {
        let turn = |i| {
            format!(r#"{{"role": "user", "content": "q{i}."}}, {{"role": "assistant", "content": "a{i}."}}"#)
        };
        let turns: Vec<String> = (0..300).map(turn).collect();
        let (_, parts) = split(&format!(
            r#"{{"model": "gpt-5", "messages": [{}, {{"role": "user", "content": "Q"}}]}}"#,
            turns.join(",")
        ));
        assert_eq!(parts.len(), MAX_PARTS);
        let whole: String = parts.iter().map(|(_, text)| text.replace('\n', "")).collect();
        assert!(whole.starts_with("q0.a0.q1.") && whole.ends_with("a299.Q"));
    }
}
