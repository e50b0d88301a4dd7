use serde_json::Value;
use trace::{Call, CallId, Identity, Message, Operation, Status};

use super::{
    Dialect, Kind, Reply, anthropic::Anthropic, bedrock::Bedrock, cohere::Cohere, error, gemini::Gemini,
    ollama::Ollama, openai_chat::OpenAiChat, openai_responses::OpenAiResponses, recognise,
};
use crate::{
    Output,
    genai::{self, Slot, Transcript},
    sampling,
};

/// What was sent to a provider and what came back, as far as it was kept.
pub(crate) struct Exchange<'a> {
    pub(crate) target: Option<Target>,
    pub(crate) request: Option<&'a Value>,
    pub(crate) reply: Option<Reply>,
    /// The HTTP status.
    pub(crate) status: Option<u64>,
    /// What another record of the same call told that stands before and behind what this one tells.
    pub(crate) before: Vec<Message>,
    pub(crate) after: Vec<Message>,
    /// Whether the id of the response comes before any other identity.
    pub(crate) by_response: bool,
}

impl Default for Exchange<'_> {
    fn default() -> Self {
        Exchange {
            target: None,
            request: None,
            reply: None,
            status: None,
            before: Vec::new(),
            after: Vec::new(),
            by_response: true,
        }
    }
}

/// What the address of a request says.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) dialect: &'static dyn Dialect,
    pub(crate) operation: Operation,
    /// The provider by its host; empty where the host is nobody's.
    provider: &'static str,
    /// The model, where it stands in the path.
    pub(crate) model: String,
}

const HOSTS: [(&str, &str); 16] = [
    ("api.openai.com", "openai"),
    ("openai.azure.com", "azure"),
    ("api.anthropic.com", "anthropic"),
    ("generativelanguage.googleapis.com", "google"),
    ("aiplatform.googleapis.com", "vertex"),
    ("amazonaws.com", "bedrock"),
    ("api.mistral.ai", "mistral"),
    ("api.deepseek.com", "deepseek"),
    ("api.groq.com", "groq"),
    ("openrouter.ai", "openrouter"),
    ("api.cohere", "cohere"),
    ("api.x.ai", "xai"),
    ("api.together", "together"),
    ("api.fireworks.ai", "fireworks"),
    ("api.perplexity.ai", "perplexity"),
    (":11434", "ollama"),
];

/// What a request to this address is, if it is a model call.
pub(crate) fn target(url: &str) -> Option<Target> {
    use Operation::{Embed, Generate, Rerank};
    let (_, rest) = url.split_once("://").unwrap_or(("", url));
    let rest = rest.split(['?', '#']).next().unwrap_or("");
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let path = path.trim_end_matches('/');
    let provider = HOSTS.iter().find(|(part, _)| host.contains(part)).map_or("", |(_, provider)| provider);
    let found = |dialect: &'static dyn Dialect, operation, model: &str| {
        Some(Target { dialect, operation, provider, model: model.replace("%3A", ":") })
    };
    let (before, last) = path.rsplit_once('/').unwrap_or(("", path));
    if let Some((model, method)) = last.rsplit_once(':') {
        return match method {
            "generateContent" | "streamGenerateContent" => found(&Gemini, Generate, model),
            "embedContent" | "batchEmbedContents" => found(&Gemini, Embed, model),
            "rawPredict" | "streamRawPredict" => found(&Anthropic, Generate, model),
            _ => None,
        };
    }
    if let Some((_, model)) = before.rsplit_once("model/").filter(|(_, model)| !model.contains('/')) {
        match last {
            "converse" | "converse-stream" => return found(&Bedrock, Generate, model),
            "invoke" | "invoke-with-response-stream" => return found(&Anthropic, Generate, model),
            _ => {}
        }
    }
    match last {
        "completions" => found(&OpenAiChat, Generate, ""),
        "responses" => found(&OpenAiResponses, Generate, ""),
        "messages" if !before.contains("threads") => found(&Anthropic, Generate, ""),
        "embeddings" if before.ends_with("api") => found(&Ollama, Embed, ""),
        "embeddings" => found(&OpenAiChat, Embed, ""),
        "chat" | "generate" if before.ends_with("api") => found(&Ollama, Generate, ""),
        "embed" if before.ends_with("api") => found(&Ollama, Embed, ""),
        "completion" => found(&Ollama, Generate, ""),
        "chat" if provider == "cohere" => found(&Cohere, Generate, ""),
        "embed" if provider == "cohere" => found(&Cohere, Embed, ""),
        "rerank" => found(&Cohere, Rerank, ""),
        _ => None,
    }
}

impl Exchange<'_> {
    /// Whether a value is a request of any dialect.
    pub(crate) fn is_request(value: &Value) -> bool {
        recognise(value).is_some_and(|(_, kind, _)| kind == Kind::Request)
    }

    /// The messages of the request.
    pub(crate) fn prompt(&self, out: &mut Output<'_>) -> Vec<Message> {
        let mut transcript = Transcript::new(out.builder);
        if let (Some(request), Some(dialect)) = (self.request, self.asked()) {
            transcript.add(Slot::Prompt, &dialect.prompt(request));
        }
        transcript.into_messages()
    }

    /// The dialect of the request.
    fn asked(&self) -> Option<&'static dyn Dialect> {
        let own = self.request.and_then(recognise).map(|(dialect, ..)| dialect);
        own.or(self.target.as_ref().map(|target| target.dialect))
    }

    /// Whether the answer came in parts, or was asked for so.
    pub(crate) fn is_streamed(&self) -> bool {
        self.reply.as_ref().is_some_and(|reply| reply.streamed)
            && self.request.is_none_or(|request| request["stream"] != false)
    }

    /// Completes a call of which the recorder told place and times, and adds it with its messages.
    /// `identity` is for sources that know the call by an id of their own.
    pub(crate) fn add(self, mut call: Call, identity: Option<Identity>, out: &mut Output<'_>) -> CallId {
        let asked = self.asked();
        let target = self.target.as_ref();
        let dialect = self.reply.as_ref().map(|reply| reply.dialect).or(asked);
        let request = self.request.unwrap_or(&Value::Null);
        let body = self.reply.as_ref().map_or(&Value::Null, |reply| &reply.body);
        if let Some(reply) = &self.reply {
            reply.dialect.read(body, &mut call, out);
        }
        let named = request["model"].as_str().or(request["modelId"].as_str()).unwrap_or("");
        call.model = call.model.or(out.builder.intern(named));
        call.parameters = out.builder.intern(&sampling::of_body(request));
        if let Some(target) = target {
            call.model = call.model.or(out.builder.intern(&target.model));
            call.operation = target.operation;
        }
        if let (Operation::Generate, Some(dialect)) = (call.operation, dialect) {
            let said = [request, body].map(|value| dialect.operation(value));
            call.operation = said.into_iter().find(|&o| o != Operation::Generate).unwrap_or_default();
        }
        let by_body = dialect.map_or("", |dialect| {
            let told = dialect.provider(body);
            if told.is_empty() { dialect.provider(request) } else { told }
        });
        let by_host = target.map_or("", |target| target.provider);
        let provider = out.builder.intern(if by_host.is_empty() { by_body } else { by_host });
        call.provider = call.provider.or(provider);
        self.outcome(body, &mut call, out);

        let by_response = (!call.response.is_none()).then_some(Identity::Response(call.response));
        let identity = if self.by_response { by_response.or(identity) } else { identity.or(by_response) };
        let mut transcript = Transcript::new(out.builder);
        if let Some(dialect) = asked {
            transcript.add(Slot::Prompt, &dialect.prompt(request));
        }
        if let (Some(reply), Operation::Generate) = (&self.reply, call.operation) {
            transcript.add(Slot::Answer, &reply.dialect.answer(body));
        }
        let messages = [self.before, transcript.into_messages(), self.after].concat();
        out.builder.add_call(call, identity, &messages).0
    }

    /// How the call ended by its HTTP status.
    fn outcome(&self, body: &Value, call: &mut Call, out: &mut Output<'_>) {
        let Some(code) = self.status.filter(|&code| code >= 400) else { return };
        let (of_body, name) = error(body).unwrap_or((Status::Ok, code.to_string()));
        let of_code = genai::by_code(code);
        // A body may tell more than a bare 400 or 500.
        call.status = if of_code == Status::Failed && of_body.is_error() { of_body } else { of_code };
        call.error = call.error.or(out.builder.intern(&name));
    }
}
